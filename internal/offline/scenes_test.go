package offline

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/billing/taxes"
	"mtandao/internal/money"
	"mtandao/radius/outages"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func (w *town) lineTold(c customers.Customer, sub subscriptions.Subscription) func(time.Time) Story {
	return func(at time.Time) Story { return w.ofLine(c, sub.ID, at) }
}

func (w *town) grantTold(id int64) func(time.Time) Story {
	return func(at time.Time) Story { return w.ofGrant(id, at) }
}

// lapses is a home that was paid for elsewhere, until an hour of today.
func (w *town) lapses(hour int) (customers.Customer, subscriptions.Subscription) {
	w.Helper()
	return w.lapsedAt(w.clock.Now(), hour)
}

func (w *town) lapsedAt(now time.Time, hour int) (customers.Customer, subscriptions.Subscription) {
	w.Helper()
	w.n++
	c, err := w.newCustomer()
	w.must(err)
	sub, err := w.lines.Start(context.Background(), subscriptions.Opening{CustomerID: c.ID, PlanKey: "home", Place: subscriptions.Place{SiteID: w.here, RouterID: w.gate.ID}, At: now.AddDate(0, -1, 0),
		PaidTo: time.Date(now.Year(), now.Month(), now.Day(), hour-3, 0, 0, 0, time.UTC),
		Login:  subscriptions.Login{Kind: subscriptions.PPPoE, Name: fmt.Sprint("line", w.n)}, Secret: "siri"}, subscriptions.By{Actor: "clerk"})
	w.must(err)
	return c, sub
}

// owes issues an invoice that is due today.
func (w *town) owes(c customers.Customer, bob int64) {
	w.Helper()
	ctx, by := context.Background(), invoices.By{Actor: "clerk"}
	made, err := w.bills.Write(ctx, invoices.NewDocument{Request: fmt.Sprint("test:", w.DB.ID()), Kind: invoices.Invoice, CustomerID: c.ID,
		Lines: []invoices.NewLine{{Name: "Internet", Supply: taxes.Internet, Quantity: 1, Amount: money.Shillings(bob), Inclusive: true}}}, by)
	w.must(err)
	_, err = w.bills.IssueOne(ctx, made.ID)
	w.must(err)
}

// dun takes the step that the table has for today.
func (w *town) dun() {
	w.Helper()
	ctx := context.Background()
	w.must(w.bills.SaveSteps(ctx, "", []invoices.Step{{Action: invoices.Garden}}, invoices.By{Actor: "clerk"}))
	if did, err := w.bills.Dun(ctx); err != nil || did == 0 {
		w.Fatal("no step is taken: ", did, err)
	}
}

// watches the routers for so many minutes.
func (w *town) watches(minutes int) {
	w.Helper()
	for range minutes {
		w.must(w.outages.Watching(context.Background()))
		w.must(w.outages.Tick(context.Background()))
		w.clock.Advance(time.Minute)
	}
}

// found writes an outage down as if it had been found out.
func (w *town) found(o outages.Outage) {
	w.Helper()
	proof, err := json.Marshal(o.Proof)
	w.must(err)
	_, err = w.DB.SQL().Exec("INSERT INTO router_outages (id, router_id, site_id, state, from_at, until_at, found_at, judged_at, told_at, done_by, proof) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?)",
		w.DB.ID(), w.gate.ID, w.here, string(o.State), o.From, o.Until, o.From, o.Until, o.Until, string(proof))
	w.must(err)
}
