package subscriptions

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/radius/access"
)

func TestAChangeOfPlanReachesTheGrant(t *testing.T) {
	each(t, func(w *shop) {
		ctx := context.Background()
		sub := w.line("home-10")
		w.pays(anne, 3000)
		w.clock.Set(at("2027-01-28 09:00")) // 16 of 31 days are left
		p, err := w.Preview(ctx, sub.ID, Change{PlanKey: "home-20"})
		w.wants("preview", err, "")
		if p.Old != money.Shillings(3000) || p.New != money.Shillings(6000) || p.NewEnd != at("2027-02-05 12:00") || !p.Due.IsZero() {
			w.Errorf("%+v", p)
		}
		kept, err := w.Preview(ctx, sub.ID, Change{PlanKey: "home-20", KeepDate: true})
		w.wants("preview", err, "")
		if kept.NewEnd != at("2027-02-13 12:00") || kept.Due != money.KES(1548_38) {
			w.Errorf("16 of 31 days of 3,000 more are due: %v, until %v", kept.Due, kept.NewEnd)
		}
		_, err = w.ChangePlan(ctx, sub.ID, Change{PlanKey: "home-20", KeepDate: true}, office)
		w.wants("without money", err, "subscription.credit")
		w.pays(anne, 1600)
		changed, err := w.ChangePlan(ctx, sub.ID, Change{PlanKey: "home-20", KeepDate: true}, By{Actor: "a", From: "b", Seen: kept.Seen})
		w.wants("change", err, "")
		w.ends(changed, "2027-02-13 12:00")
		w.prove(sub)
		if g := w.grant(sub); g.Plan != "home-20" || g.Limits.DownKbps != 20_000 {
			w.Errorf("%+v", g)
		}
		_, err = w.ChangePlan(ctx, sub.ID, Change{PlanKey: "home-20"}, office)
		w.wants("the same", err, "subscription.same_plan")
		_, err = w.ChangePlan(ctx, sub.ID, Change{PlanKey: "home-10", AtEnd: true}, office)
		w.wants("at the end", err, "")
		if g := w.grant(sub); g.Plan != "home-20" {
			w.Error("it changed at once")
		}
		w.pays(anne, 3000) // the next period is priced as it will be
		w.holdsCents(anne, 51_62)
		w.prove(sub)
		w.clock.Set(at("2027-02-13 12:00"))
		w.tick()
		w.ends(sub, "2027-03-13 12:00")
		w.prove(sub)
		if g := w.grant(sub); g.Plan != "home-10" || g.Limits.DownKbps != 10_000 {
			w.Errorf("at the end: %+v", g)
		}
		back, err := w.Preview(ctx, sub.ID, Change{PlanKey: "home-20", At: at("2027-02-20 09:00")})
		w.wants("dated back", err, "")
		w.clock.Set(at("2027-02-27 09:00"))
		_, err = w.ChangePlan(ctx, sub.ID, Change{PlanKey: "home-20", At: at("2027-02-20 09:00")}, office)
		w.wants("dated back", err, "")
		if w.ends(sub, "2027-03-03 12:00"); back.NewEnd.IsZero() {
			w.Error(back)
		}
		w.prove(sub)
	})
}

func TestNothingIsSoldToWhoLeft(t *testing.T) {
	each(t, func(w *shop) {
		w.served.left = ben
		opening := Opening{CustomerID: ben, PlanKey: "office", Place: Place{SiteID: w.here, RouterID: 5}, Login: Login{Kind: PPPoE, Name: "ben"}, Secret: "s3cret"}
		_, err := w.Start(context.Background(), opening, office)
		w.wants("who left", err, "customer.not_active")
		all, err := w.Of(context.Background(), ben)
		if err != nil || len(all) > 0 {
			w.Errorf("%d lines, %v", len(all), err)
		}
		w.served.left = 0
		_, err = w.Start(context.Background(), opening, office)
		w.wants("who came back", err, "")
	})
}

