package backup

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// newFollowed is a world on a MariaDB whose binary log tells what changes.
func newFollowed(t *testing.T) *world {
	t.Helper()
	address := testdb.Logged(t)
	d := testdb.OpenURL(t, address, db.Options{})
	w := newWorld(t, d, filepath.Join(t.TempDir(), "copies"))
	w.Address = address
	if why, err := w.Follows(t.Context()); why != "" || err != nil {
		t.Fatalf("%s %v", why, err)
	}
	return w
}

// TestAPositionIsInItsFile: whenever the server goes over to a new file of its log, and it does so each 64 KB here, reading can
// begin where a snapshot is said to be.
func TestAPositionIsInItsFile(t *testing.T) {
	w := newFollowed(t)
	w.fill(1, 20)
	files := map[string]bool{}
	for n := 0; len(files) < 4; n++ {
		w.exec("UPDATE plans SET name_en = ?, sort = ? WHERE id = 3", strings.Repeat("x", 100), n)
		if n%3 == 0 {
			w.exec(fmt.Sprintf("ALTER TABLE plans COMMENT = '%d %s'", n, strings.Repeat("c", 1000)))
		}
		if n%4 == 0 {
			w.exec("INSERT INTO acme_items (name, value, size, updated_at) VALUES (?, REPEAT('v', 7000), 7000, ?)", fmt.Sprint("item ", n), testStart)
		}
		err := inSnapshot(t.Context(), w.DB, func(conn *sql.Conn) error {
			tables, err := readTables(t.Context(), conn)
			if err != nil {
				return err
			}
			at, err := here(t.Context(), conn, tables)
			files[at.File] = true
			return errors.Join(err, tryOut(t.Context(), w.Address, tables, at))
		})
		if err != nil {
			t.Fatalf("write %d: %v", n, err)
		}
	}
}

// TestAChangedRowIsToldAndTheRestIsNotRead: what a piece holds is what changed, whatever kind of change and key.
func TestAChangedRowIsToldAndTheRestIsNotRead(t *testing.T) {
	w := newFollowed(t)
	w.fill(1, 2000)
	day := w.take()
	w.clock.Advance(5 * time.Minute)
	w.exec("UPDATE plans SET name_en = 'changed' WHERE id BETWEEN 300 AND 304")
	w.exec("DELETE FROM jobs WHERE id = ?", int64(90)<<20+7)
	w.exec("UPDATE plans SET id = 5000000 WHERE id = 17") // its key
	w.exec("INSERT INTO acme_items (name, value, size, updated_at) VALUES ('Nyumbani ñ/½', '', 0, ?)", testStart)
	hour := w.take()
	if day.Piece.Level != Day || hour.Piece.Level != Hour || hour.Blocks != 0 {
		t.Errorf("day %+v, hour %+v", day, hour)
	}
	// five, one gone, one gone and one come, one come; and the rows of the pieces themselves
	if hour.Rows < 9 || hour.Rows > 9+2 {
		t.Errorf("%d rows are told", hour.Rows)
	}
	w.clock.Advance(5 * time.Minute)
	w.exec("UPDATE plans SET id = 17 WHERE id = 5000000")
	w.exec("DELETE FROM acme_items WHERE name LIKE 'Nyumbani%'")
	step := w.take()
	want := contents(t, w.DB)
	out, back, _, err := w.restore(time.Time{})
	if err != nil || out.Pieces != 3 || out.Piece.Name() != step.Piece.Name() {
		t.Fatalf("%+v %v", out, err)
	}
	if got := contents(t, back); !slices.Equal(got, want) {
		t.Errorf("%d rows came back, %d were there", len(got), len(want))
	}
	p := NewPause(back, w.clock)
	if err := p.Refresh(t.Context()); err != nil || !strings.Contains(p.Cause(), "restored from") {
		t.Errorf("%q %v", p.Cause(), err)
	}
}

// TestEachPieceOfARandomPastComesBack tells hours of random changes, unique keys that rows hand to each other among them,
// and brings back each piece.
func TestEachPieceOfARandomPastComesBack(t *testing.T) {
	w := newFollowed(t)
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 1))
	w.fill(1, 60)
	var pieces []Piece
	var wants [][]string
	for n := range 30 {
		for range r.IntN(40) {
			id := r.IntN(60) + 1
			switch r.IntN(5) {
			case 0:
				w.exec("DELETE FROM plans WHERE id = ?", id)
			case 1:
				w.exec("REPLACE INTO settings (name, value, updated_at) VALUES (?, ?, ?)", fmt.Sprint("s", id), fmt.Sprint(n), testStart)
			case 2: // two rows change places under a unique key
				other := r.IntN(60) + 1
				w.exec("UPDATE plans SET plan_key = 'aside' WHERE id = ?", id)
				w.exec("UPDATE plans SET plan_key = ? WHERE id = ?", fmt.Sprint("p", id, "of", n, r.Int()), other)
				w.exec("UPDATE plans SET plan_key = ? WHERE id = ?", fmt.Sprint("p", other, "of", n, r.Int()), id)
			case 3:
				w.exec("UPDATE jobs SET payload = ?, last_error = '' WHERE id = ?", []byte{0, byte(n)}, int64(id)<<20+7)
			default:
				w.exec("INSERT IGNORE INTO plans (id, plan_key, name_en, name_sw, segment, price_cents, price_currency, limits, sort, state, created_at, updated_at) VALUES (?, ?, '', 'x', 'hotspot', 1, 'KES', '{}', 1, 'on', ?, ?)",
					id, fmt.Sprint("new", r.Int()), testStart, testStart)
			}
		}
		if taken := w.take(); n > 0 && taken.Piece.Level == Day {
			t.Fatalf("seed %d: %v reads everything", seed, taken.Piece)
		} else {
			pieces, wants = append(pieces, taken.Piece), append(wants, contents(t, w.DB))
		}
		w.clock.Advance(7 * time.Minute)
	}
	for n := 0; n < len(pieces); n += 3 {
		out, back, _, err := w.restore(pieces[n].At)
		if err != nil || out.Piece.Name() != pieces[n].Name() {
			t.Fatalf("seed %d, piece %d: %+v %v", seed, n, out, err)
		}
		if got := contents(t, back); !slices.Equal(got, wants[n]) {
			t.Errorf("seed %d: what %v brings back is not what was there", seed, pieces[n])
		}
	}
}

