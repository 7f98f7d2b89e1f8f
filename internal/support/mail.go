package support

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
)

// Mail is what there was in an e-mail besides what it says. Who it is from is what it says it is from: that proves nothing.
type Mail struct {
	ID             string // its Message-ID, which an answer names
	From, FromName string
	Files          []MailFile
	Left           int    // letters of its text that were left out
	Cut            bool   // it was too long to be read whole
	Garbled        bool   // something in it could not be read
	Suspect        string // the reference of the ticket that it may belong to: it names it, and does not prove it
	Known          bool   // its address is one customer's, whose ticket it became
}

// MailFile is what came with an e-mail. It is kept as a file, or it was refused and is in the mailbox alone.
type MailFile struct {
	Name, Type string
	Size       int64
	FileID     int64  // 0: it is not kept
	Refused    string // the key of why
}

// Attach keeps what came with an e-mail that became part of a ticket, and says in it what became of each.
type Attach func(tx *db.Tx, t Ticket, m *Mail) error

func (m *Mail) stored() (string, error) {
	if m == nil {
		return "", nil
	}
	text, err := json.Marshal(m)
	return string(text), err
}

func storedMail(text string) *Mail {
	var m Mail
	if text == "" || json.Unmarshal([]byte(text), &m) != nil {
		return nil
	}
	return &m
}

const (
	purposeThread = "ticket.thread"
	tokenLetters  = 32 // 128 bits
)

// mark is what the Message-ID of every e-mail about a ticket holds, and nobody can guess: who names it has read one of them.
func (s *Service) mark(ticketID int64) string {
	return "t" + id(ticketID) + "." + s.Keys.Lookup(purposeThread, id(ticketID))[:tokenLetters]
}

// OfMark is the ticket of which one of our e-mails was, by its Message-ID; false for any other.
func (s *Service) OfMark(messageID string) (ticketID int64, ours bool) {
	local, _, _ := strings.Cut(messageID, "@")
	parts := strings.Split(local, ".")
	if len(parts) != 3 {
		return 0, false
	}
	digits, is := strings.CutPrefix(parts[1], "t")
	ticketID, err := strconv.ParseInt(digits, 10, 64)
	if !is || err != nil || len(parts[2]) != tokenLetters {
		return 0, false
	}
	return ticketID, slices.ContainsFunc(s.Keys.Lookups(purposeThread, id(ticketID)), func(hash string) bool {
		return subtle.ConstantTimeCompare([]byte(hash[:tokenLetters]), []byte(parts[2])) == 1
	})
}

// thread is what makes an e-mail about a ticket an answer to the last one that was heard.
func (s *Service) thread(tx *db.Tx, t Ticket, w said) (*notify.Thread, error) {
	th := &notify.Thread{Mark: s.mark(t.ID), Person: w.person}
	if s.Mailbox != nil {
		var err error
		if th.ReplyTo, err = s.Mailbox(tx); err != nil {
			return nil, err
		}
	}
	if w.answers == nil {
		var err error
		if w.answers, err = s.lastMail(tx, t.ID); err != nil {
			return nil, err
		}
	}
	if w.answers != nil {
		th.Answers = w.answers.ID
	}
	return th, nil
}

// OpenTx is Open inside a transaction.
func (s *Service) OpenTx(tx *db.Tx, o Opening, by By) (Ticket, error) {
	o, reach, err := s.prepared(tx.Context(), o)
	if err != nil {
		return o.Ticket, err
	}
	return s.open(tx, o, reach, by)
}

// HearMail writes down what came by e-mail, like Hear. Faults of Hear.
func (s *Service) HearMail(tx *db.Tx, a Act, text string, m Mail, by By) error {
	text, err := tidyText(text)
	if err != nil {
		return err
	}
	return s.changeTx(tx, a, by, "ticket heard", heardInput(text, ByEmail), s.heard(text, ByEmail, &m))
}

// NoteMail writes down what a program wrote by e-mail, for us alone: it turns nothing. Faults of Note.
func (s *Service) NoteMail(tx *db.Tx, a Act, text string, m Mail, by By) error {
	text, err := tidyText(text)
	if err != nil {
		return err
	}
	return s.changeTx(tx, a, by, "ticket note written", "note\x00"+text, func(*db.Tx, *Ticket) ([]Event, error) {
		return []Event{{Kind: Noted, Text: text, Channel: string(ByEmail), Mail: &m}}, nil
	})
}

// WritesFor says whether an e-mail address is one under which who asked is known to us. That it is written over an e-mail proves little.
func (s *Service) WritesFor(ctx context.Context, t Ticket, address string) (bool, error) {
	if t.Contact.Kind == customers.ByEmail && t.Contact.Value == address {
		return address != "", nil
	}
	if t.CustomerID == 0 || address == "" {
		return false, nil
	}
	theirs, err := s.Customers.Contacts(ctx, t.CustomerID)
	return slices.ContainsFunc(theirs, func(c customers.Contact) bool { return c.Kind == customers.ByEmail && c.Value == address }), err
}

// Fits shortens what a stranger wrote to what a ticket holds, and says how many letters are left out: of what is quoted first.
func Fits(text, quoted string) (string, int) {
	all := []rune(strings.TrimSpace(text))
	left := 0
	if len(all) > mostText {
		all, left = all[:mostText], len(all)-mostText
	}
	rest := []rune(quoted)
	room := mostText - len(all) - len("\n\n")
	if len(rest) > max(0, room) {
		rest, left = rest[:max(0, room)], left+len(rest)-max(0, room)
	}
	return strings.TrimSpace(string(all) + "\n\n" + string(rest)), left
}

// Titled shortens what a stranger wrote over an e-mail to what a ticket's subject holds; empty when nothing was.
func Titled(subject string) string {
	if all := []rune(subject); len(all) > mostSubject {
		return string(all[:mostSubject-1]) + "…"
	}
	return subject
}

// TicketTx reads a ticket in a transaction; false when there is none.
func (s *Service) TicketTx(tx *db.Tx, ticketID int64) (Ticket, bool, error) {
	t, err := s.hold(tx, ticketID)
	if fault.Is(err, fault.NotFound) {
		return t, false, nil
	}
	return t, err == nil, err
}
