package notify

import (
	"slices"
	"strconv"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/settings"
)

// queuedFact tells which life of a message a job is about: each return to the queue starts a new round.
type queuedFact struct {
	MessageID int64
	Round     int
}

// stored is a message as it lies in the table, opened.
type stored struct {
	Message
	ID           int64
	State        State
	Reason       string
	Round        int
	Attempts     int
	ProviderID   string
	RunAt, Until time.Time
	content      content
	hash         string // of the address
}

// Send writes a message into the transaction of its cause; a job sends it after the commit. It returns the message's id,
// 0 for the receipt of a small sale, which gets no SMS. The same key again is the same message, whatever became of it;
// with other contents it is fault.Conflict "message.key_taken". Too many codes for an address: fault.TooMany
// "message.too_many". A person who stopped such messages is not an error: the row says so.
func (s *Service) Send(tx *db.Tx, m Message) (int64, error) {
	m, err := m.check()
	if err != nil || s.isSmall(m) {
		return 0, err
	}
	d := s.draft(m)
	if err := checkContent(m.Channel, d.content); err != nil {
		return 0, err
	}
	d.ID = tx.ID()
	if allowed, err := s.mayReceive(tx, m); err != nil {
		return 0, err
	} else if !allowed {
		d.State, d.Reason = Failed, reasonStopped
	}
	err = tx.Savepoint(func() error { return s.insert(tx, d) })
	if db.IsDuplicate(err) {
		return s.sameMessage(tx, d)
	}
	if err != nil || d.State != Queued {
		return d.ID, err
	}
	if m.Purpose == ForCode {
		if err := s.takeSlot(tx, d); err != nil {
			return 0, err
		}
	}
	return d.ID, s.Jobs.EmitAt(tx, factQueued, strconv.FormatInt(d.ID, 10), queuedFact{d.ID, d.Round}, d.RunAt)
}

// Reasons that are ours; a carrier's own come from its driver.
const (
	reasonStopped     = "stopped"
	reasonExpired     = "expired"
	reasonWithdrawn   = "withdrawn"
	reasonInterrupted = "interrupted"
	reasonNoCarrier   = "no_carrier"
	reasonQuiet       = "quiet_hours"
	reasonNoCredit    = "no_credit"
	reasonNoPaper     = "no_paper"
)

func (s *Service) draft(m Message) stored {
	now := s.Clock.Now()
	d := stored{Message: m, State: Queued, Round: 1, RunAt: s.leaves(m, now), Until: m.Until,
		content: m.write(s.Settings.String(settings.MessageStop)), hash: s.addressHash(m.Channel, m.To)}
	if d.RunAt.After(now) {
		d.Reason = reasonQuiet
	}
	if d.Until.IsZero() {
		d.Until = now.Add(manners[m.Purpose].life)
	}
	return d
}

// isSmall: the rail's own message is the receipt of a small sale.
func (s *Service) isSmall(m Message) bool {
	least := int64(s.Settings.Int(settings.MessageReceiptLeast)) * 100
	return m.Purpose == ForReceipt && m.Channel == SMS && m.Amount.IsPositive() && m.Amount.Cents < least
}

// input is what two messages of one key must have in common.
func (d stored) input() string {
	return string(d.Purpose) + "\x00" + string(d.Channel) + "\x00" + d.To + "\x00" + d.content.Subject + "\x00" + d.content.Text
}

// sameMessage answers the second caller of a key.
func (s *Service) sameMessage(tx *db.Tx, d stored) (int64, error) {
	id, hash, err := s.byKey(tx, d.Key)
	if err != nil {
		return 0, err
	}
	if !slices.Contains(s.Keys.Lookups(purposeInput, d.input()), hash) {
		return 0, fault.New(fault.Conflict, "message.key_taken")
	}
	return id, nil
}

// Withdraw takes back a message that has lost its point while it still waits; false when it does not wait any more.
func (s *Service) Withdraw(tx *db.Tx, key string) (bool, error) {
	return s.withdraw(tx, key)
}
