package offline

import (
	"context"
	"net/netip"
	"slices"
	"testing"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/db"
	"mtandao/radius"
	"mtandao/radius/access"
	"mtandao/radius/outages"
	"mtandao/radius/pools"
)

// want is what must be told of a quarter past eight in the evening.
type want struct {
	cause     Cause
	step      Step
	from      string // in Nairobi, where it is the same day
	back      string
	shillings int64
	times     int64
	items     []string // some of what happened, in order
}

// scenes are one for each cause: what happens on a day, by the real services and by packets. What is given back tells of the instant, when all is written
// down.
var scenes = map[string]struct {
	want
	play func(w *town) func(at time.Time) Story
}{
	"paid late": {want{cause: PaidLate, from: "12:00", back: "21:03", items: []string{"ran_out", "asked", "paid", "renewed"}}, func(w *town) func(time.Time) Story {
		w.at(9, 0)
		c, sub := w.lapses(12)
		w.at(21, 3)
		w.pays(c, 1500)
		return w.lineTold(c, sub)
	}},
	"ended by time": {want{cause: EndedByTime, step: StepPrompt, from: "12:00", shillings: 1500, items: []string{"ran_out", "asked"}}, func(w *town) func(time.Time) Story {
		c, sub := w.lapses(12)
		return w.lineTold(c, sub)
	}},
	"written down later": {want{cause: EndedByTime, step: StepPrompt, from: "12:00", shillings: 1500}, func(w *town) func(time.Time) Story {
		day := w.clock.Now()
		w.at(21, 0) // it is brought in when the evening is over
		c, sub := w.lapsedAt(day, 12)
		return w.lineTold(c, sub)
	}},
	"paused": {want{cause: Paused, step: StepUnpause, from: "19:00", items: []string{"paused", "asked"}}, func(w *town) func(time.Time) Story {
		c, sub := w.paid()
		w.at(19, 0)
		_, err := w.lines.Pause(context.Background(), sub.ID, time.Time{}, "away", subscriptions.By{Actor: "clerk"})
		w.must(err)
		return w.lineTold(c, sub)
	}},
	"paused and resumed": {want{cause: Paused, from: "19:00", back: "20:40", items: []string{"paused", "asked", "resumed"}}, func(w *town) func(time.Time) Story {
		c, sub := w.paid()
		w.at(19, 0)
		_, err := w.lines.Pause(context.Background(), sub.ID, time.Time{}, "away", subscriptions.By{Actor: "clerk"})
		w.must(err)
		w.at(20, 40)
		_, err = w.lines.Resume(context.Background(), sub.ID, time.Time{}, subscriptions.By{Actor: "clerk"})
		w.must(err)
		return w.lineTold(c, sub)
	}},
	"line ended": {want{cause: LineEnded, step: StepLine, from: "18:00"}, func(w *town) func(time.Time) Story {
		c, sub := w.paid()
		w.at(18, 0)
		_, err := w.lines.End(context.Background(), sub.ID, subscriptions.Ending{Reason: "moved away"}, subscriptions.By{Actor: "clerk"})
		w.must(err)
		return w.lineTold(c, sub)
	}},
	"suspended by dunning": {want{cause: Dunned, step: StepPrompt, from: "10:00", shillings: 3000, items: []string{"dunning done", "asked"}}, func(w *town) func(time.Time) Story {
		c, sub := w.home("office")
		w.owes(c, 3000)
		w.at(10, 0)
		w.dun()
		return w.lineTold(c, sub)
	}},
	"suspended by dunning, and paid": {want{cause: Dunned, from: "10:00", back: "20:30", items: []string{"dunning done", "asked", "paid", "dunning restored"}}, func(w *town) func(time.Time) Story {
		c, sub := w.home("office")
		w.owes(c, 3000)
		w.at(10, 0)
		w.dun()
		w.at(20, 30)
		w.pays(c, 3000)
		w.until("restored", func() bool {
			all, err := w.bills.Log(context.Background(), c.ID, 0, 1)
			return err == nil && len(all) == 1 && all[0].What == invoices.LogRestored
		})
		return w.lineTold(c, sub)
	}},
	"reversed payment": {want{cause: Reversed, step: StepPrompt, from: "17:00", shillings: 1500, items: []string{"paid", "renewed", "went_back", "asked"}}, func(w *town) func(time.Time) Story {
		c, sub := w.home("home")
		e := w.pays(c, 1500)
		w.at(17, 0)
		_, err := w.money.ReturnTaking(context.Background(), c.ID, e.ID, "the cheque bounced", accounts.By{Actor: "clerk"})
		w.must(err)
		return w.lineTold(c, sub)
	}},
	"plan changed": {want{cause: PlanChanged, step: StepLine, from: "20:10", back: "20:20", items: []string{"on", "plan", "off", "asked", "on"}}, func(w *town) func(time.Time) Story {
		c, sub := w.paid()
		name, mac := sub.State.Login.Name, w.mac(1)
		w.at(19, 0)
		id := w.on(name, mac)
		w.at(20, 10)
		_, err := w.lines.ChangePlan(context.Background(), sub.ID, subscriptions.Change{PlanKey: "home-fast"}, subscriptions.By{Actor: "clerk"})
		w.must(err)
		w.at(20, 12)
		w.off(id, name, mac, "Lost-Carrier")
		w.at(20, 20)
		w.on(name, mac)
		return w.lineTold(c, sub)
	}},
	"wrong password": {want{cause: WrongPassword, step: StepPassword, from: "20:05", times: 3, items: []string{"refused wrong_secret", "asked"}}, func(w *town) func(time.Time) Story {
		c, sub := w.paid()
		for minute := range 3 {
			w.at(20, 5+minute)
			if w.dials(sub.State.Login.Name, "si hii", w.mac(1)) {
				w.Error("a wrong password is let in")
			}
		}
		return w.lineTold(c, sub)
	}},
	"wrong password, then right": {want{cause: WrongPassword, from: "20:05", back: "20:45", times: 1}, func(w *town) func(time.Time) Story {
		c, sub := w.paid()
		w.at(20, 5)
		w.dials(sub.State.Login.Name, "si hii", w.mac(1))
		w.at(20, 45)
		w.on(sub.State.Login.Name, w.mac(1))
		return w.lineTold(c, sub)
	}},
	"unknown login": {want{cause: UnknownLogin, step: StepPassword, from: "20:01", times: 2, items: []string{"on", "off", "refused unknown", "asked"}}, func(w *town) func(time.Time) Story {
		c, sub := w.paid()
		name, mac := sub.State.Login.Name, w.mac(1)
		w.at(18, 0)
		id := w.on(name, mac)
		w.at(19, 0)
		w.off(id, name, mac, "User-Request")
		for minute := range 2 {
			w.at(20, 1+minute)
			w.dials("nobody-of-ours", "siri", mac)
		}
		return w.lineTold(c, sub)
	}},
	"pool empty": {want{cause: PoolEmpty, step: StepPools, from: "20:09", times: 1}, func(w *town) func(time.Time) Story {
		w.tx(func(tx *db.Tx) error {
			_, err := w.pools.Save(tx, pools.Pool{Name: "homes", Length: 32, Prefixes: []netip.Prefix{netip.MustParsePrefix("100.64.0.1/32")}})
			return err
		})
		l := access.Limits{Valid: 48 * time.Hour, Address: access.Address{Pool: "homes"}}
		_, first := w.guest(w.here, l)
		w.at(20, 0)
		if !w.dials(first, "siri", w.mac(1)) {
			w.Error("the first is refused")
		}
		grant, name := w.guest(w.here, l)
		w.at(20, 9)
		if !w.dials(name, "siri", w.mac(1)) {
			w.Error("who gets no address is refused")
		}
		return w.grantTold(grant)
	}},
	"device limit": {want{cause: DeviceLimit, step: StepMove, from: "20:08", times: 1}, func(w *town) func(time.Time) Story {
		grant, _ := w.guest(w.here, access.Limits{Valid: 48 * time.Hour, Devices: 1})
		code, err := w.grants.CodeOf(context.Background(), grant)
		w.must(err)
		w.at(18, 0)
		if !w.dials(code, code, w.mac(1)) {
			w.Error("the first device is refused")
		}
		w.at(20, 8)
		if w.dials(code, code, w.mac(2)) {
			w.Error("a second device is let in")
		}
		return w.grantTold(grant)
	}},
	"hours": {want{cause: Hours, step: StepExtend, items: []string{"given", "asked"}}, func(w *town) func(time.Time) Story {
		grant, name := w.guest(w.here, access.Limits{Valid: 48 * time.Hour, Hours: access.Hours{{Days: [7]bool{true, true, true, true, true, true, true}, From: 22 * 60, To: 6 * 60}}})
		w.at(20, 2)
		if w.dials(name, "siri", w.mac(1)) {
			w.Error("it is let in at this hour")
		}
		return w.grantTold(grant)
	}},
	"hours, not tried": {want{cause: Hours, step: StepExtend}, func(w *town) func(time.Time) Story {
		grant, _ := w.guest(w.here, access.Limits{Valid: 48 * time.Hour, Hours: access.Hours{{Days: [7]bool{true, true, true, true, true, true, true}, From: 22 * 60, To: 6 * 60}}})
		return w.grantTold(grant)
	}},
	"other site": {want{cause: OtherSite, step: StepGrant, from: "20:04", times: 1}, func(w *town) func(time.Time) Story {
		grant, name := w.guest(w.there, access.Limits{Valid: 48 * time.Hour})
		w.at(20, 4)
		if w.dials(name, "siri", w.mac(1)) {
			w.Error("it is let in at another site")
		}
		return w.grantTold(grant)
	}},
	"cap used": {want{cause: CapUsed, step: StepExtend, from: "19:30", items: []string{"on", "off"}}, func(w *town) func(time.Time) Story {
		grant, name := w.guest(w.here, access.Limits{Valid: 48 * time.Hour, DataBytes: 1000})
		w.at(19, 0)
		id := w.on(name, w.mac(1))
		w.at(19, 30)
		w.account("Stop", id, name, w.mac(1), "Acct-Session-Time = 1800", "Acct-Output-Octets = 2000", "Acct-Terminate-Cause = User-Request")
		return w.grantTold(grant)
	}},
	"a guest's time": {want{cause: EndedByTime, step: StepExtend, from: "19:00"}, func(w *town) func(time.Time) Story {
		w.at(18, 0)
		grant, name := w.guest(w.here, access.Limits{Time: time.Hour})
		w.on(name, w.mac(1))
		w.at(19, 0)
		w.must(w.grants.Sweep(context.Background()))
		return w.grantTold(grant)
	}},
	"suspended": {want{cause: Suspended, step: StepResume, from: "20:06", times: 1}, func(w *town) func(time.Time) Story {
		grant, name := w.guest(w.here, access.Limits{Valid: 48 * time.Hour})
		w.on(name, w.mac(1))
		w.at(20, 5)
		w.tx(func(tx *db.Tx) error { _, err := w.grants.Suspend(tx, grant); return err })
		w.off(name+"-"+itoa(w.clock.Now().Add(-12*time.Hour-5*time.Minute).Unix()), name, w.mac(1), "Admin-Reset")
		w.at(20, 6)
		w.dials(name, "siri", w.mac(1))
		return w.grantTold(grant)
	}},
	"disconnected by staff": {want{cause: Disconnected, step: StepOnline, from: "20:00", items: []string{"on", "told staff", "off", "asked"}}, func(w *town) func(time.Time) Story {
		grant, name := w.guest(w.here, access.Limits{Valid: 48 * time.Hour})
		w.at(19, 0)
		id := w.on(name, w.mac(1))
		w.at(20, 0)
		open, err := w.radius.SessionsOf(context.Background(), grant)
		if err != nil || len(open) != 1 {
			w.Fatal(open, err)
		}
		w.tx(func(tx *db.Tx) error { _, err := w.radius.CutOff(tx, open[0].ID); return err })
		w.off(id, name, w.mac(1), "Admin-Reset")
		return w.grantTold(grant)
	}},
	"router silent": {want{cause: RouterDown, from: "19:50", back: "20:31", items: []string{"on", "silent", "asked", "heard"}}, func(w *town) func(time.Time) Story {
		c, sub := w.paid()
		name, mac := sub.State.Login.Name, w.mac(1)
		w.at(19, 40)
		w.on(name, mac)
		w.at(19, 50)
		w.account("Interim-Update", name+"-"+itoa(w.clock.Now().Add(-10*time.Minute).Unix()), name, mac, "Acct-Session-Time = 600")
		w.watches(41)
		w.account("Interim-Update", name+"-"+itoa(w.clock.Now().Add(-51*time.Minute).Unix()), name, mac, "Acct-Session-Time = 3060")
		w.watches(15)
		return w.lineTold(c, sub)
	}},
	"power cut": {want{cause: PowerCut, from: "19:50", back: "20:31", items: []string{"on", "silent", "asked", "booted"}}, func(w *town) func(time.Time) Story {
		c, sub := w.paid()
		name, mac := sub.State.Login.Name, w.mac(1)
		w.at(19, 40)
		w.on(name, mac)
		at := w.at(20, 31)
		from := at.Add(-41 * time.Minute)
		w.found(outages.Outage{State: outages.Given, From: from, Until: at, Proof: outages.Proof{Why: outages.WhyBoot, Boot: at, BootBy: outages.ByAccounting}})
		return w.lineTold(c, sub)
	}},
	"router booted": {want{cause: RouterBooted, step: StepRouter, from: "20:02"}, func(w *town) func(time.Time) Story {
		c, sub := w.paid()
		w.at(19, 0)
		w.on(sub.State.Login.Name, w.mac(1))
		w.at(20, 2)
		w.radclient(w.acct, "acct", "Acct-Status-Type = Accounting-On", `Acct-Session-Id = "0"`)
		w.applied()
		return w.lineTold(c, sub)
	}},
	"line lost": {want{cause: LineLost, step: StepRouter, from: "20:03"}, func(w *town) func(time.Time) Story {
		c, sub := w.paid()
		w.at(19, 0)
		id := w.on(sub.State.Login.Name, w.mac(1))
		w.at(20, 3)
		w.off(id, sub.State.Login.Name, w.mac(1), "Lost-Carrier")
		return w.lineTold(c, sub)
	}},
	"left by itself": {want{cause: Left, from: "20:03", back: "20:50"}, func(w *town) func(time.Time) Story {
		c, sub := w.paid()
		w.at(19, 0)
		id := w.on(sub.State.Login.Name, w.mac(1))
		w.at(20, 3)
		w.off(id, sub.State.Login.Name, w.mac(1), "User-Request")
		w.at(20, 50)
		w.on(sub.State.Login.Name, w.mac(1))
		return w.lineTold(c, sub)
	}},
	"never tried": {want{cause: NeverTried, step: StepRouter, items: []string{"started", "asked"}}, func(w *town) func(time.Time) Story {
		c, sub := w.paid()
		return w.lineTold(c, sub)
	}},
	"not begun": {want{cause: NotBegun, back: "21:00"}, func(w *town) func(time.Time) Story {
		w.at(21, 0)
		grant, _ := w.guest(w.here, access.Limits{Valid: 48 * time.Hour})
		return w.grantTold(grant)
	}},
	"online": {want{cause: Online, from: "19:00", items: []string{"on", "asked"}}, func(w *town) func(time.Time) Story {
		c, sub := w.paid()
		w.at(19, 0)
		id := w.on(sub.State.Login.Name, w.mac(1))
		w.at(20, 30)
		w.account("Interim-Update", id, sub.State.Login.Name, w.mac(1), "Acct-Session-Time = 5400")
		return w.lineTold(c, sub)
	}},
	"slower by fair use": {want{cause: Slowed, step: StepAddOn, from: "20:10", items: []string{"on", "told fair_use", "asked"}}, func(w *town) func(time.Time) Story {
		c, sub := w.paid()
		w.at(19, 0)
		id := w.on(sub.State.Login.Name, w.mac(1))
		w.at(20, 10)
		w.account("Interim-Update", id, sub.State.Login.Name, w.mac(1), "Acct-Session-Time = 4200", "Acct-Output-Octets = 2000000000")
		w.until("the router is told", func() bool {
			all, err := w.radius.EnforcementsOf(context.Background(), sub.GrantID)
			return err == nil && slices.ContainsFunc(all, func(e radius.Enforcement) bool { return e.Cause == string(access.CauseFairUse) })
		})
		w.at(20, 30)
		w.account("Interim-Update", id, sub.State.Login.Name, w.mac(1), "Acct-Session-Time = 5400", "Acct-Output-Octets = 2000000000")
		return w.lineTold(c, sub)
	}},
}

