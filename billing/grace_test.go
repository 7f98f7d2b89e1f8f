package billing_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/settings"
	"mtandao/radius/access"
)

// gracious turns grace on: minutes, and so many in an hour.
func (s *shop) gracious(minutes, hourly string) {
	s.t.Helper()
	s.in(func(tx *db.Tx) error {
		return errors.Join(s.bill.Settings.Set(tx, settings.GraceMinutes, minutes), s.bill.Settings.Set(tx, settings.GraceHourly, hourly))
	})
}

// unreached is an order of another phone whose prompt the rail refused.
func (s *shop) unreached(n int) billing.Order {
	s.t.Helper()
	s.rail.refuse(busy)
	o, _ := s.asks(phoneOf(n), n)
	return o
}

func (s *shop) takes(o billing.Order, want string) int64 {
	s.t.Helper()
	grant, err := s.bill.TakeGrace(s.t.Context(), o.Token)
	if want == "" && err != nil || want != "" && fault.KeyOf(err) != want {
		s.t.Errorf("grace of order %d: %v, want %q", o.ID, err, want)
	}
	return grant
}

func (s *shop) grant(id int64) access.Grant {
	s.t.Helper()
	g, _, _, err := s.grants.View(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return g
}

// TestGraceIsChargedWhenTheMoneyComes: a few minutes before paying, which the plan that is then paid for is short of.
func TestGraceIsChargedWhenTheMoneyComes(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.unreached(1)
		if v := s.view(o); v.Grace != (billing.Grace{}) {
			t.Fatalf("grace is on by default: %+v", v.Grace)
		}
		s.takes(o, "grace.none")
		s.gracious("10", "20")
		if v := s.view(o); v.Grace.May != 10*time.Minute {
			t.Fatalf("%+v", v.Grace)
		}
		id := s.takes(o, "")
		if again := s.takes(o, ""); again != id || s.view(o).Grace.GrantID != id {
			t.Errorf("taken twice it is grant %d and %d", id, again)
		}
		g := s.grant(id)
		if g.Limits.Time != 10*time.Minute || g.Limits.Devices != 1 || g.Limits.DataBytes == 0 || g.Limits.DownKbps != o.Limits.DownKbps {
			t.Errorf("grace is %+v", g.Limits)
		}
		if a := s.grants.Admit(t.Context(), access.Attempt{SiteID: s.site, MAC: o.Place.MAC, MACLogin: true}); a.Cause != access.CauseOK {
			t.Fatalf("the device is refused: %s", a.Cause)
		}
		s.in(func(tx *db.Tx) error { return s.grants.Use(tx, []access.Used{{GrantID: id, Bytes: 5 << 20}}) })
		s.clock.Advance(4 * time.Minute)
		s.hear(s.confirmation("SJ00000001", o.Code, "254"+phoneOf(1)[1:], 10))
		s.idle()
		paid := s.view(o).Order
		if paid.State != billing.OrderPaid || paid.GrantID == id {
			t.Fatalf("%+v", paid)
		}
		if left := s.grant(paid.GrantID).Limits.Time; left != o.Limits.Time-4*time.Minute {
			t.Errorf("the plan has %v of %v", left, o.Limits.Time)
		}
		if g := s.grant(id); g.State != access.Ended || g.EndCause != string(access.CausePaid) {
			t.Errorf("grace is %s: %s", g.State, g.EndCause)
		}
		s.holds(10, 10, 0, 0)
	})
}

