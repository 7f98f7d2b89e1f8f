package invoices

import (
	"context"
	"slices"
	"strings"

	"mtandao/billing/ledger"
	"mtandao/internal/witness"
)

// mostTold bounds how many allocations of nothing are told.
const mostTold = 100

// Audit tells see what of invoices is not in the books what it is in the tables, in words that name the row.
func (s *Service) Audit(ctx context.Context, see func(what string)) error {
	return witness.Steady(see, func(tell witness.Tell) error { return s.auditAll(ctx, tell) })
}

func (s *Service) auditAll(ctx context.Context, tell witness.Tell) error {
	proofs, err := s.Ledger.Said(ctx, []string{entryInvoice, entryNote}, "invoice:", "invoice;") // ';' follows ':'
	if err != nil {
		return err
	}
	open, last := map[int64]int64{}, map[string]int64{}
	for after := int64(0); ; {
		page, err := s.after(ctx, after, duePage)
		if err != nil {
			return err
		}
		for _, d := range page {
			auditOne(d, proofs, tell)
			delete(proofs, d.source())
			if open[d.CustomerID] += d.Open; d.Number != 0 {
				last[d.Series]++
			}
			after = d.ID
		}
		if err := s.auditPaid(ctx, page, tell); err != nil {
			return err
		}
		if len(page) < duePage {
			break
		}
	}
	lost, err := s.allocationsOfNothing(ctx, mostTold)
	if err != nil {
		return err
	}
	for _, a := range lost {
		tell("allocation %d of %d cents is of invoice %d, which customer %d has not", a.ID, a.Cents, a.InvoiceID, a.CustomerID)
	}
	stray, err := s.strayParts(ctx, mostTold)
	if err != nil {
		return err
	}
	for _, id := range stray {
		tell("document %d is a part of a bill that does not say what it says", id)
	}
	for source := range proofs {
		tell("the books speak of %s, and there is no such document with a number", source)
	}
	if err := s.auditSeries(ctx, last, tell); err != nil {
		return err
	}
	if err := s.auditOwing(ctx, tell); err != nil {
		return err
	}
	for customer, cents := range open {
		held, err := s.Ledger.Balance(ctx, ledger.Receivables, party(customer))
		if err != nil {
			return err
		}
		if held.Cents != cents {
			tell("invoices of customer %d have %d cents open, and the books say %d", customer, cents, held.Cents)
		}
	}
	return nil
}

func auditOne(d Document, proofs map[string]string, tell witness.Tell) {
	if d.Number != 0 && d.Kind != ProForma && proofs[d.source()] != d.proof() {
		tell("invoice %d (%s) is not what the books say", d.ID, d.Text())
	}
	if d.linesHash != "" && hashOf(d.Lines) != d.linesHash {
		tell("the lines of invoice %d (%s) are not those it was made with", d.ID, d.Text())
	}
	open := d.Gross - d.Paid - d.Credited - d.Written
	if d.Kind != Invoice || d.Number == 0 {
		open = 0
	}
	if d.Open != open || open < 0 || (d.State == Issued) != (open > 0) {
		tell("invoice %d (%s) is %s with %d cents open, which should be %d", d.ID, d.Text(), d.State, d.Open, open)
	} else if should := d.states(); !slices.Contains(should, d.State) {
		tell("invoice %d (%s) is %s, which should be %s", d.ID, d.Text(), d.State, strings.Join(should, " or "))
	}
}

// states are those that a document may be in by its number and amounts.
func (d Document) states() []string {
	switch {
	case d.Number == 0:
		return []string{Review, Draft, Parked, Nothing, Dropped, Gathering, Gathered}
	case d.Kind == ProForma:
		return []string{Asked}
	case d.Kind == Note:
		return []string{Credited}
	case d.Open > 0:
		return []string{Issued}
	case d.Gross != 0 && d.Credited == d.Gross:
		return []string{Void}
	case d.Written > 0: // what was given up, or what was open again since and is paid
		return []string{Written, Paid}
	}
	return []string{Paid}
}

// auditPaid: what is paid and credited is the sum of what says so.
func (s *Service) auditPaid(ctx context.Context, page []Document, tell witness.Tell) error {
	paid, credited, err := s.sums(ctx, page)
	if err != nil {
		return err
	}
	for _, d := range page {
		if d.Paid != paid[d.ID] || d.Credited != -credited[d.ID] {
			tell("of invoice %d (%s) %d cents are paid and %d credited, and its allocations and notes say %d and %d", d.ID, d.Text(), d.Paid, d.Credited, paid[d.ID], -credited[d.ID])
		}
	}
	return nil
}

// auditSeries: numbers are unique by their key, so that a series without a gap has as many as its last.
func (s *Service) auditSeries(ctx context.Context, counted map[string]int64, tell witness.Tell) error {
	rows, err := s.allSeries(ctx)
	for _, r := range rows {
		if r.Last != counted[r.Name] {
			tell("series %s has numbered %d documents, and there are %d", r.Name, r.Last, counted[r.Name])
		}
		delete(counted, r.Name)
	}
	for name := range counted {
		tell("there are documents of a series %s, which does not exist", name)
	}
	return err
}
