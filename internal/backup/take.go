package backup

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

func (s *Service) take(ctx context.Context, alone bool) (Taken, error) {
	if s.To == "" || s.Key == "" {
		return Taken{}, fault.New(fault.Conflict, "backup.off")
	}
	key, err := readKey(s.Key)
	if err != nil {
		return Taken{}, err
	}
	place, err := OpenPlace(ctx, s.To)
	if err != nil {
		return Taken{}, err
	}
	taken, err := s.takeTo(ctx, place, key, alone)
	if err = errors.Join(err, place.Close()); err != nil {
		return taken, failed(err)
	}
	return taken, nil
}

// takeTo looks at the place before it reads the database: one that cannot be reached costs nothing.
func (s *Service) takeTo(ctx context.Context, place Place, key makerKey, alone bool) (Taken, error) {
	seen, err := s.look(ctx, place, key.signer)
	if err != nil {
		return Taken{}, err
	}
	s.tell(seen)
	p := plan{level: Day, alone: true}
	if !alone {
		if err := s.dropGone(seen); err != nil {
			return Taken{}, err
		}
		p = s.next()
	}
	taken, err := s.make(ctx, place, key, p)
	if l := (lost{}); errors.As(err, &l) {
		s.Log.Warn("backup: the next piece reads the whole database", "why", l.why)
		taken, err = s.make(ctx, place, key, plan{level: Day})
	}
	if err != nil {
		return taken, err
	}
	s.Log.Info("backup", "piece", taken.Piece.String(), "bytes", taken.Bytes, "blocks", taken.Blocks, "of", taken.Whole, "rows", taken.Rows)
	return taken, s.tidy(ctx, place, append(seen.Pieces, taken.Piece))
}

// make makes one piece and puts it to its place.
func (s *Service) make(ctx context.Context, place Place, key makerKey, p plan) (Taken, error) {
	row := record{Chain: p.parent.Piece.Chain, Target: s.target(), TakenAt: s.Clock.Now()}
	if p.level == Day {
		row.Chain = newChain(row.TakenAt)
	}
	made := row.TakenAt
	before, err := s.begin(ctx, &row)
	if err != nil {
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
	d := draft{plan: p, mark: mark{Target: row.Target, Made: made, Hashes: hashes{}}}
	d.mark.Piece = Piece{Chain: row.Chain, Number: row.Number, Parent: p.parent.Piece.Number, Level: p.level, At: row.TakenAt.UTC().Truncate(time.Second), Before: before}
	if p.level == Day {
		d.mark.Piece.Parent = row.Number
	}
	if err := s.write(ctx, file, key, &d); err != nil {
		return Taken{}, full(err, "backup.full_here", "Folder", s.Folder)
	}
	piece := d.mark.Piece
	if err := put(ctx, place, piece.Name(), file.Name()); err != nil {
		return Taken{}, full(err, "backup.full_place")
	}
	if !p.alone && piece.Level != Step {
		err = s.saveMark(d.mark)
	}
	row.Name, row.Bytes, row.Blocks = piece.Name(), d.bytes, d.blocks
	return Taken{Piece: piece, Bytes: d.bytes, Blocks: d.blocks, Whole: d.whole, Rows: d.rows}, errors.Join(err, s.done(ctx, row))
}

// Attempts to put a piece: a place that was away for a moment does not cost another reading of the database.
const (
	putAttempts = 3
	putAgain    = 2 * time.Second
)

func put(ctx context.Context, place Place, name, file string) (err error) {
	for n := range putAttempts {
		if err = place.Put(ctx, name, file); err == nil || n == putAttempts-1 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(putAgain << n):
		}
	}
	return err
}

