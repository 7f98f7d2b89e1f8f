package billing

import (
	"context"
	"fmt"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/site"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

// sameTap is how long a second order for the same plan, phone and device is taken for a second tap on the first.
const sameTap = 90 * time.Second

// OrderRequest is what a guest asks for. Once is the form's own random value: the same form sent twice is one order. Filled
// in anew, after going back to correct a number, it is another wish.
type OrderRequest struct {
	SiteID, PlanID int64
	Phone          string
	Place          access.Place
	Visit          string
	Lang           words.Lang
	Once           string
}

// once names the wish that the form was sent with; empty for no form.
func (r OrderRequest) once(phone customers.Phone) string {
	if r.Once == "" {
		return ""
	}
	return fmt.Sprintf("%s %d %d %s %s", r.Once, r.SiteID, r.PlanID, phone, r.Place.MAC)
}

// PlaceOrder freezes what is bought and asks the rail, by a job, to prompt the payer. The same form, or the same wish of the
// same device within 90 s while its payment is open, gets the first order. Faults: those of customers.ParsePhone, "site.is_closed",
// "plan.gone", "till.missing".
func (s *Service) PlaceOrder(ctx context.Context, r OrderRequest) (Order, error) {
	phone, err := customers.ParsePhone(r.Phone)
	if err != nil {
		return Order{}, err
	}
	plan, err := s.planFor(ctx, r.SiteID, r.PlanID)
	if err != nil {
		return Order{}, err
	}
	till, err := s.TillFor(ctx, r.SiteID)
	if err != nil {
		return Order{}, err
	}
	if first, ok, err := s.alreadyPlaced(ctx, r, phone); err != nil || ok {
		return first, err
	}
	rest, err := s.railRests(ctx, till.ID)
	if err != nil {
		return Order{}, err
	}
	o := s.draft(r, phone, plan)
	err = s.DB.InTx(ctx, func(tx *db.Tx) error { return s.insertWithPayment(tx, &o, r.once(phone), till, !rest.IsZero()) })
	if db.IsDuplicate(err) { // the same form won on another connection, or (hardly ever) the code was taken
		if first, ok, e := s.alreadyPlaced(ctx, r, phone); e != nil || ok {
			return first, e
		}
	}
	return o, err
}

func (s *Service) planFor(ctx context.Context, siteID, planID int64) (plans.Plan, error) {
	here, _, err := s.Sites.Get(siteID)
	if err == nil && here.State == site.Closed {
		err = fault.New(fault.Conflict, "site.is_closed")
	}
	if err != nil {
		return plans.Plan{}, err
	}
	offered, err := s.Plans.ForSite(ctx, siteID)
	if err != nil {
		return plans.Plan{}, err
	}
	for _, p := range offered {
		if p.ID == planID {
			return p, nil
		}
	}
	return plans.Plan{}, fault.New(fault.NotFound, "plan.gone")
}

func (s *Service) draft(r OrderRequest, phone customers.Phone, p plans.Plan) Order {
	return Order{
		Code: string(orderCodes.New()), Token: seal.RandomHex(16), SiteID: r.SiteID,
		PlanID: p.ID, PlanKey: p.Key, PlanNameEN: p.NameEN, PlanNameSW: p.NameSW, Segment: p.Segment,
		Price: p.Price, Limits: p.Limits, Phone: phone, PhoneMask: phone.Masked(),
		Place: r.Place, Visit: r.Visit, Lang: r.Lang, State: OrderPlaced, CreatedAt: s.Clock.Now(),
	}
}

func (s *Service) insertWithPayment(tx *db.Tx, o *Order, once string, till Till, railRests bool) error {
	o.ID = tx.ID()
	if err := s.insertOrder(tx, *o, once); err != nil {
		return err
	}
	if err := s.knowPhone(tx, o.Phone); err != nil {
		return err
	}
	p := Payment{ID: tx.ID(), OrderID: o.ID, TillID: till.ID, Rail: railPrompt, State: PaymentCreated, Amount: o.Price,
		CreatedAt: o.CreatedAt, secret: seal.RandomHex(16)}
	rests, err := s.rests(tx, o.Phone)
	if err != nil {
		return err
	}
	switch {
	case rests:
		p.State, p.Reason, p.SettledAt = PaymentFailed, ReasonNumberRests, o.CreatedAt
	case railRests:
		p.State, p.Reason, p.SettledAt = PaymentFailed, ReasonRailRests, o.CreatedAt
	}
	if err := s.insertPayment(tx, p, o.SiteID, s.lookup(purposePhone, string(o.Phone))); err != nil || p.State != PaymentCreated {
		return err
	}
	return s.Jobs.Emit(tx, factOrderPlaced, id(p.ID), paymentFact{PaymentID: p.ID})
}

// alreadyPlaced finds the order of a second tap.
func (s *Service) alreadyPlaced(ctx context.Context, r OrderRequest, phone customers.Phone) (Order, bool, error) {
	if once := r.once(phone); once != "" {
		if o, err := s.orderByOnce(ctx, once); err == nil {
			return o, true, nil
		} else if !fault.Is(err, fault.NotFound) {
			return Order{}, false, err
		}
	}
	if r.Place.MAC == "" { // a number alone is no proof of who asks, and the order's token opens its pages
		return Order{}, false, nil
	}
	open, err := s.openOrders(ctx, phone, s.Clock.Now().Add(-sameTap))
	if err != nil {
		return Order{}, false, err
	}
	for _, o := range open {
		if o.PlanID == r.PlanID && o.SiteID == r.SiteID && o.Place.MAC == r.Place.MAC {
			return o, true, nil
		}
	}
	return Order{}, false, nil
}

// OrderView is everything the pages of an order show.
type OrderView struct {
	Order   Order
	Payment Payment
	Age     time.Duration // since the prompt was asked for
	Claim   string        // state of the last receipt typed for it (claim.go), or ""
	Surplus bool          // its money is held as credit, because the wish was served already or it was too little
	Credit  int64         // cents still held for the payer's number that this order's receipts brought
	Spent   bool          // its prompt was paid, and the money has bought something else, where its receipt was typed
	ByHand  ByHand        // how to pay without a prompt, where that failed or was not sent
	Grace   Grace         // what it gives before it is paid, where prompts fail
	PaidBy  string        // token of the order that the last receipt typed for this one has bought; else ""
	Foreign bool          // of another device and number
	Typed   string        // that receipt
}

// ByToken finds the order behind a public link; fault.NotFound "order.not_found".
func (s *Service) ByToken(ctx context.Context, token string) (OrderView, error) {
	o, err := s.orderByToken(ctx, token)
	if err == nil && o.raises() { // its pages are those of whose account it raises
		err = fault.New(fault.NotFound, "order.not_found")
	}
	if err != nil {
		return OrderView{}, err
	}
	return s.view(ctx, o)
}

func (s *Service) view(ctx context.Context, o Order) (OrderView, error) {
	p, err := s.paymentOfOrder(ctx, o.ID)
	if err != nil {
		return OrderView{}, err
	}
	if p.State == PaymentPaid { // the order was read before, and both change at once
		if o, err = s.order(ctx, o.ID); err != nil {
			return OrderView{}, err
		}
	}
	v := OrderView{Order: o, Payment: p, Age: s.Clock.Now().Sub(o.CreatedAt)}
	last, err := s.lastClaim(ctx, o.ID)
	if err != nil {
		return v, err
	}
	v.Claim = last.State
	if byHandAfter[p.Reason] {
		if v.ByHand, err = s.byHand(ctx, o, p); err != nil {
			return v, err
		}
	}
	if v.Grace, err = s.graceFor(ctx, o, p); err != nil {
		return v, err
	}
	v.Credit, err = s.creditFromOrder(ctx, o)
	v.Surplus = v.Credit > 0
	if err == nil && o.State == OrderPlaced {
		v.Spent = !v.Surplus && p.State == PaymentPaid
		v.PaidBy, v.Foreign, err = s.boughtBy(ctx, o, last)
		v.Typed = last.Receipt
	}
	return v, err
}

// boughtBy is the order that a receipt which was found has bought instead of o; foreign: for another device and number, so that
// whoever typed it must show that they paid. "" when it bought none.
func (s *Service) boughtBy(ctx context.Context, o Order, c claim) (token string, foreign bool, err error) {
	if c.State != ClaimFound {
		return "", false, nil
	}
	known, err := s.receiptAnywhere(ctx, c.Receipt)
	if missing, err := notFoundIs(err); err != nil || missing || known.Placed != PlacedOrder || known.OrderID == c.OrderID {
		return "", false, err
	}
	bought, err := s.order(ctx, known.OrderID)
	return bought.Token, bought.Phone != o.Phone && (o.Place.MAC == "" || bought.Place.MAC != o.Place.MAC), err
}

// PendingFor finds the newest unpaid order of a device that may still be paid (10 minutes), for a landing that comes back.
func (s *Service) PendingFor(ctx context.Context, siteID int64, mac access.MAC) (OrderView, bool, error) {
	o, err := s.newestUnpaid(ctx, siteID, mac, s.Clock.Now().Add(-10*time.Minute))
	if fault.Is(err, fault.NotFound) || mac == "" {
		return OrderView{}, false, nil
	}
	if err != nil {
		return OrderView{}, false, err
	}
	v, err := s.view(ctx, o)
	return v, err == nil && !v.Payment.State.Final(), err
}

// TokenOfGrant is the token of the newest order that fed a grant; fault.NotFound when none did.
func (s *Service) TokenOfGrant(ctx context.Context, grantID int64) (string, error) {
	o, err := s.newestOfGrant(ctx, grantID)
	return o.Token, err
}
