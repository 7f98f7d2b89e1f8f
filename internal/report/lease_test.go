package report

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/radius/pools"
)

func free(context.Context, pools.Lease) (bool, error) { return false, nil }

// leasedTo saves a pool, and leases of it to grants 1, 2, 3 …, a minute apart, each with a device of its own.
func leasedTo(t *testing.T, d *db.DB, c *clock.Manual, p pools.Pool, grants int) (pools.Pool, []netip.Prefix) {
	t.Helper()
	s := pools.New(d, c)
	if err := d.InTx(t.Context(), func(tx *db.Tx) (err error) { p, err = s.Save(tx, p); return err }); err != nil {
		t.Fatal(err)
	}
	var given []netip.Prefix
	for i := range grants {
		c.Advance(time.Minute)
		got, err := s.Lease(t.Context(), p.Name, int64(i+1), device(i+1), free)
		if err != nil {
			t.Fatal(err)
		}
		given = append(given, got)
	}
	return p, given
}

func device(n int) access.MAC { return access.MAC(fmt.Sprintf("0a00000000%02x", n)) }

// TestHowFullAPoolIs: kept since a log-in, stood on by a session long after, and free again.
func TestHowFullAPoolIs(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.WatchPlans(t, d)
		c := clock.NewManual(noon)
		homes, given := leasedTo(t, d, c, pools.Pool{Name: "homes", Length: 32, Prefixes: []netip.Prefix{netip.MustParsePrefix("100.64.0.0/28")}}, 3)
		delegated, _ := leasedTo(t, d, c, pools.Pool{Name: "pd", Length: 56, Prefixes: []netip.Prefix{netip.MustParsePrefix("2001:db8::/52")}}, 3)
		r := &rows{T: t, d: d}
		r.add("sessions_open", map[string]any{"ip": given[0].Addr().String(), "grant_id": 1, "mac": device(1), "user_name": "asha"})
		desk := NewDesk(d, c)
		for _, at := range []struct {
			after time.Duration
			held  int64
		}{{0, 3}, {2 * time.Hour, 1}} {
			c.Advance(at.after)
			for pool, all := range map[*pools.Pool]int64{&homes: 14, &delegated: 16} {
				if use, err := desk.PoolUse(t.Context(), *pool, c.Now()); err != nil || use != (PoolUse{at.held, all}) {
					t.Errorf("%s after %v: %+v %v", pool.Name, at.after, use, err)
				}
			}
		}
		s := pools.New(d, c)
		again, err := s.Lease(t.Context(), homes.Name, 2, device(2), free)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := desk.Leases(t.Context(), LeaseFilter{Pool: homes, At: again, Limit: 1})
		if err != nil || len(kept) != 1 {
			t.Fatal(kept, err)
		}
		if err := d.InTx(t.Context(), func(tx *db.Tx) error { return s.Free(tx, homes.ID, kept[0].Lease) }); err != nil {
			t.Fatal(err)
		}
		if use, err := desk.PoolUse(t.Context(), homes, c.Now()); err != nil || use.Held != 1 { // at that very instant
			t.Errorf("one of two is freed: %+v %v", use, err)
		}
	})
}

func TestLeasesAreListed(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.WatchPlans(t, d)
		c := clock.NewManual(noon)
		p, given := leasedTo(t, d, c, pools.Pool{Name: "homes", Length: 32, Prefixes: []netip.Prefix{netip.MustParsePrefix("100.64.0.0/24")}}, 7)
		leasedTo(t, d, c, pools.Pool{Name: "others", Length: 32, Prefixes: []netip.Prefix{netip.MustParsePrefix("100.65.0.0/24")}}, 3)
		(&rows{T: t, d: d}).add("sessions_open", map[string]any{"ip": given[4].Addr().String(), "user_name": "asha", "site_id": 9})
		desk := NewDesk(d, c)
		list := func(f LeaseFilter) []Lease {
			t.Helper()
			f.Pool = p
			if f.Limit == 0 {
				f.Limit = 100
			}
			all, err := desk.Leases(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		var paged []Lease
		for f := (LeaseFilter{Limit: 3}); len(paged) < 7; {
			page := list(f)
			if len(page) == 0 {
				break
			}
			paged = append(paged, page...)
			last := page[len(page)-1]
			f.After = LeaseKey{last.Until, last.Prefix.String()}
		}
		if len(paged) != 7 {
			t.Fatalf("%d leases in pages", len(paged))
		}
		for i, l := range paged {
			if l.Prefix != given[6-i] || (l.SessionID != 0) != (i == 2) {
				t.Errorf("%d: %+v", i, l)
			}
		}
		if l := paged[2]; l.UserName != "asha" || l.SiteID != 9 {
			t.Errorf("%+v", l)
		}
		for name, f := range map[string]LeaseFilter{"address": {At: given[4]}, "device": {MAC: device(5)}, "grant": {Grants: []int64{5, 77}}} {
			if got := list(f); len(got) != 1 || got[0].Prefix != given[4] {
				t.Errorf("by %s: %+v", name, got)
			}
		}
		if got := list(LeaseFilter{MAC: device(99)}); len(got) != 0 {
			t.Errorf("of nobody: %+v", got)
		}
	})
}

func TestAFullPoolIsAllOfIt(t *testing.T) {
	for use, want := range map[PoolUse]int64{{0, 0}: 0, {0, 254}: 0, {1, 254}: 1, {127, 254}: 50, {253, 254}: 99, {254, 254}: 100} {
		if got := use.Percent(); got != want {
			t.Errorf("%+v: %d percent, want %d", use, got, want)
		}
	}
}
