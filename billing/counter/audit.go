package counter

import (
	"context"

	"mtandao/billing/ledger"
	"mtandao/internal/witness"
)

const auditPage = 500

// Audit tells see what of paybacks is not in the books what it is in the table, in words that name the row.
func (s *Service) Audit(ctx context.Context, see func(what string)) error {
	return witness.Steady(see, func(tell witness.Tell) error { return s.auditAll(ctx, tell) })
}

func (s *Service) auditAll(ctx context.Context, tell witness.Tell) error {
	said := map[string]map[string]string{}
	for _, kind := range []string{entryOwed, entryPaid} {
		all, err := s.Ledger.Said(ctx, []string{kind}, "payback:", "payback;") // ';' follows ':'
		if err != nil {
			return err
		}
		said[kind] = all
	}
	var owed int64
	for after := int64(0); ; {
		page, err := s.paybacksAfter(ctx, after, auditPage)
		if err != nil {
			return err
		}
		for _, p := range page {
			auditOne(p, said, tell)
			if after = p.ID; p.State == Approved {
				owed += p.Amount.Cents
			}
		}
		if len(page) < auditPage {
			break
		}
	}
	for kind, left := range said {
		for source := range left {
			tell("the books have a %s of %s, and there is no such payback", kind, source)
		}
	}
	held, err := s.Ledger.Balance(ctx, ledger.CreditPayable, "")
	if err == nil && -held.Cents != owed {
		tell("paybacks of %d cents are owed, and the books say %d", owed, -held.Cents)
	}
	return err
}

// auditOne judges a payback, and takes out of said what it accounts for.
func auditOne(p Payback, said map[string]map[string]string, tell witness.Tell) {
	owed, known := said[entryOwed][p.source()]
	paid, left := said[entryPaid][p.source()]
	delete(said[entryOwed], p.source())
	delete(said[entryPaid], p.source())
	moved, gone := p.State == Approved || p.State == Paidback, p.State == Paidback
	switch {
	case p.DecidedBy != 0 && p.DecidedBy == p.AskedBy && !p.Alone:
		tell("payback %d was asked for and decided by one person", p.ID)
	case known != moved || moved && owed != p.owedProof():
		tell("payback %d is not what the books say it was", p.ID)
	case left != gone || gone && paid != p.paidProof():
		tell("payback %d was not paid as the books say", p.ID)
	}
}
