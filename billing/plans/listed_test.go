package plans

import (
	"context"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
)

// TestAPriceListIsNoOlderThanASecond: one changed here is shown at once, one changed elsewhere within a second, and a plan whose
// end has come is not shown from memory either.
func TestAPriceListIsNoOlderThanASecond(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		ctx, plan := context.Background(), clock.NewManual(time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC))
		here, elsewhere, now := New(d, plan), New(d, plan), time.Duration(0)
		here.lists.now = func() time.Duration { return now }
		save := func(s *Service, price int64, end time.Time) {
			p := hour()
			p.Price, p.Limits.ValidUntil = money.Shillings(price), end
			if err := d.InTx(ctx, func(tx *db.Tx) error { _, err := s.Save(tx, p); return err }); err != nil {
				t.Fatal(err)
			}
		}
		shown := func() (price money.Amount) {
			all, err := here.Listed(ctx, 7)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range all {
				price = p.Price
			}
			return price
		}
		expect := func(why string, shillings int64) {
			t.Helper()
			if got := shown(); got != money.Shillings(shillings) {
				t.Errorf("%s: %v", why, got)
			}
		}
		save(here, 10, time.Time{})
		expect("new", 10)
		save(here, 20, time.Time{})
		expect("changed here", 20)
		save(elsewhere, 30, plan.Now().Add(time.Minute))
		expect("changed elsewhere, a moment ago", 20)
		now += listedFor
		expect("changed elsewhere", 30)
		plan.Advance(time.Minute)
		if all, err := here.Listed(ctx, 7); err != nil || len(all) != 0 {
			t.Errorf("past its end: %v %v", all, err)
		}
		if _, edits := here.lists.get(7); edits != 2 {
			t.Errorf("%d changes", edits)
		}
		here.lists.keep(8, []Plan{hour()}, 1)
		if old, _ := here.lists.get(8); old != nil {
			t.Error("what was read before a change is kept")
		}
	})
}
