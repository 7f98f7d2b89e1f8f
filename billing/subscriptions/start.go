package subscriptions

import (
	"context"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Opening is a subscription that is to begin.
type Opening struct {
	CustomerID int64
	PlanKey    string
	Segment    string // empty: the plan's
	Level      string
	Place      Place
	Login      Login
	Secret     string // of the login; a MAC needs none
	Contract   *Contract
	Coupon     string
	At         time.Time // zero: now
	PaidTo     time.Time // of a line that is taken over from elsewhere, and was paid there; zero: it was not
}

// Start begins a subscription with its grant, and renews it out of the customer's credit when it is paid beforehand. fault.Invalid "subscription.customer",
// "subscription.begins", "subscription.plan", "subscription.level", "subscription.login", "subscription.address" or "subscription.secret", fault.Conflict "login.taken" or "address.taken",
// and what Customers say of who is none.
func (s *Service) Start(ctx context.Context, n Opening, by By) (sub Subscription, err error) {
	plan, err := s.sold(ctx, n.PlanKey, n.Level)
	if err != nil {
		return sub, err
	}
	n.Login.Name = spell(n.Login)
	if err := n.check(); err != nil {
		return sub, err
	}
	if n.Segment == "" {
		n.Segment = plan.Segment
	}
	if n.At.IsZero() {
		n.At = s.Clock.Now()
	}
	if off := n.At.Sub(s.Clock.Now()); off < -mostOff || off > mostOff {
		return sub, fault.New(fault.Invalid, "subscription.begins")
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := s.Customers.Serve(tx, n.CustomerID); err != nil {
			return err
		}
		if _, err := s.Credit.Credit(tx, n.CustomerID); err != nil {
			return err
		}
		sub, err = s.start(tx, n, plan, by)
		return err
	})
	return sub, err
}

// mostOff is how long ago, or ahead, a line may begin: a year more or less is a slip of the hand, and would be billed month by month.
const mostOff = 366 * 24 * time.Hour

func (n Opening) check() error {
	switch {
	case n.CustomerID == 0:
		return fault.New(fault.Invalid, "subscription.customer")
	case n.Contract != nil && !n.Contract.sound():
		return fault.New(fault.Invalid, "subscription.contract")
	}
	if err := n.Login.check(); err != nil {
		return err
	}
	if n.Login.Kind != ByMAC && n.Secret == "" {
		return fault.New(fault.Invalid, "subscription.secret")
	}
	return nil
}

// sold is a plan that may be subscribed to, at a level that it names.
func (s *Service) sold(ctx context.Context, key, level string) (plans.Plan, error) {
	plan, err := s.Plans.ByKey(ctx, key)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return plan, err
	}
	if err != nil || !plan.Subscribed() || plan.State != plans.Live {
		return plan, fault.New(fault.Invalid, "subscription.plan")
	}
	price := plans.Price{Terms: plan.Terms}
	for _, known := range price.Levels() {
		if level == known {
			return plan, nil
		}
	}
	if level != "" {
		return plan, fault.New(fault.Invalid, "subscription.level")
	}
	return plan, nil
}

func soldAs(plan plans.Plan, level string) *Sold {
	return &Sold{PlanKey: plan.Key, PriceID: plan.PriceID, Level: level, Mode: plan.Terms.Mode, Interval: plan.Terms.Interval}
}

// start makes the row and the grant, and has the first events follow.
func (s *Service) start(tx *db.Tx, n Opening, plan plans.Plan, by By) (Subscription, error) {
	sub := Subscription{ID: tx.ID(), CustomerID: n.CustomerID, CreatedAt: s.Clock.Now()}
	sub.State = State{Place: n.Place, Segment: n.Segment, Sold: *soldAs(plan, n.Level)}
	var err error
	if sub.GrantID, err = s.open(tx, sub, sub.State); err != nil {
		return sub, err
	}
	sub.State.Sold.PriceID = 0 // the grant has the plan, and nothing else yet
	if err := insert(tx, sub); err != nil {
		return sub, err
	}
	began := draft{Event: Event{Kind: Started, At: n.At, By: by.Actor, Request: by.Request, Said: Said{Segment: n.Segment, Sold: soldAs(plan, n.Level), Place: &n.Place,
		Login: &n.Login, Contract: n.Contract}}, secret: n.Secret}
	if sub, err = s.note(tx, sub, began); err != nil {
		return sub, err
	}
	if err := s.trail(tx, by, sub, began.Event); err != nil {
		return sub, err
	}
	if !n.PaidTo.IsZero() {
		said := Said{Paid: &Paid{Interval: plan.Terms.Interval, To: n.PaidTo}}
		if sub, err = s.note(tx, sub, draft{Event: Event{Kind: Renewed, At: n.At, By: by.Actor, Said: said}}); err != nil {
			return sub, err
		}
	}
	if n.Coupon != "" {
		if sub, err = s.redeem(tx, sub, n.Coupon, by); err != nil {
			return sub, err
		}
	}
	return s.renewOne(tx, sub, false, false)
}

