package subscriptions

import (
	"testing"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/settings"
	"mtandao/radius/access"
)

func (w *shop) limits() access.Limits { return access.Limits{DownKbps: 10_000, UpKbps: 10_000} }

func (w *shop) setting(key, value string) {
	w.Helper()
	w.tx(func(tx *db.Tx) error { return w.Settings.Set(tx, key, value) })
}

func (w *shop) addOn(key string, bob int64) {
	w.Helper()
	w.tx(func(tx *db.Tx) error {
		_, err := w.Plans.SaveAddOn(tx, plans.AddOn{Key: key, NameEN: key, Price: money.Shillings(bob), DownKbps: 5000, UpKbps: 5000, State: plans.Live})
		return err
	})
}

// credit is money that nobody spends yet.
func (w *shop) credit(customer, cents int64) {
	w.Helper()
	w.tx(func(tx *db.Tx) error {
		return tx.Gorm().Exec("UPDATE purses SET cents = cents + ? WHERE customer = ?", cents, customer).Error
	})
}

// does wants a deed to be done, and the row, the books and the grant to say what the history does.
func (w *shop) does(sub Subscription, err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
	w.prove(sub)
}

func (w *shop) changes(sub Subscription, c Change) {
	w.Helper()
	got, err := w.ChangePlan(w.Context(), sub.ID, c, office)
	if err != nil {
		w.Fatal(err)
	}
	w.does(got, nil)
}

func (w *shop) pauses(sub Subscription, until string) {
	w.Helper()
	_, err := w.Pause(w.Context(), sub.ID, time.Time{}, "travels", office)
	w.does(sub, err)
	w.clock.Set(at(until))
	w.tick()
	_, err = w.Resume(w.Context(), sub.ID, time.Time{}, office)
	w.does(sub, err)
}

// TestThePeriodAfterAMoveIsWhole: a pause, an outage or a payment that went back moves the end off the day of the month on which periods end; the next one is as
// long as it is paid for, and the 31st is not forgotten.
func TestThePeriodAfterAMoveIsWhole(t *testing.T) {
	each(t, func(w *shop) {
		w.clock.Set(at("2027-01-31 09:00"))
		sub := w.line("home-10")
		w.pays(anne, 3000)
		w.ends(sub, "2027-02-28 12:00")
		w.clock.Set(at("2027-02-20 09:00"))
		w.pauses(sub, "2027-02-20 11:00") // on the same day it is the 31st still
		w.pays(anne, 3000)
		w.ends(sub, "2027-03-31 12:00")
		w.undoes(sub, w.renewals(sub)[1], 3000)
		w.ends(sub, "2027-02-28 12:00")
		w.pays(anne, 3000) // the same payment again
		w.ends(sub, "2027-03-31 12:00")
		w.clock.Set(at("2027-03-20 09:00"))
		w.pauses(sub, "2027-03-25 09:00")
		w.ends(sub, "2027-04-05 12:00")
		w.pays(anne, 3000)
		w.ends(sub, "2027-05-05 12:00")
		w.clock.Set(at("2027-05-01 09:00"))
		o, _, err := w.compensates(3, "storm")
		w.does(sub, err)
		w.ends(sub, "2027-05-08 12:00")
		w.pays(anne, 3000)
		w.ends(sub, "2027-06-08 12:00")
		_, err = w.takesBack(o.ID)
		w.does(sub, err)
		w.ends(sub, "2027-06-05 12:00")
	})
}

