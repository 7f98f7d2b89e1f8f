package support

import (
	"context"
	"slices"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/settings"
	"mtandao/internal/staff"
)

// day is the day of an instant as a message says it, in the time zone of messages.
func (s *Service) day(t time.Time) string {
	zone, err := time.LoadLocation(s.Settings.String(settings.MessageZone))
	if err != nil {
		zone = clock.Nairobi
	}
	return t.In(zone).Format("2.1.2006")
}

// Take makes somebody the owner of a ticket that nobody has: of two, one wins, and the other is told who: fault.Conflict "ticket.taken".
// fault.Conflict "ticket.done" when nobody has to do anything any more.
func (s *Service) Take(ctx context.Context, ticketID int64, by By) error {
	return s.change(ctx, Act{TicketID: ticketID}, by, "ticket taken", "", func(_ *db.Tx, t *Ticket) ([]Event, error) {
		switch {
		case t.Owner == by.Actor:
			return nil, nil
		case t.Owner != "":
			return nil, fault.New(fault.Conflict, "ticket.taken", "Who", t.Owner)
		case !t.State.Live():
			return nil, fault.New(fault.Conflict, "ticket.done")
		}
		t.Owner = by.Actor
		return []Event{{Kind: Owned, Became: by.Actor}}, nil
	})
}

// HandOver gives a ticket to another member, or to nobody, and may change its queue: fault.Invalid "ticket.owner" for who works here no
// more or may not answer tickets of its site, or "ticket.queue".
func (s *Service) HandOver(ctx context.Context, a Act, to, queue string, by By) error {
	if !slices.Contains(Queues, queue) {
		return fault.New(fault.Invalid, "ticket.queue")
	}
	var member staff.Member
	if to = staff.Spell(to); to != "" {
		var err error
		if member, err = s.Members.MemberByEmail(ctx, to); fault.Is(err, fault.NotFound) {
			err = fault.New(fault.Invalid, "ticket.owner")
		}
		if err != nil {
			return err
		}
	}
	return s.change(ctx, a, by, "ticket handed over", "", func(_ *db.Tx, t *Ticket) (events []Event, err error) {
		if to != "" && !staff.May(member, staff.TicketsWork, t.SiteID) {
			return nil, fault.New(fault.Invalid, "ticket.owner")
		}
		if t.Owner != to {
			events = append(events, Event{Kind: Owned, Was: t.Owner, Became: to})
		}
		if t.Queue != queue {
			events = append(events, Event{Kind: Queued, Was: t.Queue, Became: queue})
		}
		t.Owner, t.Queue = to, queue
		return events, nil
	})
}

// Turn moves a ticket to another state. Faults of change, fault.Conflict "ticket.turn".
func (s *Service) Turn(ctx context.Context, a Act, to State, by By) error {
	return s.change(ctx, a, by, "ticket state changed", "", func(_ *db.Tx, t *Ticket) ([]Event, error) { return s.turnTo(t, to) })
}

// Prioritise gives a ticket another priority, and the time that this allows. Faults of change, fault.Invalid "ticket.priority".
func (s *Service) Prioritise(ctx context.Context, a Act, to Priority, by By) error {
	if !slices.Contains(Priorities, to) {
		return fault.New(fault.Invalid, "ticket.priority")
	}
	return s.change(ctx, a, by, "ticket priority changed", "", func(_ *db.Tx, t *Ticket) ([]Event, error) {
		if t.Priority == to {
			return nil, nil
		}
		e := Event{Kind: Prioritised, Was: string(t.Priority), Became: string(to)}
		t.prioritise(to, s.allowed(t.Priority), s.allowed(to))
		return []Event{e}, nil
	})
}

// Link says what a ticket is about besides its customer; who calls it has seen that it is there. An empty link takes it away. Faults of change,
// fault.Invalid "ticket.link".
func (s *Service) Link(ctx context.Context, a Act, to Link, by By) error {
	if to.Kind != "" && (!slices.Contains(LinkKinds, to.Kind) || to.ID == 0) {
		return fault.New(fault.Invalid, "ticket.link")
	}
	return s.change(ctx, a, by, "ticket linked", "", func(_ *db.Tx, t *Ticket) ([]Event, error) {
		if t.Link == to {
			return nil, nil
		}
		e := Event{Kind: Linked, Was: linkText(t.Link), Became: linkText(to)}
		t.Link = to
		return []Event{e}, nil
	})
}

func linkText(l Link) string {
	if l.Kind == "" {
		return ""
	}
	return l.Kind + " " + id(l.ID)
}

// GiveTo makes a ticket a customer's who was not known when it was opened. Faults of change, fault.NotFound "customer.unknown", fault.Conflict
// "customer.merged".
func (s *Service) GiveTo(ctx context.Context, a Act, customerID int64, by By) error {
	return s.change(ctx, a, by, "ticket moved", "", func(tx *db.Tx, t *Ticket) ([]Event, error) {
		if t.CustomerID == customerID {
			return nil, nil
		}
		c, err := s.Customers.GetTx(tx, customerID)
		if err != nil {
			return nil, err
		}
		if c.MergedInto != 0 {
			return nil, fault.New(fault.Conflict, "customer.merged")
		}
		e := Event{Kind: Moved, Was: idOrNone(t.CustomerID), Became: id(c.ID)}
		t.CustomerID, t.SiteID = c.ID, c.SiteID
		return []Event{e}, s.Files.MoveOfTicket(tx, t.ID, c.ID)
	})
}

func idOrNone(n int64) string {
	if n == 0 {
		return ""
	}
	return id(n)
}

// Complain marks a ticket as a complaint to which the regulator's days apply, and tells the customer so when they are reached. Faults of change.
func (s *Service) Complain(ctx context.Context, a Act, by By) error {
	t, err := s.Get(ctx, a.TicketID)
	if err != nil {
		return err
	}
	reach, err := s.ReachOf(ctx, t)
	if err != nil {
		return err
	}
	return s.change(ctx, a, by, "complaint marked", "", func(tx *db.Tx, t *Ticket) ([]Event, error) {
		if t.Complaint {
			return nil, nil
		}
		t.complain(s.Settings.Int(settings.TicketComplaintDays))
		e := Event{Kind: Complained, Became: t.ComplaintDue.UTC().Format(time.RFC3339)}
		if len(reach.Ways) > 0 {
			if e.MessageID, err = s.tellOpened(tx, *t, reach, "complaint "+id(t.Version), nil); err != nil {
				return nil, err
			}
		}
		return []Event{e}, nil
	})
}

// Uncomplain takes the mark of a complaint away, for a reason that only we read; faults of change, fault.Invalid "ticket.text" without one.
func (s *Service) Uncomplain(ctx context.Context, a Act, why string, by By) error {
	why, err := tidyText(why)
	if err != nil {
		return err
	}
	return s.change(ctx, a, by, "complaint unmarked", "", func(_ *db.Tx, t *Ticket) ([]Event, error) {
		if !t.Complaint {
			return nil, nil
		}
		t.Complaint, t.ComplaintDue = false, time.Time{}
		return []Event{{Kind: ComplaintOff, Text: why}}, nil
	})
}
