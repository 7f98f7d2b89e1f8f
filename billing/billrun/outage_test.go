package billrun

import (
	"context"
	"testing"
	"time"

	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// TestAnOutageIsOnTheNextBill of a line that is paid by invoice, with its reason, at what its days cost after discounts; taken back, it is charged again.
// Who is paused pays nothing anyway.
func TestAnOutageIsOnTheNextBill(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("month", 3100, nil)
		w.addOn("static", 620, false)
		one, paused := w.line(w.customer(1).ID, "month", time.Time{}, nil), w.line(w.customer(1).ID, "month", time.Time{}, nil)
		w.must(w.Lines.AddOn(ctx, one.ID, "static", office))
		w.must(w.Lines.Discount(ctx, one.ID, plans.Discount{Percent: 1000}, "friend", office))
		w.until(clock.Date(2026, 1, 10))
		w.must(w.Lines.Pause(ctx, paused.ID, time.Time{}, "away", office))
		o, n, err := w.compensates(2, "fibre cut")
		if err != nil || n != 1 {
			t.Fatal(n, err)
		}
		w.until(clock.Date(2026, 2, 5))
		if n, err := w.takesBack(o.ID); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		w.until(clock.Date(2026, 3, 1))
		whole := "month, The whole period, at KES 3,100: KES 3,100; friend, The whole period, at KES 310: -KES 310; static, The whole period, at KES 620: KES 620; friend, The whole period, at KES 62: -KES 62"
		w.want(one, "2026-01-01 issued KES 3,348; "+whole, "2026-02-01 issued KES 3,132; "+whole+"; Outage, 2 days: fibre cut, Once, on 10.01.2026: -KES 216",
			"2026-03-01 issued KES 3,564; "+whole+"; Taken back, 2 days for an outage: fibre cut, Once, on 05.02.2026: KES 216")
		events, err := w.Lines.Events(ctx, paused.ID)
		if err != nil || events[len(events)-1].Kind == subscriptions.Compensated {
			t.Error("a paused line has the days:", err)
		}
		w.prove()
	})
}

// TestAProvenOutageIsOnTheNextBill by the minute, and what another covers of it is credited once: taken back, the other is credited in full.
func TestAProvenOutageIsOnTheNextBill(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("month", 3100, nil)
		one := w.line(w.customer(1).ID, "month", time.Time{}, nil)
		w.until(clock.Date(2026, 1, 10))
		day := clock.Date(2026, 1, 9).Start()
		cut := subscriptions.Cut{ID: w.DB.ID(), SiteID: w.site, Gap: subscriptions.Gap{From: day.Add(8 * time.Hour), Until: day.Add(20*time.Hour + 24*time.Minute)}, Note: "gate"}
		over := subscriptions.Cut{ID: w.DB.ID(), SiteID: w.site, Gap: subscriptions.Gap{From: day.Add(18 * time.Hour), Until: day.Add(22*time.Hour + 24*time.Minute)}, Note: "tower"}
		for _, c := range []subscriptions.Cut{cut, over, cut} {
			w.must(one, w.DB.InTx(ctx, func(tx *db.Tx) error { return w.Lines.Suffer(tx, c) }))
			w.must(one, w.Lines.MakeUp(ctx))
		}
		w.until(clock.Date(2026, 2, 1))
		if n, err := w.takesBack(cut.ID); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		w.until(clock.Date(2026, 3, 1))
		whole := "month, The whole period, at KES 3,100: KES 3,100"
		w.want(one, "2026-01-01 issued KES 3,100; "+whole,
			"2026-02-01 issued KES 3,040; "+whole+"; Outage, 12 hours 24 minutes: gate, Once, on 10.01.2026: -KES 51.67; Outage, 2 hours: tower, Once, on 10.01.2026: -KES 8.33",
			"2026-03-01 issued KES 3,141; "+whole+"; Taken back, 12 hours 24 minutes for an outage: gate, Once, on 01.02.2026: KES 51.67; Outage, 2 hours 24 minutes: tower, Once, on 01.02.2026: -KES 11.07; Rounding, The total is rounded to KES 1: KES 0.40")
		w.prove()
	})
}

// compensates gives the site days by hand, and tells to how many lines.
func (w *town) compensates(days int, note string) (subscriptions.Outage, int64, error) {
	o, err := w.Lines.Compensate(context.Background(), w.site, days, note, office)
	if err != nil {
		return o, 0, err
	}
	n, err := w.madeUp(o.ID)
	return o, n, err
}

// takesBack takes the days of an outage away again, and tells of how many lines.
func (w *town) takesBack(id int64) (int64, error) {
	if err := w.Lines.UndoOutage(context.Background(), id, office); err != nil {
		return 0, err
	}
	return w.madeUp(id)
}

func (w *town) madeUp(id int64) (int64, error) {
	if err := w.Lines.MakeUp(context.Background()); err != nil {
		return 0, err
	}
	o, _, err := w.Lines.MadeUp(context.Background(), id)
	return o.Lines, err
}
