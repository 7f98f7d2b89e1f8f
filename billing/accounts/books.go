package accounts

import (
	"context"
	"strings"

	"mtandao/billing/ledger"
	"mtandao/internal/witness"
)

const auditPage = 500

// tally is what the events of one customer come to.
type tally struct{ seq, balance int64 }

// Audit tells see what of customers' money is not in the books what it is in the tables, in words that name the row.
func (s *Service) Audit(ctx context.Context, see func(what string)) error {
	return witness.Steady(see, func(tell witness.Tell) error {
		sums, slips := map[int64]*tally{}, map[int64]slip{}
		if err := s.auditEvents(ctx, sums, slips, tell); err != nil {
			return err
		}
		if err := s.auditSlips(ctx, slips, tell); err != nil {
			return err
		}
		return s.auditBalances(ctx, sums, tell)
	})
}

// slip is a number that is in use by an event, so that it comes once.
type slip struct {
	customerID     int64
	how, reference string
}

// note keeps what an event says of slips: money at the counter has its number until it goes back.
func (e Event) note(slips map[int64]slip) {
	switch {
	case e.Kind == Counter && e.Reference != "":
		slips[e.ID] = slip{e.CustomerID, e.How, e.numberOf()}
	case e.Kind == Returned && e.Request == returnOf(e.OtherID):
		delete(slips, e.OtherID)
	}
}

// auditSlips: each number in use is that of an event which did not go back, and each such event has its number.
func (s *Service) auditSlips(ctx context.Context, slips map[int64]slip, tell witness.Tell) error {
	for after := (slipRow{}); ; {
		page, err := s.slipsAfter(ctx, after, auditPage)
		if err != nil {
			return err
		}
		for _, r := range page {
			if known, of := slips[r.EventID]; !of || known != (slip{r.CustomerID, r.How, r.Reference}) {
				tell("number %s of a %s of customer %d is in use by event %d, which does not say so", r.Reference, r.How, r.CustomerID, r.EventID)
			}
			delete(slips, r.EventID)
			after = r
		}
		if len(page) < auditPage {
			break
		}
	}
	for id, one := range slips {
		tell("event %d of customer %d came by %s %s, which may be taken once more", id, one.customerID, one.how, one.reference)
	}
	return nil
}

// auditEvents: each event is what its entry says, in order, and each entry has its event.
func (s *Service) auditEvents(ctx context.Context, sums map[int64]*tally, slips map[int64]slip, tell witness.Tell) error {
	from := "customer:"
	for after := int64(0); ; {
		page, err := s.eventsAfter(ctx, after, auditPage)
		if err != nil {
			return err
		}
		to := "customer;" // ';' follows ':'
		if len(page) == auditPage {
			to = page[len(page)-1].source() + "!"
		}
		proofs, err := s.Ledger.Said(ctx, []string{entryEvent}, from, to)
		if err != nil {
			return err
		}
		for _, e := range page {
			auditEvent(e, proofs, sums, tell)
			e.note(slips)
			delete(proofs, e.source())
			after = e.ID
		}
		for source := range proofs {
			tell("the books speak of event %s of a customer, and there is no such event", strings.TrimPrefix(source, "customer:"))
		}
		if from = to; len(page) < auditPage {
			return nil
		}
	}
}

func auditEvent(e Event, proofs map[string]string, sums map[int64]*tally, tell witness.Tell) {
	t := sums[e.CustomerID]
	if t == nil {
		t = &tally{}
		sums[e.CustomerID] = t
	}
	t.seq++
	t.balance += e.Delta.Cents
	if proofs[e.source()] != e.proof() {
		tell("event %d of customer %d is not what the books say", e.ID, e.CustomerID)
	}
	if t.balance != e.Balance.Cents || t.seq != e.Seq {
		tell("event %d of customer %d does not follow from those before", e.ID, e.CustomerID)
	}
}

// auditBalances: a balance is the sum of its events and what the books hold.
func (s *Service) auditBalances(ctx context.Context, sums map[int64]*tally, tell witness.Tell) error {
	for after := int64(0); ; {
		page, err := s.accountsAfter(ctx, after, auditPage)
		if err != nil {
			return err
		}
		for _, a := range page {
			if err := s.auditBalance(ctx, a, sums[a.customerID], tell); err != nil {
				return err
			}
			delete(sums, a.customerID)
			after = a.customerID
		}
		if len(page) < auditPage {
			break
		}
	}
	for id := range sums {
		tell("there are events of customer %d, who has no account", id)
	}
	return nil
}

func (s *Service) auditBalance(ctx context.Context, a account, t *tally, tell witness.Tell) error {
	if t == nil {
		t = &tally{}
	}
	if t.seq != a.seq || t.balance != a.balance {
		tell("customer %d has %d cents after %d events, and the events say %d after %d", a.customerID, a.balance, a.seq, t.balance, t.seq)
	}
	for code, want := range map[string]int64{ledger.CustomerCredit: -max(a.balance, 0), ledger.CustomerDebts: max(-a.balance, 0)} {
		held, err := s.Ledger.Balance(ctx, code, party(a.customerID))
		if err != nil {
			return err
		}
		if held.Cents != want {
			tell("customer %d has %d cents in account %s, and the books say %d", a.customerID, want, code, held.Cents)
		}
	}
	return nil
}
