package cutover

import (
	"slices"
	"strings"
	"testing"

	"mtandao/billing/accounts"
	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/incoming"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
)

// withPlans is a source whose subscribers have plans that are not here, each with what makes it possible or not.
func withPlans(t testing.TB) *incoming.Batch {
	b := table(t, 7, func(row int, f []string) {
		f[5] = []string{"", "Gold", "Gold", "Wiki 1", "Bure", "Saa 3", "Day 2GB", "Home 10"}[row]
	})
	for n, p := range b.Plans {
		switch p.Name {
		case "Gold":
			b.Plans[n].Price, b.Plans[n].Rate = money.Shillings(3500), incoming.Rate{UpKbps: 10_000, DownKbps: 20_000}
		case "Wiki 1":
			b.Plans[n].Price, b.Plans[n].Term, b.Plans[n].Postpaid = money.KES(75_050), incoming.Term{N: 168, Unit: "hour"}, true
		case "Saa 3":
			b.Plans[n].Price, b.Plans[n].Term = money.Shillings(20), incoming.Term{N: 3, Unit: "hour"}
		case "Day 2GB":
			b.Plans[n].Price, b.Plans[n].DataBytes = money.Shillings(50), 2e9
		}
	}
	return b
}

// TestPlansThatAreNotHereAreMade: asked to, an import makes them with the price, speed and validity that they have there, as the dry run told; what
// cannot be made says why. Taken back, they are gone, but for one that somebody has.
func TestPlansThatAreNotHereAreMade(t *testing.T) {
	each(t, func(h *house) {
		wish := h.wish()
		wish.Make = true
		dry, err := h.Preview(ctx, withPlans(t), wish)
		if err != nil {
			t.Fatal(err)
		}
		if h.count("plans") != 1 {
			t.Error("a dry run made a plan")
		}
		var why []string
		for _, v := range dry.Verdicts {
			if v.What == "plan" && v.Do == Refused {
				why = append(why, v.Name+" "+fault.KeyOf(v.Why))
			}
		}
		if got := strings.Join(why, ", "); got != "Bure cutover.plan_price, Saa 3 cutover.plan_term, Day 2GB cutover.plan_capped" {
			t.Error(got)
		}
		made, err := h.Import(ctx, withPlans(t), wish, asha)
		if err != nil || tally(made) != tally(dry) || tally(made) != "customers 7 new 0 there 0 changed 0 refused, lines 4 new 0 there 3 later 0 refused" || made.Tally()["plan"][Fresh] != 2 {
			t.Errorf("%s, %s: %v", tally(dry), tally(made), err)
		}
		gold, err := h.Plans.ByKey(ctx, "gold")
		if err != nil || gold.Price != money.Shillings(3500) || gold.Limits.DownKbps != 20_000 || gold.Terms.Mode != plans.Prepaid || gold.Terms.Interval.String() != "month" || gold.NameEN != "Gold" {
			t.Errorf("%+v %v", gold, err)
		}
		week, err := h.Plans.ByKey(ctx, "wiki-1")
		if err != nil || week.Price != money.KES(75_050) || week.Terms.Mode != plans.Postpaid || week.Terms.Interval.String() != "7 days" {
			t.Errorf("%+v %v", week, err)
		}
		if again, err := h.Import(ctx, withPlans(t), wish, asha); err != nil || again.Tally()["plan"][Fresh] != 0 || h.count("plans") != 3 {
			t.Errorf("%+v, %d plans: %v", again.Tally(), h.count("plans"), err)
		}
		h.pays(withPlans(t).Customers[0])
		u, err := h.Undo(ctx, made.ImportID, asha, nil)
		if err != nil || u.Plans != 1 || u.Customers != 6 || len(u.Stayed) != 2 || fault.KeyOf(u.Stayed[1].Why) != "cutover.plan_used" {
			t.Errorf("%+v %v", u, err)
		}
		if h.count("plans") != 2 || h.count("plan_prices") != 2 {
			t.Errorf("%d plans with %d prices stay", h.count("plans"), h.count("plan_prices"))
		}
	})
}

func (h *house) pays(who incoming.Customer) {
	h.Helper()
	c, err := h.Customers.FindNow(ctx, who.Numbers[0])
	if err == nil {
		_, err = h.purse.TakeAtCounter(ctx, accounts.Taking{CustomerID: c.ID, Amount: money.Shillings(10), How: accounts.ByCash, Request: "x"}, accounts.By{Actor: "asha"})
	}
	if err == nil {
		err = h.DB.InTx(ctx, func(tx *db.Tx) error { return h.bills.Pay(tx, c.ID) })
	}
	if err != nil {
		h.Fatal(err)
	}
}

