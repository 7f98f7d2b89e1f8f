package invoices

import (
	"cmp"
	"context"
	"slices"

	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/settings"
)

// Action is what a step of dunning does.
type Action string

// The actions, the mildest first.
const (
	Remind         Action = "remind"
	Fee            Action = "fee"
	Throttle       Action = "throttle"
	Garden         Action = "garden" // on line, but only to the pages where one pays
	SuspendService Action = "suspend"
	Terminate      Action = "terminate"
)

// Actions lists them.
var Actions = []Action{Remind, Fee, Throttle, Garden, SuspendService, Terminate}

// bars says whether an action keeps a customer from what they pay for.
func (a Action) bars() bool {
	return a == Throttle || a == Garden || a == SuspendService || a == Terminate
}

// Step is a row of the table: so many days after an invoice is due, below zero before, that is done. Cents is a late fee.
type Step struct {
	Segment string
	After   int
	Action  Action
	Cents   int64
}

func (st Step) name() string { return string(st.Action) + ":" + idText(int64(st.After)) }

const (
	earliestStep = -30
	latestStep   = 365
	mostSteps    = 100
	mostFee      = 1_000_000_00
)

func (st Step) check() error {
	switch {
	case !slices.Contains(Actions, st.Action) || len(st.Segment) > 32:
		return fault.New(fault.Invalid, "dunning.action")
	case st.After < earliestStep || st.After > latestStep || st.After < 0 && st.Action != Remind:
		return fault.New(fault.Invalid, "dunning.days")
	case (st.Action == Fee) != (st.Cents > 0) || st.Cents > mostFee:
		return fault.New(fault.Invalid, "dunning.fee")
	}
	return nil
}

// Hold is what keeps dunning back from a customer.
type Hold struct {
	VIP          bool      // only reminds
	PromiseUntil clock.Day // pays until that day, they said: only reminds until it is over; 0 for none
}

func (h Hold) keeps(a Action, today clock.Day) bool {
	return a != Remind && (h.VIP || h.PromiseUntil != 0 && today <= h.PromiseUntil)
}

// Catching is how many days a reminder or a fee may be late: after a stop of the program, what is older than that is past.
const catching = 3

// Look tells what the table asks for on a day, of an invoice that was due on a day: in order, and of those that bar only the hardest that is reached.
// Reminders and fees that are long past are not made up for.
func Look(table []Step, due clock.Day, h Hold, today clock.Day) (steps []Step) {
	sorted := slices.Clone(table)
	slices.SortStableFunc(sorted, func(a, b Step) int {
		return cmp.Or(cmp.Compare(a.After, b.After), cmp.Compare(slices.Index(Actions, a.Action), slices.Index(Actions, b.Action)))
	})
	hardest := -1
	for _, st := range sorted {
		age := int(today-due) - st.After
		switch {
		case age < 0 || h.keeps(st.Action, today):
		case !st.Action.bars():
			if age <= catching {
				steps = append(steps, st)
			}
		case hardest < 0:
			hardest = len(steps)
			steps = append(steps, st)
		case slices.Index(Actions, st.Action) >= slices.Index(Actions, steps[hardest].Action):
			steps = slices.Delete(steps, hardest, hardest+1)
			hardest = len(steps)
			steps = append(steps, st)
		}
	}
	return steps
}

// Late is an invoice that a step is about.
type Late struct {
	InvoiceID, CustomerID, SubscriptionID int64
	Open                                  money.Amount
	Text                                  string
	DueDay                                clock.Day
}

// Enforcer does what dunning decides, in its transaction. Whoever bars is asked once for each step, and to unbar once for each customer who paid.
type Enforcer interface {
	Remind(tx *db.Tx, l Late, days int) error
	Bar(tx *db.Tx, l Late, a Action) error
	Unbar(tx *db.Tx, customerID int64) error
}

// Dun does today's steps for every invoice that is due soon or late, each once. Call it a few times a day on one node; run again it does nothing.
func (s *Service) Dun(ctx context.Context) (did int64, err error) {
	table, err := s.Steps(ctx)
	if err != nil || len(table) == 0 {
		return 0, err
	}
	today := s.today()
	most := earliestStep
	for _, st := range table {
		most = min(most, st.After)
	}
	for after := (mark{}); ; {
		page, err := s.lateAfter(ctx, today-clock.Day(most), after, duePage)
		if err != nil || len(page) == 0 {
			return did, err
		}
		for _, d := range page {
			n, err := s.dun(ctx, d, table, today)
			if did += n; err != nil {
				return did, err
			}
			after = mark{d.DueDay.String(), d.ID}
		}
	}
}

