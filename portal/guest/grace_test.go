package guest

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/words"
)

func (w ordersOf) TakeGrace(_ context.Context, token string) (int64, error) {
	view := w.orders[token]
	if view.Grace.May == 0 {
		return 0, fault.New(fault.Conflict, "grace.none")
	}
	view.Grace = billing.Grace{GrantID: 77}
	return 77, nil
}

// TestGraceIsTakenFromThePage: where prompts fail, a button puts the device online before it pays; where none is given there is none.
func TestGraceIsTakenFromThePage(t *testing.T) {
	for _, l := range words.Languages {
		w := newWorld(t)
		token := w.order(seal.RandomHex(16), func(v *billing.OrderView) {
			v.Payment.State, v.Payment.Reason = billing.PaymentFailed, billing.ReasonRailRests
			v.ByHand = billing.ByHand{Type: billing.TillPaybill, Number: "247247"}
		})
		at := "/o/" + token
		if page := w.get(at + "?l=" + string(l) + hereVisit); page.status != http.StatusOK || strings.Contains(page.body, at+"/grace") {
			t.Fatalf("%s: %d, or grace is offered though there is none", l, page.status)
		}
		w.orders[token].Grace.May = 10 * time.Minute
		page := w.get(at + "?l=" + string(l) + hereVisit)
		if !strings.Contains(page.body, words.Text(l, "guest.grace", "Minutes", 10)) {
			t.Fatalf("%s: no grace on the page", l)
		}
		if got := w.post(at+"/grace", url.Values{"k": {"forged"}, "r": {routerToken}, "v": {redirect}}); got.status != http.StatusBadRequest || w.orders[token].Grace.GrantID != 0 {
			t.Errorf("%s: a forged form is answered %d", l, got.status)
		}
		got := w.post(at+"/grace", form(t, page.body, at+"/grace"))
		if got.status != http.StatusFound || !strings.HasPrefix(got.location, "http://10.5.50.1/login?") {
			t.Errorf("%s: the way online leads to %d %q", l, got.status, got.location)
		}
		if page := w.get(at + "?l=" + string(l) + hereVisit); !strings.Contains(page.body, words.Text(l, "guest.grace.given")) || strings.Contains(page.body, at+"/grace") {
			t.Errorf("%s: the page does not tell that it was taken", l)
		}
		if got := w.get(at + "/grace"); got.status != http.StatusFound || !strings.HasPrefix(got.location, at) {
			t.Errorf("%s: the form's address opened by itself: %d %q", l, got.status, got.location)
		}
	}
}