func TestAPostpaidLine(t *testing.T) {
	each(t, func(w *shop) {
		ctx := context.Background()
		sub := w.line("office")
		w.ends(sub, "")
		if g := w.grant(sub); !g.Until.IsZero() || !g.Standing {
			w.Errorf("%+v", g)
		}
		if got := w.dial("lineb"); got.Garden {
			w.Error("it waits for money")
		}
		p, err := w.Preview(ctx, sub.ID, Change{PlanKey: "home-10", AtEnd: true})
		w.wants("at the end of its month", err, "")
		if p.At != morning.AddDate(0, 1, 0) || !p.Due.IsZero() {
			w.Errorf("%+v", p)
		}
		_, err = w.Extend(ctx, sub.ID, office)
		w.wants("a day more", err, "subscription.no_extension")
		w.prove(sub)
	})
}

func TestLoginsAndPlaces(t *testing.T) {
	each(t, func(w *shop) {
		ctx := context.Background()
		sub := w.line("office")
		to := Login{Kind: Static, Name: "Newname", Own: Own{IPv4: "41.90.1.5", Routes: []string{"41.90.2.0/29"}, Delegated: "2c0f:fe08:1::/56"}}
		_, err := w.ChangeLogin(ctx, sub.ID, to, "", office)
		w.wants("no password", err, "subscription.secret")
		_, err = w.Start(ctx, Opening{CustomerID: anne, PlanKey: "home-10", Place: Place{SiteID: w.here}, Login: Login{Kind: PPPoE}}, office)
		w.wants("neither name nor password", err, "subscription.login")
		_, err = w.ChangeLogin(ctx, sub.ID, to, "s3cret", office)
		w.wants("login", err, "")
		if got := w.dial("lineb"); got.Cause != access.CauseUnknown {
			w.Errorf("the old name: %s", got.Cause)
		}
		if got := w.dial("newname"); got.Grant.ID != sub.GrantID || got.Grant.Limits.Address.IPv4.String() != "41.90.1.5" || len(got.Grant.Limits.Address.Routes) != 1 {
			w.Errorf("the new one: %+v", got)
		}
		other := w.line("office")
		_, err = w.ChangeLogin(ctx, other.ID, to, "s3cret", office)
		w.wants("the same name", err, "login.taken")
		to.Name = "another"
		_, err = w.ChangeLogin(ctx, other.ID, to, "s3cret", office)
		w.wants("the same address", err, "address.taken")
		_, err = w.Move(ctx, sub.ID, Place{SiteID: w.there, RouterID: 9, Installed: "Plot 7"}, office)
		w.wants("move", err, "")
		w.prove(sub)
		_, err = w.ChangeLogin(ctx, sub.ID, Login{Kind: ByMAC, Name: "02:AA:BB:CC:DD:01"}, "", office)
		w.wants("by MAC", err, "")
		_, slots, _, err := w.Access.View(ctx, sub.GrantID)
		if err != nil || slots[0].MAC != "02aabbccdd01" {
			w.Error(slots, err)
		}
		w.prove(sub)
	})
}

// TestAnEndGivesUpWhatLiesAhead: who is to leave at the end of the month, or to have another plan by then, may leave today all the same.
func TestAnEndGivesUpWhatLiesAhead(t *testing.T) {
	each(t, func(w *shop) {
		ctx := context.Background()
		sub := w.line("office")
		_, err := w.ChangePlan(ctx, sub.ID, Change{PlanKey: "home-10", AtEnd: true}, office)
		w.wants("another plan from the next month on", err, "")
		_, err = w.End(ctx, sub.ID, Ending{At: morning.AddDate(0, 0, 10), Reason: "gave notice"}, office)
		w.wants("an end in ten days", err, "")
		w.clock.Advance(48 * time.Hour)
		_, err = w.End(ctx, sub.ID, Ending{Reason: "left"}, office)
		w.wants("an end today", err, "")
		w.prove(sub)
		if got := w.again(sub); got.State.Status != Ended || got.State.EndCause != "left" || !got.DueAt.IsZero() {
			w.Errorf("%+v", got)
		}
		_, err = w.Pause(ctx, sub.ID, time.Time{}, "away", office)
		w.wants("a pause of what is over", err, "subscription.ended")
		_, err = w.End(ctx, sub.ID, Ending{Reason: "again"}, office)
		w.wants("an end of what is over", err, "subscription.ended")
		w.clock.Advance(60 * 24 * time.Hour)
		w.tick()
		w.prove(sub)
	})
}

