package daybook

import (
	"context"

	"mtandao/internal/db"
)

// span is the column that lines are of: a day, or its month.
func (a Asked) span() string {
	if a.Months {
		return "SUBSTR(day, 1, 7)"
	}
	return "day"
}

// sumsBySQL reads a range of the primary key for each account.
func sumsBySQL(accounts []string, by By, a Asked) (string, []any) {
	query, args := "SELECT "+a.span()+" AS day, "+string(by)+" AS name, SUM(credit_cents - debit_cents) AS cents FROM daybook WHERE account IN ? AND day >= ? AND day <= ?",
		[]any{accounts, a.First.String(), a.Last.String()}
	if a.Sites != nil {
		query, args = query+" AND site_id IN ?", append(args, append([]int64{-1}, a.Sites...)) // an empty list is no SQL
	}
	return query + " GROUP BY " + a.span() + ", " + string(by), args
}

func (b *Book) sumsBy(ctx context.Context, accounts []string, by By, a Asked) (all []Sum, err error) {
	query, args := sumsBySQL(accounts, by, a)
	err = b.db.Read(ctx).Raw(query+" ORDER BY 1, 2", args...).Scan(&all).Error
	return all, db.Fault(err)
}

func (b *Book) before(ctx context.Context, accounts []string, day string) (map[string]int64, error) {
	var rows []struct {
		Account string
		Cents   int64
	}
	err := b.db.Read(ctx).Raw("SELECT account, SUM(debit_cents - credit_cents) AS cents FROM daybook WHERE account IN ? AND day < ? GROUP BY account", accounts, day).Scan(&rows).Error
	all := map[string]int64{}
	for _, r := range rows {
		all[r.Account] = r.Cents
	}
	return all, db.Fault(err)
}

func (b *Book) flows(ctx context.Context, accounts []string, a Asked) (all []Flow, err error) {
	err = b.db.Read(ctx).Raw("SELECT "+a.span()+" AS day, account, SUM(debit_cents) AS in_cents, SUM(credit_cents) AS out_cents FROM daybook"+
		" WHERE account IN ? AND day >= ? AND day <= ? GROUP BY "+a.span()+", account ORDER BY 1, 2", accounts, a.First.String(), a.Last.String()).Scan(&all).Error
	return all, db.Fault(err)
}
