package offline

import (
	"time"

	"mtandao/billing/arrears"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/radius/access"
)

// lineHeld: the line was not to be online, by what was known then.
func lineHeld(f *Facts, at time.Time) (v verdict, found bool) {
	if f.Line == nil {
		return v, false
	}
	if v, found = f.blocked(at); !found {
		return v, false
	}
	v.held = true
	for _, e := range f.Line.Events { // when it was not so any more
		if e.Recorded.After(at) && v.back.IsZero() {
			counted := clock.Later(e.At, e.Recorded)
			if _, still := f.blocked(counted); !still {
				v.back = counted
				if v.cause == EndedByTime && e.Kind == subscriptions.Renewed {
					v.cause = PaidLate
				}
			}
		}
	}
	for _, d := range f.Dunning {
		if v.cause == Dunned && d.At.After(at) && letsGo(d) && v.back.IsZero() {
			v.back = d.At
		}
	}
	return v, true
}

// blocked is why the line was not to be online at an instant.
func (f *Facts) blocked(at time.Time) (v verdict, found bool) {
	then := f.Line.then(at)
	end := then.End(f.Zone)
	switch {
	case then.Status == subscriptions.Ended:
		v = verdict{cause: LineEnded, Values: Values{From: then.EndedAt}, step: StepLine}
		if then.EndCause == arrears.Reason {
			v.cause, v.step, v.Amount = Dunned, StepPrompt, f.Line.Owed
		}
	case then.Status == subscriptions.Pending:
		v = verdict{cause: NotBegun, Values: Values{From: then.StartedAt}, step: StepLine}
	case then.Status == subscriptions.Paused:
		v = verdict{cause: Paused, Values: Values{From: then.PausedAt}, step: StepUnpause}
	case then.Prepaid() && !end.After(at):
		if end.IsZero() {
			end = then.StartedAt
		}
		v = verdict{cause: EndedByTime, Values: Values{From: end, Amount: f.Line.Owed}, step: StepPrompt}
		if taken, ok := f.takenBack(at); ok {
			v.cause, v.From = Reversed, taken
		}
	case then.Invoiced():
		return f.dunned(at)
	default:
		return v, false
	}
	return v, true
}

// takenBack is when the money of the line's last renewal went back, if that is why it had no time left.
func (f *Facts) takenBack(at time.Time) (when time.Time, yes bool) {
	for _, e := range f.Line.known(at) {
		switch {
		case e.Kind == subscriptions.TakenBack:
			when, yes = e.Recorded, true
		case lengthens(e.Kind):
			yes = false
		}
	}
	return when, yes
}

func lengthens(k subscriptions.Kind) bool {
	return k == subscriptions.Renewed || k == subscriptions.Extended || k == subscriptions.Compensated
}

// dunned is the step that kept the line offline at an instant.
func (f *Facts) dunned(at time.Time) (v verdict, found bool) {
	for _, d := range f.Dunning {
		switch {
		case d.At.After(at):
		case letsGo(d):
			found = false
		case d.What == invoices.LogDone && (d.Step.Action == invoices.Garden || d.Step.Action == invoices.SuspendService || d.Step.Action == invoices.Terminate):
			v, found = verdict{cause: Dunned, Values: Values{From: d.At, Amount: f.Line.Owed}, step: StepPrompt}, true
		}
	}
	return v, found
}

// letsGo says that an entry brought service back, for good or for now.
func letsGo(d invoices.Entry) bool {
	return d.What == invoices.LogRestored || d.What == invoices.LogLifted
}

// grantHeld: what a guest has was not there yet, or was over or taken away.
func grantHeld(f *Facts, at time.Time) (v verdict, found bool) {
	g := &f.Grant
	if f.Line != nil || g.ID == 0 {
		return v, false
	}
	if at.Before(g.CreatedAt) {
		return f.notYet(at), true
	}
	if when, back := f.wentBack(at); back && access.Cause(g.EndCause) == access.CauseReversed {
		return verdict{cause: Reversed, Values: when, step: StepGrant, held: true}, true
	}
	if !g.EndedAt.IsZero() && !g.EndedAt.After(at) {
		v = verdict{cause: EndedByTime, Values: Values{From: g.EndedAt, Name: g.Plan}, step: StepExtend, held: true}
		switch access.Cause(g.EndCause) {
		case access.CauseDataUsed:
			v.cause = CapUsed
		case access.CauseReversed:
			v.cause, v.step = Reversed, StepGrant
		}
		return v, true
	}
	if g.State != access.Ended && !g.Until.IsZero() && !g.Until.After(at) && !g.Standing {
		return verdict{cause: EndedByTime, Values: Values{From: g.Until, Name: g.Plan}, step: StepExtend, held: true}, true
	}
	return v, false
}

// notYet: there was nothing to be online with. Who had asked to pay, paid later.
func (f *Facts) notYet(at time.Time) verdict {
	v := verdict{cause: NotBegun, Values: Values{From: f.Grant.CreatedAt}, back: f.Grant.CreatedAt, held: true}
	for _, m := range f.Money {
		if m.What == MoneyOrdered && !m.At.After(at) {
			v.cause, v.From, v.Amount = PaidLate, m.At, m.Amount
		}
	}
	return v
}

// wentBack is the money that had been taken back by an instant.
func (f *Facts) wentBack(at time.Time) (v Values, found bool) {
	for _, m := range f.Money {
		if m.What == MoneyBack && !m.At.After(at) {
			v, found = Values{From: m.At, Amount: m.Amount}, true
		}
	}
	return v, found
}

// restHours: the plan rests at this hour.
func restHours(f *Facts, at time.Time) (v verdict, found bool) {
	open, changes := f.Grant.Limits.Hours.Open(at, f.Zone)
	if f.Grant.ID == 0 || open {
		return v, false
	}
	return verdict{cause: Hours, Values: Values{Until: changes, Name: f.Grant.Plan}, step: f.byLine(StepPlan, StepExtend)}, true
}
