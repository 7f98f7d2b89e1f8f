package testdb_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
	"mtandao/migrations"
)

func TestMigrationsHaveTheSameNames(t *testing.T) {
	if m, s := migrations.Names("mysql"), migrations.Names("sqlite"); !slices.Equal(m, s) || len(m) == 0 {
		t.Fatalf("mysql has %v\nsqlite has %v", m, s)
	}
}

// TestAnyPathIsThatFile: signs that mean something in an address name a file like any other.
func TestAnyPathIsThatFile(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"a#b.db", "a?b.db", "a%41.db", "a%.db", "a b&c=d;e+f.db", "mó.db"} {
		path := filepath.Join(folder, name, name)
		d, err := db.Open(t.Context(), "sqlite:"+path, db.Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := d.InTx(t.Context(), func(tx *db.Tx) error { return tx.Gorm().Exec("CREATE TABLE kept (n INTEGER)").Error }); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var found string
		if err := d.Read(t.Context()).Raw("SELECT file FROM pragma_database_list").Scan(&found).Error; err != nil || found != path {
			t.Errorf("%s: it opened %s, %v", name, found, err)
		}
		var pragma string
		if err := d.Read(t.Context()).Raw("PRAGMA journal_mode").Scan(&pragma).Error; err != nil || pragma != "wal" {
			t.Errorf("%s: %s, %v", name, pragma, err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	if all, err := os.ReadDir(folder); err != nil || len(all) != 6 {
		t.Errorf("%d folders, %v", len(all), err)
	}
}

func TestSchemasAreTheSame(t *testing.T) {
	s, m := testdb.SQLite(t), testdb.Open(t, db.MySQL)
	tables := names(t, s, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose_%' ORDER BY name")
	inMaria := names(t, m, "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name NOT LIKE 'goose_%' ORDER BY table_name")
	if !slices.Equal(tables, inMaria) {
		t.Fatalf("sqlite has %v\nmysql has %v", tables, inMaria)
	}
	for _, table := range tables {
		if a, b := testdb.Columns(t, s, table), testdb.Columns(t, m, table); !slices.Equal(a, b) {
			t.Errorf("%s: sqlite has columns %v\nmysql has %v", table, a, b)
		}
		a := names(t, s, `SELECT i.name || ':' || i."unique" || ':' || group_concat(c.name, ',') FROM pragma_index_list('`+table+`') i, pragma_index_info(i.name) c WHERE i.origin = 'c' GROUP BY i.name ORDER BY 1`)
		b := names(t, m, "SELECT CONCAT(index_name, ':', 1 - non_unique, ':', GROUP_CONCAT(column_name ORDER BY seq_in_index SEPARATOR ',')) FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = '"+table+"' AND index_name <> 'PRIMARY' GROUP BY index_name, non_unique ORDER BY 1")
		if !slices.Equal(a, b) {
			t.Errorf("%s: sqlite has indexes %v\nmysql has %v", table, a, b)
		}
		a = names(t, s, `SELECT name || ':' || "notnull" FROM pragma_table_info('`+table+`') WHERE pk = 0 ORDER BY 1`)
		b = names(t, m, "SELECT CONCAT(column_name, ':', IF(is_nullable = 'NO', 1, 0)) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '"+table+"' AND column_key <> 'PRI' ORDER BY 1")
		if !slices.Equal(a, b) {
			t.Errorf("%s: sqlite has nullability %v\nmysql has %v", table, a, b)
		}
		if a, b := testdb.PrimaryKey(t, s, table), testdb.PrimaryKey(t, m, table); !slices.Equal(a, b) || len(a) == 0 {
			t.Errorf("%s: sqlite has the primary key %v\nmysql has %v", table, a, b)
		}
		a = names(t, s, "SELECT name || ':' || lower(type) FROM pragma_table_info('"+table+"')")
		b = names(t, m, "SELECT CONCAT(column_name, ':', data_type) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '"+table+"'")
		if a, b := families(t, a), families(t, b); !slices.Equal(a, b) {
			t.Errorf("%s: sqlite has types %v\nmysql has %v", table, a, b)
		}
	}
}

// family is what a type holds, whatever its name and size.
var family = map[string]string{"bigint": "number", "integer": "number", "int": "number", "boolean": "number", "tinyint": "number",
	"text": "text", "varchar": "text", "mediumtext": "text", "blob": "octets", "varbinary": "octets", "mediumblob": "octets", "binary": "octets",
	"datetime": "time", "date": "date"}

func families(t *testing.T, columns []string) (all []string) {
	t.Helper()
	for _, column := range columns {
		name, kind, _ := strings.Cut(column, ":")
		if family[kind] == "" {
			t.Errorf("%s has the unknown type %s", name, kind)
		}
		all = append(all, name+":"+family[kind])
	}
	return all
}

// TestMariaDBComparesAndKeepsAsSQLite: binary collation, so that r is not R and 'a ' is not 'a'; milliseconds; transactions.
func TestMariaDBComparesAndKeepsAsSQLite(t *testing.T) {
	m := testdb.Open(t, db.MySQL)
	const ours = "table_schema = DATABASE() AND table_name NOT LIKE 'goose_%'"
	for what, query := range map[string]string{
		"a collation that is not binary": "SELECT CONCAT(table_name, '.', column_name, ' ', collation_name) FROM information_schema.columns WHERE " + ours + " AND collation_name NOT LIKE '%\\_bin'",
		"times without milliseconds":     "SELECT CONCAT(table_name, '.', column_name) FROM information_schema.columns WHERE " + ours + " AND data_type = 'datetime' AND datetime_precision <> 3",
		"no transactions":                "SELECT table_name FROM information_schema.tables WHERE " + ours + " AND engine <> 'InnoDB'",
	} {
		if found := names(t, m, query); len(found) > 0 {
			t.Errorf("%s: %v", what, found)
		}
	}
}

// TestEachStepCanBeRunAgain runs every statement of every migration a second time, as after a crash between two: MariaDB
// commits each by itself. Each is one change of the schema.
func TestEachStepCanBeRunAgain(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		d := testdb.Open(t, dialect)
		for _, name := range migrations.Names(dialect) {
			for _, step := range steps(t, dialect, name) {
				if !change.MatchString(step) {
					t.Errorf("%s/%s: no single change of the schema, and not a guarded one:\n%s", dialect, name, step)
				}
				if _, err := d.SQL().Exec(step); err != nil {
					t.Errorf("%s/%s: the second time: %v\n%s", dialect, name, err, step)
				}
			}
		}
	}
}

// steps are the statements of a migration, without its comments.
func steps(t *testing.T, dialect, name string) (all []string) {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("..", "..", "migrations", dialect, name))
	if err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile(`(?m)^\s*--.*$`).ReplaceAllString(string(body), "")
	for step := range strings.SplitSeq(text, ";") {
		if step = strings.TrimSpace(step); step != "" {
			all = append(all, step)
		}
	}
	return all
}

var change = regexp.MustCompile(`^(CREATE (TABLE|(UNIQUE )?INDEX) IF NOT EXISTS|ALTER TABLE \w+ (ADD|DROP) (COLUMN|INDEX) IF (NOT )?EXISTS|INSERT (IGNORE|OR IGNORE) INTO) `)

func names(t *testing.T, d *db.DB, query string) []string {
	t.Helper()
	rows, err := d.SQL().Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

func TestMigratingTwiceChangesNothing(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		d := testdb.OpenURL(t, testdb.Empty(t, dialect), db.Options{})
		first, err := d.Migrate(context.Background())
		if err != nil || len(first) != len(migrations.Names("sqlite")) {
			t.Fatalf("%s: applied %v: %v", dialect, first, err)
		}
		if again, err := d.Migrate(context.Background()); err != nil || len(again) != 0 {
			t.Fatalf("%s: again applied %v: %v", dialect, again, err)
		}
		if err := d.CheckSchema(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestABinaryTooOldIsRefused(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		if _, err := d.SQL().Exec("INSERT INTO least_binary (version) VALUES (?)", migrations.Latest()+1); err != nil {
			t.Fatal(err)
		}
		if err := d.CheckSchema(context.Background()); fault.KeyOf(err) != "db.binary_too_old" {
			t.Fatalf("got %v", err)
		}
		if _, err := d.Migrate(context.Background()); !errors.Is(err, migrations.ErrBinaryTooOld) {
			t.Fatalf("migrating got %v", err)
		}
	})
}

// TestTheNextSchemaIsServed: a newer program has expanded the schema and not yet asked for newer programs.
func TestTheNextSchemaIsServed(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		if _, err := d.SQL().Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, 1)", migrations.Latest()+1); err != nil {
			t.Fatal(err)
		}
		if err := d.CheckSchema(context.Background()); err != nil {
			t.Error(err)
		}
		if applied, err := d.Migrate(context.Background()); err != nil || len(applied) != 0 {
			t.Errorf("applied %v: %v", applied, err)
		}
	})
}

