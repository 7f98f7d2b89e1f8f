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
	makeInRun = 100 // transactions before others have their turn
	makeTries = 5   // when a code is drawn that there is already
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

// Make makes a batch now, for whoever waits for it, beside the job or without it. Told hears how many are made, again and again.
func (s *Service) Make(ctx context.Context, batchID int64, told ...func(made int)) (b Batch, err error) {
	for more := true; more; {
		if more, err = s.makeSome(ctx, batchID); err == nil {
			b, err = s.Batch(ctx, batchID)
		}
		if err != nil {
			return Batch{}, err
		}
		for _, tell := range told {
			tell(b.Made)
		}
	}
	return b, nil
}

// makeSome makes the next vouchers; false when there were none to make. What takes its time is done before the transaction. Whether these were the last
// is for the next look to say: another runner may have come first, with a smaller piece.
func (s *Service) makeSome(ctx context.Context, batchID int64) (more bool, err error) {
	for range makeTries {
		b, err := s.Batch(ctx, batchID)
		if err != nil || b.State != Making {
			return false, err
		}
		some, err := s.draw(b, min(s.making.size(), b.Size-b.Made))
		if err != nil {
			return false, err
		}
		var again bool
		err = s.DB.InTx(ctx, func(tx *db.Tx) (err error) {
			s.making.watch(tx)
			again, err = s.makeIn(tx, b, some)
			return err
		})
		if err != nil || !again {
			return true, err
		}
	}
	return false, errors.New("every code drawn was taken")
}

// drawn are vouchers that are ready to be stored.
type drawn struct {
	codes []access.Code
	rows  voucherRows
}

// draw makes up a batch's next vouchers.
func (s *Service) draw(b Batch, n int) (some drawn, err error) {
	fresh := make([]Voucher, n)
	some.codes = make([]access.Code, n)
	for i := range fresh {
		some.codes[i] = b.Style.New()
		fresh[i] = Voucher{ID: s.DB.ID(), BatchID: b.ID, Serial: b.Made + i + 1, Code: some.codes[i], State: Made, ExpiresAt: b.UnsoldUntil}
	}
	some.rows, err = s.rowsToStore(fresh)
	return some, err
}

// makeIn: again says that a code was drawn that is there already, and that nothing was written.
func (s *Service) makeIn(tx *db.Tx, b Batch, some drawn) (again bool, err error) {
	if taken, err := s.Grants.CodesTaken(tx, some.codes); err != nil || taken {
		return taken, err
	}
	err = tx.Savepoint(func() error {
		won, err := s.advance(tx, b, len(some.codes))
		if err != nil || !won { // another runner, or it was cancelled: the next look tells
			return err
		}
		return s.storeVouchers(tx, some.rows)
	})
	if db.IsDuplicate(err) {
		return true, nil
	}
	return false, err
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
