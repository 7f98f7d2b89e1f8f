package outages

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// TestWithinATimeAreTheOutagesThatBeganInIt: from its first instant to before its end, the newest first, of the sites that are asked for, without those that were none.
func TestWithinATimeAreTheOutagesThatBeganInIt(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		from := time.Date(2026, 11, 1, 21, 0, 0, 0, time.UTC)
		until, add := from.AddDate(0, 0, 1), func(id, site int64, state State, at time.Time) {
			w.Helper()
			if err := d.InTx(context.Background(), func(tx *db.Tx) error {
				_, err := insert(tx, Outage{ID: id, RouterID: id, SiteID: site, State: state, From: at, Until: at.Add(time.Hour), FoundAt: at})
				return err
			}); err != nil {
				w.Fatal(err)
			}
		}
		add(1, 1, Given, from.Add(-time.Millisecond))
		add(2, 1, Given, from)
		add(3, 2, Silent, from.Add(time.Hour))
		add(4, 1, Unproven, from.Add(time.Hour))
		add(5, 1, Dropped, from.Add(time.Hour))
		add(6, 1, Withdrawn, from.Add(time.Hour))
		add(7, 1, Doubted, until.Add(-time.Millisecond))
		add(8, 1, Proven, until)
		for _, c := range []struct {
			sites []int64
			limit int
			want  string
		}{{nil, 10, "[7 3 2]"}, {[]int64{1}, 10, "[7 2]"}, {[]int64{9}, 10, "[]"}, {nil, 2, "[7 3]"}} {
			all, err := w.Within(context.Background(), from, until, c.sites, c.limit)
			ids := []int64{}
			for _, o := range all {
				ids = append(ids, o.ID)
			}
			if err != nil || fmt.Sprint(ids) != c.want {
				t.Errorf("at %v: %v (%v), want %s", c.sites, ids, err, c.want)
			}
		}
	})
}