func TestInTxRollsBackAndRunsHooksOnlyAfterCommit(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		ctx, ran := context.Background(), 0
		put := func(tx *db.Tx, name string) error {
			return tx.Gorm().Exec("INSERT INTO leases (name, holder, until) VALUES (?, 'x', ?)", name, time.Now().UTC()).Error
		}
		err := d.InTx(ctx, func(tx *db.Tx) error {
			tx.AfterCommit(func() { ran++ })
			return errors.Join(put(tx, "lost"), fault.New(fault.Denied, "denied"))
		})
		if !fault.Is(err, fault.Denied) || ran != 0 {
			t.Fatalf("got %v, hooks ran %d", err, ran)
		}
		err = d.InTx(ctx, func(tx *db.Tx) error {
			tx.AfterCommit(func() { ran++ })
			_ = tx.Savepoint(func() error { return errors.Join(put(tx, "undone"), errors.New("no")) })
			return put(tx, "kept")
		})
		if err != nil || ran != 1 {
			t.Fatalf("got %v, hooks ran %d", err, ran)
		}
		if got := names(t, d, "SELECT name FROM leases"); !slices.Equal(got, []string{"kept"}) {
			t.Fatalf("stored %v", got)
		}
		if err := d.InTx(ctx, func(tx *db.Tx) error { return put(tx, "kept") }); !db.IsDuplicate(err) || !fault.Is(err, fault.Conflict) {
			t.Fatalf("a duplicate gives %v", err)
		}
	})
}

