package report

import (
	"context"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// Scope is the sites that somebody may see; nil is all of them.
type Scope []int64

// Desk answers what the back office asks across the domains.
type Desk struct {
	db    *db.DB
	clock clock.Clock
}

// NewDesk makes it. The clock is the machine's.
func NewDesk(d *db.DB, c clock.Clock) *Desk { return &Desk{db: d, clock: c} }

// Today is what the first page shows. Money is what came in, whatever became of it.
type Today struct {
	At            time.Time
	Hours         [24]money.Amount // of the day so far, in the zone asked for
	Payments      int              // receipts of the day
	Total         money.Amount
	Yesterday     money.Amount // until this time of day
	Online        map[int64]int
	Prompts, Paid int // prompts of the last hour with a verdict, and those of them that were paid
}

// Today reads the day so far. Hours are of the zone; a day of another length than 24 hours keeps its last ones in the last.
func (d *Desk) Today(ctx context.Context, scope Scope, zone *time.Location, currency string) (Today, error) {
	now := d.clock.Now().In(zone)
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
	t := Today{At: now, Online: map[int64]int{}}
	hours, payments, err := d.moneyByHour(ctx, scope, midnight, currency)
	if err != nil {
		return t, err
	}
	for i, cents := range hours {
		t.Hours[i] = money.Amount{Cents: cents, Currency: currency}
		t.Total.Cents += cents
	}
	t.Total.Currency, t.Payments = currency, payments
	before := midnight.AddDate(0, 0, -1)
	t.Yesterday = money.Amount{Currency: currency}
	if t.Yesterday.Cents, err = d.moneyBetween(ctx, scope, before, before.Add(now.Sub(midnight)), currency); err != nil {
		return t, err
	}
	if t.Prompts, t.Paid, err = d.promptsSince(ctx, scope, now.Add(-time.Hour)); err != nil {
		return t, err
	}
	t.Online, err = d.onlineBySite(ctx, scope)
	return t, err
}
