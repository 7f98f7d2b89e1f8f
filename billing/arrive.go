package billing

import (
	"errors"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
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
	entryUsed     = "service used"
)

func fromTill(r Receipt) origin {
	return origin{kind: EntryMoneyIn, source: receiptParty(r.ID), account: ledger.TillClearing, party: tillParty(r.TillID)}
}

// arrive books money that belongs to a payment. The conditional UPDATE of the payment has one winner; everybody else only
// attaches what the winner did not know.
func (s *Service) arrive(tx *db.Tx, p Payment, e Evidence, serve bool) (Outcome, error) {
	now := s.Clock.Now()
	won, err := s.movePayment(tx, p.ID, before(PaymentPaid), paymentChange{State: PaymentPaid, ResultCode: e.Verdict.Code,
		ResultText: e.Verdict.Text, SettledAt: &now, ClearReason: true})
	if err != nil {
		return Outcome{}, err
	}
	if !won {
		return s.attach(tx, p, e)
	}
	o, err := s.orderTx(tx, p.OrderID)
	if err != nil {
		return Outcome{}, err
	}
	known, err := s.receiptByNumber(tx, p.TillID, e.Receipt)
	if err == nil {
		return s.takeOver(tx, p, o, known, serve)
	}
	if !fault.Is(err, fault.NotFound) {
		return Outcome{}, err
	}
	return s.bringIn(tx, p, o, e, serve)
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
	if r.Placed == PlacedOrder || r.Placed == placedMerged {
		return Outcome{PaymentID: p.ID, OrderID: r.OrderID, ReceiptID: r.ID, Placed: r.Placed, State: PaymentPaid, Again: true}, nil
	}
	r.PaymentID = p.ID
	from, err := s.release(tx, r)
	if errors.Is(err, errSpent) {
		return Outcome{PaymentID: p.ID, OrderID: o.ID, ReceiptID: r.ID, Placed: r.Placed, State: PaymentPaid, Again: true}, nil
	}
	if err != nil {
		return Outcome{}, err
	}
	if r.payerHash == "" {
		if r.payerHash, err = s.creditParty(tx, o.Phone); err != nil {
			return Outcome{}, err
		}
	}
	return s.placeFor(tx, r, o, from, serve, s.moveReceipt)
}

