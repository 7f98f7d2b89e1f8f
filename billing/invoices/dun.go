package invoices

import (
	"context"
	"errors"
	"strings"

	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/settings"
)

// Late is an invoice that a step is about, and how many days it is late; below zero it is not due yet.
type Late struct {
	InvoiceID, CustomerID, SubscriptionID int64
	Open                                  money.Amount
	Text                                  string
	DueDay                                clock.Day
	Days                                  int
}

// Held says what keeps a step from being done.
type Held string

// What holds a step.
const (
	HeldVIP     Held = "vip"
	HeldPromise Held = "promise"
	HeldPrompt  Held = "prompt" // their phone is asked for it first
)

// Doing is a step that is due about an invoice; Held, when something keeps it from being done.
type Doing struct {
	Late
	Step Step
	Held Held
}

// Enforcer does what dunning decides, in its transaction, in which the customer's account is held.
type Enforcer interface {
	// Tell says to the customer what is done, or reminds them; once for each step.
	Tell(tx *db.Tx, d Doing) error
	// End ends a customer's service.
	End(tx *db.Tx, customerID int64) error
	// Follow has a customer's service be what Level says. Asked again it does nothing.
	Follow(tx *db.Tx, customerID int64) error
}

// mostFaults are those of one run that are told.
const mostFaults = 10

// Dun does today's steps for every invoice that is due soon or late, each once. Any node may run it, several at once, as often as it likes; run again
// it does nothing. One customer of whom it fails keeps no other from it.
func (s *Service) Dun(ctx context.Context) (did int64, err error) {
	var failed []error
	table, err := s.Steps(ctx)
	if err != nil {
		return 0, err
	}
	err = s.look(ctx, s.today(), table, func(todo []Doing) error {
		last := int64(0)
		for _, one := range todo {
			if one.Held != "" || one.InvoiceID == last {
				continue
			}
			last = one.InvoiceID
			n, err := s.dun(ctx, one.InvoiceID, one.CustomerID, table)
			if did += n; err != nil && (fault.Is(err, fault.Unavailable) || ctx.Err() != nil) {
				return err
			}
			if err != nil && len(failed) < mostFaults {
				failed = append(failed, err)
			}
		}
		return nil
	})
	return did, errors.Join(err, errors.Join(failed...))
}

// DunOne does today's steps for one invoice.
func (s *Service) DunOne(ctx context.Context, id int64) (int64, error) {
	table, err := s.Steps(ctx)
	if err != nil || len(table) == 0 {
		return 0, err
	}
	d, err := s.Get(ctx, id)
	if err != nil {
		return 0, err
	}
	return s.dun(ctx, id, d.CustomerID, table)
}

// Foresee tells see what would be done on a day as things stand, and what is held; nothing is changed.
func (s *Service) Foresee(ctx context.Context, day clock.Day, see func(Doing)) error {
	table, err := s.Steps(ctx)
	if err != nil {
		return err
	}
	return s.look(ctx, day, table, func(todo []Doing) error {
		for _, one := range todo {
			see(one)
		}
		return nil
	})
}

// look reads what a table has to be done on a day, a page at a time, by due day.
func (s *Service) look(ctx context.Context, day clock.Day, table []Step, take func(todo []Doing) error) error {
	if len(table) == 0 {
		return nil
	}
	first := table[0].After
	for _, st := range table {
		first = min(first, st.After)
	}
	for after := (mark{}); ; {
		page, err := s.lateAfter(ctx, day-clock.Day(first), after, duePage)
		if err != nil || len(page) == 0 {
			return err
		}
		var todo []Doing
		err = s.DB.InTx(ctx, func(tx *db.Tx) error {
			todo, err = s.todo(tx, table, page, day)
			return err
		})
		if err == nil {
			err = take(todo)
		}
		if err != nil {
			return err
		}
		last := page[len(page)-1]
		after = mark{last.DueDay.String(), last.ID}
	}
}