// TestWhatIsReportedAfterPayingIsChargedToo: a router tells of the grace's last minutes when it has ended; the plan is short of them too, once, and
// never more than it has.
func TestWhatIsReportedAfterPayingIsChargedToo(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.gracious("10", "20")
		s.in(func(tx *db.Tx) (err error) {
			s.plan, err = plans.New(s.db, s.clock).Save(tx, plans.Plan{Key: "data", NameEN: "100 MB", Price: money.Shillings(10),
				Limits: access.Limits{Time: time.Hour, TimeKind: access.Online, DataBytes: 100 << 20, Devices: 1}})
			return err
		})
		o := s.unreached(1)
		id := s.takes(o, "")
		if a := s.grants.Admit(t.Context(), access.Attempt{SiteID: s.site, MAC: o.Place.MAC, MACLogin: true}); a.Cause != access.CauseOK {
			t.Fatal(a.Cause)
		}
		use := func(seconds, megabytes int64) {
			t.Helper()
			s.in(func(tx *db.Tx) error {
				return s.grants.Use(tx, []access.Used{{GrantID: id, Time: time.Duration(seconds) * time.Second, Bytes: megabytes << 20}})
			})
			s.idle()
		}
		use(60, 5)
		s.clock.Advance(2 * time.Minute)
		s.hear(s.confirmation("SJ00000001", o.Code, "254"+phoneOf(1)[1:], 10))
		s.idle()
		paid := s.view(o).Order
		left := func(lasts time.Duration, megabytes int64) {
			t.Helper()
			if l := s.grant(paid.GrantID).Limits; l.Time != lasts || l.DataBytes != megabytes<<20 {
				t.Errorf("the plan has %v and %d MB left, want %v and %d", l.Time, l.DataBytes>>20, lasts, megabytes)
			}
			s.prove()
		}
		left(59*time.Minute, 95)
		use(30, 7) // what the router had not told yet
		left(58*time.Minute+30*time.Second, 88)
		use(0, 0)
		left(58*time.Minute+30*time.Second, 88)
		taken, err := s.bill.GraceTaken(t.Context(), o.ID)
		if err != nil || taken.GrantID != id || taken.ChargedAt.IsZero() || taken.Charged != (access.Gift{Time: 90 * time.Second, Bytes: 12 << 20}) {
			t.Errorf("%+v, %v", taken, err)
		}
		use(0, 500)
		left(58*time.Minute+30*time.Second, 1)
		s.in(func(tx *db.Tx) error { _, err := s.grants.End(tx, paid.GrantID, access.CauseTimeUsed); return err })
		use(5, 5) // nothing is left to take it from
		left(58*time.Minute+30*time.Second, 1)
	})
}

// TestGraceIsNotForEverybody: once a day for a number and for a device, not again before it is paid for, so many in an hour, and only
// where the rail is at fault.
func TestGraceIsNotForEverybody(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.gracious("5", "3")
		first := s.unreached(1)
		s.takes(first, "")
		s.rail.refuse(busy)
		sameMAC, _ := s.asks(phoneOf(2), 1)
		s.takes(sameMAC, "grace.taken")
		samePhone, _ := s.asks(phoneOf(1), 3)
		s.takes(samePhone, "grace.taken")
		s.takes(s.unreached(4), "")
		s.takes(s.unreached(5), "")
		late := s.unreached(6)
		s.takes(late, "grace.enough")
		if v := s.view(late); v.Grace.May != 0 {
			t.Error("the page offers what is not given")
		}
		s.clock.Advance(25 * time.Hour)
		if o := s.unreached(1); s.takes(o, "grace.taken") != 0 {
			t.Error("again although it is not paid for")
		}
		s.takes(s.unreached(7), "")
		s.rail.refuse(nil)
		o, _ := s.asks(phoneOf(8), 8)
		s.takes(o, "grace.none")
		s.hear(s.failure(s.rail.count()-1, billing.ReasonCancelled))
		s.takes(o, "grace.none")
		old := s.unreached(9)
		s.clock.Advance(time.Hour)
		s.takes(old, "grace.none")
		s.hear(s.confirmation("SJ00000002", old.Code, "254"+phoneOf(9)[1:], 10))
		s.takes(old, "grace.none")
		s.later(time.Second)
		s.prove()
	})
}

// TestManyTakeGraceAtOnce never gives more than the site may, nor one order two.
func TestManyTakeGraceAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.gracious("5", "4")
		var orders []billing.Order
		for n := range 8 {
			orders = append(orders, s.unreached(n))
		}
		var mu sync.Mutex
		given := map[int64]map[int64]bool{}
		var all sync.WaitGroup
		for n := range 32 {
			o := orders[n%len(orders)]
			all.Go(func() {
				grant, err := s.bill.TakeGrace(context.Background(), o.Token)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					if fault.KeyOf(err) != "grace.enough" {
						t.Error(err)
					}
					return
				}
				if given[o.ID] == nil {
					given[o.ID] = map[int64]bool{}
				}
				given[o.ID][grant] = true
			})
		}
		all.Wait()
		if len(given) != 4 {
			t.Errorf("%d orders have grace, want 4", len(given))
		}
		for order, grants := range given {
			if len(grants) != 1 {
				t.Errorf("order %d has %s", order, fmt.Sprint(grants))
			}
		}
	})
}
