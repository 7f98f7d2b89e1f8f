package app

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/counter"
	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/sim/safaricom"
)

// TestAPaybackGoesByMPesaFromTheOffice: two members decide, a third presses, and the customer has it on the phone, once, whatever Safaricom does.
func TestAPaybackGoesByMPesaFromTheOffice(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) { paybackStory(t, stageOn(t, dialect, 1)) })
	}
}

func paybackStory(t *testing.T, s *Stage) {
	asks, approves, pays := s.hire(t, "asha.m@demo.example", nil, "manager"), s.hire(t, "juma.m@demo.example", nil, "manager"), s.hire(t, "pendo@demo.example", nil, "cashier")
	var who customers.Customer
	if err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) (err error) {
		who, err = s.Main.Customers.Create(tx, customers.Customer{Name: "Neema", SiteID: s.seeded.sites["kasarani"].ID}, []customers.Contact{{Kind: customers.ByPhone, Value: "254712000777"}}, customers.By{Actor: "test"})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	owed := func(request, shillings string, amount int64) string {
		t.Helper()
		if _, err := s.Main.Accounts.TakeAtCounter(t.Context(), accounts.Taking{Request: request, CustomerID: who.ID, How: accounts.ByCash, Amount: money.Shillings(amount)}, accounts.By{Actor: "test"}); err != nil {
			t.Fatal(err)
		}
		done(t, asks.press("/office/customers/"+number(who.ID)+"/payback", "/payback", url.Values{"amount": {shillings}, "reason": {"moves away"}}))
		open, err := s.Main.Counter.OpenPaybacks(t.Context(), counter.Asked, nil, 10)
		if err != nil || len(open) != 1 {
			t.Fatal(open, err)
		}
		at := "/office/paybacks/" + number(open[0].ID)
		if page := approves.ask(http.MethodGet, at+"/decide", nil); !strings.Contains(page.body, "it can only go to 0712 000 777") {
			t.Error("who decides is not told which phone")
		}
		done(t, approves.press(at+"/decide", "/decide", url.Values{"how": {"yes"}}))
		return at
	}
	shows := func(at string, wants ...string) {
		t.Helper()
		until(t, 15*time.Second, "shown "+wants[0], func() bool { return strings.Contains(pays.ask(http.MethodGet, at, nil).body, wants[0]) })
		for page, n := pays.ask(http.MethodGet, at, nil), 0; n < len(wants); n++ {
			if page.status != http.StatusOK || !strings.Contains(page.body, wants[n]) {
				t.Errorf("%s answers %d and does not say %q", at, page.status, wants[n])
			}
		}
	}
	at := owed("a", "40", 40)
	shows("/office/refunds", at+"/send", "Send by M-Pesa")
	s.Safaricom.SetFaults(safaricom.Faults{DoubleSentBack: true})
	done(t, pays.press(at+"/send", "/send", nil))
	shows(at+"/send", "It went back", "paid out to the phone")
	if gone := s.Safaricom.SentBack(); len(gone) != 1 || gone[0].Phone != "254712000777" || gone[0].Cents != 40_00 {
		t.Fatalf("went: %+v", gone)
	}

	s.Safaricom.SetFaults(safaricom.Faults{NoRoles: true})
	at = owed("b", "50", 50)
	done(t, pays.press(at+"/send", "/send", nil))
	shows(at+"/send", "Refused, nothing moved")
	s.Safaricom.SetFaults(safaricom.Faults{})
	done(t, pays.press(at+"/send", "/send", nil)) // the operator has the role now
	shows(at+"/send", "It went back")

	at = owed("c", "60000", 60_000) // more than the code has to pay out
	done(t, pays.press(at+"/send", "/send", nil))
	shows(at+"/send", "Refused, nothing moved")
	done(t, pays.press(at+"/pay", "/pay", url.Values{"how": {"bank"}, "reference": {"FT 100"}}))

	for request, faults := range map[string]safaricom.Faults{"d": {LoseSentBack: true}, "e": {SentBackTimeout: true}, "f": {DropSendBack: true, LoseSentBack: true}} {
		s.Safaricom.SetFaults(faults)
		before := len(s.Safaricom.SentBack())
		at = owed(request, "70", 70)
		done(t, pays.press(at+"/send", "/send", nil))
		until(t, 15*time.Second, "asked", func() bool { return len(s.Safaricom.SentBack()) == before+1 })
		shows("/office/refunds", "Going back by M-Pesa")
		form := pays.ask(http.MethodGet, at+"/stays", nil)
		key := fieldShape.FindStringSubmatch(form.body[strings.LastIndex(form.body, "<form"):])
		for _, path := range []string{"/send", "/stays", "/went", "/pay"} {
			got := pays.ask(http.MethodPost, at+path, url.Values{key[1]: {key[2]}, "how": {"cash"}, "reference": {"SKP0000001"}})
			if len(s.Safaricom.SentBack()) != before+1 || !strings.Contains(pays.ask(http.MethodGet, "/office/refunds", nil).body, at+"/send") {
				t.Errorf("%s moved something: %d", path, got.status)
			}
		}
	}
	if held, err := s.Main.Ledger.Balance(context.Background(), ledger.PayoutCodes, ""); err != nil || held.Cents != -90_00 {
		t.Errorf("the code that pays out is at %v: %v", held, err)
	}
	verifyBooks(t, s.Main)
}
