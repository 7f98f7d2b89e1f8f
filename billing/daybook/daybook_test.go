package daybook

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
)

var noon = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// kept is a database with books and a daybook.
type kept struct {
	*testing.T
	d     *db.DB
	clock *clock.Manual
	books *ledger.Ledger
	book  *Book
}

func keep(t *testing.T, d *db.DB) *kept {
	c := clock.NewManual(noon)
	l := ledger.New(d, c)
	return &kept{t, d, c, l, New(d, l)}
}

// row inserts one; columns that are not named get an empty text, which both databases take for their kind of nothing.
func (k *kept) row(table string, values map[string]any) {
	k.Helper()
	var names, marks []string
	var args []any
	for _, column := range testdb.Columns(k, k.d, table) {
		value, ok := values[column]
		switch {
		case ok:
		case strings.HasSuffix(column, "_at") || column == "at":
			value = noon
		case strings.HasSuffix(column, "_hash") || column == "code" || column == "cause" || column == "request":
			value = fmt.Sprint(table, values["id"])
		case strings.HasSuffix(column, "name") || slices.Contains([]string{"plan", "plan_key", "segment", "kind", "state", "holder", "owner", "limits", "mac", "ip", "how", "mode", "content", "day"}, column):
			value = ""
		case column == "number" || column == "serial" || column == "seq":
			value = values["id"]
		default:
			value = 0
		}
		names, marks, args = append(names, column), append(marks, "?"), append(args, value)
	}
	if _, err := k.d.SQL().Exec("INSERT INTO "+table+" ("+strings.Join(names, ", ")+") VALUES ("+strings.Join(marks, ", ")+")", args...); err != nil {
		k.Fatalf("%s: %v", table, err)
	}
}

func (k *kept) post(kind, source string, at time.Time, postings ...ledger.Posting) {
	k.Helper()
	if err := k.d.InTx(context.Background(), func(tx *db.Tx) error {
		_, err := k.books.Post(tx, ledger.Entry{Kind: kind, Source: source, At: at, Postings: postings})
		return err
	}); err != nil {
		k.Fatal(err)
	}
}

func (k *kept) fold() {
	k.Helper()
	k.clock.Advance(10 * time.Second)
	if err := k.books.Chain(context.Background()); err != nil {
		k.Fatal(err)
	}
	if err := k.book.Fold(context.Background()); err != nil {
		k.Fatal(err)
	}
}

// wrong is what the proof finds.
func (k *kept) wrong() (all []string) {
	k.Helper()
	if err := k.book.Audit(context.Background(), func(what string) { all = append(all, what) }); err != nil {
		k.Fatal(err)
	}
	return all
}

func to(account, party string, cents int64) ledger.Posting {
	return ledger.Posting{Account: account, Party: party, Amount: money.KES(cents)}
}

// earned is what the report says of each name.
func (k *kept) earned(by By, a Asked) map[string]int64 {
	k.Helper()
	sums, err := k.book.Earned(context.Background(), by, a)
	if err != nil {
		k.Fatal(err)
	}
	all := map[string]int64{}
	for _, s := range sums {
		all[s.Name] += s.Cents
	}
	return all
}

