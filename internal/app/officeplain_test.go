package app

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/words"
)

// TestAnInvoiceThatIsNotLateIsNotCalledLate: its page says what comes if it is not paid, and nothing at all where nothing comes; of its customer the list says that it is not paid yet, and with a part
// of theirs what they owe together.
func TestAnInvoiceThatIsNotLateIsNotCalledLate(t *testing.T) {
	s := openStage(t, 1)
	id, _ := s.invoiced(t)
	d, err := s.Main.Invoices.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	owner := s.hire(t, "billing@demo.example", nil, "owner")
	at, customer := "/office/invoices/"+number(id), "/office/customers/"+number(d.CustomerID)
	says := func(path string, want, never string) {
		t.Helper()
		page := owner.ask(http.MethodGet, path, nil)
		if page.status != http.StatusOK || !strings.Contains(page.body, want) || strings.Contains(page.body, never) {
			t.Errorf("%s says not %q, or %q: %d %s", path, want, never, page.status, page.body)
		}
	}
	says(at, "If it is not paid", "Late payment")
	says(at, "3 days before the due day", "Next, if nothing is paid")
	says(customer, "Not paid yet", "Late payment")
	if err := s.Main.Invoices.SaveSteps(t.Context(), "", nil, invoices.By{Actor: "test"}); err != nil {
		t.Fatal(err)
	}
	says(at, d.Text(), "If it is not paid")
	says(at, d.Text(), "no further step")
	says(customer, d.Text(), "What they owe together")
	branch := s.branch(t, d.CustomerID)
	page := owner.ask(http.MethodGet, customer, nil).body
	_, family, _ := strings.Cut(page, "What they owe together")
	if !strings.Contains(family, "The Branch") || !strings.Contains(family, "Billed to this account") || strings.Count(family, money.KES(d.Open).String()) < 4 { // its own and the sum, not late, and in all
		t.Error(page)
	}
	says(customer+"/bills", "On the bills of this account", "On its own bills")
	parent, err := s.Main.Customers.Get(t.Context(), d.CustomerID)
	if err == nil {
		branch, err = s.Main.Customers.Get(t.Context(), branch.ID)
	}
	if err == nil {
		err = s.Main.Customers.MoveBillDay(t.Context(), branch.ID, parent.BillDay%28+1, parent.BillWeekday, branch.Version, customers.By{Actor: "test"})
	}
	if err != nil {
		t.Fatal(err)
	}
	moves := fmt.Sprintf("/office/customers/%d/billday?bill_day=%d&amp;bill_weekday=%d", branch.ID, parent.BillDay, parent.BillWeekday)
	says(customer+"/bills", moves, "parts are billed on other days")
	says(customer+"/bills", "One part is billed on another day than this account", "On its own bills")
	says(strings.ReplaceAll(moves, "&amp;", "&"), fmt.Sprintf(`value="%d"`, parent.BillDay), "weather")
	owner.expect(owner.send(customer+"/bills", url.Values{"bills": {"two"}}), http.StatusBadRequest, "Choose one bill, or many")
	owner.expect(owner.send("/office/customers/"+number(branch.ID)+"/bills", url.Values{"bills": {"one"}}), http.StatusNotFound)
	owner.expect(owner.send(customer+"/bills", url.Values{"bills": {"one"}}), http.StatusSeeOther)
	says(customer, "gets for what it pays for: A bill for each line. From "+words.DateOf("en", clock.DayOf(s.Main.Plan.Now())+1)+" on: One bill for all lines.", `value="two"`)
	renewals := "/office/customers/" + number(branch.ID) + "/renewals"
	says(renewals, "At most in a month", "Used this month")
	owner.expect(owner.send(renewals, url.Values{"most": {"many"}}), http.StatusBadRequest, `value="many"`)
	owner.expect(owner.send(customer+"/renewals", url.Values{"most": {"1"}}), http.StatusNotFound)
	owner.expect(owner.send(renewals, url.Values{"most": {"1,500"}}), http.StatusSeeOther)
	says(renewals, "KES 1,500", `value="many"`)
	says("/office/customers/"+number(branch.ID), "for up to KES 1,500 in a month; KES 0 of that is used", `value="many"`)
}

// TestDaysOfACertificateAreDaysAsPeopleSayThem: and an end that there is not is left out.
func TestDaysOfACertificateAreDaysAsPeopleSayThem(t *testing.T) {
	s := openStage(t, 1)
	c := s.customer(t)
	err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error {
		now, err := s.Main.Customers.GetTx(tx, c.ID)
		if err != nil {
			return err
		}
		now.TaxExempt, now.ExemptCertificate, now.ExemptFrom = true, "KRA/EXM/1", "2026-03-09"
		_, err = s.Main.Customers.Save(tx, now, customers.By{Actor: "test"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	page := s.hire(t, "billing@demo.example", nil, "owner").ask(http.MethodGet, "/office/customers/"+number(c.ID), nil)
	if !strings.Contains(page.body, "<dd>09.03.2026</dd>") || !strings.Contains(page.body, "Valid from: – → 09.03.2026 · Pays no tax: – → Yes") || strings.Contains(page.body, "Valid until") {
		t.Error(page.body)
	}
}

// TestARefundIsNotOfferedOutOfTurn: a page that is opened late, or again, says how it stands instead of asking for what cannot be done.
func TestARefundIsNotOfferedOutOfTurn(t *testing.T) {
	s := openStage(t, 1)
	order, _ := s.bought(t, "kasarani-1", "02a1b2c3d4aa")
	_, refund := s.refunding(t, order)
	at, pays, approves := "/office/refunds/"+refund, s.hire(t, "pays@demo.example", nil, "cashier"), s.hire(t, "approves@demo.example", nil, "manager")
	for _, page := range []string{"/pay", "/send", "/stays"} {
		if got := pays.ask(http.MethodGet, at+page, nil); got.status != http.StatusSeeOther || !strings.HasPrefix(got.location, "/office/receipts/") {
			t.Errorf("%s of a refund that nobody approved yet: %d to %q: %s", page, got.status, got.location, got.body)
		}
	}
	done(t, approves.press(at+"/decide", "/decide", url.Values{"how": {"yes"}}))
	for _, page := range []string{"/decide", "/cancel"} {
		if got := approves.ask(http.MethodGet, at+page, nil); got.status != http.StatusSeeOther {
			t.Errorf("%s of one that is decided: %d %s", page, got.status, got.body)
		}
	}
	pays.expect(pays.ask(http.MethodGet, at+"/pay", nil), http.StatusOK, "KES 10 is owed")
}

// TestNobodyIsMovedWhoHasTodaysPrice: where no subscriber has an older price the page says so, and has no button.
func TestNobodyIsMovedWhoHasTodaysPrice(t *testing.T) {
	s := openStage(t, 1)
	if err := s.seedLines(t.Context()); err != nil {
		t.Fatal(err)
	}
	owner := s.hire(t, "billing@demo.example", nil, "owner")
	page := owner.ask(http.MethodGet, "/office/plans/"+s.idOf(t, kindPlan, "home-30")+"/reprice", nil)
	if page.status != http.StatusOK || !strings.Contains(page.body, "Nobody has an older price") || strings.Contains(page.body, "Move them") {
		t.Error(page.status, page.body)
	}
}
