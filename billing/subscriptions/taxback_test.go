package subscriptions

import (
	"context"
	"sync"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
)

// taxesPaid wants so many renewals with so many cents of taxes, and others that are by hand.
func (w *shop) taxesPaid(when string, count int, cents int64, byHand int) {
	w.Helper()
	all, err := w.TaxesPaid(context.Background(), anne)
	if err != nil {
		w.Fatal(err)
	}
	n, sum, hand := 0, int64(0), 0
	for _, one := range all {
		if one.ByHand {
			hand++
		} else {
			n, sum = n+1, sum+one.Taxes.Cents
		}
	}
	if n != count || sum != cents || hand != byHand {
		w.Errorf("%s: %d renewals with %d cents of taxes, %d by hand", when, n, sum, hand)
	}
}

func (w *shop) creditTaxes(cents int64) error {
	return w.CreditTaxes(context.Background(), anne, money.KES(cents), office)
}

// TestALateCertificateOfWhoPaysBeforehand: the taxes of renewals on its days are credited once, of what is used up, runs and lies ahead; the books are as if they had been paid without taxes; what was paid on other
// days stays taxed.
func TestALateCertificateOfWhoPaysBeforehand(t *testing.T) {
	each(t, func(w *shop) {
		w.kenya()
		w.sell("taxed", 1334, plans.Prepaid, 10_000)
		sub := w.line("taxed")
		w.pays(anne, 1334)
		w.clock.Advance(32 * 24 * time.Hour)
		w.tick()
		w.pays(anne, 1334) // the second month
		w.clock.Advance(10 * 24 * time.Hour)
		w.tick()
		w.pays(anne, 1334) // the third
		w.taxesPaid("no certificate", 0, 0, 0)
		people := w.Customers.(*served)
		people.exempt, people.until = anne, "2027-01-31"
		w.taxesPaid("of January", 1, 334_00, 0)
		people.until = ""
		w.taxesPaid("all", 3, 3*334_00, 0)
		w.wants("unseen", w.creditTaxes(334_00), "invoice.exempt_moved")
		w.prove(sub)
		var all sync.WaitGroup
		errs := make([]error, 4)
		for n := range errs {
			all.Go(func() { errs[n] = w.creditTaxes(3 * 334_00) })
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if fault.KeyOf(err) != "invoice.exempt_none" {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Error(won, "won")
		}
		w.taxesPaid("done", 0, 0, 0)
		w.prove(sub)
		w.holds(anne, 3*334)
		w.books("credited", map[string]int64{ledger.VATPayable: 0, ledger.ExcisePayable: 0, ledger.VATAhead: 0, ledger.ExciseAhead: 0})
		w.clock.Advance(15 * 24 * time.Hour)
		w.tick()
		w.prove(sub)
		w.does(w.End(context.Background(), sub.ID, Ending{Reason: "leaves", GiveBack: true}, office))
		w.clock.Advance(60 * 24 * time.Hour)
		w.tick()
		w.prove(sub)
		w.books("at last", map[string]int64{ledger.PrepaidService: 0, ledger.VATPayable: 0, ledger.ExcisePayable: 0, ledger.VATAhead: 0, ledger.ExciseAhead: 0, ledger.InternetSales: 3*1334_00 - w.credits(anne)})
		w.taxesPaid("ended", 0, 0, 0)
	})
}

// TestTaxesThatAPersonTellsOf: of a renewal whose money went elsewhere in part the taxes are named, and not credited; one that was taken back whole has none, and what is credited of one that is taken back after
// goes back without it.
func TestTaxesThatAPersonTellsOf(t *testing.T) {
	each(t, func(w *shop) {
		w.kenya()
		w.sell("taxed", 1334, plans.Prepaid, 10_000)
		people := w.Customers.(*served)
		ended, whole, after := w.line("taxed"), Subscription{}, Subscription{}
		w.pays(anne, 1334)
		w.clock.Advance(10 * 24 * time.Hour)
		w.does(w.End(context.Background(), ended.ID, Ending{Reason: "leaves", GiveBack: true}, office))
		w.credit(anne, -w.credits(anne))
		whole = w.line("taxed")
		w.pays(anne, 1334)
		w.undoes(whole, w.renewals(whole)[0], 1334_00)
		w.credit(anne, -w.credits(anne))
		w.does(w.End(context.Background(), whole.ID, Ending{Reason: "never came"}, office))
		after = w.line("taxed")
		w.pays(anne, 1334)
		people.exempt = anne
		w.taxesPaid("all", 1, 334_00, 1)
		if err := w.creditTaxes(334_00); err != nil {
			t.Fatal(err)
		}
		w.holds(anne, 334)
		w.undoes(after, w.renewals(after)[0], 1000_00)
		w.taxesPaid("taken back", 0, 0, 1)
		w.prove(after)
		w.prove(ended)
	})
}

// TestDeathAtEachWriteOfTaxesCredited: they are credited whole, and once.
func TestDeathAtEachWriteOfTaxesCredited(t *testing.T) {
	each(t, func(w *shop) {
		w.kenya()
		w.sell("taxed", 1334, plans.Prepaid, 10_000)
		sub := w.line("taxed")
		w.pays(anne, 1334)
		w.clock.Advance(10 * 24 * time.Hour)
		w.tick()
		w.Customers.(*served).exempt = anne
		dying, kills := testdb.NewKiller(t, w.DB), 0
		for ; ; kills++ {
			dying.Once(kills)
			err := w.creditTaxes(334_00)
			dying.Spare()
			if err == nil {
				break
			}
			w.holds(anne, 0)
			w.taxesPaid("dead", 1, 334_00, 0)
		}
		if t.Log(kills, "deaths"); kills < 8 {
			t.Error("only", kills, "deaths")
		}
		w.holds(anne, 334)
		w.taxesPaid("done", 0, 0, 0)
		w.prove(sub)
	})
}