// TestWhatIsLeftIsWhatWasPaid: not what the plan costs now, and the same after any number of changes of one moment.
func TestWhatIsLeftIsWhatWasPaid(t *testing.T) {
	each(t, func(w *shop) {
		sub := w.line("home-10")
		_, err := w.Discount(t.Context(), sub.ID, plans.Discount{Percent: 5000, Periods: 1}, "late start", office)
		w.does(sub, err)
		w.pays(anne, 1500)
		w.clock.Set(at("2027-01-28 09:00")) // 16 of 31 days are left, of 1,500
		p, err := w.Preview(t.Context(), sub.ID, Change{PlanKey: "home-20", KeepDate: true})
		if w.wants("preview", err, ""); p.Due != money.KES(3096_77-774_19) {
			w.Errorf("%v is due", p.Due)
		}
		w.changes(sub, Change{PlanKey: "home-20"})
		w.ends(sub, "2027-02-01 12:00") // 4 days at 6,000
		w.changes(sub, Change{PlanKey: "home-10"})
		w.changes(sub, Change{PlanKey: "home-20"})
		w.ends(sub, "2027-02-01 12:00")
		w.changes(sub, Change{PlanKey: "home-10"})
		if got := w.again(sub); got.HeldCents != 774_19 || got.State.PaidTo.Sub(at("2027-02-05 09:00")).Abs() > time.Minute {
			w.Errorf("%d cents are left until %v", got.HeldCents, got.State.PaidTo)
		}
		_, err = w.End(t.Context(), sub.ID, Ending{Reason: "moves", GiveBack: true}, office)
		w.does(sub, err)
		w.holdsCents(anne, 774_19)
		w.sold(1500_00 - 774_19)
	})
}

// TestThereAndBackCostsNothing: a dearer plan with the date kept and back is as if nothing had been, and money that was given back for a cheaper one is not
// given back again when the payment is taken back.
func TestThereAndBackCostsNothing(t *testing.T) {
	each(t, func(w *shop) {
		sub := w.line("home-20")
		w.pays(anne, 6000)
		w.clock.Set(at("2027-01-28 09:00"))
		w.changes(sub, Change{PlanKey: "home-10", KeepDate: true})
		w.holdsCents(anne, 1548_38)
		w.changes(sub, Change{PlanKey: "home-20", KeepDate: true})
		w.holdsCents(anne, 0)
		w.changes(sub, Change{PlanKey: "home-10", KeepDate: true})
		w.undoes(sub, w.renewals(sub)[0], 6000)
		w.holdsCents(anne, 3096_77-6000_00) // 16 of 31 days of 6,000 were not had
		w.sold(2903_23)
		w.prove(sub)
	})
}

// TestAPausedSpanIsNoUsedOne: days of a pause and of an outage are not used up.
func TestAPausedSpanIsNoUsedOne(t *testing.T) {
	each(t, func(w *shop) {
		sub := w.line("home-10")
		w.pays(anne, 3000)
		w.clock.Set(at("2027-01-23 09:00"))
		w.pauses(sub, "2027-03-23 09:00")
		_, _, err := w.compensates(2, "storm")
		w.does(sub, err)
		w.undoes(sub, w.renewals(sub)[0], 3000) // 8 of 31 days were had
		w.holdsCents(anne, -774_19)
		w.ends(sub, "")
		w.prove(sub)
	})
}

// TestAnOutageIsUndoneOfWhatItWasGivenFor: not of days that were paid for since.
func TestAnOutageIsUndoneOfWhatItWasGivenFor(t *testing.T) {
	each(t, func(w *shop) {
		sub := w.line("home-10")
		w.pays(anne, 3000)
		w.clock.Set(at("2027-01-20 09:00"))
		o, _, err := w.compensates(3, "storm")
		w.does(sub, err)
		w.undoes(sub, w.renewals(sub)[0], 3000)
		w.ends(sub, "")
		w.pays(anne, 3774)
		w.ends(sub, "2027-02-20 12:00")
		_, err = w.takesBack(o.ID)
		w.does(sub, err)
		w.ends(sub, "2027-02-20 12:00")
		o, _, err = w.compensates(3, "fire")
		w.does(sub, err)
		w.ends(sub, "2027-02-23 12:00")
		w.clock.Set(at("2027-03-10 09:00")) // it ran out with the days that it was given
		w.tick()
		w.pays(anne, 3000)
		w.ends(sub, "2027-04-10 12:00")
		_, err = w.takesBack(o.ID)
		w.does(sub, err)
		w.ends(sub, "2027-04-10 12:00")
	})
}

