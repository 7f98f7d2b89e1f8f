package counter

import (
	"context"
	"sync"
	"testing"

	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// TestWhoAskedTakesAPaybackBack while nobody has decided, and nobody else does: the credit stays, and it may be asked for anew. Of those who decide and who
// takes it back at once, one wins, and the books say the same.
func TestWhoAskedTakesAPaybackBack(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		if _, err := w.Take(ctx, w.brings("a", anne, 1000), cashier); err != nil {
			t.Fatal(err)
		}
		ask := Payback{CustomerID: anne, Amount: money.Shillings(60), Reason: "moves away"}
		p, err := w.AskPayback(ctx, ask, cashier)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.CancelPayback(ctx, p.ID, manager); fault.KeyOf(err) != "payback.not_yours" || fault.KindOf(err) != fault.Denied {
			t.Errorf("another took it back: %v", err)
		}
		if p, err = w.CancelPayback(ctx, p.ID, cashier); err != nil || p.State != Cancelled || p.DecidedBy != 0 || p.DecidedAt.IsZero() {
			t.Fatal(p, err)
		}
		_, approved := w.DecidePayback(ctx, p.ID, true, manager)
		_, paid := w.PayPayback(ctx, p.ID, "cash", "", cashier)
		_, again := w.CancelPayback(ctx, p.ID, cashier)
		if fault.KeyOf(approved) != "payback.decided" || fault.KeyOf(paid) != "payback.not_owed" || fault.KeyOf(again) != "payback.decided" || w.credit(anne) != 1000 {
			t.Errorf("after it was taken back: %v, %v, %v; credit is %d", approved, paid, again, w.credit(anne))
		}
		left := int64(1000)
		for range 8 {
			if w.race(ask) == Approved {
				left -= 60
			}
		}
		if w.credit(anne) != left {
			t.Errorf("credit is %d, not %d", w.credit(anne), left)
		}
		w.prove()
	})
}

// race lets who asked take a payback back, and others approve and refuse it, all at once.
func (w *desk) race(ask Payback) PaybackState {
	w.Helper()
	ctx := context.Background()
	p, err := w.AskPayback(ctx, ask, cashier)
	if err != nil {
		w.Fatal("asked anew:", err)
	}
	var all sync.WaitGroup
	errs := make([]error, 9)
	for n := range errs {
		all.Go(func() {
			if n%3 == 0 {
				_, errs[n] = w.CancelPayback(ctx, p.ID, cashier)
			} else {
				_, errs[n] = w.DecidePayback(ctx, p.ID, n%3 == 1, manager)
			}
		})
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if fault.KeyOf(err) != "payback.decided" {
			w.Error(err)
		}
	}
	if p, err = w.PaybackByID(ctx, p.ID); err != nil || won != 1 || p.State == Asked {
		w.Errorf("%d won: %+v %v", won, p, err)
	}
	return p.State
}
