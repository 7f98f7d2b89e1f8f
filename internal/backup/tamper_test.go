package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

// chainOf makes a day, an hour and steps, five minutes apart.
func chainOf(t *testing.T, count int) (w *world, pieces []Piece) {
	t.Helper()
	w = newWorld(t, testdb.SQLite(t), filepath.Join(t.TempDir(), "copies"))
	for n := range count {
		w.fill(n+1, n+2)
		pieces = append(pieces, w.take().Piece)
		w.clock.Advance(5 * time.Minute)
	}
	return w, pieces
}

func (w *world) at(p Piece) string { return filepath.Join(w.To, p.Name()) }

func (w *world) move(from, to string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		w.t.Fatal(err)
	}
	body, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, body, 0o600)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestADroppedPieceIsMissed by the next one, and at the running program by its own record of what it put there.
func TestADroppedPieceIsMissed(t *testing.T) {
	w, p := chainOf(t, 5)
	if seen, err := w.Check(t.Context()); err != nil || len(seen.Missing)+len(seen.Strangers) != 0 || len(seen.Pieces) != 5 {
		t.Fatalf("%+v %v", seen, err)
	}
	if err := os.Remove(w.at(p[3])); err != nil {
		t.Fatal(err)
	}
	out, _, _, err := w.restore(time.Time{})
	if err != nil || out.Piece.Name() != p[4].Name() || len(out.Seen.Missing) != 1 || !strings.Contains(out.Seen.Missing[0], "18:15:00Z") {
		t.Errorf("%+v %v", out, err)
	}
	if err := os.Remove(w.at(p[4])); err != nil { // the newest: no piece names it
		t.Fatal(err)
	}
	if seen, err := w.Check(t.Context()); err != nil || len(seen.Missing) != 2 {
		t.Errorf("%v %v", seen.Missing, err)
	}
}

// TestAForgedPieceIsPassedOver: whoever can write to the place and knows the public key makes a whole day, newer than all.
func TestAForgedPieceIsPassedOver(t *testing.T) {
	w, p := chainOf(t, 3)
	public, _, _ := strings.Cut(w.Key, ".")
	to, err := age.ParseX25519Recipient(public)
	if err != nil {
		t.Fatal(err)
	}
	lie := Piece{Chain: newChain(w.clock.Now()), Level: Day, At: w.clock.Now().Add(time.Hour).Truncate(time.Second), Before: before(p[2]), Sign: p[2].Sign}
	var body strings.Builder
	sum := sha256.New()
	out, err := newWriter(&body, to, head{Format: format, Dialect: db.SQLite, Chain: lie.Chain})
	if err == nil {
		err = out.close(root(hashes{}, digest{}))
	}
	_, _ = sum.Write([]byte(body.String()))
	lie.Hash = hex.EncodeToString(sum.Sum(nil))
	if err == nil {
		err = os.MkdirAll(filepath.Dir(w.at(lie)), 0o700)
	}
	if err == nil {
		err = os.WriteFile(w.at(lie), []byte(body.String()), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	back, _, _, err := w.restore(time.Time{})
	if err != nil || back.Piece.Name() != p[2].Name() || len(back.Seen.Strangers) != 1 || back.Seen.Strangers[0] != lie.Name() {
		t.Errorf("%+v %v", back, err)
	}
	if taken := w.take(); taken.Piece.Level != Step {
		t.Errorf("a stranger's piece breaks the chain: %v", taken.Piece)
	}
}

// TestAnEndlessPieceIsNotTaken: a place that gives more than the piece has fills no disk.
func TestAnEndlessPieceIsNotTaken(t *testing.T) {
	w, p := chainOf(t, 1)
	path := w.at(p[0])
	if err := os.Truncate(path, 64<<30); err != nil { // a hole: it takes no room here
		t.Fatal(err)
	}
	before := time.Now()
	if _, _, _, err := w.restore(time.Time{}); fault.KeyOf(err) != "backup.broken" || !strings.Contains(err.Error(), "longer") {
		t.Errorf("after %v: %v", time.Since(before), err)
	}
	if read, ok := readName(strings.Replace(p[0].Name(), "-"+strconv.FormatInt(p[0].Bytes, 10)+"-", "-99999999999-", 1)); !ok || read.Bytes != 99999999999 {
		t.Fatalf("%+v", read)
	} else if err := os.Rename(path, w.at(read)); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := w.restore(time.Time{}); fault.KeyOf(err) != "backup.other_key" {
		t.Errorf("by a name that tells another length: %v", err)
	}
}

// TestASwappedOrReplayedPieceIsNoOther: bytes under another's name are broken; an old piece that comes back, or takes
// another's time, is no newer for it.
func TestASwappedOrReplayedPieceIsNoOther(t *testing.T) {
	w, p := chainOf(t, 5)
	w.move(w.at(p[3]), w.at(p[4])) // the bytes of the step before under the newest's name
	if _, _, _, err := w.restore(time.Time{}); fault.KeyOf(err) != "backup.broken" {
		t.Error(err)
	}
	w, p = chainOf(t, 5)
	if out, _, _, err := w.restore(time.Time{}); err != nil || out.Piece.Name() != p[4].Name() {
		t.Fatalf("%+v %v", out, err)
	}
	old := p[2]
	for _, forge := range []func(p *Piece){
		func(p *Piece) { p.At = p.At.Add(24 * time.Hour) },
		func(p *Piece) { p.Number += 100 },
		func(p *Piece) { p.Chain = newChain(testStart) },
		func(p *Piece) { p.Parent = 0 },
		func(p *Piece) { p.Before = Before{} },
	} {
		again := old
		forge(&again)
		w.move(w.at(old), w.at(again))
	}
	out, _, _, err := w.restore(time.Time{})
	if err != nil || out.Piece.Name() != p[4].Name() || len(out.Seen.Strangers) != 5 {
		t.Errorf("%d strangers, %v: %v", len(out.Seen.Strangers), out.Piece, err)
	}
}

// TestWhatRetentionTookIsNotMissed: two days of pieces, and nothing is called missing that the program itself removed.
func TestWhatRetentionTookIsNotMissed(t *testing.T) {
	var pieces []Piece
	var last, day, hour Piece
	for n := range 30 * 12 {
		p := Piece{Chain: day.Chain, Number: n, Level: Step, Parent: hour.Number, At: testStart.Add(time.Duration(n) * 5 * time.Minute)}
		switch {
		case n%288 == 0:
			p.Level, p.Parent, p.Chain = Day, n, newChain(p.At)
		case n%12 == 1:
			p.Level, p.Parent = Hour, day.Number
		}
		p.Hash = hex.EncodeToString([]byte(p.At.Format(time.RFC3339) + "0123456789ab")) // 64 digits
		if last.Hash != "" {
			p.Before = before(last)
		}
		// the beginnings of the hashes differ
		sum := sha256.Sum256([]byte(p.Hash))
		p.Hash = hex.EncodeToString(sum[:])
		switch last = p; p.Level {
		case Day:
			day = p
		case Hour:
			hour = p
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
		if pieces = left; len(missing(pieces)) > 0 {
			t.Fatalf("after %d: %v", n, missing(pieces))
		}
	}
}
