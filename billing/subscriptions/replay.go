package subscriptions

import (
	"cmp"
	"slices"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Zones tells a site's local time.
type Zones func(siteID int64) *time.Location

// forever is later than any event.
var forever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Replay is what events come to at an instant: those that are effective by then, in the order of their effective instants, those of one
// instant as they were recorded. An event that cannot be where it stands is a fault: fault.Conflict "subscription.…".
func Replay(events []Event, at time.Time, zone Zones) (State, error) {
	events = inOrder(events)
	s := State{Status: Pending}
	if len(events) > 0 && events[0].Kind == Started && events[0].At.After(at) { // it is told what it will begin with
		s.begin(events[0])
		s.Status = Pending
	}
	if n := slices.IndexFunc(events, func(e Event) bool { return e.At.After(at) }); n >= 0 {
		events = events[:n]
	}
	for _, e := range holding(events) {
		if err := s.apply(e, zone); err != nil {
			return s, err
		}
	}
	stands := s.clockAt(at)
	s.Ahead = slices.DeleteFunc(s.Ahead, func(span Span) bool { return !span.Until.After(stands) })
	return s, nil
}

// inOrder are events as they count. What lay ahead when an earlier end was recorded does not: it was given up with the line; nor does a change of plan that was withdrawn.
func inOrder(events []Event) []Event {
	events = slices.DeleteFunc(slices.Clone(events), func(e Event) bool {
		return e.Kind == Changed && slices.ContainsFunc(events, func(later Event) bool { return later.Kind == Withdrawn && later.Said.RenewalID == e.ID })
	})
	slices.SortStableFunc(events, func(a, b Event) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Seq, b.Seq)) })
	events = priced(events)
	last := slices.IndexFunc(events, func(e Event) bool { return e.Kind == Finished })
	if last < 0 {
		return events
	}
	end := events[last]
	after := slices.DeleteFunc(events[last+1:], func(e Event) bool { return !e.Kind.afterEnd() && e.Seq < end.Seq && e.At.After(end.Recorded) })
	return events[:last+1+len(after)]
}

// priced are events without the newer prices that a change of plan, told after them of an earlier day, leaves behind: they are of the plan that the line is not on
// any more, or older than what it was changed to.
func priced(events []Event) []Event {
	told := int64(0)
	return slices.DeleteFunc(events, func(e Event) bool {
		if e.Kind == Changed {
			told = max(told, e.Seq)
		}
		return e.Kind == Repriced && e.Seq < told
	})
}

// holding are events without those that were undone, as if they had never been: whatever became of the line since, no time is taken that was not given.
func holding(events []Event) []Event {
	undone := map[int64]int{}
	for n, e := range events {
		if e.Kind == Uncompensate {
			undone[e.Said.OutageID] = n
		}
	}
	if len(undone) == 0 {
		return events
	}
	var all []Event
	for n, e := range events {
		if last, is := undone[e.Said.OutageID]; is && e.Kind == Compensated && n < last {
			continue
		}
		all = append(all, e)
	}
	return all
}

// Steps tells what a subscription is after each of its events, those to come too, in the order in which they count. Faults of Replay.
func Steps(events []Event, zone Zones, tell func(Event, State)) error {
	s := State{Status: Pending}
	events = inOrder(events)
	for n, e := range events {
		if e.Kind == Uncompensate {
			s = State{Status: Pending}
			for _, before := range holding(events[:n+1]) {
				if err := s.apply(before, zone); err != nil {
					return err
				}
			}
		} else if err := s.apply(e, zone); err != nil {
			return err
		}
		tell(e, s)
	}
	return nil
}

