package report

import (
	"context"

	"mtandao/billing"
)

// proveTakenBack: what a reversal took from a grant takes away, in the name of a reversal of that grant.
func proveTakenBack(p *proof, g sourceProof) {
	if g.ReversalState != string(billing.ReversalTaken) || g.ReversalGrant != g.GrantID || g.AddedSeconds > 0 || g.AddedBytes > 0 || g.AddedValidSeconds > 0 {
		p.add("grant %d was made smaller by reversal %s, which is none of it", g.GrantID, g.SourceKey)
	}
}

// proveReversals: each reversal that moved money is what its entry says, each entry has its reversal, and what is reversed of a receipt is the sum of
// its reversals.
func (s *Proofs) proveReversals(ctx context.Context, p *proof) error {
	for after := int64(0); ; {
		page, err := s.bill.ReversalsAfter(ctx, after, verifyPage)
		if err != nil {
			return err
		}
		said, err := s.saidOfReversals(ctx, page)
		if err != nil {
			return err
		}
		for _, v := range page {
			after = v.ID
			was, known := said[v.Source()]
			if taken := v.State == billing.ReversalTaken; known != taken || taken && was != v.Says() {
				p.add("reversal %d is not what the books say it was", v.ID)
			}
		}
		if len(page) < verifyPage {
			break
		}
	}
	lost, err := s.entriesWithoutReversal(ctx, maxProblems)
	for _, e := range lost {
		p.add("entry %d speaks of %s, and there is no such reversal", e.ID, e.Source)
	}
	if err != nil {
		return err
	}
	differ, err := s.reversedThatDiffers(ctx, maxProblems)
	for _, r := range differ {
		p.add("of receipt %d %d cents are reversed, and its reversals took %d", r.ID, r.Reversed, r.Taken)
	}
	return err
}
