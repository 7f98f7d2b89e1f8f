package support

import (
	"slices"
	"time"

	"mtandao/internal/fault"
)

// turn moves a ticket to another state at a time: the clock stands while the customer is awaited, goes on when they have answered, and
// begins anew when the ticket is opened again. fault.Conflict "ticket.turn" when that state cannot follow.
func (t *Ticket) turn(to State, now time.Time, allowed time.Duration) error {
	if !slices.Contains(turns[t.State], to) {
		return fault.New(fault.Conflict, "ticket.turn")
	}
	switch {
	case to == Waiting:
		t.StoppedAt = now
	case t.State == Waiting:
		t.resume(now)
	case to == Open:
		t.Due, t.DoneAt = now.Add(allowed), time.Time{}
		t.Reopened++
	}
	if to == Solved || to == Closed && t.DoneAt.IsZero() {
		t.DoneAt = now
	}
	t.State = to
	return nil
}

// resume lets the clock go on with what was left of it.
func (t *Ticket) resume(now time.Time) {
	t.Due, t.StoppedAt = t.Due.Add(now.Sub(t.StoppedAt)), time.Time{}
}

// prioritise gives a ticket another priority: its clock counts from the same beginning.
func (t *Ticket) prioritise(to Priority, before, allowed time.Duration) {
	t.Priority, t.Due = to, t.Due.Add(allowed-before)
}

// complain starts the regulator's days, counted from when the matter reached us; the end is a whole number of days later.
func (t *Ticket) complain(days int) {
	t.Complaint, t.ComplaintDue = true, t.OpenedAt.AddDate(0, 0, days)
}

// DaysLeft is in how many days the time of a complaint ends, the one that has begun counted; negative when it is over.
func (t Ticket) DaysLeft(now time.Time) int {
	left := t.ComplaintDue.Sub(now)
	if left < 0 {
		return -1 - int(-left/(24*time.Hour))
	}
	return int((left + 24*time.Hour - 1) / (24 * time.Hour))
}
