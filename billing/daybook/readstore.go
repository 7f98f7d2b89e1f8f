package daybook

import (
	"context"
	"strings"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
)

// from is where lines of days are read, or of months, and the first and the last that are asked for.
func (a Asked) from() (column, table, first, last string) {
	if a.Months {
		return "month", "daybook_months", a.First.String()[:len("2026-11")], a.Last.String()[:len("2026-11")]
	}
	return "day", "daybook", a.First.String(), a.Last.String()
}

// sumsBySQL reads a range of the primary key for each account.
func sumsBySQL(accounts []string, by By, a Asked) (string, []any) {
	span, table, first, last := a.from()
	query, args := "SELECT "+span+" AS day, "+string(by)+" AS name, SUM(credit_cents - debit_cents) AS cents FROM "+table+" WHERE account IN ? AND "+span+" >= ? AND "+span+" <= ?",
		[]any{accounts, first, last}
	if a.Sites != nil {
		query, args = query+" AND site_id IN ?", append(args, append([]int64{-1}, a.Sites...)) // an empty list is no SQL
	}
	return query + " GROUP BY " + span + ", " + string(by), args
}

func (b *Book) sumsBy(ctx context.Context, accounts []string, by By, a Asked) (all []Sum, err error) {
	query, args := sumsBySQL(accounts, by, a)
	err = b.db.Sums(ctx).Raw(query+" ORDER BY 1, 2", args...).Scan(&all).Error
	return all, db.Fault(err)
}

// sumsOfLines sums what was sold in some ways and is of a plan.
func (b *Book) sumsOfLines(ctx context.Context, ways []string, a Asked) (all []Sum, err error) {
	query, args := sumsBySQL([]string{ledger.InternetSales}, ByAccountCode, a)
	head, rest, _ := strings.Cut(query, " GROUP BY ")
	err = b.db.Sums(ctx).Raw(head+" AND way IN ? AND plan_key <> '' GROUP BY "+rest+" ORDER BY 1", append(args, ways)...).Scan(&all).Error
	return all, db.Fault(err)
}

func (b *Book) flows(ctx context.Context, accounts []string, a Asked) (all []Flow, err error) {
	span, table, first, last := a.from()
	err = b.db.Sums(ctx).Raw("SELECT "+span+" AS day, account, SUM(debit_cents) AS in_cents, SUM(credit_cents) AS out_cents FROM "+table+
		" WHERE account IN ? AND "+span+" >= ? AND "+span+" <= ? GROUP BY "+span+", account ORDER BY 1, 2", accounts, first, last).Scan(&all).Error
	return all, db.Fault(err)
}
