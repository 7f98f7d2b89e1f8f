package app

import (
	"context"
	"crypto/x509"
	"net/netip"
	"time"

	"mtandao/billing"
	"mtandao/billing/invoices"
	"mtandao/internal/apikeys"
	"mtandao/internal/jobs"
	"mtandao/internal/support"
	"mtandao/internal/webhooks"
	"mtandao/radius/access"
)

// programs are what other programs deal with.
type programs struct {
	APIKeys  *apikeys.Service
	Webhooks *webhooks.Service

	receivers Receivers
}

// Receivers are what tests open to webhooks: who may vouch for a receiver, and addresses that are not of the public internet.
type Receivers struct {
	Roots *x509.CertPool
	Near  func(netip.AddrPort) bool
}

func (m *Main) wirePrograms() {
	m.APIKeys = apikeys.New(apikeys.Options{DB: m.DB, Keys: m.Keys, Clock: m.Clock})
	m.Webhooks = webhooks.New(webhooks.Options{DB: m.DB, Jobs: m.Jobs, Keys: m.Keys, Clock: m.Clock, Log: m.Log, Pause: m.Pause, Roots: m.receivers.Roots, Near: m.receivers.Near})
	m.Webhooks.Tell(billing.FactServed, webhooks.OrderPaid, about(func(f billing.OrderFact) int64 { return f.OrderID }))
	m.Webhooks.Tell(billing.FactReceived, webhooks.PaymentReceived, about(func(f billing.ReceiptFact) int64 { return f.ReceiptID }))
	m.Webhooks.Tell(billing.FactRefunded, webhooks.RefundPaid, about(func(f billing.RefundFact) int64 { return f.RefundID }))
	m.Webhooks.Tell(invoices.FactIssued, webhooks.InvoiceIssued, about(func(f invoices.Fact) int64 { return f.InvoiceID }))
	m.Webhooks.Tell(invoices.FactPaid, webhooks.InvoicePaid, about(func(f invoices.Fact) int64 { return f.InvoiceID }))
	m.Webhooks.Tell(access.GrantSuspended, webhooks.SubscriptionSuspended, m.lineOfGrant)
	m.Webhooks.Tell(access.GrantResumed, webhooks.SubscriptionRestored, m.lineOfGrant)
	m.Webhooks.Tell(access.GrantEnded, webhooks.SubscriptionEnded, m.lineOfGrant)
	m.Webhooks.Tell(support.FactOpened, webhooks.TicketOpened, about(func(f support.Fact) int64 { return f.TicketID }))
	m.Webhooks.Tell(support.FactDone, webhooks.TicketClosed, about(func(f support.Fact) int64 { return f.TicketID }))
}

func (m *Main) schedulePrograms() {
	m.Jobs.Every("forget answers of the API", time.Hour, m.APIKeys.ForgetCalls)
	m.Jobs.Every("webhooks", webhooks.Every, m.Webhooks.Deliver)
	m.Jobs.Every("old webhooks", time.Hour, m.Webhooks.Forget)
}

// about reads what a fact is about out of its payload.
func about[F any](id func(F) int64) webhooks.About {
	return func(_ context.Context, j jobs.Job) (int64, bool, error) {
		var f F
		err := j.Decode(&f)
		return id(f), true, err
	}
}

// lineOfGrant is the subscription that a grant is of; most are of none.
func (m *Main) lineOfGrant(ctx context.Context, j jobs.Job) (id int64, ok bool, err error) {
	var f access.Fact
	if err := j.Decode(&f); err != nil {
		return 0, false, err
	}
	of, err := m.Lines.OfGrants(ctx, []int64{f.GrantID})
	id, ok = of[f.GrantID]
	return id, ok, err
}
