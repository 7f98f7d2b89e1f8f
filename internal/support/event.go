package support

import (
	"strconv"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/db"
)

// EventKind is what happened to a ticket.
type EventKind string

// The kinds.
const (
	Opened       EventKind = "opened"
	Answered     EventKind = "answered" // the customer reads it
	Noted        EventKind = "noted"    // only we do
	Heard        EventKind = "heard"    // the customer said it
	Owned        EventKind = "owned"
	Turned       EventKind = "turned"
	Prioritised  EventKind = "prioritised"
	Queued       EventKind = "queued"
	Linked       EventKind = "linked"
	Complained   EventKind = "complained"
	ComplaintOff EventKind = "complaint_off"
	Moved        EventKind = "moved" // to a customer
	Sited        EventKind = "sited" // to another site, with its customer
	Erased       EventKind = "erased"
)

// Event is one line of a ticket's history. Was and Became are words of the tables: states, owners, numbers.
type Event struct {
	ID          int64
	TicketID    int64
	Kind        EventKind
	Was, Became string
	Channel     string // of what was said: sms, email, phone, portal; empty for none
	MessageID   int64  // of internal/notify; 0: nothing was sent
	Text        string // empty when erased
	Mail        *Mail  // what else there was in the e-mail that it came by; nil: it came by none, or is erased
	By          string // empty: the program
	At          time.Time
	request     string
	input       string
}

// By is who does something, and from where.
type By struct{ Actor, From string }

// Itself is the program, which closes and forgets by the calendar.
var Itself = By{Actor: "mtandao"}

func id(n int64) string { return strconv.FormatInt(n, 10) }

// told is a ticket in the trail: nothing that a person wrote.
func told(t Ticket) map[string]any {
	is := map[string]any{"reference": t.Reference, "state": t.State, "priority": t.Priority, "queue": t.Queue, "owner": t.Owner, "category": t.Category, "due": t.Due}
	if t.CustomerID != 0 {
		is["customer"] = id(t.CustomerID)
	}
	if t.Complaint {
		is["complaint_due"] = t.ComplaintDue
	}
	if t.Link.Kind != "" {
		is["link"] = t.Link.Kind + " " + id(t.Link.ID)
	}
	return is
}

// recordOf writes a deed in the trail.
func (s *Service) recordOf(tx *db.Tx, by By, action, object string, objectID int64, before, after any) error {
	return audit.Change(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: object, ObjectID: id(objectID)}, before, after)
}

func (s *Service) record(tx *db.Tx, by By, action string, before, after *Ticket) error {
	var was any
	if before != nil {
		was = told(*before)
	}
	return s.recordOf(tx, by, action, "ticket", after.ID, was, told(*after))
}
