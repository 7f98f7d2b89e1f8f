package report

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"mtandao/billing"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// ofSites narrows receipts to a scope: those of orders at its sites, and those without an order at tills of its sites.
func ofSites(q *gorm.DB, scope Scope) *gorm.DB {
	if scope == nil {
		return q
	}
	return q.Where("EXISTS (SELECT 1 FROM orders o WHERE o.id = receipts.order_id AND o.site_id IN ?)"+
		" OR receipts.order_id = 0 AND EXISTS (SELECT 1 FROM till_sites t WHERE t.till_id = receipts.till_id AND t.site_id IN ?)", sites(scope), sites(scope))
}

// sites never is empty, which no SQL likes.
func sites(scope Scope) []int64 {
	if len(scope) == 0 {
		return []int64{-1}
	}
	return scope
}

// receipts are those that came in a time. The index is named: of a day it is read alone.
func (d *Desk) receipts(ctx context.Context, scope Scope, from, to time.Time) *gorm.DB {
	q := d.db.Sums(ctx).Table("receipts"+d.db.ByIndex("receipts_came")).Where("placed <> ? AND arrived_at >= ? AND arrived_at < ?", countedTwice, from.UTC(), to.UTC())
	return ofSites(q, scope)
}

// counters are the events by which money came at the counter in a time, or went back: of customers of the sites.
func (d *Desk) counters(ctx context.Context, scope Scope, from, to time.Time) *gorm.DB {
	q := d.db.Sums(ctx).Table("customer_events"+d.db.ByIndex("customer_events_day")).Where("day IN ? AND how IN ? AND at >= ? AND at < ?", daysOf(from, to), Rails[1:], from.UTC(), to.UTC())
	if scope != nil {
		q = q.Where("EXISTS (SELECT 1 FROM customers c WHERE c.id = customer_events.customer_id AND c.site_id IN ?)", sites(scope))
	}
	return q
}

// daysOf are the days of the books that a time touches.
func daysOf(from, to time.Time) (days []string) {
	for day := clock.DayOf(from); day <= clock.DayOf(to); day++ {
		days = append(days, day.String())
	}
	return days
}

// moneyByHour sums the hours after midnight by rail: one pass over the receipts and one over the counter.
func (d *Desk) moneyByHour(ctx context.Context, scope Scope, midnight time.Time) (map[string][24]int64, error) {
	next := midnight.AddDate(0, 0, 1)
	rails := map[string][24]int64{}
	if err := addHours(rails, d.receipts(ctx, scope, midnight, next), "'"+ByMPesa+"'", "arrived_at", "amount_cents", midnight); err != nil {
		return nil, err
	}
	return rails, addHours(rails, d.counters(ctx, scope, midnight, next), "how", "at", "delta_cents", midnight)
}

// addHours adds the sums of each rail and each hour after midnight, in SQL that both databases know.
func addHours(rails map[string][24]int64, q *gorm.DB, rail, at, cents string, midnight time.Time) error {
	hour := "CASE" + strings.Repeat(" WHEN "+at+" < ? THEN ?", 23) + " ELSE 23 END"
	var bounds []any
	for n := range 23 {
		bounds = append(bounds, midnight.Add(time.Duration(n+1)*time.Hour).UTC(), n)
	}
	var sums []struct {
		Rail  string
		Hour  int
		Cents int64
	}
	if err := q.Select(rail+" AS rail, "+hour+" AS hour, SUM("+cents+") AS cents", bounds...).Group("rail, hour").Limit(24 * len(Rails)).Scan(&sums).Error; err != nil {
		return db.Fault(err)
	}
	for _, sum := range sums {
		hours := rails[sum.Rail]
		hours[sum.Hour] += sum.Cents
		rails[sum.Rail] = hours
	}
	return nil
}

func (d *Desk) moneyBetween(ctx context.Context, scope Scope, from, to time.Time) (cents int64, err error) {
	var taken int64
	if err = d.receipts(ctx, scope, from, to).Select("COALESCE(SUM(amount_cents), 0)").Scan(&cents).Error; err != nil {
		return 0, db.Fault(err)
	}
	err = d.counters(ctx, scope, from, to).Select("COALESCE(SUM(delta_cents), 0)").Scan(&taken).Error
	return cents + taken, db.Fault(err)
}

