package guest

import (
	"net/http"
	"strings"
	"testing"

	"mtandao/billing"
)

// TestHeldMoneyBuysTheOrderThatWaits: the kept page says "choose a plan, then enter the code", and so it is, wherever the
// code is entered.
func TestHeldMoneyBuysTheOrderThatWaits(t *testing.T) {
	w := newWorld(t)
	kept := w.order(strings.Repeat("b", 32), func(v *billing.OrderView) {
		v.Payment.State, v.Surplus, v.Credit = billing.PaymentPaid, true, 1000
	})
	w.receipts["SKJ4H7T2QZ"] = kept
	send := func() answer {
		values := form(t, w.get("/h/kasarani/paid?"+redirect).body, "/h/kasarani/paid")
		values.Set("receipt", "SKJ4H7T2QZ")
		return w.post("/h/kasarani/paid", values)
	}
	if got := send(); got.status != http.StatusSeeOther || w.guest.tokenOf(w.keyOf(got)) != kept {
		t.Fatalf("held money without another order leads to itself: %d %q", got.status, got.location)
	}
	waiting := w.order(aToken, func(*billing.OrderView) {})
	if got := send(); got.status != http.StatusSeeOther || w.keyOf(got) == waiting || w.guest.tokenOf(w.keyOf(got)) != waiting {
		t.Fatalf("held money and an order that waits: %d %q", got.status, got.location)
	}
}

// TestLoginsAreNotMadeWithoutEnd: each visit makes a row and a transaction.
func TestLoginsAreNotMadeWithoutEnd(t *testing.T) {
	w := newWorld(t)
	token := w.paidOrder()
	statuses := map[int]int{}
	for range 20 {
		statuses[w.get("/s/"+token+"/connect?"+redirect).status]++
	}
	if statuses[http.StatusFound] == 0 || statuses[http.StatusTooManyRequests] == 0 {
		t.Fatalf("answers %v", statuses)
	}
}
