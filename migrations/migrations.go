package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed mysql/*.sql sqlite/*.sql
var files embed.FS

// Files are all of them, of both databases.
func Files() fs.FS { return files }

// ErrBinaryTooOld is returned when the database was changed by a newer program than this one.
var ErrBinaryTooOld = errors.New("the database needs a newer program")

// Up applies what is missing and returns the versions applied.
func Up(ctx context.Context, pool *sql.DB, dialect string) ([]int64, error) {
	provider, err := provider(pool, dialect)
	if err != nil {
		return nil, err
	}
	if err := Check(ctx, pool, dialect); err != nil {
		return nil, err
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrating: %w", err)
	}
	var applied []int64
	for _, r := range results {
		applied = append(applied, r.Source.Version)
	}
	return applied, nil
}

// Pending lists the versions that Up would apply.
func Pending(ctx context.Context, pool *sql.DB, dialect string) ([]int64, error) {
	provider, err := provider(pool, dialect)
	if err != nil {
		return nil, err
	}
	statuses, err := provider.Status(ctx)
	if err != nil {
		return nil, err
	}
	var pending []int64
	for _, s := range statuses {
		if s.State == goose.StatePending {
			pending = append(pending, s.Source.Version)
		}
	}
	return pending, nil
}

// Check returns ErrBinaryTooOld when the database asks for a newer binary; an empty database passes.
func Check(ctx context.Context, pool *sql.DB, dialect string) error {
	exists := "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'least_binary'"
	if dialect == "mysql" {
		exists = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'least_binary'"
	}
	var n int
	if err := pool.QueryRowContext(ctx, exists).Scan(&n); err != nil || n == 0 {
		return err
	}
	var least sql.NullInt64
	if err := pool.QueryRowContext(ctx, "SELECT MAX(version) FROM least_binary").Scan(&least); err != nil {
		return err
	}
	if least.Int64 > Latest() {
		return fmt.Errorf("%w: one that knows schema %d, and this one knows %d", ErrBinaryTooOld, least.Int64, Latest())
	}
	return nil
}

// Latest is the newest schema this binary knows.
func Latest() int64 {
	var latest int64
	for _, name := range Names("sqlite") {
		number, _, _ := strings.Cut(name, "_")
		if v, err := strconv.ParseInt(number, 10, 64); err == nil {
			latest = max(latest, v)
		}
	}
	return latest
}

// Names lists the migration files of a dialect in order.
func Names(dialect string) []string {
	paths, _ := fs.Glob(files, dialect+"/*.sql")
	for i, p := range paths {
		paths[i] = path.Base(p)
	}
	return paths
}

func provider(pool *sql.DB, dialect string) (*goose.Provider, error) {
	folder, err := fs.Sub(files, dialect)
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true)}
	kind := goose.DialectSQLite3
	if dialect == "mysql" {
		kind = goose.DialectMySQL
		locker, err := lock.NewMySQLTableLocker()
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithLocker(locker))
	}
	return goose.NewProvider(kind, pool, folder, options...)
}
