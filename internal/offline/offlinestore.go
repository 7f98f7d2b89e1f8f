package offline

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"mtandao/billing"
	"mtandao/billing/accounts"
	"mtandao/billing/invoices"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/radius"
)

// openOf is what a customer owes of bills, and what credit there is.
func (t *Teller) openOf(ctx context.Context, customerID int64) (open, credit int64, err error) {
	read := t.DB.Read(ctx)
	e1 := read.Raw("SELECT COALESCE(SUM(open_cents), 0) FROM invoices WHERE state = ? AND customer_id = ?", invoices.Issued, customerID).Scan(&open).Error
	e2 := read.Raw("SELECT COALESCE(MAX(balance_cents), 0) FROM customer_accounts WHERE customer_id = ?", customerID).Scan(&credit).Error
	return open, credit, db.Fault(errors.Join(e1, e2))
}

// customerMoney is what came in and went back within a day of an instant, and what was asked for by prompt.
func (t *Teller) customerMoney(ctx context.Context, customerID int64, at time.Time) (all []Money, err error) {
	from, until := at.Add(-radius.AroundFor).UTC(), at.Add(radius.AroundFor).UTC()
	var moves []struct {
		At         time.Time
		Kind       string
		DeltaCents int64
	}
	e1 := t.DB.Read(ctx).Raw("SELECT at, kind, delta_cents FROM customer_events WHERE customer_id = ? AND at > ? AND at <= ? AND kind IN ? ORDER BY seq DESC LIMIT ?", customerID, from, until,
		[]string{accounts.PaidIn, accounts.Counter, accounts.Returned}, mostMoney).Scan(&moves).Error
	var asks []struct {
		At, UpdatedAt time.Time
		PriceCents    int64
		State, Reason string
	}
	e2 := t.DB.Read(ctx).Raw("SELECT a.at, p.updated_at, o.price_cents, p.state, p.reason FROM prompt_asks a JOIN orders o ON o.id = a.order_id JOIN payments p ON p.order_id = o.id"+
		" WHERE a.customer_id = ? AND a.at > ? AND a.at <= ? ORDER BY a.id DESC LIMIT ?", customerID, from, until, mostMoney).Scan(&asks).Error
	for _, m := range moves {
		what := MoneyPaid
		if m.Kind == accounts.Returned {
			what = MoneyBack
		}
		all = append(all, Money{At: m.At.UTC(), What: what, Amount: money.KES(m.DeltaCents)})
	}
	for _, a := range asks {
		all = append(all, Money{At: a.At.UTC(), What: MoneyAsked, Amount: money.KES(a.PriceCents)})
		if s := billing.PaymentState(a.State); s == billing.PaymentFailed || s == billing.PaymentExpired {
			all = append(all, Money{At: a.UpdatedAt.UTC(), What: MoneyNotPaid, Amount: money.KES(a.PriceCents), Reason: a.Reason})
		}
	}
	return inOrder(all), db.Fault(errors.Join(e1, e2))
}

// grantMoney is what was paid for a guest's grant, and what of it went back.
func (t *Teller) grantMoney(ctx context.Context, grantID int64) (all []Money, err error) {
	var orders []struct {
		CreatedAt  time.Time
		PaidAt     *time.Time
		PriceCents int64
	}
	e1 := t.DB.Read(ctx).Raw("SELECT created_at, paid_at, price_cents FROM orders WHERE grant_id = ? ORDER BY id DESC LIMIT ?", grantID, mostMoney).Scan(&orders).Error
	var backs []struct {
		CreatedAt   time.Time
		SettledAt   *time.Time
		AmountCents int64
	}
	e2 := t.DB.Read(ctx).Raw("SELECT created_at, settled_at, amount_cents FROM reversals WHERE grant_id = ? LIMIT ?", grantID, mostMoney).Scan(&backs).Error
	for _, o := range orders {
		all = append(all, Money{At: o.CreatedAt.UTC(), What: MoneyOrdered, Amount: money.KES(o.PriceCents)})
		if paid := db.Instant(o.PaidAt); !paid.IsZero() {
			all = append(all, Money{At: paid, What: MoneyPaid, Amount: money.KES(o.PriceCents)})
		}
	}
	for _, b := range backs {
		at := db.Instant(b.SettledAt)
		if at.IsZero() {
			at = b.CreatedAt.UTC()
		}
		all = append(all, Money{At: at, What: MoneyBack, Amount: money.KES(b.AmountCents)})
	}
	return inOrder(all), db.Fault(errors.Join(e1, e2))
}

func inOrder(all []Money) []Money {
	slices.SortStableFunc(all, func(a, b Money) int { return cmp.Compare(a.At.UnixMilli(), b.At.UnixMilli()) })
	return all
}
