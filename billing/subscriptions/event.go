package subscriptions

import (
	"cmp"
	"time"

	"mtandao/billing/plans"
	"mtandao/billing/taxes"
	"mtandao/internal/money"
)

// Kind says what an event is.
type Kind string

// The kinds.
const (
	Started      Kind = "started"
	Renewed      Kind = "renewed"
	TakenBack    Kind = "taken_back" // the money of a renewal went back
	Extended     Kind = "extended"
	PausedIt     Kind = "paused"
	Resumed      Kind = "resumed"
	Moved        Kind = "moved"
	Changed      Kind = "plan"
	Withdrawn    Kind = "plan_back" // a change of plan that lay ahead
	Repriced     Kind = "price"
	AddOnTaken   Kind = "addon"
	AddOnLeft    Kind = "addon_end"
	Discounted   Kind = "discount"
	LoginChanged Kind = "login"
	Contracted   Kind = "contract"
	DepositTaken Kind = "deposit"
	DepositBack  Kind = "deposit_back"
	DepositLost  Kind = "deposit_lost"
	HandedOver   Kind = "equipment"
	HandedBack   Kind = "equipment_back"
	Compensated  Kind = "compensated"
	Uncompensate Kind = "undone"
	TaxFreed     Kind = "exempt" // the taxes of a renewal were credited, for a certificate that was written down late
	Finished     Kind = "ended"
)

// Event is one thing that happened to a subscription. At is when it counts, Recorded when it was written down.
type Event struct {
	ID, SubscriptionID, Seq int64
	Kind                    Kind
	Request                 string // the same of a subscription happens once
	At, Recorded            time.Time
	By                      string
	Said                    Said
}

// Said is what an event says; which parts, depends on its kind.
type Said struct {
	Segment   string
	Sold      *Sold
	Place     *Place
	Login     *Login
	Paid      *Paid
	Worth     *Worth  // of what is left, for a change of plan
	Shares    []Share // of Amount, by what lies ahead: the time of it stays
	AddOn     *plans.AddOn
	Key       string // of an add-on, the serial of equipment
	Given     *Given
	Contract  *Contract
	Amount    *money.Amount // of a deposit, of the fee for leaving early, of a difference paid
	Equipment *Equipment
	Days      int   // given for an outage, when they are whole ones
	Minutes   int   // else
	Gaps      []Gap // what they are for
	Whole     []Gap // when the line had no internet for the outage; what of it is not in Gaps was given for another one
	OutageID  int64
	RenewalID int64 // the event whose time is taken back, or which is withdrawn
	Reason    string
}

// into adds to an entry of the audit trail what was given or taken, and why.
func (s Said) into(entry map[string]any) {
	reason := s.Reason
	if g := s.Given; g != nil {
		reason = cmp.Or(reason, g.Reason)
		if g.Discount.Percent != 0 {
			entry["percent"] = plans.Percent(g.Discount.Percent)
		}
		if g.Left != 0 {
			entry["periods"] = g.Left
		}
		if g.Discount.Amount.Cents != 0 {
			entry["amount"] = g.Discount.Amount.String()
		}
		if g.Coupon != "" {
			entry["coupon"] = g.Coupon
		}
	}
	if s.Amount != nil {
		entry["amount"] = s.Amount.String()
	}
	if s.Days != 0 {
		entry["days"] = s.Days
	}
	if s.Minutes != 0 {
		entry["minutes"] = s.Minutes
	}
	if s.Login != nil {
		entry["login"] = s.Login.Name
	}
	if s.Place != nil {
		entry["site"] = s.Place.SiteID
	}
	if s.AddOn != nil {
		entry["addon"] = s.AddOn.Key
	}
	if reason != "" {
		entry["reason"] = reason
	}
}

// Paid is a period that was bought: an interval, or some days of one.
type Paid struct {
	Interval plans.Interval
	Amount   money.Amount
	Setup    money.Amount // of it, for the set-up
	Tax      taxes.Tax    // in the amount without the set-up
	SetupTax taxes.Tax    // in the set-up
	PriceID  int64        // that it pays; 0: the one that the line has
	Coming   bool         // it pays the plan that is decided for the end of what was paid before
	To       time.Time    // of a line that was paid elsewhere: until when
	Part     bool         // not a whole period: discounts that last for some do not count it
	Of       int64        // days of a whole one, then
}
