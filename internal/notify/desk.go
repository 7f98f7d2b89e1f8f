package notify

import (
	"context"
	"strconv"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/words"
)

// Line is a message in a list: no text, and its address masked.
type Line struct {
	ID        int64
	Purpose   Purpose
	Channel   Channel
	To        string
	State     State
	Reason    string
	Attempts  int
	Parts     int
	Cost      Cost
	CreatedAt time.Time
	RunAt     time.Time     // Queued: when it is tried
	SentAt    time.Time     // zero: no carrier has taken it
	Age       time.Duration // since it was created
}

// Page asks for a stretch of the list, the newest first: older than the line with this time and id, or from the start.
type Page struct {
	State    State // "" for all
	Before   time.Time
	BeforeID int64
	Limit    int // 1 to 200; 50 when 0
}

func (p Page) lines() int {
	if p.Limit == 0 {
		return 50
	}
	return max(1, min(p.Limit, 200))
}

// List gives a stretch of messages.
func (s *Service) List(ctx context.Context, p Page) ([]Line, error) { return s.lines(ctx, p) }

// mostAbout bounds what is listed about one thing.
const mostAbout = 50

// About lists the messages whose keys begin with a word and a space, the newest first.
func (s *Service) About(ctx context.Context, word string) ([]Line, error) { return s.about(ctx, word) }

// Lines are messages by their ids, at most mostAbout; those that are no more are left out.
func (s *Service) Lines(ctx context.Context, ids []int64) (map[int64]Line, error) {
	return s.named(ctx, ids[:min(len(ids), mostAbout)])
}

// Read is one message with its text, for a person who may see it. Codes are never shown.
func (s *Service) Read(ctx context.Context, id int64) (line Line, subject, text string, err error) {
	m, line, err := s.line(ctx, id)
	if err != nil || m.Purpose == ForCode {
		return line, "", "", err
	}
	return line, m.content.Subject, m.content.Text, nil
}

// Told is a message as it was sent to a customer.
type Told struct {
	Line
	Subject, Text string
}

// OfCustomer lists what was sent to a customer, without codes, the newest first; before is the last ID of the page before, 0 for the first.
func (s *Service) OfCustomer(ctx context.Context, customerID, before int64, limit int) ([]Told, error) {
	return s.ofCustomer(ctx, customerID, before, limit)
}

// MoveCustomer gives the messages of a customer to another, in the transaction in which they are merged.
func (s *Service) MoveCustomer(tx *db.Tx, from, to int64) error { return s.moveCustomer(tx, from, to) }

// Retry sends a failed or unknown message again because a person, by, says so: after unknown it may arrive twice.
// fault.Conflict "message.not_retried" in any other state, or when its time is over.
func (s *Service) Retry(ctx context.Context, id int64, by, from string) error {
	m, err := s.message(ctx, id)
	if err != nil {
		return err
	}
	if by == "" {
		return fault.New(fault.Denied, "denied")
	}
	now := s.Clock.Now()
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.requeue(tx, m, []State{Failed, Unknown}, change{at: now})
		if err != nil {
			return err
		}
		if !won {
			return fault.New(fault.Conflict, "message.not_retried")
		}
		if err := s.extend(tx, id, now.Add(manners[m.Purpose].life)); err != nil {
			return err
		}
		if err := audit.Record(tx, now, audit.Event{Actor: by, Action: "message retried", Object: "message", ObjectID: strconv.FormatInt(id, 10),
			Before: strconv.Quote(string(m.State)), After: strconv.Quote(string(Queued)), From: from}); err != nil {
			return err
		}
		return s.emitRound(tx, id, m.Round+1, now)
	})
}

// SendTest sends a short text to an address because a person, by, wants to see whether the channel works.
func (s *Service) SendTest(ctx context.Context, c Channel, to string, l words.Lang, by, from string) (id int64, err error) {
	if by == "" {
		return 0, fault.New(fault.Denied, "denied")
	}
	m := Message{Key: "test " + seal.RandomHex(12), Purpose: ForAlert, Channel: c, To: to, Language: l, Words: "message.test",
		Args: []any{"Provider", s.Settings.String(settings.ProviderName), "Time", s.Clock.Now().In(s.zone()).Format("15:04")}}
	switch c {
	case Email:
		m.Subject = "message.test.subject"
	case Webhook:
		m.plain = `{"event":"test"}`
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if id, err = s.Send(tx, m); err != nil {
			return err
		}
		return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by, Action: "test message sent", Object: "message", ObjectID: strconv.FormatInt(id, 10),
			After: strconv.Quote(string(c)), From: from})
	})
	return id, err
}

// Waiting says for how long the oldest message that should have left by now has waited, and how many people must look at:
// unknown and failed ones of the last day, counted to 1,000.
func (s *Service) Waiting(ctx context.Context) (oldest time.Duration, unknown, failed int64, err error) {
	now := s.Clock.Now()
	due, err := s.oldestDue(ctx, now)
	if err == nil && !due.IsZero() {
		oldest = now.Sub(due)
	}
	if err == nil {
		unknown, err = s.count(ctx, Unknown, now.AddDate(0, 0, -1))
	}
	if err == nil {
		failed, err = s.count(ctx, Failed, now.AddDate(0, 0, -1))
	}
	return oldest, unknown, failed, err
}