// TestWhatTheLogCannotTellIsReadWhole: after a change of tables, a statement in place of rows, and a log that was cleared,
// the next piece is a day, and comes back.
func TestWhatTheLogCannotTellIsReadWhole(t *testing.T) {
	for name, does := range map[string]func(w *world){
		"a table changed": func(w *world) { w.exec("ALTER TABLE plans ADD COLUMN odd INT NULL") },
		"a statement": func(w *world) {
			w.exec("SET STATEMENT binlog_format = 'STATEMENT' FOR UPDATE plans SET sort = 9 WHERE id = 3")
		},
		"the log was cleared": func(w *world) {
			w.exec("FLUSH BINARY LOGS")
			w.exec("UPDATE plans SET sort = 9 WHERE id = 3")
			purge(w)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newFollowed(t)
			w.fill(1, 20)
			w.take()
			w.clock.Advance(5 * time.Minute)
			if p := w.take().Piece; p.Level != Hour {
				t.Fatalf("%v", p)
			}
			does(w)
			w.clock.Advance(5 * time.Minute)
			if p := w.take().Piece; p.Level != Day {
				t.Errorf("%v is built upon what is not known", p)
			}
			want := contents(t, w.DB)
			_, back, _, err := w.restore(time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			if got := contents(t, back); !slices.Equal(got, want) {
				t.Errorf("%d rows came back, %d were there", len(got), len(want))
			}
		})
	}
}

func purge(w *world) {
	for logs := w.logs(); len(logs) > 1; logs = w.logs() { // one that is still being read stays
		w.exec("PURGE BINARY LOGS TO '" + logs[len(logs)-1] + "'")
	}
}

func (w *world) logs() (all []string) {
	w.t.Helper()
	rows, err := w.DB.SQL().Query("SHOW BINARY LOGS")
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var size int64
		if err := rows.Scan(&name, &size); err != nil {
			w.t.Fatal(err)
		}
		all = append(all, name)
	}
	return all
}

// TestAUserWhoMayNotReadTheLogStillHasCopies: each reads everything, and says what to grant.
func TestAUserWhoMayNotReadTheLogStillHasCopies(t *testing.T) {
	w := newFollowed(t)
	w.fill(1, 20)
	name := w.Address[strings.LastIndex(w.Address, "/")+1:]
	w.exec("CREATE USER poor_" + name + " IDENTIFIED BY 'p'")
	w.exec("GRANT ALL ON " + name + ".* TO poor_" + name)
	root := w.DB.SQL()
	w.Address = strings.Replace(w.Address, "mysql:root@", "mysql:poor_"+name+":p@", 1)
	w.Service.DB = testdb.OpenURL(t, w.Address, db.Options{})
	why, err := w.Follows(t.Context())
	if err != nil || !strings.Contains(why, "denied") {
		t.Errorf("%q %v", why, err)
	}
	w.take()
	w.clock.Advance(5 * time.Minute)
	w.exec("UPDATE plans SET sort = 9 WHERE id = 3")
	if hour := w.take(); hour.Piece.Level != Hour || hour.Rows != 0 || hour.Blocks == 0 {
		t.Errorf("%+v", hour)
	}
	want := contents(t, w.DB)
	_, back, _, err := w.restore(time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if got := contents(t, back); !slices.Equal(got, want) {
		t.Errorf("%d rows came back, %d were there", len(got), len(want))
	}
	if _, err := root.Exec("GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* TO poor_" + name); err != nil {
		t.Fatal(err)
	}
	w.DB.SQL().SetMaxIdleConns(0) // a connection keeps the rights that it was opened with
	if why, err := w.Follows(t.Context()); why != "" || err != nil {
		t.Errorf("%q %v", why, err)
	}
}

// TestAServerWithoutALogIsToldOf by what it lacks.
func TestAServerWithoutALogIsToldOf(t *testing.T) {
	address := testdb.URL(t, db.MySQL)
	w := newWorld(t, testdb.OpenURL(t, address, db.Options{}), t.TempDir())
	w.Address = address
	if why, err := w.Follows(t.Context()); err != nil || !strings.Contains(why, "log_bin") {
		t.Errorf("%q %v", why, err)
	}
}
