package status

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/site"
	"mtandao/radius/outages"
)

// Sites are the provider's. *site.Service satisfies it.
type Sites interface{ Sites() []site.Site }

// Silences tells when routers were not heard. *outages.Service satisfies it.
type Silences interface {
	Since(ctx context.Context, from time.Time) ([]outages.Silence, error)
}

// Pulse tells how the rail is. *report.Pulse satisfies it.
type Pulse interface {
	Prompts(ctx context.Context) ([]notify.Reading, error)   // percent of prompts that were paid; none: too few
	Callbacks(ctx context.Context) ([]notify.Reading, error) // minutes in which the rail answered nothing
}

// Options are a Service's collaborators. Clock is the plan clock, Machine that by which a board grows old.
type Options struct {
	DB       *db.DB
	Clock    clock.Clock
	Machine  clock.Clock
	Sites    Sites
	Silences Silences
	Pulse    Pulse
}

// Service keeps the board.
type Service struct {
	Options
	board   atomic.Pointer[Board]
	reading sync.Mutex
	tried   time.Time
	broken  error // of the last try, when it failed
}

// New makes the service.
func New(o Options) *Service { return &Service{Options: o} }

// Bounds.
const (
	freshFor   = 30 * time.Second
	againAfter = 5 * time.Second // what could not be read, and there is no board yet
	noticesFor = 400 * 24 * time.Hour
	fewPaid    = 30 // percent of prompts, below which payments are in trouble
	longSilent = 10 // minutes without a word of the rail
)

// By is who writes a notice.
type By struct{ Actor, From string }

// Write tells the public something. Faults of Notice's check.
func (s *Service) Write(ctx context.Context, n Notice, by By) (Notice, error) {
	n, err := n.check(s.Clock.Now())
	if err != nil {
		return n, err
	}
	n.By = by.Actor
	after, err := audit.Text(map[string]any{"kind": n.Kind, "sites": n.Sites, "text": n.Texts, "from": n.From, "until": n.Until})
	if err != nil {
		return n, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := insertNotice(tx, &n); err != nil {
			return err
		}
		return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: "notice written", Object: "status notice", ObjectID: strconv.FormatInt(n.ID, 10), After: after})
	})
	s.stale(err)
	return n, err
}

// End says that what a notice tells is over; fault.Conflict "status.over" when it was, fault.NotFound "status.unknown".
func (s *Service) End(ctx context.Context, id int64, by By) error {
	if _, err := s.notice(ctx, id); err != nil {
		return err
	}
	now := s.Clock.Now()
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := endNotice(tx, id, now, by.Actor)
		if err == nil && !won {
			err = fault.New(fault.Conflict, "status.over")
		}
		if err != nil {
			return err
		}
		return audit.Record(tx, now, audit.Event{Actor: by.Actor, From: by.From, Action: "notice ended", Object: "status notice", ObjectID: strconv.FormatInt(id, 10)})
	})
	s.stale(err)
	return err
}

// stale has the next caller read the board anew.
func (s *Service) stale(err error) {
	if err == nil {
		s.reading.Lock()
		s.tried = time.Time{}
		s.reading.Unlock()
	}
}

// Board is how all is, not older than half a minute while the database can be read. One caller reads it; the others take the one before meanwhile.
func (s *Service) Board(ctx context.Context) (Board, error) {
	last := s.board.Load()
	if last == nil {
		s.reading.Lock()
	} else if !s.reading.TryLock() {
		return *last, nil
	}
	defer s.reading.Unlock()
	now := s.Machine.Now()
	last = s.board.Load()
	switch since := now.Sub(s.tried); {
	case last != nil && since < freshFor:
		return *last, nil
	case last == nil && s.broken != nil && since < againAfter: // whoever waited for the first is told what it was told
		return Board{}, s.broken
	}
	b, err := s.read(ctx, s.Clock.Now())
	s.tried, s.broken = s.Machine.Now(), err
	if err == nil {
		s.board.Store(&b)
		return b, nil
	}
	if last != nil {
		return *last, nil
	}
	return b, err
}

func (s *Service) read(ctx context.Context, now time.Time) (Board, error) {
	silences, err := s.Silences.Since(ctx, now.Add(-(daysBack+1)*24*time.Hour))
	if err != nil {
		return Board{}, err
	}
	notices, err := s.Notices(ctx)
	if err != nil {
		return Board{}, err
	}
	paid, err := s.Pulse.Prompts(ctx)
	if err != nil {
		return Board{}, err
	}
	silent, err := s.Pulse.Callbacks(ctx)
	payments := true
	for _, r := range paid {
		payments = payments && r.Value >= fewPaid
	}
	for _, r := range silent {
		payments = payments && r.Value < longSilent
	}
	return compute(now, s.Sites.Sites(), silences, notices, payments), err
}
