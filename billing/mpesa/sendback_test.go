package mpesa_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/money"
	"mtandao/internal/sim/safaricom"
)

func (m *market) back(way billing.SendBackWay, receipt, originator string, shillings int64) (string, string, error) {
	return m.SendBack(m.t.Context(), m.paybill, billing.SendBackOrder{Way: way, Receipt: receipt, Phone: customers.Phone(wanjiku), Amount: money.Shillings(shillings),
		Originator: originator, ResultURL: m.merchant.URL + "/in/b/1", TimeoutURL: m.merchant.URL + "/in/d/1"})
}

func (m *market) wentBack() billing.StatusResult {
	m.t.Helper()
	r, err := m.ReadSentBack(m.sent("/in/b/1"))
	if err != nil {
		m.t.Fatal(err)
	}
	return r
}

func (m *market) payIn(shillings int64) string {
	m.t.Helper()
	receipt, err := m.sim.PayBill(context.Background(), wanjiku, "174379", "A", shillings*100)
	if err != nil {
		m.t.Fatal(err)
	}
	return receipt
}

func TestAReceiptIsReversedOnce(t *testing.T) {
	m := openMarket(t, false)
	receipt, before := m.payIn(10), m.sim.Balance(wanjiku)
	originator, conversation, err := m.back(billing.ByReversal, receipt, "", 10)
	if err != nil || originator == "" || conversation == "" {
		t.Fatal(originator, conversation, err)
	}
	r := m.wentBack()
	gone := m.sim.SentBack()
	if r.Verdict.State != billing.VerdictPaid || r.ConversationID != conversation || r.OriginatorID != originator || len(gone) != 1 || r.Receipt != gone[0].Receipt || gone[0].Of != receipt {
		t.Errorf("%+v, %+v", r, gone)
	}
	if got := m.sim.Balance(wanjiku); got != before+10_00 {
		t.Errorf("wanjiku has %d, had %d", got, before)
	}
	if s := m.ask(m.paybill, receipt); s.Verdict.Reason != billing.ReasonReversed {
		t.Errorf("the receipt is %+v", s)
	}
	if _, _, err := m.back(billing.ByReversal, receipt, "", 10); err != nil {
		t.Fatal(err)
	}
	if r := m.wentBack(); r.Verdict.State != billing.VerdictUnknown || r.Verdict.Reason != billing.ReasonReversed || r.Verdict.Code != "R000001" || len(m.sim.SentBack()) != 1 {
		t.Errorf("once more: %+v", r)
	}
}

func TestAPayoutIsTakenOnceForItsOriginator(t *testing.T) {
	m := openMarket(t, false)
	before := m.sim.Balance(wanjiku)
	if originator, conversation, err := m.back(billing.ByPayout, "SKO1ABC2DE", "mtandao-1", 50); err != nil || originator != "mtandao-1" || conversation == "" {
		t.Fatal(originator, conversation, err)
	}
	first := m.wentBack()
	if first.Verdict.State != billing.VerdictPaid || first.OriginatorID != "mtandao-1" || first.Receipt != m.sim.SentBack()[0].Receipt {
		t.Errorf("%+v", first)
	}
	if originator, conversation, err := m.back(billing.ByPayout, "SKO1ABC2DE", "mtandao-1", 50); err != nil || originator != "mtandao-1" || conversation != "" {
		t.Errorf("again: %s %s %v", originator, conversation, err)
	}
	if got := m.sim.Balance(wanjiku); got != before+50_00 {
		t.Errorf("wanjiku has %d, had %d", got, before)
	}
	err := m.AskSentBack(t.Context(), m.paybill, billing.SendBackOrder{Way: billing.ByPayout, Originator: "mtandao-1", ResultURL: m.merchant.URL + "/in/s/1", TimeoutURL: m.merchant.URL + "/in/d/1"})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := m.ReadStatus(m.sent("/in/s/1")); err != nil || s.Verdict.State != billing.VerdictPaid || s.Receipt != first.Receipt || s.Amount != money.Shillings(50) {
		t.Errorf("asked: %+v %v", s, err)
	}
	if err := m.AskSentBack(t.Context(), m.paybill, billing.SendBackOrder{Way: billing.ByPayout, Originator: "mtandao-2", ResultURL: m.merchant.URL + "/in/s/1", TimeoutURL: m.merchant.URL + "/in/d/1"}); err != nil {
		t.Fatal(err)
	}
	if s, err := m.ReadStatus(m.sent("/in/s/1")); err != nil || s.Verdict.State == billing.VerdictPaid {
		t.Errorf("asked about another: %+v %v", s, err)
	}
}