// openPiece is where a piece is made, encrypted: the chain's own in one file, so that a crash leaves at most that.
func (s *Service) openPiece(p plan) (*os.File, error) {
	if p.alone {
		return os.CreateTemp(s.Folder, "piece-*")
	}
	return os.OpenFile(filepath.Join(s.Folder, "next.piece"), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
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

// draft is a piece that is being made.
type draft struct {
	plan
	mark                mark
	out                 *writer
	bytes               int64
	blocks, whole, rows int
}

// write puts the piece into a file and signs it.
func (s *Service) write(ctx context.Context, file *os.File, key makerKey, d *draft) (err error) {
	sum, counted := sha256.New(), &counter{}
	p := &d.mark.Piece
	d.out, err = newWriter(io.MultiWriter(file, sum, counted), key.to, head{Format: format, Dialect: s.DB.Dialect(), Chain: p.Chain, Number: p.Number, Parent: d.parent.Piece.Hash})
	if err != nil {
		return err
	}
	err = readFiles(ctx, s.Files, func(key string, data []byte) error { return d.show(ctx, key, data) }) // before the database, see the package's comment
	if err == nil {
		err = s.writeDatabase(ctx, d)
	}
	for key := range d.parent.Hashes {
		if _, still := d.mark.Hashes[key]; !still && err == nil {
			err = d.out.record(recordGone, key, nil)
		}
	}
	files, data := d.mark.Hashes.parted()
	if d.whole = len(d.mark.Hashes); len(data) > 0 {
		d.mark.Data = data.root()
	}
	if d.mark.At != (position{}) {
		d.mark.Hashes = files // what changed of the rest is told by the log
	}
	if err = errors.Join(err, d.out.close(root(files, d.mark.Data)), file.Sync(), file.Close()); err != nil {
		return err
	}
	d.bytes, p.Hash, p.Bytes = counted.bytes, hex.EncodeToString(sum.Sum(nil)), counted.bytes
	p.Sign = key.signer.sign(*p)
	return nil
}

// show takes a block of the snapshot; the piece holds it when its parent has another.
func (d *draft) show(ctx context.Context, key string, data []byte) error {
	hash := sha256.Sum256(data)
	d.mark.Hashes[key] = hash
	if before, ok := d.parent.Hashes[key]; ok && before == hash {
		return ctx.Err()
	}
	d.blocks++
	return errors.Join(ctx.Err(), d.out.record(recordBlock, key, data))
}

type counter struct{ bytes int64 }

func (c *counter) Write(b []byte) (int, error) { c.bytes += int64(len(b)); return len(b), nil }

func (s *Service) writeDatabase(ctx context.Context, d *draft) error {
	show := func(key string, data []byte) error { return d.show(ctx, key, data) }
	if s.DB.Dialect() == db.SQLite {
		return readPages(ctx, s.DB, show)
	}
	return s.writeRows(ctx, d, show)
}

// Seen is what lies at a place.
type Seen struct {
	Pieces    []Piece  // ours, oldest first
	Strangers []string // objects that have the names of pieces, and are not signed with our key
	Missing   []string // pieces that should be there and are not
}

// Check looks at the place, and says what is missing there and what was not made by us.
func (s *Service) Check(ctx context.Context) (Seen, error) {
	key, err := readKey(s.Key)
	if err != nil {
		return Seen{}, err
	}
	place, err := OpenPlace(ctx, s.To)
	if err != nil {
		return Seen{}, err
	}
	seen, err := s.look(ctx, place, key.signer)
	if err = errors.Join(err, place.Close()); err != nil {
		return seen, failed(err)
	}
	return seen, nil
}

// look lists the place; the database remembers what has to be there.
func (s *Service) look(ctx context.Context, place Place, by signer) (Seen, error) {
	known, err := s.known(ctx, mostKept) // first: what it names was put before
	if err != nil {
		return Seen{}, err
	}
	seen, err := listed(ctx, place, by)
	if err != nil {
		return seen, err
	}
	there := map[string]bool{}
	for _, p := range seen.Pieces {
		there[p.Hash] = true
	}
	late := map[string]bool{}
	for _, p := range surplus(known) {
		late[p.Hash] = true
	}
	for _, p := range known {
		if !there[p.Hash] && !late[p.Hash] {
			seen.Missing = append(seen.Missing, p.String()+", which was put there")
		}
	}
	return seen, nil
}

func (s *Service) tell(seen Seen) {
	for _, m := range seen.Missing {
		s.Log.Error("a piece of the backup is gone from its place", "piece", m)
	}
	for _, name := range seen.Strangers {
		s.Log.Error("somebody else put a piece to the backup's place", "name", name)
	}
}

// dropGone begins a new chain when a piece that the next ones would be built upon is gone from the place.
func (s *Service) dropGone(seen Seen) error {
	there := map[string]bool{}
	for _, p := range seen.Pieces {
		there[p.Hash] = true
	}
	for _, l := range []Level{Day, Hour} {
		if m, ok := s.loadMark(l); ok && !there[m.Piece.Hash] {
			return s.dropMarks()
		}
	}
	return nil
}

// leftFor is how long something unfinished may still be somebody's.
const leftFor = 4 * longest

// tidy removes what has had its time, and what attempts that were broken off left behind.
func (s *Service) tidy(ctx context.Context, place Place, pieces []Piece) (err error) {
	gone := surplus(pieces)
	for _, p := range gone {
		err = errors.Join(err, place.Remove(ctx, p.Name()))
	}
	before := clock.System().Now().Add(-leftFor) // by the clock that files have
	return errors.Join(err, place.Sweep(ctx, before), sweepPieces(s.Folder, before), s.forget(ctx, gone, s.Clock.Now().Add(-stays[Day]-dayLasts)))
}
