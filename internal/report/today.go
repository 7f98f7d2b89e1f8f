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

// Today is what the first page shows. Money is what came in, whatever became of it, as MoneyIn lists it.
type Today struct {
	At            time.Time
	Hours         [24]money.Amount // of the day so far, in the zone asked for
	WeekAgo       [24]money.Amount // of the whole day a week before
	Rails         []RailMoney      // of the day so far: those by which some came, in the order of Rails
	Total         money.Amount
	ByThen        money.Amount // a week ago, until this time of day
	Online        map[int64]int
	Prompts, Paid int // prompts of the last hour with a verdict, and those of them that were paid
	Sold          Sold
}

// RailMoney is what came by a rail.
type RailMoney struct {
	Rail   string
	Amount money.Amount
}

// Sold is how many purchases of the day are paid, as Payments lists them, and for how much.
type Sold struct {
	Count int
	Sum   money.Amount
}

// Today reads the day so far. Hours are of the zone; a day of another length than 24 hours keeps its last ones in the last.
func (d *Desk) Today(ctx context.Context, scope Scope, zone *time.Location, currency string) (Today, error) {
	now := d.clock.Now().In(zone)
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
	t := Today{At: now, Online: map[int64]int{}, Total: money.Amount{Currency: currency}, ByThen: money.Amount{Currency: currency}}
	rails, err := d.moneyByHour(ctx, scope, midnight)
	if err != nil {
		return t, err
	}
	for _, rail := range Rails {
		if sum := sumOf(rails[rail]); sum != 0 {
			t.Rails = append(t.Rails, RailMoney{rail, money.Amount{Cents: sum, Currency: currency}})
			t.Total.Cents += sum
		}
	}
	before := midnight.AddDate(0, 0, -7)
	then, err := d.moneyByHour(ctx, scope, before)
	if err != nil {
		return t, err
	}
	t.Hours, t.WeekAgo = allRails(rails, currency), allRails(then, currency)
	if t.ByThen.Cents, err = d.moneyBetween(ctx, scope, before, before.Add(now.Sub(midnight))); err != nil {
		return t, err
	}
	if t.Prompts, t.Paid, err = d.promptsSince(ctx, scope, now.Add(-time.Hour)); err != nil {
		return t, err
	}
	if t.Sold, err = d.sold(ctx, scope, midnight, currency); err != nil {
		return t, err
	}
	t.Online, err = d.onlineBySite(ctx, scope)
	return t, err
}

func sumOf(hours [24]int64) (sum int64) {
	for _, cents := range hours {
		sum += cents
	}
	return sum
}

// allRails adds up the rails hour by hour.
func allRails(rails map[string][24]int64, currency string) (all [24]money.Amount) {
	for hour := range all {
		all[hour].Currency = currency
		for _, hours := range rails {
			all[hour].Cents += hours[hour]
		}
	}
	return all
}
