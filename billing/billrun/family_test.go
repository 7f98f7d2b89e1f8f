package billrun

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
)

// child is an account that is a part of another, which pays for it.
func (w *town) child(parent customers.Customer, name string) customers.Customer {
	w.Helper()
	c := customers.Customer{Kind: customers.Person, Name: name, BillDay: parent.BillDay, ParentID: parent.ID, ParentPays: true}
	w.in(func(tx *db.Tx) (err error) {
		c, err = w.Customers.Create(tx, c, nil, customers.By{Actor: "clerk"})
		return err
	})
	return c
}

func (w *town) choose(parentID int64, one bool) {
	w.Helper()
	if _, err := w.invoices.ChooseBills(context.Background(), parentID, one, invoices.By{Actor: "clerk"}); err != nil {
		w.Fatal(err)
	}
}

// billsOf are all documents of a customer that are seen, the oldest first, with their lines.
func (w *town) billsOf(customerID int64) (all []invoices.Document) {
	w.Helper()
	list, err := w.invoices.Newest(context.Background(), invoices.Filter{CustomerID: customerID}, 0, 1000)
	if err != nil {
		w.Fatal(err)
	}
	for _, d := range slices.Backward(list) {
		if d, err = w.invoices.Get(context.Background(), d.ID); err != nil {
			w.Fatal(err)
		}
		all = append(all, d)
	}
	return all
}

// wantBills compares a customer's documents: the day and state, the total, and each share of it.
func (w *town) wantBills(what string, customerID int64, want ...string) {
	w.Helper()
	var got []string
	for _, d := range w.billsOf(customerID) {
		text := fmt.Sprint(d.Period.From, " ", d.State, " ", money.KES(d.Gross))
		for _, one := range d.Shares() {
			whose, _, _ := strings.Cut(one.Whose, ",")
			text += fmt.Sprintf("; %s %d: %s", whose, len(one.Lines), money.KES(one.Gross))
		}
		got = append(got, text)
	}
	if !slices.Equal(got, want) {
		w.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestOneBillOfAFamily: from the period after the choice on, what an account pays for is on one bill, by whose line it is; what was billed before stays as it was; a change that is
// dated back is credited on the next one; whoever pays themselves has their own; and back again likewise.
func TestOneBillOfAFamily(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.rate(taxes.VAT, 1600, 1, 0)
		w.sells("month", 3100, nil)
		w.sells("big", 6200, nil)
		w.sells("week", 701, func(p *plans.Plan) { p.Terms.Interval.Unit = plans.Week })
		school := w.customer(1)
		if _, err := w.invoices.ChooseBills(ctx, school.ID, true, invoices.By{Actor: "clerk"}); fault.KeyOf(err) != "family.no_parts" {
			t.Error(err)
		}
		amina, brian := w.child(school, "Amina"), w.child(school, "Brian")
		self := customers.Customer{Kind: customers.Person, Name: "Chege", BillDay: 1, ParentID: school.ID}
		w.in(func(tx *db.Tx) (err error) {
			self, err = w.Customers.Create(tx, self, nil, customers.By{Actor: "clerk"})
			return err
		})
		w.line(school.ID, "month", time.Time{}, nil)
		w.line(brian.ID, "month", time.Time{}, nil)
		line := w.line(amina.ID, "month", time.Time{}, nil)
		w.line(amina.ID, "month", time.Time{}, nil)
		w.line(self.ID, "month", time.Time{}, nil)
		w.until(clock.Date(2026, 2, 1)) // billed at six
		w.choose(school.ID, true)
		w.line(brian.ID, "big", time.Time{}, nil) // a period of before
		w.until(clock.Date(2026, 2, 3))
		before := []string{"2026-01-01 issued KES 3,100", "2026-01-01 issued KES 3,100", "2026-01-01 issued KES 3,100", "2026-01-01 issued KES 3,100",
			"2026-02-01 issued KES 3,100", "2026-02-01 issued KES 3,100", "2026-02-01 issued KES 3,100", "2026-02-01 issued KES 3,100", "2026-02-01 issued KES 6,200"}
		w.wantBills("what was begun before", school.ID, before...)
		w.must(w.Lines.ChangePlan(ctx, line.ID, subscriptions.Change{PlanKey: "big", At: clock.Date(2026, 2, 15).Start()}, office))
		w.until(clock.Date(2026, 3, 1))
		march := "2026-03-01 issued KES 23,250;  1: KES 3,100; Amina 5: KES 10,850; Brian 2: KES 9,300"
		w.wantBills("one bill", school.ID, append(before, march)...)
		w.wantBills("who pays himself", self.ID, "2026-01-01 issued KES 3,100", "2026-02-01 issued KES 3,100", "2026-03-01 issued KES 3,100")
		if again := w.bills(); again != (invoices.Drafted{}) {
			t.Error("a second run did", again)
		}
		w.choose(school.ID, false)
		w.until(clock.Date(2026, 4, 1))
		w.wantBills("many again", school.ID, append(before, march, "2026-04-01 issued KES 3,100", "2026-04-01 issued KES 3,100", "2026-04-01 issued KES 6,200", "2026-04-01 issued KES 3,100", "2026-04-01 issued KES 6,200")...)
		w.prove()
	})
}

