package report

import (
	"context"
	"strconv"
	"time"

	"mtandao/billing"
	"mtandao/internal/approval"
	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/radius"
)

// Queue is a place where money, or the word about money, or people wait for somebody. Oldest is zero for an empty queue and for what
// a till holds. The name of a queue is words "office.queue." + Name; Of says which of several.
type Queue struct {
	Name, Of string
	Count    int64 // of the desk: counted to a thousand
	Amount   money.Amount
	Oldest   time.Time
}

// Age is how long the oldest has waited.
func (q Queue) Age(c clock.Clock) time.Duration {
	if q.Oldest.IsZero() {
		return 0
	}
	return c.Now().Sub(q.Oldest).Round(time.Second)
}

// The queues, in the order in which they are shown.
const (
	QueueTill         = "till"         // what a clearing account holds; the books list it, the desk does not
	QueueSuspense     = "suspense"     // money that matches nothing
	QueuePending      = "pending"      // money by the word of a query, without a receipt number; only the books list it
	QueueUnknown      = "unknown"      // payments without a verdict
	QueueTyped        = "typed"        // receipts that payers typed and the rail has not told of
	QueueRefunds      = "refunds"      // money to be paid back: a second person is to approve it
	QueueApprovals    = "approvals"    // changes that give money away: a second person is to decide
	QueueOwed         = "owed"         // money to be paid back, approved
	QueueEnforcements = "enforcements" // people who should be offline, or online, and are not
	QueueCallbacks    = "callbacks"    // messages of a rail that could not be taken in
	QueueParked       = "parked"       // jobs that were given up
	QueueLateUse      = "late_use"     // use that came too late to be billed, which nobody has seen
)

// queueOf says where a queue is found. What has cents is money, and listed with the books; what the desk shows has an index.
type queueOf struct {
	name, table, where string
	state              any // the argument of where
	since, cents       string
	narrow             string // what keeps it to sites; empty: it is of no site
	booksOnly          bool
}

var queues = []queueOf{
	{name: QueueSuspense, table: "receipts", where: "placed = ?", state: billing.PlacedSuspense, since: "created_at", cents: "amount_cents - reversed_cents",
		narrow: "EXISTS (SELECT 1 FROM till_sites t WHERE t.till_id = receipts.till_id AND t.site_id IN ?)"},
	{name: QueuePending, table: "receipts", where: "receipt IS NULL AND came_by = 'query' AND placed IN ?", state: []string{billing.PlacedOrder, billing.PlacedCredit, billing.PlacedFloat},
		since: "created_at", cents: "amount_cents", booksOnly: true},
	{name: QueueUnknown, table: "payments", where: "state = ?", state: billing.PaymentUnknown, since: "created_at", cents: "amount_cents",
		narrow: "EXISTS (SELECT 1 FROM orders o WHERE o.id = payments.order_id AND o.site_id IN ?)"},
	{name: QueueTyped, table: "receipt_claims", where: "state IN ?", state: []string{billing.ClaimWaiting, billing.ClaimAsked}, since: "created_at", cents: "0",
		narrow: "EXISTS (SELECT 1 FROM orders o WHERE o.id = receipt_claims.order_id AND o.site_id IN ?)"},
	{name: QueueRefunds, table: "refunds", where: "state = ?", state: billing.RefundAsked, since: "asked_at", cents: "amount_cents",
		narrow: "EXISTS (SELECT 1 FROM orders o WHERE o.id = refunds.order_id AND o.site_id IN ?)"},
	{name: QueueApprovals, table: "approvals", where: "state = ?", state: approval.Asked, since: "asked_at",
		narrow: "EXISTS (SELECT 1 FROM approval_sites t WHERE t.approval_id = approvals.id AND t.site_id IN ?)"},
	{name: QueueOwed, table: "refunds", where: "state = ?", state: billing.RefundApproved, since: "asked_at", cents: "amount_cents",
		narrow: "EXISTS (SELECT 1 FROM orders o WHERE o.id = refunds.order_id AND o.site_id IN ?)"},
	{name: QueueEnforcements, table: "enforcements", where: "state = ?", state: radius.Outstanding, since: "at",
		narrow: "EXISTS (SELECT 1 FROM routers o WHERE o.id = enforcements.router_id AND o.site_id IN ?)"},
	{name: QueueCallbacks, table: "rail_inbox", where: "state = ?", state: "failed", since: "received_at", cents: "0"},
	{name: QueueParked, table: "jobs", where: "state = ?", state: "parked", since: "run_at"},
	{name: QueueLateUse, table: "usage_late", where: "verdict = ?", state: radius.LateLost, since: "told_at"},
}

// Queues counts what waits. What belongs to no site is only shown to whom sees all.
func (d *Desk) Queues(ctx context.Context, scope Scope) ([]Queue, error) {
	var all []Queue
	for _, q := range queues {
		if q.booksOnly || q.narrow == "" && scope != nil {
			continue
		}
		found, err := d.queue(ctx, q, scope)
		if err != nil {
			return nil, err
		}
		all = append(all, found)
	}
	return all, nil
}

// Queues lists the queues of money, with what each till holds; what holds nothing is left out.
func (s *Proofs) Queues(ctx context.Context) ([]Queue, error) {
	tills, err := s.heldByTills(ctx)
	if err != nil {
		return nil, err
	}
	var all []Queue
	for _, t := range tills {
		all = append(all, Queue{Name: QueueTill, Of: t.name(), Amount: money.KES(t.Cents)})
	}
	for _, q := range queues {
		if q.cents == "" {
			continue
		}
		found, err := s.queue(ctx, q)
		if err != nil {
			return nil, err
		}
		if found.Count > 0 {
			all = append(all, found)
		}
	}
	return all, nil
}

func (t tillProof) name() string {
	if t.TillKey == "" {
		return strconv.FormatInt(t.ID, 10)
	}
	return t.TillKey + " (" + t.ShortCode + ")"
}
