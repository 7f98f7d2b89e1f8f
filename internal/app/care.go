package app

import (
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/bulk"
	"mtandao/internal/db"
	"mtandao/internal/fieldwork"
	"mtandao/internal/postroom"
	"mtandao/internal/support"
)

// care is what looks after people: what they tell us, and what is done where they are.
type care struct {
	Tickets *support.Service
	Post    *postroom.Service
	Field   *fieldwork.Service
	Bulk    *bulk.Service
}

func (m *Main) wireCare() {
	m.Field = fieldwork.NewService(fieldwork.Options{DB: m.DB, Keys: m.Keys, Clock: m.Clock, Settings: m.Settings, Customers: m.Customers, Members: m.Staff, Lines: m.Lines})
	m.Tickets = support.New(support.Options{DB: m.DB, Keys: m.Keys, Clock: m.Clock, Jobs: m.Jobs, Settings: m.Settings, Customers: m.Customers, Members: m.Staff, Messages: m.Notify, Files: m.Field,
		Mailbox: func(tx *db.Tx) (string, error) { return m.Post.Address(tx) }})
	m.Customers.AskSite(func(tx *db.Tx, c customers.Customer, by customers.By) error {
		if err := m.Tickets.FollowSite(tx, c.ID, c.SiteID, support.By(by)); err != nil {
			return err
		}
		return m.Field.FollowSite(tx, c.ID, c.SiteID, fieldwork.By(by))
	})
	m.Post = postroom.New(postroom.Options{DB: m.DB, Keys: m.Keys, Clock: m.Clock, Log: m.Log, Settings: m.Settings, Customers: m.Customers, Tickets: m.Tickets, Field: m.Field, Roots: m.mailRoots, Paused: m.Pause.Paused})
	m.Bulk = bulk.New(bulk.Options{DB: m.DB, Jobs: m.Jobs, Clock: m.Clock, Members: m.Staff, Settings: m.Settings, Things: map[bulk.Object]bulk.Things{bulk.Customers: manyCustomers{m}, bulk.Lines: manyLines{m}}, Lanes: bulkLanes(m.DB)})
}

// bulkLanes is how many objects of a run are changed at once: on a server of its own most of a change is waiting for it.
func bulkLanes(d *db.DB) int {
	if d.Dialect() == db.SQLite {
		return 1
	}
	return 4
}

// scheduleCare forgets what is no longer needed.
func (m *Main) scheduleCare() {
	m.Jobs.Every("tickets that are done", time.Hour, m.Tickets.Sweep)
	m.Jobs.Every("mailbox of tickets", postroom.Every, m.Post.Read)
	m.Jobs.Every("old e-mails", time.Hour, m.Post.Clean)
	m.Jobs.Every("leads and visits that are done", time.Hour, m.Field.Sweep)
	m.Jobs.Every("bulk runs that nobody started", time.Hour, m.Bulk.Clean)
}
