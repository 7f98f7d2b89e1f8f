package backup

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"syscall"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Options are a Service's collaborators.
type Options struct {
	DB      *db.DB
	Address string      // of DB; MariaDB's binary log is asked for there
	Clock   clock.Clock // the machine's clock
	Log     *slog.Logger
	Pause   *Pause
	Files   []File
	Folder  string // where this node remembers what it has copied
	To      string // the place; empty: no copies
	Key     string // this node's, as NewKey made it
}

// Service makes pieces.
type Service struct {
	Options
	mu     sync.Mutex // one piece at a time
	trails map[Level]trail
	why    string          // the binary log is not followed, as it was last told
	alive  context.Context // until Stop
	stop   context.CancelFunc

	waiting  sync.Mutex
	tried    time.Time // when Due last began a piece
	failures int       // since one came about
}

// New makes the service; it does nothing before it is asked.
func New(o Options) *Service {
	s := &Service{Options: o, trails: map[Level]trail{}}
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
	Rows   int // that it tells one by one, of a database whose changes are followed
}

// Due makes the next piece when it is time, and removes those that have had theirs. It is run every half minute. A first
// day over a thin line takes longer than any periodic work may: the piece itself ends with Stop, not with ctx.
func (s *Service) Due(ctx context.Context) error {
	if s.To == "" || s.Pause.Paused() || !s.begins() {
		return nil
	}
	last, ok, err := s.Last(ctx)
	if err == nil && ok && within(s.Clock.Now(), last.At, stepLasts) {
		return nil // by another node, or before this one was started
	}
	if err == nil {
		long, cancel := context.WithTimeout(s.alive, longest)
		defer cancel()
		_, err = s.Take(long)
	}
	s.ended(err)
	return err
}

const longest = 6 * time.Hour

// within says whether then was less than lasts ago; a clock that was set back makes nothing recent.
func within(now, then time.Time, lasts time.Duration) bool {
	age := now.Sub(then)
	return age >= 0 && age < lasts
}

// begins says whether the last attempt is long enough ago: half a minute after a failure, then one minute, then two, then a
// piece's time. Each reads the database.
func (s *Service) begins() bool {
	s.waiting.Lock()
	defer s.waiting.Unlock()
	wait := stepLasts
	if s.failures > 0 {
		wait = min(stepLasts, 25*time.Second<<min(s.failures-1, 5))
	}
	now := s.Clock.Now()
	if within(now, s.tried, wait) {
		return false
	}
	s.tried = now
	return true
}

func (s *Service) ended(err error) {
	s.waiting.Lock()
	defer s.waiting.Unlock()
	if err == nil {
		s.failures = 0
		return
	}
	s.failures++
	s.tried = s.Clock.Now()
}

// Take makes the next piece of this node's chain now.
func (s *Service) Take(ctx context.Context) (Taken, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.take(ctx, false)
}

// TakeDay makes a chain of its own that no other piece is built upon: a person's copy, safe beside the running program's.
func (s *Service) TakeDay(ctx context.Context) (Taken, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.take(ctx, true)
}

// plan is what the next piece is built upon.
type plan struct {
	level  Level
	parent mark
	alone  bool
}

func (s *Service) next() plan {
	now := s.Clock.Now()
	day, ok := s.loadMark(Day)
	if !ok || !within(now, day.Made, dayLasts) {
		return plan{level: Day}
	}
	hour, ok := s.loadMark(Hour)
	if !ok || hour.Piece.Chain != day.Piece.Chain || !within(now, hour.Made, hourLasts) {
		return plan{level: Hour, parent: day}
	}
	return plan{level: Step, parent: hour}
}

// full says that a disk has no room for a piece, when that is what went wrong.
func full(err error, key string, args ...any) error {
	for _, no := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, no) {
			return fault.Wrap(fault.Unavailable, key, err, args...)
		}
	}
	return err
}

func failed(err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	return fault.Wrap(fault.Unavailable, "backup.failed", err)
}
