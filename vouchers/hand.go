package vouchers

import (
	"fmt"
	"strconv"
	"strings"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/access"
)

const resellerPrefix = "reseller:"

// ResellerHolder is how a reseller stands in the vouchers that they have.
func ResellerHolder(id int64) string { return resellerPrefix + key(id) }

// ReadHolder is the reseller that a holder names.
func ReadHolder(holder string) (id int64, ok bool) {
	digits, ok := strings.CutPrefix(holder, resellerPrefix)
	id, err := strconv.ParseInt(digits, 10, 64)
	return id, ok && err == nil
}

// MostHanded is how many vouchers go over in one transaction.
const MostHanded = 250

// Hand is a deed between the provider and a reseller, done whole in its caller's transaction. The caller books its money.
type Hand struct {
	Deed
	Paid          bool  // at signing out
	Unsold        bool  // at returning: only what was not told to be sold
	Earned, Above int64 // cents of each that is paid for which stay with the reseller, and with the one above
}

// Handed is what a Hand changed, in numbers of vouchers.
type Handed struct {
	DeedID        int64
	Fresh         int   // became paid for before their use
	Used          int   // were used before they were paid for, and now are
	Back          int   // were paid for and came back
	Lost          int   // were paid for and are lost
	Missing       int   // were not paid for and are lost
	Moved         int   // all of these, and those that no money moves for
	Earned, Above int64 // cents that had stayed of what came back
}

type handMove struct {
	move
	count func(*Handed) *int
}

// handMoves says what a hand does.
func (h Hand) handMoves() []handMove {
	other := func(*Handed) *int { return new(int) }
	fresh := func(d *Handed) *int { return &d.Fresh }
	switch h.Kind {
	case DeedSignOut:
		out := handMove{move{from: idle, to: SignedOut, alive: true, paidAfter: h.Paid}, other}
		if h.Paid {
			out.priced, out.earned, out.above, out.count = true, h.Earned, h.Above, fresh
		}
		return []handMove{out}
	case DeedSell:
		return []handMove{{move{from: []State{SignedOut}, paid: true, to: Sold, paidAfter: true, alive: true}, other},
			{move{from: []State{SignedOut}, to: Sold, paidAfter: true, alive: true, priced: true, earned: h.Earned, above: h.Above}, fresh},
			h.usedMove()}
	case DeedReturn:
		return []handMove{{move{from: h.returnable(), to: Returned}, other},
			{move{from: h.returnable(), paid: true, to: Returned}, func(d *Handed) *int { return &d.Back }}}
	case DeedVoid:
		return []handMove{{move{from: sellable, to: Void}, func(d *Handed) *int { return &d.Missing }},
			{move{from: sellable, paid: true, to: Void, paidAfter: true}, func(d *Handed) *int { return &d.Lost }}}
	case DeedUsed:
		return []handMove{h.usedMove()}
	}
	return nil
}

// returnable are the states from which a hand takes vouchers back.
func (h Hand) returnable() []State {
	if h.Unsold {
		return []State{SignedOut}
	}
	return sellable
}

// usedMove: what guests used before it was paid for is sold.
func (h Hand) usedMove() handMove {
	return handMove{move{from: []State{Used}, to: Used, paidAfter: true, priced: true, earned: h.Earned, above: h.Above}, func(d *Handed) *int { return &d.Used }}
}

// Hand does a deed on what a reseller has, or gets, in tx; at most MostHanded serials. Faults: fault.Invalid "voucher.range",
// "voucher.deed".
func (s *Service) Hand(tx *db.Tx, b Batch, h Hand, by By) (done Handed, err error) {
	_, reseller := ReadHolder(h.Holder)
	switch moves := h.handMoves(); {
	case h.First < 1 || h.Last < h.First || h.Last > b.Made:
		return done, fault.New(fault.Invalid, "voucher.range", "Most", b.Made)
	case moves == nil || !reseller || h.Last-h.First >= MostHanded:
		return done, fault.New(fault.Invalid, "voucher.deed")
	}
	h.ID, h.BatchID, h.Done, h.By, h.CreatedAt = tx.ID(), b.ID, h.Last, by.Actor, s.Clock.Now()
	h.Money = h.Kind == DeedVoid // so that it cannot be undone
	if err := s.insertDeed(tx, h.Deed); err != nil {
		return done, err
	}
	done.DeedID = h.ID
	for _, m := range h.handMoves() {
		moved, err := s.moveVouchers(tx, b, h.Deed, m.move, h.First, h.Last)
		if err != nil {
			return done, err
		}
		*m.count(&done) += moved
		done.Moved += moved
	}
	if h.Kind == DeedReturn {
		if done.Earned, done.Above, err = s.unearn(tx, h.Deed); err != nil {
			return done, err
		}
	}
	if err := s.sealVouchers(tx, doneBy(tx, h.Deed, h.First, h.Last)); err != nil {
		return done, err
	}
	priced := done.Fresh + done.Used + done.Back + done.Lost + done.Missing
	return done, s.addToDeed(tx, h.ID, Deed{Moved: done.Moved, Cents: b.worth(priced).Cents})
}

// One is a voucher made for one sale.
type One struct {
	Batch   Batch
	Voucher Voucher
	DeedID  int64
}

// shelfUnused is how long what was sold from a shelf may wait for its first use, in days.
const shelfUnused = 180

// SellOne makes a voucher of a shelf and sells it in tx. The caller books its money.
func (s *Service) SellOne(tx *db.Tx, shelf Batch, h Hand, by By) (one One, err error) {
	for range makeTries {
		code := shelf.Style.New()
		if taken, err := s.Grants.CodesTaken(tx, []access.Code{code}); err != nil {
			return one, err
		} else if taken {
			continue
		}
		err = tx.Savepoint(func() error {
			if shelf, err = s.takeShelf(tx, shelf.ID); err != nil {
				return err
			}
			now := s.Plan.Now()
			deed := Deed{ID: tx.ID(), Kind: DeedSell, BatchID: shelf.ID, First: shelf.Made, Last: shelf.Made, Done: shelf.Made, Holder: h.Holder, Moved: 1, Cents: shelf.Price.Cents,
				By: by.Actor, CreatedAt: s.Clock.Now()}
			one = One{Batch: shelf, DeedID: deed.ID, Voucher: Voucher{ID: tx.ID(), BatchID: shelf.ID, Serial: shelf.Made, Code: code, State: Sold, Paid: true, Holder: h.Holder,
				ExpiresAt: shelf.expiry(Sold, true, now), deedID: deed.ID, earned: h.Earned, above: h.Above}}
			if err := s.insertDeed(tx, deed); err != nil {
				return err
			}
			if err := s.addToDeed(tx, deed.ID, Deed{Moved: 1, Cents: shelf.Price.Cents}); err != nil {
				return err
			}
			fresh, err := s.rowsToStore([]Voucher{one.Voucher})
			if err != nil {
				return err
			}
			return s.storeVouchers(tx, fresh)
		})
		if !db.IsDuplicate(err) {
			return one, err
		}
	}
	return one, fmt.Errorf("every code drawn was taken: %w", err)
}
