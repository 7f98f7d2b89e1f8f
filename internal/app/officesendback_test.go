package app

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/billing/railbook"
	"mtandao/internal/sim/safaricom"
)

// TestARefundGoesBackByMPesaFromTheOffice: two members decide, a third presses, and the payer has the money back: by reversal; where the operator may not, paid
// out to the phone that paid; and while M-Pesa is silent nobody can pay it once more.
func TestARefundGoesBackByMPesaFromTheOffice(t *testing.T) {
	s := openStage(t, 1)
	asks, approves, pays := s.hire(t, "asha.m@demo.example", nil, "manager"), s.hire(t, "juma.m@demo.example", nil, "manager"), s.hire(t, "pendo@demo.example", nil, "cashier")
	owed := func(mac string) (at, receipt string) {
		t.Helper()
		order, _ := s.bought(t, "kasarani-1", mac)
		receipt = "/office/receipts/" + s.receiptOf(t, order)
		done(t, asks.press(receipt+"/refund", "/refund", url.Values{"amount": {"10"}, "reason": {"slow"}}))
		open, err := s.Main.Billing.OpenRefunds(context.Background(), "asked", nil)
		if err != nil || len(open) != 1 {
			t.Fatal(open, err)
		}
		at = "/office/refunds/" + number(open[0].ID)
		done(t, approves.press(at+"/decide", "/decide", url.Values{"how": {"yes"}}))
		return at, receipt
	}
	at, receipt := owed("02a1b2c3d4aa")
	if page := pays.ask(http.MethodGet, receipt, nil); !strings.Contains(page.body, at+"/send") || !strings.Contains(page.body, "Send by M-Pesa") {
		t.Error("it is not offered to be sent")
	}
	done(t, pays.press(at+"/send", "/send", nil))
	until(t, 15*time.Second, "back", func() bool { return strings.Contains(pays.ask(http.MethodGet, receipt, nil).body, "Paid back") })
	gone := s.Safaricom.SentBack()
	if len(gone) != 1 || gone[0].Of == "" || gone[0].Cents != 10_00 {
		t.Fatalf("went back: %+v", gone)
	}
	if page := pays.ask(http.MethodGet, at+"/send", nil); page.status != http.StatusOK || !strings.Contains(page.body, gone[0].Receipt) || !strings.Contains(page.body, "It went back") {
		t.Errorf("told %d", page.status)
	}
	if got := pays.send(at+"/pay", url.Values{"how": {"cash"}, "reference": {""}}); got.status != http.StatusBadRequest && got.status != http.StatusConflict {
		t.Errorf("in cash as well: %d", got.status)
	}

	s.chargedFor(t, gone[0].Receipt)
	for _, path := range []string{receipt, at + "/send"} {
		if page := pays.ask(http.MethodGet, path, nil); !strings.Contains(page.body, "M-Pesa charged KES 27") {
			t.Errorf("%s does not tell the charge: %d", path, page.status)
		}
	}
	if page := pays.ask(http.MethodGet, receipt, nil); !strings.Contains(page.body, "How it went") {
		t.Error("the way to what M-Pesa said is not there")
	}
	s.Safaricom.SetFaults(safaricom.Faults{LoseSentBack: true})
	at, receipt = owed("02a1b2c3d4ab")
	done(t, pays.press(at+"/send", "/send", nil))
	until(t, 15*time.Second, "asked", func() bool { return len(s.Safaricom.SentBack()) == 2 })
	if page := pays.ask(http.MethodGet, receipt, nil); !strings.Contains(page.body, "Going back by M-Pesa") || strings.Contains(page.body, at+"/pay") {
		t.Error("it is offered to be paid while it may be on its way")
	}
	form := pays.ask(http.MethodGet, at+"/stays", nil)
	key := fieldShape.FindStringSubmatch(form.body[strings.LastIndex(form.body, "<form"):])
	for _, path := range []string{"/send", "/stays", "/pay"} {
		got := pays.ask(http.MethodPost, at+path, url.Values{key[1]: {key[2]}, "how": {"cash"}, "reference": {""}})
		if len(s.Safaricom.SentBack()) != 2 || !strings.Contains(pays.ask(http.MethodGet, receipt, nil).body, "Going back by M-Pesa") {
			t.Errorf("%s moved something: %d", path, got.status)
		}
	}
	verifyBooks(t, s.Main)
}

// chargedFor has M-Pesa's statement say that it took 27 shillings for something.
func (s *Stage) chargedFor(t *testing.T, receipt string) {
	t.Helper()
	text := s.tillStatement(t, receipt+",03-03-2027 10:15:20,03-03-2027 10:15:19,Reversal Charge,Completed,,-27.00,9000.00,true,Reversal Charge,600100 - BARAKA,,")
	if a, err := s.Main.RailBook.Take(t.Context(), strings.NewReader(text), 0, railbook.By{Actor: "test"}); err != nil || a.Fees != 27_00 {
		t.Fatalf("%+v, %v", a, err)
	}
	fees, err := s.Main.Ledger.Balance(t.Context(), ledger.RailFees, "")
	if err != nil || fees.Cents != 27_00 {
		t.Errorf("the books have %v of payment fees: %v", fees, err)
	}
}