// world sells in every way, at two sites, on two days of which one ends in between.
func (k *kept) world() {
	k.row("grants", map[string]any{"id": 1, "plan": "hour", "site_id": 1})
	k.row("grants", map[string]any{"id": 2, "plan": "day", "site_id": 2})
	k.row("grants", map[string]any{"id": 3, "plan": "home", "site_id": 2})
	k.row("voucher_batches", map[string]any{"id": 4, "plan_key": "day", "site_id": 2})
	k.row("vouchers", map[string]any{"id": 5, "batch_id": 4, "grant_id": 2, "holder": "reseller:9"})
	k.row("vouchers", map[string]any{"id": 6, "batch_id": 4, "grant_id": 1, "holder": "reseller:9", "serial": 7})
	k.row("reseller_events", map[string]any{"id": 12, "batch_id": 4, "reseller_id": 9})
	k.row("subscriptions", map[string]any{"id": 7, "plan_key": "home", "site_id": 2})
	k.row("customers", map[string]any{"id": 8, "site_id": 1, "number": "8"})
	k.row("invoices", map[string]any{"id": 10, "subscription_id": 7, "customer_id": 8})
	k.row("invoices", map[string]any{"id": 11, "of_id": 10, "customer_id": 8})
	k.row("invoices", map[string]any{"id": 13, "customer_id": 8})
	k.row("orders", map[string]any{"id": 20, "plan_key": "hour", "site_id": 1})
	k.row("receipts", map[string]any{"id": 21, "order_id": 20})
	late := noon.Add(12 * time.Hour) // the next day in Nairobi
	k.post("money in", "receipt:21", noon, to(ledger.TillClearing, "till:1", 5000), to(ledger.PrepaidService, "grant:1", -5000))
	k.post("service used", "grant:1", noon, to(ledger.PrepaidService, "grant:1", 5000), to(ledger.InternetSales, "", -5000))
	k.post("refund owed", "receipt:21:30", late, to(ledger.InternetSales, "", 700), to(ledger.RefundsPayable, "refund:30", -700))
	k.post("voucher earned", "grant:2", late, to(ledger.PrepaidService, "grant:2", 2000), to(ledger.InternetSales, "", -2000))
	k.post("voucher expired", "expiry:1", late, to(ledger.Vouchers, "batch:4", 300), to(ledger.Breakage, "", -300))
	k.post("reseller", "reseller:12", late, to(ledger.ResellerFloat, "reseller:9", 90), to(ledger.Breakage, "", -90))
	k.post("subscription used", "subscription:7:1", noon, to(ledger.PrepaidService, "grant:3", 40), to(ledger.InternetSales, "", -40))
	k.post("invoice", "invoice:10", noon, to(ledger.Receivables, "customer:8", 1160), to(ledger.InternetSales, "", -900), to(ledger.FeeIncome, "", -100), to(ledger.VATPayable, "", -160))
	k.post("credit note", "invoice:11", late, to(ledger.Receivables, "customer:8", -116), to(ledger.InternetSales, "", 100), to(ledger.VATPayable, "", 16))
	k.post("invoice", "invoice:13", noon, to(ledger.Receivables, "customer:8", 11), to(ledger.EquipmentSales, "", -11))
	k.post("reversal", "entry:1", noon, to(ledger.Bank, "", 3), to(ledger.FeeIncome, "", -3)) // nobody can tell of what this is
	k.post("receipt numbered", "receipt:21:9", noon, to(ledger.TillClearing, "till:1", 0), to(ledger.TillClearing, "till:1", 0))
	k.post("partner", "partner:1", noon, to(ledger.PartnerShares, "", 50), to(ledger.PartnersDue, "partner:6", -50))
	k.clock.Set(late)
	k.fold()
}

var both = Asked{First: clock.DayOf(noon), Last: clock.DayOf(noon) + 1}