// sold counts the purchases of the day that are paid.
func (d *Desk) sold(ctx context.Context, scope Scope, midnight time.Time, currency string) (s Sold, err error) {
	q := d.db.Sums(ctx).Table("payments").Select("COUNT(*), COALESCE(SUM(amount_cents), 0)").
		Where("state = ? AND created_at >= ? AND created_at < ?", billing.PaymentPaid, midnight.UTC(), midnight.AddDate(0, 0, 1).UTC())
	if scope != nil {
		q = q.Where("site_id IN ?", sites(scope))
	}
	s.Sum.Currency = currency
	return s, db.Fault(q.Row().Scan(&s.Count, &s.Sum.Cents))
}

// promptsSince counts prompts with a verdict by what it was.
func (d *Desk) promptsSince(ctx context.Context, scope Scope, from time.Time) (all, paid int, err error) {
	var rows []struct {
		State string
		N     int
	}
	q := d.db.Sums(ctx).Table("payments").Select("payments.state AS state, COUNT(*) AS n").
		Where("payments.rail = 'stk' AND payments.state IN ? AND payments.created_at >= ? AND payments.pushed_at IS NOT NULL", []billing.PaymentState{billing.PaymentPaid, billing.PaymentFailed, billing.PaymentExpired}, from.UTC())
	if scope != nil {
		q = q.Joins("JOIN orders ON orders.id = payments.order_id").Where("orders.site_id IN ?", sites(scope))
	}
	err = q.Group("payments.state").Limit(10).Scan(&rows).Error
	for _, r := range rows {
		all += r.N
		if r.State == string(billing.PaymentPaid) {
			paid += r.N
		}
	}
	return all, paid, db.Fault(err)
}

func (d *Desk) onlineBySite(ctx context.Context, scope Scope) (map[int64]int, error) {
	var rows []struct {
		SiteID int64
		N      int
	}
	q := d.db.Sums(ctx).Table("sessions_open").Select("site_id, COUNT(*) AS n").Group("site_id").Limit(5000)
	if scope != nil {
		q = q.Where("site_id IN ?", sites(scope))
	}
	err := q.Scan(&rows).Error
	online := map[int64]int{}
	for _, r := range rows {
		online[r.SiteID] = r.N
	}
	return online, db.Fault(err)
}

const mostShown = 1000

func (q queueOf) rows(in *gorm.DB, scope Scope) *gorm.DB {
	in = in.Table(q.table).Where(q.where, q.state)
	if scope != nil {
		in = in.Where(q.narrow, sites(scope))
	}
	return in
}

// oldest is since when the first of a queue waits; zero for none.
func (q queueOf) oldest(in *gorm.DB, scope Scope) (time.Time, error) {
	var first []time.Time
	err := q.rows(in, scope).Order(q.since).Limit(1).Pluck(q.since, &first).Error
	if len(first) == 0 {
		return time.Time{}, db.Fault(err)
	}
	return first[0].UTC(), db.Fault(err)
}

func (d *Desk) queue(ctx context.Context, q queueOf, scope Scope) (Queue, error) {
	found := Queue{Name: q.name}
	some := q.rows(d.db.Read(ctx), scope).Select("id").Limit(mostShown)
	err := d.db.Read(ctx).Table("(?) AS some", some).Count(&found.Count).Error
	if err != nil || found.Count == 0 {
		return found, db.Fault(err)
	}
	found.Oldest, err = q.oldest(d.db.Read(ctx), scope)
	return found, err
}

func (s *Proofs) queue(ctx context.Context, q queueOf) (Queue, error) {
	found := Queue{Name: q.name, Amount: money.KES(0)}
	var sum struct{ Count, Cents int64 }
	err := q.rows(s.db.Read(ctx), nil).Select("COUNT(*) AS count, COALESCE(SUM(" + q.cents + "), 0) AS cents").Scan(&sum).Error
	if err != nil || sum.Count == 0 {
		return found, db.Fault(err)
	}
	found.Count, found.Amount.Cents = sum.Count, sum.Cents
	found.Oldest, err = q.oldest(s.db.Read(ctx), nil)
	return found, err
}
