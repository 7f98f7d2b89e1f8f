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
	if !strings.HasPrefix(d.Cause, runCause) {
		return nil
	}
	since := forever
	for _, l := range d.Lines {
		since = min(since, l.PeriodDay)
	}
	return s.Jobs.Emit(tx, FactGiven, idText(d.ID), LineFact{d.SubscriptionID, since})
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

// creditedSince is what later bills took of the periods that an invoice charges for, beyond what is left of these: as a note that would have taken it.
func (d Document) creditedSince(all []Document, notes map[int64][]Document) (later Document, err error) {
	var billed, took []Line
	left := map[cell]sums{}
	for _, other := range all {
		if other.CustomerID != d.CustomerID {
			continue
		}
		charged, given, err := other.tell(notes[other.ID])
		if err != nil {
			return later, err
		}
		billed, took = append(billed, charged...), append(took, given...)
		if other.ID != d.ID {
			continue
		}
		for _, l := range charged {
			left[l.cell()] = left[l.cell()].plus(l.Parts)
		}
		for _, l := range given {
			left[l.cell()] = left[l.cell()].plus(l.Parts.Neg())
		}
	}
	stand := tallies(billed, took)
	for _, l := range d.Lines {
		part, is := left[l.cell()]
		delete(left, l.cell())
		gone := part.gross() - max(0, stand[account{d.CustomerID, l.cell()}].left())
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