// TestASavepointWithinASavepoint: what the outer one undoes is everything that it wrote, the inner ones with it.
func TestASavepointWithinASavepoint(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		err := d.InTx(context.Background(), func(tx *db.Tx) error {
			put := func(name string) error {
				return tx.Gorm().Exec("INSERT INTO leases (name, holder, until) VALUES (?, 'x', ?)", name, time.Now().UTC()).Error
			}
			_ = tx.Savepoint(func() error {
				return errors.Join(put("before"), tx.Savepoint(func() error { return put("inside") }), put("after"), errors.New("no"))
			})
			return tx.Savepoint(func() error {
				_ = tx.Savepoint(func() error { return errors.Join(put("undone"), errors.New("no")) })
				return put("kept")
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := names(t, d, "SELECT name FROM leases"); !slices.Equal(got, []string{"kept"}) {
			t.Errorf("stored %v", got)
		}
	})
}

func TestConditionalUpdateHasOneWinner(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := context.Background(), time.Now().UTC().Truncate(time.Millisecond)
		if _, err := d.SQL().Exec("INSERT INTO leases (name, holder, until) VALUES ('one', 'free', ?)", now); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		won := 0
		var all sync.WaitGroup
		for range 40 {
			all.Go(func() {
				var mine bool
				err := d.InTx(ctx, func(tx *db.Tx) (err error) {
					mine, err = db.Won(tx.Gorm().Exec("UPDATE leases SET holder = 'taken' WHERE name = 'one' AND holder = 'free'"))
					return err
				})
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				} else if mine {
					won++
				}
			})
		}
		if all.Wait(); won != 1 {
			t.Fatalf("%d winners", won)
		}
	})
}

func TestIDsAreUniqueAndOrdered(t *testing.T) {
	d := testdb.SQLite(t)
	if err := d.LeaseNode(context.Background(), "a"); err != nil {
		t.Fatal(err)
	}
	seen := map[int64]bool{}
	last := int64(0)
	for range 10000 {
		id := d.ID()
		if seen[id] || id <= last {
			t.Fatalf("id %d after %d", id, last)
		}
		seen[id], last = true, id
	}
	var holder string
	if err := d.SQL().QueryRow("SELECT holder FROM nodes WHERE number = 0").Scan(&holder); err != nil || holder != "a" {
		t.Fatalf("node 0 held by %q: %v", holder, err)
	}
}

func TestTwoServersLeaseTwoNodes(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		for _, holder := range []string{"a", "b", "a"} {
			if err := d.LeaseNode(context.Background(), holder); err != nil {
				t.Fatal(err)
			}
		}
		if got := names(t, d, "SELECT holder FROM nodes"); !slices.Equal(got, []string{"a", "b"}) {
			t.Fatalf("holders %v", got)
		}
	})
}
