package resellers

import (
	"context"
	"fmt"
	"strings"

	"mtandao/billing/ledger"
	"mtandao/internal/witness"
)

const auditPage = 500

// tally is what the events of one reseller come to.
type tally struct{ seq, balance, earned, above int64 }

// Audit tells see what of resellers is not in the books what it is in the tables, in words that name the row.
func (s *Service) Audit(ctx context.Context, see func(what string)) error {
	return witness.Steady(see, func(tell witness.Tell) error {
		sums := map[int64]*tally{}
		if err := s.auditEvents(ctx, sums, tell); err != nil {
			return err
		}
		return s.auditBalances(ctx, sums, tell)
	})
}

// auditEvents: each event is what its entry says, in order, and each entry has its event.
func (s *Service) auditEvents(ctx context.Context, sums map[int64]*tally, tell witness.Tell) error {
	from := "reseller:"
	for after := int64(0); ; {
		page, err := s.eventsAfter(ctx, after, auditPage)
		if err != nil {
			return err
		}
		to := "reseller;"
		if len(page) == auditPage {
			to = page[len(page)-1].source() + "!"
		}
		proofs, err := s.Ledger.Said(ctx, []string{entryEvent}, from, to)
		if err != nil {
			return err
		}
		for _, e := range page {
			auditEvent(e, proofs, sums, tell)
			delete(proofs, e.source())
			after = e.ID
		}
		for source := range proofs {
			tell("the books speak of event %s, and there is no such event", strings.TrimPrefix(source, "reseller:"))
		}
		if from = to; len(page) < auditPage {
			return nil
		}
	}
}

func auditEvent(e Event, proofs map[string]string, sums map[int64]*tally, tell witness.Tell) {
	t := sums[e.ResellerID]
	if t == nil {
		t = &tally{}
		sums[e.ResellerID] = t
	}
	t.seq++
	t.balance += e.Delta
	if e.ofStock() {
		t.earned, t.above = t.earned+e.Earned, t.above+e.Above
	}
	if proofs[e.source()] != e.proof() {
		tell("event %d of reseller %d is not what the books say", e.ID, e.ResellerID)
	}
	if t.balance != e.Balance || t.seq != e.Seq {
		tell("event %d of reseller %d does not follow from those before", e.ID, e.ResellerID)
	}
}

// auditBalances: a balance is the sum of its events and what the books hold, and commission is what stayed of vouchers.
func (s *Service) auditBalances(ctx context.Context, sums map[int64]*tally, tell witness.Tell) error {
	for after := int64(0); ; {
		page, changed, err := s.counted(ctx, after, auditPage)
		if err != nil {
			return err
		}
		for id, why := range changed {
			tell("reseller %d %s", id, why)
		}
		for _, r := range page {
			if err := s.auditBalance(ctx, r, sums[r.ID], tell); err != nil {
				return err
			}
			delete(sums, r.ID)
			after = r.ID
		}
		if len(page) < auditPage {
			break
		}
	}
	for id := range sums {
		tell("there are events of reseller %d, who does not exist", id)
	}
	return s.seen.TellGone(ctx, tell, "reseller")
}

func (s *Service) auditBalance(ctx context.Context, r Reseller, t *tally, tell witness.Tell) error {
	if t == nil {
		t = &tally{}
	}
	if t.seq != r.seq || t.balance != r.Balance.Cents {
		tell("reseller %d has a balance of %d cents after %d events, and the events say %d after %d", r.ID, r.Balance.Cents, r.seq, t.balance, t.seq)
	}
	party := fmt.Sprintf("reseller:%d", r.ID)
	for account, want := range map[string]int64{ledger.ResellerFloat: -max(r.Balance.Cents, 0), ledger.ResellersOwe: max(-r.Balance.Cents, 0)} {
		held, err := s.Ledger.Balance(ctx, account, party)
		if err != nil {
			return err
		}
		if held.Cents != want {
			tell("reseller %d has %d cents in account %s, and the books say %d", r.ID, want, account, held.Cents)
		}
	}
	earned, above, err := s.Vouchers.Stayed(ctx, r.Holder())
	if err == nil && (earned != t.earned || above != t.above) {
		tell("of the vouchers of reseller %d %d and %d cents of commission stayed, and the events say %d and %d", r.ID, earned, above, t.earned, t.above)
	}
	return err
}