// TestOneBillIsCredited: what is credited of one bill is of its lines by what each was charged; a later change takes no more of a line than is left of it; a late certificate takes each
// line's taxes back once; what is written off counts; and the books say what each line earned.
func TestOneBillIsCredited(t *testing.T) {
	each(t, func(w *town) {
		ctx, by := context.Background(), invoices.By{Actor: "clerk"}
		w.rate(taxes.VAT, 1600, 1, 0)
		w.sells("month", 3101, func(p *plans.Plan) { p.Terms.Inclusive = false })
		w.sells("big", 6203, func(p *plans.Plan) { p.Terms.Inclusive = false })
		school := w.customer(1)
		amina, brian := w.child(school, "Amina"), w.child(school, "Brian")
		w.choose(school.ID, true)
		w.clock.Set(clock.Date(2026, 1, 31).Start().Add(9 * time.Hour))
		one, two := w.line(amina.ID, "month", clock.Date(2026, 2, 1).Start(), nil), w.line(brian.ID, "big", clock.Date(2026, 2, 1).Start(), nil)
		w.until(clock.Date(2026, 2, 1))
		w.wantBills("the first", school.ID, "2026-02-01 issued KES 10,792; Amina 2: KES 3,597; Brian 2: KES 7,195")
		bill := w.billsOf(school.ID)[0]
		note, err := w.invoices.Credit(ctx, invoices.CreditNote{Request: "part", InvoiceID: bill.ID, Amount: money.KES(5_396_00), Why: "half a month"}, by)
		if err != nil {
			t.Fatal(err)
		}
		var shares []string
		for _, share := range note.Shares() {
			shares = append(shares, fmt.Sprint(share.Whose[:5], " ", money.KES(-share.Gross)))
		}
		if want := []string{"Amina KES 1,798.47", "Brian KES 3,597.53"}; !slices.Equal(shares, want) {
			t.Error("the note says", shares)
		}
		w.must(w.Lines.ChangePlan(ctx, one.ID, subscriptions.Change{PlanKey: "big", At: clock.Date(2026, 2, 1).Start()}, office))
		w.must(w.Lines.End(ctx, two.ID, subscriptions.Ending{At: clock.Date(2026, 2, 1).Start(), Reason: "never began"}, office))
		w.until(clock.Date(2026, 3, 1))
		march := w.billsOf(school.ID)[2]
		var lines []string
		for _, l := range march.Lines {
			where := march.Of(l).Line
			lines = append(lines, fmt.Sprint(where[len(where)-1:], " ", l.Key, " ", money.KES(l.Gross)))
		}
		if got, want := strings.Join(lines, "; "), "2 plan KES 7,195.48; 2 plan -KES 3,597.16; 2 plan KES 7,195.48; 2 rounding KES 0.20; 3 plan -KES 7,195.48; 3 credited KES 3,597.53; 3 rounding -KES 0.05"; got != want {
			t.Error(got)
		}
		if sum, _ := w.owes(school.ID); sum != 12_592_00 { // twice 7,195.48 for Amina's line, less 1,798.47
			t.Error("all bills come to", sum)
		}
		if left, err := w.invoices.Creditable(ctx, bill); err != nil || left.Cents < 0 {
			t.Error(left, err)
		}
		w.certifies(school.ID)
		if _, vat := w.owes(school.ID); vat != 0 {
			t.Error("taxes are left:", vat)
		}
		if err := w.invoices.WriteOff(ctx, march.ID, "gone", by); err != nil {
			t.Error(err)
		}
		w.prove()
	})
}

// certifies writes down late that a customer pays no taxes, and has them credited, twice.
func (w *town) certifies(customerID int64) {
	w.Helper()
	w.in(func(tx *db.Tx) error {
		c, err := w.Customers.GetTx(tx, customerID)
		if err == nil {
			c.TaxExempt, c.ExemptCertificate = true, "KRA/1"
			_, err = w.Customers.Save(tx, c, customers.By{Actor: "clerk"})
		}
		return err
	})
	_, sum := w.back(customerID)
	if err := w.creditsTaxes(customerID, sum); err != nil {
		w.Error(err)
	}
	if all, _ := w.back(customerID); len(all) > 0 {
		w.Error("twice:", all)
	}
}

