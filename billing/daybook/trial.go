package daybook

import (
	"context"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
)

// Standing is an account over a time: what stood in it before, a debit above zero, and what it was given and what was taken from it, both above zero.
type Standing struct {
	Account                              string
	BeforeCents, DebitCents, CreditCents int64
	Postings                             int64 // in that time
}

// AfterCents is what stands in the account at the end.
func (s Standing) AfterCents() int64 { return s.BeforeCents + s.DebitCents - s.CreditCents }

// Standings tells of each account in which anything ever moved how it stood over some days, in the order of the chart. All of it is of one moment: it sums to zero.
func (b *Book) Standings(ctx context.Context, first, last clock.Day) ([]Standing, error) {
	if last < first {
		return nil, fault.New(fault.Invalid, "books.days")
	}
	var codes []string
	for _, a := range ledger.Chart {
		codes = append(codes, a.Code)
	}
	found, err := b.standings(ctx, codes, first, last)
	if err != nil {
		return nil, err
	}
	var all []Standing
	for _, code := range codes {
		if s, moved := found[code]; moved {
			s.Account = code
			all = append(all, s)
		}
	}
	return all, nil
}

// Before is what stood in an account when a day began, with what is not folded yet.
func (b *Book) Before(ctx context.Context, account string, day clock.Day) (int64, error) {
	for range looks {
		head, err := b.head(ctx)
		if err != nil {
			return 0, err
		}
		found, err := b.standings(ctx, []string{account}, day, day)
		if err != nil {
			return 0, err
		}
		late, err := b.ledger.Behind(ctx, head, account, day.String())
		if err != nil {
			return 0, err
		}
		now, err := b.head(ctx)
		if err != nil || now == head {
			return found[account].BeforeCents + late, err
		}
	}
	return 0, fault.New(fault.Unavailable, "daybook.busy")
}

// part is a piece of a time that one table holds: [from, to), from empty for all before.
type part struct {
	before   bool
	table    string
	from, to string
}

// partsOf cuts the time before a day, and from it until another, so that whole months are read as such.
func partsOf(first, last clock.Day) []part {
	span := func(day clock.Day) string { return day.String()[:len("2026-11")] }
	begin, end := monthOf(first, 0), last+1
	all := []part{{true, "daybook_months", "", span(first)}, {true, "daybook", begin.String(), first.String()}}
	whole, tail := begin, monthOf(end, 0) // months are whole from the one until the other
	if first != begin {
		whole = monthOf(first, 1)
	}
	if whole >= tail {
		return append(all, part{false, "daybook", first.String(), end.String()})
	}
	return append(all, part{false, "daybook", first.String(), whole.String()}, part{false, "daybook_months", span(whole), span(tail)}, part{false, "daybook", tail.String(), end.String()})
}

// monthOf is the first day of the month of a day, or of one after it.
func monthOf(day clock.Day, months int) clock.Day {
	year, month, _ := day.Date()
	return clock.Date(year, month+time.Month(months), 1)
}
