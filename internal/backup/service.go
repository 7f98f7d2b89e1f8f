package backup

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"filippo.io/age"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Options are a Service's collaborators.
type Options struct {
	DB     *db.DB
	Clock  clock.Clock // the machine's clock
	Log    *slog.Logger
	Pause  *Pause
	Files  []File
	Folder string // where this node remembers what it has copied
	To     string // the place; empty: no copies
	Key    string // the recipient, age1…
}

// Service makes pieces.
type Service struct {
	Options
	mu    sync.Mutex      // one piece at a time
	alive context.Context // until Stop
	stop  context.CancelFunc
}

// New makes the service; it does nothing before it is asked.
func New(o Options) *Service {
	s := &Service{Options: o}
	s.alive, s.stop = context.WithCancel(context.Background())
	return s
}

// Stop breaks off the piece that Due is making, and lets it make no more.
func (s *Service) Stop() { s.stop() }

// Taken is a piece that was made.
type Taken struct {
	Piece  Piece
	Bytes  int64
	Blocks int // that it holds, of so many in the snapshot:
	Whole  int
}

// Due makes the next piece when it is time, and removes those that have had theirs. It is run every half minute. A first
// day over a thin line takes longer than any periodic work may: the piece itself ends with Stop, not with ctx.
func (s *Service) Due(ctx context.Context) error {
	if s.To == "" || s.Pause.Paused() {
		return nil
	}
	last, ok, err := s.Last(ctx)
	if err != nil || ok && s.Clock.Now().Sub(last.At) < stepLasts {
		return err
	}
	long, cancel := context.WithTimeout(s.alive, longest)
	defer cancel()
	_, err = s.Take(long)
	return err
}

const longest = 6 * time.Hour

// Take makes the next piece of this node's chain now.
func (s *Service) Take(ctx context.Context) (Taken, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.take(ctx, s.next())
}

// TakeDay makes a chain of its own that no other piece is built upon: a person's copy, safe beside the running program's.
func (s *Service) TakeDay(ctx context.Context) (Taken, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.take(ctx, plan{level: Day, alone: true})
}

// plan is what the next piece is built upon.
type plan struct {
	level  Level
	parent mark
	alone  bool
}

func (s *Service) next() plan {
	now := s.Clock.Now()
	fresh := func(m mark, most time.Duration) bool { age := now.Sub(m.Piece.At); return age >= 0 && age < most }
	day, ok := s.loadMark(Day)
	if !ok || !fresh(day, dayLasts) {
		return plan{level: Day}
	}
	hour, ok := s.loadMark(Hour)
	if !ok || hour.Piece.Chain != day.Piece.Chain || !fresh(hour, hourLasts) {
		return plan{level: Hour, parent: day}
	}
	return plan{level: Step, parent: hour}
}

func (s *Service) take(ctx context.Context, p plan) (Taken, error) {
	if s.To == "" || s.Key == "" {
		return Taken{}, fault.New(fault.Conflict, "backup.off")
	}
	place, err := OpenPlace(ctx, s.To)
	if err != nil {
		return Taken{}, err
	}
	taken, err := s.takeTo(ctx, place, p)
	if err == nil {
		s.Log.Info("backup", "piece", taken.Piece.String(), "bytes", taken.Bytes, "blocks", taken.Blocks, "of", taken.Whole)
		err = s.tidy(ctx, place)
	}
	if err = errors.Join(err, place.Close()); err != nil {
		return taken, failed(err)
	}
	return taken, nil
}

func failed(err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	return fault.Wrap(fault.Unavailable, "backup.failed", err)
}

func (s *Service) takeTo(ctx context.Context, place Place, p plan) (Taken, error) {
	row := record{Chain: p.parent.Piece.Chain, Parent: p.parent.Piece.Number, Level: string(p.level), TakenAt: s.Clock.Now()}
	if p.level == Day {
		row.Chain = newChain(row.TakenAt)
	}
	if err := s.begin(ctx, &row); err != nil {
		return Taken{}, err
	}
	if err := os.MkdirAll(s.Folder, 0o700); err != nil {
		return Taken{}, err
	}
	file, err := s.openPiece(p)
	if err != nil {
		return Taken{}, err
	}
	defer os.Remove(file.Name())
	whole, err := s.write(ctx, file, p, &row)
	if err != nil {
		return Taken{}, err
	}
	piece := row.piece()
	if err := place.Put(ctx, piece.Name(), file.Name()); err != nil {
		return Taken{}, err
	}
	if !p.alone {
		err = s.remember(mark{Piece: piece, Target: s.target(), Hashes: whole})
	}
	return Taken{Piece: piece, Bytes: row.Bytes, Blocks: row.Blocks, Whole: len(whole)}, errors.Join(err, s.done(ctx, row))
}