func TestWhatGoesWithALine(t *testing.T) {
	each(t, func(w *shop) {
		ctx := context.Background()
		w.tx(func(tx *db.Tx) error {
			for _, a := range []plans.AddOn{{Key: "speed", NameEN: "Speed", Price: money.Shillings(310), DownKbps: 5000, UpKbps: 5000, State: plans.Live},
				{Key: "pack", NameEN: "Pack", Price: money.Shillings(200), Once: true, Bytes: 50e9, State: plans.Live}, {Key: "far", NameEN: "Far", Plans: []string{"x"}, State: plans.Live}} {
				if _, err := w.Plans.SaveAddOn(tx, a); err != nil {
					return err
				}
			}
			_, err := w.Plans.SaveCoupon(tx, plans.Coupon{Code: "KARIBU", Discount: plans.Discount{Percent: 5000, Periods: 1}, Most: 1, State: plans.Live})
			return err
		})
		sub := w.line("home-10")
		_, err := w.Redeem(ctx, sub.ID, "karibu", office)
		w.wants("coupon", err, "")
		_, err = w.Redeem(ctx, sub.ID, "karibu", office)
		w.wants("again", err, "subscription.coupon_had")
		w.pays(anne, 1500) // half of 3,000
		w.ends(sub, "2027-02-13 12:00")
		w.clock.Set(at("2027-01-28 09:00"))
		_, err = w.AddOn(ctx, sub.ID, "speed", office)
		w.wants("no money", err, "subscription.credit")
		_, err = w.AddOn(ctx, sub.ID, "far", office)
		w.wants("of another plan", err, "addon.unknown")
		w.tx(func(tx *db.Tx) error {
			return tx.Gorm().Exec("UPDATE purses SET cents = 200000 WHERE customer = ?", anne).Error
		})
		_, err = w.AddOn(ctx, sub.ID, "speed", office)
		w.wants("speed", err, "")
		w.holds(anne, 2000-160) // 16 of 31 days
		_, err = w.AddOn(ctx, sub.ID, "speed", office)
		w.wants("twice", err, "subscription.addon_had")
		_, err = w.AddOn(ctx, sub.ID, "pack", office)
		w.wants("pack", err, "")
		w.holds(anne, 1640)
		if g := w.grant(sub); g.Limits.DownKbps != 15_000 || g.Fair.More != 50e9 {
			w.Errorf("%+v", g)
		}
		if charges, err := w.Cost(ctx, w.again(sub)); err != nil || plans.Sum(charges) != money.Shillings(3310) {
			w.Errorf("the next period: %v %v", plans.Sum(charges), err)
		}
		_, err = w.DropAddOn(ctx, sub.ID, "speed", office)
		w.wants("less speed", err, "")
		_, err = w.TakeDeposit(ctx, sub.ID, money.Shillings(1000), office)
		w.wants("deposit", err, "")
		_, err = w.ReturnDeposit(ctx, sub.ID, money.Shillings(1500), false, "", office)
		w.wants("more than there is", err, "subscription.deposit")
		_, err = w.ReturnDeposit(ctx, sub.ID, money.Shillings(400), true, "", office)
		w.wants("kept for nothing", err, "subscription.reason")
		_, err = w.ReturnDeposit(ctx, sub.ID, money.Shillings(400), true, "broken router", office)
		w.wants("kept", err, "")
		_, err = w.HandOver(ctx, sub.ID, Equipment{Name: "Router", Serial: "SN1", Loaned: true}, office)
		w.wants("equipment", err, "")
		_, err = w.Bind(ctx, sub.ID, Contract{Until: at("2028-01-01 00:00"), Fee: money.Shillings(5000)}, office)
		w.wants("contract", err, "")
		_, err = w.End(ctx, sub.ID, Ending{GiveBack: true}, office)
		w.wants("for no reason", err, "subscription.reason")
		ended, err := w.End(ctx, sub.ID, Ending{Reason: "moves away", GiveBack: true}, office)
		w.wants("end", err, "")
		w.prove(ended)
		if ended.HeldCents != 0 || ended.State.Deposit != money.Shillings(600) {
			w.Errorf("%+v", ended)
		}
		w.holdsCents(anne, 640_00+774_19+160_00) // 16 of 31 days of 1,500 and of 310, and no shilling of the pack
		_, err = w.HandBack(ctx, sub.ID, "SN1", office)
		w.wants("equipment back", err, "")
		_, err = w.HandBack(ctx, sub.ID, "SN1", office)
		w.wants("again", err, "subscription.equipment")
		_, err = w.ReturnDeposit(ctx, sub.ID, money.Shillings(600), false, "", office)
		w.wants("the rest", err, "")
		_, err = w.Pause(ctx, sub.ID, time.Time{}, "", office)
		w.wants("after the end", err, "subscription.ended")
		events, err := w.Events(ctx, sub.ID)
		for _, e := range events {
			if e.Kind == Finished && (e.Said.Amount == nil || *e.Said.Amount != money.Shillings(5000)) {
				w.Error("the fee for leaving early is not stated", err)
			}
		}
		held, err := w.Ledger.Balance(ctx, ledger.Deposits, "")
		if err != nil || !held.IsZero() {
			w.Error("deposits", held, err)
		}
	})
}

