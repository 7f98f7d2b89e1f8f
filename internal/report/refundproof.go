package report

import (
	"context"

	"mtandao/billing"
	"mtandao/billing/ledger"
)

// proveTaken: what a refund took from a grant takes away, in the name of an approved refund of that grant.
func proveTaken(p *proof, g sourceProof) {
	approved := g.RefundState == string(billing.RefundApproved) || g.RefundState == string(billing.RefundPaid)
	if !approved || g.RefundGrant != g.GrantID || g.AddedSeconds > 0 || g.AddedBytes > 0 || g.AddedValidSeconds > 0 {
		p.add("grant %d was made smaller by refund %s, which is none of it", g.GrantID, g.SourceKey)
	}
}

// proveRefunds: two members stand behind each refund that money moved for, each is what its entries say, each entry has its
// refund, and what is owed is in the books what it is in the table.
func (s *Proofs) proveRefunds(ctx context.Context, p *proof) error {
	var owed, books int64
	for after := int64(0); ; {
		page, err := s.bill.RefundsAfter(ctx, after, verifyPage)
		if err != nil {
			return err
		}
		said, err := s.saidOfRefunds(ctx, page)
		if err != nil {
			return err
		}
		for _, f := range page {
			p.refund(f, said)
			if f.State == billing.RefundApproved {
				owed += f.Amount.Cents
			}
			after = f.ID
		}
		if len(page) < verifyPage {
			break
		}
	}
	lost, err := s.entriesWithoutRefund(ctx, maxProblems)
	for _, e := range lost {
		p.add("entry %d speaks of %s, and there is no such refund", e.ID, e.Source)
	}
	if err != nil {
		return err
	}
	held, err := s.ledger.Balance(ctx, ledger.RefundsPayable, "")
	if books = -held.Cents; err == nil && books != owed {
		p.add("refunds of %d cents are owed, the books say %d", owed, books)
	}
	return err
}

func (p *proof) refund(f billing.Refund, said map[string]string) {
	owed, paid := f.Says()
	moved := f.State == billing.RefundApproved || f.State == billing.RefundPaid
	was, known := said[f.OwedSource()]
	how, left := said[f.PaidSource()]
	code, corrected := said[f.CodeSource(f.Codes)]
	_, later := said[f.CodeSource(f.Codes+1)]
	switch {
	case f.DecidedBy != 0 && f.DecidedBy == f.AskedBy && !f.Alone:
		p.add("refund %d was asked for and decided by one person", f.ID)
	case known != moved || moved && was != owed:
		p.add("refund %d is not what the books say it was", f.ID)
	case left != (f.State == billing.RefundPaid) || left && how != paid:
		p.add("refund %d was not paid as the books say", f.ID)
	case corrected != (f.Codes > 0) || corrected && code != f.SaysCode() || later || !corrected && f.Typed != "" && f.Typed != f.Reference:
		p.add("refund %d has another code than the books say", f.ID)
	}
}
