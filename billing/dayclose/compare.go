package dayclose

import (
	"time"

	"mtandao/billing"
	"mtandao/internal/clock"
	"mtandao/internal/incoming"
)

// overMidnight is by how much a clock here and the rail's may put one payment on two days, and nobody has to say why.
const overMidnight = time.Hour

// judgeLine compares a line of the statement with the receipt of its number; nil when there is none.
func judgeLine(d *Day, t *Till, l line, r *receipt) {
	i := Item{TillID: l.TillID, Receipt: l.Receipt, Statement: l.InCents, At: l.At.UTC()}
	if r == nil {
		i.Cause = NotInBooks
		d.add(i)
		return
	}
	i.ReceiptID, i.OrderID, i.Books = r.ID, r.OrderID, r.AmountCents
	if r.AmountCents != l.InCents {
		i.Cause = AmountDiffers
		d.add(i)
	}
	if clock.DayOf(r.ArrivedAt) == d.Day {
		return
	}
	if t.Elsewhere += l.InCents; r.ArrivedAt.Sub(l.At).Abs() > overMidnight {
		i.Cause = OtherDay
		d.add(i)
	}
}

// judgeBack compares a line by which the rail took money back with what was taken back here.
func judgeBack(d *Day, l line, v *reversal) {
	i := Item{TillID: l.TillID, Receipt: l.Receipt, Statement: l.OutCents, At: l.At.UTC()}
	if v != nil {
		i.ReceiptID, i.OrderID = v.ReceiptID, v.OrderID
	}
	switch {
	case v == nil || v.State == string(billing.ReversalFound):
		i.Cause = NotTakenBack
	case v.AmountCents != l.OutCents:
		i.Cause, i.Books = BackDiffers, v.AmountCents
	default:
		return
	}
	d.add(i)
}

// word is what else is known of a receipt: when a statement tells of it, zero where none does, what the ledger has of it, and whose float it raised.
type word struct {
	told           time.Time
	posted, holder int64
}

// judgeReceipt asks of money that arrived whether the statement told of it, whether it is in the ledger, and what it did.
func judgeReceipt(d *Day, t *Till, r receipt, w word) {
	i := Item{TillID: r.TillID, ReceiptID: r.ID, OrderID: r.OrderID, Books: r.AmountCents, At: r.ArrivedAt.UTC()}
	if r.Receipt != nil {
		i.Receipt = *r.Receipt
	}
	because := func(c Cause) { i.Cause = c; d.add(i) }
	t.Receipts, t.Books, t.Ledger = t.Receipts+1, t.Books+r.AmountCents, t.Ledger+w.posted
	if w.posted != r.AmountCents {
		because(NotInLedger)
	}
	switch {
	case r.Receipt == nil:
		because(NoNumber)
	case !w.told.IsZero():
		if clock.DayOf(w.told) != d.Day {
			t.Strayed += r.AmountCents
		}
	case t.Until.IsZero() || r.ArrivedAt.After(t.Until):
		t.Untold, t.UntoldCents = t.Untold+1, t.UntoldCents+r.AmountCents
	default:
		because(NotOnStatement)
	}
	left := r.AmountCents - r.ReversedCents
	t.Gone += r.ReversedCents
	switch r.Placed {
	case billing.PlacedOrder:
		if t.Served += left; r.OrderState != string(billing.OrderPaid) && left > 0 {
			because(NoService)
		}
	case billing.PlacedAccount:
		t.Raised += left
	case billing.PlacedFloat:
		if t.Float += left; w.holder != 0 {
			d.reseller(w.holder).ByTill += left
		} else if left > 0 {
			because(NoService)
		}
	case billing.PlacedCredit:
		t.Held += left
	case billing.PlacedSuspense:
		if t.Held += left; left > 0 {
			because(NoService)
		}
	default:
		t.Gone += left
	}
}

// judgeReach tells of a till whose statement does not reach what arrived.
func judgeReach(d *Day, t Till) {
	if t.Untold == 0 {
		return
	}
	at := t.Until
	if at.IsZero() {
		at = d.Day.Start().UTC()
	}
	d.add(Item{Cause: Untold, TillID: t.ID, Books: t.UntoldCents, At: at})
}

// count adds a line to its till's figures.
func (t *Till) count(l line) {
	t.Lines++
	switch l.Kind {
	case incoming.LineIn:
		t.In += l.InCents
	case incoming.LineReversal:
		t.Back += l.OutCents
	case incoming.LineCharge:
		t.Charged += l.OutCents
	case incoming.LineChargeBack:
		t.Charged -= l.InCents
	case incoming.LineOut:
		t.Out += l.OutCents
	case incoming.LineBack:
		t.Out -= l.InCents
	}
}
