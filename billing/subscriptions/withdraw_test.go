package subscriptions

import (
	"context"
	"testing"
	"time"

	"mtandao/internal/db"
)

// TestAChangeOfPlanIsWithdrawn while it lies ahead and nothing came after it: the line goes on as if nobody had wanted it.
func TestAChangeOfPlanIsWithdrawn(t *testing.T) {
	each(t, func(w *shop) {
		ctx := context.Background()
		withdraw := func(sub Subscription) (got Subscription, err error) {
			err = w.DB.InTx(ctx, func(tx *db.Tx) error {
				got, err = w.WithdrawIn(tx, sub.ID, By{Actor: "asha", From: "desk", Seen: sub.Seq})
				return err
			})
			return got, err
		}
		w.pays(anne, 3000)
		sub := w.line("home-10")
		end := w.again(sub).State.End(w.zone(w.here))
		_, err := withdraw(w.again(sub))
		w.wants("nothing was planned", err, "subscription.not_planned")
		planned, err := w.ChangePlan(ctx, sub.ID, Change{PlanKey: "home-20", AtEnd: true}, office)
		w.wants("planned", err, "")
		back, err := withdraw(planned)
		w.wants("withdrawn", err, "")
		w.prove(sub)
		if back.State.Sold.PlanKey != "home-10" || back.DueAt.Equal(planned.State.PaidTo) && back.Seq != planned.Seq+1 {
			w.Errorf("%+v", back)
		}
		_, err = withdraw(planned)
		w.wants("twice", err, "conflict")
		w.pays(anne, 3000)
		w.clock.Set(end)
		w.tick()
		w.prove(sub)
		if got := w.again(sub); got.State.Sold.PlanKey != "home-10" || got.HeldCents == 0 || w.grant(sub).Plan != "home-10" {
			w.Errorf("it changed all the same, or was not renewed: %+v", got)
		}
		planned, err = w.ChangePlan(ctx, sub.ID, Change{PlanKey: "home-20", AtEnd: true}, office)
		w.wants("planned again", err, "")
		w.clock.Set(w.again(sub).State.End(w.zone(w.here)).Add(time.Hour))
		_, err = withdraw(planned)
		w.wants("it has come", err, "subscription.not_planned")
		w.pays(anne, 9000)
		w.credit(anne, 20_000_00)
		w.does(w.ChangePlan(ctx, sub.ID, Change{PlanKey: "home-10"}, By{Actor: "asha"}))
		planned, err = w.ChangePlan(ctx, sub.ID, Change{PlanKey: "home-20", At: w.clock.Now().Add(24 * time.Hour), KeepDate: true}, By{Actor: "asha"})
		w.wants("paid for at once", err, "")
		events, err := w.Events(ctx, sub.ID)
		w.wants("told", err, "")
		if last := events[len(events)-1].Said; last.Amount == nil || !last.Amount.IsPositive() {
			w.Errorf("nothing was paid: %+v", last)
		}
		_, err = withdraw(planned)
		w.wants("its money was taken", err, "subscription.not_planned")
		office := w.line("office")
		planned, err = w.ChangePlan(ctx, office.ID, Change{PlanKey: "home-10", AtEnd: true}, By{Actor: "asha"})
		w.wants("by invoice", err, "")
		paused, err := w.Pause(ctx, office.ID, time.Time{}, "away", By{Actor: "asha"})
		w.wants("something after it", err, "")
		_, err = withdraw(paused)
		w.wants("it is not the last", err, "subscription.not_planned")
		_, err = withdraw(planned)
		w.wants("it was seen before", err, "conflict")
	})
}
