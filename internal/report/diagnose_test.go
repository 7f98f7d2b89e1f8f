package report

import (
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/money"
	"mtandao/radius"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// TestARouterThatIsDownIsNamed in the story of whoever has paid there: by what looks at it found, or, where there is no way to look,
// by its silence.
func TestARouterThatIsDownIsNamed(t *testing.T) {
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	tried := routers.Look{Tried: true}
	up := routers.Health{TakenAt: ago(5 * time.Second), AnsweredAt: ago(5 * time.Second), Look: tried}
	down := routers.Health{TakenAt: ago(5 * time.Second), AnsweredAt: ago(2 * time.Minute), DownSince: ago(100 * time.Second), Look: tried}
	justGone := routers.Health{TakenAt: ago(5 * time.Second), AnsweredAt: ago(25 * time.Second), DownSince: ago(5 * time.Second), Look: tried}
	refused := []radius.Enforcement{{Wanted: radius.WantLogIn, State: radius.Outstanding}}
	for name, c := range map[string]struct {
		heard  time.Time
		health routers.Health
		want   string
	}{
		"looks in vain, silent":             {ago(3 * time.Minute), down, "router_silent"},
		"looks in vain, never heard":        {time.Time{}, down, "router_silent"},
		"looks in vain, heard a moment ago": {ago(10 * time.Second), down, "router_refuses"},
		"the first look in vain":            {ago(3 * time.Minute), justGone, "router_refuses"},
		"answers, a quiet night":            {ago(3 * time.Hour), up, "router_refuses"},
		"no looks, long silent":             {ago(6 * time.Minute), routers.Health{}, "router_silent"},
		"no looks, heard":                   {ago(time.Minute), routers.Health{}, "router_refuses"},
	} {
		s := Story{Router: routers.Router{ID: 1, Name: "kasarani-1", State: routers.StateActive}, Heard: c.heard, Health: c.health}
		s.Access = Granted{Grant: access.Grant{ID: 7}, Cause: access.CauseOK, Enforced: refused}
		if got := notOnline(s, now); got.Name != c.want || got.Arg != "kasarani-1" {
			t.Errorf("%s: %+v, want %s", name, got, c.want)
		}
	}
}

// TestAnOrderThatRaisesAnAccount: its story ends with the money, and offers no button that its page would refuse.
func TestAnOrderThatRaisesAnAccount(t *testing.T) {
	for _, segment := range []string{billing.SegmentFloat, billing.SegmentAccount} {
		for name, c := range map[string]struct {
			order   billing.OrderState
			payment billing.PaymentState
			want    Finding
		}{
			"paid":     {billing.OrderPaid, billing.PaymentPaid, Finding{Name: "raised"}},
			"not paid": {billing.OrderPlaced, billing.PaymentFailed, Finding{Name: "not_paid", Arg: "cancelled"}},
		} {
			s := Story{HasOrder: true, Held: money.Shillings(1000)} // a guest's credit is not for it
			s.Order = billing.Order{ID: 1, Segment: segment, State: c.order, Price: money.Shillings(500)}
			s.Payments = []billing.Payment{{State: c.payment, Reason: billing.ReasonCancelled}}
			if got := Diagnose(s, time.Now()); got != c.want {
				t.Errorf("%s, %s: %+v", segment, name, got)
			}
		}
	}
}
