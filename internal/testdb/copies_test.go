package testdb

import (
	"context"
	"strings"
	"testing"

	"mtandao/internal/db"
)

// TestADatabaseIsGivenToTheNextEmpty: rows that were committed, and that were not, are gone; what is no longer as it was made is not given again.
func TestADatabaseIsGivenToTheNextEmpty(t *testing.T) {
	s := server(t)
	insert := "INSERT INTO leases (name, holder, until) VALUES ('one', 'asha', '2026-01-01')"
	for _, c := range []struct {
		what  string
		again bool // given to the next
		do    []string
	}{
		{"nothing", true, nil},
		{"rows of tables", true, []string{insert, "INSERT INTO nodes (number, holder, until) VALUES (3, 'asha', '2026-01-01')", "UPDATE leases SET holder = 'baraka'"}},
		{"rows that were deleted", true, []string{insert, "DELETE FROM leases"}},
		{"rows that were not committed", true, []string{"START TRANSACTION", insert}},
		{"a table more", false, []string{"CREATE TABLE saved AS SELECT * FROM leases"}},
		{"a table less", false, []string{"DROP TABLE leases"}},
		{"a column more", false, []string{"ALTER TABLE leases ADD COLUMN more INT"}},
		{"an index more", false, []string{"CREATE INDEX leases_more ON leases (holder)"}},
		{"a trigger", false, []string{"CREATE TRIGGER more AFTER INSERT ON leases FOR EACH ROW DELETE FROM nodes"}},
		{"a migration undone", false, []string{"DELETE FROM goose_db_version WHERE version_id = 1"}},
		{"a binary that is too old", false, []string{"INSERT INTO least_binary (version) VALUES (99999999)"}},
	} {
		var first, second string
		t.Run(c.what, func(t *testing.T) {
			first = s.take(t)
			pool := opened(t, first)
			pool.SQL().SetMaxOpenConns(1) // one session says one thing after the other
			for _, statement := range c.do {
				if _, err := pool.SQL().Exec(statement); err != nil {
					t.Fatal(err)
				}
			}
		})
		t.Run(c.what+" and then", func(t *testing.T) {
			second = s.take(t)
			d := opened(t, second)
			for _, table := range texts(t, d, "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()") {
				var rows int
				if err := d.SQL().QueryRow("SELECT COUNT(*) FROM `" + table + "`").Scan(&rows); err != nil || (rows > 0) != (table == "goose_db_version") {
					t.Errorf("%s has %d rows: %v", table, rows, err)
				}
			}
			if err := d.CheckSchema(t.Context()); err != nil {
				t.Error(err)
			}
		})
		if (first == second) != c.again {
			t.Errorf("%s: %s was given, then %s", c.what, first, second)
		}
	}
}

func opened(t *testing.T, url string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), url, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// TestADatabaseThatIsStillUsedIsNotGiven: a connection that nobody closed may write into it yet.
func TestADatabaseThatIsStillUsedIsNotGiven(t *testing.T) {
	s := server(t)
	var first string
	var forgotten *db.DB
	t.Run("connected", func(t *testing.T) {
		first = s.take(t)
		d, err := db.Open(context.Background(), first, db.Options{})
		if err != nil {
			t.Fatal(err)
		}
		forgotten = d
	})
	defer forgotten.Close()
	if second := s.take(t); second == first {
		t.Errorf("%s was given again", first[strings.LastIndex(first, "/"):])
	}
}
