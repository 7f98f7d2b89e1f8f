package billing

import (
	"errors"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/settings"
	"mtandao/radius/access"
)

// origin is the account that a receipt's money is taken from, and the name of the ledger entry that takes it.
type origin struct{ kind, source, account, party string }

// Kinds of ledger entries. The entry that brings a receipt in is (EntryMoneyIn, "receipt:ID"): unique, so money comes once.
const (
	EntryMoneyIn  = "money in"
	entryMoved    = "money moved"
	entryMerged   = "counted twice"
	entryNumbered = "receipt numbered"
	entryTraced   = "prompt found" // whose prompt's own money a receipt is, and what else is learnt of it; no money moves
	entryUsed     = "service used"
)

func fromTill(r Receipt) origin {
	return origin{kind: EntryMoneyIn, source: receiptParty(r.ID), account: ledger.TillClearing, party: tillParty(r.TillID)}
}

// arrive books money that came for a payment. The conditional UPDATE of the payment has one winner; everybody else only
// attaches what the winner did not know.
func (s *Service) arrive(tx *db.Tx, p Payment, e Evidence, serve bool) (Outcome, error) {
	o, err := s.orderTx(tx, p.OrderID)
	if err != nil {
		return Outcome{}, err
	}
	if err := s.holdPayer(tx, string(o.Phone)); err != nil {
		return Outcome{}, err
	}
	if !p.told(e) {
		return s.arriveBeside(tx, p, o, e, serve)
	}
	if e.Kind == ByStatus {
		e.Kind = ByPrompt // whose callback named the receipt
	}
	if won, err := s.paidBy(tx, p, e); err != nil || !won {
		return s.attach(tx, p, o, e, err)
	}
	return s.arriveOwn(tx, p, o, e, serve)
}

// paidBy moves a payment to paid by the word of e; false when it was.
func (s *Service) paidBy(tx *db.Tx, p Payment, e Evidence) (bool, error) {
	now := s.Clock.Now()
	return s.movePayment(tx, p.ID, before(PaymentPaid), paymentChange{State: PaymentPaid, ResultCode: e.Verdict.Code,
		ResultText: e.Verdict.Text, SettledAt: &now, ClearReason: true})
}

// errRaced undoes a transaction whose money did not serve the order after all; it is held as credit then.
var errRaced = errors.New("other money was faster")

// arriveBeside books money that nobody says is the prompt's own: paid by hand, or typed. It settles the payment only when
// it serves the order; else the prompt stays open, for its own money may still come.
func (s *Service) arriveBeside(tx *db.Tx, p Payment, o Order, e Evidence, serve bool) (Outcome, error) {
	serves, err := s.wanted(tx, o, e.Amount, serve)
	if err != nil {
		return Outcome{}, err
	}
	settle := s.stillOpen
	if serves {
		settle = s.paidBy
	}
	if open, err := settle(tx, p, e); err != nil || !open {
		return s.attach(tx, p, o, e, err)
	}
	known, err := s.receiptFor(tx, p, o, e)
	isNew, err := notFoundIs(err)
	out := Outcome{PaymentID: known.PaymentID, OrderID: known.OrderID, ReceiptID: known.ID, Placed: known.Placed, Again: true}
	switch {
	case err != nil:
	case isNew && serves:
		out, err = s.bringIn(tx, p, o, e, true)
	case isNew:
		out, err = s.bringIn(tx, Payment{}, o, e, false)
	case serves:
		out, err = s.takeOver(tx, p, o, known, true)
	}
	if serves {
		if err == nil && (out.OrderID != o.ID || out.Placed != PlacedOrder && !o.raises()) {
			err = errRaced
		}
		return out, err
	}
	out.State = p.State
	return out, err
}

// bringIn records a new receipt for an order and places its money.
func (s *Service) bringIn(tx *db.Tx, p Payment, o Order, e Evidence, serve bool) (Outcome, error) {
	r := s.newReceipt(tx, e)
	r.PaymentID = p.ID
	var err error
	if r.payerHash, err = s.creditParty(tx, o.Phone); err != nil {
		return Outcome{}, err
	}
	return s.placeFor(tx, r, o, fromTill(r), serve, s.insertReceipt)
}

// takeOver gives an order money that had arrived by itself before its payment was known to be meant.
func (s *Service) takeOver(tx *db.Tx, p Payment, o Order, r Receipt, serve bool) (Outcome, error) {
	if r.served() || r.raised() {
		return Outcome{PaymentID: p.ID, OrderID: r.OrderID, ReceiptID: r.ID, Placed: r.Placed, State: PaymentPaid, Again: true}, nil
	}
	if !r.own() {
		r.PaymentID = p.ID
	}
	from, err := s.release(tx, r)
	if errors.Is(err, errSpent) {
		return Outcome{PaymentID: p.ID, OrderID: o.ID, ReceiptID: r.ID, Placed: r.Placed, State: PaymentPaid, Again: true}, nil
	}
	if err != nil {
		return Outcome{}, err
	}
	if r.payerHash == "" || r.own() && r.PaymentID == p.ID {
		if r.payerHash, err = s.creditParty(tx, o.Phone); err != nil {
			return Outcome{}, err
		}
	}
	return s.placeFor(tx, r, o, from, serve, s.moveReceipt)
}

