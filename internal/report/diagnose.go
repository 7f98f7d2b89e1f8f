package report

import (
	"time"

	"mtandao/billing"
	"mtandao/internal/money"
	"mtandao/radius"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// Finding is why somebody is not online, in one word, and what mends it. Its sentence is words "finding." + Name.
type Finding struct {
	Name   string
	Action string // ActionNone, or what the button does
	Arg    string // for the sentence
}

// What mends a finding.
const (
	ActionNone       = ""
	ActionAsk        = "ask"        // ask the rail about the payment now
	ActionMatch      = "match"      // give the order money that nobody has claimed
	ActionServe      = "serve"      // give the order the money that is held for its payer
	ActionPrompt     = "prompt"     // place the order again
	ActionOnline     = "online"     // put the device online
	ActionResume     = "resume"     // lift the suspension
	ActionMove       = "move"       // move the plan to another device
	ActionExtend     = "extend"     // give more of it
	ActionSeeRouter  = "router"     // see the router
	ActionDisconnect = "disconnect" // end the session
)

// silentAfter is how long a router may be silent before people on it are told to look there.
const silentAfter = 5 * time.Minute

// unansweredAfter is how long one may leave our looks unanswered.
const unansweredAfter = time.Minute

// Diagnose names the one cause to begin with: money before access, access before router.
func Diagnose(s Story, now time.Time) Finding {
	if s.HasOrder && billing.RaisesAccount(s.Order.Segment) {
		return raised(s)
	}
	if s.HasOrder && s.Order.State != billing.OrderPaid {
		return unpaid(s)
	}
	if s.Access.Grant.ID == 0 {
		return Finding{Name: "nothing_given"}
	}
	if f, found := barred(s.Access); found {
		return f
	}
	if len(s.Access.Online) > 0 {
		return Finding{Name: "online", Action: ActionDisconnect}
	}
	return notOnline(s, now)
}

// raised: the order buys no plan. Who asks for its money again does so where the account is, and credit of a guest does not pay it.
func raised(s Story) Finding {
	if s.Order.State == billing.OrderPaid {
		return Finding{Name: "raised"}
	}
	s.Held = money.KES(0)
	f := unpaid(s)
	if f.Action == ActionPrompt {
		f.Action = ActionNone
	}
	return f
}

// unpaid: the money is not there, or not on this order.
func unpaid(s Story) Finding {
	if enough, err := s.Held.Compare(s.Order.Price); err == nil && enough >= 0 {
		return Finding{Name: "credit", Action: ActionServe, Arg: s.Held.String()}
	}
	if s.Stray.ID != 0 {
		return Finding{Name: "stray", Action: ActionMatch, Arg: s.Stray.Amount.String()}
	}
	for _, r := range s.Receipts {
		if r.Placed == billing.PlacedCredit {
			return Finding{Name: "credit_little", Arg: r.Amount.String()}
		}
	}
	for _, c := range s.Claims {
		if c.State == billing.ClaimWaiting || c.State == billing.ClaimAsked {
			return Finding{Name: "typed_waits", Action: ActionAsk, Arg: c.Receipt}
		}
		if c.State == billing.ClaimWhose {
			return Finding{Name: "typed_whose", Arg: c.Receipt}
		}
		if c.State == billing.ClaimRefused {
			return Finding{Name: "typed_refused", Arg: c.Receipt}
		}
	}
	if len(s.Payments) == 0 {
		return Finding{Name: "no_payment", Action: ActionPrompt}
	}
	p := s.Payments[0]
	switch {
	case p.Attention == billing.AttentionMismatch:
		return Finding{Name: "wrong_amount", Action: ActionAsk}
	case p.State == billing.PaymentFailed || p.State == billing.PaymentExpired:
		return Finding{Name: "not_paid", Action: ActionPrompt, Arg: string(p.Reason)}
	}
	return Finding{Name: "no_verdict", Action: ActionAsk}
}

// barred: the grant may not be used now.
func barred(g Granted) (Finding, bool) {
	switch g.Cause {
	case access.CauseOK:
	case access.CauseSuspended:
		return Finding{Name: "suspended", Action: ActionResume}, true
	case access.CauseArrears:
		return Finding{Name: "arrears"}, true
	case access.CauseHours:
		return Finding{Name: "hours", Action: ActionExtend}, true
	default:
		return Finding{Name: string(g.Cause), Action: ActionExtend}, true
	}
	if g.Grant.AfterGrantID != 0 {
		return Finding{Name: "queued", Action: ActionOnline}, true
	}
	return Finding{}, false
}

// notOnline: it may be used, and is not.
func notOnline(s Story, now time.Time) Finding {
	switch {
	case s.Router.ID != 0 && silent(s, now):
		return Finding{Name: "router_silent", Action: ActionSeeRouter, Arg: s.Router.Name}
	case outstanding(s.Access.Enforced):
		return Finding{Name: "router_refuses", Action: ActionOnline, Arg: s.Router.Name}
	case full(s.Access.Slots):
		return Finding{Name: "other_device", Action: ActionMove}
	}
	return Finding{Name: "not_tried", Action: ActionOnline}
}

// silent says that the router is gone: by looks at it, where there is a way to look, else by what it has not sent.
func silent(s Story, now time.Time) bool {
	if !s.Health.Fresh(now) {
		return s.Heard.IsZero() || now.Sub(s.Heard) > silentAfter
	}
	gone, known := routers.Silence(s.Router, s.Health, s.Heard, 0, now)
	return !s.Health.DownSince.IsZero() && (!known || gone > unansweredAfter)
}

func outstanding(all []radius.Enforcement) bool {
	for _, e := range all {
		if e.Wanted == radius.WantLogIn && (e.State == radius.Outstanding || e.State == radius.GivenUp) {
			return true
		}
		if e.Wanted == radius.WantLogIn {
			return false // the newest one counts
		}
	}
	return false
}

// full says that every device of the plan is bound to one: another is refused.
func full(slots []access.Slot) bool {
	for _, slot := range slots {
		if slot.MAC == "" {
			return false
		}
	}
	return len(slots) > 0
}