func TestKeysOfPlansThatAreMade(t *testing.T) {
	w := &weighing{keys: map[string]bool{"gold": true}}
	long := strings.Repeat("Very long name ", 9)
	var got []string
	for _, name := range []string{"Gold", "GOLD", "Mbps 10 / 5", "家", "家", long, long} {
		key := w.freeKey(name)
		if got = append(got, key); len(key) > longestKey {
			t.Errorf("%q is too long", key)
		}
	}
	if want := []string{"gold-2", "gold-3", "mbps-10-5", "plan", "plan-2", "very-long-name-very-long-name-very-long", "very-long-name-very-long-name-very-lon-2"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// TestAPlanThatIsNotHereIsNamed: a wish for a plan that is not here is refused before anything is done.
func TestAPlanThatIsNotHereIsNamed(t *testing.T) {
	h := newHouse(t, testdb.SQLite(t))
	wish := h.wish()
	wish.Plans = map[string]string{"Gold": "no-such"}
	if _, err := h.Import(ctx, withPlans(t), wish, asha); fault.KeyOf(err) != "cutover.no_such_plan" || h.count("imports") != 0 {
		t.Error(err)
	}
}

// TestADebtThatWasPaidStays: what somebody owes from before is a document; untouched it is taken back with them, and paid in part it keeps them, by name.
func TestADebtThatWasPaidStays(t *testing.T) {
	each(t, func(h *house) {
		b := table(t, 4, nil) // all of them owe
		r := h.brings(b)
		if h.count("invoices") != 4 {
			t.Fatalf("%d documents", h.count("invoices"))
		}
		h.proves(sumOf(b))
		h.pays(b.Customers[2])
		u, err := h.Undo(ctx, r.ImportID, asha, nil)
		if err != nil || u.Customers != 3 || len(u.Stayed) != 1 || fault.KeyOf(u.Stayed[0].Why) != "invoice.opening_moved" || !strings.HasPrefix(u.Stayed[0].Name, b.Customers[2].Name+", ") {
			t.Errorf("%+v %v", u, err)
		}
		h.proves(b.Customers[2].Balance.Cents)
		if again, err := h.Undo(ctx, r.ImportID, asha, nil); err != nil || again.Customers != 0 || len(again.Stayed) != 1 {
			t.Errorf("%+v %v", again, err)
		}
	})
}

// TestWhatHasNoPlaceIsSealed: neither the row nor the report has it; who may open it reads it.
func TestWhatHasNoPlaceIsSealed(t *testing.T) {
	each(t, func(h *house) {
		b := table(t, 2, nil)
		b.Customers[0].Notes = []string{"Wi-Fi password: mango tree 9"}
		b.Customers[0].Address, b.Customers[0].Place = "Gate 4, Mwiki", "-1.2201, 36.9021"
		r := h.brings(b)
		var stored string
		h.tx(func(tx *db.Tx) error { return tx.Gorm().Raw("SELECT MAX(rest) FROM import_rows").Scan(&stored).Error })
		if stored == "" || strings.Contains(stored, "mango") {
			t.Errorf("stored is %q", stored)
		}
		var all []Rest
		if err := h.Rests(ctx, r.ImportID, func(r Rest) { all = append(all, r) }); err != nil || len(all) != 1 || all[0].Text != "Wi-Fi password: mango tree 9" {
			t.Errorf("%+v %v", all, err)
		}
		if err := h.Rests(ctx, r.ImportID+1, func(Rest) {}); fault.KeyOf(err) != "cutover.no_import" {
			t.Errorf("of no import: %v", err)
		}
		c, err := h.Customers.FindNow(ctx, b.Customers[0].Numbers[0])
		if err != nil {
			t.Fatal(err)
		}
		if at, err := h.Customers.Addresses(ctx, c.ID); err != nil || len(at) != 1 || at[0].Line != "Gate 4, Mwiki" || at[0].At.String() != "-1.220100, 36.902100" {
			t.Errorf("%+v %v", at, err)
		}
		h.goesBack(r.ImportID, 2, 2)
		for _, table := range []string{"customer_addresses", "customer_words", "customer_sounds"} {
			if n := h.count(table); n != 0 {
				t.Errorf("%d rows stay in %s", n, table)
			}
		}
	})
}
