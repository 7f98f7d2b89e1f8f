package app

import (
	"context"
	"time"

	"mtandao/billing/billdesk"
	"mtandao/billing/billrun"
	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/settings"
	"mtandao/radius"
)

// The day is billed from billFrom after midnight on, when routers have told of the day before; who could not be billed is tried again each time.
const (
	billLook = 10 * time.Minute
	billFrom = 2 * time.Hour

	billWorkers = 2 // one reads while another writes
)

// billDay is the day whose bills are due at an instant; false before billFrom.
func billDay(now time.Time) (clock.Day, bool) {
	today := clock.DayOf(now)
	return today, !now.Before(today.Start().Add(billFrom))
}

// billToday bills what is due today, and numbers it. A run that is cut is gone on with by the next, on this node or another.
func (m *Main) billToday(ctx context.Context) error {
	today, due := billDay(m.Plan.Now())
	if m.Pause.Paused() || !due { // a restored copy bills nobody
		return nil
	}
	if _, err := m.Invoices.Run(ctx, today, m.Due, invoices.RunOptions{Workers: billWorkers}); err != nil {
		return err
	}
	_, err := m.Invoices.Issue(ctx)
	return err
}

func (m *Main) scheduleBills() {
	m.Jobs.Every("bill run", billLook, m.billToday)
	m.Jobs.Every("who owes by the day", time.Minute, m.Invoices.TurnOwing)
	m.Jobs.Every("who owes by the bills", time.Hour, m.mendOwing)
}

// mendOwing puts right who is listed as owing; in one version there is nobody to be put right.
func (m *Main) mendOwing(ctx context.Context) error {
	mended, err := m.Invoices.MendOwing(ctx)
	if mended > 0 {
		m.Log.WarnContext(ctx, "the list of who owes was not what the bills say, and was mended", "customers", mended)
	}
	return err
}

// wireBills wires what is due to be billed, and the runs that staff ask for.
func (m *Main) wireBills() {
	m.Bills = billrun.New(billrun.Options{DB: m.DB, Lines: m.Lines, Plans: m.Plans, Customers: m.Customers, Zone: m.Sites.Location, Site: m.Sites.Called, Usage: radius.Usage{DB: m.DB}, Kept: m.keep, Jobs: m.Jobs, Void: m.Invoices.VoidBills})
	m.Due = m.Bills
	m.BillRuns = billdesk.New(billdesk.Options{DB: m.DB, Jobs: m.Jobs, Clock: m.Clock, Plan: m.Plan, Bills: m.Invoices, Due: m.Due, Paused: m.Pause.Paused})
}

// keep is how long the history of sessions and the usage by the day are kept, in months.
func (m *Main) keep() (history, usage int) {
	return m.Settings.Int(settings.HistoryMonths), m.Settings.Int(settings.UsageMonths)
}
