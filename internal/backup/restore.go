package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Restore says what is brought back, and where to.
type Restore struct {
	From   string    // the place
	Key    string    // the private key, as NewKey printed it
	Before time.Time // the newest piece not after it; the newest of all when zero
	DB     string    // a database address with nothing there yet
	Files  []File    // where the files belong; nothing may be there yet
	Folder string    // for pieces on their way
	Clock  clock.Clock
}

// Restored is what came back.
type Restored struct {
	Piece  Piece // how old the copy is
	Pieces int
	Bytes  int64
	Blocks int
	Seen   Seen // at the place: what is missing there does not keep a copy from coming back, but somebody has to know
}

// Run brings a copy back, paused. fault.NotFound "backup.none", fault.Conflict "backup.missing" and "backup.broken" name the
// piece; "backup.not_empty" when something is there already; fault.Denied "backup.other_key".
func (r Restore) Run(ctx context.Context) (Restored, error) {
	identity, by, err := readPrivate(r.Key)
	if err != nil {
		return Restored{}, err
	}
	if err := r.checkEmpty(ctx); err != nil {
		return Restored{}, err
	}
	work, err := os.MkdirTemp(r.Folder, "restore-*")
	if err != nil {
		return Restored{}, failed(err)
	}
	defer os.RemoveAll(work)
	chain, seen, err := r.fetch(ctx, work, by)
	if err != nil {
		return Restored{Seen: seen}, failed(err)
	}
	out, err := chain.apply(ctx, identity, r)
	out.Seen = seen
	if err != nil {
		return out, failed(err)
	}
	return out, nil
}

func (r Restore) checkEmpty(ctx context.Context) error {
	for _, f := range r.Files {
		entries, err := os.ReadDir(f.Path)
		if info, e := os.Stat(f.Path); e == nil && (!info.IsDir() || len(entries) > 0 || err != nil) {
			return fault.New(fault.Conflict, "backup.not_empty", "Where", f.Path)
		}
	}
	return emptyDatabase(ctx, r.DB)
}

// lineage are the pieces of one copy, newest first, and where they lie meanwhile.
type lineage struct {
	pieces []Piece
	paths  []string
	bytes  int64
}

// fetch brings the pieces here and compares each with its name.
func (r Restore) fetch(ctx context.Context, work string, by signer) (l lineage, seen Seen, err error) {
	place, err := OpenPlace(ctx, r.From)
	if err != nil {
		return l, seen, err
	}
	defer place.Close()
	seen, err = listed(ctx, place, by)
	if err != nil {
		return l, seen, err
	}
	chain, err := r.choose(seen)
	if err != nil {
		return l, seen, err
	}
	l.pieces = chain
	for _, p := range chain {
		path := filepath.Join(work, p.Hash)
		n, err := bring(ctx, place, p, path)
		if err != nil {
			return l, seen, err
		}
		l.bytes += n
		l.paths = append(l.paths, path)
	}
	return l, seen, nil
}

// choose is the newest piece that may be, and those it builds upon.
func (r Restore) choose(seen Seen) (chain []Piece, err error) {
	all := seen.Pieces
	for _, p := range all {
		if r.Before.IsZero() || !p.At.After(r.Before) {
			chain = []Piece{p}
		}
	}
	if len(chain) == 0 && len(seen.Strangers) > 0 {
		return nil, fault.New(fault.Denied, "backup.other_key")
	}
	if len(chain) == 0 {
		return nil, fault.New(fault.NotFound, "backup.none", "Place", Spoken(r.From))
	}
	for p := chain[0]; p.Level != Day; p = chain[len(chain)-1] {
		parent, ok := parentOf(p, all)
		if !ok {
			return nil, fault.New(fault.Conflict, "backup.missing", "Chain", p.Chain, "Number", p.Parent, "Piece", p.String())
		}
		chain = append(chain, parent)
	}
	return chain, nil
}

// bring brings a piece here. What a place gives in its stead may be endless: no more is taken than the piece has.
func bring(ctx context.Context, place Place, p Piece, path string) (int64, error) {
	in, err := place.Get(ctx, p.Name())
	if err != nil {
		return 0, err
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, errors.Join(err, in.Close())
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, sum), io.LimitReader(in, p.Bytes+1))
	if err = errors.Join(err, in.Close(), out.Close()); err != nil {
		return n, err
	}
	if n > p.Bytes {
		return n, broken(p, errors.New("it is longer than it was made"))
	}
	if hex.EncodeToString(sum.Sum(nil)) != p.Hash {
		return n, broken(p, errors.New("its bytes are not those it was made of"))
	}
	return n, nil
}

