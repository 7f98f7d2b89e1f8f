package invoices

import (
	"context"
	"slices"
	"strings"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// tellGiven tells of a bill of a run that somebody credited, or gave up, so that its periods are looked at again: a correction of them may have been made at the
// same time, and a discount that it had for nothing goes on.
func (s *Service) tellGiven(tx *db.Tx, d Document) error {
	for _, of := range d.bills() {
		if err := s.Jobs.Emit(tx, FactGiven, idText(of.ID), LineFact{of.SubscriptionID, firstOf(of.Lines)}); err != nil {
			return err
		}
	}
	return nil
}

// bills are those of one line each that a document of a run is: itself, or its parts, with their lines as they stand for themselves.
func (d Document) bills() (all []Document) {
	if strings.HasPrefix(d.Cause, runCause) {
		return []Document{d}
	}
	if !d.ofFamily() {
		return nil
	}
	for _, p := range d.Parts {
		one := Document{ID: p.ID, SubscriptionID: p.SubscriptionID, CustomerID: d.CustomerID, Cause: p.Cause}
		for _, l := range d.Lines {
			if l.Part == p.ID {
				l.Part = 0
				one.Lines = append(one.Lines, l)
			}
		}
		all = append(all, one)
	}
	return all
}

// firstOf is the first day of the earliest period that lines are of.
func firstOf(lines []Line) clock.Day {
	first := forever
	for _, l := range lines {
		first = min(first, l.PeriodDay)
	}
	return first
}

// tellAgain tells of a bill that charges again what had been given of a period, of which nothing may be left by now.
func (s *Service) tellAgain(tx *db.Tx, due Due, b Bill) error {
	for _, l := range b.Lines {
		if l.Key == CreditedLine {
			return s.Jobs.Emit(tx, FactGiven, idText(due.SubscriptionID)+":"+due.Period.From.String(), LineFact{due.SubscriptionID, l.PeriodDay})
		}
	}
	return nil
}

// creditedSince is what later bills took of the periods that an invoice charges its payer for, beyond what is left of these: as a note that would have taken it.
func (d Document) creditedSince(all []told, payer int64) (later Document, err error) {
	var billed, took []Line
	left := map[cell]sums{}
	for _, other := range all {
		billed, took = append(billed, other.charged...), append(took, other.took...)
		if other.ID != d.ID {
			continue
		}
		for _, l := range other.charged {
			left[l.cell()] = left[l.cell()].plus(l.Parts)
		}
		for _, l := range other.took {
			left[l.cell()] = left[l.cell()].plus(l.Parts.Neg())
		}
	}
	stand := tallies(billed, took)
	for _, l := range d.Lines {
		part, is := left[l.cell()]
		delete(left, l.cell())
		gone := part.gross() - max(0, stand[account{payer, l.cell()}].left())
		if !is || part.gross() <= 0 || gone <= 0 {
			continue
		}
		if part, err = shareOf(gone, part, part.gross()); err != nil {
			return later, err
		}
		l.Net, l.Excise, l.VAT, l.Gross = -part.net, -part.excise, -part.vat, -part.gross()
		later.Lines = append(later.Lines, l)
	}
	return later, nil
}

// Creditable is how much of an invoice may be credited still.
func (s *Service) Creditable(ctx context.Context, d Document) (money.Amount, error) {
	later, err := s.creditedSinceNow(ctx, d)
	most := d.Gross - d.Credited - d.Written
	for _, l := range later.Lines {
		most += l.Gross
	}
	return money.KES(max(0, most)), err
}

// givenUp are the periods of which something was given and nothing is left to pay.
func givenUp(billed, took []Line) (days []clock.Day) {
	left, given := map[clock.Day]int64{}, map[clock.Day]int64{}
	for at, t := range tallies(billed, took) {
		left[at.day] += t.left()
		given[at.day] += t.taken.gross()
	}
	for day, n := range left {
		if n <= 0 && given[day] > 0 {
			days = append(days, day)
		}
	}
	slices.Sort(days)
	return days
}
