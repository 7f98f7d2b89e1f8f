package backup

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// TestAPlaceThatIsAwayCostsNoReading, is asked ever less often, and gets the next piece once it is back.
func TestAPlaceThatIsAwayCostsNoReading(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), filepath.Join(t.TempDir(), "copies"))
	good := w.take().Piece
	away := w.To + ".away"
	if err := os.Rename(w.To, away); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(w.To, nil, 0o600); err != nil { // not a folder any more
		t.Fatal(err)
	}
	tries := 0
	for range 120 { // an hour, looked at each half minute
		w.clock.Advance(30 * time.Second)
		if err := w.Due(t.Context()); err != nil {
			tries++
		}
	}
	var rows int64
	if err := w.DB.SQL().QueryRow("SELECT COUNT(*) FROM backup_pieces").Scan(&rows); err != nil || rows != 1 || tries < 10 || tries > 20 {
		t.Errorf("%d tries, %d pieces were begun: %v", tries, rows-1, err)
	}
	if err := os.Remove(w.To); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(away, w.To); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(5 * time.Minute)
	if err := w.Due(t.Context()); err != nil {
		t.Fatal(err)
	}
	if last, _, _ := w.Last(t.Context()); last.Level != Hour || last.Chain != good.Chain || last.Before != before(good) {
		t.Errorf("%v", last)
	}
}

// TestAClockThatJumps back or ahead neither stops the copies nor takes away those that are there.
func TestAClockThatJumps(t *testing.T) {
	w, p := chainOf(t, 4)
	due := func() Piece {
		t.Helper()
		if err := w.Due(t.Context()); err != nil {
			t.Fatal(err)
		}
		last, _, err := w.Last(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return last
	}
	w.clock.Advance(365 * 24 * time.Hour)
	ahead := due()
	w.clock.Advance(-365 * 24 * time.Hour)
	back := due()
	if !back.At.After(ahead.At) || back.Level != Day {
		t.Errorf("after a jump back: %v behind %v", back, ahead)
	}
	w.clock.Advance(time.Minute)
	if again := due(); again.Name() != back.Name() {
		t.Errorf("a minute later another: %v", again)
	}
	w.fill(100, 110)
	w.clock.Advance(5 * time.Minute)
	newest := due()
	want := contents(t, w.DB)
	out, d, _, err := w.restore(time.Time{})
	if err != nil || out.Piece.Name() != newest.Name() || len(out.Seen.Missing) != 0 {
		t.Fatalf("%+v %v", out, err)
	}
	if got := contents(t, d); len(got) != len(want) {
		t.Errorf("%d rows came back, %d were there", len(got), len(want))
	}
	if out, _, _, err := w.restore(p[3].At); err != nil || out.Piece.Name() != p[3].Name() {
		t.Errorf("the pieces before the jump: %v %v", out.Piece, err)
	}
}

// TestTwoAtOnce: serve's own copies and a person's, at the same moment, on both databases.
func TestTwoAtOnce(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, filepath.Join(t.TempDir(), "copies"))
		w.fill(1, 50)
		other := New(w.Options)
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if _, err := w.Take(t.Context()); err != nil {
					t.Error(err)
				}
			})
			all.Go(func() {
				if _, err := other.TakeDay(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		seen, err := w.Check(t.Context())
		if err != nil || len(seen.Pieces) != 6 || len(seen.Missing)+len(seen.Strangers) != 0 {
			t.Errorf("%d pieces, %+v %v", len(seen.Pieces), seen.Missing, err)
		}
		if _, _, _, err := w.restore(time.Time{}); err != nil {
			t.Error(err)
		}
	})
}

// TestWhatABrokenOffAttemptLeavesIsRemoved a day later, at the place and here.
func TestWhatABrokenOffAttemptLeavesIsRemoved(t *testing.T) {
	for name, address := range places(t) {
		if name == "s3" {
			continue // see TestPartsThatNobodyWantsAreRemoved
		}
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, testdb.SQLite(t), address)
			p := w.take().Piece
			root := address
			if name == "sftp" {
				place, err := OpenPlace(t.Context(), address)
				if err != nil {
					t.Fatal(err)
				}
				root = place.(*sftpPlace).root
				_ = place.Close()
			}
			old := time.Now().Add(-leftFor - time.Hour)
			left := []string{filepath.Join(root, p.Chain, "old.age"+unfinished), filepath.Join(w.Folder, "piece-123")}
			fresh := []string{filepath.Join(root, p.Chain, "new.age"+unfinished), filepath.Join(w.Folder, "piece-456")}
			for _, path := range append(left, fresh...) {
				if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, path := range left {
				if err := os.Chtimes(path, old, old); err != nil {
					t.Fatal(err)
				}
			}
			w.take()
			for _, path := range left {
				if _, err := os.Stat(path); err == nil {
					t.Errorf("%s is still there", path)
				}
			}
			for _, path := range fresh {
				if _, err := os.Stat(path); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestAKillBetweenAnyTwoWrites: each state that a kill can leave behind goes on to a copy that comes back whole.
func TestAKillBetweenAnyTwoWrites(t *testing.T) {
	for name, leaves := range map[string]func(w *world, p Piece){
		"put, nothing remembered": func(w *world, p Piece) {
			w.exec("UPDATE backup_pieces SET state = 'begun', name = '' WHERE chain = ? AND number = ?", p.Chain, p.Number)
			_ = os.Remove(w.markPath(p.Level))
		},
		"put and marked, no row": func(w *world, p Piece) {
			w.exec("UPDATE backup_pieces SET state = 'begun', name = '' WHERE chain = ? AND number = ?", p.Chain, p.Number)
		},
		"half a mark": func(w *world, p Piece) {
			if p.Level != Step {
				_ = os.Truncate(w.markPath(p.Level), 20)
			}
		},
		"half a piece here": func(w *world, _ Piece) { w.put("backup/next.piece", "half") },
		"begun, not put": func(w *world, p Piece) {
			w.exec("UPDATE backup_pieces SET state = 'begun', name = '' WHERE chain = ? AND number = ?", p.Chain, p.Number)
			_ = os.Remove(w.markPath(p.Level))
			_ = os.Remove(w.at(p))
		},
	} {
		for count := 1; count <= 3; count++ { // after a day, an hour, a step
			t.Run(fmt.Sprint(name, " ", count), func(t *testing.T) {
				w, p := chainOf(t, count)
				leaves(w, p[count-1])
				w.Service = New(w.Options) // another process
				w.fill(200, 210)
				for range 3 {
					w.take()
					w.clock.Advance(5 * time.Minute)
				}
				want := contents(t, w.DB)
				_, d, _, err := w.restore(time.Time{})
				if err != nil {
					t.Fatal(err)
				}
				if got := contents(t, d); len(got) != len(want) {
					t.Errorf("%d rows came back, %d were there", len(got), len(want))
				}
			})
		}
	}
}
