package app

import (
	"context"
	"time"

	"mtandao/billing/dayclose"
	"mtandao/billing/railbook"
	"mtandao/internal/jobs"
	"mtandao/internal/notify"
	"mtandao/internal/words"
)

// wireRails wires what rails say themselves, and the look at a day that compares it with the books.
func (m *Main) wireRails() {
	m.RailBook = railbook.New(railbook.Options{DB: m.DB, Jobs: m.Jobs, Keys: m.Keys, Clock: m.Clock, Log: m.Log, Ledger: m.Ledger, Money: m.Billing})
	m.Jobs.On(railbook.FactTold, "days", m.toldOfDays)
	m.Days = dayclose.New(dayclose.Options{DB: m.DB, Clock: m.Clock, Tills: m.Billing, Books: m.Ledger})
}

func (m *Main) scheduleRails() {
	m.Jobs.Every("forget statement files", time.Hour, m.RailBook.Clean)
	m.Jobs.Every("reversals", time.Minute, m.Billing.TakeBackWaiting)
	m.Jobs.Every("days of money", time.Hour, m.Days.Tick)
	m.Jobs.Every("forget previews of bills", time.Hour, m.BillRuns.Clean)
}

// toldOfDays handles "statement told": the days that it is of are looked at again.
func (m *Main) toldOfDays(ctx context.Context, j jobs.Job) error {
	var told railbook.ToldFact
	if err := j.Decode(&told); err != nil {
		return err
	}
	return m.Days.Told(ctx, told.First, told.Last)
}

// daysWaiting tells for how many mornings each day of money waits to be closed, or to be explained.
func (m *Main) daysWaiting(ctx context.Context) ([]notify.Reading, error) {
	all, err := m.Days.Waiting(ctx)
	var readings []notify.Reading
	for _, w := range all {
		readings = append(readings, notify.Reading{Subject: words.DateOf(words.English, w.Day), Value: w.Mornings})
	}
	return readings, err
}
