package billing

import (
	"slices"
	"strings"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// A prompt moves money once. That receipt is the prompt's own: its PaymentID names the prompt, and CameBy says how this is
// known: ByPrompt when the prompt's callback named it, ByQuery when a query said that there is one. What a query tells of has
// no number; a receipt already in the books that fits is taken for it, whatever it has bought, so that the same money is
// counted once in either order of arrival. Word that names another receipt as the prompt's, or another prompt or order as the
// receipt's, puts it right.

// told says that evidence speaks of the prompt's own money.
func (p Payment) told(e Evidence) bool {
	return e.Kind != ByConfirm && e.Kind != ByStatus || e.Receipt != "" && strings.HasSuffix(p.resultText, doubtOf(e.Receipt))
}

// doubtOf ends the text that is kept of a callback which must be confirmed by its receipt.
func doubtOf(receipt string) string { return " receipt " + receipt }

// own says that a receipt is some prompt's own money.
func (r Receipt) own() bool { return r.CameBy == ByPrompt || r.CameBy == ByQuery }

// arriveOwn books a prompt's own money, which settled its payment just now.
func (s *Service) arriveOwn(tx *db.Tx, p Payment, o Order, e Evidence, serve bool) (Outcome, error) {
	known, err := s.receiptFor(tx, p, o, e)
	if e.Kind == ByQuery {
		known, err = s.standsFor(tx, p, o)
	}
	if fault.Is(err, fault.NotFound) {
		return s.bringIn(tx, p, o, e, serve)
	}
	out := Outcome{PaymentID: p.ID, OrderID: known.OrderID, ReceiptID: known.ID, Placed: known.Placed, State: PaymentPaid, Again: true}
	if err != nil || known.CameBy == ByPrompt || known.Placed == placedMerged {
		return out, err
	}
	if e.Kind == ByPrompt {
		known.Payer = string(o.Phone) // only this phone can have answered
	}
	if err := s.trace(tx, known, p.ID, e.Kind); err != nil || known.Placed == PlacedOrder {
		return out, err
	}
	known.PaymentID, known.CameBy = p.ID, e.Kind
	return s.takeOver(tx, p, o, known, serve)
}

// cover makes sure that a prompt of which a query said that it was paid has its own money in the books.
func (s *Service) cover(tx *db.Tx, p Payment, o Order) error {
	if missing, err := notFoundIs(second(s.ownReceipt(tx, p.ID))); err != nil || !missing {
		return err
	}
	known, err := s.standsFor(tx, p, o)
	if err == nil {
		return s.trace(tx, known, p.ID, ByQuery)
	}
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	_, err = s.bringIn(tx, p, o, Evidence{Kind: ByQuery, TillID: p.TillID, PaymentID: p.ID, Amount: p.Amount}, true)
	return err
}

func second[T any](_ T, err error) error { return err }

// promptMoves is how long after it was asked for a prompt's money may move at most; it dies on the handset in about a minute.
const promptMoves = 2 * time.Hour

// standsFor finds the receipt in the books that a prompt's money may be, of which a query told; fault.NotFound when there is
// none that is not known to be another's.
func (s *Service) standsFor(tx *db.Tx, p Payment, o Order) (Receipt, error) {
	all, err := s.receiptsAt(tx, p.TillID, p.Amount, p.PushedAt.Add(-skew), p.PushedAt.Add(promptMoves))
	if err != nil {
		return Receipt{}, err
	}
	for _, r := range all {
		if may, err := s.mayBeOwn(tx, p, o, r); err != nil || may {
			return r, err
		}
	}
	return Receipt{}, fault.New(fault.NotFound, "receipt.unknown")
}

// mayBeOwn says that a receipt may be the prompt's money: of its amount, till, time and payer, and nobody's word against it.
func (s *Service) mayBeOwn(tx *db.Tx, p Payment, o Order, r Receipt) (bool, error) {
	if r.own() || r.Placed == placedMerged || r.Amount != p.Amount || r.TillID != p.TillID || !p.couldBe(r.ArrivedAt) {
		return false, nil
	}
	if r.Reference != "" && readOrderCode(r.Reference) != o.Code { // a prompt's money carries its order's code
		return false, nil
	}
	return s.isPayer(tx, o.Phone, r)
}

// isPayer says that a receipt may be paid by a phone. A mask may be this phone's when the receipt came for this phone, or when
// it shows enough of this phone and is not that of the phone which the receipt came for.
func (s *Service) isPayer(tx *db.Tx, phone customers.Phone, r Receipt) (bool, error) {
	told, hashes, err := s.payerPhone(tx, r.Payer)
	if err != nil || len(hashes) > 0 {
		return told == phone, err
	}
	if slices.Contains(s.lookups(purposePhone, string(phone)), r.payerHash) {
		head, tail, _ := maskParts(r.Payer)
		return r.Payer == "" || head+tail != "" && strings.HasPrefix(string(phone), head) && strings.HasSuffix(string(phone), tail), nil
	}
	if !fitsMask(string(phone), r.Payer) || r.payerHash == "" {
		return fitsMask(string(phone), r.Payer), nil
	}
	other, err := s.phoneOf(tx, r.payerHash)
	return !fitsMask(string(other), r.Payer), err
}

// mayBeNumber says that evidence may tell the number of the money that a query told of.
func (s *Service) mayBeNumber(tx *db.Tx, p Payment, o Order, e Evidence) (bool, error) {
	if e.Kind == ByPrompt {
		return true, nil
	}
	r := Receipt{TillID: e.TillID, CameBy: e.Kind, Amount: e.Amount, Payer: e.Payer, Reference: e.Reference, ArrivedAt: e.At}
	var err error
	if r.payerHash, err = s.creditParty(tx, o.Phone); err != nil {
		return false, err
	}
	return s.mayBeOwn(tx, p, o, r)
}

// receiptFor finds the receipt that evidence names. One that was only taken for another prompt's money, and is named for this
// one, is given back first.
func (s *Service) receiptFor(tx *db.Tx, p Payment, o Order, e Evidence) (Receipt, error) {
	known, err := s.receiptByNumber(tx, e.TillID, e.Receipt)
	if err != nil || known.CameBy == ByPrompt || known.Placed == placedMerged {
		return known, err
	}
	names := e.Kind == ByPrompt || e.Kind == ByConfirm && readOrderCode(e.Reference) == o.Code
	if !names {
		return known, nil
	}
	if e.Kind == ByConfirm && known.Reference == "" {
		known.Reference = e.Reference
		if err := s.trace(tx, known, known.PaymentID, known.CameBy); err != nil {
			return known, err
		}
	}
	if known.CameBy != ByQuery || known.PaymentID == p.ID {
		return known, nil
	}
	if err := s.giveBack(tx, known); err != nil {
		return known, err
	}
	return s.receiptByNumber(tx, e.TillID, e.Receipt)
}

// giveBack: a receipt is not the money of the prompt that it was taken for. What serves that prompt's own order stays, without
// its number; what is elsewhere stays there, and the prompt's money is looked for anew.
func (s *Service) giveBack(tx *db.Tx, r Receipt) error {
	q, err := s.paymentTx(tx, r.PaymentID)
	if err != nil {
		return err
	}
	if r.OrderID == q.OrderID {
		return s.renumber(tx, r, "", ByQuery)
	}
	if err := s.trace(tx, r, 0, ByStatus); err != nil {
		return err
	}
	o, err := s.orderTx(tx, q.OrderID)
	if err != nil {
		return err
	}
	return s.cover(tx, q, o)
}

// displace: the receipt that was taken for a prompt's money is not it, for the prompt's callback names another. When its number
// is what another prompt's money waits for, both get their own: then true, for nothing new has come.
func (s *Service) displace(tx *db.Tx, taken Receipt, e Evidence) (bool, error) {
	other := Evidence{Kind: ByStatus, TillID: taken.TillID, Receipt: taken.Number, Amount: taken.Amount, Payer: taken.Payer, At: taken.ArrivedAt}
	q, err := s.waitingFor(tx, other)
	if fault.Is(err, fault.NotFound) {
		return false, s.trace(tx, taken, 0, ByStatus)
	}
	if err != nil {
		return false, err
	}
	if err := s.renumber(tx, taken, e.Receipt, ByPrompt); err != nil {
		return false, err
	}
	return s.numberPending(tx, q.ID, other)
}

// holdPayer makes money of one payer wait for each other where it is told on two ways at once, so that the second sees what the
// first brought.
func (s *Service) holdPayer(tx *db.Tx, payer string) error {
	_, hashes, err := s.payerPhone(tx, payer)
	if err != nil || len(hashes) == 0 {
		return err
	}
	return s.touchPhone(tx, hashes)
}

// holdTill does the same where the payer of what is told is not known: between the word of a query, and that about a receipt
// whose payer is masked.
func (s *Service) holdTill(tx *db.Tx, e Evidence) error {
	if e.Kind == ByQuery || e.Kind == ByStatus && maskedPayer(e.Payer) {
		return s.touchTill(tx, e.TillID)
	}
	return nil
}
