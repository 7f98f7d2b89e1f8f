package support

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
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
	"mtandao/internal/testdb"
	"mtandao/internal/words"
)

var (
	noon  = time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	ctx   = context.Background()
	asha  = By{Actor: "asha@example.com", From: "41.90.1.2"}
	brian = By{Actor: "brian@example.com", From: "41.90.1.3"}
)

// desk is a service with what tests ask of it, whose messages are kept here, and where Asha, Brian and Wanja work, the last at site 9 only.
type desk struct {
	*testing.T
	*Service
	clock *clock.Manual
	mu    sync.Mutex
	sent  map[string]notify.Message
	n     int
}

func each(t *testing.T, run func(d *desk)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, d *db.DB) { run(newDesk(t, d)) })
}

func newDesk(t *testing.T, d *db.DB) *desk {
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	one := &desk{T: t, clock: clock.NewManual(noon), sent: map[string]notify.Message{}}
	people := customers.New(customers.Options{DB: d, Keys: keys, Clock: one.clock})
	one.Service = New(Options{DB: d, Keys: keys, Clock: one.clock, Jobs: jobs.New(d, one.clock, slog.New(slog.DiscardHandler)), Settings: settings.New(d, one.clock), Customers: people, Members: one, Messages: one, Files: one})
	return one
}

// Send implements Messages.
func (d *desk) Send(tx *db.Tx, m notify.Message) (int64, error) {
	tx.AfterCommit(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.sent[m.Key] = m
	})
	return tx.ID(), nil
}

// ForgetOfTicket implements Files: nothing comes by e-mail here.
func (d *desk) ForgetOfTicket(*db.Tx, int64) error { return nil }

// MoveOfTicket implements Files.
func (d *desk) MoveOfTicket(*db.Tx, int64, int64) error { return nil }

// MemberByEmail implements Members.
func (d *desk) MemberByEmail(_ context.Context, email string) (staff.Member, error) {
	works := staff.Role{Key: "support", Permissions: []staff.Permission{staff.TicketsView, staff.TicketsWork}}
	switch email {
	case asha.Actor, brian.Actor:
		return staff.Member{Email: email, State: staff.Active, Roles: []staff.Role{works}}, nil
	case "wanja@example.com":
		return staff.Member{Email: email, State: staff.Active, Roles: []staff.Role{works}, Sites: []int64{9}}, nil
	}
	return staff.Member{}, fault.New(fault.NotFound, "staff.unknown")
}

func (d *desk) customer(name, phone string) customers.Customer {
	d.Helper()
	c := customers.Customer{Name: name, SiteID: 3, Lang: words.Swahili}
	err := d.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		c, err = d.Customers.Create(tx, c, []customers.Contact{{Kind: customers.ByPhone, Value: phone}}, customers.By(asha))
		return err
	})
	if err != nil {
		d.Fatal(err)
	}
	return c
}

func (d *desk) request() string { d.n++; return fmt.Sprintf("form-%d", d.n) }

// ticket is one of a customer, or of a phone.
func (d *desk) ticket(customerID int64, change ...func(*Opening)) Ticket {
	d.Helper()
	o := Opening{Ticket: Ticket{CustomerID: customerID, Subject: "No internet since morning", Category: "offline", Priority: Normal, How: ByPhone}, Text: "The light is red.", Request: d.request()}
	if customerID == 0 {
		o.Contact = customers.Contact{Kind: customers.ByPhone, Value: "0700 111 222"}
	}
	for _, f := range change {
		f(&o)
	}
	t, err := d.Open(ctx, o, asha)
	if err != nil {
		d.Fatal(err)
	}
	return t
}

func (d *desk) now(t Ticket) Ticket {
	d.Helper()
	t, err := d.Get(ctx, t.ID)
	if err != nil {
		d.Fatal(err)
	}
	return t
}

func (d *desk) act(t Ticket) Act {
	return Act{TicketID: t.ID, Seen: d.now(t).Version, Request: d.request()}
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *desk) wants(err error, key string) {
	d.Helper()
	if fault.KeyOf(err) != key {
		d.Errorf("got %v, want %s", err, key)
	}
}

// kinds are what happened to a ticket, in order.
func (d *desk) kinds(t Ticket) (all []EventKind) {
	d.Helper()
	events, err := d.History(ctx, t.ID, 0, 100)
	d.must(err)
	for _, e := range events {
		all = append([]EventKind{e.Kind}, all...)
	}
	return all
}

// trail counts the deeds of a ticket in the trail.
func (d *desk) trail(t Ticket) (n int) {
	d.Helper()
	d.must(d.DB.SQL().QueryRowContext(ctx, "SELECT COUNT(*) FROM audit_events WHERE object = 'ticket' AND object_id = ?", id(t.ID)).Scan(&n))
	return n
}
