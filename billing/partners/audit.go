package partners

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"mtandao/billing/counter"
	"mtandao/billing/ledger"
)

// Audit tells see what of partners is not in the books what it is in the tables.
func (s *Service) Audit(ctx context.Context, see func(what string)) error {
	var told []string
	for try := 0; try == 0 || try < 3 && len(told) > 0; try++ { // something may happen between the readings
		told = nil
		note := func(what string) { told = append(told, what) }
		if err := errors.Join(s.auditAll(ctx, note), s.auditPayouts(ctx, note)); err != nil {
			return err
		}
	}
	for _, what := range told {
		see(what)
	}
	return nil
}

func (s *Service) auditAll(ctx context.Context, see func(what string)) error {
	said, err := s.Ledger.Proofs(ctx, []string{entryEvent}, "partner:", "partner;")
	if err != nil {
		return err
	}
	proofs := map[string]string{}
	for _, p := range said {
		proofs[p.Source] = p.Proof
	}
	for after := int64(0); ; {
		page, changed, err := s.counted(ctx, after)
		if err != nil {
			return err
		}
		for id, why := range changed {
			see(fmt.Sprintf("partner %d %s", id, why))
		}
		for _, p := range page {
			if err := s.audit(ctx, p, proofs, see); err != nil {
				return err
			}
			after = p.ID
		}
		if len(page) == 0 {
			break
		}
	}
	for source := range proofs {
		see("the books speak of event " + strings.TrimPrefix(source, "partner:") + " of a partner, and there is no such event")
	}
	strays, err := s.strays(ctx)
	for _, id := range strays {
		see(fmt.Sprintf("there are events of partner %d, who does not exist", id))
	}
	gone, e := s.seen.Gone(ctx)
	for _, id := range gone {
		see(fmt.Sprintf("partner %d is gone", id))
	}
	return errors.Join(err, e)
}

func (s *Service) audit(ctx context.Context, p Partner, proofs map[string]string, see func(what string)) error {
	var seq, balance int64
	for {
		page, err := s.Events(ctx, p.ID, "", "~", seq, auditPage)
		if err != nil {
			return err
		}
		for _, e := range page {
			seq++
			balance += e.Delta
			if e.Seq != seq || e.Balance != balance || proofs[e.source()] != e.proof() {
				see(fmt.Sprintf("event %d of partner %d is not what the books say, or does not follow from those before", e.ID, p.ID))
			}
			delete(proofs, e.source())
			seq = e.Seq
		}
		if len(page) < auditPage {
			break
		}
	}
	held, err := s.Ledger.Balance(ctx, ledger.PartnersDue, party(p.ID))
	if err == nil && (-held.Cents != p.Due.Cents || balance != p.Due.Cents || seq != p.seq) {
		see(fmt.Sprintf("to partner %d %d cents are due after %d events; the events say %d after %d, the books %d", p.ID, p.Due.Cents, p.seq, balance, seq, -held.Cents))
	}
	return err
}

// auditPayouts: each payout is as it was written, was decided by another than who asked or alone, and is an event when it was paid, and only then.
func (s *Service) auditPayouts(ctx context.Context, see func(what string)) error {
	for after := int64(0); ; {
		page, changed, err := s.payoutsAfter(ctx, after)
		if err != nil {
			return err
		}
		for id, why := range changed {
			see(fmt.Sprintf("payout %d %s", id, why))
		}
		for _, p := range page {
			e, paid, err := s.eventOf(ctx, p)
			if err != nil {
				return err
			}
			if paid != (p.State == counter.Paidback) || paid && (e.Delta != -p.Amount.Cents || e.How != p.How) {
				see(fmt.Sprintf("payout %d was not paid as the events of partner %d say", p.ID, p.PartnerID))
			}
			if p.DecidedBy != 0 && p.DecidedBy == p.AskedBy && !p.Alone {
				see(fmt.Sprintf("payout %d was asked for and decided by one person", p.ID))
			}
			after = p.ID
		}
		if len(page) < auditPage {
			break
		}
	}
	gone, err := s.paid.Gone(ctx)
	for _, id := range gone {
		see(fmt.Sprintf("payout %d is gone", id))
	}
	return err
}
