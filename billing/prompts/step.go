package prompts

import (
	"cmp"
	"time"

	"mtandao/billing"
	"mtandao/internal/money"
	"mtandao/internal/words"
)

// Step is how far a prompt is, for who waits for it.
type Step string

// The steps.
const (
	Rings  Step = "ask"
	Slow   Step = "slow"
	Paid   Step = "paid"
	Failed Step = "failed"
)

const (
	slowAfter  = time.Minute      // nobody is told any more to look at the phone
	toldFor    = 30 * time.Minute // how long a page tells of a prompt that has its verdict
	spentAfter = 2 * time.Minute  // money that came may not have paid for what it is for yet
)

// Step tells how far it is.
func (a Asked) Step() Step {
	switch {
	case a.Came.IsPositive():
		return Paid
	case a.Open() && a.Age < slowAfter:
		return Rings
	case a.Open():
		return Slow
	}
	return Failed
}

// Told says that a page still tells of it.
func (a Asked) Told() bool { return a.Open() || a.Age < toldFor }

// Waits says that nobody is asked again meanwhile.
func (a Asked) Waits() bool { return a.Open() || a.Came.IsPositive() && a.Age < spentAfter }

// Sum is what came, else what was asked for.
func (a Asked) Sum() money.Amount {
	if a.Came.IsPositive() {
		return a.Came
	}
	return a.Order.Price
}

// Why says why it came to nothing; empty when it did not.
func (a Asked) Why(l words.Lang) string {
	if a.Step() != Failed {
		return ""
	}
	return words.Text(l, "guest.fail."+string(cmp.Or(a.Payment.Reason, billing.ReasonUnknown)), "Phone", a.Order.PhoneMask)
}

// Again is after how many seconds a page looks again by itself; empty: never.
func (s Step) Again() string { return map[Step]string{Rings: "4", Slow: "15"}[s] }
