package app

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"mtandao/billing/accounts"
	"mtandao/billing/counter"
	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// paid has the demo's payments, and names a receipt and a payback of the first customer.
func (s *Stage) paid(t *testing.T, at map[string]int64) []string {
	t.Helper()
	if err := s.seedMoney(t.Context()); err != nil {
		t.Fatal(err)
	}
	who := s.customer(t)
	p, err := s.Main.Counter.AskPayback(t.Context(), counter.Payback{CustomerID: who.ID, Amount: money.Shillings(100), Reason: "paid twice"}, counter.By{Member: 1, Actor: "test"})
	if err != nil {
		t.Fatal(err)
	}
	at["paybacks"] = p.ID
	all, err := s.Main.Accounts.Events(t.Context(), who.ID, 0, 1)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	return []string{"/slips/:event", "/slips/" + number(all[0].ID)}
}

// bounced is the page of the customer whose cheque came back.
func (s *Stage) bounced(t *testing.T) string {
	t.Helper()
	who, err := s.Main.Customers.FindNow(t.Context(), demoTakings[3].phone)
	if err != nil {
		t.Fatal(err)
	}
	return "/office/customers/" + number(who.ID)
}

func TestMoneyAtTheCounter(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			if err := s.seedCustomers(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := s.seedLines(t.Context()); err != nil {
				t.Fatal(err)
			}
			cashier, manager, technician := s.hire(t, "till@demo.example", nil, "cashier"), s.hire(t, "boss@demo.example", nil, "manager"), s.hire(t, "pole@demo.example", nil, "technician")
			s.bringsALineBack(t, cashier)
			slip, who := s.paysByCheque(t, cashier, manager)
			s.bounces(t, cashier, manager, slip, who)
			s.givesBack(t, cashier, manager)
			s.countsTheDrawer(t, cashier, manager)
			at := "/office/customers/" + number(who.ID)
			for _, path := range []string{at + "/pay", at + "/statement", slip, "/office/cashier", "/office/cashier/day", "/office/money"} {
				technician.expect(technician.ask(http.MethodGet, path, nil), http.StatusForbidden)
			}
			technician.expect(technician.ask(http.MethodGet, at+"?tab=money", nil), http.StatusNotFound)
			if page := technician.ask(http.MethodGet, at, nil).body; strings.Contains(page, "Receive money") || strings.Contains(page, "Bills go to") {
				t.Error("a technician sees money")
			}
			local := s.hire(t, "ngong-till@demo.example", []int64{s.seeded.sites["ngong"].ID}, "cashier")
			local.expect(local.ask(http.MethodGet, at+"/pay", nil), http.StatusNotFound)
			local.expect(local.ask(http.MethodGet, slip, nil), http.StatusNotFound)
			if problems, err := s.Main.proofs().Prove(t.Context()); err != nil || len(problems) > 0 {
				t.Error(problems, err)
			}
		})
	}
}

func onceIn(t *testing.T, page string) string {
	t.Helper()
	found := onceField.FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("no request in %s", mainOf(page))
	}
	return found[1]
}

