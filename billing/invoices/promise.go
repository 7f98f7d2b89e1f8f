package invoices

import (
	"context"
	"strings"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Promised is that somebody said they will pay. Amount is what they will; zero: all that is open.
type Promised struct {
	CustomerID int64
	Until      clock.Day // the last day on which it is kept
	Amount     money.Amount
	Who, Note  string // who said so, and what else
	By         string // who heard it
	At         time.Time
	Request    string // the same is promised once; empty: each is another
}

// Over says that its day is over.
func (p Promised) Over(today clock.Day) bool { return p.Until < today }

const (
	farthestPromise = 90 // days
	longestName     = 80
	mostPromised    = 100_000_000_00
)

func (p Promised) check(today clock.Day) error {
	switch {
	case p.Until < today || p.Until > today+farthestPromise || !shortText(p.Note, longestNote):
		return fault.New(fault.Invalid, "dunning.promise")
	case p.Who == "" || !shortText(p.Who, longestName):
		return fault.New(fault.Invalid, "dunning.promise_who")
	case p.Amount.Cents < 0 || p.Amount.Cents > mostPromised:
		return fault.New(fault.Invalid, "dunning.promise_amount")
	}
	return nil
}

// Promise notes that a customer said they will pay until a day: until it is over, dunning only reminds them. Who is barred is restored, and barred
// again when the day is over and nothing came. fault.Invalid "dunning.promise", "dunning.promise_who", "dunning.promise_amount".
func (s *Service) Promise(ctx context.Context, p Promised, by By) error {
	p.Who, p.Note, p.By, p.At = strings.TrimSpace(p.Who), strings.TrimSpace(p.Note), by.Actor, s.now()
	if err := p.check(s.today()); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := s.Purse.Held(tx, p.CustomerID); err != nil {
			return err
		}
		if p.Request != "" { // the account is held: whoever told it first is done
			if known, err := promisedBefore(tx, p.Request); err != nil || known {
				return err
			}
		}
		if err := s.promise(tx, p); err != nil {
			return err
		}
		if err := s.log(tx, p.CustomerID, 0, LogPromised, "", p.Until.String()); err != nil {
			return err
		}
		if err := s.lift(tx, p.CustomerID, string(HeldPromise)); err != nil {
			return err
		}
		said := []string{p.Until.String(), p.Who}
		if !p.Amount.IsZero() {
			said = append(said, p.Amount.String())
		}
		return s.recordOf(tx, by, "payment promised", p.CustomerID, strings.TrimSpace(strings.Join(append(said, p.Note), " ")))
	})
}
