package support

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/notify"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// Messages sends what a customer is told. *notify.Service satisfies it.
type Messages interface {
	Send(tx *db.Tx, m notify.Message) (int64, error)
}

// Members knows who works here. *staff.Service satisfies it.
type Members interface {
	MemberByEmail(ctx context.Context, email string) (staff.Member, error)
}

// Options are a Service's collaborators. Clock is the machine's.
type Options struct {
	DB        *db.DB
	Keys      *seal.Keys
	Clock     clock.Clock
	Jobs      *jobs.Queue
	Settings  *settings.Store
	Customers *customers.Service
	Members   Members
	Messages  Messages
	Mailbox   func(tx *db.Tx) (string, error) // where an e-mail about a ticket is answered to; empty: nobody reads there. Nil: never
	Files     Files
}

// Files keeps what came with tickets by e-mail: it goes with their texts, and belongs to whom they belong. *fieldwork.Service satisfies it.
type Files interface {
	ForgetOfTicket(tx *db.Tx, ticketID int64) error
	MoveOfTicket(tx *db.Tx, ticketID, customerID int64) error
}

// Service is what can be done with tickets.
type Service struct{ Options }

// New makes it.
func New(o Options) *Service { return &Service{Options: o} }

const (
	purposeContact = "ticket.contact"
	mostDraws      = 50
)

// allowed is how long an answer of a priority may take.
func (s *Service) allowed(p Priority) time.Duration {
	return time.Duration(s.Settings.Int(clockKeys[p])) * time.Hour
}

// Opening is a ticket to be made, with what was said. The same Request again is the same ticket.
type Opening struct {
	Ticket
	Text    string
	Request string
	Tell    bool  // the customer is told the reference, by the way in which they are reached
	Mail    *Mail // the e-mail that it came by; its sender may be nobody whom we know, and who cannot be answered
	Attach  Attach
}

// Open makes a ticket. Faults of Ticket's check, fault.Invalid "ticket.text", fault.NotFound "customer.unknown", fault.Conflict "customer.merged",
// fault.Invalid "ticket.unreached" when the customer is to be told and cannot be reached, and fault.Unavailable "ticket.numbers_full".
func (s *Service) Open(ctx context.Context, o Opening, by By) (t Ticket, err error) {
	o, reach, err := s.prepared(ctx, o)
	if err != nil {
		return o.Ticket, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error { t, err = s.open(tx, o, reach, by); return err })
	return t, err
}

// prepared is an opening that is in order, and how who asked is reached.
func (s *Service) prepared(ctx context.Context, o Opening) (_ Opening, reach Reach, err error) {
	if o.Ticket, err = o.check(o.Mail != nil); err != nil {
		return o, reach, err
	}
	if o.Text, err = tidyText(o.Text); err != nil {
		return o, reach, err
	}
	if o.Request == "" {
		o.Request = seal.RandomHex(16)
	}
	if reach, err = s.ReachOf(ctx, o.Ticket); err != nil {
		return o, reach, err
	}
	if o.Tell && len(reach.Ways) == 0 {
		err = fault.New(fault.Invalid, "ticket.unreached")
	}
	return o, reach, err
}

func (s *Service) open(tx *db.Tx, o Opening, reach Reach, by By) (Ticket, error) {
	now := s.Clock.Now()
	t := o.Ticket
	if t.CustomerID != 0 {
		c, err := s.Customers.Hold(tx, t.CustomerID)
		if err != nil {
			return t, err
		}
		if c.State == customers.Merged {
			return t, fault.New(fault.Conflict, "customer.merged")
		}
		t.SiteID = c.SiteID
	}
	t.ID, t.State, t.OpenedBy, t.OpenedAt, t.ChangedAt, t.Due, t.Version = tx.ID(), Open, by.Actor, now, now, now.Add(s.allowed(t.Priority)), 1
	if t.Complaint {
		t.complain(s.Settings.Int(settings.TicketComplaintDays))
	}
	made, first, err := s.insert(tx, t, o.Request)
	if err != nil || !first {
		return made, err
	}
	if o.Attach != nil {
		if err := o.Attach(tx, made, o.Mail); err != nil {
			return made, err
		}
	}
	e := Event{Kind: Opened, Channel: string(t.How), Text: o.Text, Mail: o.Mail, request: o.Request}
	if o.Tell {
		if e.MessageID, err = s.tellOpened(tx, made, reach, "opened", o.Mail); err != nil {
			return made, err
		}
	}
	if err := s.writeEvent(tx, made, e, by); err != nil {
		return made, err
	}
	if err := s.Jobs.Emit(tx, FactOpened, id(made.ID), Fact{made.ID}); err != nil {
		return made, err
	}
	return made, s.record(tx, by, "ticket opened", nil, &made)
}

