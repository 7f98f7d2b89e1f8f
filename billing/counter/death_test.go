package counter

import (
	"context"
	"fmt"
	"testing"

	"mtandao/billing/accounts"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
)

// TestDeathAtEachWriteOfAPayback: whichever write of asking, approving, refusing, taking back and paying is the last of a dying process, the step is done whole
// when it is tried again, once, and the books and the trail say the same.
func TestDeathAtEachWriteOfAPayback(t *testing.T) {
	each(t, func(w *desk) {
		ctx, killer, kills, who := context.Background(), testdb.NewKiller(t, w.DB), 0, int64(7200)
		var p Payback
		ask := func() (err error) {
			p, err = w.AskPayback(ctx, Payback{CustomerID: who, Amount: money.Shillings(60), Reason: "moves"}, cashier)
			return err
		}
		decide := func(approve bool) func() error {
			return func() error { _, err := w.DecidePayback(ctx, p.ID, approve, manager); return err }
		}
		cancel := func() error { _, err := w.CancelPayback(ctx, p.ID, cashier); return err }
		pay := func() error { _, err := w.PayPayback(ctx, p.ID, accounts.ByCash, "", cashier); return err }
		for name, story := range map[string]struct {
			steps  []func() error
			state  PaybackState
			credit int64
		}{"asked": {[]func() error{ask}, Asked, 100}, "approved": {[]func() error{ask, decide(true)}, Approved, 40}, "refused": {[]func() error{ask, decide(false)}, Refused, 100},
			"taken back": {[]func() error{ask, cancel}, Cancelled, 100}, "paid": {[]func() error{ask, decide(true), pay}, Paidback, 40}} {
			for write := 0; ; write++ {
				who++
				if _, err := w.Take(ctx, w.brings(fmt.Sprint("to", who), who, 100), cashier); err != nil {
					t.Fatal(err)
				}
				before := killer.Deaths()
				for n, step := range story.steps {
					if n == len(story.steps)-1 {
						killer.Once(write)
					}
					if err := step(); err != nil && killer.Deaths() == before {
						t.Fatal(name, err)
					} else if err != nil {
						killer.Spare()
						if err := step(); err != nil {
							t.Errorf("%s, dead at write %d, and again: %v (%s)", name, write, err, fault.KeyOf(err))
						}
					}
				}
				killer.Spare()
				if got, err := w.PaybackByID(ctx, p.ID); err != nil || got.State != story.state || w.credit(who) != story.credit {
					t.Errorf("%s, dead at write %d: %s, credit of %d: %v", name, write, got.State, w.credit(who), err)
				}
				if killer.Deaths() == before {
					break // it made no more writes than that
				}
				kills++
			}
		}
		if t.Log(kills, "deaths"); kills < 15 {
			t.Errorf("only %d deaths", kills)
		}
		w.prove()
	})
}