func TestPricesAreMovedByHand(t *testing.T) {
	each(t, func(w *shop) {
		ctx := context.Background()
		a, b, c := w.line("home-10"), w.line("home-10"), w.line("home-20")
		w.sell("home-10", 3500, plans.Prepaid, 12_000)
		if n, err := w.Outdated(ctx, "home-10"); n != 2 || err != nil {
			w.Error(n, err)
		}
		w.pays(anne, 3000)
		w.ends(a, "2027-02-13 12:00") // at the price that it keeps
		if n, err := w.RepriceAll(ctx, "home-10", office); n != 2 || err != nil {
			w.Error(n, err)
		}
		if n, err := w.RepriceAll(ctx, "home-10", office); n != 0 || err != nil {
			w.Error(n, err)
		}
		for _, line := range []Subscription{a, b, c} {
			w.prove(line)
		}
		if g := w.grant(a); g.Limits.DownKbps != 12_000 {
			w.Errorf("%+v", g.Limits)
		}
		if got, err := w.Cost(ctx, w.again(a)); err != nil || plans.Sum(got) != money.Shillings(3500) {
			w.Error(got, err)
		}
	})
}

func TestAnOutageIsMadeUpFor(t *testing.T) {
	each(t, func(w *shop) {
		ctx := context.Background()
		a, b, unpaid, byInvoice := w.line("home-10"), w.line("home-10"), w.line("home-10"), w.line("office")
		w.pays(anne, 6000)
		_, err := w.Pause(ctx, b.ID, time.Time{}, "", office)
		w.wants("pause", err, "")
		if got, err := w.Suffered(ctx, w.here, 3); err != nil || fmt.Sprint(got) != "[{home-10 prepaid 2 KES 580.65} {office postpaid 1 KES 870.97}]" {
			w.Error(got, err)
		}
		_, _, err = w.compensates(40, "storm")
		w.wants("too much", err, "outage.days")
		o, n, err := w.compensates(3, "storm")
		if n != 3 || err != nil {
			w.Error(n, err)
		}
		w.ends(a, "2027-02-16 12:00")
		w.ends(b, "2027-02-16 12:00")
		w.ends(unpaid, "")
		w.ends(byInvoice, "")
		if n, err := w.takesBack(o.ID); n != 3 || err != nil {
			w.Error(n, err)
		}
		_, err = w.takesBack(o.ID)
		w.wants("again", err, "outage.undone")
		w.ends(a, "2027-02-13 12:00")
		w.ends(b, "2027-02-13 12:00")
		w.prove(a)
		w.prove(b)
		if all, err := w.Outages(ctx); err != nil || len(all) != 1 || all[0].UndoneAt.IsZero() {
			w.Error(all, err)
		}
	})
}

