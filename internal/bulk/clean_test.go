package bulk

import (
	"context"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

// TestWhatNobodyStartedIsForgotten after two days; what changed something is kept.
func TestWhatNobodyStartedIsForgotten(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := open(t, d, 3), context.Background()
		h.clock = clock.NewManual(time.Now())
		h.Service.Clock = h.clock
		done := h.does(h.looked(everything, asha).ID, asha)
		idle, stopped := h.looked(everything, asha), h.looked(everything, brian)
		h.must(h.Stop(ctx, stopped.ID, brian))
		h.must(h.Clean(ctx))
		if all, err := h.Runs(ctx, 0, 0, 10); err != nil || len(all) != 3 {
			t.Error(len(all), err)
		}
		if all, err := h.Runs(ctx, asha.Member, idle.ID, 10); err != nil || len(all) != 1 || all[0].ID != done.ID {
			t.Error(len(all), err)
		}
		h.clock.Advance(keptUnstarted + time.Hour)
		h.must(h.Clean(ctx))
		all, err := h.Runs(ctx, 0, 0, 10)
		if err != nil || len(all) != 1 || all[0].ID != done.ID {
			t.Error(len(all), err)
		}
		if some, err := h.Items(ctx, idle.ID, "", Place{}, 1); err != nil || len(some) != 0 {
			t.Error(some, err)
		}
		if _, err := h.Run(ctx, idle.ID); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

// TestWhatEndedIsForgotten after the months that are set, with its objects, and is taken back until then and no longer; while somebody looks what taking it back would do, it stays. A sweep that dies is
// begun again.
func TestWhatEndedIsForgotten(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := open(t, d, 6), context.Background()
		h.clock = clock.NewManual(time.Now().UTC().Truncate(time.Millisecond))
		h.Service.Clock = h.clock
		r := h.does(h.looked(everything, asha).ID, asha)
		until := h.KeptUntil(r)
		if months := until.Sub(r.EndedAt).Hours() / 24 / 30; months < 5.5 || months > 6.5 {
			t.Errorf("it is kept for %v months", months)
		}
		h.clock.Set(until.Add(-time.Second))
		h.must(h.Clean(ctx))
		back, err := h.Undo(ctx, r.ID, asha)
		h.must(err)
		h.clock.Set(until.Add(time.Second))
		h.must(h.Clean(ctx))
		if h.must(h.works(back.ID)); h.is(back.ID).Would != 6 {
			t.Errorf("%+v", h.is(back.ID))
		}
		h.does(back.ID, asha)
		if _, err := h.Undo(ctx, r.ID, asha); fault.KeyOf(err) != "bulk.too_old" {
			t.Error(err)
		}
		killer := testdb.NewKiller(t, d)
		killer.Once(3) // the state, prices and objects are written
		if err := h.Clean(ctx); err == nil {
			t.Error("nothing died")
		}
		if some, err := h.Items(ctx, r.ID, "", Place{}, 1); err != nil || len(some) != 0 || h.is(r.ID).Done != 6 {
			t.Error(some, err)
		}
		h.must(h.Clean(ctx))
		if _, err := h.Run(ctx, r.ID); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}
