package postroom

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/mailbox"
	"mtandao/internal/notify"
	"mtandao/internal/settings"
	"mtandao/internal/support"
)

// Outcome is what became of an e-mail.
type Outcome string

// The outcomes.
const (
	NewTicket Outcome = "ticket"
	Reply     Outcome = "reply"  // it was added to a ticket
	Note      Outcome = "note"   // a program wrote about one of our e-mails
	Double    Outcome = "double" // it was taken before
	Aside     Outcome = "aside"  // it made no ticket, and is unread in the mailbox
)

// Reason is why an e-mail made no ticket.
type Reason string

// The reasons, besides those of mailbox.Automatic.
const (
	Own   Reason = "own"   // one of ours came back
	Flood Reason = "flood" // its sender wrote too often
)

// Left is an e-mail that made no ticket.
type Left struct {
	At            time.Time
	From, Subject string
	Reason        Reason
}

// mostAcknowledged is how often a day one address is answered by the program: a program there that does not say so would go on for ever.
const mostAcknowledged = 5

// itself is who makes a ticket of an e-mail.
var itself = support.Itself

func ownDigest(r mailRow) string {
	return fmt.Sprintf("%.16s %d %d", r.Box, r.Validity, r.UID)
}

// take takes an e-mail with all that it brings about, once.
func (s *Service) take(ctx context.Context, b box, uid uint32, m mailbox.Mail) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		r := mailRow{Box: b.account.box(), Validity: int64(b.validity), UID: int64(uid), Digest: m.Digest, MessageHash: s.Keys.Lookup(purposeMessage, cmp.Or(m.ID, m.Digest)),
			SenderHash: s.Keys.Lookup(purposeSender, m.From), At: s.Clock.Now()}
		first, err := s.claim(tx, &r)
		if err != nil || !first {
			return err
		}
		if err := s.carryOut(tx, b, &r, m); err != nil {
			return err
		}
		if err := s.settle(tx, r, details{m.From, m.Subject}); err != nil {
			return err
		}
		return s.between("taken, not committed")
	})
}

// about is which ticket an e-mail belongs to, and which it only seems to.
type about struct {
	ticket, suspect support.Ticket
	token           bool // it names one of our e-mails, whose name nobody can guess
}

func (s *Service) carryOut(tx *db.Tx, b box, r *mailRow, m mailbox.Mail) error {
	aside := func(why Reason) error {
		r.Outcome, r.Reason, r.PutAway = string(Aside), string(why), 1 // it stays as it is
		return nil
	}
	written, acknowledged, err := s.recent(tx, m.From, s.Clock.Now().Add(-time.Hour))
	if err != nil {
		return err
	}
	if _, ours := s.Tickets.OfMark(m.ID); ours {
		return aside(Own)
	}
	if written > int64(s.Settings.Int(settings.TicketMailsHour)) { // this one is counted
		return aside(Flood)
	}
	to, err := s.belongs(tx, m)
	if err != nil {
		return err
	}
	if m.Auto != "" && !to.token {
		return aside(Reason(m.Auto))
	}
	text, left := support.Fits(cmp.Or(m.Text, m.Subject, "-"), m.Quoted)
	with := support.Mail{ID: m.ID, From: m.From, FromName: m.FromName, Left: left, Cut: m.Cut, Garbled: m.Garbled, Suspect: to.suspect.Reference}
	for _, f := range m.Files {
		with.Files = append(with.Files, support.MailFile(f))
	}
	if to.ticket.ID == 0 {
		return s.open(tx, b, r, m, text, with, acknowledged < mostAcknowledged)
	}
	r.TicketID = to.ticket.ID
	act := support.Act{TicketID: to.ticket.ID, Request: "mail " + m.Digest}
	if m.Auto != "" {
		r.Outcome = string(Note)
		return s.Tickets.NoteMail(tx, act, text, with, itself)
	}
	r.Outcome = string(Reply)
	return s.Tickets.HearMail(tx, act, text, with, itself)
}

// open makes a ticket, and acknowledges it once to who wrote, unless that is ourselves or nobody.
func (s *Service) open(tx *db.Tx, b box, r *mailRow, m mailbox.Mail, text string, with support.Mail, answered bool) error {
	t := support.Ticket{Subject: support.Titled(cmp.Or(m.Subject, "-")), Category: "other", Priority: support.Normal, How: support.ByEmail}
	address, reachable := customers.ReadEmail(m.From)
	if _, sendable := notify.Mailbox(address); reachable && sendable && address != b.account.Address {
		t.Contact = customers.Contact{Kind: customers.ByEmail, Value: address}
		c, one, err := s.Customers.ByEmailTx(tx, address)
		if err != nil {
			return err
		}
		if one {
			t.CustomerID, with.Known = c.ID, true
		}
	}
	o := support.Opening{Ticket: t, Text: text, Request: "mail " + m.Digest, Mail: &with, Tell: answered && t.Contact.Value != ""}
	made, err := s.Tickets.OpenTx(tx, o, itself)
	r.Outcome, r.TicketID = string(NewTicket), made.ID
	if o.Tell {
		r.Acknowledged = 1
	}
	return err
}

var referenceShape = regexp.MustCompile(`(?i)\bT[ -]?[0-9]{3}[ -]?[0-9]{4}\b`)

// belongs finds the ticket of an e-mail: that of a name which nobody can guess; or that of a reference or of an earlier e-mail, when its address is of who asked.
func (s *Service) belongs(tx *db.Tx, m mailbox.Mail) (a about, err error) {
	for _, id := range m.Answers {
		if n, ours := s.Tickets.OfMark(id); ours {
			t, there, err := s.Tickets.TicketTx(tx, n)
			if err != nil || there {
				return about{ticket: t, token: there}, err
			}
		}
	}
	t, err := s.named(tx, m)
	if err != nil || t.ID == 0 {
		return a, err
	}
	theirs, err := s.Tickets.WritesFor(tx.Context(), t, m.From)
	if theirs {
		return about{ticket: t}, err
	}
	return about{suspect: t}, err
}

func (s *Service) named(tx *db.Tx, m mailbox.Mail) (support.Ticket, error) {
	if reference, ok := support.ReadReference(referenceShape.FindString(m.Subject)); ok {
		t, err := s.Tickets.ByReference(tx.Context(), reference)
		if !fault.Is(err, fault.NotFound) {
			return t, err
		}
	}
	for _, id := range m.Answers {
		n, err := s.ticketOf(tx, id)
		if err != nil || n == 0 {
			if err != nil {
				return support.Ticket{}, err
			}
			continue
		}
		t, _, err := s.Tickets.TicketTx(tx, n)
		return t, err
	}
	return support.Ticket{}, nil
}

// mostLeft bounds the list of e-mails that made no ticket.
const mostLeft = 50

// Left lists the newest e-mails that made no ticket.
func (s *Service) Left(ctx context.Context) ([]Left, error) { return s.asides(ctx, mostLeft) }

// Clean forgets e-mails whose tickets' texts may be forgotten, too.
func (s *Service) Clean(ctx context.Context) error {
	before := s.Clock.Now().AddDate(0, -s.Settings.Int(settings.TicketKeepMonths), 0)
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return s.forget(tx, before) })
}
