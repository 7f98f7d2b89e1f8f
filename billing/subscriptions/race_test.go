package subscriptions

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// TestTwoStaffChangeAPlanAtOnce: whoever saw the same state; one wins, and the grant is on the winner's plan.
func TestTwoStaffChangeAPlanAtOnce(t *testing.T) {
	each(t, func(w *shop) {
		w.sell("home-30", 9000, plans.Prepaid, 30_000)
		sub := w.line("home-10")
		w.pays(anne, 3000)
		seen := w.again(sub).Seq
		var all sync.WaitGroup
		var won, lost atomic.Int64
		for n := range 12 {
			all.Go(func() {
				_, err := w.ChangePlan(context.Background(), sub.ID, Change{PlanKey: []string{"home-20", "home-30"}[n%2]}, By{Actor: "a", From: "b", Seen: seen})
				switch {
				case err == nil:
					won.Add(1)
				case fault.KeyOf(err) == "conflict":
					lost.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 || lost.Load() != 11 {
			w.Errorf("%d won, %d lost", won.Load(), lost.Load())
		}
		w.prove(sub)
	})
}

// TestRenewalsAtOnce: credit for two lines of three; ten run the renewal, and the clock's run besides.
func TestRenewalsAtOnce(t *testing.T) {
	each(t, func(w *shop) {
		lines := []Subscription{w.line("home-10"), w.line("home-10"), w.line("home-10")}
		w.tx(func(tx *db.Tx) error {
			return tx.Gorm().Exec("UPDATE purses SET cents = 650000 WHERE customer = ?", anne).Error
		})
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if err := w.DB.InTx(context.Background(), func(tx *db.Tx) error {
					if _, err := w.Credit.Credit(tx, anne); err != nil {
						return err
					}
					return w.Renew(tx, anne)
				}); err != nil {
					t.Error(err)
				}
			})
			all.Go(func() {
				if err := w.tickAll(lines); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.holds(anne, 500)
		w.ends(lines[0], "2027-02-13 12:00")
		w.ends(lines[1], "2027-02-13 12:00")
		w.ends(lines[2], "")
		for _, line := range lines {
			w.prove(line)
		}
	})
}

func (w *shop) tickAll(lines []Subscription) error {
	for _, line := range lines {
		if err := w.Service.tick(context.Background(), line.ID); err != nil {
			return err
		}
	}
	return nil
}

// TestAPauseAgainstTheEnd: the last minute; whoever wins, nothing is lost and nothing is won.
func TestAPauseAgainstTheEnd(t *testing.T) {
	each(t, func(w *shop) {
		for range 5 {
			sub := w.line("home-10")
			w.pays(anne, 3000)
			end := w.again(sub).State.End(w.zone(w.here))
			w.clock.Set(end)
			w.tx(func(tx *db.Tx) error {
				return tx.Gorm().Exec("UPDATE purses SET cents = 300000 WHERE customer = ?", anne).Error
			})
			var all sync.WaitGroup
			all.Go(func() {
				if err := w.Service.tick(context.Background(), sub.ID); err != nil {
					t.Error(err)
				}
			})
			all.Go(func() {
				if _, err := w.Pause(context.Background(), sub.ID, time.Time{}, "", office); err != nil {
					t.Error(err)
				}
			})
			all.Wait()
			w.prove(sub)
			got := w.again(sub)
			var credit money.Amount
			w.tx(func(tx *db.Tx) (err error) { credit, err = w.Credit.Credit(tx, anne); return err })
			if got.State.Status != Paused || credit.Cents+got.HeldCents != 300_000 {
				w.Errorf("%s, %v of credit and %d held", got.State.Status, credit, got.HeldCents)
			}
			_, err := w.Resume(context.Background(), sub.ID, time.Time{}, office)
			w.wants("resume", err, "")
			if got := w.again(sub); got.HeldCents != 300_000 {
				w.Errorf("%d cents are held", got.HeldCents)
			}
			_, err = w.End(context.Background(), sub.ID, Ending{Reason: "test"}, office)
			w.wants("end", err, "")
			w.tx(func(tx *db.Tx) error {
				return tx.Gorm().Exec("UPDATE purses SET cents = 0 WHERE customer = ?", anne).Error
			})
		}
	})
}
