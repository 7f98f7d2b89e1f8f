package press

import (
	"context"
	"errors"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/vouchers"
	"mtandao/vouchers/sheets"
)

// errStopped ends the making of a print that is not to be made any more.
var errStopped = errors.New("the print was stopped")

// runFor is how long a run makes parts before others have their turn; a run that is cut in a part makes that part again.
const runFor = time.Minute

// run makes what is missing of a print. It may be cut at any point and run again.
func (s *Service) run(ctx context.Context, j jobs.Job) error {
	var f printFact
	if err := j.Decode(&f); err != nil {
		return err
	}
	p, err := s.Get(ctx, f.PrintID)
	if err != nil || p.State != Making {
		return err
	}
	if p.node != s.Node {
		if won, err := s.take(ctx, p); err != nil || !won {
			return errors.Join(err, jobs.Again(silentFor/2, errors.New("another node prints")))
		}
	}
	more, err := s.makeParts(ctx, p)
	switch {
	case errors.Is(err, errStopped):
		s.remove(p.ID)
		return nil
	case fault.Is(err, fault.Invalid):
		return s.fail(ctx, p, err)
	case err == nil && more:
		return jobs.Again(0, errors.New("more to print"))
	}
	return err
}

func (s *Service) makeParts(ctx context.Context, p Print) (more bool, err error) {
	b, err := s.Vouchers.Batch(ctx, p.BatchID)
	if err != nil {
		return false, err
	}
	paper, err := s.Dress(p, b)
	if err != nil {
		return false, err
	}
	began := s.Clock.Now()
	for _, one := range s.parts(p, paper) {
		if s.has(p.ID, one) {
			continue
		}
		if s.Clock.Now().Sub(began) > runFor {
			return true, nil
		}
		if err := s.makePart(ctx, p, paper, one); err != nil {
			return false, err
		}
	}
	return false, s.finish(ctx, p)
}

// toldEach is after how many cards a print tells how far it is.
const toldEach = 500

func (s *Service) makePart(ctx context.Context, p Print, paper *sheets.Paper, one part) error {
	to, err := s.create(p.ID, one)
	if err != nil {
		return err
	}
	defer to.drop()
	err = paper.Into(to, one.first, one.last, func(each func(vouchers.Batch, vouchers.Voucher) error) error {
		return s.Vouchers.CopyPiece(ctx, p.deedID, one.first, one.last, func(b vouchers.Batch, v vouchers.Voucher) error {
			if v.Serial%toldEach == 0 {
				if err := s.tell(ctx, p, v.Serial); err != nil {
					return err
				}
			}
			return each(b, v)
		})
	})
	if err == nil {
		err = to.keep()
	}
	if err == nil {
		err = s.tell(ctx, p, one.last)
	}
	return err
}
