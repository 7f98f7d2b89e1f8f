package incoming

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"

	"mtandao/internal/fault"
)

// query reads tables of another program's MySQL or MariaDB in one consistent view, and only reads.
func query(ctx context.Context, dsn string, keep, count []string) (tables, error) {
	config, err := mysqldriver.ParseDSN(strings.TrimPrefix(strings.TrimPrefix(dsn, "mysql://"), "mysql:"))
	if err != nil || config.DBName == "" {
		return nil, invalid("incoming.dsn")
	}
	config.ParseTime, config.ReadTimeout, config.Timeout = false, 5*time.Minute, 10*time.Second
	connector, err := mysqldriver.NewConnector(config)
	if err != nil {
		return nil, invalid("incoming.dsn")
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "incoming.unreachable", err)
	}
	defer func() { _ = tx.Rollback() }()
	found := tables{}
	for _, name := range keep {
		t, err := queryTable(ctx, tx, name)
		if err != nil {
			return nil, fault.Wrap(fault.Unavailable, "incoming.unreachable", err)
		}
		if t != nil {
			found[name] = t
		}
	}
	for _, name := range count {
		t := &table{}
		if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM `"+name+"`").Scan(&t.more); err == nil { // a table that is not there has no rows
			found[name] = t
		}
	}
	return found, nil
}

const noSuchTable = 1146

// queryTable reads a table whole; nil when there is none.
func queryTable(ctx context.Context, tx *sql.Tx, name string) (*table, error) {
	rows, err := tx.QueryContext(ctx, "SELECT * FROM `"+name+"`")
	var no *mysqldriver.MySQLError
	if errors.As(err, &no) && no.Number == noSuchTable {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	t := &table{}
	if t.columns, err = rows.Columns(); err != nil {
		return nil, err
	}
	for rows.Next() {
		values := make([]sql.NullString, len(t.columns))
		into := make([]any, len(values))
		for n := range values {
			into[n] = &values[n]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		r := record{at: fmt.Sprintf("%s, row %d", name, len(t.rows)+1), values: make(map[string]string, len(values))}
		for n, v := range values {
			if v.Valid {
				r.values[t.columns[n]] = v.String
			}
		}
		if id := r.text("id"); id != "" {
			r.at = name + " " + id
		}
		t.rows = append(t.rows, r)
	}
	return t, rows.Err()
}
