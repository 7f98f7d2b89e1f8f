package bulk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/staff"
)

// A stretch of work, well within what a job may take; how many objects are looked at in one transaction, and read at once to be changed.
const (
	stretch = 20 * time.Second
	piece   = 100
)

// work handles "bulk run asked": it looks, or does. It may be cut at any point and run again, and twice at once.
func (s *Service) work(ctx context.Context, j jobs.Job) error {
	var fact askedFact
	if err := j.Decode(&fact); err != nil {
		return err
	}
	r, err := s.Run(ctx, fact.RunID)
	if fault.Is(err, fault.NotFound) || err == nil && !r.Moving() {
		return nil
	}
	if err == nil {
		err = s.takeUp(ctx, r)
	}
	if err != nil {
		return err
	}
	within, cut := context.WithTimeout(ctx, stretch)
	defer cut()
	if r.State == Looking {
		err = s.look(within, r)
	} else {
		err = s.do(within, r)
	}
	if err == nil || fault.KeyOf(err) == "bulk.stopped" {
		return nil
	}
	if within.Err() != nil && ctx.Err() == nil {
		if err := s.rest(ctx, r.ID, nil); err != nil {
			return err
		}
		return jobs.Again(0, errors.New("more to do"))
	}
	if failed := s.rest(ctx, r.ID, err); failed != nil {
		return failed
	}
	return err
}

func (s *Service) order(r Run, who staff.Member) Order {
	return Order{RunID: r.ID, Kind: r.Kind, Argument: r.Argument, Reason: r.Reason, Who: who, By: r.By}
}

// look finds the objects of a run page by page, and keeps what would become of each.
func (s *Service) look(ctx context.Context, r Run) error {
	from, err := s.sourceOf(ctx, r.ID)
	if err != nil {
		return err
	}
	for {
		some, next, err := s.found(ctx, r, from)
		if err != nil {
			return err
		}
		who, err := s.Members.Member(ctx, r.By.Member)
		if err != nil {
			return err
		}
		if some, err = s.Things[r.Kind.Of()].Look(ctx, s.order(r, who), some); err != nil {
			return err
		}
		for n := range some {
			some[n].Fate = Would
			if some[n].Why != nil {
				some[n].Fate, some[n].Cents, some[n].Price = Left, 0, nil
			}
		}
		if r, err = s.keepLooked(ctx, r, some, next); err != nil || r.State != Looking {
			return err
		}
	}
}

// found is the next page of a run's objects, and where the one after it begins; empty: there is none.
func (s *Service) found(ctx context.Context, r Run, from source) (some []Item, next string, err error) {
	if r.UndoOf != 0 {
		return s.changedBy(ctx, r)
	}
	var ids []int64
	if from.All != nil {
		ids, next, err = s.Things[r.Kind.Of()].Find(ctx, *from.All, r.place)
	} else {
		at, _ := strconv.Atoi(r.place) // written by us; empty is the beginning
		if ids = from.Picked[min(at, len(from.Picked)):]; len(ids) > piece {
			ids, next = ids[:piece], strconv.Itoa(at+piece)
		}
	}
	for _, id := range ids {
		some = append(some, Item{ID: id})
	}
	return some, next, err
}

// changedBy are objects that the run changed which is to be taken back, each with the mark that it was left with.
func (s *Service) changedBy(ctx context.Context, r Run) (some []Item, next string, err error) {
	after, _ := strconv.ParseInt(r.place, 10, 64) // written by us; empty is the beginning
	done, err := s.Items(ctx, r.UndoOf, Changed, Place{ID: after}, piece)
	for _, one := range done {
		some = append(some, Item{ID: one.ID, Seen: one.Mark})
	}
	if len(done) == piece {
		next = idText(done[piece-1].ID)
	}
	return some, next, err
}

// do changes what is to be changed, each by itself.
func (s *Service) do(ctx context.Context, r Run) error {
	for {
		some, err := s.Items(ctx, r.ID, Would, Place{}, piece)
		if err != nil {
			return err
		}
		if len(some) == 0 {
			return s.finish(ctx, r.ID)
		}
		if err := s.doSome(ctx, r, some); err != nil {
			return err
		}
	}
}

// doSome changes a few, as many at once as there are lanes. After the first trouble, which it tells, none is begun.
func (s *Service) doSome(ctx context.Context, r Run, some []Item) error {
	within, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	next, lanes := make(chan Item), sync.WaitGroup{}
	for range max(1, s.Lanes) {
		lanes.Go(func() {
			for one := range next {
				if within.Err() != nil {
					continue
				}
				if err := s.doOne(within, r, one); err != nil {
					stop(err)
				}
			}
		})
	}
	for _, one := range some {
		next <- one
	}
	close(next)
	lanes.Wait()
	return context.Cause(within)
}

// ofObject are the faults that leave an object as it is; any other is trouble.
var ofObject = []fault.Kind{fault.Denied, fault.Conflict, fault.Invalid, fault.NotFound}

// doOne changes one object and keeps that it was, or keeps why it could not be.
func (s *Service) doOne(ctx context.Context, r Run, one Item) error {
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		if won, err := s.take(tx, r.ID, one.ID, Changed, nil); err != nil || !won {
			return err // somebody else works on it
		}
		who, err := s.Members.MemberTx(tx, r.By.Member)
		if err != nil {
			return err
		}
		mark, err := s.Things[r.Kind.Of()].Do(tx, s.order(r, who), one)
		if err != nil {
			return refused{err}
		}
		if err := setMark(tx, r.ID, one.ID, mark); err != nil {
			return err
		}
		return s.count(tx, r.ID, "done")
	})
	var why refused
	if !errors.As(err, &why) {
		return err
	}
	fate, column := Left, "skipped"
	switch kind := fault.KindOf(why.error); {
	case kind == fault.Internal && ctx.Err() == nil:
		fate, column = Failed, "failed"
	case !slices.Contains(ofObject, kind):
		return why.error
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if won, err := s.take(tx, r.ID, one.ID, fate, why.error); err != nil || !won {
			return err
		}
		return s.count(tx, r.ID, column)
	})
}

// refused is the error of a deed on one object.
type refused struct{ error }

// Unwrap is what a transaction looks into to see whether it is worth another try.
func (r refused) Unwrap() error { return r.error }
