package daybook

import (
	"context"
	"strings"

	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// standings reads all parts in one statement, so that they are of one moment.
func (b *Book) standings(ctx context.Context, accounts []string, first, last clock.Day) (map[string]Standing, error) {
	var queries []string
	var args []any
	for _, p := range partsOf(first, last) {
		span, before := "day", 0
		if p.table == "daybook_months" {
			span = "month"
		}
		if p.before {
			before = 1
		}
		queries = append(queries, "SELECT account, ? AS earlier, SUM(debit_cents) AS debit_cents, SUM(credit_cents) AS credit_cents, SUM(postings) AS postings FROM "+p.table+
			" WHERE account IN ? AND "+span+" >= ? AND "+span+" < ? GROUP BY account")
		args = append(args, before, accounts, p.from, p.to)
	}
	var rows []struct {
		Account                 string
		Earlier                 int
		DebitCents, CreditCents int64
		Postings                int64
	}
	if err := b.db.Sums(ctx).Raw(strings.Join(queries, " UNION ALL "), args...).Scan(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	found := map[string]Standing{}
	for _, r := range rows {
		s := found[r.Account]
		if r.Earlier == 1 {
			s.BeforeCents += r.DebitCents - r.CreditCents
		} else {
			s.DebitCents, s.CreditCents, s.Postings = s.DebitCents+r.DebitCents, s.CreditCents+r.CreditCents, s.Postings+r.Postings
		}
		found[r.Account] = s
	}
	return found, nil
}
