package backup

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"

	mysqldriver "github.com/go-sql-driver/mysql"

	"mtandao/internal/db"
)

// Beside makes an empty database on the same MariaDB server, for a drill, and returns its address and how to drop it.
func Beside(ctx context.Context, address string) (beside string, drop func(context.Context) error, err error) {
	config, err := mysqldriver.ParseDSN(strings.TrimPrefix(address, db.MySQL+":"))
	if err != nil {
		return "", nil, db.Fault(err)
	}
	d, err := db.Open(ctx, address, db.Options{})
	if err != nil {
		return "", nil, err
	}
	config.DBName += "_drill_" + strings.ToLower(rand.Text()[:8])
	if _, err := d.SQL().ExecContext(ctx, "CREATE DATABASE "+quoted(config.DBName)); err != nil {
		return "", nil, errors.Join(failed(err), d.Close())
	}
	drop = func(ctx context.Context) error {
		_, err := d.SQL().ExecContext(ctx, "DROP DATABASE "+quoted(config.DBName))
		return errors.Join(err, d.Close())
	}
	return db.MySQL + ":" + config.FormatDSN(), drop, nil
}
