package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"log/slog"

	mysqldriver "github.com/go-sql-driver/mysql"
	"gorm.io/driver/mysql"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
)

// Absent is a database that is not there: whatever is asked of it fails at once with fault.Unavailable "db.unavailable". A
// program stands on it while it serves without the real one.
func Absent(o Options) (*DB, error) {
	d := &DB{dialect: MySQL, options: o}
	if o.Clock == nil {
		d.options.Clock = clock.System()
	}
	if o.Log == nil {
		d.options.Log = slog.New(slog.DiscardHandler)
	}
	d.node.Store(unleasedNode())
	var err error
	d.write, err = d.openGORM(mysql.New(mysql.Config{Conn: sql.OpenDB(nowhere{}), SkipInitializeWithVersion: true}))
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "internal", err)
	}
	d.read, d.sums = d.write, d.write
	return d, nil
}

// nowhere implements driver.Connector.
type nowhere struct{}

// Connect implements driver.Connector.
func (nowhere) Connect(context.Context) (driver.Conn, error) {
	return nil, fault.New(fault.Unavailable, "db.unavailable")
}

// Driver implements driver.Connector.
func (nowhere) Driver() driver.Driver { return mysqldriver.MySQLDriver{} }
