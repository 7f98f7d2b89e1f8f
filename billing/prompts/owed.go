package prompts

import (
	"context"
	"fmt"
	"time"

	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// due is a bill, or a period of a line, that is to be paid on a day. Its name is the same however often it is looked at.
type due struct {
	name string
	day  clock.Day
}

func dueBill(id int64, on clock.Day) due { return due{fmt.Sprintf("invoice:%d", id), on} }

func dueLine(l subscriptions.Due) due {
	return due{fmt.Sprintf("line:%d:%d", l.Subscription.ID, l.PaidTo.Unix()), clock.DayOf(l.End)}
}

// missedFor is how many days after its day something may be asked for that was not asked for on it.
const missedFor = 3

// owing is what a customer is to be asked for on a day.
type owing struct {
	dues   []due
	amount money.Amount // zero when their credit is enough
}

// owedOn tells what is due of a customer whose account is held, today or a few days ago since they agreed, and what must come so that it is paid. Whoever calls
// it says what credit there is.
func (s *Service) owedOn(tx *db.Tx, agreed *Consent, credit int64, now time.Time) (o owing, err error) {
	customerID := agreed.CustomerID
	bills, err := s.Invoices.OpenIn(tx, customerID)
	if err != nil {
		return o, err
	}
	lines, err := s.Lines.DuesIn(tx, customerID)
	if err != nil {
		return o, err
	}
	promised, err := s.Invoices.Promises(tx.Context(), customerID, 1)
	if err != nil {
		return o, err
	}
	today, cents, ahead := clock.DayOf(now), int64(0), int64(0)
	since := max(today-missedFor, clock.DayOf(agreed.At))
	later := len(promised) > 0 && promised[0].Until > today // they said when they pay
	for _, d := range bills {
		if d.DueDay >= since && d.DueDay <= today && !later {
			o.dues = append(o.dues, dueBill(d.ID, d.DueDay))
		}
		if d.DueDay > today {
			ahead += d.Open
		} else {
			cents += d.Open
		}
	}
	renewals := int64(0)
	for _, l := range lines {
		renewals += l.Amount.Cents // money pays for each line before the next
		if end := clock.DayOf(l.End); l.End.After(now) && end == today || !l.End.IsZero() && !l.End.After(now) && end >= since {
			o.dues = append(o.dues, dueLine(l))
			cents, ahead, renewals = cents+ahead+renewals, 0, 0 // and bills, also those to come, before all lines
		}
	}
	o.amount = Whole(money.KES(max(0, cents-credit)))
	return o, nil
}

// Whole is an amount in whole shillings, as M-Pesa moves them: cents are rounded up.
func Whole(a money.Amount) money.Amount { return money.KES((a.Cents + 99) / 100 * 100) }

// Wanting is what a customer is likely to be asked for: what they owe, or when they owe nothing the next period of the line that ends first.
func (s *Service) Wanting(ctx context.Context, customerID int64) (a money.Amount, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, credit, err := s.held(tx, customerID)
		if err != nil {
			return err
		}
		bills, err := s.Invoices.OpenIn(tx, customerID)
		if err != nil {
			return err
		}
		lines, err := s.Lines.DuesIn(tx, customerID)
		cents := int64(0)
		for _, d := range bills {
			cents += d.Open
		}
		if len(bills) == 0 && len(lines) > 0 {
			cents = lines[0].Amount.Cents
		}
		a = Whole(money.KES(max(0, cents-credit)))
		return err
	})
	return a, err
}
