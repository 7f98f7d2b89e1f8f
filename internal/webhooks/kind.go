package webhooks

import (
	"slices"
	"time"
)

// Kind is what an event is about.
type Kind string

// The kinds.
const (
	OrderPaid             Kind = "order.paid"
	PaymentReceived       Kind = "payment.received"
	RefundPaid            Kind = "refund.paid"
	InvoiceIssued         Kind = "invoice.issued"
	InvoicePaid           Kind = "invoice.paid"
	SubscriptionSuspended Kind = "subscription.suspended"
	SubscriptionRestored  Kind = "subscription.restored"
	SubscriptionEnded     Kind = "subscription.ended"
	TicketOpened          Kind = "ticket.opened"
	TicketClosed          Kind = "ticket.closed"
	Test                  Kind = "endpoint.test" // sent by hand, to one endpoint
)

// Kinds are those that an endpoint may want, in the order in which they are shown.
var Kinds = []Kind{OrderPaid, PaymentReceived, RefundPaid, InvoiceIssued, InvoicePaid, SubscriptionSuspended, SubscriptionRestored, SubscriptionEnded, TicketOpened, TicketClosed}

// pauses are how long after each failed attempt the next one follows: in all a little less than three days.
var pauses = []time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 12 * time.Hour, 20 * time.Hour, 24 * time.Hour}

// Pauses are how long after each failed attempt the next one follows; after the attempt that follows the last, a delivery has failed.
func Pauses() []time.Duration { return slices.Clone(pauses) }

// pauseAfter is how long an endpoint takes nothing before it is paused, and Kept how long the log is.
const (
	pauseAfter = 72 * time.Hour
	Kept       = 30 * 24 * time.Hour
)
