package subscriptions

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"mtandao/billing/ledger"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// TestADepositIsUsedOnce: of twelve who give it back, keep it, or end the line and take the fee from it at once, none gets what another got; and credit for one
// deposit is taken for one.
func TestADepositIsUsedOnce(t *testing.T) {
	each(t, func(w *shop) {
		ctx := context.Background()
		sub := w.line("home-10")
		w.pays(anne, 1000)
		had := w.credits(anne)
		atOnce := func(lost string, each func(n int) error) (won int64) {
			t.Helper()
			var all sync.WaitGroup
			var did atomic.Int64
			for n := range 12 {
				all.Go(func() {
					switch err := each(n); {
					case err == nil:
						did.Add(1)
					case fault.KeyOf(err) != lost:
						t.Error(err)
					}
				})
			}
			all.Wait()
			return did.Load()
		}
		if n := atOnce("subscription.credit", func(int) error { _, err := w.TakeDeposit(ctx, sub.ID, money.KES(had), office); return err }); n != 1 {
			t.Errorf("%d took a deposit out of credit for one", n)
		}
		if got := w.again(sub); got.State.Deposit.Cents != had || w.credits(anne) != 0 {
			t.Errorf("%+v, %d of credit", got.State, w.credits(anne))
		}
		n := atOnce("subscription.deposit", func(n int) error {
			_, err := w.ReturnDeposit(ctx, sub.ID, money.KES(had), n%2 == 0, "left", office)
			return err
		})
		held, err := w.Ledger.Balance(ctx, ledger.Deposits, "")
		if err != nil || n != 1 || !held.IsZero() || w.credits(anne) != 0 && w.credits(anne) != had || !w.again(sub).State.Deposit.IsZero() {
			t.Errorf("%d gave it back or kept it; %v is held, %d is credit, of %d: %v", n, held, w.credits(anne), had, err)
		}
		w.prove(sub)
	})
}

func (w *shop) credits(customer int64) (cents int64) {
	w.Helper()
	if err := w.DB.SQL().QueryRow("SELECT cents FROM purses WHERE customer = ?", customer).Scan(&cents); err != nil {
		w.Fatal(err)
	}
	return cents
}