func TestMoneyThatDoesNotGoBack(t *testing.T) {
	m := openMarket(t, false)
	receipt := m.payIn(10)
	for name, c := range map[string]struct {
		way       billing.SendBackWay
		receipt   string
		shillings int64
		code      string
	}{
		"unknown receipt":  {billing.ByReversal, "SKO1ABC2DE", 10, "R000002"},
		"another amount":   {billing.ByReversal, receipt, 9, "24"},
		"too little":       {billing.ByPayout, receipt, 9, "2"},
		"too much":         {billing.ByPayout, receipt, 250_001, "3"},
		"more than is had": {billing.ByPayout, receipt, 5_000, "1"},
	} {
		if _, _, err := m.back(c.way, c.receipt, "mtandao-"+strings.ReplaceAll(name, " ", "-"), c.shillings); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if r := m.wentBack(); r.Verdict.State != billing.VerdictFailed || r.Verdict.Code != c.code {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if gone := m.sim.SentBack(); len(gone) != 0 {
		t.Errorf("gone: %+v", gone)
	}
}

// TestWhenItWentBackItIsNeverRefused: whatever becomes of the answer, money that went back is not said to have stayed.
func TestWhenItWentBackItIsNeverRefused(t *testing.T) {
	for name, faults := range map[string]safaricom.Faults{"dropped": {DropSendBack: true, LoseSentBack: true}, "timed out": {SentBackTimeout: true}, "lost": {LoseSentBack: true}, "doubled": {DoubleSentBack: true}} {
		for _, way := range []billing.SendBackWay{billing.ByReversal, billing.ByPayout} {
			m := openMarket(t, false)
			receipt := m.payIn(10)
			m.sim.SetFaults(faults)
			_, _, err := m.back(way, receipt, "mtandao-1", 10)
			var refused *billing.Refused
			if errors.As(err, &refused) || (err != nil) != faults.DropSendBack {
				t.Errorf("%s, %s: %v", name, way, err)
			}
			if n := len(m.sim.SentBack()); n != 1 {
				t.Errorf("%s, %s: %d went back", name, way, n)
			}
		}
	}
	m := openMarket(t, false)
	m.sim.SetFaults(safaricom.Faults{Busy: true})
	_, _, err := m.back(billing.ByPayout, "SKO1ABC2DE", "mtandao-1", 10)
	var refused *billing.Refused
	if !errors.As(err, &refused) || refused.Reason != billing.ReasonRailBusy || len(m.sim.SentBack()) != 0 {
		t.Errorf("busy: %v", err)
	}
}

func TestOrdersThatNeverLeave(t *testing.T) {
	m := openMarket(t, false)
	for name, change := range map[string]func(*billing.Till, *billing.SendBackOrder){
		"no operator":    func(t *billing.Till, _ *billing.SendBackOrder) { t.Initiator = "" },
		"no certificate": func(t *billing.Till, _ *billing.SendBackOrder) { t.Certificate = "x" },
		"an address":     func(_ *billing.Till, o *billing.SendBackOrder) { o.ResultURL = "https://mpesa.example/in/b/1" },
		"cents":          func(_ *billing.Till, o *billing.SendBackOrder) { o.Amount.Cents = 10_50 },
		"nothing":        func(_ *billing.Till, o *billing.SendBackOrder) { o.Amount.Cents = 0 },
		"another's code": func(t *billing.Till, _ *billing.SendBackOrder) { t.ShortCode, t.PayoutCode = "600999", "600999" },
	} {
		for _, way := range []billing.SendBackWay{billing.ByReversal, billing.ByPayout} {
			till := m.paybill
			o := billing.SendBackOrder{Way: way, Receipt: "SKO1ABC2DE", Phone: wanjiku, Amount: money.Shillings(10), Originator: "mtandao-1",
				ResultURL: m.merchant.URL + "/in/b/1", TimeoutURL: m.merchant.URL + "/in/d/1"}
			change(&till, &o)
			_, _, err := m.SendBack(t.Context(), till, o)
			var refused *billing.Refused
			if !errors.As(err, &refused) {
				t.Errorf("%s, %s: %v", name, way, err)
			}
		}
	}
}

// TestHowMuchWentBackIsRead: a reversal and a payout name the sum differently, some results leave it out, and one that is told twice, differently, is none.
func TestHowMuchWentBackIsRead(t *testing.T) {
	m := openMarket(t, false)
	receipt := m.payIn(50)
	for way, name := range map[billing.SendBackWay]string{billing.ByPayout: "mtandao-1", billing.ByReversal: ""} {
		if _, _, err := m.back(way, receipt, name, 50); err != nil {
			t.Fatal(err)
		}
		if r := m.wentBack(); r.Amount != money.Shillings(50) {
			t.Errorf("%s: %+v", way, r)
		}
	}
	for more, want := range map[string]int64{`null`: 0, `{"Key":"TransactionAmount","Value":"7.00"}`: 7, `[{"Key":"Amount","Value":8},{"Key":"Amount","Value":8}]`: 8,
		`[{"Key":"Amount","Value":8},{"Key":"Amount","Value":9}]`: -1, `{"Key":"TransactionAmount","Value":"many"}`: -1} {
		r, err := m.ReadSentBack([]byte(`{"Result":{"ResultCode":0,"TransactionID":"SKO1ABC2DE","ResultParameters":{"ResultParameter":` + more + `}}}`))
		if (err != nil) != (want < 0) || err == nil && r.Amount.Cents != want*100 {
			t.Errorf("%s: %+v %v", more, r, err)
		}
	}
}

func TestResultsThatCannotBeRead(t *testing.T) {
	m := openMarket(t, false)
	for _, body := range []string{"", "{}", "[]", `{"Result":{}}`, `{"Result":{"ResultCode":"0"}}`, `{"Result":{"ResultCode":0,"TransactionID":"x y"}}`, `{"Result":{"ResultCode":{}}}`} {
		if r, err := m.ReadSentBack([]byte(body)); err == nil {
			t.Errorf("%s: %+v", body, r)
		}
	}
	r, err := m.ReadSentBack([]byte(`{"Result":{"ResultCode":"99999","ResultDesc":"News","ConversationID":"AG_1"}}`))
	if err != nil || r.Verdict.State != billing.VerdictUnknown {
		t.Errorf("an unknown code: %+v %v", r, err)
	}
}
