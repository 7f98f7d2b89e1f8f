package billrun

import (
	"context"
	"slices"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// moveDay has the lines of a customer be billed on another day of the month, or of the week. What is billed stays: the next period of each ends on that day, and costs
// its part of a whole one.
func (s *Source) moveDay(tx *db.Tx, c customers.Customer) error {
	ids, err := s.live(tx, c.ID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := lock(tx, id); err != nil {
			return err
		}
		kept, err := positionsIn(tx, id)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(kept, func(p position) bool { return len(p.Moves) >= mostMoves }) {
			return fault.New(fault.Invalid, "customer.bill_day_often")
		}
	}
	return want(tx, ids, c.BillDay, c.BillWeekday)
}

// wantedOn is the day of the month, or of the week, on which a customer wants the periods of a track to begin; 0: on any.
func wantedOn(track string, c customers.Customer) int {
	if byMonth(track) {
		return c.BillDay
	}
	return c.BillWeekday
}

// mostMoves of one line: a move each month for eight years.
const mostMoves = 100

func (s *Source) live(tx *db.Tx, customerID int64) (ids []int64, err error) {
	lines, err := s.Lines.LiveIn(tx, customerID)
	for _, sub := range lines {
		ids = append(ids, sub.ID)
	}
	return ids, err
}

// moving is a source of one customer's lines alone, as if they had been moved to another day. It is there to be run dry.
type moving struct {
	*Source
	to customers.Customer
}

// Moving is the bill run's source, of what a customer's lines would be billed next on the days that the customer is given. It is for a run that writes nothing.
func (s *Source) Moving(to customers.Customer) invoices.Source { return moving{s, to} }

// Due implements invoices.Source: whatever is next, on which day that be.
func (m moving) Due(ctx context.Context, _ clock.Day, after int64, _ int) (all []invoices.Due, err error) {
	if after != 0 {
		return nil, nil
	}
	err = m.DB.InTx(ctx, func(tx *db.Tx) error {
		ids, err := m.live(tx, m.to.ID)
		if err != nil {
			return err
		}
		for _, id := range ids {
			kept, err := positionsIn(tx, id)
			if err != nil {
				return err
			}
			for _, p := range kept {
				if p.Due != 0 && p.Track != "" {
					p.Wanted = wantedOn(p.Track, m.to)
					all = append(all, p.due())
				}
			}
		}
		return nil
	})
	return all, err
}
