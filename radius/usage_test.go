package radius

import (
	"context"
	"slices"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// Usage is counted in the hour and in the site's day in which the router reported it, whatever came twice.
func TestUsageByHourAndDay(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.Service.zone = func(int64) *time.Location { return time.FixedZone("EAT", 3*3600) }
		at := func(hours int64, r report) arrived {
			r.id, r.seconds, r.in, r.out = "a", hours*3600, hours*10, hours*1000
			return arrived{time.Duration(hours) * time.Hour, r}
		}
		for range 2 {
			b.applied(t, at(0, report{status: begin}), at(1, report{status: more}), at(8, report{status: more}))
			b.applied(t, at(8, report{status: more}), at(9, report{status: more}), at(10, report{status: end}))
		}
		ctx, hour := context.Background(), func(n int) int64 { return hourOf(noon) + int64(n) }
		hours, err := b.HoursOf(ctx, testGrant, noon, noon.Add(10*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		want := []UsageHour{{testGrant, hour(1), 3, Volume{3600, 10, 1000}}, {testGrant, hour(8), 3, Volume{7 * 3600, 70, 7000}},
			{testGrant, hour(9), 3, Volume{3600, 10, 1000}}}
		if !slices.Equal(hours, want) {
			t.Errorf("hours %+v, want %+v", hours, want)
		}
		days, err := b.DaysOf(ctx, testGrant, "2026-11-24", "2026-11-25")
		if err != nil {
			t.Fatal(err)
		}
		// Noon of UTC is 15:00 there: the ninth hour ends the day.
		if want := []UsageDay{{testGrant, "2026-11-24", 3, Volume{8 * 3600, 80, 8000}}, {testGrant, "2026-11-25", 3, Volume{2 * 3600, 20, 2000}}}; !slices.Equal(days, want) {
			t.Errorf("days %+v, want %+v", days, want)
		}
		if before, err := b.DaysOf(ctx, testGrant, "2026-11-01", "2026-11-23"); err != nil || len(before) != 0 {
			t.Errorf("%+v, %v", before, err)
		}
		b.sumsAreThoseOfTheDays(t)
	})
}

// sumsAreThoseOfTheDays: what is kept of plans is what is kept of their grants.
func (b *bench) sumsAreThoseOfTheDays(t *testing.T) {
	t.Helper()
	for _, wrong := range []string{
		"SELECT COUNT(*) FROM (SELECT CONCAT('plan-', grant_id) AS plan_key, day, site_id, online_seconds, bytes_up, bytes_down FROM usage_days WHERE bytes_down > 0) d" +
			" LEFT JOIN usage_sums s ON s.plan_key = d.plan_key AND s.day = d.day AND s.site_id = d.site_id AND s.online_seconds = d.online_seconds AND s.bytes_up = d.bytes_up AND s.bytes_down = d.bytes_down WHERE s.day IS NULL",
		"SELECT COUNT(*) FROM usage_sums s LEFT JOIN usage_days d ON s.plan_key = CONCAT('plan-', d.grant_id) AND s.day = d.day AND s.site_id = d.site_id WHERE d.day IS NULL",
		"SELECT CASE WHEN COUNT(*) = 0 THEN 1 ELSE 0 END FROM usage_sums",
	} {
		var n int
		if err := b.db.SQL().QueryRow(wrong).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d of %s %v", n, wrong, err)
		}
	}
}

// TestUsageOfPlansFromTwoNodes: each adds to rows of its own, what came twice counts once, and together they are what the grants used.
func TestUsageOfPlansFromTwoNodes(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &UsageSum{})
		b := newBench(t, d)
		if err := d.LeaseNode(t.Context(), "first"); err != nil {
			t.Fatal(err)
		}
		b.applied(t, arrived{0, report{status: begin, id: "a"}}, arrived{time.Hour, report{status: more, id: "a", seconds: 3600, in: 10, out: 1000}})
		first := d.Node()
		if err := d.LeaseNode(t.Context(), "second"); err != nil || d.Node() == first {
			t.Fatal(err, first)
		}
		for range 2 {
			b.applied(t, arrived{2 * time.Hour, report{status: more, id: "a", seconds: 7200, in: 30, out: 5000}})
		}
		var all []UsageSum
		if err := d.Read(t.Context()).Order("node").Find(&all).Error; err != nil || len(all) != 2 || all[0].Node != first || all[0].Volume != (Volume{3600, 10, 1000}) || all[1].Volume != (Volume{3600, 20, 4000}) {
			t.Errorf("%+v %v", all, err)
		}
	})
}

// What a session used before anybody knew whose it is counts once it is known, in the hour of that report.
func TestUsageOfASessionThatBecameSomebodys(t *testing.T) {
	b := newBench(t, testdb.SQLite(t))
	b.applied(t, arrived{time.Hour, report{status: more, id: "1", seconds: 3600, out: 50, class: []byte("foreign")}})
	b.applied(t, arrived{2 * time.Hour, report{status: more, id: "1", seconds: 7200, out: 70}})
	hours, err := b.HoursOf(context.Background(), testGrant, noon, noon.Add(24*time.Hour))
	if err != nil || len(hours) != 1 || hours[0].Volume != (Volume{7200, 0, 70}) || hours[0].Hour != hourOf(noon)+2 {
		t.Errorf("%+v, %v", hours, err)
	}
}
