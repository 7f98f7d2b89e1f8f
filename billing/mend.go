package billing

import (
	"context"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/seal"
)

// What came of asking the rail.
const (
	AskedVerdict = "verdict" // the payment has its verdict now, or had it
	AskedAgain   = "again"   // the answer to a typed receipt comes to our own address
	AskedNothing = "nothing" // no answer: nobody knows yet
)

// AskNow asks the rail about an order's payment at once: the receipt that its payer typed, else the prompt. Money that came is
// settled by the usual door. fault.Conflict "rail.paused".
func (s *Service) AskNow(ctx context.Context, orderID int64) (string, error) {
	if s.paused() {
		return "", fault.New(fault.Conflict, "rail.paused")
	}
	p, err := s.paymentOfOrder(ctx, orderID)
	if err != nil {
		return "", err
	}
	typed, err := s.claimsOf(ctx, orderID)
	if err != nil {
		return "", err
	}
	for _, c := range typed {
		if c.State == ClaimWaiting || c.State == ClaimAsked {
			return AskedAgain, s.claimReceipt(ctx, orderID, p.TillID, c.Receipt)
		}
	}
	if p.State.Final() {
		return AskedVerdict, nil
	}
	done, err := s.askOnce(ctx, p)
	if err != nil || done {
		return AskedVerdict, err
	}
	return AskedNothing, nil
}

// HeldFor is the credit of who placed an order, by which it could be served.
func (s *Service) HeldFor(ctx context.Context, o Order) (money.Amount, error) {
	held := money.Amount{Currency: o.Price.Currency}
	for _, hash := range s.lookups(purposePhone, string(o.Phone)) {
		part, err := s.creditOf(ctx, hash, o.Price.Currency)
		if err != nil {
			return held, err
		}
		if part.Cents > held.Cents {
			held = part
		}
	}
	return held, nil
}

// ServeFromCredit serves an order by the credit of who placed it, as somebody decided for them. fault.Conflict
// "match.paid", "credit.too_little" or "match.served_since".
func (s *Service) ServeFromCredit(tx *db.Tx, orderID int64) (Outcome, error) {
	o, err := s.orderTx(tx, orderID)
	if err != nil {
		return Outcome{}, err
	}
	if o.State == OrderPaid {
		return Outcome{}, fault.New(fault.Conflict, "match.paid")
	}
	p, err := s.paymentOfOrderTx(tx, o.ID)
	if err != nil {
		return Outcome{}, err
	}
	hash, err := s.creditParty(tx, o.Phone)
	if err != nil {
		return Outcome{}, err
	}
	if won, err := s.takeCredit(tx, hash, o.Price); err != nil || !won {
		if err == nil {
			err = fault.New(fault.Conflict, "credit.too_little", "Price", o.Price.String())
		}
		return Outcome{}, err
	}
	out, err := s.spendTaken(tx, o, Receipt{TillID: p.TillID, Payer: string(o.Phone), payerHash: hash})
	if err == nil && out.Placed == "" {
		err = fault.New(fault.Conflict, "match.served_since")
	}
	return out, err
}

// PromptAgain places an order that was not paid once more, at today's price, and has its payer asked. Pressed twice it is one
// order. fault.Conflict "match.paid" or "prompt.open" (the first prompt has no verdict: they could pay twice).
func (s *Service) PromptAgain(tx *db.Tx, orderID int64) (Order, error) {
	o, err := s.orderTx(tx, orderID)
	if err != nil {
		return Order{}, err
	}
	p, err := s.paymentOfOrderTx(tx, o.ID)
	switch {
	case err != nil:
		return Order{}, err
	case o.State == OrderPaid || p.State == PaymentPaid:
		return Order{}, fault.New(fault.Conflict, "match.paid")
	case o.raises():
		return Order{}, fault.New(fault.Conflict, raises[o.Segment].own)
	case !p.State.Final():
		return Order{}, fault.New(fault.Conflict, "prompt.open")
	}
	once := "again:" + id(p.ID)
	if first, found, err := s.orderOnceTx(tx, once); err != nil || found {
		return first, err
	}
	plan, err := s.planFor(tx.Context(), o.SiteID, o.PlanID)
	if err != nil {
		return Order{}, err
	}
	till, err := s.TillFor(tx.Context(), o.SiteID)
	if err != nil {
		return Order{}, err
	}
	next := s.draft(OrderRequest{SiteID: o.SiteID, Place: o.Place, Visit: o.Visit, Lang: o.Lang}, o.Phone, plan)
	next.Token, next.Code = seal.RandomHex(16), string(orderCodes.New())
	return next, s.insertWithPayment(tx, &next, once, till, false) // somebody decided to ask
}

// StrayFor finds the money of nobody that speaks most for an order that is not paid; false when none does enough.
func (s *Service) StrayFor(ctx context.Context, o Order) (Receipt, bool, error) {
	strays, err := s.suspenseSince(ctx, o.CreatedAt.Add(-skew), o.CreatedAt.Add(nearTime))
	if err != nil {
		return Receipt{}, false, err
	}
	best, found := enoughSaid, Receipt{}
	for _, r := range strays {
		phone, _, own, err := s.knownPayer(ctx, r.Payer)
		if err != nil {
			return Receipt{}, false, err
		}
		g := &guesses{receipt: r, typed: looseCode(r.Reference), phone: phone, own: own, orders: map[int64]*Suggestion{}}
		g.see(o)
		if n := g.orders[o.ID]; n != nil && n.score >= best {
			best, found = n.score, r
		}
	}
	return found, found.ID != 0, nil
}

// enoughSaid is how much must speak for money before an order's page names it: a code, or the payer.
const enoughSaid = 55
