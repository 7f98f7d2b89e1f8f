package subscriptions

import (
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// rate writes a rate down that holds from a day on, and until another; 0: for good.
func (w *shop) rate(kind taxes.Kind, share int64, from, until clock.Day, on ...taxes.Supply) {
	w.Helper()
	if _, err := w.Taxes.(*taxes.Service).Save(context.Background(), taxes.Rate{Kind: kind, Share: share, From: from, Until: until, On: on, Note: "an Act"}, taxes.By{Actor: "owner"}); err != nil {
		w.Fatal(err)
	}
}

func (w *shop) kenya() {
	w.rate(taxes.VAT, 1600, 1, 0, taxes.Internet, taxes.Labour)
	w.rate(taxes.Excise, 1500, 1, 0, taxes.Internet)
}

// books wants balances in cents, credits above zero.
func (w *shop) books(when string, want map[string]int64) {
	w.Helper()
	for account, cents := range want {
		got, err := w.Ledger.Balance(context.Background(), account, "")
		if err != nil || -got.Cents != cents {
			w.Errorf("%s: %s stands at %d, want %d (%v)", when, account, -got.Cents, cents, err)
		}
	}
}

// TestWhatIsPaidBeforehandIsTaxedWhenItIsTaken: a month of 1,334 holds 150 of excise and 184 of VAT, due with the renewal; the books earn the net as it is used.
func TestWhatIsPaidBeforehandIsTaxedWhenItIsTaken(t *testing.T) {
	each(t, func(w *shop) {
		w.kenya()
		w.sell("taxed", 1334, plans.Prepaid, 10_000)
		sub := w.line("taxed")
		w.pays(anne, 1000)
		w.books("before it is enough", map[string]int64{ledger.VATPayable: 0, ledger.ExcisePayable: 0})
		w.pays(anne, 334)
		w.prove(sub)
		w.books("renewed", map[string]int64{ledger.PrepaidService: 1334_00, ledger.VATPayable: 184_00, ledger.ExcisePayable: 150_00, ledger.VATAhead: -184_00, ledger.ExciseAhead: -150_00, ledger.InternetSales: 0})
		w.clock.Advance(40 * 24 * time.Hour)
		w.tick()
		w.prove(sub)
		w.books("used", map[string]int64{ledger.PrepaidService: 0, ledger.VATPayable: 184_00, ledger.ExcisePayable: 150_00, ledger.VATAhead: 0, ledger.ExciseAhead: 0, ledger.InternetSales: 1000_00})
	})
}

// TestMoneyThatGoesBackTakesItsTaxBack: of an end and of a renewal whose money was reversed, as far as they are not used.
func TestMoneyThatGoesBackTakesItsTaxBack(t *testing.T) {
	each(t, func(w *shop) {
		w.kenya()
		w.sell("taxed", 1334*31, plans.Prepaid, 10_000)
		first, second := w.line("taxed"), w.line("taxed")
		w.pays(anne, 2*1334*31)
		w.books("renewed", map[string]int64{ledger.VATPayable: 2 * 184_00 * 31, ledger.ExcisePayable: 2 * 150_00 * 31})
		w.clock.Advance(10 * 24 * time.Hour)
		if _, err := w.End(context.Background(), first.ID, Ending{Reason: "moves", GiveBack: true}, office); err != nil {
			t.Fatal(err)
		}
		w.prove(first)
		w.holds(anne, 1334*21)
		w.books("given back", map[string]int64{ledger.VATPayable: 184_00 * (31 + 10), ledger.ExcisePayable: 150_00 * (31 + 10), ledger.InternetSales: 1000_00 * 10})
		second = w.again(second)
		w.tx(func(tx *db.Tx) error { return w.Undo(tx, second.request(2), money.Amount{}) })
		w.prove(second)
		w.holds(anne, 2*1334*21)
		w.books("reversed", map[string]int64{ledger.PrepaidService: 0, ledger.VATPayable: 184_00 * 20, ledger.ExcisePayable: 150_00 * 20, ledger.VATAhead: 0, ledger.ExciseAhead: 0, ledger.InternetSales: 1000_00 * 20})
	})
}

// TestTheRateOfTheRenewalHolds: what was paid keeps its rate, the set-up has no excise, and each renewal has the rate of its day.
func TestTheRateOfTheRenewalHolds(t *testing.T) {
	each(t, func(w *shop) {
		change := clock.DayOf(morning) + 20
		w.rate(taxes.VAT, 1600, 1, change, taxes.Internet, taxes.Labour)
		w.rate(taxes.VAT, 1000, change, 0, taxes.Internet, taxes.Labour)
		w.rate(taxes.Excise, 1500, 1, 0, taxes.Internet)
		w.save(plans.Plan{Key: "taxed", NameEN: "taxed", Segment: plans.Home, Price: money.Shillings(1334), Terms: plans.Terms{Mode: plans.Prepaid,
			Interval: plans.Interval{Unit: plans.Month, Every: 1}, Setup: money.Shillings(1160)}})
		sub := w.line("taxed")
		w.pays(anne, 1334+1160)
		w.prove(sub)
		w.books("before the change", map[string]int64{ledger.VATPayable: 184_00 + 160_00, ledger.ExcisePayable: 150_00})
		w.clock.Advance(40 * 24 * time.Hour)
		w.tick()
		w.pays(anne, 1334)
		w.prove(sub)
		w.books("after it", map[string]int64{ledger.VATPayable: 184_00 + 160_00 + 121_27, ledger.ExcisePayable: 150_00 + 158_18, ledger.InternetSales: 2000_00})
	})
}

// TestWhoIsExemptPaysTheNet: what the taxes leave of the price, as it is shown, of a plan, a pack and a set-up; until the certificate ends.
func TestWhoIsExemptPaysTheNet(t *testing.T) {
	each(t, func(w *shop) {
		w.kenya()
		w.served.exempt, w.served.until = anne, clock.DayOf(morning.AddDate(0, 0, 20)).String()
		w.save(plans.Plan{Key: "taxed", NameEN: "taxed", Segment: plans.Home, Price: money.Shillings(1334), Terms: plans.Terms{Mode: plans.Prepaid,
			Interval: plans.Interval{Unit: plans.Month, Every: 1}, Setup: money.Shillings(1160)}})
		sub := w.line("taxed")
		charges, err := w.Cost(context.Background(), sub)
		if sum := plans.Sum(charges); err != nil || sum != money.Shillings(2000) {
			t.Error(sum, err)
		}
		w.pays(anne, 2000)
		w.holds(anne, 0)
		w.prove(sub)
		w.books("exempt", map[string]int64{ledger.PrepaidService: 2000_00, ledger.VATPayable: 0, ledger.ExcisePayable: 0})
		w.clock.Advance(40 * 24 * time.Hour)
		w.tick()
		w.pays(anne, 1000)
		w.holds(anne, 1000) // not enough any more
		w.pays(anne, 334)
		w.holds(anne, 0)
		w.prove(sub)
		w.books("the certificate is over", map[string]int64{ledger.VATPayable: 184_00, ledger.ExcisePayable: 150_00, ledger.InternetSales: 2000_00})
	})
}

// TestTaxOfLinesByAnOracle: after random stories the taxes in the books are those of the money that the lines took and did not give back, which the oracle
// reckons from the amounts alone, to a cent for each movement; and nothing of them is left when the lines are over.
func TestTaxOfLinesByAnOracle(t *testing.T) {
	for seed := range uint64(4) {
		each(t, func(w *shop) { taxStory(w, rand.New(rand.NewPCG(seed, 29))) })
	}
}

func taxStory(w *shop, r *rand.Rand) {
	ctx := context.Background()
	w.kenya()
	w.sell("fast", 4501, plans.Prepaid, 20_000)
	w.tx(func(tx *db.Tx) error {
		for key, once := range map[string]bool{"static": false, "pack": true} {
			if _, err := w.Plans.SaveAddOn(tx, plans.AddOn{Key: key, NameEN: key, Price: money.Shillings(307), Once: once, State: plans.Live, Bytes: 1e9}); err != nil {
				return err
			}
		}
		return nil
	})
	lines := []Subscription{w.line("home-10"), w.line("fast")}
	for step := range 60 {
		sub := w.again(lines[r.IntN(len(lines))])
		by := By{Actor: "clerk", From: "x", Request: fmt.Sprint("step", step)}
		switch r.IntN(9) {
		case 0, 1:
			w.pays(anne, 100+r.Int64N(9000))
		case 2:
			_, _ = w.Pause(ctx, sub.ID, time.Time{}, "away", by)
		case 3:
			_, _ = w.Resume(ctx, sub.ID, time.Time{}, by)
		case 4:
			_, _ = w.ChangePlan(ctx, sub.ID, Change{PlanKey: []string{"home-10", "home-20", "fast"}[r.IntN(3)], KeepDate: r.IntN(2) == 0}, by)
		case 5:
			_, _ = w.AddOn(ctx, sub.ID, []string{"static", "pack"}[r.IntN(2)], by)
		case 6:
			w.tx(func(tx *db.Tx) error {
				if _, err := w.Credit.Credit(tx, anne); err != nil {
					return err
				}
				return w.Undo(tx, sub.request(1+r.Int64N(max(sub.Seq, 1))), money.Shillings(100))
			})
		default:
			w.clock.Advance(time.Duration(r.IntN(20*24)) * time.Hour)
			w.tick()
		}
		for _, one := range lines {
			w.prove(one)
		}
	}
	for _, one := range lines {
		_, err := w.End(ctx, one.ID, Ending{Reason: "the story is over", GiveBack: r.IntN(2) == 0}, office)
		w.wants("end", err, "")
		w.prove(one)
	}
	w.oracle()
}

// oracle reckons what the books should say at the end from what moved into what is held, and out of it to credit.
func (w *shop) oracle() {
	w.Helper()
	var sold, moves int64
	w.tx(func(tx *db.Tx) error {
		from := "FROM ledger_postings p JOIN ledger_entries e ON e.id = p.entry_id WHERE p.account = ? AND e.kind <> 'subscription used'"
		if err := tx.Gorm().Raw("SELECT COALESCE(-SUM(p.cents), 0) "+from, ledger.PrepaidService).Scan(&sold).Error; err != nil {
			return err
		}
		return tx.Gorm().Raw("SELECT COUNT(*) "+from, ledger.PrepaidService).Scan(&moves).Error
	})
	net := new(big.Rat).Quo(big.NewRat(sold, 1), big.NewRat(1334, 1000))
	share := func(num, den int64) *big.Rat { return new(big.Rat).Mul(net, big.NewRat(num, den)) }
	for account, want := range map[string]*big.Rat{ledger.ExcisePayable: share(15, 100), ledger.VATPayable: share(115*16, 10_000), ledger.InternetSales: net, ledger.VATAhead: share(0, 1), ledger.ExciseAhead: share(0, 1)} {
		got, err := w.Ledger.Balance(context.Background(), account, "")
		off := new(big.Rat).Sub(big.NewRat(-got.Cents, 1), want)
		if most := moves * int64(want.Sign()); err != nil || off.Abs(off).Cmp(big.NewRat(most, 1)) > 0 {
			w.Errorf("%s stands at %d, and the oracle says %s of %d sold in %d movements (%v)", account, -got.Cents, want.FloatString(2), sold, moves, err)
		}
	}
	w.sumsToZero()
}

func (w *shop) sumsToZero() {
	w.Helper()
	if err := w.Ledger.Chain(context.Background()); err != nil {
		w.Fatal(err)
	}
	report, err := w.Ledger.Verify(context.Background())
	if err != nil || len(report.Problems) > 0 {
		w.Error(report, err)
	}
}