// todo are the steps of some invoices that are due on a day and not done, with what holds them.
func (s *Service) todo(tx *db.Tx, table []Step, page []Document, day clock.Day) (all []Doing, err error) {
	invoices, customers := make([]int64, len(page)), make([]int64, len(page))
	for n, d := range page {
		invoices[n], customers[n] = d.ID, d.CustomerID
	}
	holds, err := s.holdsOf(tx, customers)
	if err != nil {
		return nil, err
	}
	done, err := s.doneOf(tx, invoices)
	if err != nil {
		return nil, err
	}
	for _, d := range page {
		h := holds[d.CustomerID]
		for _, st := range Look(tableOf(table, h.segment), d.DueDay, Hold{}, day) {
			if !done[d.ID][st.name()] && d.takes(st.Action) {
				all = append(all, Doing{Late: d.late(day), Step: st, Held: h.holds(st.Action, day)})
			}
		}
	}
	return all, s.askFirst(tx, all, holds, day)
}

// askFirst holds reminders of what is due today, or is late and was not asked for on its day, back from who is to be asked for it by a prompt first today. Who promised a
// later day is not asked.
func (s *Service) askFirst(tx *db.Tx, all []Doing, holds map[int64]heldBack, day clock.Day) error {
	var due []Late
	for _, one := range all {
		if one.Step.Action == Remind && one.DueDay <= day && holds[one.CustomerID].PromiseUntil <= day {
			due = append(due, one.Late)
		}
	}
	if s.prompted == nil || day != s.today() || len(due) == 0 {
		return nil
	}
	waits, err := s.prompted(tx, due)
	for n, one := range all {
		if one.Step.Action == Remind && waits[one.InvoiceID] {
			all[n].Held = HeldPrompt
		}
	}
	return err
}

// AskPrompts has f say which bills that are due today, or late, are still to be asked for today by a prompt, by their ids; call it at wiring.
func (s *Service) AskPrompts(f func(tx *db.Tx, due []Late) (map[int64]bool, error)) { s.prompted = f }

// takes: a fee is not charged for a fee.
func (d Document) takes(a Action) bool { return a != Fee || !strings.HasPrefix(d.Cause, feeCause) }

func (d Document) late(day clock.Day) Late {
	return Late{d.ID, d.CustomerID, d.SubscriptionID, money.KES(d.Open), d.Text(), d.DueDay, int(day - d.DueDay)}
}

// dun does the steps of one invoice in a transaction.
func (s *Service) dun(ctx context.Context, id, customerID int64, table []Step) (did int64, err error) {
	today := s.today()
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		did = 0
		if _, err := s.Purse.Held(tx, customerID); err != nil {
			return err
		}
		d, err := s.lock(tx, id)
		if err != nil || d.State != Issued { // paid meanwhile
			return err
		}
		todo, err := s.todo(tx, table, []Document{d}, today)
		if err != nil {
			return err
		}
		bars := false
		for _, one := range todo {
			if one.Held != "" {
				continue
			}
			first, err := s.mark(tx, d, one.Step)
			if err == nil && first {
				did, bars = did+1, bars || one.Step.Action.bars()
				err = s.carryOut(tx, d, one)
			}
			if err != nil {
				return err
			}
		}
		if !bars {
			return nil
		}
		return s.Enforcer.Follow(tx, customerID)
	})
	return did, err
}

// carryOut tells the customer of a step that is marked, or charges its fee.
func (s *Service) carryOut(tx *db.Tx, d Document, one Doing) error {
	if err := s.log(tx, one.CustomerID, one.InvoiceID, LogDone, one.Step.name(), one.Open.String()); err != nil {
		return err
	}
	switch one.Step.Action {
	case Terminate:
		if err := s.Enforcer.End(tx, one.CustomerID); err != nil {
			return err
		}
		return s.Enforcer.Tell(tx, one)
	case Fee:
		return s.charge(tx, d, one.Step)
	}
	return s.Enforcer.Tell(tx, one)
}

// charge writes a late fee, which is issued as any other invoice.
func (s *Service) charge(tx *db.Tx, d Document, st Step) error {
	_, _, err := s.write(tx, NewDocument{Request: feeRequest + idText(d.ID) + ":" + idText(int64(st.After)), Kind: Invoice, CustomerID: d.CustomerID, SubscriptionID: d.SubscriptionID, Why: d.Text(),
		Lines: []NewLine{{Key: FeeLine, Name: d.Text(), Supply: taxes.Levy, Quantity: 1, Amount: money.KES(st.Cents), Inclusive: true}}}, By{Actor: "dunning"})
	return err
}

