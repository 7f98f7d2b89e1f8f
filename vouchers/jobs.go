package vouchers

import (
	"context"
	"errors"

	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/radius/access"
)

// The facts vouchers emit. Key is the batch's or the deed's id.
const (
	factBatchPlaced = "voucher batch placed"
	factDeedOrdered = "voucher deed ordered"
)

type batchFact struct{ BatchID int64 }

type deedFact struct{ DeedID int64 }

const (
	makeAtOnce = 200 // vouchers made in a transaction: under 50 ms, so that payments are not kept waiting
	makeInRun  = 100 // transactions before others have their turn
	makeTries  = 5   // when a code is drawn that there is already
)

func (s *Service) subscribe() {
	s.Jobs.On(factBatchPlaced, "make", s.makeBatch)
	s.Jobs.On(factDeedOrdered, "do", s.doDeed)
	s.Jobs.On(access.GrantEnded, "vouchers", s.earn)
}

// makeBatch makes what is missing of a batch. It may be cut at any point and run again.
func (s *Service) makeBatch(ctx context.Context, j jobs.Job) error {
	var f batchFact
	if err := j.Decode(&f); err != nil {
		return err
	}
	for range makeInRun {
		more, err := s.makeSome(ctx, f.BatchID)
		if err != nil || !more {
			return err
		}
	}
	return jobs.Again(0, errors.New("more to make"))
}

// Make makes a batch now, for whoever waits for it, beside the job or without it.
func (s *Service) Make(ctx context.Context, batchID int64) (Batch, error) {
	for more := true; more; {
		var err error
		if more, err = s.makeSome(ctx, batchID); err != nil {
			return Batch{}, err
		}
	}
	return s.Batch(ctx, batchID)
}

// makeSome makes the next vouchers; false when there are no more to make.
func (s *Service) makeSome(ctx context.Context, batchID int64) (more bool, err error) {
	for range makeTries {
		var again bool
		err = s.DB.InTx(ctx, func(tx *db.Tx) (err error) {
			more, again, err = s.makeIn(tx, batchID)
			return err
		})
		if err != nil || !again {
			return more, err
		}
	}
	return false, errors.New("every code drawn was taken")
}

// makeIn: again says that a code was drawn that is there already, and that nothing was written.
func (s *Service) makeIn(tx *db.Tx, batchID int64) (more, again bool, err error) {
	b, err := s.batchIn(tx, batchID)
	if err != nil || b.State != Making {
		return false, false, err
	}
	n := min(makeAtOnce, b.Size-b.Made)
	fresh := make([]Voucher, n)
	codes := make([]access.Code, n)
	for i := range fresh {
		codes[i] = b.Style.New()
		fresh[i] = Voucher{ID: tx.ID(), BatchID: b.ID, Serial: b.Made + i + 1, Code: codes[i], State: Made, ExpiresAt: b.UnsoldUntil}
	}
	if taken, err := s.Grants.CodesTaken(tx, codes); err != nil || taken {
		return true, taken, err
	}
	again = false
	err = tx.Savepoint(func() error {
		won, err := s.advance(tx, b, n)
		if err != nil || !won { // another runner, or it was cancelled: the next look tells
			return err
		}
		return s.insertVouchers(tx, fresh)
	})
	if db.IsDuplicate(err) {
		return true, true, nil
	}
	return b.Made+n < b.Size, false, err
}

// doDeed goes on with a deed that was cut.
func (s *Service) doDeed(ctx context.Context, j jobs.Job) error {
	var f deedFact
	if err := j.Decode(&f); err != nil {
		return err
	}
	for range makeInRun {
		more, err := s.doSome(ctx, f.DeedID)
		if err != nil || !more {
			return err
		}
	}
	return jobs.Again(0, errors.New("more to do"))
}
