package report

import (
	"context"
	"strings"

	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// receiptsByDaySQL reads a range of an index for each day: receipts keep an instant, and each database names another way from it to a local day.
func (d *Desk) receiptsByDaySQL(first, last clock.Day) (string, []any) {
	var parts []string
	var args []any
	for day := first; day <= last; day++ {
		parts = append(parts, "SELECT ? AS day, ? AS rail, COALESCE(SUM(amount_cents), 0) AS cents, COUNT(*) AS times FROM receipts"+d.db.ByIndex("receipts_came")+" WHERE arrived_at >= ? AND arrived_at < ? AND placed <> ?")
		args = append(args, day.String(), ByMPesa, day.Start().UTC(), (day + 1).Start().UTC(), countedTwice)
	}
	return strings.Join(parts, " UNION ALL "), args
}

func (d *Desk) receiptsByDay(ctx context.Context, first, last clock.Day) (all []daySum, err error) {
	query, args := d.receiptsByDaySQL(first, last)
	return all, db.Fault(d.db.Sums(ctx).Raw(query, args...).Scan(&all).Error)
}

func (d *Desk) countersByDaySQL(first, last clock.Day) (string, []any) {
	return "SELECT day, how AS rail, SUM(delta_cents) AS cents, COUNT(*) AS times FROM customer_events" + d.db.ByIndex("customer_events_day") + " WHERE day >= ? AND day <= ? AND how IN ? GROUP BY day, how",
		[]any{first.String(), last.String(), Rails[1:]}
}

func (d *Desk) countersByDay(ctx context.Context, first, last clock.Day) (all []daySum, err error) {
	query, args := d.countersByDaySQL(first, last)
	return all, db.Fault(d.db.Sums(ctx).Raw(query, args...).Scan(&all).Error)
}
