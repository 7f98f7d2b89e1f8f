package app

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// customer is the first of the demo's, who has an identity paper.
func (s *Stage) customer(t *testing.T) customers.Customer {
	t.Helper()
	if err := s.seedCustomers(context.Background()); err != nil {
		t.Fatal(err)
	}
	found, err := s.Main.Customers.FindNow(context.Background(), demoCustomers[0].phone)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// branch is an account that is a part of another, which pays for it.
func (s *Stage) branch(t *testing.T, parentID int64) (part customers.Customer) {
	t.Helper()
	err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) (err error) {
		part, err = s.Main.Customers.Create(tx, customers.Customer{Name: "The Branch", ParentID: parentID, ParentPays: true}, nil, customers.By{Actor: "test"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return part
}

func TestCustomersFromTheConsole(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { customerStory(t, stageOn(t, dialect, 1)) })
	}
}

// typedCustomer is a form as somebody fills it in.
func (s *Stage) typedCustomer(name, phone string) url.Values {
	return url.Values{"name": {name}, "kind": {"person"}, "segment": {"home"}, "language": {"sw"}, "site": {number(s.seeded.sites["kasarani"].ID)}, "contact-0": {phone}, "bills-0": {"true"},
		"address_kind-0": {"premises"}, "area-0": {"Kasarani"}, "place-0": {"-1.2189, 36.9102"}, "bill_day": {"5"}, "payment_days": {"14"}, "tags": {"fibre, VIP"}}
}

var accountNumber = regexp.MustCompile(`[1-9][0-9]{2} [0-9]{4}`)

func customerStory(t *testing.T, s *Stage) {
	first := s.customer(t)
	support, manager, cashier := s.hire(t, "support@demo.example", nil, "support"), s.hire(t, "manager@demo.example", nil, "manager"), s.hire(t, "cashier@demo.example", nil, "cashier")
	form := s.typedCustomer("Jane Akinyi", "0799 555 001")
	form.Set("paper", "national")
	form.Set("paper_number", "31 245 678")
	form.Set("old_numbers", "JA-0001\nJA-0002\n")
	for field, wrong := range map[string][2]string{"name": {"", "Write a name"}, "contact-0": {"0712", "too short"}, "pin": {"X1", "A KRA PIN is"}, "place-0": {"36.9, -1.2", "Write the coordinates"}, "bill_day": {"32", "from 1 to 31"},
		"payment_days": {"soon", "0 to 120"}, "paper_number": {"x", "Choose the paper"}, "parent": {"nobody", "no such customer"}, "old_numbers": {first.Number, "leads to another customer"}, "site": {"0", "Choose a site"}} {
		bad := url.Values{}
		for k, v := range form {
			bad[k] = v
		}
		bad.Set(field, wrong[0])
		if field == "site" {
			bad.Set("site", "77")
			here := s.hire(t, "kasarani@demo.example", []int64{s.seeded.sites["kasarani"].ID}, "support")
			here.expect(here.send("/office/customers/new", bad), http.StatusBadRequest, wrong[1])
			continue
		}
		got := support.send("/office/customers/new", bad)
		if got.status != http.StatusBadRequest && got.status != http.StatusNotFound && got.status != http.StatusConflict || !strings.Contains(got.body, wrong[1]) {
			t.Errorf("%s answers %d without %q\n%s", field, got.status, wrong[1], mainOf(got.body))
		}
		if field != "contact-0" && !strings.Contains(got.body, `value="0799 555 001"`) {
			t.Errorf("%s: what was typed is lost", field)
		}
	}
	made := support.send("/office/customers/new", form)
	support.expect(made, http.StatusSeeOther)
	at := made.location
	page := support.ask(http.MethodGet, at, nil)
	support.expect(page, http.StatusOK, "Jane Akinyi", "0799 555 001", "JA-0001", "Kasarani", "fibre, vip", "National ID", "Customer made")
	if strings.Contains(page.body, "31245678") || strings.Contains(page.body, "Show the ID number") {
		t.Error("support sees an identity number")
	}
	cashier.expect(cashier.send("/office/customers/new", form), http.StatusForbidden)
	support.expect(support.send(at+"/identity", nil), http.StatusForbidden)
	manager.expect(manager.send(at+"/identity", nil), http.StatusOK, "31245678")
	manager.expect(manager.ask(http.MethodGet, at+"?tab=history", nil), http.StatusOK, "Identity paper looked at", "manager@demo.example")
	support.expect(support.send(at+"/notes", url.Values{"note": {""}}), http.StatusBadRequest, "Write a note")
	support.expect(support.send(at+"/notes", url.Values{"note": {"Gate code <b>4411</b>"}}), http.StatusSeeOther)
	cashier.expect(cashier.ask(http.MethodGet, at, nil), http.StatusOK, "Gate code &lt;b&gt;4411&lt;/b&gt;")
	s.changes(t, support, at, form)
	s.merges(t, support, manager, at)
	s.findsCustomers(t, cashier, first)
}

// changes edits a customer twice from the same page: the second is told.
func (s *Stage) changes(t *testing.T, support *colleague, at string, form url.Values) {
	t.Helper()
	form.Del("paper_number")
	form.Del("old_numbers")
	form.Set("name", "Jane Akinyi Odhiambo")
	form.Set("version", "1")
	form.Set("contact-1", "Jane@Example.com")
	support.expect(support.send(at+"/edit", form), http.StatusSeeOther)
	support.expect(support.ask(http.MethodGet, at, nil), http.StatusOK, "Jane Akinyi → Jane Akinyi Odhiambo", "jane@example.com", "JA-0002")
	support.expect(support.send(at+"/edit", form), http.StatusConflict, "Somebody else changed this customer", "Jane Akinyi Odhiambo")
}

// merges makes somebody a second time, who is warned, and merges the two; asked twice.
func (s *Stage) merges(t *testing.T, support, manager *colleague, at string) {
	t.Helper()
	again := s.typedCustomer("Akinyi Jane", "0799 555 001")
	warned := support.send("/office/customers/new", again)
	support.expect(warned, http.StatusConflict, "This may be Jane Akinyi Odhiambo", "the same phone", "It is somebody else: save", `value="0799 555 001"`)
	key := regexp.MustCompile(`name="alike" value="([0-9 ]+)"`).FindStringSubmatch(warned.body)
	if key == nil {
		t.Fatal(mainOf(warned.body))
	}
	again.Set("alike", key[1])
	double := support.send("/office/customers/new", again)
	support.expect(double, http.StatusSeeOther)
	support.expect(support.ask(http.MethodGet, double.location+"/merge", nil), http.StatusForbidden)
	manager.expect(manager.ask(http.MethodGet, double.location+"/merge", nil), http.StatusOK, "Jane Akinyi Odhiambo", "the same phone")
	number := accountNumber.FindString(mainOf(manager.ask(http.MethodGet, at, nil).body))
	goes := accountNumber.FindString(mainOf(manager.ask(http.MethodGet, double.location, nil).body))
	manager.expect(manager.send(double.location+"/merge", url.Values{"into": {"nobody"}}), http.StatusNotFound, "no such customer")
	manager.expect(manager.send(double.location+"/merge", url.Values{"into": {goes}}), http.StatusBadRequest, "cannot be merged into itself")
	manager.expect(manager.send(double.location+"/merge", url.Values{"into": {number}}), http.StatusOK, "This cannot be undone", "Type "+goes)
	manager.expect(manager.send(double.location+"/merge", url.Values{"into": {number}, "asked": {"1"}, "confirm": {number}}), http.StatusBadRequest, "the number of the account that goes")
	done := manager.send(double.location+"/merge", url.Values{"into": {number}, "asked": {"1"}, "confirm": {"acc " + goes}})
	if done.status != http.StatusBadRequest { // only the number itself
		t.Errorf("answered %d", done.status)
	}
	stays, gone := s.numbered(t, number), s.numbered(t, goes)
	if _, err := s.Main.Accounts.TakeAtCounter(t.Context(), accounts.Taking{CustomerID: gone.ID, Amount: money.Shillings(300), How: accounts.ByCash, Request: "test:1"}, accounts.By{Actor: "test"}); err != nil {
		t.Fatal(err)
	}
	manager.expect(manager.send(double.location+"/merge", url.Values{"into": {number}, "asked": {"1"}, "confirm": {goes}}), http.StatusSeeOther)
	if has, err := s.Main.Accounts.Balances(t.Context(), []int64{stays.ID, gone.ID}); err != nil || has[stays.ID] != money.Shillings(300) || !has[gone.ID].IsZero() {
		t.Error("the credit did not move:", has, err)
	}
	if problems, err := s.Main.proofs().Prove(t.Context()); err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
	manager.expect(manager.ask(http.MethodGet, double.location, nil), http.StatusOK, "Merged", "Go to who took it over")
	if got := manager.ask(http.MethodGet, "/office/search?q="+url.QueryEscape("ACC "+goes), nil); got.location != at {
		t.Errorf("the old number leads to %d %q, not %s", got.status, got.location, at)
	}
	manager.expect(manager.send(at+"/close", nil), http.StatusSeeOther)
	manager.expect(manager.ask(http.MethodGet, at, nil), http.StatusOK, "Closed", "Open again")
	manager.expect(manager.send(at+"/reopen", nil), http.StatusSeeOther)
}

// findsCustomers looks through the list as one types, by filters, and as a table.
func (s *Stage) findsCustomers(t *testing.T, cashier *colleague, first customers.Customer) {
	t.Helper()
	for query, want := range map[string][2]string{"?q=wanj": {"Wanjiku Kamau", "Faith Chebet"}, "?q=" + first.Number: {"Wanjiku Kamau", "Faith Chebet"}, "?q=BRK-0012": {"Wanjiku Kamau", "Faith"},
		"?segment=business": {"Mwangaza Hardware", "Wanjiku Kamau"}, "?tag=vip": {"Savanna Logistics Ltd", "Wanjiku Kamau"}, "?q=zzz": {"Nobody is like that", "Wanjiku"}, "?state=merged": {"Akinyi Jane", "Wanjiku"}} {
		got := cashier.ask(http.MethodGet, "/office/customers"+query, nil)
		cashier.expect(got, http.StatusOK, want[0])
		if strings.Contains(got.body, want[1]) {
			t.Errorf("%s shows %s too", query, want[1])
		}
	}
	manager := s.hire(t, "takes@demo.example", nil, "manager")
	table := manager.send("/office/customers/export?segment=business", nil)
	manager.expect(table, http.StatusOK, `"number","name",`, "Mwangaza Hardware Ltd", "0722 600 100")
	if strings.Contains(table.body, "Wanjiku") {
		t.Error("the table has more than the list")
	}
	cashier.expect(cashier.send("/office/customers/export", nil), http.StatusForbidden)
	elsewhere := s.hire(t, "ngong@demo.example", []int64{s.seeded.sites["ngong"].ID}, "manager")
	list := elsewhere.ask(http.MethodGet, "/office/customers", nil)
	elsewhere.expect(list, http.StatusOK, "Ngong Market Cyber")
	if strings.Contains(list.body, "Wanjiku") {
		t.Error("a customer of another site is shown")
	}
	elsewhere.expect(elsewhere.ask(http.MethodGet, "/office/customers/"+number(first.ID), nil), http.StatusNotFound)
	if theirs := elsewhere.send("/office/customers/export", nil); strings.Contains(theirs.body, "Wanjiku") || !strings.Contains(theirs.body, "Ngong") {
		t.Error("the table of somebody of one site:", theirs.body)
	}
}

func (s *Stage) numbered(t *testing.T, typed string) customers.Customer {
	t.Helper()
	c, err := s.Main.Customers.FindNow(t.Context(), typed)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestDaysToPayOfEverybodyAreShown: who has none of their own is not shown as due at once, who pays on the day of the bill is, and the day they came is written as every other.
func TestDaysToPayOfEverybodyAreShown(t *testing.T) {
	s := openStage(t, 1)
	manager, form := s.hire(t, "manager@demo.example", nil, "manager"), s.typedCustomer("Jane Akinyi", "0799 555 001")
	form.Set("payment_days", "")
	made := manager.send("/office/customers/new", form)
	manager.expect(made, http.StatusSeeOther)
	came := s.numbered(t, "0799555001").CreatedAt.In(clock.Nairobi)
	page := manager.ask(http.MethodGet, made.location, nil)
	manager.expect(page, http.StatusOK, "14 days", came.Format("02.01.2006"), "A subscription gives a customer a plan")
	if strings.Contains(page.body, "0 days") || strings.Contains(mainOf(page.body), came.Format("2006-01-02")+"<") {
		t.Error(mainOf(page.body))
	}
	form = s.typedCustomer("Pays At Once", "0799 555 002")
	form.Set("payment_days", "0")
	made = manager.send("/office/customers/new", form)
	manager.expect(manager.ask(http.MethodGet, made.location, nil), http.StatusOK, "0 days")
}