func (s *State) apply(e Event, zone Zones) error {
	switch {
	case e.Kind == Started && !s.StartedAt.IsZero():
		return fault.New(fault.Conflict, "subscription.started")
	case e.Kind != Started && s.StartedAt.IsZero():
		return fault.New(fault.Conflict, "subscription.not_started")
	case s.Status == Ended && !e.Kind.afterEnd():
		return fault.New(fault.Conflict, "subscription.ended")
	}
	loc := zone(s.Place.SiteID)
	said := e.Said
	switch e.Kind {
	case Started:
		s.begin(e)
	case Renewed:
		return s.renewed(e, loc)
	case TakenBack:
		return s.takenBack(e, loc)
	case Extended:
		return s.extended(e, loc)
	case PausedIt:
		if s.Status != Active {
			return fault.New(fault.Conflict, "subscription.paused")
		}
		s.Status, s.PausedAt = Paused, e.At
	case Resumed:
		if s.Status != Paused {
			return fault.New(fault.Conflict, "subscription.not_paused")
		}
		s.resume(e.At)
	case Moved:
		s.Place = *said.Place
	case Changed, Repriced:
		s.sell(e, loc)
	case LoginChanged:
		s.Login = *said.Login
	case AddOnTaken, AddOnLeft:
		return s.addOn(e, loc)
	case Discounted:
		s.Given = append(slices.Clone(s.Given), *said.Given)
	case Contracted:
		s.Contract = *said.Contract
	case Compensated:
		s.lengthen(s.clockAt(e.At), said, loc)
	case TaxFreed:
		s.hold(e, loc)
	case Uncompensate, Withdrawn: // see holding and inOrder
	case Finished:
		s.Status, s.EndedAt, s.EndCause, s.Ahead = Ended, e.At, said.Reason, nil
	default:
		return s.possessions(e)
	}
	return nil
}

// afterEnd says that something may still be settled when the line has ended.
func (k Kind) afterEnd() bool {
	return k == DepositBack || k == DepositLost || k == HandedBack || k == TaxFreed
}

func (s *State) begin(e Event) {
	s.Status, s.StartedAt = Active, e.At
	s.Segment, s.Sold, s.Place, s.Login = e.Said.Segment, *e.Said.Sold, *e.Said.Place, *e.Said.Login
	if e.Said.Contract != nil {
		s.Contract = *e.Said.Contract
	}
}

// renewed adds a period, or days of one.
func (s *State) renewed(e Event, loc *time.Location) error {
	paid := e.Said.Paid
	from, until, anchor := s.next(e.At, paid.Interval, loc)
	span := Span{EventID: e.ID, From: from, Cents: paid.Amount.Cents - paid.Setup.Cents, Setup: paid.Setup.Cents, Tax: paid.Tax, SetupTax: paid.SetupTax, For: paid.PriceID, Days: paid.Of, Elsewhere: !paid.To.IsZero()}
	if span.For == 0 {
		span.For = s.Sold.PriceID
	}
	if span.Days == 0 {
		span.Days = max(plans.Days(from, until, loc), 1)
	}
	if span.Elsewhere {
		until, anchor = paid.To, paid.To.In(loc).Day()
	}
	span.Until = until
	span.even(loc)
	if s.Turned != nil && !paid.Coming && span.For != s.Sold.PriceID { // a change of plan was dated back to before it
		s.Turned.onto(&span, from, s.Sold.PriceID, loc)
	}
	s.PaidTo, s.Anchor, s.ExtendedTo = span.Until, anchor, time.Time{}
	if !paid.Part {
		span.First, s.Setup = !s.Setup, true
		span.Spent = s.spend()
	}
	s.Ahead = append(slices.Clone(s.Ahead), span)
	return nil
}

// spend counts a period of the discounts that last for some, and tells which.
func (s *State) spend() (spent []Given) {
	var left []Given
	for _, g := range s.Given {
		if g.Discount.Periods > 0 {
			spent = append(spent, g)
			if g.Left--; g.Left <= 0 {
				continue
			}
		}
		left = append(left, g)
	}
	s.Given = left
	return spent
}

// extended gives a day more, once in a month of the calendar, which lengthens nothing that is paid for.
func (s *State) extended(e Event, loc *time.Location) error {
	month := e.At.In(loc).Format("2006-01")
	switch {
	case !s.Prepaid() || s.Status != Active:
		return fault.New(fault.Conflict, "subscription.no_extension")
	case s.ExtendedIn == month:
		return fault.New(fault.Conflict, "subscription.extended")
	}
	from := e.At
	if end := s.End(loc); end.After(from) {
		from = end
	}
	s.ExtendedTo, s.ExtendedIn = from.Add(24*time.Hour), month
	return nil
}

