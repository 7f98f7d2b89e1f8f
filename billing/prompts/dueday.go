package prompts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// When phones are asked by themselves, in Nairobi.
const (
	firstHour = 9
	lastHour  = 17
	pause     = 2 * time.Hour // between a prompt that came to nothing and the next
	mostTries = 2
)

func asking(now time.Time) bool {
	hour := now.In(clock.Nairobi).Hour()
	return hour >= firstHour && hour < lastHour
}

const (
	page       = 200
	mostFaults = 10 // of one look that are told
)

// Tick asks those whose bill is due today, or whose line ends, and who agreed to it. Any node may run it, several at once, as often as it likes. One customer
// of whom it fails keeps no other from it.
func (s *Service) Tick(ctx context.Context) error {
	now := s.Clock.Now()
	if !asking(now) {
		return nil
	}
	var failed []error
	for after := int64(0); ; {
		agreed, err := s.consentsAfter(ctx, after, page)
		if err != nil || len(agreed) == 0 {
			return errors.Join(append(failed, err)...)
		}
		after = agreed[len(agreed)-1]
		due, err := s.dueToday(ctx, agreed, now)
		if err != nil {
			return errors.Join(append(failed, err)...)
		}
		for _, id := range due {
			if err := s.askDue(ctx, id, now); err != nil && len(failed) < mostFaults {
				failed = append(failed, fmt.Errorf("customer %d: %w", id, err))
			}
		}
	}
}

// dueToday are those of some customers of whom something may be due today.
func (s *Service) dueToday(ctx context.Context, customerIDs []int64, now time.Time) (all []int64, err error) {
	today := clock.DayOf(now)
	billed, err := s.Invoices.DueOn(ctx, customerIDs, today)
	if err != nil {
		return nil, err
	}
	ending, err := s.Lines.EndBefore(ctx, customerIDs, (today + 1).Start())
	known := map[int64]bool{}
	for _, id := range append(billed, ending...) {
		if !known[id] {
			all = append(all, id)
		}
		known[id] = true
	}
	return all, err
}

// waits are the faults of an order that may go another time today.
var waits = map[string]bool{"prompt.rail_rests": true, "prompt.number_rests": true, "till.missing": true}

// askDue asks one customer for what is due, when they are to be asked now.
func (s *Service) askDue(ctx context.Context, customerID int64, now time.Time) error {
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		c, credit, err := s.held(tx, customerID)
		if err != nil || c.State != customers.Active {
			return err
		}
		agreed, err := s.consentIn(tx, customerID)
		if err != nil || agreed == nil {
			return err
		}
		o, err := s.owedOn(tx, customerID, credit, now)
		if err != nil || !o.mayBeAsked() {
			return err
		}
		dues, err := s.turnOf(tx, o.dues, now)
		if err != nil || len(dues) == 0 {
			return err
		}
		if open, err := s.undecided(tx, customerID); err != nil || open {
			return err
		}
		a := Ask{ID: tx.ID(), CustomerID: c.ID, Cause: DueDay, At: now}
		r := Request{Phone: string(agreed.Phone), Amount: o.amount, Once: fmt.Sprint("due:", a.ID)}
		if err := s.order(tx, &a, r.forMoney(c)); err != nil {
			return err
		}
		return s.insertDues(tx, a, dues)
	})
	if waits[fault.KeyOf(err)] {
		return nil
	}
	return err
}

func (o owing) mayBeAsked() bool {
	return len(o.dues) > 0 && o.amount.IsPositive() && o.amount.Cents <= billing.MostPrompted
}

// turn is the next try of a due.
type turn struct {
	due
	try int
}

// turnOf are those dues that are to be asked for now: never yet, or once, a while ago.
func (s *Service) turnOf(tx *db.Tx, dues []due, now time.Time) (all []turn, err error) {
	done, err := s.triesOf(tx, dues)
	for _, d := range dues {
		tries := done[d.name]
		if len(tries) < mostTries && (len(tries) == 0 || !now.Before(tries[len(tries)-1].Add(pause))) {
			all = append(all, turn{d, len(tries) + 1})
		}
	}
	return all, err
}

// wanted says, right before a prompt leaves, whether what it asks for is owed still, and its payer still wants to be asked. What people ask for
// themselves is theirs to decide.
func (s *Service) wanted(ctx context.Context, o billing.Order) (wanted bool, err error) {
	a, found, err := s.askOfOrder(ctx, o.ID)
	if err != nil || !found || a.Cause != DueDay {
		return true, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, credit, err := s.held(tx, a.CustomerID)
		if err != nil {
			return err
		}
		agreed, err := s.consentIn(tx, a.CustomerID)
		if wanted = agreed != nil && agreed.Phone == o.Phone; err != nil || !wanted {
			return err
		}
		now, err := s.owedOn(tx, a.CustomerID, credit, s.Clock.Now())
		wanted = len(now.dues) > 0 && now.amount.Cents >= o.Price.Cents
		return err
	})
	return wanted, err
}

// Waits says which of some customers are still to be asked today by a prompt, so that no reminder comes before it.
func (s *Service) Waits(tx *db.Tx, customerIDs []int64) (map[int64]bool, error) {
	now, all := s.Clock.Now(), map[int64]bool{}
	if now.In(clock.Nairobi).Hour() >= lastHour {
		return all, nil
	}
	agreed, err := s.agreedOf(tx, customerIDs)
	if err != nil {
		return nil, err
	}
	for _, id := range agreed {
		if all[id], err = s.waits(tx, id, now); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// waits: something that is due has a try left, or its last one has no verdict yet.
func (s *Service) waits(tx *db.Tx, customerID int64, now time.Time) (bool, error) {
	credit, err := s.Accounts.Balances(tx.Context(), []int64{customerID})
	if err != nil {
		return false, err
	}
	o, err := s.owedOn(tx, customerID, credit[customerID].Cents, now)
	if err != nil || !o.mayBeAsked() {
		return false, err
	}
	done, err := s.triesOf(tx, o.dues)
	if err != nil {
		return false, err
	}
	for _, d := range o.dues {
		if len(done[d.name]) < mostTries {
			return true, nil
		}
	}
	return s.undecided(tx, customerID)
}
