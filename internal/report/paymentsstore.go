package report

import (
	"context"
	"slices"
	"strings"
	"time"

	"mtandao/billing"
	"mtandao/internal/db"
)

// paymentKey is a payment's place in the list.
type paymentKey struct {
	ID        int64
	CreatedAt time.Time
}

// paymentKey finds the place of a payment; the zero one for 0, and for one that is not there.
func (d *Desk) paymentKey(ctx context.Context, id int64) (k paymentKey, err error) {
	if id == 0 {
		return k, nil
	}
	err = d.db.Read(ctx).Table("payments").Select("id, created_at").Where("id = ?", id).Limit(1).Scan(&k).Error
	return k, db.Fault(err)
}

// paymentKeys reads the beginning of each range. The index is named, for a plan that reads the table itself would be
// thousands of times as long.
func (d *Desk) paymentKeys(ctx context.Context, f PaymentFilter, ranges []paymentRange, after paymentKey) (keys []paymentKey, err error) {
	var parts []string
	var args []any
	for _, r := range ranges {
		part, values := d.rangeSQL(f, r, after)
		parts, args = append(parts, "SELECT * FROM ("+part+") AS part"), append(args, values...)
	}
	err = d.db.Read(ctx).Raw(strings.Join(parts, " UNION ALL "), args...).Scan(&keys).Error
	return keys, db.Fault(err)
}

func (d *Desk) rangeSQL(f PaymentFilter, r paymentRange, after paymentKey) (string, []any) {
	hint := " INDEXED BY "
	if d.db.Dialect() == db.MySQL {
		hint = " FORCE INDEX FOR ORDER BY (" // of the two that fit, the one that needs no sorting
	}
	query, args := "SELECT id, created_at FROM payments"+hint+r.index, []any{}
	if d.db.Dialect() == db.MySQL {
		query += ")"
	}
	query, args = query+" WHERE "+r.column+" = ?", append(args, r.value)
	if r.narrowed {
		query, args = query+" AND site_id = ?", append(args, r.site)
	}
	if !f.From.IsZero() {
		query, args = query+" AND created_at >= ? AND created_at < ?", append(args, f.From.UTC(), f.To.UTC())
	}
	if after.ID != 0 {
		query, args = query+" AND created_at <= ? AND (created_at < ? OR id < ?)", append(args, after.CreatedAt, after.CreatedAt, after.ID)
	}
	return query + " ORDER BY created_at DESC, id DESC LIMIT ?", append(args, f.Limit)
}

// mostTyped is how many codes that wait are looked at: as many as the desk counts.
const mostTyped = 1000

// typedKeys reads the payments of orders for which a code was typed.
func (d *Desk) typedKeys(ctx context.Context, f PaymentFilter, after paymentKey) (keys []paymentKey, err error) {
	var orders []int64
	err = d.db.Read(ctx).Table("receipt_claims").Where("state IN ?", []string{billing.ClaimWaiting, billing.ClaimAsked}).Limit(mostTyped).Pluck("order_id", &orders).Error
	if err != nil || len(orders) == 0 {
		return nil, db.Fault(err)
	}
	query := d.db.Read(ctx).Table("payments").Select("id, created_at").Where("order_id IN ?", orders)
	if f.Scope != nil {
		query = query.Where("site_id IN ?", sites(f.Scope))
	}
	if !f.From.IsZero() {
		query = query.Where("created_at >= ? AND created_at < ?", f.From.UTC(), f.To.UTC())
	}
	if after.ID != 0 {
		query = query.Where("created_at <= ? AND (created_at < ? OR id < ?)", after.CreatedAt, after.CreatedAt, after.ID)
	}
	err = query.Order("created_at DESC, id DESC").Limit(f.Limit).Scan(&keys).Error
	return keys, db.Fault(err)
}

// paymentLines reads the payments of a page with their orders, in the order of the keys.
func (d *Desk) paymentLines(ctx context.Context, keys []paymentKey) ([]PaymentLine, error) {
	ids := make([]int64, 0, len(keys))
	for _, k := range keys {
		ids = append(ids, k.ID)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	var lines []PaymentLine
	err := d.db.Read(ctx).Table("payments").Select("payments.id, payments.order_id, payments.site_id, payments.state, payments.reason, payments.attention,"+
		" payments.amount_cents, payments.amount_currency, payments.created_at, o.state AS order_state, o.code, o.phone_mask, o.plan_name_en, o.plan_name_sw").
		Joins("LEFT JOIN orders o ON o.id = payments.order_id").Where("payments.id IN ?", ids).Limit(len(ids)).Scan(&lines).Error
	slices.SortFunc(lines, func(a, b PaymentLine) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return lines, db.Fault(err)
}
