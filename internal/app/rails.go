package app

import (
	"time"

	"mtandao/billing/dayclose"
	"mtandao/billing/railbook"
)

// wireRails wires what rails say themselves, and the look at a day that compares it with the books.
func (m *Main) wireRails() {
	m.RailBook = railbook.New(railbook.Options{DB: m.DB, Jobs: m.Jobs, Keys: m.Keys, Clock: m.Clock, Log: m.Log, Ledger: m.Ledger, Money: m.Billing})
	m.Days = dayclose.New(dayclose.Options{DB: m.DB, Clock: m.Clock, Tills: m.Billing, Books: m.Ledger})
}

func (m *Main) scheduleRails() {
	m.Jobs.Every("forget statement files", time.Hour, m.RailBook.Clean)
	m.Jobs.Every("reversals", time.Minute, m.Billing.TakeBackWaiting)
}
