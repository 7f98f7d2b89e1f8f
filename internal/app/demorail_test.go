package app

import (
	"testing"
	"time"

	"mtandao/billing/dayclose"
	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// TestTheDemosDaysAreClosed: the demo has a week of M-Pesa by the rail's own statement, each day closed; the first agrees by all three, of the day before yesterday
// the difference is explained, of yesterday one is unexplained, with whose it is and since when. Once more changes nothing.
func TestTheDemosDaysAreClosed(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			ctx := t.Context()
			for _, seed := range []error{s.seedSellers(ctx), s.seedCustomers(ctx), s.seedRail(ctx), s.seedRail(ctx)} {
				if seed != nil {
					t.Fatal(seed)
				}
			}
			owner, err := s.Main.Staff.MemberByEmail(ctx, demoOwner)
			if err != nil {
				t.Fatal(err)
			}
			yesterday := clock.DayOf(s.Main.Clock.Now()) - 1
			if v, err := s.Main.Days.See(ctx, yesterday-6); err != nil || v.State != dayclose.Closed || len(v.Differences) > 0 || v.Look.Total().In == 0 || v.Look.Total().In != v.Look.Total().Served {
				t.Fatalf("a week ago: %+v (%v)", v, err)
			}
			for day, standing := range map[clock.Day]dayclose.Standing{yesterday - 1: dayclose.Explained, yesterday: dayclose.Left} {
				v, err := s.Main.Days.See(ctx, day)
				if err != nil {
					t.Fatal(err)
				}
				sum := v.Look.Total()
				if v.State != dayclose.Closed || v.ClosedBy != demoOwner || v.Changed() || len(v.Differences) != 1 || v.Differences[0].Standing != standing {
					t.Fatalf("%s: %+v", day, v)
				}
				if d := v.Differences[0]; d.Cause != dayclose.NotInBooks || standing == dayclose.Left && d.Owner != owner.ID || clock.DayOf(d.At) != day {
					t.Errorf("%+v", d)
				}
				if sum.In-v.Differences[0].Statement != sum.Books || sum.Ledger != sum.Books || sum.Given() != sum.Books || sum.Served == 0 || sum.Raised == 0 || sum.Float == 0 || !v.Look.Tills[0].Until.Equal((day + 1).Start()) {
					t.Errorf("%s: %+v", day, sum)
				}
			}
			if left, err := s.Main.Days.Unexplained(ctx, time.Time{}, 0, 10); err != nil || len(left) != 1 || left[0].Owner != owner.ID {
				t.Errorf("%v %v", left, err)
			}
			if err := s.Main.Ledger.Chain(ctx); err != nil { // of days ago, and written just now
				t.Fatal(err)
			}
			verifyBooks(t, s.Main)
		})
	}
}
