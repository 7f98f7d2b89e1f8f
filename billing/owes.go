package billing

import (
	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Of names what a rail sends money for: a refund, or what another domain owes (Owes).
type Of struct {
	Kind string
	ID   int64
}

// OfRefund is the kind of refunds.
const OfRefund = "refund"

// Owed is money that is owed, and what is known of how a rail may pay it out. A refund's rail and phone are those of its receipt.
type Owed struct {
	Amount  money.Amount
	Due     bool            // decided, and not paid
	Sending int64           // the try that is under way; 0 for none
	Phone   customers.Phone // "" when there is none that was decided on
	SiteID  int64           // whose till pays it out, when it can; 0 for any
}

// Went is how money that was owed left by a rail.
type Went struct {
	Try, TillID, By int64
	Way             SendBackWay
	Reference       string
	Typed           bool // by a member, and not told by the rail
}

// Owes is who owes money of one kind. *counter.Service and *partners.Service satisfy it.
type Owes interface {
	Owed(tx *db.Tx, id int64) (Owed, error)
	// HoldOwed lets nobody else move it before the transaction ends.
	HoldOwed(tx *db.Tx, id int64) error
	// SendOwed names the try that is under way in place of another; 0 for none. False: it is not owed, or another is under way.
	SendOwed(tx *db.Tx, id, instead, try int64) (bool, error)
	// OwedWent says that the try paid it, and books that; false when it is not owed by now, or another try is under way.
	OwedWent(tx *db.Tx, id int64, w Went) (bool, error)
}

// AskOwes wires who owes money of a kind.
func (s *Service) AskOwes(kind string, o Owes) { s.owes[kind] = o }

func (s *Service) owesOf(of Of) (Owes, error) {
	o := s.owes[of.Kind]
	if o == nil {
		return nil, fault.New(fault.Internal, "internal")
	}
	return o, nil
}

// Send has money that is owed brought by a rail: a refund by the one that its money came by, by reversal, else paid out to the phone that paid; what others owe is
// paid out to a phone. What was refused of a refund for good is not tried again. fault.Conflict "refund.not_owed", "refund.sending" (a try is under way),
// "refund.no_way" or "owed.no_way" (only by hand).
func (s *Service) Send(tx *db.Tx, of Of, member int64) (SendBack, error) {
	owes, err := s.owesOf(of)
	if err != nil {
		return SendBack{}, err
	}
	owed, err := owes.Owed(tx, of.ID)
	if err != nil {
		return SendBack{}, err
	}
	if !owed.Due {
		return SendBack{}, fault.New(fault.Conflict, "refund.not_owed")
	}
	if owed.Sending != 0 {
		return SendBack{}, fault.New(fault.Conflict, "refund.sending")
	}
	b, err := s.wayOf(tx, of, owed)
	if err != nil {
		return b, err
	}
	b.By = member
	return b, s.planSendBack(tx, b, 0)
}

// wayOf is the way that money can go now.
func (s *Service) wayOf(tx *db.Tx, of Of, owed Owed) (SendBack, error) {
	if of.Kind != OfRefund {
		return s.wayOut(tx, of, owed)
	}
	f, err := s.refundTx(tx, of.ID)
	if err != nil {
		return SendBack{}, err
	}
	return s.wayBack(tx, f)
}

// mostPayout is the most that is paid out to a phone at once, in cents (reference/mpesa.md §3).
const mostPayout = 250_000_00

// wayOut pays what another domain owes out to a phone, from the site's till when it can pay out, else from another's.
func (s *Service) wayOut(tx *db.Tx, of Of, owed Owed) (SendBack, error) {
	b := SendBack{Of: of, Way: ByPayout}
	till, err := s.tillThatPaysOut(tx, owed.SiteID)
	if err != nil {
		return b, err
	}
	cents := owed.Amount.Cents
	if _, whole := owed.Amount.WholeShillings(); till == 0 || s.PublicURL == "" || owed.Phone == "" || !whole || cents < leastPayout || cents > mostPayout {
		return b, fault.New(fault.Conflict, "owed.no_way")
	}
	b.TillID = till
	return b, nil
}

// lostTry is the try of which the rail never told what became of it. fault.Conflict "refund.not_lost".
func (s *Service) lostTry(tx *db.Tx, of Of) (SendBack, error) {
	owes, err := s.owesOf(of)
	if err != nil {
		return SendBack{}, err
	}
	owed, err := owes.Owed(tx, of.ID)
	if err != nil || owed.Sending == 0 {
		return SendBack{}, notLost(err)
	}
	b, err := s.holdSendBack(tx, owed.Sending)
	if err != nil || b.State != SendBackLost {
		return b, notLost(err)
	}
	return b, nil
}

// SendStays says, by a member who looked at the till's own portal, that a lost try sent nothing: the money is owed as before. fault.Conflict "refund.not_lost".
func (s *Service) SendStays(tx *db.Tx, of Of) (SendBack, error) {
	b, err := s.lostTry(tx, of)
	if err != nil {
		return b, err
	}
	b.Code = codeStays
	return b, s.sendBackRefused(tx, b, false)
}

// SendWent says, by a member who looked, that a lost try did send, with the rail's own code. fault.Invalid "refund.reference"; fault.Conflict "refund.not_lost".
func (s *Service) SendWent(tx *db.Tx, of Of, member int64, code string) error {
	reference, err := SpellReceipt(code)
	if err != nil {
		return fault.Wrap(fault.Invalid, "refund.reference", err)
	}
	b, err := s.lostTry(tx, of)
	if err != nil {
		return err
	}
	b.By, b.Code, b.Says = member, codeTold, ""
	return s.sendBackDone(tx, b, reference)
}

// refunds are what billing owes itself.
type refunds struct{ *Service }

// Owed implements Owes.
func (s refunds) Owed(tx *db.Tx, id int64) (Owed, error) {
	f, err := s.refundTx(tx, id)
	return Owed{Amount: f.Amount, Due: f.State == RefundApproved, Sending: f.Sending}, err
}

// HoldOwed implements Owes.
func (s refunds) HoldOwed(tx *db.Tx, id int64) error { return s.holdRefund(tx, id) }

// SendOwed implements Owes.
func (s refunds) SendOwed(tx *db.Tx, id, instead, try int64) (bool, error) {
	return s.refundSends(tx, id, instead, try)
}

// OwedWent implements Owes.
func (s refunds) OwedWent(tx *db.Tx, id int64, w Went) (bool, error) {
	f := Refund{ID: id, PaidBy: w.By, How: RefundByMPesa, Reference: w.Reference, Sending: w.Try}
	if w.Typed {
		f.Typed = w.Reference
	}
	if w.Way == ByPayout {
		f.How = RefundByPayout
	}
	_, err := s.refundPaid(tx, f)
	if key := fault.KeyOf(err); key == "refund.sending" || key == "refund.not_owed" {
		return false, nil
	}
	return err == nil, err
}