// TestAllReportsOfRevenueTellTheSameMoney: by plan, by site and by way, each is the sum that the books say, and each sale is where it was made.
func TestAllReportsOfRevenueTellTheSameMoney(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &dayRow{}, &monthRow{}, &headRow{})
		k := keep(t, d)
		k.world()
		for by, want := range map[By]map[string]int64{
			ByPlan:     {"hour": 4300, "day": 2390, "home": 940, "": 14},
			BySite:     {"1": 4311, "2": 3330, "0": 3},
			ByWay:      {ByPhone: 4300, ByVoucher: 2390, ByAccount: 40, ByInvoice: 911, "": 3},
			ByReseller: {"9": 2090, "0": 5554},
		} {
			if got := k.earned(by, both); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("by %s %v is earned, want %v", by, got, want)
			}
		}
		var books int64
		for _, account := range accountsOf(ledger.Income) {
			b, err := k.books.Balance(t.Context(), account, "")
			if err != nil {
				t.Fatal(err)
			}
			books -= b.Cents
		}
		for _, by := range []By{ByPlan, BySite, ByWay, ByReseller, ByPartner} {
			sums, err := k.book.Earned(t.Context(), by, both)
			if err != nil || Total(sums) != books {
				t.Errorf("by %s %d is earned, the books say %d: %v", by, Total(sums), books, err)
			}
		}
		first, next := both, both
		first.Last, next.First = both.First, both.Last
		if one, two := k.earned(ByPlan, first), k.earned(ByPlan, next); one["hour"] != 5000 || two["hour"] != -700 {
			t.Error("a day's end moved money:", one, two)
		}
		seen := both
		if seen.Sites = []int64{2}; fmt.Sprint(k.earned(ByPlan, seen)) != fmt.Sprint(map[string]int64{"day": 2390, "home": 940}) {
			t.Error("of site 2 is seen", k.earned(ByPlan, seen))
		}
		if seen.Sites = []int64{}; len(k.earned(ByPlan, seen)) != 0 {
			t.Error("who may see no site sees", k.earned(ByPlan, seen))
		}
		if months := k.earned(ByPlan, MonthsUntil(both.Last, 3)); fmt.Sprint(months) != fmt.Sprint(k.earned(ByPlan, both)) {
			t.Error("by month it is", months)
		}
	})
}

// TestTaxesAndCashAreTheBooks: VAT less what was credited, and what came into each account.
func TestTaxesAndCashAreTheBooks(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		k := keep(t, d)
		k.world()
		taxes, err := k.book.Taxes(t.Context(), MonthsUntil(both.Last, 1))
		if err != nil || len(taxes) != 1 || taxes[0] != (Sum{"2026-11", ledger.VATPayable, 144}) {
			t.Error(taxes, err)
		}
		lines, err := k.book.Recurring(t.Context(), MonthsUntil(both.Last, 1))
		if err != nil || len(lines) != 1 || lines[0].Day != "2026-11" || lines[0].Cents != 840 { // used up 40, billed 900, credited 100; no fee, no equipment, no guest
			t.Error(lines, err)
		}
		spent, err := k.book.Spent(t.Context(), ByPartner, both)
		if err != nil || len(spent) != 1 || spent[0].Name != "6" || spent[0].Cents != -50 {
			t.Error(spent, err)
		}
		flows, err := k.book.CashFlow(t.Context(), both)
		if err != nil || fmt.Sprint(flows) != "[{2026-11-24 1000 3 0} {2026-11-24 1100 5000 0}]" {
			t.Error(flows, err)
		}
		later := Asked{First: both.Last, Last: both.Last}
		if flows, err = k.book.CashFlow(t.Context(), later); err != nil || len(flows) != 0 {
			t.Error(flows, err)
		}
	})
}

// TestTwoFoldersCountNothingTwice: two nodes fold at once, again and again, while entries come.
func TestTwoFoldersCountNothingTwice(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		k := keep(t, d)
		k.row("grants", map[string]any{"id": 1, "plan": "hour", "site_id": 1})
		for round := range 6 {
			for n := range 7 {
				k.post("service used", fmt.Sprint("grant:1:", round, ":", n), noon, to(ledger.PrepaidService, "grant:1", 10), to(ledger.InternetSales, "", -10))
			}
			k.clock.Advance(10 * time.Second)
			if err := k.books.Chain(t.Context()); err != nil {
				t.Fatal(err)
			}
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() {
					if err := New(d, k.books).Fold(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
		}
		if got := k.earned(ByPlan, both); got["hour"] != 420 {
			t.Error("42 sales of 10 cents are", got)
		}
		if head, err := k.book.head(t.Context()); err != nil || head != 42 {
			t.Error(head, err)
		}
		if wrong := k.wrong(); len(wrong) != 0 {
			t.Error(wrong)
		}
	})
}

