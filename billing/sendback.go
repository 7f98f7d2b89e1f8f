package billing

import (
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

// SendBackWay is how a rail brings money that is owed.
type SendBackWay string

// The ways, in the order in which they are tried (reference/mpesa.md §10).
const (
	ByReversal SendBackWay = "reversal" // of the whole receipt that a refund is of
	ByPayout   SendBackWay = "b2c"      // paid out to a phone: who paid, or whom it is owed to
)

// SendBackState is how far one try got: planned → sending → sent → done or refused; lost, when the rail never told.
type SendBackState string

// The states of a try. A sending one may have left, or not.
const (
	SendBackPlanned SendBackState = "planned"
	SendBackSending SendBackState = "sending"
	SendBackSent    SendBackState = "sent"
	SendBackDone    SendBackState = "done"
	SendBackRefused SendBackState = "refused" // nothing moved
	SendBackLost    SendBackState = "lost"    // a member looks at the till's own portal, and says
)

// Final says that a try is over.
func (s SendBackState) Final() bool { return s == SendBackDone || s == SendBackRefused }

// SendBack is one try of a rail to bring money that is owed. At most one of what is owed is not over.
type SendBack struct {
	ID, TillID     int64
	Of             Of
	Way            SendBackWay
	State          SendBackState
	Originator     string // ours of what is paid out; else the rail's, "" until it answered
	Conversation   string
	Code, Says     string // the rail's, or why nobody knows
	Reference      string // the rail's number of the money that went back
	Asks           int
	By             int64 // the member who had it sent
	CreatedAt      time.Time
	SentAt, DoneAt time.Time
	secret         string // of the addresses that the rail's answers come to
}

// factSendBack is that money is to go back by a rail; factSendingBack that it may be on its way.
const (
	factSendBack    = "money to send back"
	factSendingBack = "money going back"
)

type sendBackFact struct{ SendBackID int64 }

// leastPayout is the least that is paid out to a phone, in cents.
const leastPayout = 10_00

// planSendBack writes a try in place of another that is over, or of none, and has it made.
func (s *Service) planSendBack(tx *db.Tx, b SendBack, instead int64) error {
	b.ID, b.State, b.CreatedAt, b.secret = tx.ID(), SendBackPlanned, s.Clock.Now(), seal.RandomHex(16)
	if b.Way == ByPayout {
		b.Originator = "mtandao-" + seal.RandomHex(12)
	}
	owes, err := s.owesOf(b.Of)
	if err != nil {
		return err
	}
	if won, err := owes.SendOwed(tx, b.Of.ID, instead, b.ID); err != nil {
		return err
	} else if !won {
		return fault.New(fault.Conflict, "refund.sending")
	}
	if err := s.insertSendBack(tx, b); err != nil {
		return err
	}
	return s.Jobs.Emit(tx, factSendBack, id(b.ID), sendBackFact{b.ID})
}

// wayBack is the first way of a refund that is open and was not refused for good.
func (s *Service) wayBack(tx *db.Tx, f Refund) (SendBack, error) {
	b := SendBack{Of: Of{OfRefund, f.ID}}
	r, err := s.receiptTx(tx, f.ReceiptID)
	if err != nil {
		return b, err
	}
	b.TillID = r.TillID
	operator, payout, err := s.tillSends(tx, r.TillID)
	if err != nil {
		return b, err
	}
	tried, err := s.sendBacksTx(tx, b.Of)
	if err != nil {
		return b, err
	}
	barred := map[SendBackWay]bool{}
	for _, one := range tried {
		barred[one.Way] = barred[one.Way] || one.State == SendBackRefused && !canPass(one.Code)
	}
	to, err := s.payeeOf(tx, r)
	if err != nil {
		return b, err
	}
	shillings, whole := f.Amount.WholeShillings()
	switch {
	case operator == "" || s.PublicURL == "": // what came of it could not be told to us
	case !barred[ByReversal] && numbered(r) && f.Amount == r.Amount && !r.Reversed.IsPositive():
		b.Way = ByReversal
		return b, nil
	case !barred[ByPayout] && payout != "" && to != "" && whole && shillings*100 >= leastPayout:
		b.Way = ByPayout
		return b, nil
	}
	return b, fault.New(fault.Conflict, "refund.no_way")
}

// numbered says that a receipt has the rail's own number, and not one of ours for money of which only a query told.
func numbered(r Receipt) bool {
	spelt, err := SpellReceipt(r.Number)
	return err == nil && spelt == r.Number
}

// payeeOf is the phone that a receipt's money came from; "" when the rail told only a part of it.
func (s *Service) payeeOf(tx *db.Tx, r Receipt) (customers.Phone, error) {
	if phone, err := customers.ParsePhone(r.Payer); err == nil {
		return phone, nil
	}
	if !r.own() { // only who was prompted can have answered
		return "", nil
	}
	p, err := s.paymentTx(tx, r.PaymentID)
	if err != nil {
		return "", err
	}
	o, err := s.orderTx(tx, p.OrderID)
	return o.Phone, err
}

func notLost(err error) error {
	if err == nil {
		err = fault.New(fault.Conflict, "refund.not_lost")
	}
	return err
}

// Codes of ours of a try that sent nothing: the same way may be tried again.
const (
	codeStays     = "stays"      // as a member said
	codeNotNeeded = "not needed" // the money was back before this try began
	codeTold      = "told"       // by a member, that it did send
)

// sendBackRefused ends a try that moved nothing, and begins the next way when there is one and it is wanted.
func (s *Service) sendBackRefused(tx *db.Tx, b SendBack, goOn bool) error {
	if b.State.Final() {
		return nil
	}
	b.State, b.DoneAt = SendBackRefused, s.Clock.Now()
	if err := s.writeSendBack(tx, b); err != nil {
		return err
	}
	owes, err := s.owesOf(b.Of)
	if err != nil {
		return err
	}
	owed, err := owes.Owed(tx, b.Of.ID)
	if err != nil {
		return err
	}
	next, err := s.wayOf(tx, b.Of, owed)
	if err == nil && goOn && next.Way != b.Way {
		next.By = b.By
		return s.planSendBack(tx, next, b.ID)
	}
	if err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	_, err = owes.SendOwed(tx, b.Of.ID, b.ID, 0)
	return err
}

// sendBackDone ends a try that brought the money: what was owed is paid. It may have been said before that nothing moved. fault.Conflict
// "refund.sent_twice" when the money went back another way meanwhile, which a person must see.
func (s *Service) sendBackDone(tx *db.Tx, b SendBack, reference string) error {
	if b.State == SendBackDone {
		return nil
	}
	owes, err := s.owesOf(b.Of)
	if err != nil {
		return err
	}
	b.State, b.Reference, b.DoneAt = SendBackDone, reference, s.Clock.Now()
	if _, err := owes.SendOwed(tx, b.Of.ID, 0, b.ID); err != nil { // was refused, and is under way after all
		return err
	}
	now, err := owes.Owed(tx, b.Of.ID)
	if err != nil {
		return err
	}
	w := Went{Try: b.ID, TillID: b.TillID, By: b.By, Way: b.Way, Reference: reference, Typed: b.Code == codeTold}
	if now.Sending != 0 { // perhaps another one, which began when this was refused: it is not begun, or not asked for again
		w.Try = now.Sending
	}
	won, err := owes.OwedWent(tx, b.Of.ID, w)
	if err == nil && !won {
		err = fault.New(fault.Conflict, "refund.sent_twice")
	}
	if err != nil {
		return err
	}
	if err := s.writeSendBack(tx, b); err != nil || w.Try == b.ID {
		return err
	}
	return s.notNeeded(tx, w.Try)
}

// refundReversedBy: the rail's own word about a receipt tells that a refund which is owed was paid by a reversal, ours or one by hand.
func (s *Service) refundReversedBy(tx *db.Tx, f Refund, member int64, code string) error {
	paid := Refund{ID: f.ID, PaidBy: member, How: RefundByMPesa, Reference: code, Sending: f.Sending}
	if f.Sending == 0 {
		return second(s.refundPaid(tx, paid))
	}
	b, err := s.holdSendBack(tx, f.Sending)
	if err != nil {
		return err
	}
	if b.Way == ByReversal {
		return s.sendBackDone(tx, b, code)
	}
	if _, err := s.refundPaid(tx, paid); err != nil {
		return err
	}
	return s.notNeeded(tx, b.ID)
}

// notNeeded ends a try of what was paid meanwhile, whose row is held. One that may have left stays as it is: it is not asked for again, and should its
// money go too, its result is told as sent twice.
func (s *Service) notNeeded(tx *db.Tx, sendBackID int64) error {
	b, err := s.sendBackTx(tx, sendBackID)
	if err != nil || b.State != SendBackPlanned {
		return err
	}
	b.State, b.Code, b.DoneAt = SendBackRefused, codeNotNeeded, s.Clock.Now()
	return s.writeSendBack(tx, b)
}