// TestAnOutageGoesOn: what was cut half-way is gone on with, once for each line; and taken back meanwhile, nobody else is given anything.
func TestAnOutageGoesOn(t *testing.T) {
	each(t, func(w *shop) {
		ctx := context.Background()
		a, b := w.line("home-10"), w.line("home-10")
		w.pays(anne, 6000)
		cut := w.byHand(2, "storm")
		w.tx(func(tx *db.Tx) error { return insertOutage(tx, cut, "") }) // and the program stopped
		w.wants("one line", w.made(ctx, cut, Compensated, a.ID, false), "")
		w.clock.Advance(time.Minute)
		later := w.line("home-10")
		w.pays(anne, 3000)
		makeUp := func() {
			w.wants("go on", w.MakeUp(ctx), "")
			if left, err := w.outageWork(ctx); err != nil || len(left) > 0 {
				w.Error(left, err)
			}
		}
		makeUp()
		makeUp()
		w.ends(a, "2027-02-15 12:00")
		w.ends(b, "2027-02-15 12:00")
		w.ends(later, "2027-02-13 12:00")
		w.tx(func(tx *db.Tx) error { _, err := undo(tx, cut.ID, w.clock.Now()); return err })
		makeUp()
		w.ends(a, "2027-02-13 12:00")
		w.ends(b, "2027-02-13 12:00")
		half := w.byHand(5, "fire")
		w.tx(func(tx *db.Tx) error { return insertOutage(tx, half, "") })
		w.wants("one line", w.made(ctx, half, Compensated, a.ID, false), "")
		if n, err := w.takesBack(half.ID); n != 1 || err != nil {
			w.Error(n, err)
		}
		if n, err := w.piece(ctx, outageLeft{outage: half, kind: Compensated}); n != 1 || err != nil { // the worker that was behind: a has the event already
			w.Error(n, err)
		}
		for _, line := range []Subscription{a, b, later} {
			w.ends(line, "2027-02-13 12:00")
			w.prove(line)
		}
	})
}

// TestALineThatBeginsLater waits suspended, and one that is taken over keeps what was paid elsewhere.
func TestALineThatBeginsLater(t *testing.T) {
	each(t, func(w *shop) {
		ctx := context.Background()
		open := Opening{CustomerID: anne, PlanKey: "home-10", Place: Place{SiteID: w.here}, Login: Login{Kind: PPPoE, Name: "later"}, Secret: "s3cret", At: at("2027-01-20 09:00")}
		sub, err := w.Start(ctx, open, office)
		w.wants("later", err, "")
		w.pays(anne, 3000)
		w.prove(sub)
		if got := w.again(sub); got.State.Status != Pending || got.HeldCents != 0 || !got.DueAt.Equal(open.At) {
			w.Errorf("%+v", got)
		}
		w.clock.Set(open.At)
		w.tick()
		w.ends(sub, "2027-02-20 12:00")
		w.prove(sub)
		open.Login.Name, open.At, open.PaidTo = "taken", at("2026-12-20 09:00"), at("2027-01-25 18:00")
		taken, err := w.Start(ctx, open, office)
		w.wants("taken over", err, "")
		w.ends(taken, "2027-01-26 12:00")
		w.prove(taken)
		open.PlanKey, open.Login.Name = "nothing", "nothing"
		_, err = w.Start(ctx, open, office)
		w.wants("no such plan", err, "subscription.plan")
		open.PlanKey, open.Level = "home-10", "gold"
		_, err = w.Start(ctx, open, office)
		w.wants("no such level", err, "subscription.level")
		open.Level, open.Login = "", Login{Kind: Static, Name: "x"}
		_, err = w.Start(ctx, open, office)
		w.wants("no address", err, "subscription.address")
	})
}