// dropFees throws away what is not issued yet of the late fees of an invoice that asks for nothing any more.
func (s *Service) dropFees(tx *db.Tx, d Document, by By) error {
	fees, err := s.feesWaiting(tx, d.ID)
	for _, fee := range fees {
		if err != nil {
			break
		}
		err = s.move(tx, fee.ID, fee.State, Dropped, d.Text())
		if fault.KeyOf(err) == "invoice.moved" { // it was issued meanwhile
			err = nil
			continue
		}
		if err == nil {
			err = s.record(tx, by, "invoice dropped", fee, d.Text())
		}
	}
	return err
}

// FeeLine is the key of a late fee's line.
const FeeLine = "late_fee"

const (
	feeRequest = "fee:"
	feeCause   = writtenCause + feeRequest
)

// Level is the hardest thing that keeps a customer from service for what they owe; empty for none. Whoever asks holds their account.
func (s *Service) Level(tx *db.Tx, customerID int64) (Action, error) {
	names, err := s.barringSteps(tx, customerID, true)
	return hardest(names), err
}

func hardest(names []string) (level Action) {
	for _, name := range names {
		level = level.Or(stepNamed(name).Action)
	}
	return level
}

// Restore brings a customer's service to what they owe now: what was paid, credited or given up bars no more, and nothing does when enough of what is late
// is paid, all of it or the share that the provider set. True when something was lifted; run again it does nothing.
func (s *Service) Restore(tx *db.Tx, customerID int64) (bool, error) {
	if _, err := s.Purse.Held(tx, customerID); err != nil {
		return false, err
	}
	barred, err := s.barredBy(tx, customerID)
	if err != nil || len(barred) == 0 {
		return false, err
	}
	enough, err := s.enough(barred)
	if err != nil {
		return false, err
	}
	steps, err := s.barringSteps(tx, customerID, false)
	if err != nil {
		return false, err
	}
	before, lifted := hardest(steps), false
	for _, d := range barred {
		if d.Open > 0 && !enough {
			continue
		}
		if err := s.turn(tx, d, barring, restored, LogRestored, money.KES(d.Open).String()); err != nil {
			return lifted, err
		}
		lifted = true
	}
	if !lifted {
		return false, nil
	}
	if err := s.Enforcer.Follow(tx, customerID); err != nil {
		return true, err
	}
	return true, s.returned(tx, customerID, before)
}

// stops says whether an action leaves nothing of a service that money brings back.
func (a Action) stops() bool { return a == Garden || a == SuspendService }

// returned tells of service that had stopped, and is back.
func (s *Service) returned(tx *db.Tx, customerID int64, before Action) error {
	if s.Returned == nil || !before.stops() {
		return nil
	}
	after, err := s.Level(tx, customerID)
	if err != nil || after.stops() {
		return err
	}
	return s.Returned(tx, customerID)
}

// Cleared says that a customer is barred, and that enough is paid to restore them.
func (s *Service) Cleared(tx *db.Tx, customerID int64) (bool, error) {
	barred, err := s.barredBy(tx, customerID)
	if err != nil || len(barred) == 0 {
		return false, err
	}
	return s.enough(barred)
}

// enough says whether so much of what is late is paid that it bars no more.
func (s *Service) enough(late []Document) (bool, error) {
	var asked, open int64
	for _, d := range late {
		asked, open = asked+d.Gross-d.Credited-d.Written, open+d.Open
	}
	need, err := money.MulDiv(asked, int64(s.Settings.Int(settings.InvoiceRestore)), 100, money.Up)
	return err == nil && asked-open >= need, err
}

// lift lets nothing bar a customer for now; what did may be done anew.
func (s *Service) lift(tx *db.Tx, customerID int64, why string) error {
	barred, err := s.barredBy(tx, customerID)
	if err != nil || len(barred) == 0 {
		return err
	}
	for _, d := range barred {
		if err := s.turn(tx, d, barring, lifted, LogLifted, why); err != nil {
			return err
		}
	}
	return s.Enforcer.Follow(tx, customerID)
}
