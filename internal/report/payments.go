package report

import (
	"cmp"
	"context"
	"slices"
	"time"

	"mtandao/billing"
	"mtandao/internal/money"
)

// Groups of payments, as the list of payments is narrowed to them.
const (
	PaymentsAll       = ""
	PaymentsWaiting   = "waiting"   // on their way to the payer, or on the phone
	PaymentsUnknown   = "unknown"   // no verdict
	PaymentsNotPaid   = "not_paid"  // refused, cancelled, timed out
	PaymentsPaid      = "paid"      //
	PaymentsAttention = "attention" // a person must look
	PaymentsTyped     = "typed"     // whose payer typed an M-Pesa code that the rail has not told of
)

// PaymentGroups are the groups in the order in which they are shown.
var PaymentGroups = []string{PaymentsAll, PaymentsWaiting, PaymentsUnknown, PaymentsNotPaid, PaymentsPaid, PaymentsAttention, PaymentsTyped}

// statesOf are the payment states of a group.
var statesOf = map[string][]billing.PaymentState{
	PaymentsWaiting: {billing.PaymentCreated, billing.PaymentSending, billing.PaymentSent},
	PaymentsUnknown: {billing.PaymentUnknown},
	PaymentsNotPaid: {billing.PaymentFailed, billing.PaymentExpired},
	PaymentsPaid:    {billing.PaymentPaid},
	PaymentsAll: {billing.PaymentCreated, billing.PaymentSending, billing.PaymentSent, billing.PaymentUnknown, billing.PaymentFailed,
		billing.PaymentExpired, billing.PaymentPaid},
}

// attentions are the reasons for which a person must look at a payment.
var attentions = []string{billing.AttentionMismatch, billing.AttentionUnanswered, billing.AttentionMerchantFault}

// PaymentFilter chooses payments; what is empty does not restrict.
type PaymentFilter struct {
	Scope    Scope
	Group    string
	From, To time.Time // both or neither
	Before   int64     // a payment's id: the page after the one that it ended
	Limit    int
}

// PaymentLine is one payment with what its order wants.
type PaymentLine struct {
	ID, OrderID, SiteID                     int64
	State                                   billing.PaymentState
	Reason, Attention, OrderState           string
	Amount                                  money.Amount `gorm:"embedded;embeddedPrefix:amount_"`
	Code, PhoneMask, PlanNameEN, PlanNameSW string
	CreatedAt                               time.Time
}

// Payments lists payments newest first. Each page is read from a few ranges of an index, at most Limit of each: one for each
// state, or reason, and site.
func (d *Desk) Payments(ctx context.Context, f PaymentFilter) ([]PaymentLine, error) {
	after, err := d.paymentKey(ctx, f.Before)
	if err != nil {
		return nil, err
	}
	if f.Group == PaymentsTyped {
		keys, err := d.typedKeys(ctx, f, after)
		if err != nil {
			return nil, err
		}
		return d.paymentLines(ctx, keys)
	}
	var found []paymentKey
	for some := range slices.Chunk(f.ranges(), mostRanges) {
		keys, err := d.paymentKeys(ctx, f, some, after)
		if err != nil {
			return nil, err
		}
		found = append(found, keys...)
	}
	slices.SortFunc(found, func(a, b paymentKey) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID))
	})
	return d.paymentLines(ctx, found[:min(len(found), f.Limit)])
}

// mostRanges is how many ranges one statement reads.
const mostRanges = 60

// paymentRange is a part of an index: the payments of one state, or with one reason to look, at one site or at all.
type paymentRange struct {
	site                     int64
	narrowed                 bool // to the site
	column, index, siteIndex string
	value                    string
}

func (f PaymentFilter) ranges() (all []paymentRange) {
	var one []paymentRange
	if f.Group == PaymentsAttention {
		for _, why := range attentions {
			one = append(one, paymentRange{column: "attention", index: "payments_attention", siteIndex: "payments_site_attention", value: why})
		}
	}
	for _, s := range statesOf[f.Group] {
		one = append(one, paymentRange{column: "state", index: "payments_state", siteIndex: "payments_site", value: string(s)})
	}
	if f.Scope == nil {
		return one
	}
	for _, id := range sites(f.Scope) {
		for _, r := range one {
			r.site, r.narrowed, r.index = id, true, r.siteIndex
			all = append(all, r)
		}
	}
	return all
}