// bringsALineBack: Kiptoo's line ran out three days ago; the page says that it comes back, and it does.
func (s *Stage) bringsALineBack(t *testing.T, cashier *colleague) {
	t.Helper()
	cashier.expect(cashier.ask(http.MethodGet, "/office/cashier", nil), http.StatusOK, "You have taken no money today")
	cashier.expect(cashier.ask(http.MethodGet, "/office/cashier?q=zzzz", nil), http.StatusOK, "Nobody found")
	cashier.expect(cashier.ask(http.MethodGet, "/office/cashier?q=Cheruiyot", nil), http.StatusOK, "Kiptoo Cheruiyot")
	found := cashier.ask(http.MethodGet, "/office/cashier?q=0711+200+004", nil)
	cashier.expect(found, http.StatusSeeOther)
	page := cashier.ask(http.MethodGet, found.location, nil)
	cashier.expect(page, http.StatusOK, "Money from Kiptoo Cheruiyot", "Withholding-tax certificate")
	form := url.Values{"once": {onceIn(t, page.body)}, "amount": {"lots"}, "how": {"cash"}, "note": {"in coins"}}
	cashier.expect(cashier.send(found.location, form), http.StatusBadRequest, "in coins")
	form.Set("amount", "2,600")
	cashier.expect(cashier.send(found.location, form), http.StatusOK, "Take KES 2,600 from Kiptoo Cheruiyot?", "Home 10", "Comes back on", "Stays as credit", "KES 100")
	who := s.named(t, "0711 200 004")
	if has, err := s.Main.Accounts.Balances(t.Context(), []int64{who.ID}); err != nil || !has[who.ID].IsZero() {
		t.Error("looking took money", has, err)
	}
	form.Set("do", "change")
	cashier.expect(cashier.send(found.location, form), http.StatusOK, `value="2,600"`, "in coins")
	form.Set("do", "take")
	taken := cashier.send(found.location, form)
	cashier.expect(taken, http.StatusSeeOther)
	if again := cashier.send(found.location, form); again.location != taken.location {
		t.Errorf("sent twice: %s and %s", taken.location, again.location)
	}
	cashier.expect(cashier.ask(http.MethodGet, taken.location, nil), http.StatusOK, "RC-"+who.Number+"-1", "Home 10", "KES 2,500", "Credit now", "KES 100", "KES 2,600", "till@demo.example", "Next customer")
	for _, typed := range []string{"", "RC-", "rc-"} {
		if found := cashier.ask(http.MethodGet, "/office/search?q="+typed+who.Number+"-1", nil); found.location != taken.location {
			t.Errorf("the receipt's number %s leads to %q", typed, found.location)
		}
	}
	cashier.expect(cashier.ask(http.MethodGet, "/office/search?q="+who.Number+"-2", nil), http.StatusOK) // a renewal, and no receipt
	cashier.expect(cashier.ask(http.MethodGet, "/office/customers/"+number(who.ID)+"?tab=account", nil), http.StatusOK, "Paid at the counter", "&#43;KES 2,600", "Renewed", "-KES 2,500")
	cashier.expect(cashier.ask(http.MethodGet, "/office/cashier", nil), http.StatusOK, "Kiptoo Cheruiyot", "KES 2,600")
}

