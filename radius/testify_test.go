package radius

import (
	"context"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
	"mtandao/radius/outages"
)

// TestSessionsTestify: what they counted and how fast, before and after a silence; who spoke within it, open or over, also late; and when the router came up,
// by each of the ways in which it is known, once a minute.
func TestSessionsTestify(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), context.Background()
		one, two := "02:00:00:00:00:01", "02:00:00:00:00:02"
		b.applied(t, ofBoot(0, "80100001", one), ofBoot(0, "80100002", two),
			arrived{5 * time.Minute, report{status: more, id: "80100001", seconds: 300, out: 1000, mac: one}},
			arrived{10 * time.Minute, report{status: more, id: "80100001", seconds: 600, out: 31_000, mac: one}},
			arrived{10 * time.Minute, report{status: more, id: "80100002", seconds: 600, out: 500, mac: two}})
		open, err := b.Counters(ctx, 7, 10)
		if err != nil || len(open) != 2 {
			t.Fatal(open, err)
		}
		var first outages.Counter
		for _, c := range open {
			if c.Octets == 31_000 {
				first = c
			}
		}
		if first.Pace != 100 || !first.At.Equal(noon.Add(10*time.Minute)) || !first.StartedAt.Equal(noon) {
			t.Errorf("%+v", first)
		}
		if few, err := b.Counters(ctx, 7, 1); err != nil || len(few) != 1 {
			t.Error(few, err)
		}
		b.applied(t, ofBoot(70*time.Minute, "80200001", "02:00:00:00:00:03"))
		spoke := func(want int) {
			t.Helper()
			got, err := b.SpokeIn(ctx, 7, noon.Add(11*time.Minute), noon.Add(69*time.Minute), 10)
			if err != nil || len(got) != want {
				t.Errorf("%+v %v, want %d", got, err, want)
			}
		}
		spoke(0)
		b.applied(t, arrived{71 * time.Minute, report{status: more, id: "80100001", seconds: 1800, out: 90_000, mac: one, delay: 41 * 60}})
		spoke(1)
		b.applied(t, arrived{71 * time.Minute, report{status: end, id: "80100002", seconds: 1800, out: 90_000, mac: two, delay: 41 * 60}})
		spoke(2)
		again, err := b.CountersOf(ctx, []int64{open[0].SessionID, open[1].SessionID, 5})
		if err != nil || len(again) != 2 || again[0].Octets != 90_000 || again[1].Octets != 90_000 {
			t.Error(again, err)
		}
		b.applied(t, arrived{72 * time.Minute, report{status: on}}, arrived{72*time.Minute + time.Second, report{status: on}})
		for range 2 {
			if err := b.Booted(ctx, 7, noon.Add(69*time.Minute+30*time.Second)); err != nil {
				t.Fatal(err)
			}
		}
		boots, err := b.BootsIn(ctx, 7, noon.Add(10*time.Minute), noon.Add(2*time.Hour))
		if err != nil || len(boots) != 3 || boots[0] != (outages.Boot{At: noon.Add(69 * time.Minute), By: outages.ByUptime}) || boots[1] != (outages.Boot{At: noon.Add(70 * time.Minute), By: outages.BySessions}) ||
			boots[2] != (outages.Boot{At: noon.Add(72 * time.Minute), By: outages.ByAccounting}) {
			t.Error(boots, err)
		}
		b.clock.Advance(20 * 365 * 24 * time.Hour)
		b.keep = func() (history, usage int) { return 12, 36 }
		if err := b.prune(ctx); err != nil {
			t.Fatal(err)
		}
		if boots, err = b.BootsIn(ctx, 7, noon, noon.Add(2*time.Hour)); err != nil || len(boots) != 0 {
			t.Error("kept for ever:", boots, err)
		}
	})
}

// TestWhoStoodOnARouter at an instant, by grants.
func TestWhoStoodOnARouter(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), context.Background()
		if err := d.InTx(ctx, func(tx *db.Tx) error {
			for n, o := range []Online{
				{Session: Session{ID: 1, RouterID: 7, SessionKey: "a", Epoch: 1, GrantID: 11, StartedAt: noon, UpdatedAt: noon}},
				{Session: Session{ID: 2, RouterID: 7, SessionKey: "b", Epoch: 1, GrantID: 12, StartedAt: noon.Add(2 * time.Hour), UpdatedAt: noon.Add(2 * time.Hour)}},
				{Session: Session{ID: 3, RouterID: 8, SessionKey: "c", Epoch: 1, GrantID: 13, StartedAt: noon, UpdatedAt: noon}},
			} {
				if err := tx.Gorm().Create(&o).Error; err != nil {
					return err
				}
				over := Over{Session: o.Session, EndedAt: noon.Add(time.Duration(n+1) * 40 * time.Minute), ClosedBy: ByRouter}
				over.ID, over.GrantID, over.RouterID = over.ID+10, over.GrantID+10, 7
				over.StartedAt = noon
				if err := tx.Gorm().Create(&over).Error; err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		stood, err := b.StoodOn(ctx, 7, noon.Add(time.Hour), []int64{11, 12, 13, 21, 22, 23})
		if err != nil || len(stood) != 3 || !stood[11] || !stood[22] || !stood[23] {
			t.Error(stood, err)
		}
	})
}
