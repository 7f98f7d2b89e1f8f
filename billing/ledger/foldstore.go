package ledger

import (
	"context"

	"mtandao/internal/db"
)

type linkRow struct{ Seq, EntryID int64 }

// chained reads the links first: one of them tells where the next reading begins.
func (l *Ledger) chained(ctx context.Context, seq int64, most int) ([]Chained, error) {
	g := l.db.Read(ctx)
	var links []linkRow
	if err := g.Table("ledger_links").Select("seq, entry_id").Where("seq > ?", seq).Order("seq").Limit(most).Scan(&links).Error; err != nil || len(links) == 0 {
		return nil, db.Fault(err)
	}
	ids := make([]int64, len(links))
	for n, k := range links {
		ids[n] = k.EntryID
	}
	entries, err := assemble(l.db.Read(ctx), ids)
	all := make([]Chained, len(links))
	for n, k := range links {
		all[n] = Chained{k.Seq, entries[k.EntryID]}
	}
	return all, db.Fault(err)
}

// What an account was given, and what was taken from it, in SQL.
const (
	debits  = "SUM(CASE WHEN p.cents > 0 THEN p.cents ELSE 0 END)"
	credits = "SUM(CASE WHEN p.cents < 0 THEN -p.cents ELSE 0 END)"
)

func (l *Ledger) sumsOf(ctx context.Context, day string, seq int64) (all []DaySum, err error) {
	err = l.db.Read(ctx).Raw("SELECT p.account, e.day, e.kind, "+debits+" AS debit_cents, "+credits+" AS credit_cents, COUNT(*) AS postings FROM ledger_entries e"+
		" JOIN ledger_links k ON k.entry_id = e.id JOIN ledger_postings p ON p.entry_id = e.id WHERE e.day = ? AND k.seq <= ? AND p.cents <> 0 GROUP BY p.account, e.day, e.kind",
		day, seq).Scan(&all).Error
	return all, db.Fault(err)
}

func (l *Ledger) nextDay(ctx context.Context, day string) (string, error) {
	var days []string
	err := l.db.Read(ctx).Table("ledger_entries").Where("day > ?", day).Order("day").Limit(1).Pluck("day", &days).Error
	if err != nil || len(days) == 0 {
		return "", db.Fault(err)
	}
	return days[0], nil
}