// placeFor moves a receipt's money from an account to where it belongs: the order when it is still wanted and the money is
// enough, with the rest as credit; else all of it as credit of the payer.
func (s *Service) placeFor(tx *db.Tx, r Receipt, o Order, from origin, serve bool, store func(*db.Tx, Receipt) error) (Outcome, error) {
	if o.raises() {
		return s.placeMoney(tx, r, o, from, store)
	}
	served, err := s.serveOrder(tx, &o, r, serve)
	if err != nil {
		return Outcome{}, err
	}
	entry := ledger.Entry{Kind: from.kind, Source: from.source, At: s.Clock.Now(), Memo: "order " + o.Code,
		Postings: []ledger.Posting{{Account: from.account, Party: from.party, Amount: r.Left()}}}
	rest := r.Left()
	r.Placed = PlacedCredit
	if served {
		r.Placed = PlacedOrder
		if rest, err = rest.Sub(o.Price); err != nil {
			return Outcome{}, err
		}
		entry.Postings = append(entry.Postings, ledger.Posting{Account: ledger.PrepaidService, Party: grantParty(o.GrantID), Amount: o.Price.Neg()})
		entry.Postings = append(entry.Postings, o.taxDue()...)
	}
	r.OrderID = o.ID
	if rest.IsPositive() {
		if err := s.addCredit(tx, r.payerHash, rest); err != nil {
			return Outcome{}, err
		}
		entry.Postings = append(entry.Postings, ledger.Posting{Account: ledger.GuestCredit, Party: r.payerHash, Amount: rest.Neg()})
	}
	if err := store(tx, r); err != nil {
		return Outcome{}, err
	}
	if err := s.post(tx, r.ID, entry); err != nil {
		return Outcome{}, err
	}
	return Outcome{PaymentID: r.PaymentID, OrderID: o.ID, ReceiptID: r.ID, Placed: r.Placed, State: PaymentPaid}, nil
}

// wanted says that an order is to be served by this much money.
func (s *Service) wanted(tx *db.Tx, o Order, amount money.Amount, serve bool) (bool, error) {
	if o.raises() {
		return o.State == OrderPlaced, nil
	}
	enough, err := amount.Compare(o.Price)
	if err != nil || enough < 0 || !serve || o.State == OrderPaid {
		return false, err
	}
	again, err := s.boughtAgain(tx, o)
	return !again, err
}

// serveOrder wins the order and gives its grant; false when the order is not to be served by this money.
func (s *Service) serveOrder(tx *db.Tx, o *Order, r Receipt, serve bool) (bool, error) {
	if wanted, err := s.wanted(tx, *o, r.Left(), serve); err != nil || !wanted || o.raises() {
		return false, err
	}
	owner, err := s.ownerOf(tx, *o, r)
	if err != nil {
		return false, err
	}
	given, err := s.Grants.Give(tx, access.Offer{Source: o.source(), SiteID: o.SiteID, Plan: o.PlanKey, Segment: o.Segment, Owner: owner,
		Limits: o.Limits, Place: o.Place, UnusedFor: time.Duration(s.Settings.Int(settings.UnusedDays)) * 24 * time.Hour})
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) {
		return false, &serviceFault{err}
	}
	if err != nil {
		return false, err
	}
	o.GrantID, o.How = given.GrantID, given.How
	if o.Tax, err = s.taxOf(tx, *o); err != nil {
		return false, err
	}
	won, err := s.payOrder(tx, *o)
	if err != nil || !won {
		return won, err
	}
	if err := s.Jobs.Emit(tx, FactServed, id(o.ID), OrderFact{o.ID}); err != nil {
		return true, err
	}
	return true, s.charge(tx, *o)
}

func (s *Service) newReceipt(tx *db.Tx, e Evidence) Receipt {
	at := e.At
	if at.IsZero() {
		at = s.Clock.Now()
	}
	return Receipt{ID: tx.ID(), TillID: e.TillID, Number: e.Receipt, CameBy: e.Kind, Amount: e.Amount, Payer: e.Payer, Reference: e.Reference, ArrivedAt: at}
}

func tillParty(n int64) string    { return "till:" + id(n) }
func grantParty(n int64) string   { return "grant:" + id(n) }
func receiptParty(n int64) string { return "receipt:" + id(n) }
