package testdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"mtandao/internal/db"
)

// Each runs the same test on both databases, each time on a migrated empty one.
func Each(t *testing.T, run func(t *testing.T, d *db.DB)) {
	t.Helper()
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { run(t, Open(t, dialect)) })
	}
}

// SQLite opens a migrated empty SQLite database.
func SQLite(t testing.TB) *db.DB { return Open(t, db.SQLite) }

// Open opens a migrated empty database of the dialect and closes it with the test.
func Open(t testing.TB, dialect string) *db.DB {
	t.Helper()
	return OpenURL(t, URL(t, dialect), db.Options{})
}

// OpenURL opens a database made by URL, for tests that need it twice or with options.
func OpenURL(t testing.TB, url string, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), url, o)
	if err != nil {
		t.Fatalf("opening %s: %v", url, err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if o.Hook == nil {
		WatchPlans(t, d)
	}
	return d
}

// URL makes a migrated empty database, for tests that open it themselves or in a child process.
func URL(t testing.TB, dialect string) string {
	t.Helper()
	if dialect == db.SQLite {
		return sqliteCopy(t)
	}
	return mariaCopy(t)
}

// Empty makes a database without any table, for tests of the migrations themselves.
func Empty(t testing.TB, dialect string) string {
	t.Helper()
	if dialect == db.SQLite {
		return "sqlite:" + filepath.Join(folder(t), "test.db")
	}
	s := server(t)
	return s.url(s.create(t))
}

var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	folder, err := kept("sqlite", func(folder string) error {
		d, err := db.Open(context.Background(), "sqlite:"+filepath.Join(folder, "template.db"), db.Options{})
		if err != nil {
			return err
		}
		_, err = d.Migrate(context.Background())
		return errors.Join(err, d.Close()) // the last connection folds the WAL into the file
	})
	if err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(folder, "template.db"))
})

func sqliteCopy(t testing.TB) string {
	t.Helper()
	template, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("making the SQLite template: %v", err)
	}
	file := filepath.Join(folder(t), "test.db")
	if err := os.WriteFile(file, template, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + file
}

// folder is one for a database: in memory for a test, which asks what a commit means and not how long the disk takes over it, and on disk for a benchmark.
func folder(t testing.TB) string {
	t.Helper()
	if _, measured := t.(*testing.B); measured {
		return t.TempDir()
	}
	path, err := os.MkdirTemp(memory(), "mtandao-sqlite-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(path) })
	return path
}

var databases atomic.Int64

func mariaCopy(t testing.TB) string {
	t.Helper()
	return server(t).take(t)
}

// create makes a database without any table and drops it with the test.
func (s *maria) create(t testing.TB) (name string) {
	t.Helper()
	name = fmt.Sprintf("test_%d", databases.Add(1))
	if err := s.run("", []string{"CREATE DATABASE " + name + oldDefaults}); err != nil {
		t.Fatalf("creating a database: %v", err)
	}
	t.Cleanup(func() { _ = s.run("", []string{"DROP DATABASE " + name}) })
	return name
}
