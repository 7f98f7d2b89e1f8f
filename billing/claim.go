package billing

import (
	"context"
	"errors"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// States of a typed receipt (claim).
const (
	ClaimWaiting = "waiting" // not asked yet, or there is nobody to ask: a named queue
	ClaimAsked   = "asked"
	ClaimFound   = "found"
	ClaimRefused = "refused" // the rail knows no such money of ours
	ClaimWhose   = "whose"   // its money is here, and who typed it has not shown that they paid (claimwhose.go)
)

// ClaimHeld says of a receipt found by itself that its money waits as credit: it can pay another order.
const ClaimHeld = "held"

// Claimed tells what a typed receipt led to.
type Claimed struct {
	Token string          // the order's pages to show: this one's, or the one that the receipt paid
	State string          // found, waiting while the rail is asked, ClaimWhose or ClaimHeld
	Whose Whose           // of ClaimWhose: what to ask
	Payer customers.Phone // who paid with a receipt that is known, when the rail told it; may be another than the order asked
}

// EnterReceipt takes the M-Pesa code that a payer typed for an order, and the end of the number that paid, or all of it, when
// they were asked for it. Money that waits as credit or in suspense serves this order once they have shown that they paid it:
// ClaimWhose asks, fault.Denied "receipt.not_whose" says that it was not that number, fault.Conflict "receipt.hidden" that only
// staff can tell. A receipt that paid another order leads to that order, and one that nobody knows is looked up at the rail.
func (s *Service) EnterReceipt(ctx context.Context, token, typed, end string) (Claimed, error) {
	number, err := SpellReceipt(typed)
	if err != nil {
		return Claimed{}, err
	}
	o, err := s.orderByToken(ctx, token)
	if err != nil {
		return Claimed{}, err
	}
	p, err := s.paymentOfOrder(ctx, o.ID)
	if err != nil {
		return Claimed{}, err
	}
	known, err := s.receiptAnywhere(ctx, number)
	if missing, err := notFoundIs(err); err != nil {
		return Claimed{}, err
	} else if missing {
		return Claimed{Token: token, State: ClaimWaiting}, s.claimReceipt(ctx, o.ID, p.TillID, number)
	}
	return s.useKnown(ctx, o, p, known, end)
}

// FindByReceipt leads from a receipt alone to the order it paid; fault.NotFound "receipt.unknown", or "receipt.no_order" of money that
// waits for one.
func (s *Service) FindByReceipt(ctx context.Context, typed string) (Claimed, error) {
	number, err := SpellReceipt(typed)
	if err != nil {
		return Claimed{}, err
	}
	known, err := s.receiptAnywhere(ctx, number)
	missing, err := notFoundIs(err)
	switch {
	case err != nil:
		return Claimed{}, err
	case missing:
		return Claimed{}, fault.New(fault.NotFound, "receipt.unknown")
	case known.OrderID == 0 || known.Placed == PlacedFloat || known.Placed == PlacedAccount:
		return Claimed{}, fault.New(fault.NotFound, "receipt.no_order")
	}
	return s.ledTo(ctx, known)
}

// ledTo is the order that a known receipt leads to.
func (s *Service) ledTo(ctx context.Context, known Receipt) (Claimed, error) {
	paid, err := s.order(ctx, known.OrderID)
	if err == nil && paid.raises() {
		err = fault.New(fault.NotFound, "receipt.no_order")
	}
	if err != nil {
		return Claimed{}, err
	}
	c := Claimed{Token: paid.Token, State: ClaimFound}
	if known.Placed == PlacedCredit {
		c.State = ClaimHeld
	}
	c.Payer, err = s.payerOf(ctx, known)
	return c, err
}

// errNotServed undoes a transaction whose money did not serve the order after all.
var errNotServed = errors.New("the order was not served")

// useKnown serves an order by the receipt's own money, else by the credit of who paid it, when whoever typed it has shown that
// they did; else it leads to where the receipt's money is, or says that it is too little.
func (s *Service) useKnown(ctx context.Context, o Order, p Payment, known Receipt, end string) (Claimed, error) {
	here, err := s.proveOrAsk(ctx, o, p, known, end)
	if here.State == ClaimWhose && known.served() {
		return s.ledTo(ctx, known)
	}
	if err != nil || here.State == ClaimWhose {
		return here, err
	}
	for _, pay := range []func(*db.Tx, Payment, Order, Receipt) error{s.payByReceipt, s.payByCredit} {
		err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.payTyped(tx, p, known, pay) })
		if !errors.Is(err, errNotServed) {
			return here, err
		}
	}
	if known, err = s.receiptAnywhere(ctx, known.Number); err != nil {
		return Claimed{}, err
	}
	if known.served() {
		return s.ledTo(ctx, known)
	}
	left, err := s.leftOf(ctx, known)
	if enough, e := left.Compare(o.Price); err == nil && (e != nil || enough < 0) {
		err = fault.New(fault.Conflict, "receipt.too_little", "Amount", left.String(), "Price", o.Price.String())
	}
	return here, err
}

func (s *Service) payTyped(tx *db.Tx, p Payment, known Receipt, pay func(*db.Tx, Payment, Order, Receipt) error) error {
	o, err := s.orderTx(tx, p.OrderID)
	if err != nil {
		return err
	}
	fresh, err := s.receiptByNumber(tx, known.TillID, known.Number)
	if err == nil && o.State == OrderPaid {
		err = errNotServed
	}
	if err != nil {
		return err
	}
	if err := pay(tx, p, o, fresh); err != nil {
		return err
	}
	return s.foundClaim(tx, o.ID, fresh.Number)
}

// payByReceipt serves the order with the whole of a receipt. Money that came after the order was placed is what its prompt
// asked for; older money is not, and the prompt may still bring its own.
func (s *Service) payByReceipt(tx *db.Tx, p Payment, o Order, r Receipt) error {
	if enough, err := r.Amount.Compare(o.Price); err != nil || enough < 0 || (r.Placed != PlacedCredit && r.Placed != PlacedSuspense) {
		return errNotServed
	}
	if !r.ArrivedAt.Before(p.CreatedAt) {
		now := s.Clock.Now()
		if _, err := s.movePayment(tx, p.ID, before(PaymentPaid), paymentChange{State: PaymentPaid, SettledAt: &now, ClearReason: true}); err != nil {
			return err
		}
	}
	out, err := s.takeOver(tx, p, o, r, true)
	if err == nil && (out.Again || out.Placed != PlacedOrder) {
		err = errNotServed
	}
	return err
}
