package db

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
	"gorm.io/driver/mysql"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	modernsqlite "modernc.org/sqlite"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/migrations"
)

// The two dialects.
const (
	SQLite = "sqlite"
	MySQL  = "mysql"
)

// Options are the collaborators of a DB; all may be left empty.
type Options struct {
	Clock clock.Clock
	Log   *slog.Logger
	// Hook is called around each commit ("commit before", "commit after"); crash tests stop the process in it.
	Hook func(point string)
}

// DB is an open database: a pool for writing, one for reading, and one for what goes through many rows.
type DB struct {
	write, read, sums *gorm.DB
	dialect           string
	options           Options
	ids               atomic.Int64
	node              atomic.Int64
	path              string      // of SQLite's file
	opened            os.FileInfo // what was there when it was opened; nil when there is no telling

	watching sync.RWMutex
	watchers map[string][]func(ids []int64)
}

// Open opens "sqlite:/path/file.db" or "mysql:user:pass@tcp(host:3306)/name". It does not migrate.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	if o.Clock == nil {
		o.Clock = clock.System()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Hook == nil {
		o.Hook = func(string) {}
	}
	dialect, rest, _ := strings.Cut(url, ":")
	d := &DB{dialect: dialect, options: o}
	d.node.Store(unleasedNode())
	var err error
	switch dialect {
	case SQLite:
		err = d.openSQLite(rest)
	case MySQL:
		err = d.openMySQL(rest)
	default:
		return nil, fault.New(fault.Invalid, "db.url", "URL", dialect)
	}
	if fault.Is(err, fault.Invalid) {
		return nil, err
	}
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "db.unavailable", err)
	}
	if err := d.SQL().PingContext(ctx); err != nil {
		return nil, fault.Wrap(fault.Unavailable, "db.unavailable", err)
	}
	if d.path != "" {
		d.opened, _ = os.Stat(d.path)
	}
	return d, nil
}

const sqlitePragmas = "_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)" +
	"&_pragma=foreign_keys(1)&_time_format=sqlite"