// TestAChangeAtTheEndWaitsForNobody: a pause puts the end off, and what is left then is worth what it is on the other plan; what was paid for that one stays.
func TestAChangeAtTheEndWaitsForNobody(t *testing.T) {
	each(t, func(w *shop) {
		sub := w.line("home-10")
		w.pays(anne, 3000)
		w.changes(sub, Change{PlanKey: "home-20", AtEnd: true})
		w.clock.Set(at("2027-01-23 09:00"))
		w.pauses(sub, "2027-02-02 09:00")
		w.ends(sub, "2027-02-23 12:00")
		w.clock.Set(at("2027-02-13 12:00")) // 10 days of 3,000 are 5 of 6,000
		w.tick()
		w.ends(sub, "2027-02-18 12:00")
		w.prove(sub)
		w.pays(anne, 6000)
		w.ends(sub, "2027-03-18 12:00")
		w.clock.Set(at("2027-03-10 09:00"))
		w.changes(sub, Change{PlanKey: "home-10", At: at("2027-02-17 12:00")}) // dated back to before that was paid: a day, and a month, of the dear one
		w.ends(sub, "2027-04-16 12:00")
	})
}

// TestWhatAReversalGivesAgain: the discount that counted the period, and the extension that was had upon it; not one that was had before.
func TestWhatAReversalGivesAgain(t *testing.T) {
	each(t, func(w *shop) {
		w.save(plans.Plan{Key: "fibre", NameEN: "fibre", Segment: plans.Home, Price: money.Shillings(3100), Limits: w.limits(),
			Terms: plans.Terms{Mode: plans.Prepaid, Interval: plans.Interval{Unit: plans.Month, Every: 1}, Setup: money.Shillings(1000)}})
		sub := w.line("fibre")
		_, err := w.Discount(t.Context(), sub.ID, plans.Discount{Percent: 5000, Periods: 1}, "friend", office)
		w.does(sub, err)
		w.pays(anne, 2550)
		w.ends(sub, "2027-02-13 12:00")
		w.undoes(sub, w.renewals(sub)[0], 2550)
		w.holds(anne, 0)
		w.pays(anne, 2550) // again, at the same price
		w.ends(sub, "2027-02-13 12:00")
		w.holds(anne, 0)
		w.clock.Set(at("2027-02-13 13:00"))
		w.tick()
		_, err = w.Extend(t.Context(), sub.ID, By{Actor: "self"})
		w.does(sub, err)
		w.clock.Set(at("2027-02-15 13:00"))
		w.tick()
		w.pays(anne, 3100)
		w.undoes(sub, w.renewals(sub)[2], 3100)
		w.ends(sub, "2027-02-13 12:00")
		_, err = w.Extend(t.Context(), sub.ID, By{Actor: "self"})
		w.wants("a second one in February", err, "subscription.extended")
		w.prove(sub)
	})
}

// TestTheSetUpIsNoTime: what it cost neither lasts longer on another plan nor goes back when days were had.
func TestTheSetUpIsNoTime(t *testing.T) {
	each(t, func(w *shop) {
		w.save(plans.Plan{Key: "fibre", NameEN: "fibre", Segment: plans.Home, Price: money.Shillings(3000), Limits: w.limits(),
			Terms: plans.Terms{Mode: plans.Prepaid, Interval: plans.Interval{Unit: plans.Month, Every: 1}, Setup: money.Shillings(6000)}})
		sub := w.line("fibre")
		w.pays(anne, 9000)
		w.clock.Set(at("2027-01-28 09:00"))
		w.changes(sub, Change{PlanKey: "home-20"})
		w.ends(sub, "2027-02-05 12:00")
		w.undoes(sub, w.renewals(sub)[0], 9000)
		w.holdsCents(anne, 1548_39-9000_00)
		w.prove(sub)
	})
}

