package resellers

import (
	"context"
	"fmt"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/vouchers"
)

// Range is vouchers of a batch by their serials.
type Range struct {
	BatchID     int64
	First, Last int
}

// SignOut gives vouchers to a reseller, at most vouchers.MostHanded in a transaction: prepaid terms pay for them now, consignment counts them
// against the limit. It stops at the first that is too much, and tells what was done before. Faults: fault.Conflict "reseller.short",
// fault.Denied "reseller.closed", "reseller.not_sold".
func (s *Service) SignOut(ctx context.Context, q Request, w Range, by vouchers.By) ([]Event, error) {
	return s.pieces(ctx, q, w, SignedOut, by)
}

// Sell notes that a reseller sold paper.
func (s *Service) Sell(ctx context.Context, q Request, w Range, by vouchers.By) ([]Event, error) {
	return s.pieces(ctx, q, w, Sold, by)
}

// Return takes vouchers back that were not used; what was paid for them goes back to the balance.
func (s *Service) Return(ctx context.Context, q Request, w Range, by vouchers.By) ([]Event, error) {
	return s.pieces(ctx, q, w, Returned, by)
}

// Lose kills vouchers that a reseller cannot find; what was not paid for is charged at its price.
func (s *Service) Lose(ctx context.Context, q Request, w Range, by vouchers.By) ([]Event, error) {
	return s.pieces(ctx, q, w, Lost, by)
}

// deeds are what the events do with vouchers.
var deeds = map[string]string{SignedOut: vouchers.DeedSignOut, Sold: vouchers.DeedSell, Returned: vouchers.DeedReturn, Lost: vouchers.DeedVoid, UsedFirst: vouchers.DeedUsed}

// pieces does something with a range, piece by piece; each is whole or not done at all.
func (s *Service) pieces(ctx context.Context, q Request, w Range, kind string, by vouchers.By) (all []Event, err error) {
	b, err := s.Vouchers.Batch(ctx, w.BatchID)
	if err != nil {
		return nil, err
	}
	if w.First < 1 || w.Last < w.First || w.Last > b.Made {
		return nil, fault.New(fault.Invalid, "voucher.range", "Most", b.Made)
	}
	for first := w.First; first <= w.Last; first += vouchers.MostHanded {
		part := Range{b.ID, first, min(first+vouchers.MostHanded-1, w.Last)}
		one := q
		one.Key = fmt.Sprintf("%s:%d", cut(q.Key, 50), first)
		e, err := s.piece(ctx, one, part, kind, by)
		if err != nil {
			return all, err
		}
		all = append(all, e)
	}
	return all, nil
}

// givenBack is Returned of what was not told to be sold.
const givenBack = "given back"

func (s *Service) piece(ctx context.Context, q Request, w Range, kind string, by vouchers.By) (Event, error) {
	unsold := kind == givenBack
	input := digest(kind, w.BatchID, w.First, w.Last)
	if unsold {
		kind = Returned
	}
	return s.once(ctx, q, input, func(tx *db.Tx, d desk, e Event) (Event, error) {
		b, err := s.Vouchers.BatchIn(tx, w.BatchID)
		if err != nil {
			return e, err
		}
		if kind == SignedOut {
			if err := d.active(); err != nil {
				return e, err
			}
			if !d.Sells(b.PlanID) || b.SiteID != 0 && !d.SellsAt(b.SiteID) {
				return e, fault.New(fault.Denied, "reseller.not_sold")
			}
		}
		e.Kind, e.BatchID, e.First, e.Last, e.By = kind, b.ID, w.First, w.Last, by.Actor
		e, err = s.handOver(tx, d, b, e, unsold, by)
		if err == nil && e.Count == 0 {
			err = fault.New(fault.Conflict, "reseller.nothing")
		}
		if err != nil {
			return e, err
		}
		return e, s.record(tx, by, "reseller "+kind, d.ID, map[string]any{"batch": b.Number, "first": e.First, "last": e.Last, "vouchers": e.Count, "cents": e.Delta})
	})
}

