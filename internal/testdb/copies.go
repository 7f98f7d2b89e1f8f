package testdb

import (
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// made is a migrated empty database of a server. One that a test gives back is emptied and given to the next: making it takes fifty times as long.
type made struct {
	name    string
	shape   map[string]time.Time // its files that say what tables it has, and when each was last changed
	changed map[string]int64     // rows changed in each table, ever
}

// mostToDelete is how many rows are deleted before dropping the whole is cheaper.
const mostToDelete = 3000

// take gives a database that is its own for as long as the test runs.
func (s *maria) take(t testing.TB) string {
	t.Helper()
	d, err := s.next()
	if err != nil {
		t.Fatalf("copying the schema: %v", err)
	}
	t.Cleanup(func() {
		if s.emptied(d) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.free = append(s.free, d)
			return
		}
		_ = s.run("", []string{"DROP DATABASE " + d.name})
	})
	return s.url(d.name)
}

func (s *maria) next() (*made, error) {
	s.mu.Lock()
	if last := len(s.free) - 1; last >= 0 {
		d := s.free[last]
		s.free = s.free[:last]
		s.mu.Unlock()
		return d, nil
	}
	s.mu.Unlock()
	d := &made{name: fmt.Sprintf("test_%d", databases.Add(1))}
	if err := s.fill(d.name); err != nil {
		return nil, err
	}
	return d, s.note(d)
}

// fill makes a database with the migrated schema.
func (s *maria) fill(name string) error {
	if err := s.run("", []string{"CREATE DATABASE " + name + oldDefaults}); err != nil {
		return err
	}
	return s.run(name, s.ddl)
}

// note remembers what an empty database is like.
func (s *maria) note(d *made) (err error) {
	if d.shape, err = s.shape(d.name); err != nil {
		return err
	}
	d.changed, err = s.changed(d.name)
	return err
}

// emptied deletes every row that a test left behind. It says no when the database is not what it was: when a table was made, changed or taken away, what the
// migrations wrote was touched, too much is there, or somebody is connected still.
func (s *maria) emptied(d *made) bool {
	shape, err := s.shape(d.name)
	if err != nil || !maps.Equal(shape, d.shape) || !s.left(d.name) {
		return false
	}
	changed, err := s.changed(d.name)
	if err != nil {
		return false
	}
	var statements []string
	sum := int64(0)
	for table, rows := range changed {
		if rows -= d.changed[table]; rows == 0 {
			continue
		}
		if sum += rows; sum > mostToDelete || rows < 0 || written(table) {
			return false
		}
		statements = append(statements, "DELETE FROM `"+table+"`")
	}
	return s.run(d.name, statements) == nil && s.note(d) == nil
}

// left waits a moment until nobody is connected with a database: its end is told to the server last.
func (s *maria) left(name string) bool {
	for range 50 {
		var n int
		if err := s.pool.QueryRow("SELECT COUNT(*) FROM information_schema.processlist WHERE db = ?", name).Scan(&n); err != nil {
			return false
		}
		if n == 0 {
			return true
		}
		time.Sleep(4 * time.Millisecond)
	}
	return false
}

// shape are the files of a database but those of rows: each table has one that is written when its columns or indexes change.
func (s *maria) shape(name string) (map[string]time.Time, error) {
	all, err := os.ReadDir(filepath.Join(s.data, name))
	if err != nil {
		return nil, err
	}
	shape := map[string]time.Time{}
	for _, entry := range all {
		if strings.HasSuffix(entry.Name(), ".ibd") {
			continue
		}
		about, err := entry.Info()
		if err != nil {
			return nil, err
		}
		shape[entry.Name()] = about.ModTime()
	}
	return shape, nil
}

// changed counts the rows that were ever inserted, updated or deleted in each table, as the server does (--userstat).
func (s *maria) changed(name string) (map[string]int64, error) {
	rows, err := s.pool.Query("SELECT table_name, rows_changed FROM information_schema.table_statistics WHERE table_schema = ? AND rows_changed > 0", name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]int64{}
	for rows.Next() {
		var table string
		var n int64
		if err := rows.Scan(&table, &n); err != nil {
			return nil, err
		}
		all[table] = n
	}
	return all, rows.Err()
}

// run says statements to the server, in a database or in none.
func (s *maria) run(name string, statements []string) error {
	if len(statements) == 0 {
		return nil
	}
	pool := s.pool
	if name != "" {
		var err error
		if pool, err = sql.Open("mysql", strings.TrimPrefix(s.url(name), "mysql:")); err != nil {
			return err
		}
		defer pool.Close()
	}
	for _, statement := range statements {
		if _, err := pool.Exec(statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}
