package radius

import (
	"context"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// TestUseThatIsAppliedLate is counted in its hour as any other, and written down beside that: once, however often it is read; judged once; seen by staff with
// a trail.
func TestUseThatIsAppliedLate(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), context.Background()
		u := Usage{DB: d, Clock: b.clock}
		at := func(hours int64, id string) []arrived {
			return []arrived{{time.Duration(hours) * time.Hour, report{status: begin, id: id}}, {time.Duration(hours+1) * time.Hour, report{status: more, id: id, seconds: 3600, in: 10, out: 1000}}}
		}
		b.clock.Set(noon.Add(LateAfter + time.Hour))
		b.applied(t, at(0, "on time")...)
		b.clock.Set(noon.Add(LateAfter + 2*time.Hour))
		for range 2 {
			b.applied(t, at(0, "late")...)
		}
		days, err := b.DaysOf(ctx, testGrant, "2026-11-24", "2026-11-24")
		if err != nil || len(days) != 1 || days[0].Volume != (Volume{7200, 20, 2000}) {
			t.Errorf("%+v %v", days, err)
		}
		var ids []int64
		read := func() (n int) {
			t.Helper()
			ids = nil
			err := u.NewLate(ctx, func(id, grantID int64, hour, told time.Time) {
				if grantID != testGrant || !hour.Equal(noon.Add(time.Hour)) || !told.Equal(b.clock.Now()) {
					t.Errorf("grant %d, %v told at %v", grantID, hour, told)
				}
				ids = append(ids, id)
			})
			if err != nil {
				t.Fatal(err)
			}
			return len(ids)
		}
		if read() != 1 {
			t.Fatal(ids)
		}
		octets := int64(0)
		day := clock.DayOf(noon)
		if err := u.EachLate(ctx, []int64{testGrant}, day, day+1, func(_ int64, _, told time.Time, o, seconds int64) {
			if octets += o; seconds != 3600 || !told.Equal(b.clock.Now()) {
				t.Error(seconds, told)
			}
		}); err != nil || octets != 1010 {
			t.Error(octets, err)
		}
		won := 0
		for range 2 {
			if err := d.InTx(ctx, func(tx *db.Tx) error {
				first, err := u.Judge(tx, ids[0], true, true)
				if first {
					won++
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		lost, err := u.LostLate(ctx)
		if won != 1 || read() != 0 || err != nil || len(lost) != 1 || lost[0].Day() != day {
			t.Error(won, lost, err)
		}
		if err := u.SeeLate(ctx, testGrant, "clerk", "10.0.0.1"); err != nil {
			t.Fatal(err)
		}
		if lost, err = u.LostLate(ctx); err != nil || len(lost) != 0 {
			t.Error(lost, err)
		}
		var trail int64
		if err := d.Read(ctx).Raw("SELECT COUNT(*) FROM audit_events WHERE action = 'late use seen'").Scan(&trail).Error; err != nil || trail != 1 {
			t.Error(trail, err)
		}
	})
}
