package partners

import (
	"context"
	"errors"
	"strings"

	"mtandao/billing/counter"
	"mtandao/billing/ledger"
	"mtandao/internal/witness"
)

// Audit tells see what of partners is not in the books what it is in the tables.
func (s *Service) Audit(ctx context.Context, see func(what string)) error {
	return witness.Steady(see, func(tell witness.Tell) error { return errors.Join(s.auditAll(ctx, tell), s.auditPayouts(ctx, tell)) })
}

func (s *Service) auditAll(ctx context.Context, tell witness.Tell) error {
	proofs, err := s.Ledger.Said(ctx, []string{entryEvent}, "partner:", "partner;") // ';' follows ':'
	if err != nil {
		return err
	}
	for after := int64(0); ; {
		page, changed, err := s.counted(ctx, after)
		if err != nil {
			return err
		}
		for id, why := range changed {
			tell("partner %d %s", id, why)
		}
		for _, p := range page {
			if err := s.audit(ctx, p, proofs, tell); err != nil {
				return err
			}
			after = p.ID
		}
		if len(page) == 0 {
			break
		}
	}
	for source := range proofs {
		tell("the books speak of event %s of a partner, and there is no such event", strings.TrimPrefix(source, "partner:"))
	}
	strays, err := s.strays(ctx)
	for _, id := range strays {
		tell("there are events of partner %d, who does not exist", id)
	}
	return errors.Join(err, s.seen.TellGone(ctx, tell, "partner"))
}

func (s *Service) audit(ctx context.Context, p Partner, proofs map[string]string, tell witness.Tell) error {
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
				tell("event %d of partner %d is not what the books say, or does not follow from those before", e.ID, p.ID)
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
		tell("to partner %d %d cents are due after %d events; the events say %d after %d, the books %d", p.ID, p.Due.Cents, p.seq, balance, seq, -held.Cents)
	}
	return err
}

// auditPayouts: each payout is as it was written, was decided by another than who asked or alone, and is an event when it was paid, and only then.
func (s *Service) auditPayouts(ctx context.Context, tell witness.Tell) error {
	for after := int64(0); ; {
		page, changed, err := s.payoutsAfter(ctx, after)
		if err != nil {
			return err
		}
		for id, why := range changed {
			tell("payout %d %s", id, why)
		}
		for _, p := range page {
			e, paid, err := s.eventOf(ctx, p)
			if err != nil {
				return err
			}
			if paid != (p.State == counter.Paidback) || paid && (e.Delta != -p.Amount.Cents || e.How != p.How) {
				tell("payout %d was not paid as the events of partner %d say", p.ID, p.PartnerID)
			}
			if p.DecidedBy != 0 && p.DecidedBy == p.AskedBy && !p.Alone {
				tell("payout %d was asked for and decided by one person", p.ID)
			}
			after = p.ID
		}
		if len(page) < auditPage {
			break
		}
	}
	return s.paid.TellGone(ctx, tell, "payout")
}
