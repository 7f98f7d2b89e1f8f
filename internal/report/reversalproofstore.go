package report

import (
	"context"

	"mtandao/billing"
	"mtandao/internal/db"
)

// saidOfReversals is what the books say of reversals, by the source of each entry.
func (s *Proofs) saidOfReversals(ctx context.Context, page []billing.Reversal) (map[string]string, error) {
	sources := []string{""}
	for _, v := range page {
		sources = append(sources, v.Source())
	}
	var rows []struct{ Source, Memo string }
	err := s.db.Read(ctx).Raw("SELECT source, memo FROM ledger_entries WHERE kind = ? AND source IN ?", billing.EntryReversed, sources).Scan(&rows).Error
	said := map[string]string{}
	for _, r := range rows {
		said[r.Source] = r.Memo
	}
	return said, db.Fault(err)
}

// entriesWithoutReversal: the source of an entry that a reversal left by is receipt:ID:ID.
func (s *Proofs) entriesWithoutReversal(ctx context.Context, n int) (all []entryProof, err error) {
	source := s.concat(s.concat("'receipt:'", s.textOf("v.receipt_id")), s.concat("':'", s.textOf("v.id")))
	err = s.db.Read(ctx).Raw("SELECT e.id, e.source FROM ledger_entries e WHERE e.kind = ? AND NOT EXISTS (SELECT 1 FROM reversals v WHERE e.source = "+source+") LIMIT ?",
		billing.EntryReversed, n).Scan(&all).Error
	return all, db.Fault(err)
}

type reversedProof struct{ ID, Reversed, Taken int64 }

// reversedThatDiffers compares in one statement, for more may be reversed meanwhile.
func (s *Proofs) reversedThatDiffers(ctx context.Context, n int) (all []reversedProof, err error) {
	taken := "(SELECT COALESCE(SUM(v.amount_cents), 0) FROM reversals v WHERE v.receipt_id = r.id AND v.state = ?)"
	err = s.db.Read(ctx).Raw("SELECT id, reversed, taken FROM (SELECT r.id, r.reversed_cents AS reversed, "+taken+" AS taken FROM receipts r) AS t WHERE reversed <> taken LIMIT ?",
		billing.ReversalTaken, n).Scan(&all).Error
	return all, db.Fault(err)
}
