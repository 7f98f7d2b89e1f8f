package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mtandao/billing/counter"
	"mtandao/billing/ledger"
	"mtandao/billing/partners"
	"mtandao/internal/clock"
	"mtandao/internal/sim/safaricom"
)

// TestALandlordIsPaidByMPesa: two members decide, a third presses, and the landlord has it on the phone, and on the statement; while M-Pesa is silent nobody pays it
// another way or drops it.
func TestALandlordIsPaidByMPesa(t *testing.T) {
	s := openStage(t, 1)
	s.seller(t)
	m, id := s.Main, s.landlord(t)
	mzee, err := m.Partners.Get(t.Context(), id)
	if mzee.Share = 10_000; err == nil {
		_, err = m.Partners.Save(t.Context(), mzee, partners.By{Actor: "test"})
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, mac := range []string{"02a1b2c3d4ad", "02a1b2c3d4ae"} {
		s.bought(t, "kasarani-1", mac)
	}
	tomorrow := partners.New(partners.Options{DB: m.DB, Keys: m.Keys, Clock: clock.NewManual(m.Clock.Now().Add(25 * time.Hour)), Ledger: m.Ledger, Sales: []partners.Sales{m.Billing, m.Vouchers}})
	if err := tomorrow.Share(t.Context()); err != nil {
		t.Fatal(err)
	}
	asks, approves, pays := s.hire(t, "asks@demo.example", nil, "manager"), s.hire(t, "approves@demo.example", nil, "manager"), s.hire(t, "pays@demo.example", nil, "cashier")
	at, phone := "/office/partners/"+number(id), mzee.Phone.Local()
	decided := func() string {
		t.Helper()
		asks.expect(asks.send(at+"/payout", url.Values{"amount": {"10"}, "note": {"rent"}}), http.StatusSeeOther)
		open, err := m.Partners.OpenPayouts(t.Context(), counter.Asked)
		if err != nil || len(open) != 1 {
			t.Fatal(open, err)
		}
		one := "/office/payouts/" + number(open[0].ID)
		approves.expect(approves.ask(http.MethodGet, one+"/decide", nil), http.StatusOK, "By M-Pesa it can only go to "+phone)
		approves.expect(approves.send(one+"/decide", url.Values{"how": {"yes"}}), http.StatusSeeOther)
		return one
	}
	one := decided()
	pays.expect(pays.ask(http.MethodGet, at, nil), http.StatusOK, one+"/send", one+"/pay")
	k := s.kiosk(t)
	k.sends("/share/in", "/share/in", url.Values{"phone": {demoLandlord}, "pin": {demoPIN}}, "Mzee Kamau", "KES 10 is to be paid to you.")
	done(t, pays.press(one+"/send", "/send", nil))
	until(t, 15*time.Second, "paid", func() bool { return strings.Contains(pays.ask(http.MethodGet, one+"/send", nil).body, "It went back") })
	gone := s.Safaricom.SentBack()
	if len(gone) != 1 || gone[0].Phone != string(mzee.Phone) || gone[0].Cents != 10_00 {
		t.Fatalf("went: %+v", gone)
	}
	k.opens("/share", "Paid to you by M-Pesa", gone[0].Receipt, "-KES 10")
	pays.expect(pays.ask(http.MethodGet, at, nil), http.StatusOK, "How it went", gone[0].Receipt)

	s.Safaricom.SetFaults(safaricom.Faults{LoseSentBack: true})
	one = decided()
	done(t, pays.press(one+"/send", "/send", nil))
	until(t, 15*time.Second, "asked", func() bool { return len(s.Safaricom.SentBack()) == 2 })
	k.opens("/share", "KES 10 is on its way to "+phone+" by M-Pesa.")
	pays.expect(pays.ask(http.MethodGet, at, nil), http.StatusOK, "On its way by M-Pesa", "See how far it is")
	form := pays.ask(http.MethodGet, one+"/stays", nil)
	key := fieldShape.FindStringSubmatch(form.body[strings.LastIndex(form.body, "<form"):])
	for _, path := range []string{"/send", "/stays", "/went", "/pay", "/decide"} {
		got := pays.ask(http.MethodPost, one+path, url.Values{key[1]: {key[2]}, "how": {map[bool]string{true: "no", false: "cash"}[path == "/decide"]}, "reference": {"SKP0000001"}})
		if len(s.Safaricom.SentBack()) != 2 || !strings.Contains(pays.ask(http.MethodGet, at, nil).body, "On its way by M-Pesa") {
			t.Errorf("%s moved something: %d", path, got.status)
		}
	}
	approves.expect(approves.send(one+"/decide", url.Values{"how": {"no"}}), http.StatusSeeOther)
	approves.expect(approves.ask(http.MethodGet, at, nil), http.StatusOK, "On its way by M-Pesa")
	if held, err := m.Ledger.Balance(t.Context(), ledger.PayoutCodes, ""); err != nil || held.Cents != -10_00 {
		t.Errorf("the code that pays out is at %v: %v", held, err)
	}
	verifyBooks(t, m)
}
