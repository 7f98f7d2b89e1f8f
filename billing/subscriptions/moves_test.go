package subscriptions

import (
	"context"
	"time"

	"mtandao/internal/clock"
)

// proveMoves: on the evening of each day on which something moved, and of the day before, a line is where its moves say.
func (w *shop) proveMoves(sub Subscription, events []Event) {
	w.Helper()
	var rows []moveRow
	if err := w.DB.Read(context.Background()).Where("subscription_id = ?", sub.ID).Order("n").Find(&rows).Error; err != nil {
		w.Fatal(err)
	}
	evenings := map[clock.Day]bool{}
	for _, e := range events {
		if e.Kind.moves() {
			evenings[clock.DayOf(e.At)], evenings[clock.DayOf(e.At)-1] = true, true
		}
	}
	for day := range evenings {
		state, err := Replay(events, (day + 1).Start().Add(-time.Millisecond), w.zone)
		if err != nil {
			w.Fatal(err)
		}
		var is, said onPlan
		if state.Status != Pending && state.Status != Ended {
			is = onPlan{state.Sold.PlanKey, state.Place.SiteID}
		}
		for _, r := range rows {
			if r.Day <= day.String() {
				if (onPlan{r.FromPlan, r.FromSite}) != said {
					w.Errorf("it moves from %s, and was on %v", r.FromPlan, said)
				}
				said = onPlan{r.ToPlan, r.ToSite}
			}
		}
		if said != is {
			w.Errorf("on %v it is on %v, and its moves say %v", day, is, said)
		}
	}
}
