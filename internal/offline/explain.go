package offline

import "time"

// verdict is what one look at the facts found.
type verdict struct {
	cause Cause
	Values
	back time.Time // when it was over, when that is not told by the next session
	// held says that it was over by a decision and not by a session: a session of who owes is in the walled garden.
	held bool
	step Step
}

// looks are what is looked at, in order: what they were allowed, whether their router was there, whether they were on, what they were told, how they went.
var looks = []func(f *Facts, at time.Time) (verdict, bool){lineHeld, grantHeld, routerGone, wereOn, wereRefused, wereStopped, restHours, wentOff}

// Explain says why somebody was not online at an instant, from facts alone.
func Explain(f Facts, at time.Time) Story {
	v := verdict{cause: NeverTried, step: f.seeOrPut()}
	for _, look := range looks {
		if found, ok := look(&f, at); ok {
			v = found
			break
		}
	}
	s := Story{At: at, Cause: v.cause, Values: v.Values, Back: v.back, Step: v.step}
	if !v.held && v.cause != Online && v.cause != Slowed {
		if again, ok := f.next(at); ok {
			s.Back = again.StartedAt
		}
	}
	if !s.Back.IsZero() && v.cause != PlanChanged {
		s.Step = StepNone
	}
	s.Items = f.timeline(at)
	return s
}

// seeOrPut is the step where nothing stands in the way: a guest is put online by us, a line by its own equipment.
func (f *Facts) seeOrPut() Step {
	if f.Line != nil {
		return StepRouter
	}
	return StepOnline
}

// byLine chooses a step for a line, or for a guest.
func (f *Facts) byLine(line, guest Step) Step {
	if f.Line != nil {
		return line
	}
	return guest
}
