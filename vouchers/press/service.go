package press

import (
	"context"
	"log/slog"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/seal"
	"mtandao/vouchers"
	"mtandao/vouchers/sheets"
)

// Vouchers is what prints are made of. *vouchers.Service satisfies it.
type Vouchers interface {
	Batch(ctx context.Context, id int64) (vouchers.Batch, error)
	OrderCopy(tx *db.Tx, c vouchers.Copying, by vouchers.By) (deedID int64, err error)
	CopyPiece(ctx context.Context, deedID int64, first, last int, each func(vouchers.Batch, vouchers.Voucher) error) error
	StopCopy(tx *db.Tx, deedID int64) error
}

// Options are a Service's collaborators. Clock is the machine's.
type Options struct {
	DB       *db.DB
	Jobs     *jobs.Queue
	Keys     *seal.Keys
	Clock    clock.Clock
	Log      *slog.Logger
	Vouchers Vouchers
	Dress    func(p Print, b vouchers.Batch) (*sheets.Paper, error) // the same whenever it is asked for the same print
	Folder   string
	Node     string // by what this machine is known again
}

// Service prints.
type Service struct {
	Options
	partCards int
}

const factPrintOrdered = "voucher print ordered"

type printFact struct{ PrintID int64 }

// New makes it and subscribes its job.
func New(o Options) *Service {
	s := &Service{Options: o, partCards: partCards}
	o.Jobs.On(factPrintOrdered, "make", s.run)
	return s
}

// Order asks for a print, which a job then makes. Faults: those of vouchers.Copying.Whole and of sheets.New.
func (s *Service) Order(ctx context.Context, p Print, by vouchers.By) (Print, error) {
	b, err := s.Vouchers.Batch(ctx, p.BatchID)
	if err != nil {
		return p, err
	}
	whole, err := vouchers.Copying{First: p.First, Last: p.Last}.Whole(b)
	if err != nil {
		return p, err
	}
	p.First, p.Last, p.State, p.By, p.CreatedAt = whole.First, whole.Last, Making, by.Actor, s.Clock.Now()
	p.Done = p.First - 1
	paper, err := s.Dress(p, b)
	if err != nil {
		return p, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		p.ID = tx.ID()
		var err error
		c := vouchers.Copying{BatchID: b.ID, First: p.First, Last: p.Last, As: p.Layout, Table: paper.Table()}
		if p.deedID, err = s.Vouchers.OrderCopy(tx, c, by); err != nil {
			return err
		}
		if err := s.insert(tx, p); err != nil {
			return err
		}
		return s.Jobs.Emit(tx, factPrintOrdered, key(p.ID), printFact{p.ID})
	})
	return p, err
}

// Cancel stops a print that is being made, and removes what is made of it; fault.Conflict "print.not_making".
func (s *Service) Cancel(ctx context.Context, id int64, by vouchers.By) error {
	p, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.end(tx, p.ID, Cancelled, "")
		if err == nil && !won {
			err = fault.New(fault.Conflict, "print.not_making")
		}
		if err == nil {
			err = s.Vouchers.StopCopy(tx, p.deedID)
		}
		if err != nil {
			return err
		}
		return s.record(tx, by, "vouchers print cancelled", p)
	})
	if err == nil {
		s.remove(p.ID)
	}
	return err
}

// fail gives up what no retry cures.
func (s *Service) fail(ctx context.Context, p Print, why error) error {
	s.Log.Warn("print given up", "print", p.ID, "error", why)
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.end(tx, p.ID, Failed, fault.KeyOf(why))
		if err != nil || !won {
			return err
		}
		return s.Vouchers.StopCopy(tx, p.deedID)
	})
}

func (s *Service) record(tx *db.Tx, by vouchers.By, action string, p Print) error {
	return audit.Change(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: "vouchers", ObjectID: key(p.BatchID)}, nil, map[string]any{"print": key(p.ID), "layout": p.Layout, "first": p.First, "last": p.Last})
}

// Clean removes the files of prints that nobody can have any more, here; each node does it for itself.
func (s *Service) Clean(ctx context.Context) error {
	if err := s.expire(ctx, s.Clock.Now().Add(-Kept)); err != nil {
		return err
	}
	for _, id := range s.filed() {
		p, err := s.Get(ctx, id)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err != nil || p.State != Ready && p.State != Making {
			s.remove(id)
		}
	}
	return nil
}

// silentFor is how long the node that makes a print may say nothing before another takes it over.
const silentFor = 5 * time.Minute