// TestEachCauseIsToldFromRealFacts plays each scene on a day of its own, on both databases, and has a quarter past eight explained when all is written down.
func TestEachCauseIsToldFromRealFacts(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			w := openTown(t, dialect)
			tells, instants := map[string]func(time.Time) Story{}, map[string]time.Time{}
			names := make([]string, 0, len(scenes))
			for name := range scenes {
				names = append(names, name)
			}
			slices.Sort(names)
			for _, name := range names {
				w.tomorrow()
				day := w.clock.Now()
				instants[name] = time.Date(day.Year(), day.Month(), day.Day(), 17, 14, 0, 0, time.UTC)
				tells[name] = scenes[name].play(w)
			}
			w.tomorrow()
			w.ends()
			for _, name := range names {
				t.Run(name, func(t *testing.T) {
					w.TB = t
					told := tells[name](instants[name])
					scenes[name].want.check(t, told)
				})
			}
			w.TB = t
		})
	}
}

func (is want) check(t *testing.T, s Story) {
	t.Helper()
	clockOf := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return at.In(nairobi).Format("15:04")
	}
	if s.Cause != is.cause || s.Step != is.step || clockOf(s.Back) != is.back || is.from != "" && clockOf(s.From) != is.from || s.Amount.Cents != is.shillings*100 && is.shillings != 0 || is.times != 0 && s.Times != is.times {
		t.Errorf("%s, step %q, from %s, back %q, %v, %d times; want %+v", s.Cause, s.Step, clockOf(s.From), clockOf(s.Back), s.Amount, s.Times, is)
	}
	last, at := -1, time.Time{}
	var said []string
	for _, i := range s.Items {
		if i.At.Before(at) {
			t.Errorf("%+v comes after what was later", i)
		}
		at = i.At
		said = append(said, nameOf(i))
	}
	for _, name := range is.items {
		found := slices.Index(said[last+1:], name)
		if found < 0 {
			t.Fatalf("%q is not told, or not in this order: %q, want %q", name, said, is.items)
		}
		last += found + 1
	}
}

var nairobi = time.FixedZone("EAT", 3*60*60)

func nameOf(i Item) string {
	switch {
	case i.Event != nil:
		return string(i.Event.Kind)
	case i.Dunning != nil:
		return "dunning " + i.Dunning.What
	case i.Command != nil:
		return "told " + i.Command.Cause
	case i.Refusal != nil:
		return "refused " + i.Refusal.Cause
	case i.Deed != nil:
		return i.Deed.Action
	}
	return i.What
}