// placeFor moves a receipt's money from an account to where it belongs: the order when it is still wanted and the money is
// enough, with the rest as credit; else all of it as credit of the payer.
func (s *Service) placeFor(tx *db.Tx, r Receipt, o Order, from origin, serve bool, store func(*db.Tx, Receipt) error) (Outcome, error) {
	served, err := s.serveOrder(tx, &o, r, serve)
	if err != nil {
		return Outcome{}, err
	}
	entry := ledger.Entry{Kind: from.kind, Source: from.source, At: s.Clock.Now(), Memo: "order " + o.Code,
		Postings: []ledger.Posting{{Account: from.account, Party: from.party, Amount: r.Amount}}}
	rest := r.Amount
	r.Placed = PlacedCredit
	if served {
		r.Placed = PlacedOrder
		if rest, err = rest.Sub(o.Price); err != nil {
			return Outcome{}, err
		}
		entry.Postings = append(entry.Postings, ledger.Posting{Account: ledger.PrepaidService, Party: grantParty(o.GrantID), Amount: o.Price.Neg()})
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

// serveOrder wins the order and gives its grant; false when the order is not to be served by this money.
func (s *Service) serveOrder(tx *db.Tx, o *Order, r Receipt, serve bool) (bool, error) {
	enough, err := r.Amount.Compare(o.Price)
	if err != nil || enough < 0 || !serve || o.State == OrderPaid {
		return false, err
	}
	if again, err := s.boughtAgain(tx, *o); err != nil || again {
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
	return s.payOrder(tx, *o)
}

// attach handles more evidence about a payment that is paid: the receipt number a query did not know, or other money.
func (s *Service) attach(tx *db.Tx, p Payment, e Evidence) (Outcome, error) {
	out := Outcome{PaymentID: p.ID, OrderID: p.OrderID, State: PaymentPaid, Again: true}
	if e.Receipt == "" {
		return out, nil
	}
	if known, err := s.receiptByNumber(tx, p.TillID, e.Receipt); err == nil {
		return s.attachKnown(tx, p, known, out)
	} else if !fault.Is(err, fault.NotFound) {
		return out, err
	}
	if e.Kind == ByPrompt || p.couldBe(e.At) {
		if won, err := s.numberPending(tx, p.ID, e); err != nil || won {
			return out, err
		}
	}
	if e.Kind == ByPrompt {
		if believed, err := s.believeSecond(tx, p, e); err != nil || !believed {
			return out, err
		}
	}
	o, err := s.orderTx(tx, p.OrderID)
	if err != nil {
		return out, err
	}
	return s.bringIn(tx, p, o, e, true)
}

// believeSecond: the payment was settled by money of another way (a typed receipt, the paybill), and now its own prompt
// reports money too. One prompt moves money once, and another amount than asked for is looked up first.
func (s *Service) believeSecond(tx *db.Tx, p Payment, e Evidence) (bool, error) {
	if byPrompt, err := s.hasReceiptBy(tx, p.ID, ByPrompt); err != nil || byPrompt {
		return false, err
	}
	if e.Amount != p.Amount {
		return false, s.Jobs.Emit(tx, factPaymentDoubted, id(p.ID), paymentFact{PaymentID: p.ID, Receipt: e.Receipt})
	}
	return true, nil
}

// attachKnown undoes a double count: the money came in by itself under its number, and once more by a query without one.
func (s *Service) attachKnown(tx *db.Tx, p Payment, known Receipt, out Outcome) (Outcome, error) {
	out.ReceiptID, out.Placed = known.ID, known.Placed
	if known.PaymentID == p.ID || known.Placed == PlacedOrder || known.Placed == placedMerged {
		return out, nil
	}
	pending, err := s.pendingReceipt(tx, p.ID)
	if fault.Is(err, fault.NotFound) {
		return out, nil
	}
	if err != nil || known.Amount != pending.Amount {
		return out, err
	}
	from, err := s.release(tx, known)
	if errors.Is(err, errSpent) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out.Again, out.ReceiptID, out.Placed = false, pending.ID, pending.Placed
	return out, s.merge(tx, known, pending, from)
}

// arriveAlone books money without a payment: credit when the payer is known to us, else suspense.
func (s *Service) arriveAlone(tx *db.Tx, e Evidence) (Outcome, error) {
	known, err := s.receiptByNumber(tx, e.TillID, e.Receipt)
	if err == nil {
		return Outcome{PaymentID: known.PaymentID, OrderID: known.OrderID, ReceiptID: known.ID, Placed: known.Placed, Again: true}, nil
	}
	if !fault.Is(err, fault.NotFound) {
		return Outcome{}, err
	}
	r := s.newReceipt(tx, e)
	phone, hashes, err := s.payerPhone(tx, e.Payer)
	if err != nil {
		return Outcome{}, err
	}
	if len(hashes) == 0 {
		if phone, err = s.phoneTyped(tx, e.Reference); err != nil {
			return Outcome{}, err
		}
	}
	to := ledger.Posting{Account: ledger.Suspense, Party: receiptParty(r.ID), Amount: r.Amount.Neg()}
	r.Placed = PlacedSuspense
	if phone != "" {
		r.Placed = PlacedCredit
		if r.payerHash, err = s.creditParty(tx, phone); err != nil {
			return Outcome{}, err
		}
		to = ledger.Posting{Account: ledger.GuestCredit, Party: r.payerHash, Amount: r.Amount.Neg()}
		if err := s.addCredit(tx, r.payerHash, r.Amount); err != nil {
			return Outcome{}, err
		}
	}
	if err := s.insertReceipt(tx, r); err != nil {
		return Outcome{}, err
	}
	from := fromTill(r)
	err = s.post(tx, r.ID, ledger.Entry{Kind: from.kind, Source: from.source, At: s.Clock.Now(), Memo: "paid in without an order",
		Postings: []ledger.Posting{{Account: from.account, Party: from.party, Amount: r.Amount}, to}})
	return Outcome{ReceiptID: r.ID, Placed: r.Placed}, err
}

func (s *Service) newReceipt(tx *db.Tx, e Evidence) Receipt {
	at := e.At
	if at.IsZero() {
		at = s.Clock.Now()
	}
	return Receipt{ID: tx.ID(), TillID: e.TillID, Number: e.Receipt, CameBy: e.Kind, Amount: e.Amount, Payer: e.Payer, Reference: e.Reference, ArrivedAt: at}
}

// phoneTyped reads a paybill account that is a phone number; only numbers that bought here before count.
func (s *Service) phoneTyped(tx *db.Tx, reference string) (customers.Phone, error) {
	phone, err := customers.ParsePhone(reference)
	if err != nil {
		return "", nil // not a number: no error of anybody's
	}
	known, err := s.isKnown(tx, phone)
	if err != nil || !known {
		return "", err
	}
	return phone, nil
}

func tillParty(n int64) string    { return "till:" + id(n) }
func grantParty(n int64) string   { return "grant:" + id(n) }
func receiptParty(n int64) string { return "receipt:" + id(n) }