// openPiece is where a piece is made, encrypted: the chain's own in one file, so that a crash leaves at most that.
func (s *Service) openPiece(p plan) (*os.File, error) {
	if p.alone {
		return os.CreateTemp(s.Folder, "piece-*")
	}
	return os.OpenFile(filepath.Join(s.Folder, "next.piece"), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
}

// remember keeps what the next pieces are built upon.
func (s *Service) remember(m mark) error {
	if m.Piece.Level == Step {
		return nil
	}
	return s.saveMark(m)
}

// newChain names a chain after its beginning; the rest keeps two nodes apart.
func newChain(at time.Time) string {
	var b [4]byte
	_, _ = rand.Read(b[:])
	return at.UTC().Format(stamp) + "-" + hex.EncodeToString(b[:])
}

// target is where pieces go and who can read them, as a hash: the address holds secrets.
func (s *Service) target() string {
	sum := sha256.Sum256([]byte(s.Key + " " + s.To))
	return hex.EncodeToString(sum[:])
}

// write puts the piece into a file and completes its row; it returns the whole snapshot.
func (s *Service) write(ctx context.Context, file *os.File, p plan, row *record) (hashes, error) {
	to, err := age.ParseX25519Recipient(s.Key)
	if err != nil {
		return nil, fault.New(fault.Invalid, "backup.key")
	}
	sum, counted := sha256.New(), &counter{}
	w, err := newWriter(io.MultiWriter(file, sum, counted), to, head{Format: format, Dialect: s.DB.Dialect(), Chain: row.Chain, Number: row.Number, Parent: p.parent.Piece.Hash})
	if err != nil {
		return nil, err
	}
	whole := hashes{}
	err = s.snapshot(ctx, func(key string, data []byte) error {
		whole[key] = sha256.Sum256(data)
		if before, ok := p.parent.Hashes[key]; ok && before == whole[key] {
			return ctx.Err()
		}
		row.Blocks++
		return w.record(recordBlock, key, data)
	})
	for key := range p.parent.Hashes {
		if _, still := whole[key]; !still && err == nil {
			err = w.record(recordGone, key, nil)
		}
	}
	if err = errors.Join(err, w.close(whole), file.Sync(), file.Close()); err != nil {
		return nil, err
	}
	row.Hash, row.Bytes = hex.EncodeToString(sum.Sum(nil)), counted.bytes
	return whole, nil
}

type counter struct{ bytes int64 }

func (c *counter) Write(b []byte) (int, error) { c.bytes += int64(len(b)); return len(b), nil }

// snapshot shows everything that belongs to the copy: the files before the database, see the package's comment.
func (s *Service) snapshot(ctx context.Context, show func(key string, data []byte) error) error {
	if err := readFiles(ctx, s.Files, show); err != nil {
		return err
	}
	if s.DB.Dialect() == db.SQLite {
		return readPages(ctx, s.DB, show)
	}
	return readRows(ctx, s.DB, show)
}

// tidy removes what has had its time. When a piece that the next ones would be built upon is gone from the place, it says
// which, and the next piece begins a new chain.
func (s *Service) tidy(ctx context.Context, place Place) error {
	var marks []mark // read first: what they name was put before
	for _, l := range []Level{Day, Hour} {
		if m, ok := s.loadMark(l); ok {
			marks = append(marks, m)
		}
	}
	pieces, err := listed(ctx, place)
	if err != nil {
		return err
	}
	for _, m := range marks {
		if !slices.ContainsFunc(pieces, func(p Piece) bool { return p.Name() == m.Piece.Name() }) {
			s.Log.Error("a piece of the backup is gone from its place; the next one begins a new chain", "piece", m.Piece.String(), "name", m.Piece.Name())
			err = errors.Join(err, s.dropMarks())
		}
	}
	gone := surplus(pieces)
	for _, p := range gone {
		err = errors.Join(err, place.Remove(ctx, p.Name()))
	}
	return errors.Join(err, s.forget(ctx, gone, s.Clock.Now().Add(-stays[Day]-dayLasts)))
}

// listed is what lies at the place, oldest first.
func listed(ctx context.Context, place Place) (all []Piece, err error) {
	names, err := place.List(ctx)
	for _, name := range names {
		if p, ok := readName(name); ok {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, byTime)
	return all, err
}