// TestTheSetUpGoesBackWhileNoDayWasHad: at an end, as when the money of the renewal goes back; from the first day on it stays sold, both ways. The preview
// says the same.
func TestTheSetUpGoesBackWhileNoDayWasHad(t *testing.T) {
	each(t, func(w *shop) {
		w.save(plans.Plan{Key: "fibre", NameEN: "fibre", Segment: plans.Home, Price: money.Shillings(3100), Limits: w.limits(),
			Terms: plans.Terms{Mode: plans.Prepaid, Interval: plans.Interval{Unit: plans.Month, Every: 1}, Setup: money.Shillings(1000)}})
		for _, c := range []struct {
			at   string
			back int64 // shillings
		}{{"2027-01-13 15:00", 4100}, {"2027-01-14 09:00", 3000}} {
			w.clock.Set(morning)
			ended, reversed := w.line("fibre"), w.line("fibre")
			w.pays(anne, 8200)
			w.clock.Set(at(c.at))
			how := Ending{Reason: "cannot be reached", GiveBack: true}
			f, err := w.PreviewEnd(t.Context(), ended.ID, how)
			if w.wants("preview", err, ""); f.Back != money.Shillings(c.back) {
				w.Errorf("%s: %v is to go back, not %d", c.at, f.Back, c.back)
			}
			_, err = w.End(t.Context(), ended.ID, how, office)
			w.does(ended, err)
			w.holds(anne, c.back)
			w.undoes(reversed, w.renewals(reversed)[0], c.back)
			w.holds(anne, c.back)
			w.undoes(reversed, w.renewals(reversed)[0], c.back) // only once
			w.tx(func(tx *db.Tx) error { return tx.Gorm().Exec("UPDATE purses SET cents = 0").Error })
			for _, sub := range []Subscription{ended, reversed} {
				w.prove(sub)
				if sub = w.again(sub); sub.HeldCents != 0 {
					w.Errorf("%d cents are held of line %d", sub.HeldCents, sub.ID)
				}
			}
			_, err = w.End(t.Context(), reversed.ID, how, office)
			w.does(reversed, err)
			w.holds(anne, 0)
		}
		w.sold(2 * 1100_00)
	})
}

// TestTenDaysCostTenDays: of a line that bought some, a dearer plan and an add-on are paid for those.
func TestTenDaysCostTenDays(t *testing.T) {
	each(t, func(w *shop) {
		w.setting(settings.PrepaidPart, settings.BuysDays)
		w.addOn("speed", 310)
		sub := w.line("home-10")
		w.pays(anne, 3000)
		w.clock.Set(at("2027-02-13 12:30"))
		w.tick()
		w.pays(anne, 1072) // ten of 28 days
		p, err := w.Preview(t.Context(), sub.ID, Change{PlanKey: "home-20", KeepDate: true})
		if w.wants("preview", err, ""); p.Due.Cents < 1071_00 || p.Due.Cents > 1072_00 {
			w.Errorf("%v for ten days", p.Due)
		}
		w.credit(anne, 200_00)
		_, err = w.AddOn(t.Context(), sub.ID, "speed", office)
		w.does(sub, err)
		if shares := w.again(sub).HeldCents; shares < 1071_00+110_00 || shares > 1072_00+111_00 {
			w.Errorf("%d cents are held", shares)
		}
	})
}

// TestNobodyWritesWhatTheyReadBefore: an event that lay ahead counts for who comes after its time, though nobody wrote the row since.
func TestNobodyWritesWhatTheyReadBefore(t *testing.T) {
	each(t, func(w *shop) {
		sub := w.line("home-10")
		w.pays(anne, 3000)
		_, err := w.Pause(t.Context(), sub.ID, at("2027-01-23 09:00"), "", office)
		w.does(sub, err)
		w.clock.Set(at("2027-02-02 09:00")) // no tick since
		f, err := w.PreviewEnd(t.Context(), sub.ID, Ending{Reason: "moves", GiveBack: true})
		if w.wants("preview", err, ""); f.Back != money.KES(2032_26) {
			w.Errorf("%v goes back of 21 of 31 days", f.Back)
		}
		_, err = w.End(t.Context(), sub.ID, Ending{Reason: "moves", GiveBack: true}, office)
		w.does(sub, err)
		w.holdsCents(anne, 2032_26)
		w.sold(967_74)
	})
}

// TestAMoveInTheSecondOfARenewal, in either order, comes to what its history does.
func TestAMoveInTheSecondOfARenewal(t *testing.T) {
	each(t, func(w *shop) {
		a, b := w.line("home-10"), w.line("home-10")
		_, err := w.Move(t.Context(), a.ID, Place{SiteID: w.there}, office)
		w.does(a, err)
		w.pays(anne, 6000)
		_, err = w.Move(t.Context(), b.ID, Place{SiteID: w.there}, office)
		w.does(b, err)
		for _, sub := range []Subscription{a, b} {
			w.ends(sub, "2027-02-13 12:00")
			w.undoes(sub, w.renewals(sub)[0], 3000)
			w.ends(sub, "")
			w.prove(sub)
		}
		if w.holds(anne, 0); w.again(a).State.Place.SiteID != w.there {
			w.Error("it did not move")
		}
	})
}