// TestTheProofFindsWhatTheDaybookHides: a sum that was changed, one that is gone, one that nobody posted; and an entry that waits is none of these. A daybook
// that is emptied is folded again to the same.
func TestTheProofFindsWhatTheDaybookHides(t *testing.T) {
	harms := map[string]string{
		"changed":          "UPDATE daybook SET credit_cents = credit_cents + 1 WHERE kind = 'service used' AND account = '4000'",
		"counted twice":    "UPDATE daybook SET postings = postings * 2 WHERE kind = 'invoice' AND account = '2500'",
		"gone":             "DELETE FROM daybook WHERE kind = 'partner' AND account = '5210'",
		"never posted":     "INSERT INTO daybook VALUES ('4000', '2026-11-24', 'gift', '', 0, '', 0, 0, 0, 5, 1)",
		"of another day":   "UPDATE daybook SET day = '2026-10-01' WHERE kind = 'money in' AND account = '1100' AND day = '2026-11-24'",
		"of no day at all": "INSERT INTO daybook VALUES ('1000', '1999-01-01', 'money in', '', 0, '', 0, 0, 7, 0, 1)",
		"a month changed":  "UPDATE daybook_months SET debit_cents = debit_cents + 1 WHERE kind = 'invoice' AND account = '1200'",
		"a month gone":     "DELETE FROM daybook_months WHERE kind = 'partner'",
		"a month's own":    "INSERT INTO daybook_months VALUES ('9998', '2026-11', 'money in', '', 0, '', 0, 0, 7, 0, 1)",
		"of no account":    "INSERT INTO daybook VALUES ('9999', '2026-11-24', 'money in', '', 0, '', 0, 0, 7, 0, 1)",
	}
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		k := keep(t, d)
		k.world()
		right := fmt.Sprint(k.earned(ByPlan, both))
		k.post("money in", "receipt:99", k.clock.Now(), to(ledger.TillClearing, "till:1", 100), to(ledger.Suspense, "receipt:99", -100)) // not folded
		if wrong := k.wrong(); len(wrong) != 0 {
			t.Fatal("before any harm:", wrong)
		}
		for name, harm := range harms {
			k.exec(harm)
			if wrong := k.wrong(); len(wrong) == 0 {
				t.Error(name, "was not found")
			}
			k.exec("DELETE FROM daybook")
			k.exec("DELETE FROM daybook_months")
			k.exec("UPDATE daybook_heads SET seq = 0")
			k.fold()
			if wrong, now := k.wrong(), fmt.Sprint(k.earned(ByPlan, both)); len(wrong) != 0 || now != right {
				t.Error("folded again it is wrong:", wrong, now)
			}
		}
	})
}

func (k *kept) exec(statement string) {
	k.Helper()
	if _, err := k.d.SQL().Exec(statement); err != nil {
		k.Fatal(err)
	}
}

// TestAReportAsksForDaysThatAPageHolds: longer ones are refused.
func TestAReportAsksForDaysThatAPageHolds(t *testing.T) {
	day := clock.DayOf(noon)
	for _, c := range []struct {
		a  Asked
		ok bool
	}{{Asked{First: day, Last: day}, true}, {Asked{First: day, Last: day - 1}, false}, {Asked{First: day - LongestDays + 1, Last: day}, true}, {Asked{First: day - LongestDays, Last: day}, false},
		{MonthsUntil(day, LongestMonths), true}, {MonthsUntil(day, LongestMonths+2), false}} {
		if err := c.a.check(); (err == nil) != c.ok {
			t.Errorf("%s to %s: %v", c.a.First, c.a.Last, err)
		}
	}
	if spans := MonthsUntil(day, 3).Spans(); fmt.Sprint(spans) != "[2026-09 2026-10 2026-11]" {
		t.Error(spans)
	}
	if spans := (Asked{First: day, Last: day + 1}).Spans(); fmt.Sprint(spans) != "[2026-11-24 2026-11-25]" {
		t.Error(spans)
	}
	if names := Names([]Sum{{"a", "x", 1}, {"a", "y", 5}, {"b", "x", 2}, {"b", "z", 3}}); fmt.Sprint(names) != "[y x z]" {
		t.Error(names)
	}
}
