package subscriptions

import "mtandao/internal/clock"

// A line's moves are what its events say of its plan and its site, day by day: it begins somewhere, changes its plan, moves to another site, and ends. They are made
// anew whenever an event may change them, so that one that was dated back moves those after it; reports count them and read no event.

// onPlan is on which plan and at which site a line is; empty: on none.
type onPlan struct {
	plan string
	site int64
}

// move is one step of a line, from where it was to where it is then.
type move struct {
	day      clock.Day // of Nairobi
	kind     Kind      // Started, Changed, Moved or Finished
	from, to onPlan
}

// moves says that an event of a kind may begin, change or end them.
func (k Kind) moves() bool {
	return k == Started || k == Changed || k == Withdrawn || k == Moved || k == Finished
}

// movesOf are the steps that events come to, those that lie ahead too.
func movesOf(events []Event, zone Zones) (all []move, err error) {
	var was onPlan
	err = Steps(events, zone, func(e Event, s State) {
		is := onPlan{s.Sold.PlanKey, s.Place.SiteID}
		if s.Status == Ended {
			is = onPlan{}
		}
		if is != was {
			all = append(all, move{clock.DayOf(e.At), e.Kind, was, is})
		}
		was = is
	})
	return all, err
}