// redeem uses a coupon, once for a subscription.
func (s *Service) redeem(tx *db.Tx, sub Subscription, code string, by By) (Subscription, error) {
	code = plans.SpellCoupon(code)
	if known, err := requested(tx, sub.ID, "coupon:"+code); err != nil || known {
		if err == nil {
			err = fault.New(fault.Conflict, "subscription.coupon_had")
		}
		return sub, err
	}
	c, err := s.Plans.UseCoupon(tx, code)
	if err != nil {
		return sub, err
	}
	return s.note(tx, sub, draft{Event: Event{Kind: Discounted, By: by.Actor, Request: "coupon:" + code, Said: Said{Given: &Given{Coupon: code, Discount: c.Discount, Left: c.Discount.Periods}}}})
}

// Redeem gives a subscription the discount of a coupon. fault.Conflict "subscription.coupon_had", and the faults of plans.UseCoupon.
func (s *Service) Redeem(ctx context.Context, id int64, code string, by By) (sub Subscription, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if sub, err = s.lockWithCredit(tx, id); err != nil {
			return err
		}
		if sub, err = s.redeem(tx, sub, code, by); err != nil {
			return err
		}
		return s.trail(tx, by, sub, Event{Kind: Discounted, Said: Said{Given: &Given{Coupon: code}}})
	})
	return sub, err
}

// Discount gives a subscription a discount that staff decide on, with their reason.
func (s *Service) Discount(ctx context.Context, id int64, d plans.Discount, reason string, by By) (Subscription, error) {
	if err := d.Validate(); err != nil {
		return Subscription{}, err
	}
	if reason == "" {
		return Subscription{}, fault.New(fault.Invalid, "subscription.reason")
	}
	return s.event(ctx, id, by, Discounted, Said{Given: &Given{Discount: d, Left: d.Periods, Reason: reason}})
}

// event records what needs nothing besides.
func (s *Service) event(ctx context.Context, id int64, by By, kind Kind, said Said) (Subscription, error) {
	return s.change(ctx, id, by, func(*db.Tx, Subscription) (draft, error) {
		return draft{Event: Event{Kind: kind, Said: said}}, nil
	})
}

// TakeDeposit takes a deposit out of the customer's credit. fault.Conflict "subscription.credit" when there is not so much.
func (s *Service) TakeDeposit(ctx context.Context, id int64, amount money.Amount, by By) (Subscription, error) {
	if !amount.IsPositive() {
		return Subscription{}, fault.New(fault.Invalid, "subscription.amount")
	}
	return s.change(ctx, id, by, func(tx *db.Tx, sub Subscription) (draft, error) {
		d := draft{Event: Event{Kind: DepositTaken, Said: Said{Amount: &amount}}}
		return d, s.take(tx, sub, amount, "deposit", deposits(sub, amount.Neg()))
	})
}

// ReturnDeposit gives a deposit, or a part, back to the customer's credit; kept, it is forfeited instead. fault.Conflict "subscription.deposit" when
// so much is not held.
func (s *Service) ReturnDeposit(ctx context.Context, id int64, amount money.Amount, kept bool, reason string, by By) (Subscription, error) {
	if !amount.IsPositive() {
		return Subscription{}, fault.New(fault.Invalid, "subscription.amount")
	}
	if kept && reason == "" {
		return Subscription{}, fault.New(fault.Invalid, "subscription.reason")
	}
	return s.change(ctx, id, by, func(tx *db.Tx, sub Subscription) (draft, error) {
		if amount.Cents > sub.State.Deposit.Cents {
			return draft{}, fault.New(fault.Conflict, "subscription.deposit")
		}
		d := draft{Event: Event{Kind: DepositBack, Said: Said{Amount: &amount, Reason: reason}}}
		if kept {
			d.Kind = DepositLost
			return d, s.forfeit(tx, sub, amount)
		}
		return d, s.give(tx, sub, amount, "deposit back", deposits(sub, amount))
	})
}
