package resellers

import (
	"context"
	"testing"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// TestCashThatWaitsIsNotTakenInOnAnotherDay: a form that asked for a second person is sent again on the next day, when its amount is within the bound, and
// once more with another amount.
func TestCashThatWaitsIsNotTakenInOnAnotherDay(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		mama := w.reseller("Mama", "254722000001", "10%", nil)
		for n, kind := range []string{PaidIn, Settled} {
			_, waits, err := w.Take(ctx, w.ask(mama), PaidIn, money.Shillings(9000), cashier)
			if w.did(waits, err); waits {
				t.Fatal("9,000 wait")
			}
			form := w.ask(mama)
			takes := func(shillings int64, key string, wait bool) {
				t.Helper()
				_, waits, err := w.Take(ctx, form, kind, money.Shillings(shillings), cashier)
				if waits != wait || (err != nil || key != "") && fault.KeyOf(err) != key {
					t.Errorf("%d: waits %t, %v", shillings, waits, err)
				}
			}
			before := float64(n)*26_000 + 9000 // of the kind before, 9,000 and 8,000 and 9,000
			takes(8000, "", true)
			takes(7000, "reseller.request", false)
			w.clock.Advance(24 * time.Hour)
			takes(8000, "", true)
			takes(7000, "reseller.request", false)
			w.balance(mama, before)
			w.decides()
			w.balance(mama, before+8000)
			takes(8000, "", false) // answered
			w.balance(mama, before+8000)

			_, waits, err = w.Take(ctx, w.ask(mama), PaidIn, money.Shillings(9000), cashier)
			w.did(waits, err)
			form = w.ask(mama)
			takes(8000, "", true)
			open, err := w.approvals.Open(ctx, 10)
			if err != nil || len(open) != 1 {
				t.Fatal(open, err)
			}
			if _, err := w.approvals.Decide(ctx, open[0].ID, false, "no notes were brought", second); err != nil {
				t.Fatal(err)
			}
			w.clock.Advance(24 * time.Hour)
			takes(8000, "approval.decided", false)
			w.balance(mama, before+17_000)
		}
		w.prove()
	})
}

// TestALimitIsApprovedOfTheSitesThatItIsFor: what was asked for while somebody sold at one site is not given when they sell everywhere by then, for who
// decides at that site alone decides about no other.
func TestALimitIsApprovedOfTheSitesThatItIsFor(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		mama := w.reseller("Mama", "254722000001", "10%", func(r *Reseller) { r.Sites = []int64{w.here} })
		mama.Limit = money.Shillings(900)
		_, waiting, err := w.Propose(ctx, mama, "", cashier)
		if w.did(waiting, err); len(waiting) != 1 {
			t.Fatal(waiting)
		}
		mama.Limit, mama.Sites = money.KES(0), nil
		_, none, err := w.Propose(ctx, mama, "", cashier)
		w.did(none, err)
		if _, err := w.approvals.Decide(ctx, waiting[0].ID, true, "", second); fault.KeyOf(err) != "approval.changed" {
			t.Error("a limit at one site is given everywhere:", err)
		}
		if now, err := w.Get(ctx, mama.ID); err != nil || now.Limit.Cents != 0 {
			t.Error(now.Limit, err)
		}
		w.prove()
	})
}