// handOver moves vouchers and writes the event about it; nothing when none was moved.
func (s *Service) handOver(tx *db.Tx, d desk, b vouchers.Batch, e Event, unsold bool, by vouchers.By) (Event, error) {
	earned, above, err := s.earns(tx, d, b.Price.Cents)
	if err != nil {
		return e, err
	}
	done, err := s.Vouchers.Hand(tx, b, vouchers.Hand{Deed: vouchers.Deed{Kind: deeds[e.Kind], First: e.First, Last: e.Last, Holder: d.Holder(), Reason: cut(e.Note, 200)},
		Paid: d.Terms == Prepaid, Unsold: unsold, Earned: earned, Above: above}, by)
	if e.Count = done.Moved; err != nil || done.Moved == 0 {
		return e, err
	}
	price := b.Price.Cents
	var others []ledger.Posting
	switch {
	case e.Kind == Lost:
		e.Gross, e.Delta = price*int64(done.Missing+done.Lost), -price*int64(done.Missing)
		others = []ledger.Posting{posting(ledger.Vouchers, batchParty(b), price*int64(done.Lost)), posting(ledger.Breakage, "", -e.Gross)}
	case e.Kind == Returned:
		e.Gross, e.Earned, e.Above = -price*int64(done.Back), -done.Earned, -done.Above
		e.Delta = -e.Gross + e.Earned
		others = []ledger.Posting{posting(ledger.Vouchers, batchParty(b), -e.Gross), posting(ledger.Commission, "", e.Earned)}
	default:
		paid := int64(done.Fresh + done.Used)
		e.Gross, e.Earned, e.Above = price*int64(done.Moved), earned*paid, above*paid
		e.Delta = e.Earned - price*paid
		others = []ledger.Posting{posting(ledger.Commission, "", e.Earned), posting(ledger.Vouchers, batchParty(b), -price*int64(done.Fresh)),
			posting(ledger.VouchersOwed, batchParty(b), -price*int64(done.Used))}
	}
	if e.Kind == SignedOut { // what is on consignment now counts as entrusted already
		if err := s.affords(tx, *d.Reseller, e.Delta); err != nil {
			return e, err
		}
	}
	if e, err = s.write(tx, d.Reseller, e, others...); err != nil {
		return e, err
	}
	return e, s.share(tx, d, e)
}

// share gives the one above what stays with them, or takes it back.
func (s *Service) share(tx *db.Tx, d desk, e Event) error {
	if e.Above == 0 || d.above == nil {
		return nil
	}
	_, err := s.write(tx, d.above, Event{Kind: Share, Request: fmt.Sprintf("share:%d", e.ID), Gross: e.paidFor(), Earned: e.Above, Delta: e.Above, BatchID: e.BatchID, First: e.First, Last: e.Last,
		Count: e.Count, OtherID: e.ID, By: e.By}, posting(ledger.Commission, "", e.Above))
	return err
}

// Sweep charges resellers for what guests used before it was told to be sold. Call it every minute on one node.
func (s *Service) Sweep(ctx context.Context) error {
	for after := int64(0); ; {
		page, err := s.after(ctx, after, auditPage)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, r := range page {
			if err := s.SweepOne(ctx, r.ID, vouchers.By{Actor: "used vouchers"}); err != nil {
				return err
			}
			after = r.ID
		}
	}
}

// SweepOne is Sweep for one reseller, piece by piece: others get at their money in between.
func (s *Service) SweepOne(ctx context.Context, id int64, by vouchers.By) error {
	known, err := s.Get(ctx, id)
	for moved := err == nil; moved && err == nil; {
		moved, err = s.sweepRound(ctx, known, by)
	}
	return err
}

// sweepRound charges the first used vouchers of each batch; false when none were left.
func (s *Service) sweepRound(ctx context.Context, known Reseller, by vouchers.By) (moved bool, err error) {
	used, err := s.Vouchers.UsedUnpaid(ctx, known.Holder())
	for _, u := range used {
		if err != nil {
			return moved, err
		}
		last := min(u.Last, u.First+vouchers.MostHanded-1)
		err = s.DB.InTx(ctx, func(tx *db.Tx) error {
			d, err := s.hold(tx, known)
			if err != nil {
				return err
			}
			b, err := s.Vouchers.BatchIn(tx, u.BatchID)
			if err != nil {
				return err
			}
			e, err := s.handOver(tx, d, b, Event{Kind: UsedFirst, Request: fmt.Sprintf("used:%d", tx.ID()), BatchID: b.ID, First: u.First, Last: last, By: by.Actor}, false, by)
			moved = moved || e.Count > 0
			return err
		})
	}
	return moved, err
}
