package report

import (
	"context"

	"mtandao/billing"
	"mtandao/internal/db"
)

// saidOfRefunds is what the books say of refunds, by the source of each entry.
func (s *Proofs) saidOfRefunds(ctx context.Context, page []billing.Refund) (map[string]string, error) {
	owed, paid, codes := []string{""}, []string{""}, []string{""}
	for _, f := range page {
		owed, paid, codes = append(owed, f.OwedSource()), append(paid, f.PaidSource()), append(codes, f.CodeSource(f.Codes), f.CodeSource(f.Codes+1))
	}
	var rows []struct{ Source, Memo string }
	err := s.db.Read(ctx).Raw("SELECT source, memo FROM ledger_entries WHERE (kind = ? AND source IN ?) OR (kind = ? AND source IN ?) OR (kind = ? AND source IN ?)",
		billing.EntryRefundOwed, owed, billing.EntryRefundPaid, paid, billing.EntryRefundCode, codes).Scan(&rows).Error
	said := map[string]string{}
	for _, r := range rows {
		said[r.Source] = r.Memo
	}
	return said, db.Fault(err)
}

// entriesWithoutRefund: the source of an entry that a refund was paid by is refund:ID, of one that it is owed by receipt:ID:ID.
func (s *Proofs) entriesWithoutRefund(ctx context.Context, n int) (all []entryProof, err error) {
	paid := s.concat("'refund:'", s.textOf("f.id"))
	owed := s.concat(s.concat("'receipt:'", s.textOf("f.receipt_id")), s.concat("':'", s.textOf("f.id")))
	err = s.db.Read(ctx).Raw("SELECT e.id, e.source FROM ledger_entries e WHERE (e.kind = ? AND NOT EXISTS (SELECT 1 FROM refunds f WHERE e.source = "+paid+"))"+
		" OR (e.kind = ? AND NOT EXISTS (SELECT 1 FROM refunds f WHERE e.source = "+owed+")) LIMIT ?", billing.EntryRefundPaid, billing.EntryRefundOwed, n).Scan(&all).Error
	return all, db.Fault(err)
}
