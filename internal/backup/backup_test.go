package backup

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

var testStart = time.Date(2026, 11, 2, 18, 0, 0, 0, time.UTC)

// world is a program's records, the service that copies them, and the private key.
type world struct {
	*Service
	t       *testing.T
	clock   *clock.Manual
	private string
	data    string
}

func newWorld(t *testing.T, d *db.DB, to string) *world {
	t.Helper()
	public, private, err := NewKey()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, clock: clock.NewManual(testStart), private: private, data: t.TempDir()}
	w.Service = New(Options{DB: d, Clock: w.clock, Log: slog.New(slog.DiscardHandler), Pause: NewPause(d, w.clock), Files: filesIn(w.data),
		Folder: filepath.Join(w.data, "backup"), To: to, Key: public})
	w.put("keys.json", "the keys")
	w.put("spool/callbacks/00000000000000000001.segment", strings.Repeat("callback ", 20_000))
	w.put("spool/callbacks/lock", "")
	return w
}

func filesIn(data string) []File {
	return []File{{"keys", filepath.Join(data, "keys.json")}, {"spool", filepath.Join(data, "spool")}}
}

func (w *world) put(name, text string) {
	w.t.Helper()
	path := filepath.Join(w.data, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	if _, err := w.DB.SQL().Exec(query, args...); err != nil {
		w.t.Fatal(err)
	}
}

// fill writes settings, and job rows with all that bytes, texts and NULLs can be.
func (w *world) fill(from, to int) {
	w.t.Helper()
	now := w.clock.Now()
	for n := from; n < to; n++ {
		w.exec("INSERT INTO jobs (id, fact, subscriber, job_key, payload, state, run_at, attempt, failures, last_error, holder, created_at, updated_at) VALUES (?, 'f', 's', ?, ?, 'parked', ?, 0, 0, ?, '', ?, ?)",
			int64(n)<<20+7, fmt.Sprint("k", n), []byte{0, byte(n), 0xff, '\'', '\\', 0}, now.Add(time.Duration(n)*time.Millisecond), "Müller “säger” 😀 "+fmt.Sprint(n), now, now)
		w.exec("INSERT INTO plans (id, plan_key, name_en, name_sw, segment, price_cents, price_currency, limits, sort, state, created_at, updated_at) VALUES (?, ?, '', 'x', 'hotspot', ?, 'KES', '{}', -3, 'on', ?, ?)",
			n, fmt.Sprint("p", n), int64(n)*-100, now, now)
	}
}

func (w *world) take() Taken {
	w.t.Helper()
	taken, err := w.Take(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return taken
}

// restore brings the copy to an empty place and returns its database.
func (w *world) restore(before time.Time) (Restored, *db.DB, string, error) {
	w.t.Helper()
	data, address := w.t.TempDir(), testdb.Empty(w.t, w.DB.Dialect())
	out, err := Restore{From: w.To, Key: w.private, Before: before, DB: address, Files: filesIn(data), Clock: w.clock}.Run(w.t.Context())
	if err != nil {
		return out, nil, data, err
	}
	d, err := db.Open(w.t.Context(), address, db.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = d.Close() })
	return out, d, data, nil
}

// contents are all rows of all tables but those that a backup itself changes.
func contents(t *testing.T, d *db.DB) (all []string) {
	t.Helper()
	query := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
	if d.Dialect() == db.MySQL {
		query = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name"
	}
	for _, table := range column(t, d, query) {
		if table != "pauses" && table != "backup_pieces" {
			all = append(all, rowsOf(t, d, table)...)
		}
	}
	return all
}

func column(t *testing.T, d *db.DB, query string) (all []string) {
	t.Helper()
	rows, err := d.SQL().Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

func rowsOf(t *testing.T, d *db.DB, table string) (all []string) {
	t.Helper()
	rows, err := d.SQL().Query("SELECT * FROM " + table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, _ := rows.Columns()
	for rows.Next() {
		values, into := make([]sql.NullString, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%s %+v", table, values))
	}
	slices.Sort(all)
	return all
}

func TestWhatComesBackIsWhatWasThere(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &pause{}, &record{})
		for name, address := range places(t) {
			t.Run(name, func(t *testing.T) {
				d := testdb.Open(t, d.Dialect())
				w := newWorld(t, d, address)
				w.fill(1, 700)
				day := w.take()
				w.exec("DELETE FROM jobs WHERE id < ?", int64(90)<<20)
				w.exec("UPDATE plans SET name_en = 'changed' WHERE id = 300")
				w.clock.Advance(5 * time.Minute)
				hour := w.take()
				w.fill(700, 720)
				w.put("spool/callbacks/00000000000000000001.segment", strings.Repeat("callback ", 20_100))
				w.clock.Advance(5 * time.Minute)
				step := w.take()
				if day.Piece.Level != Day || hour.Piece.Level != Hour || step.Piece.Level != Step || step.Bytes*3 > day.Bytes || step.Blocks*4 > step.Whole {
					t.Errorf("day %+v, hour %+v, step %+v", day, hour, step)
				}
				want := contents(t, d)
				w.fill(720, 740) // after the copy
				out, back, data, err := w.restore(time.Time{})
				if err != nil {
					t.Fatal(err)
				}
				if got := contents(t, back); !slices.Equal(got, want) {
					t.Errorf("%d rows came back, %d were there", len(got), len(want))
				}
				if out.Pieces != 3 || out.Piece.Name() != step.Piece.Name() || out.Blocks != step.Whole {
					t.Errorf("%+v", out)
				}
				keys, _ := os.ReadFile(filepath.Join(data, "keys.json"))
				spooled, _ := os.ReadFile(filepath.Join(data, "spool/callbacks/00000000000000000001.segment"))
				if _, err := os.Stat(filepath.Join(data, "spool/callbacks/lock")); string(keys) != "the keys" || len(spooled) != 9*20_100 || err == nil {
					t.Errorf("the files: %q, %d bytes, %v", keys, len(spooled), err)
				}
				p := NewPause(back, w.clock)
				if err := p.Refresh(t.Context()); err != nil || !strings.Contains(p.Cause(), "restored from the backup of 2026-11-02T18:10:00Z") {
					t.Errorf("pause %q: %v", p.Cause(), err)
				}
				if err := back.CheckSchema(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
	})
}

// TestACopyIsOfOneInstant copies while others write two rows at a time: never is one there without the other.
func TestACopyIsOfOneInstant(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, filepath.Join(t.TempDir(), "copies"))
		w.fill(1, 400)
		ctx, stop := context.WithCancel(t.Context())
		var writing sync.WaitGroup
		writing.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				err := d.InTx(t.Context(), func(tx *db.Tx) error {
					for _, name := range []string{"a", "zz"} {
						if err := tx.Gorm().Exec("REPLACE INTO settings (name, value, updated_at) VALUES (?, ?, ?)", fmt.Sprint(name, n%50), fmt.Sprint(n), testStart).Error; err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
		for range 6 {
			w.take()
			w.clock.Advance(20 * time.Minute)
		}
		stop()
		writing.Wait()
		for n := range 6 {
			_, back, _, err := w.restore(testStart.Add(time.Duration(n) * 20 * time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			query := "SELECT COUNT(*) FROM settings a LEFT JOIN settings z ON z.name = CONCAT('zz', SUBSTR(a.name, 2)) AND z.value = a.value WHERE a.name LIKE 'a%' AND z.name IS NULL"
			if odd := column(t, back, query); odd[0] != "0" {
				t.Errorf("copy %d: %s rows without their other half", n, odd[0])
			}
		}
	})
}

func TestABrokenOrMissingPieceIsNamed(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), filepath.Join(t.TempDir(), "copies"))
	day := w.take().Piece
	w.clock.Advance(5 * time.Minute)
	hour := w.take().Piece
	w.clock.Advance(5 * time.Minute)
	step := w.take().Piece
	at := func(p Piece) string { return filepath.Join(w.To, p.Name()) }
	whole, err := os.ReadFile(at(hour))
	if err != nil {
		t.Fatal(err)
	}
	damage := slices.Clone(whole)
	damage[len(damage)/2] ^= 1
	if err := os.WriteFile(at(hour), damage, 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, _, err = w.restore(time.Time{})
	if fault.KeyOf(err) != "backup.broken" || !strings.Contains(fmt.Sprint(err), "not those") {
		t.Error(err)
	}
	if err := os.Remove(at(hour)); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := w.restore(time.Time{}); fault.KeyOf(err) != "backup.missing" {
		t.Error(err)
	}
	if out, _, _, err := w.restore(day.At); err != nil || out.Piece.Name() != day.Name() {
		t.Errorf("the day before it: %v", err)
	}
	// A piece under another's name: hash and name agree, what is inside does not.
	lie := step
	lie.Chain = lie.At.Format(stamp) + "-00000000"
	lie.Number, lie.Parent, lie.Level = 0, 0, Day
	if err := os.MkdirAll(filepath.Dir(at(lie)), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(at(step), at(lie)); err != nil {
		t.Fatal(err)
	}
	if out, _, _, err := w.restore(time.Time{}); err != nil || out.Piece.Name() != day.Name() || len(out.Seen.Strangers) != 1 {
		t.Errorf("%+v %v", out, err)
	}
}

func TestAnotherKeyOpensNothing(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), filepath.Join(t.TempDir(), "copies"))
	w.take()
	_, w.private, _ = NewKey()
	if _, _, _, err := w.restore(time.Time{}); fault.KeyOf(err) != "backup.other_key" {
		t.Error(err)
	}
	w.private = w.Key
	if _, _, _, err := w.restore(time.Time{}); fault.KeyOf(err) != "backup.private_key" {
		t.Error(err)
	}
}

func TestNothingIsWrittenOver(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, filepath.Join(t.TempDir(), "copies"))
		w.take()
		for _, r := range []Restore{
			{From: w.To, Key: w.private, DB: testdb.URL(t, d.Dialect()), Files: filesIn(t.TempDir()), Clock: w.clock},
			{From: w.To, Key: w.private, DB: testdb.Empty(t, d.Dialect()), Files: filesIn(w.data), Clock: w.clock},
		} {
			if _, err := r.Run(t.Context()); fault.KeyOf(err) != "backup.not_empty" {
				t.Error(err)
			}
		}
		other := map[string]string{db.SQLite: db.MySQL, db.MySQL: db.SQLite}[d.Dialect()]
		r := Restore{From: w.To, Key: w.private, DB: testdb.Empty(t, other), Files: filesIn(t.TempDir()), Clock: w.clock}
		if _, err := r.Run(t.Context()); fault.KeyOf(err) != "backup.other_dialect" {
			t.Error(err)
		}
	})
}

// TestARestoreCutShortCanBeBegunAgain breaks off a restore of SQLite half-way: no database has the name that serve opens.
func TestARestoreCutShortCanBeBegunAgain(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), filepath.Join(t.TempDir(), "copies"))
	w.take()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	address := testdb.Empty(t, db.SQLite)
	r := Restore{From: w.To, Key: w.private, DB: address, Files: nil, Clock: w.clock}
	if _, err := r.Run(ctx); err == nil {
		t.Fatal("a cancelled restore ended well")
	}
	if _, err := os.Stat(strings.TrimPrefix(address, "sqlite:")); err == nil {
		t.Error("half a database has a name")
	}
	r.Files = filesIn(t.TempDir())
	if _, err := r.Run(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAPausedCopyMakesNoPieces(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, filepath.Join(t.TempDir(), "copies"))
		change := func(f func(tx *db.Tx) error) {
			if err := d.InTx(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
		due := func() (ok bool) {
			if err := w.Due(t.Context()); err != nil {
				t.Fatal(err)
			}
			_, ok, _ = w.Last(t.Context())
			return ok
		}
		change(func(tx *db.Tx) error { return w.Pause.Begin(tx, "a test") })
		if err := w.Pause.Refresh(t.Context()); err != nil || !w.Pause.Paused() || due() {
			t.Errorf("paused %v, and made a piece: %v", w.Pause.Paused(), err)
		}
		for _, want := range []bool{true, false} {
			change(func(tx *db.Tx) error {
				if was, err := w.Pause.End(tx); err != nil || was != want {
					t.Errorf("was paused: %v %v", was, err)
				}
				return nil
			})
		}
		if w.Pause.Paused() || !due() {
			t.Error("a living copy makes no pieces")
		}
		for minutes, want := range []int{0, 0, 0, 0, 0, 1, 1} { // the number of the last piece
			if due(); minutes > 0 {
				w.clock.Advance(time.Minute)
				due()
			}
			if last, _, _ := w.Last(t.Context()); last.Number != want {
				t.Errorf("after %d minutes the last piece is %v", minutes, last)
			}
		}
	})
}
