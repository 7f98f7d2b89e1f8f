package counter

import (
	"context"
	"strings"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Count is what was in a cashier's drawer. Float was there when the day began; In and Out are the cash that they took and gave that day as it stood
// when it was counted. N is the count's number on that day.
type Count struct {
	ID                      int64
	Cashier                 string // as their acts are signed
	Day                     clock.Day
	N                       int64
	Float, In, Out, Counted money.Amount
	Note, By                string
	At                      time.Time
}

// Expected is what should be in the drawer.
func (c Count) Expected() money.Amount { return money.KES(c.Float.Cents + c.In.Cents - c.Out.Cents) }

// Difference is what is there too much; below zero it is missing.
func (c Count) Difference() money.Amount { return money.KES(c.Counted.Cents - c.Expected().Cents) }

const mostCash = 100_000_000_00

func (c Count) check() error {
	switch {
	case c.Float.Cents < 0 || c.Float.Cents > mostCash:
		return fault.New(fault.Invalid, "cash.float")
	case c.Counted.Cents < 0 || c.Counted.Cents > mostCash:
		return fault.New(fault.Invalid, "cash.counted")
	case !c.Difference().IsZero() && c.Note == "" || !shortText(c.Note, longestReason):
		return fault.New(fault.Invalid, "cash.note", "Difference", c.Difference())
	}
	return nil
}

// CountCash writes down what is in a drawer. One that was counted before that day is counted anew. fault.Invalid "cash.…" (a difference wants a note),
// fault.Conflict "conflict" for whoever did not see the last count.
func (s *Service) CountCash(ctx context.Context, c Count, by By) (Count, error) {
	c.Note = strings.TrimSpace(c.Note)
	if err := c.check(); err != nil {
		return c, err
	}
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		c.ID, c.By, c.At = tx.ID(), by.Actor, s.now()
		if err := s.insertCount(tx, c); err != nil {
			return err
		}
		said := "counted " + c.Counted.String() + ", expected " + c.Expected().String() + ", difference " + c.Difference().String()
		return s.record(tx, by, "cash counted", "cash", c.Cashier+" "+c.Day.String(), strings.TrimSpace(said+" "+c.Note))
	})
	if db.IsDuplicate(err) {
		err = fault.New(fault.Conflict, "conflict")
	}
	return c, err
}
