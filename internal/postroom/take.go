package postroom

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
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
	Crowd Reason = "crowd" // too many became tickets, whoever wrote
)

// Left is an e-mail that made no ticket.
type Left struct {
	ID            int64
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

// crowd is how many senders' share of an hour may become tickets: whoever writes under ever other names gets no further, and a town that is offline does.
const crowd = 25

// take takes an e-mail with all that it brings about, once. It is not cut short by the end of a look: one that takes long would never be taken.
func (s *Service) take(ctx context.Context, b box, uid uint32, m mailbox.Mail) error {
	ctx = context.WithoutCancel(ctx)
	why, err := s.unwanted(ctx, m)
	if err != nil {
		return err
	}
	var with []attached
	if why == "" {
		with = seenThrough(m.Files)
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		r := mailRow{Box: b.account.box(), Validity: int64(b.validity), UID: int64(uid), Digest: m.Digest, MessageHash: s.Keys.Lookup(purposeMessage, cmp.Or(m.ID, m.Digest)),
			SenderHash: s.Keys.Lookup(purposeSender, m.From), At: s.Clock.Now()}
		first, err := s.claim(tx, &r)
		if err != nil || !first {
			return err
		}
		if err := s.carryOut(tx, b, &r, m, why, with); err != nil {
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

// unwanted says why an e-mail is put aside, before anything is made of it; empty when it is not.
func (s *Service) unwanted(ctx context.Context, m mailbox.Mail) (Reason, error) {
	if _, ours := s.Tickets.OfMark(m.ID); ours {
		return Own, nil
	}
	hour, each := s.Clock.Now().Add(-time.Hour), s.Settings.Int(settings.TicketMailsHour)
	written, err := s.written(ctx, m.From, hour, each)
	if err != nil || written >= each {
		return reasonOr(Flood, err)
	}
	answers := slices.ContainsFunc(m.Answers, func(id string) bool { _, ours := s.Tickets.OfMark(id); return ours })
	if answers {
		return "", nil
	}
	if m.Auto != "" {
		return Reason(m.Auto), nil
	}
	if made, err := s.counted(ctx, NewTicket, hour, crowd*each); err != nil || made >= crowd*each {
		return reasonOr(Crowd, err)
	}
	return "", nil
}

func reasonOr(why Reason, err error) (Reason, error) {
	if err != nil {
		why = ""
	}
	return why, err
}

func (s *Service) carryOut(tx *db.Tx, b box, r *mailRow, m mailbox.Mail, why Reason, with []attached) error {
	to := about{}
	if why == "" {
		var err error
		if to, err = s.belongs(tx, m); err != nil {
			return err
		}
		if m.Auto != "" && !to.token {
			why = Reason(m.Auto)
		}
	}
	if why != "" {
		r.Outcome, r.Reason, r.PutAway = string(Aside), string(why), 1 // it stays as it is
		return nil
	}
	text, is := s.readable(m)
	is.Suspect = to.suspect.Reference
	if to.ticket.ID == 0 {
		return s.open(tx, b, r, m, text, is, with)
	}
	r.TicketID = to.ticket.ID
	if err := s.keep(with)(tx, to.ticket, &is); err != nil {
		return err
	}
	act := support.Act{TicketID: to.ticket.ID, Request: "mail " + m.Digest}
	if m.Auto != "" {
		r.Outcome = string(Note)
		return s.Tickets.NoteMail(tx, act, text, is, itself)
	}
	r.Outcome = string(Reply)
	return s.Tickets.HearMail(tx, act, text, is, itself)
}

// readable is what a ticket says of an e-mail.
func (s *Service) readable(m mailbox.Mail) (string, support.Mail) {
	text, left := support.Fits(cmp.Or(m.Text, m.Subject, "-"), m.Quoted)
	return text, support.Mail{ID: m.ID, From: m.From, FromName: m.FromName, Left: left, Cut: m.Cut, Garbled: m.Garbled, Files: brought(m.Files)}
}

// open makes a ticket, and acknowledges it once to who wrote, unless that is ourselves or nobody.
func (s *Service) open(tx *db.Tx, b box, r *mailRow, m mailbox.Mail, text string, is support.Mail, with []attached) error {
	acknowledged, err := s.acknowledged(tx, m.From)
	if err != nil {
		return err
	}
	t := asked(b, m)
	if t.Contact.Value != "" {
		c, one, err := s.Customers.ByEmailTx(tx, t.Contact.Value)
		if err != nil {
			return err
		}
		if one {
			t.CustomerID, is.Known = c.ID, true
		}
	}
	o := support.Opening{Ticket: t, Text: text, Request: "mail " + m.Digest, Mail: &is, Attach: s.keep(with), Tell: acknowledged < mostAcknowledged && t.Contact.Value != ""}
	made, err := s.Tickets.OpenTx(tx, o, itself)
	r.Outcome, r.TicketID = string(NewTicket), made.ID
	if o.Tell {
		r.Acknowledged = 1
	}
	return err
}

// asked is a ticket of what an e-mail asks, of nobody yet; who wrote is answered unless that is ourselves or nobody.
func asked(b box, m mailbox.Mail) support.Ticket {
	t := support.Ticket{Subject: support.Titled(cmp.Or(m.Subject, "-")), Category: "other", Priority: support.Normal, How: support.ByEmail}
	address, reachable := customers.ReadEmail(m.From)
	if _, sendable := notify.Mailbox(address); reachable && sendable && address != b.account.Address {
		t.Contact = customers.Contact{Kind: customers.ByEmail, Value: address}
	}
	return t
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

// Clean forgets e-mails whose tickets' texts may be forgotten, too.
func (s *Service) Clean(ctx context.Context) error {
	before := s.Clock.Now().AddDate(0, -s.Settings.Int(settings.TicketKeepMonths), 0)
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return s.forget(tx, before) })
}