func (d *DB) openSQLite(path string) error {
	if path == "" {
		return errors.New("the address sqlite: names no file")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	d.path = path
	var err error
	if d.write, err = d.openGORMOf(sqliteDialector(path, "&_txlock=immediate")); err != nil {
		return err
	}
	d.SQL().SetMaxOpenConns(1)
	if d.read, err = d.openGORMOf(sqliteDialector(path, "&_pragma=query_only(1)")); err != nil {
		return err
	}
	d.sums = d.read
	pool, err := d.read.DB()
	if err == nil {
		pool.SetMaxOpenConns(8)
		pool.SetMaxIdleConns(8)
	}
	return err
}

// duplicateAware adds to the SQLite dialect what it cannot see in the pure-Go driver's errors.
type duplicateAware struct{ gorm.Dialector }

// inURI writes a path as SQLite reads it in an address: by what these signs mean there, it would open another file.
var inURI = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23")

func sqliteDialector(path, more string) (gorm.Dialector, error) {
	opener, err := modernsqlite.NewConnector("file:" + inURI.Replace(path) + "?" + sqlitePragmas + more)
	if err != nil {
		return nil, err
	}
	return duplicateAware{sqlite.New(sqlite.Config{Conn: sql.OpenDB(keepsStatements{opener, mostStatements})})}, nil
}

// Translate implements gorm.ErrorTranslator (SQLite result codes 2067, 1555: duplicate; 787: foreign key).
func (duplicateAware) Translate(err error) error {
	e, ok := err.(*modernsqlite.Error)
	if !ok {
		return err
	}
	switch e.Code() {
	case 2067, 1555:
		return gorm.ErrDuplicatedKey
	case 787:
		return gorm.ErrForeignKeyViolated
	}
	return err
}

// SavePoint implements gorm.SavePointerDialectorInterface.
func (duplicateAware) SavePoint(tx *gorm.DB, name string) error {
	return tx.Exec("SAVEPOINT " + name).Error
}

// RollbackTo implements gorm.SavePointerDialectorInterface.
func (duplicateAware) RollbackTo(tx *gorm.DB, name string) error {
	return tx.Exec("ROLLBACK TO SAVEPOINT " + name).Error
}

func (d *DB) openMySQL(dsn string) error {
	c, err := mysqldriver.ParseDSN(dsn)
	if err != nil {
		return fault.Wrap(fault.Invalid, "db.dsn", err)
	}
	c.ParseTime, c.Loc, c.ClientFoundRows = true, time.UTC, true
	c.Collation = "utf8mb4_bin"
	if c.Timeout == 0 {
		c.Timeout = 5 * time.Second
	}
	if c.ReadTimeout == 0 {
		c.ReadTimeout, c.WriteTimeout = 30*time.Second, 30*time.Second
	}
	opener, err := mysqldriver.NewConnector(c)
	if err != nil {
		return err
	}
	kept := sql.OpenDB(keepsStatements{opener, mostStatements / 4}) // the server holds those of all connections
	if d.write, err = d.openGORM(mysql.New(mysql.Config{DSNConfig: c, Conn: kept})); err != nil {
		return err
	}
	d.read = d.write
	pool := d.SQL()
	pool.SetMaxOpenConns(40)
	pool.SetMaxIdleConns(20)
	pool.SetConnMaxLifetime(connLife)
	return d.openSums(c.Clone())
}

const connLife = 30 * time.Minute

// openSums opens the pool whose statements are not prepared: MariaDB 10.11 takes nearly three times as long for each row of a prepared statement once another
// one has used the table since, which nobody sees of fifty rows and everybody of a hundred thousand.
func (d *DB) openSums(c *mysqldriver.Config) error {
	c.InterpolateParams = true
	opener, err := mysqldriver.NewConnector(c)
	if err != nil {
		return err
	}
	pool := sql.OpenDB(opener)
	pool.SetMaxOpenConns(8)
	pool.SetMaxIdleConns(2)
	pool.SetConnMaxLifetime(connLife)
	d.sums, err = gorm.Open(mysql.New(mysql.Config{DSNConfig: c, Conn: pool}), d.config(false))
	return err
}

// mostStatements is how many a connection keeps that nobody uses at the moment: each kind of question, in the sizes of Pieces.
const mostStatements = 400

func (d *DB) openGORMOf(dialector gorm.Dialector, err error) (*gorm.DB, error) {
	if err != nil {
		return nil, err
	}
	return d.openGORM(dialector)
}

func (d *DB) openGORM(dialector gorm.Dialector) (*gorm.DB, error) {
	return gorm.Open(dialector, d.config(true))
}

func (d *DB) config(prepares bool) *gorm.Config {
	return &gorm.Config{
		PrepareStmt: prepares, PrepareStmtMaxSize: 500, PrepareStmtTTL: time.Hour,
		SkipDefaultTransaction: true, TranslateError: true, DisableAutomaticPing: true,
		NowFunc: d.options.Clock.Now, Logger: logger.Discard,
	}
}

// Migrate brings the schema up to this binary and returns the versions applied.
func (d *DB) Migrate(ctx context.Context) ([]int64, error) {
	return migrations.Up(ctx, d.SQL(), d.dialect)
}

// CheckSchema refuses a database that is newer than this binary, or not yet migrated to it.
func (d *DB) CheckSchema(ctx context.Context) error {
	if err := migrations.Check(ctx, d.SQL(), d.dialect); err != nil {
		return fault.Wrap(fault.Conflict, "db.binary_too_old", err)
	}
	pending, err := migrations.Pending(ctx, d.SQL(), d.dialect)
	if err != nil {
		return fault.Wrap(fault.Unavailable, "db.unavailable", err)
	}
	if len(pending) > 0 {
		return fault.New(fault.Conflict, "db.not_migrated", "Count", len(pending))
	}
	return nil
}

// Dialect is SQLite or MySQL.
func (d *DB) Dialect() string { return d.dialect }

// ByIndex follows the name of a table and names the index by which it is read, where another plan would be thousands of times as long.
func (d *DB) ByIndex(name string) string {
	if d.dialect == MySQL {
		return " FORCE INDEX (" + name + ")"
	}
	return " INDEXED BY " + name
}

// SQL is the pool that writes, for migrations and schema tests.
func (d *DB) SQL() *sql.DB {
	pool, err := d.write.DB()
	if err != nil {
		panic(err) // GORM was opened over a pool by this package
	}
	return pool
}

// Read gives the pool for reading; queries end with ctx. Only for files named *store.go.
func (d *DB) Read(ctx context.Context) *gorm.DB { return d.read.WithContext(ctx) }

// Sums gives the pool for what goes through many rows; in all else as Read. Only for files named *store.go.
func (d *DB) Sums(ctx context.Context) *gorm.DB { return d.sums.WithContext(ctx) }

// Ping asks the database whether it is there. SQLite goes on in a file that was deleted or exchanged, and all that it takes
// then is gone with this process: fault.Unavailable "db.file_gone".
func (d *DB) Ping(ctx context.Context) error {
	if d.opened != nil {
		now, err := os.Stat(d.path)
		if err != nil || !os.SameFile(d.opened, now) {
			return fault.Wrap(fault.Unavailable, "db.file_gone", err)
		}
	}
	return Fault(d.SQL().PingContext(ctx))
}

// Close closes the pools.
func (d *DB) Close() error {
	err := d.SQL().Close()
	for _, one := range []*gorm.DB{d.read, d.sums} { // one that is closed may be closed again
		if pool, e := one.DB(); e == nil {
			err = cmp.Or(err, pool.Close())
		}
	}
	return err
}