// Act is what a page knows when somebody acts: which ticket, as they saw it. Seen 0 is "as it is now". The same Request again changes nothing.
type Act struct {
	TicketID int64
	Seen     int64
	Request  string
}

// deed is a change of a ticket and the event of it; nil events: nothing is to be changed.
type deed func(tx *db.Tx, t *Ticket) ([]Event, error)

// change holds the ticket, sees that it is as it was seen, and writes the change with its events and its trace in the trail. fault.NotFound
// "ticket.unknown"; fault.Conflict "ticket.changed" names who was faster, "ticket.form_used" is of a request that said something else before.
func (s *Service) change(ctx context.Context, a Act, by By, action, input string, do deed) error {
	if a.Request == "" {
		a.Request = seal.RandomHex(16)
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return s.changeTx(tx, a, by, action, input, do) })
}

func (s *Service) changeTx(tx *db.Tx, a Act, by By, action, input string, do deed) error {
	before, err := s.hold(tx, a.TicketID)
	if err != nil {
		return err
	}
	done, err := s.doneBefore(tx, a, input)
	if err != nil || done {
		return err
	}
	if a.Seen != 0 && a.Seen != before.Version {
		return s.faster(tx, before)
	}
	return s.carryOut(tx, before, a, by, action, input, do)
}

func (s *Service) carryOut(tx *db.Tx, before Ticket, a Act, by By, action, input string, do deed) error {
	after := before
	events, err := do(tx, &after)
	if err != nil || len(events) == 0 {
		return err
	}
	events[0].request, events[0].input = a.Request, hashed(input)
	return s.write(tx, before, after, action, events, by)
}

// write stores what became of a ticket, with its events and its trace in the trail. fault.Conflict "ticket.changed" names who was faster.
func (s *Service) write(tx *db.Tx, before, after Ticket, action string, events []Event, by By) error {
	after.ChangedAt = s.Clock.Now()
	if slices.ContainsFunc(events, func(e Event) bool { return e.Text != "" }) {
		after.ErasedAt = time.Time{} // there is something to erase again
	}
	won, err := s.update(tx, after)
	if err != nil {
		return err
	}
	if !won {
		return s.faster(tx, before)
	}
	for _, e := range events {
		if err := s.writeEvent(tx, after, e, by); err != nil {
			return err
		}
	}
	if before.State.Live() && !after.State.Live() {
		if err := s.Jobs.Emit(tx, FactDone, id(after.ID), Fact{after.ID}); err != nil {
			return err
		}
	}
	return s.record(tx, by, action, &before, &after)
}

// doneBefore says whether a form was taken already; fault.Conflict "ticket.form_used" when it said something else then.
func (s *Service) doneBefore(tx *db.Tx, a Act, input string) (bool, error) {
	was, found, err := s.inputOf(tx, a)
	if err == nil && found && was != hashed(input) {
		err = fault.New(fault.Conflict, "ticket.form_used")
	}
	return found, err
}

func (s *Service) faster(tx *db.Tx, t Ticket) error {
	who, err := s.lastActor(tx, t.ID)
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "ticket.changed", "Who", who)
}

func hashed(input string) string {
	sum := sha256.Sum256([]byte(input))
	return hex.EncodeToString(sum[:])
}

// Way is one way in which who asked can be answered.
type Way struct {
	Channel notify.Channel
	To      string
}

// Reach is how who asked can be answered, and in which language; the way that they took comes first.
type Reach struct {
	Name string
	Lang words.Lang
	Ways []Way
}

// ReachOf says how who asked can be answered. fault.NotFound "customer.unknown".
func (s *Service) ReachOf(ctx context.Context, t Ticket) (r Reach, err error) {
	r.Lang = words.English
	all := []customers.Contact{t.Contact}
	if t.CustomerID != 0 {
		c, err := s.Customers.Get(ctx, t.CustomerID)
		if err != nil {
			return r, err
		}
		r.Name, r.Lang = c.Name, c.Lang
		theirs, err := s.Customers.Contacts(ctx, t.CustomerID)
		if err != nil {
			return r, err
		}
		all = append(all, theirs...)
	}
	has := map[notify.Channel]bool{}
	for _, c := range all {
		way := Way{Channel: notify.SMS, To: c.Value}
		if c.Kind == customers.ByEmail {
			way.Channel = notify.Email
		}
		if c.Value == "" || has[way.Channel] {
			continue
		}
		has[way.Channel] = true
		if r.Ways = append(r.Ways, way); len(r.Ways) == 2 && t.How == ByEmail && way.Channel == notify.Email {
			r.Ways[0], r.Ways[1] = r.Ways[1], r.Ways[0]
		}
	}
	return r, nil
}
