package db

import (
	"database/sql"
	"errors"
	"net"

	mysqldriver "github.com/go-sql-driver/mysql"
	modernsqlite "modernc.org/sqlite"

	"mtandao/internal/fault"
)

// databaseKind tells an unavailable server (read-only 1290, 1836; shutting down 1053; too many connections 1040, disk full
// 1021, 1114; SQLite IOERR 10, FULL 13, CANTOPEN 14, READONLY 8) from a mistake of ours.
func databaseKind(m *mysqldriver.MySQLError, s *modernsqlite.Error) fault.Kind {
	if m != nil {
		switch m.Number {
		case 1021, 1040, 1053, 1114, 1290, 1317, 1836, 1927, 1969, 3024:
			return fault.Unavailable
		}
		return fault.Internal
	}
	if s != nil {
		switch s.Code() & 0xff {
		case 8, 9, 10, 13, 14:
			return fault.Unavailable
		}
	}
	return fault.Internal
}

func isNetwork(err error) bool {
	var n net.Error
	return errors.As(err, &n) || errors.Is(err, mysqldriver.ErrInvalidConn) || errors.Is(err, sql.ErrConnDone)
}