// resume starts the clock again: what was left at the pause is left now.
func (s *State) resume(at time.Time) {
	still := at.Sub(s.PausedAt)
	s.move(s.PausedAt, func(t time.Time) time.Time { return t.Add(still) })
	s.Status, s.PausedAt = Active, time.Time{}
}

// move shifts the ends of what is paid for and lies ahead of an instant.
func (s *State) move(after time.Time, shift func(time.Time) time.Time) {
	if s.PaidTo.After(after) {
		s.PaidTo = shift(s.PaidTo)
	}
	if s.ExtendedTo.After(after) {
		s.ExtendedTo = shift(s.ExtendedTo)
	}
	s.Ahead = slices.Clone(s.Ahead)
	for i := range s.Ahead {
		if span := &s.Ahead[i]; span.Until.After(after) {
			was := span.Until
			if span.Until = shift(was); span.From.After(after) {
				span.From = shift(span.From)
			} else {
				span.Still += span.Until.Sub(was)
			}
		}
	}
}

// lengthen gives time for an outage. What is paid for up to a time of the day lasts until noon, and is not over before. Of a line that has run out by then, what
// lies beyond its end is had from then on.
func (s *State) lengthen(at time.Time, said Said, loc *time.Location) {
	end, wait := s.End(loc), time.Duration(0)
	if !s.PaidTo.After(at) && !end.IsZero() {
		if !end.After(at) && said.onto(clock.Later(s.PaidTo, s.ExtendedTo), loc).After(end) {
			wait = at.Sub(end)
		}
		at = s.PaidTo.Add(-time.Millisecond)
	}
	s.move(at, func(t time.Time) time.Time { return said.onto(t, loc).Add(wait) })
}

// onto adds days and minutes to an instant.
func (said Said) onto(t time.Time, loc *time.Location) time.Time {
	return t.In(loc).AddDate(0, 0, said.Days).UTC().Add(time.Duration(said.Minutes) * time.Minute)
}

// sell changes what is subscribed to. Time that is left is as much as its money is worth on the new plan, or stays when the difference was paid.
func (s *State) sell(e Event, loc *time.Location) {
	s.Sold = *e.Said.Sold
	at, w := s.clockAt(e.At), e.Said.Worth
	if w == nil {
		return
	}
	s.Turned = w
	if e.Said.Amount == nil {
		s.turn(at, *w, loc)
		return
	}
	s.hold(e, loc)
	s.paidFor(at, *w, loc)
}

func (s *State) addOn(e Event, loc *time.Location) error {
	if e.Kind == AddOnLeft {
		if !s.has(e.Said.Key) {
			return fault.New(fault.Conflict, "subscription.no_addon")
		}
		s.AddOns = slices.DeleteFunc(slices.Clone(s.AddOns), func(a plans.AddOn) bool { return a.Key == e.Said.Key })
		return nil
	}
	if e.Said.AddOn.Once { // a pack is used up by the grant
		return nil
	}
	if s.has(e.Said.AddOn.Key) {
		return fault.New(fault.Conflict, "subscription.addon_had")
	}
	s.AddOns = append(slices.Clone(s.AddOns), *e.Said.AddOn)
	s.hold(e, loc)
	return nil
}

// possessions are deposits and equipment.
func (s *State) possessions(e Event) error {
	switch e.Kind {
	case DepositTaken:
		s.Deposit = money.KES(s.Deposit.Cents + e.Said.Amount.Cents)
	case DepositBack, DepositLost:
		if e.Said.Amount.Cents > s.Deposit.Cents {
			return fault.New(fault.Conflict, "subscription.deposit")
		}
		s.Deposit = money.KES(s.Deposit.Cents - e.Said.Amount.Cents)
	case HandedOver:
		s.Equipment = append(slices.Clone(s.Equipment), *e.Said.Equipment)
	case HandedBack:
		s.Equipment = slices.Clone(s.Equipment)
		at := slices.IndexFunc(s.Equipment, func(q Equipment) bool { return q.Serial == e.Said.Key && q.Loaned && !q.Back })
		if at < 0 {
			return fault.New(fault.Conflict, "subscription.equipment")
		}
		s.Equipment[at].Back = true
	}
	return nil
}
