package postroom

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/fieldwork"
	"mtandao/internal/mailbox"
	"mtandao/internal/notify"
	"mtandao/internal/seal"
	"mtandao/internal/settings"
	"mtandao/internal/support"
)

// Options are a Service's collaborators.
type Options struct {
	DB        *db.DB
	Keys      *seal.Keys
	Clock     clock.Clock
	Log       *slog.Logger
	Settings  *settings.Store
	Customers *customers.Service
	Tickets   *support.Service
	Field     *fieldwork.Service // which keeps what comes with them
	Roots     *x509.CertPool     // who may vouch for the server; the machine's when nil
	Paused    func() bool        // a restored copy reads no mail
}

// Service is what can be done with the provider's mailbox.
type Service struct {
	Options
	after func(step string) error // a test's: called between any two steps
}

// New makes it.
func New(o Options) *Service { return &Service{Options: o} }

// Account is the mailbox and the address that people write to.
type Account struct {
	mailbox.Account
	Address string // what answers are sent to
	Off     bool   // not read for now
}

// Check says what is wrong with an account: faults of mailbox.Account, fault.Invalid "mailbox.address".
func (a Account) Check() error {
	if _, ok := notify.Mailbox(a.Address); !ok {
		return fault.New(fault.Invalid, "mailbox.address")
	}
	return a.Account.Check()
}

// box names a folder in which a number means something.
func (a Account) box() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%s\x00%s", a.Host, a.Port, a.User, a.Folder))
	return hex.EncodeToString(sum[:])
}

// Status is how it goes with the mailbox.
type Status struct {
	ReadAt       time.Time // when it was last read to its end; zero: never
	FailingSince time.Time // zero: it is read
	Reason       string    // the key of what is wrong
}

// By is who does something, and from where.
type By = support.By

// Get is the account, with its password, and how it goes with it; fault.NotFound "mailbox.none" when there is none.
func (s *Service) Get(ctx context.Context) (Account, Status, error) {
	b, err := s.loadNow(ctx)
	return b.account, Status{ReadAt: b.readAt, FailingSince: b.failing, Reason: b.reason}, err
}

// Address is where an e-mail about a ticket is answered to; empty when no mailbox is read.
func (s *Service) Address(tx *db.Tx) (string, error) {
	b, err := s.loadTx(tx)
	if fault.Is(err, fault.NotFound) || err == nil && b.account.Off {
		return "", nil
	}
	return b.account.Address, err
}

// Save keeps the account. What lies in the mailbox already stays as it is when it is another one than before. Faults of Account's Check.
func (s *Service) Save(ctx context.Context, a Account, by By) error {
	a.Address, _ = notify.Mailbox(a.Address)
	if err := a.Check(); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := s.save(tx, a); err != nil {
			return err
		}
		return audit.Change(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: "mailbox saved", Object: "mailbox", ObjectID: boxName}, nil, map[string]any{"host": a.Host, "port": a.Port, "user": a.User, "address": a.Address, "folder": a.Folder, "off": a.Off})
	})
}

// tryFor bounds how long a person waits for a trial.
const tryFor = 20 * time.Second

// Try signs in to the mailbox, opens its folders and leaves again. Faults of mailbox.Open, in the words of who set it up.
func (s *Service) Try(ctx context.Context, a Account) error {
	if err := a.Check(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, tryFor)
	defer cancel()
	box, err := mailbox.Open(ctx, a.Account, s.Roots)
	if err == nil {
		box.Close()
	}
	return err
}

// Unread tells for how many minutes the mailbox could not be read, for the alarm; nothing when there is none to be read.
func (s *Service) Unread(ctx context.Context) ([]notify.Reading, error) {
	a, is, err := s.Get(ctx)
	if fault.Is(err, fault.NotFound) || err == nil && a.Off {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r := notify.Reading{Subject: a.Address}
	if !is.FailingSince.IsZero() {
		r.Value = int64(s.Clock.Now().Sub(is.FailingSince) / time.Minute)
	}
	return []notify.Reading{r}, nil
}

func (s *Service) between(step string) error {
	if s.after == nil {
		return nil
	}
	return s.after(step)
}
