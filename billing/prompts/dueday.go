package prompts

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// When phones are asked by themselves, in Nairobi.
const (
	firstHour = 9
	lastHour  = 17
	pause     = 2 * time.Hour // between a prompt that came to nothing and the next
	mostTries = 2
	mostParts = 12 // of one due, its tries among them
)

// asking says that phones are asked by themselves at this hour.
func asking(now time.Time) bool {
	hour := now.In(clock.Nairobi).Hour()
	return hour >= firstHour && hour < lastHour
}

const (
	page       = 200
	mostFaults = 10 // of one look that are told
	mostAsked  = 60 // of one look, so that the rail takes them: it bounds prompts by the second
	step       = 8  // leave before more are placed, so that a rail that fails is asked by few
	leaves     = 15 * time.Second
	seenEvery  = 100 * time.Millisecond
)

// Tick asks those whose bill is due today, or whose line ends, and who agreed to it, some at a time: call it every minute. Any node may run it, several at once.
// One customer of whom it fails keeps no other from it.
func (s *Service) Tick(ctx context.Context) error {
	now := s.Clock.Now()
	if !asking(now) {
		return nil
	}
	var failed []error
	var placed []int64
	for id, err := range s.eachDue(ctx, now) {
		if err != nil {
			return errors.Join(append(failed, err)...)
		}
		orderID, err := s.AskDue(ctx, id)
		if err != nil && len(failed) < mostFaults {
			failed = append(failed, fmt.Errorf("customer %d: %w", id, err))
		}
		if orderID == 0 {
			continue
		}
		if placed = append(placed, orderID); len(placed) == mostAsked {
			break
		}
		if len(placed)%step == 0 {
			if gone, err := s.haveLeft(ctx, placed[len(placed)-step:]); err != nil || !gone {
				return errors.Join(append(failed, err)...)
			}
		}
	}
	return errors.Join(failed...)
}

// eachDue are the customers who agreed to be asked and of whom something may be due today.
func (s *Service) eachDue(ctx context.Context, now time.Time) iter.Seq2[int64, error] {
	return func(yield func(int64, error) bool) {
		for after := int64(0); ; {
			agreed, err := s.consentsAfter(ctx, after, page)
			if err != nil {
				yield(0, err)
				return
			}
			if len(agreed) == 0 {
				return
			}
			due, err := s.dueToday(ctx, agreed, now)
			if err != nil {
				yield(0, err)
				return
			}
			for _, id := range due {
				if !yield(id, nil) {
					return
				}
			}
			after = agreed[len(agreed)-1]
		}
	}
}

// haveLeft waits until prompts were sent, or failed; false when they still wait: the next look goes on.
func (s *Service) haveLeft(ctx context.Context, orderIDs []int64) (bool, error) {
	for waits := clock.Stopwatch(); waits() < leaves; {
		waiting := false
		err := s.DB.InTx(ctx, func(tx *db.Tx) error {
			for _, id := range orderIDs {
				p, err := s.Billing.VerdictOn(tx, id)
				if waiting = p.State == billing.PaymentCreated || p.State == billing.PaymentSending; err != nil || waiting {
					return err
				}
			}
			return nil
		})
		if err != nil || !waiting {
			return err == nil, err
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(seenEvery):
		}
	}
	return false, nil
}

// dueToday are those of some customers of whom something may be due today, or was a few days ago.
func (s *Service) dueToday(ctx context.Context, customerIDs []int64, now time.Time) (all []int64, err error) {
	today := clock.DayOf(now)
	billed, err := s.Invoices.DueBetween(ctx, customerIDs, today-missedFor, today+1)
	if err != nil {
		return nil, err
	}
	ending, err := s.Lines.EndBetween(ctx, customerIDs, (today - missedFor - 1).Start(), (today + 1).Start())
	known := map[int64]bool{}
	for _, id := range append(billed, ending...) {
		if !known[id] {
			all = append(all, id)
		}
		known[id] = true
	}
	return all, err
}

// later are the faults of an order that may go another time today.
var later = map[string]bool{"prompt.rail_rests": true, "prompt.number_rests": true, "till.missing": true}

// AskDue asks one customer for what is due today, at whatever hour, when they are to be asked; 0: they are not.
func (s *Service) AskDue(ctx context.Context, customerID int64) (orderID int64, err error) {
	now := s.Clock.Now()
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		orderID = 0
		c, credit, err := s.held(tx, customerID)
		if err != nil || c.State != customers.Active {
			return err
		}
		agreed, err := s.consentIn(tx, customerID)
		if err != nil || agreed == nil {
			return err
		}
		o, err := s.owedOn(tx, agreed, credit, now)
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
		if rings, err := s.Billing.Rings(tx, agreed.Phone); err != nil || rings { // for somebody else, whom they pay for too
			return err
		}
		a := Ask{ID: tx.ID(), CustomerID: c.ID, Cause: DueDay, At: now}
		r := Request{Phone: string(agreed.Phone), Amount: o.part(), Once: fmt.Sprint("due:", a.ID)}
		if err := s.order(tx, &a, r.forMoney(c)); err != nil {
			return err
		}
		orderID = a.OrderID
		return s.insertDues(tx, a, dues)
	})
	if err == nil {
		return orderID, nil
	}
	if later[fault.KeyOf(err)] {
		err = nil
	}
	return 0, err
}

func (o owing) mayBeAsked() bool {
	return len(o.dues) > 0 && o.amount.IsPositive()
}

// part is what of it one prompt asks for: the rest is asked for when that is paid.
func (o owing) part() money.Amount { return money.KES(min(o.amount.Cents, billing.MostPrompted)) }

// turn is the next try of a due.
type turn struct {
	due
	try int
}

// turnOf are those dues that are to be asked for now: never yet, or once, a while ago, or for the next part. Of days that are over only what was not asked for
// on its day.
func (s *Service) turnOf(tx *db.Tx, dues []due, now time.Time) (all []turn, err error) {
	done, err := s.triesOf(tx, dues)
	if err != nil {
		return nil, err
	}
	for _, d := range dues {
		tries := done[d.name]
		failed, err := s.failed(tx, tries)
		if err != nil {
			return nil, err
		}
		if !d.mayBeTried(tries, failed, clock.DayOf(now)) || failed > 0 && now.Before(tries[len(tries)-1].At.Add(pause)) {
			continue
		}
		all = append(all, turn{d, len(tries) + 1})
	}
	return all, nil
}

// failed is how many of the tries of a due came after the last of its parts that was paid.
func (s *Service) failed(tx *db.Tx, tries []dueRow) (n int, err error) {
	for n < len(tries) {
		paid, err := s.paidPart(tx, tries[len(tries)-1-n].AskID)
		if err != nil || paid {
			return n, err
		}
		n++
	}
	return n, nil
}

// paidPart says that an ask was paid, and was for no more than a part: as much as a prompt may ask for.
func (s *Service) paidPart(tx *db.Tx, askID int64) (bool, error) {
	a, found, err := s.askIn(tx, askID)
	if err != nil || !found {
		return false, err
	}
	p, err := s.Billing.VerdictOn(tx, a.OrderID)
	return p.State == billing.PaymentPaid && p.Amount.Cents == billing.MostPrompted, err
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
		now, err := s.owedOn(tx, agreed, credit, s.Clock.Now())
		wanted = len(now.dues) > 0 && now.amount.Cents >= o.Price.Cents
		return err
	})
	return wanted, err
}
