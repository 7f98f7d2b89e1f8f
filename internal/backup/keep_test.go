package backup

import (
	"strings"
	"testing"
	"time"

	"mtandao/internal/testdb"
)

func FuzzPieceName(f *testing.F) {
	p := Piece{Chain: newChain(testStart), Number: 7, Parent: 3, Level: Step, At: testStart, Hash: strings.Repeat("ab", 32)}
	f.Add(p.Name())
	f.Add("20261102T180000Z-00000000/000000-000000-day-20261102T180000Z-" + strings.Repeat("0", 64) + ".age")
	f.Fuzz(func(t *testing.T, name string) {
		p, ok := readName(name)
		if ok && p.Name() != name {
			t.Errorf("%q is read as %q", name, p.Name())
		}
	})
}

func FuzzRows(f *testing.F) {
	f.Add([]byte{0, 1, 2, 'a'}, 3)
	f.Fuzz(func(t *testing.T, data []byte, columns int) {
		if values, ok := unpacked(data, columns); ok && len(values)%columns != 0 {
			t.Error("half a row")
		}
	})
}

// TestRetention takes pieces for six weeks and looks at what is left: the newest two hours whole, a day by the hour, a month
// by the day, and every piece with all that it builds upon.
func TestRetention(t *testing.T) {
	var pieces []Piece
	day, hour := Piece{}, Piece{}
	for minutes := 0; minutes < 42*24*60; minutes += 5 {
		now := testStart.Add(time.Duration(minutes) * time.Minute)
		p := Piece{At: now, Chain: day.Chain, Number: minutes % (24 * 60) / 5, Level: Step, Parent: hour.Number}
		switch {
		case minutes%(24*60) == 0:
			p.Chain, p.Level, p.Number, p.Parent = now.Format(stamp), Day, 0, 0
			day, hour = p, Piece{}
		case minutes%60 == 5:
			p.Level, p.Parent = Hour, 0
			hour = p
		}
		p.Hash = p.Name()
		if p.Level != Step {
			if p.Level == Day {
				day = p
			} else {
				hour = p
			}
		}
		pieces = append(pieces, p)
		gone := map[string]bool{}
		for _, g := range surplus(pieces) {
			gone[g.Hash] = true
		}
		var left []Piece
		for _, p := range pieces {
			if !gone[p.Hash] {
				left = append(left, p)
			}
		}
		pieces = left
	}
	count := map[Level]int{}
	for _, p := range pieces {
		count[p.Level]++
		if parent, ok := parentOf(p, pieces); p.Level != Day && (!ok || parent.Level == Step) {
			t.Errorf("%v has lost what it builds upon", p)
		}
	}
	if count[Day] < 31 || count[Day] > 32 || count[Hour] < 24 || count[Hour] > 28 || count[Step] < 20 || count[Step] > 25 {
		t.Errorf("left are %v", count)
	}
}

// TestAPieceThatSomebodyRemovedBeginsANewChain: nothing is built upon a piece that is gone.
func TestAPieceThatSomebodyRemovedBeginsANewChain(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), t.TempDir()+"/copies")
	first := w.take().Piece
	if err := folder(w.To).Remove(t.Context(), first.Name()); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(5 * time.Minute)
	if seen, err := w.Check(t.Context()); err != nil || len(seen.Missing) != 1 || !strings.Contains(seen.Missing[0], first.String()) {
		t.Errorf("missing is %v: %v", seen.Missing, err)
	}
	if p := w.take().Piece; p.Level != Day || p.Chain == first.Chain {
		t.Errorf("built upon nothing: %v", p)
	}
	if _, _, _, err := w.restore(time.Time{}); err != nil {
		t.Error(err)
	}
}

// TestAnotherPlaceBeginsANewChain: what lies at the old place is not needed at the new one.
func TestAnotherPlaceBeginsANewChain(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), t.TempDir()+"/copies")
	w.take()
	w.To = t.TempDir() + "/elsewhere"
	w.clock.Advance(5 * time.Minute)
	if p := w.take().Piece; p.Level != Day {
		t.Errorf("%v", p)
	}
	alone, err := w.TakeDay(t.Context())
	if err != nil || alone.Piece.Level != Day {
		t.Fatalf("%+v %v", alone, err)
	}
	w.clock.Advance(5 * time.Minute)
	if p := w.take().Piece; p.Level != Hour || p.Chain == alone.Piece.Chain {
		t.Errorf("built upon a person's copy: %v", p)
	}
}

// TestAStopBreaksOffAPiece: a stop of the program does not wait for a thin line.
func TestAStopBreaksOffAPiece(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), t.TempDir()+"/copies")
	w.Stop()
	if err := w.Due(t.Context()); err == nil {
		t.Error("a piece was made after the stop")
	}
	if _, ok, err := w.Last(t.Context()); ok || err != nil {
		t.Errorf("one was kept: %v", err)
	}
}