// TestDeathAtEachWriteBillsAFamilyOnce: whichever write is the last of whoever bills a family, the next run makes its one bill, once.
func TestDeathAtEachWriteBillsAFamilyOnce(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("month", 3100, nil)
		school := w.customer(1)
		for n := range 3 {
			w.line(w.child(school, fmt.Sprint("Part ", n)).ID, "month", clock.Date(2026, 2, 1).Start(), nil)
		}
		w.choose(school.ID, true)
		today := clock.Date(2026, 2, 1)
		w.clock.Set(today.Start().Add(6 * time.Hour))
		dying, kills := testdb.NewKiller(w, w.DB), 0
		for ; ; kills++ {
			dying.Once(kills)
			before := dying.Deaths()
			_, err := w.invoices.Run(ctx, today, w.Source, invoices.RunOptions{})
			if err == nil {
				_, err = w.invoices.Issue(ctx)
			}
			dying.Spare()
			if err == nil && dying.Deaths() == before {
				break
			}
		}
		if t.Log(kills, "deaths"); kills < 10 {
			t.Error("only", kills, "deaths")
		}
		w.wantBills("once", school.ID, "2026-02-01 issued KES 9,300; Part 0 1: KES 3,100; Part 1 1: KES 3,100; Part 2 1: KES 3,100")
		w.prove()
	})
}

// TestThreeWorkersBillFamiliesOnce: three workers who die again and again bill families that are behind by months while their choices change: each line's period is billed once, and each
// family has one bill of each day, with all of its lines.
func TestThreeWorkersBillFamiliesOnce(t *testing.T) {
	each(t, func(w *town) {
		ctx, today := context.Background(), clock.Date(2026, 4, 1)
		w.sells("month", 3001, nil)
		var families []customers.Customer
		const parts = 3
		for range 4 {
			parent := w.customer(1)
			families = append(families, parent)
			w.line(parent.ID, "month", clock.Date(2026, 2, 1).Start(), nil)
			for n := range parts - 1 {
				w.line(w.child(parent, fmt.Sprint("Part ", n)).ID, "month", clock.Date(2026, 2, 1).Start(), nil)
			}
			w.choose(parent.ID, true)
		}
		w.clock.Set(today.Start())
		var all sync.WaitGroup
		died := dying{Source: w.Source}
		for range 3 {
			all.Go(func() {
				for range 5 {
					_, err := w.invoices.Run(ctx, today, &died, invoices.RunOptions{Workers: 2})
					if err == nil {
						_, err = w.invoices.Issue(ctx)
					}
					if err != nil && !fault.Is(err, fault.Unavailable) {
						t.Error(err)
					}
				}
			})
		}
		for _, parent := range families[:2] {
			all.Go(func() { w.choose(parent.ID, false) }) // of tomorrow
		}
		all.Wait()
		w.bills()
		for _, parent := range families {
			part := "; Part 0 1: KES 3,001; Part 1 1: KES 3,001"
			var want []string
			for _, month := range []string{"02", "03", "04"} {
				want = append(want, "2026-"+month+"-01 issued KES 9,003;  1: KES 3,001"+part)
			}
			w.wantBills("behind", parent.ID, want...)
		}
		w.prove()
	})
}

// TestATamperedPartIsNamed: whoever changes whose a part of a bill is, or onto which bill it belongs, is found by the audit.
func TestATamperedPartIsNamed(t *testing.T) {
	each(t, func(w *town) {
		ctx := context.Background()
		w.sells("month", 3100, nil)
		school := w.customer(1)
		w.line(w.child(school, "Amina").ID, "month", clock.Date(2026, 2, 1).Start(), nil)
		w.choose(school.ID, true)
		w.until(clock.Date(2026, 3, 1))
		w.prove()
		for _, change := range []string{"whose = 'Brian, 7'", "child_id = child_id + 1", "bill_id = bill_id + 1"} {
			column, _, _ := strings.Cut(change, " ")
			if _, err := w.DB.SQL().Exec("CREATE TABLE kept AS SELECT * FROM invoice_parts"); err != nil {
				t.Fatal(err)
			}
			if _, err := w.DB.SQL().Exec("UPDATE invoice_parts SET " + change); err != nil {
				t.Fatal(err)
			}
			found := 0
			if err := w.invoices.Audit(ctx, func(string) { found++ }); err != nil || found == 0 {
				t.Errorf("%s: %d found, %v", change, found, err)
			}
			for _, back := range []string{"UPDATE invoice_parts SET " + column + " = (SELECT k." + column + " FROM kept k WHERE k.part_id = invoice_parts.part_id)", "DROP TABLE kept"} {
				if _, err := w.DB.SQL().Exec(back); err != nil {
					t.Fatal(err)
				}
			}
		}
		w.prove()
	})
}
