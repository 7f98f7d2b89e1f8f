package app

import (
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/sim/router"
	"mtandao/radius"
	"mtandao/radius/access"
)

// running is a phone online on a grant of its own, with the plan clock in the test's hands.
type running struct {
	*Stage
	plan    *clock.Manual
	router  *router.Router
	device  router.Device
	grantID int64
	session string
}

// online gives a grant to a phone at a router and waits until both know of the session.
func onlineAt(t *testing.T, s *Stage, plan *clock.Manual, name, mac string, l access.Limits, kbps int64) *running {
	t.Helper()
	r := &running{Stage: s, plan: plan, router: s.Routers[name]}
	var err error
	if r.device, err = r.router.Join(mac); err != nil {
		t.Fatal(err)
	}
	r.device.Use(kbps)
	err = s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error {
		given, err := s.Main.Access.Give(tx, access.Offer{Source: access.Source{Kind: "test", Key: name + mac}, SiteID: s.seeded.routers[name].SiteID, Plan: "test", Limits: l,
			Place: access.Place{RouterID: s.seeded.routers[name].ID, MAC: access.MAC(mac), IP: r.device.IP().String()}})
		r.grantID = given.GrantID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	until(t, 30*time.Second, "online on "+name, r.device.Online)
	until(t, 30*time.Second, "accounting tells it", func() bool {
		open, err := s.Main.Radius.SessionsOf(t.Context(), r.grantID)
		return err == nil && len(open) == 1
	})
	r.session = r.now().ID
	return r
}

func (r *running) now() router.Session {
	s, _ := sessionOf(r.router, r.device.MAC())
	return s
}

// untilSpeed waits for a speed on the session that runs, while the clock goes on a little.
func (r *running) untilSpeed(t *testing.T, what string, upKbps, downKbps int64) {
	t.Helper()
	until(t, 30*time.Second, what, func() bool {
		r.plan.Advance(time.Second)
		s := r.now()
		return s.UpBps == upKbps*1000 && s.DownBps == downKbps*1000
	})
	if s := r.now(); s.ID != r.session || !s.Online {
		t.Errorf("%s: the session did not go on: %+v", what, s)
	}
}

// outcome is the recorded outcome of the newest change for a cause.
func (r *running) outcome(t *testing.T, cause string) {
	t.Helper()
	until(t, 10*time.Second, "the outcome of "+cause, func() bool {
		all, err := r.Main.Radius.EnforcementsOf(t.Context(), r.grantID)
		for _, e := range all {
			if e.Wanted == radius.WantChange && e.Cause == cause && e.State == radius.Done {
				t.Logf("%s for %s: %s %s", e.Wanted, e.Cause, e.Method, e.Outcome)
				return e.Outcome == "acknowledged" && err == nil
			}
		}
		return false
	})
}

func (r *running) alter(t *testing.T, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := r.Main.DB.InTx(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// TestLiveChange is "must be shown" 7: a plan change, a top-up, an hour boundary and a fair-use step while online, at both makes of
// router: exact, without a drop, each with its recorded outcome.
func TestLiveChange(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			zone := time.FixedZone("EAT", 3*60*60)
			day := clock.System().Now().In(zone)
			plan := clock.NewManual(time.Date(day.Year(), day.Month(), day.Day()+1, 10, 0, 0, 0, zone).UTC())
			s := stageBy(t, dialect, DemoOptions{plan: plan})
			for name, mac := range map[string]string{"kasarani-1": "02d000000001", "ngong-1": "02d000000002"} {
				changesLive(t, s, plan, name, mac)
			}
		})
	}
}

func changesLive(t *testing.T, s *Stage, plan *clock.Manual, name, mac string) {
	zone := time.FixedZone("EAT", 3*60*60)
	now := plan.Now().In(zone)
	opens := now.Hour()*60 + now.Minute() + 30
	l := access.Limits{UpKbps: 1000, DownKbps: 4000, Valid: 30 * 24 * time.Hour, Devices: 1,
		FairUse: access.FairUse{Bytes: 200_000_000, Per: access.PerDay, UpKbps: 128, DownKbps: 512},
		Night:   access.Night{Hours: access.Hours{{Days: [7]bool{true, true, true, true, true, true, true}, From: opens, To: opens + 30}}, UpKbps: 2000, DownKbps: 8000, Free: true}}
	r := onlineAt(t, s, plan, name, mac, l, 8000)
	if at := r.now(); at.DownBps != 4_000_000 || at.UpBps != 1_000_000 {
		t.Fatalf("%s: %+v", name, at)
	}
	faster := l
	faster.UpKbps, faster.DownKbps = 2000, 6000
	r.alter(t, func(tx *db.Tx) error { return s.Main.Access.ChangePlan(tx, r.grantID, "faster", faster) })
	r.untilSpeed(t, "the plan change", 2000, 6000)
	r.outcome(t, access.GrantChanged)

	r.pass(t, 6*time.Minute) // 800 kB a second: the day's share is used
	r.untilSpeed(t, "the fair-use step", 128, 512)
	r.outcome(t, string(access.CauseFairUse))

	r.alter(t, func(tx *db.Tx) error {
		_, err := s.Main.Access.Extend(tx, r.grantID, access.Source{Kind: access.SourceGift, Key: "top-up " + name}, access.Gift{Bytes: 2_000_000_000})
		return err
	})
	r.untilSpeed(t, "the top-up", 2000, 6000)

	r.passTo(t, time.Date(now.Year(), now.Month(), now.Day(), 0, opens, 3, 0, zone))
	r.untilSpeed(t, "the hour boundary", 2000, 8000)
	r.outcome(t, "terms")
	r.passTo(t, time.Date(now.Year(), now.Month(), now.Day(), 0, opens+30, 3, 0, zone))
	r.untilSpeed(t, "the end of the night", 2000, 6000)

	r.device.Use(0)
	r.pass(t, 6*time.Minute)
	at, g := r.now(), access.Grant{}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s: of %d bytes are %d counted, %d of them free", name, at.Up+at.Down, g.UsedBytes, g.FreeBytes)
		}
	})
	until(t, 20*time.Second, "each byte is counted", func() bool {
		var err error
		g, _, _, err = s.Main.Access.View(t.Context(), r.grantID)
		return err == nil && g.UsedBytes == at.Up+at.Down && g.FreeBytes > 0 && g.FreeBytes < g.UsedBytes
	})
}

// pass lets plan time pass.
func (r *running) pass(t *testing.T, d time.Duration) {
	t.Helper()
	r.passTo(t, r.plan.Now().Add(d))
}

// passTo lets plan time pass in steps, so that the reports come as they would: a router that falls silent for long loses its sessions.
func (r *running) passTo(t *testing.T, to time.Time) {
	t.Helper()
	for left := to.Sub(r.plan.Now()); left > 0; left = to.Sub(r.plan.Now()) {
		r.plan.Advance(min(left, 20*time.Second))
		r.now() // the router's own work is done when somebody looks
		until(t, 30*time.Second, "the reports that are due", func() bool {
			all, err := r.Main.Radius.SessionsOf(t.Context(), r.grantID)
			return err == nil && len(all) == 1 && r.plan.Now().Sub(all[0].UpdatedAt) < 7*time.Minute
		})
	}
}
