package report

import (
	"context"
	"fmt"
	"slices"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// LongestDays is how many days one report may hold; more would be no page but a file of its own.
const LongestDays = 92

// DayMoney is what came on a day, as MoneyIn lists it: by each of Rails, in their order.
type DayMoney struct {
	Day   clock.Day
	Cents []int64
	Times int64 // how often, whatever went back
}

// Total is what came by all rails.
func (m DayMoney) Total() money.Amount {
	var sum int64
	for _, cents := range m.Cents {
		sum += cents
	}
	return money.KES(sum)
}

// daySum is how much came on a day by a rail.
type daySum struct {
	Day          string
	Rail         string
	Cents, Times int64
}

// MoneyByDay sums the money that came on each day from one to another, both included; each day equals the sum of MoneyIn's lines of it. Days are of Nairobi.
func (d *Desk) MoneyByDay(ctx context.Context, first, last clock.Day) ([]DayMoney, error) {
	if last < first || last-first >= LongestDays {
		return nil, fault.New(fault.Invalid, "report.days")
	}
	all := make([]DayMoney, last-first+1)
	for n := range all {
		all[n] = DayMoney{Day: first + clock.Day(n), Cents: make([]int64, len(Rails))}
	}
	came, err := d.receiptsByDay(ctx, first, last)
	if err != nil {
		return nil, err
	}
	taken, err := d.countersByDay(ctx, first, last)
	if err != nil {
		return nil, err
	}
	for _, s := range append(came, taken...) {
		day, known := clock.ParseDay(s.Day)
		rail := slices.Index(Rails, s.Rail)
		if !known || day < first || day > last || rail < 0 {
			return nil, fmt.Errorf("money of %q by %q is of no day or rail of the report", s.Day, s.Rail)
		}
		all[day-first].Cents[rail] += s.Cents
		all[day-first].Times += s.Times
	}
	return all, nil
}