func broken(p Piece, why error) error {
	return fault.Wrap(fault.Conflict, "backup.broken", why, "Piece", p.String(), "Why", why.Error())
}

// apply fills the empty place from the pieces: of each block the newest counts.
func (l lineage) apply(ctx context.Context, key age.Identity, r Restore) (Restored, error) {
	out := Restored{Piece: l.pieces[0], Pieces: len(l.pieces), Bytes: l.bytes}
	t, err := openTarget(ctx, l, key, r)
	if err != nil {
		return out, err
	}
	whole := hashes{}
	want, err := l.walk(key, func(key string, data []byte) error {
		whole[key] = sha256.Sum256(data)
		return errors.Join(ctx.Err(), t.take(ctx, key, data))
	})
	files, data := whole.parted()
	if err == nil && want != root(files, data.root()) {
		err = broken(l.pieces[0], errors.New("what came back is not the snapshot that was taken"))
	}
	out.Blocks = len(whole)
	if err == nil && t.rows != nil {
		err = l.change(key, func(kind byte, table string, data []byte) error {
			return errors.Join(ctx.Err(), t.change(ctx, kind, table, data))
		})
	}
	if err != nil {
		return out, errors.Join(err, t.abandon())
	}
	return out, t.finish(ctx)
}

// walk shows each block as the newest piece that holds it has it, and returns the root that the newest piece ends with.
func (l lineage) walk(key age.Identity, show func(key string, data []byte) error) (root digest, err error) {
	over := map[string]bool{} // decided by a newer piece
	for i, p := range l.pieces {
		h, err := readFrom(l.paths[i], key, func(kind byte, key string, data []byte) error {
			switch {
			case kind == recordRoot && i == 0:
				copy(root[:], data)
			case kind == recordGone:
				over[key] = true
			case kind == recordBlock && !over[key]:
				over[key] = true
				return show(key, data)
			}
			return nil
		})
		if err == nil {
			err = l.agrees(i, h)
		}
		if err != nil {
			return root, named(p, err)
		}
	}
	return root, nil
}

// change shows what became of rows after the day's piece, the oldest piece first.
func (l lineage) change(key age.Identity, show func(kind byte, table string, data []byte) error) error {
	for i := range slices.Backward(l.pieces) {
		_, err := readFrom(l.paths[i], key, func(kind byte, name string, data []byte) error {
			if kind != recordRows && kind != recordDead {
				return nil
			}
			return show(kind, name, data)
		})
		if err != nil {
			return named(l.pieces[i], err)
		}
	}
	return nil
}

// agrees compares what a piece says inside with its name, and with the piece it is built upon.
func (l lineage) agrees(i int, h head) error {
	parent := ""
	if i+1 < len(l.pieces) {
		parent = l.pieces[i+1].Hash
	}
	if h.Chain != l.pieces[i].Chain || h.Number != l.pieces[i].Number || h.Parent != parent {
		return errors.New("it is another piece than its name says, or built upon another")
	}
	return nil
}

func named(p Piece, err error) error {
	var f *fault.Error
	var other *age.NoIdentityMatchError
	switch {
	case errors.As(err, &f):
		return err
	case errors.As(err, &other):
		return fault.Wrap(fault.Denied, "backup.other_key", err)
	}
	return broken(p, err)
}

func readFrom(path string, key age.Identity, show func(kind byte, key string, data []byte) error) (head, error) {
	f, err := os.Open(path)
	if err != nil {
		return head{}, err
	}
	defer f.Close()
	return readPiece(f, key, show)
}

// causeRestored is what a pause says that began with a restore.
func causeRestored(p Piece) string {
	return "restored from the backup of " + p.At.Format(time.RFC3339)
}

const causeUnfinished = "a restore that did not come to its end"

// dialect is the database that the pieces were made of.
func (l lineage) dialect(key age.Identity) (string, error) {
	h, err := readFrom(l.paths[0], key, func(byte, string, []byte) error { return errEnough })
	if err != nil && !errors.Is(err, errEnough) {
		return "", named(l.pieces[0], err)
	}
	return h.Dialect, nil
}

var errEnough = errors.New("enough")

// isSQLite tells the path of a database address, when it is a file's.
func isSQLite(address string) (path string, ok bool) {
	return strings.CutPrefix(address, db.SQLite+":")
}