func (s *Stage) named(t *testing.T, typed string) customers.Customer {
	t.Helper()
	c, err := s.Main.Customers.FindNow(t.Context(), typed)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// paysByCheque: an invoice is written by hand, looked at with its taxes, issued, and paid before an older one.
func (s *Stage) paysByCheque(t *testing.T, cashier, manager *colleague) (slip string, who customers.Customer) {
	t.Helper()
	who = s.named(t, "0722 600 100")
	at := "/office/customers/" + number(who.ID)
	first := s.writesByHand(t, cashier, at)
	second := s.writesByHand(t, cashier, at)
	page := cashier.ask(http.MethodGet, at+"/pay", nil)
	cashier.expect(page, http.StatusOK, `value="48,000"`, "INV-", "KES 24,000 open")
	form := url.Values{"once": {onceIn(t, page.body)}, "amount": {"30,000"}, "how": {"cheque"}, "reference": {"000117"}, "named": {second}}
	cashier.expect(cashier.send(at+"/pay", form), http.StatusBadRequest, "Write the bank of the cheque", "000117")
	form.Set("bank", "KCB")
	seen := cashier.send(at+"/pay", form)
	cashier.expect(seen, http.StatusOK, "KCB 000117", "KES 18,000 is left", "Paid")
	form.Set("do", "take")
	taken := cashier.send(at+"/pay", form)
	cashier.expect(taken, http.StatusSeeOther)
	for id, open := range map[string]int64{first: 18_000_00, second: 0} {
		if d, err := s.Main.Invoices.Get(t.Context(), idOf(t, id)); err != nil || d.Open != open {
			t.Errorf("%s: %d open, want %d (%v)", d.Text(), d.Open, open, err)
		}
	}
	form.Set("once", "another")
	cashier.expect(cashier.send(at+"/pay", form), http.StatusConflict, "has been entered already")
	cashier.expect(cashier.send(taken.location+"/return", url.Values{"reason": {"x"}}), http.StatusForbidden)
	return taken.location, who
}

// writesByHand writes one invoice of two lines and issues it.
func (s *Stage) writesByHand(t *testing.T, cashier *colleague, at string) string {
	t.Helper()
	page := cashier.ask(http.MethodGet, at+"/invoice", nil)
	cashier.expect(page, http.StatusOK, "Write an invoice for Mwangaza Hardware Ltd", "Price of one")
	form := url.Values{"once": {onceIn(t, page.body)}, "kind": {"invoice"}, "inclusive": {"true"}, "name0": {"Cabling"}, "quantity0": {"none"}, "price0": {"12,400"}, "supply0": {"labour"}}
	cashier.expect(cashier.send(at+"/invoice", form), http.StatusBadRequest, "Write how many", "Cabling")
	form.Set("quantity0", "1")
	form.Set("name1", "Router <b>hAP</b>")
	form.Set("quantity1", "2")
	form.Set("price1", "5,800")
	form.Set("supply1", "equipment")
	cashier.expect(cashier.send(at+"/invoice", form), http.StatusOK, "KES 24,000 to Mwangaza Hardware Ltd?", "2 × Router &lt;b&gt;hAP&lt;/b&gt;", "Issue it now", "Keep it as a draft")
	form.Set("do", "issue")
	made := cashier.send(at+"/invoice", form)
	cashier.expect(made, http.StatusSeeOther)
	if again := cashier.send(at+"/invoice", form); again.location != made.location {
		t.Errorf("written twice: %s, %s", made.location, again.location)
	}
	cashier.expect(cashier.ask(http.MethodGet, made.location, nil), http.StatusOK, "INV-", "KES 24,000", "Open")
	return strings.TrimPrefix(made.location, "/office/invoices/")
}

// bounces: the manager takes the cheque back; what it paid is open, the receipt says so, and the customer promises.
func (s *Stage) bounces(t *testing.T, cashier, manager *colleague, slip string, who customers.Customer) {
	t.Helper()
	manager.expect(manager.send(slip+"/return", url.Values{"reason": {" "}}), http.StatusBadRequest, "Say why the money goes back")
	manager.expect(manager.send(slip+"/return", url.Values{"reason": {"refer to drawer"}}), http.StatusSeeOther)
	manager.expect(manager.send(slip+"/return", url.Values{"reason": {"again"}}), http.StatusSeeOther)
	cashier.expect(cashier.ask(http.MethodGet, slip, nil), http.StatusOK, "Went back", "refer to drawer")
	at := "/office/customers/" + number(who.ID)
	cashier.expect(cashier.ask(http.MethodGet, at+"?tab=money", nil), http.StatusOK, "KES 48,000", "Went back", "KCB 000117")
	promise := url.Values{"until": {"tomorrow"}, "amount": {"48,000"}, "who": {"Mrs. Auma"}, "note": {"by bank"}}
	cashier.expect(cashier.send(at+"/promise", promise), http.StatusBadRequest, "A promise runs until", "Mrs. Auma")
	promise.Set("until", (clock.DayOf(s.Main.Plan.Now()) + 5).String())
	cashier.expect(cashier.send(at+"/promise", promise), http.StatusSeeOther)
	cashier.expect(cashier.ask(http.MethodGet, at+"?tab=money", nil), http.StatusOK, "Promised until", "Mrs. Auma", "by bank", "Holds")
	cashier.expect(cashier.send(at+"/treat", url.Values{"vip": {"true"}}), http.StatusForbidden)
	manager.expect(manager.send(at+"/treat", url.Values{"vip": {"true"}, "review": {"true"}}), http.StatusSeeOther)
	manager.expect(manager.ask(http.MethodGet, at, nil), http.StatusOK, "only reminded when late", "drafts are looked at", "14 days", "Special treatment")
	statement := cashier.ask(http.MethodGet, at+"/statement", nil)
	cashier.expect(statement, http.StatusOK, "Statement of account", "INV-", "Paid at the counter", "Payment went back", "Owed at the end", "KES 48,000")
	owed, err := s.Main.Ledger.Balance(t.Context(), "1200", "customer:"+number(who.ID))
	if err != nil || owed.Cents != 48_000_00 {
		t.Error("the books say", owed, err)
	}
	cashier.expect(cashier.ask(http.MethodGet, at+"/statement?from=2026-12-31&until=2026-01-01", nil), http.StatusBadRequest, `value="2026-12-31"`)
	cashier.expect(cashier.ask(http.MethodGet, "/office/money?rail=cheque&who="+who.Number, nil), http.StatusOK, "Money from Mwangaza Hardware Ltd", "KES 30,000", "-KES 30,000", "refer to drawer")
}

// givesBack: credit goes back by two persons, and is among the refunds until it is paid.
func (s *Stage) givesBack(t *testing.T, cashier, manager *colleague) {
	t.Helper()
	who := s.named(t, "0711 200 004") // has KES 100
	at := "/office/customers/" + number(who.ID)
	cashier.expect(cashier.send(at+"/payback", url.Values{"amount": {"50"}, "reason": {"x"}}), http.StatusForbidden)
	manager.expect(manager.send(at+"/payback", url.Values{"amount": {"500"}, "reason": {"paid too much"}}), http.StatusBadRequest, "at most KES 100", "paid too much")
	manager.expect(manager.send(at+"/payback", url.Values{"amount": {"60"}, "reason": {"paid too much"}}), http.StatusSeeOther)
	open, err := s.Main.Counter.OpenPaybacks(t.Context(), counter.Asked, nil, 100)
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	one := s.takenBack(t, manager, at, open[0].ID)
	if open, err = s.Main.Counter.OpenPaybacks(t.Context(), counter.Asked, nil, 100); err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	manager.expect(manager.ask(http.MethodGet, "/office/refunds", nil), http.StatusOK, "paid too much", "Kiptoo Cheruiyot", "Waits for approval")
	manager.expect(manager.send(one+"/decide", url.Values{"how": {"yes"}}), http.StatusSeeOther)
	if p, err := s.Main.Counter.PaybackByID(t.Context(), open[0].ID); err != nil || p.State != counter.Asked {
		t.Error("who asked approved it", p, err)
	}
	second := s.hire(t, "second@demo.example", nil, "manager")
	second.expect(second.send(one+"/decide", url.Values{"how": {"yes"}}), http.StatusSeeOther)
	cashier.expect(cashier.send(one+"/pay", url.Values{"how": {"bank"}}), http.StatusBadRequest, "Write the number of the transfer")
	cashier.expect(cashier.send(one+"/pay", url.Values{"how": {"cash"}}), http.StatusSeeOther)
	cashier.expect(cashier.send(one+"/pay", url.Values{"how": {"cash"}}), http.StatusSeeOther) // told on the next page
	manager.expect(manager.ask(http.MethodGet, at+"?tab=money", nil), http.StatusOK, "Paid back", "KES 40")
}

// takenBack has who asked for a payback take it back, which another cannot, and ask anew; it names the new one.
func (s *Stage) takenBack(t *testing.T, manager *colleague, at string, id int64) string {
	t.Helper()
	cancel := "/office/paybacks/" + number(id) + "/cancel"
	another := s.hire(t, "another@demo.example", nil, "manager")
	manager.expect(manager.ask(http.MethodGet, "/office/refunds", nil), http.StatusOK, cancel)
	if strings.Contains(another.ask(http.MethodGet, "/office/refunds", nil).body, cancel) {
		t.Error("another is offered to take it back")
	}
	if got := another.send(cancel, nil); got.status != http.StatusSeeOther || !strings.Contains(got.told, "payback.not_yours") {
		t.Errorf("another takes it back: %d, %s", got.status, got.told)
	}
	another.expect(another.ask(http.MethodGet, "/office/refunds", nil), http.StatusOK, "paid too much")
	manager.expect(manager.ask(http.MethodGet, cancel, nil), http.StatusOK, "the credit stays where it is", "KES 60")
	manager.expect(manager.send(cancel, nil), http.StatusSeeOther)
	manager.expect(manager.send(at+"/payback", url.Values{"amount": {"60"}, "reason": {"paid too much"}}), http.StatusSeeOther)
	manager.expect(manager.ask(http.MethodGet, at+"?tab=money", nil), http.StatusOK, "Taken back", "Waits for approval")
	open, err := s.Main.Counter.OpenPaybacks(t.Context(), counter.Asked, nil, 100)
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	return "/office/paybacks/" + number(open[0].ID)
}

// countsTheDrawer: cash from customers and a reseller, less what was paid back, is what should be there.
func (s *Stage) countsTheDrawer(t *testing.T, cashier, manager *colleague) {
	t.Helper()
	seller := s.seller(t)
	cashier.expect(cashier.send("/office/resellers/"+number(seller)+"/do/payin", url.Values{"once": {"float1"}, "amount": {"1,000"}}), http.StatusSeeOther)
	page := cashier.ask(http.MethodGet, "/office/cashier/day", nil)
	cashier.expect(page, http.StatusOK, "Not counted yet", "Cash taken: KES 3,600. Cash given: KES 60", "Float of a reseller", "Credit paid back", "KES 30,000")
	seen := regexp.MustCompile(`name="seen" value="([0-9 ]+)"`).FindStringSubmatch(page.body)
	if seen == nil {
		t.Fatal(mainOf(page.body))
	}
	count := url.Values{"seen": {"0 0 0"}, "float": {"500"}, "counted": {"4,000"}, "note": {""}}
	cashier.expect(cashier.send("/office/cashier/day", count), http.StatusConflict, "Cash has moved", `value="4,000"`)
	count.Set("seen", seen[1])
	cashier.expect(cashier.send("/office/cashier/day", count), http.StatusBadRequest, "The difference is -KES 40")
	count.Set("note", "a torn note")
	cashier.expect(cashier.send("/office/cashier/day", count), http.StatusSeeOther)
	cashier.expect(cashier.ask(http.MethodGet, "/office/cashier/day", nil), http.StatusOK, "KES 40 is missing", "a torn note", "KES 4,040")
	member, err := s.Main.Staff.MemberByEmail(t.Context(), "till@demo.example")
	if err != nil {
		t.Fatal(err)
	}
	other := "/office/cashier/day?who=" + number(member.ID)
	manager.expect(manager.ask(http.MethodGet, other, nil), http.StatusOK, "Test till@demo.example", "KES 40 is missing")
	boss, err := s.Main.Staff.MemberByEmail(t.Context(), "boss@demo.example")
	if err != nil {
		t.Fatal(err)
	}
	cashier.expect(cashier.ask(http.MethodGet, "/office/cashier/day?who="+number(boss.ID), nil), http.StatusNotFound)
	if _, err := s.Main.Accounts.TakeAtCounter(t.Context(), accounts.Taking{Request: "later", CustomerID: s.named(t, "0733 118 904").ID, How: accounts.ByCash, Amount: money.Shillings(70)}, accounts.By{Actor: "till@demo.example"}); err != nil {
		t.Fatal(err)
	}
	cashier.expect(cashier.ask(http.MethodGet, "/office/cashier/day", nil), http.StatusOK, "Cash moved since the count")
}
