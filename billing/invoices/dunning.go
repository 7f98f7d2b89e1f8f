package invoices

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
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

func stepNamed(name string) Step {
	action, after, _ := strings.Cut(name, ":")
	days, _ := strconv.Atoi(after) // name wrote it
	return Step{Action: Action(action), After: days}
}

// Or is the harder of two actions.
func (a Action) Or(b Action) Action {
	if b.harder(a) {
		return b
	}
	return a
}

// harder says whether an action keeps a customer from more than another.
func (a Action) harder(than Action) bool {
	return slices.Index(Actions, a) > slices.Index(Actions, than)
}

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

// holds says what keeps an action back on a day; empty for nothing.
func (h Hold) holds(a Action, today clock.Day) Held {
	switch {
	case a == Remind:
		return ""
	case h.VIP:
		return HeldVIP
	case h.PromiseUntil != 0 && today <= h.PromiseUntil:
		return HeldPromise
	}
	return ""
}

// Catching is how many days a reminder or a fee may be late: after a stop of the program, what is older than that is past.
const catching = 3

// Look tells what the table asks for on a day, of an invoice that was due on a day: in order, and of those that bar only the hardest that is reached.
// Reminders and fees that are long past are not made up for, and of reminders only the last that is reached is sent.
func Look(table []Step, due clock.Day, h Hold, today clock.Day) (steps []Step) {
	sorted := slices.Clone(table)
	slices.SortStableFunc(sorted, func(a, b Step) int {
		return cmp.Or(cmp.Compare(a.After, b.After), cmp.Compare(slices.Index(Actions, a.Action), slices.Index(Actions, b.Action)))
	})
	hardest := -1
	for _, st := range sorted {
		age := int(today-due) - st.After
		switch {
		case age < 0 || h.holds(st.Action, today) != "":
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
	reminders := 0
	for _, st := range steps {
		if st.Action == Remind {
			reminders++
		}
	}
	return slices.DeleteFunc(steps, func(st Step) bool {
		if st.Action == Remind {
			reminders--
		}
		return st.Action == Remind && reminders > 0
	})
}

// Next is what the table will do to an invoice of which nothing is paid meanwhile, and the day on which it does.
type Next struct {
	Step
	Day clock.Day
}

// ahead is the next step from a day on, of an invoice that was due on a day; false when there is none. done names those that were done.
func ahead(table []Step, due clock.Day, h Hold, from clock.Day, done map[string]bool) (Next, bool) {
	last := from
	for _, st := range table {
		last = max(last, due+clock.Day(st.After))
	}
	for day := from; day <= max(last, h.PromiseUntil+1); day++ {
		for _, st := range Look(table, due, h, day) {
			if !done[st.name()] {
				return Next{st, day}, true
			}
		}
	}
	return Next{}, false
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