// dun does the steps of one invoice, each in a transaction of its own.
func (s *Service) dun(ctx context.Context, d Document, table []Step, today clock.Day) (did int64, err error) {
	var steps []Step
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		h, segment, err := s.holdOf(tx, d.CustomerID)
		if err != nil {
			return err
		}
		steps = Look(tableOf(table, segment), d.DueDay, h, today)
		steps, err = s.undone(tx, d.ID, steps)
		return err
	})
	for _, st := range steps {
		if err != nil {
			break
		}
		err = s.DB.InTx(ctx, func(tx *db.Tx) error {
			open, err := s.lock(tx, d.ID)
			if err != nil || open.State != Issued { // paid meanwhile
				return err
			}
			first, err := s.mark(tx, open, st)
			if err != nil || !first {
				return err
			}
			did++
			return s.enforce(tx, open, st, today)
		})
	}
	return did, err
}

// tableOf are the steps of a segment; one without steps of its own has the usual ones.
func tableOf(table []Step, segment string) (own []Step) {
	for _, of := range []string{segment, ""} {
		for _, st := range table {
			if st.Segment == of {
				own = append(own, st)
			}
		}
		if len(own) > 0 {
			break
		}
	}
	return own
}

func (s *Service) enforce(tx *db.Tx, d Document, st Step, today clock.Day) error {
	l := Late{d.ID, d.CustomerID, d.SubscriptionID, money.KES(d.Open), d.Text(), d.DueDay}
	switch {
	case st.Action == Remind:
		return s.Enforcer.Remind(tx, l, int(today-d.DueDay))
	case st.Action == Fee:
		_, err := s.write(tx, NewDocument{Request: "fee:" + idText(d.ID) + ":" + idText(int64(st.After)), Kind: Invoice, CustomerID: d.CustomerID, SubscriptionID: d.SubscriptionID, Why: d.Text(),
			Lines: []NewLine{{Key: FeeLine, Name: d.Text(), Supply: taxes.Levy, Quantity: 1, Amount: money.KES(st.Cents), Inclusive: true}}}, By{Actor: "dunning"})
		return err
	}
	return s.Enforcer.Bar(tx, l, st.Action)
}

// FeeLine is the key of a late fee's line.
const FeeLine = "late_fee"

// Restore unbars a customer of whom enough of what is late is paid: all of it, or the share that the provider set. Call it when an invoice is paid;
// run again it does nothing.
func (s *Service) Restore(tx *db.Tx, customerID int64) (bool, error) {
	cleared, err := s.Cleared(tx, customerID)
	if err != nil || !cleared {
		return false, err
	}
	first, err := s.restore(tx, customerID)
	if err != nil || !first {
		return false, err
	}
	return true, s.Enforcer.Unbar(tx, customerID)
}

// Cleared says that a customer is barred, and that enough is paid to restore them.
func (s *Service) Cleared(tx *db.Tx, customerID int64) (bool, error) {
	barred, err := s.barredBy(tx, customerID)
	if err != nil || len(barred) == 0 {
		return false, err
	}
	var asked, open int64
	for _, d := range barred {
		asked, open = asked+d.Gross-d.Credited-d.Written, open+d.Open
	}
	need, err := money.MulDiv(asked, int64(s.Settings.Int(settings.InvoiceRestore)), 100, money.Up)
	return err == nil && asked-open >= need, err
}

// SaveSteps writes a segment's table anew. fault.Invalid "dunning.…".
func (s *Service) SaveSteps(ctx context.Context, segment string, steps []Step, by By) error {
	seen := map[string]bool{}
	for n := range steps {
		steps[n].Segment = segment
		if err := steps[n].check(); err != nil {
			return err
		}
		if name := steps[n].name(); seen[name] {
			return fault.New(fault.Invalid, "dunning.twice")
		} else {
			seen[name] = true
		}
	}
	if len(steps) > mostSteps {
		return fault.New(fault.Invalid, "dunning.days")
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := s.saveSteps(tx, segment, steps); err != nil {
			return err
		}
		return s.recordSteps(tx, by, segment, steps)
	})
}
