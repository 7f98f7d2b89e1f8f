package report

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"mtandao/billing"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// placed are where money that really came can be.
var placed = []string{billing.PlacedOrder, billing.PlacedCredit, billing.PlacedSuspense, billing.PlacedRefunded, billing.PlacedFloat, billing.PlacedAccount, billing.PlacedReversed}

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

func (d *Desk) receipts(ctx context.Context, scope Scope, from, to time.Time, currency string) *gorm.DB {
	q := d.db.Read(ctx).Table("receipts").Where("placed IN ? AND created_at >= ? AND created_at < ? AND amount_currency = ?", placed, from.UTC(), to.UTC(), currency)
	return ofSites(q, scope)
}

// moneyByHour sums the hours after midnight in one pass, in SQL that both databases know.
func (d *Desk) moneyByHour(ctx context.Context, scope Scope, midnight time.Time, currency string) (cents [24]int64, n int, err error) {
	var columns []string
	var bounds []any
	for hour := range 24 {
		columns = append(columns, "COALESCE(SUM(CASE WHEN created_at >= ? AND created_at < ? THEN amount_cents ELSE 0 END), 0)")
		last := midnight.Add(time.Duration(hour+1) * time.Hour)
		if hour == 23 {
			last = midnight.AddDate(0, 0, 1)
		}
		bounds = append(bounds, midnight.Add(time.Duration(hour)*time.Hour).UTC(), last.UTC())
	}
	row := d.receipts(ctx, scope, midnight, midnight.AddDate(0, 0, 1), currency).Select(strings.Join(columns, ", ")+", COUNT(*)", bounds...).Row()
	into := make([]any, 0, 25)
	for i := range cents {
		into = append(into, &cents[i])
	}
	return cents, n, db.Fault(row.Scan(append(into, &n)...))
}

func (d *Desk) moneyBetween(ctx context.Context, scope Scope, from, to time.Time, currency string) (cents int64, err error) {
	err = d.receipts(ctx, scope, from, to, currency).Select("COALESCE(SUM(amount_cents), 0)").Scan(&cents).Error
	return cents, db.Fault(err)
}

// promptsSince counts prompts with a verdict by what it was.
func (d *Desk) promptsSince(ctx context.Context, scope Scope, from time.Time) (all, paid int, err error) {
	var rows []struct {
		State string
		N     int
	}
	q := d.db.Read(ctx).Table("payments").Select("payments.state AS state, COUNT(*) AS n").
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
	q := d.db.Read(ctx).Table("sessions_open").Select("site_id, COUNT(*) AS n").Group("site_id").Limit(5000)
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
