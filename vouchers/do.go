package vouchers

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

const (
	cutAtOnce = 20 // serials in a transaction when grants are ended too
	deedLater = 15 * time.Second
)

// Do does a deed and tells how many vouchers it changed. Should it be cut, a job goes on with it. Faults: fault.Invalid "voucher.range" or
// "voucher.deed", fault.Conflict "voucher.money_back" for undoing what was paid back.
func (s *Service) Do(ctx context.Context, d Deed, by By) (Deed, error) {
	b, err := s.Batch(ctx, d.BatchID)
	if err != nil {
		return d, err
	}
	if err := s.checkDeed(ctx, b, d); err != nil {
		return d, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := s.order(tx, b, &d, by); err != nil {
			return err
		}
		return s.Jobs.EmitAt(tx, factDeedOrdered, key(d.ID), deedFact{d.ID}, s.Clock.Now().Add(deedLater))
	})
	for more := true; more && err == nil; {
		more, err = s.doSome(ctx, d.ID)
	}
	if err != nil {
		return d, err
	}
	return s.DeedOf(ctx, d.ID)
}

// order writes a deed down, with nothing of it done.
func (s *Service) order(tx *db.Tx, b Batch, d *Deed, by By) error {
	d.ID, d.By, d.CreatedAt, d.Done = tx.ID(), by.Actor, s.Clock.Now(), d.First-1
	if err := s.insertDeed(tx, *d); err != nil {
		return err
	}
	return s.record(tx, by, "vouchers "+d.Kind, b.ID, map[string]any{"batch": b.Number, "first": d.First, "last": d.Last, "holder": d.Holder,
		"money": d.Money, "cut": d.Cut, "reason": d.Reason})
}

func (s *Service) checkDeed(ctx context.Context, b Batch, d Deed) error {
	switch {
	case d.First < 1 || d.Last < d.First || d.Last > b.Made:
		return fault.New(fault.Invalid, "voucher.range", "Most", b.Made)
	case d.moves() == nil || d.Cut && d.Kind != DeedVoid:
		return fault.New(fault.Invalid, "voucher.deed")
	case len(spellHolder(d.Holder)) > longestHolder || !Printable(d.Holder) || d.Kind == DeedSignOut && strings.HasPrefix(d.Holder, resellerPrefix): // what resellers get is theirs to settle
		return fault.New(fault.Invalid, "voucher.holder")
	case utf8.RuneCountInString(d.Reason) > longestReason || !Printable(d.Reason):
		return fault.New(fault.Invalid, "voucher.reason_long", "Most", longestReason)
	case d.Kind == DeedVoid && d.Reason == "":
		return fault.New(fault.Invalid, "voucher.reason")
	case d.Kind == DeedUndo:
		first, err := s.DeedOf(ctx, d.Undoes)
		if err == nil && (first.Kind != DeedVoid || first.BatchID != d.BatchID) {
			err = fault.New(fault.Invalid, "voucher.deed")
		}
		if err == nil && first.Money && first.Cents > 0 {
			err = fault.New(fault.Conflict, "voucher.money_back")
		}
		return err
	}
	return nil
}

// Undo takes a void back: its vouchers are again what they were. What has been ended with them stays so.
func (s *Service) Undo(ctx context.Context, deedID int64, by By) (Deed, error) {
	d, err := s.DeedOf(ctx, deedID)
	if err != nil {
		return d, err
	}
	return s.Do(ctx, Deed{Kind: DeedUndo, BatchID: d.BatchID, First: d.First, Last: d.Last, Undoes: d.ID}, by)
}

// VoidOf kills all that somebody has, batch by batch.
func (s *Service) VoidOf(ctx context.Context, holder, reason string, cut bool, by By) (all []Deed, err error) {
	held, err := s.heldBy(ctx, holder)
	for _, b := range held {
		if err != nil {
			return all, err
		}
		var d Deed
		d, err = s.Do(ctx, Deed{Kind: DeedVoid, BatchID: b.BatchID, First: b.First, Last: b.Last, Holder: holder, Cut: cut, Reason: reason}, by)
		all = append(all, d)
	}
	return all, err
}

// doSome does the next of a deed; false when there is no more to do.
func (s *Service) doSome(ctx context.Context, deedID int64) (more bool, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		s.doing.watch(tx)
		more, err = s.doIn(tx, deedID)
		return err
	})
	return more, err
}

func (s *Service) doIn(tx *db.Tx, deedID int64) (more bool, err error) {
	d, err := s.deedIn(tx, deedID)
	if err != nil || d.Done >= d.Last {
		return false, err
	}
	b, err := s.batchIn(tx, d.BatchID)
	if err != nil {
		return false, err
	}
	first, last := d.Done+1, min(d.Done+s.doing.size(), d.Last)
	if d.Cut {
		last = min(d.Done+cutAtOnce, last)
	}
	won, err := s.advanceDeed(tx, d, last)
	if err != nil || !won { // another runner has done it
		return true, err
	}
	sum := Deed{}
	for n, m := range d.moves() {
		moved, err := s.moveVouchers(tx, b, d, m, first, last)
		if err != nil {
			return false, err
		}
		sum.Moved += moved
		cents, err := s.bookDeed(tx, b, d, m, moved, first, n)
		if err != nil {
			return false, err
		}
		sum.Cents += cents
	}
	if d.Cut {
		if sum.Ended, err = s.cut(tx, d, first, last); err != nil {
			return false, err
		}
	}
	if err := s.sealVouchers(tx, doneBy(tx, d, first, last)); err != nil {
		return false, err
	}
	return last < d.Last, s.addToDeed(tx, d.ID, sum)
}

// cut ends what used vouchers gave.
func (s *Service) cut(tx *db.Tx, d Deed, first, last int) (ended int, err error) {
	used, err := s.usedIn(tx, d, first, last)
	for _, v := range used {
		if err != nil {
			return ended, err
		}
		var lived bool
		if lived, err = s.Grants.Revoke(tx, v.source(), v.voided()); lived {
			ended++
		}
	}
	return ended, err
}
