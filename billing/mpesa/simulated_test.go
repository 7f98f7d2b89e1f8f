package mpesa_test

import (
	"errors"
	"testing"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/money"
	"mtandao/internal/sim/safaricom"
)

func TestPayingAPromptOnPaybillAndTill(t *testing.T) {
	m := openMarket(t, false)
	for phone, till := range map[string]billing.Till{wanjiku: m.paybill, otieno: m.till} {
		pushed, err := m.push(till, phone)
		if err != nil {
			t.Fatal(err)
		}
		for range 4 { // each form of "not yet"
			if v := m.query(till, pushed.CheckoutRequestID); v.State != billing.VerdictPending {
				t.Fatalf("%+v", v)
			}
		}
		if err := m.sim.Answer(pushed.CheckoutRequestID, safaricom.Answer{Act: safaricom.Approve}); err != nil {
			t.Fatal(err)
		}
		r, err := m.ReadPushResult(m.sent("/in/p/" + phone))
		moves := m.sim.Moves()
		if err != nil || r.Verdict.State != billing.VerdictPaid || r.CheckoutRequestID != pushed.CheckoutRequestID ||
			r.MerchantRequestID != pushed.MerchantRequestID || r.Receipt != moves[len(moves)-1].Receipt || r.Amount != money.Shillings(10) || r.Phone != phone {
			t.Fatalf("%+v %v", r, err)
		}
		if v := m.query(till, pushed.CheckoutRequestID); v.State != billing.VerdictPaid {
			t.Fatalf("%+v", v)
		}
	}
}

func TestEveryEndOfAPrompt(t *testing.T) {
	m := openMarket(t, false)
	for _, code := range safaricom.Codes() {
		if code == "0" {
			continue
		}
		pushed, err := m.push(m.paybill, wanjiku)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.sim.Answer(pushed.CheckoutRequestID, safaricom.Answer{Act: safaricom.Refuse, Code: code}); err != nil {
			t.Fatal(err)
		}
		r, err := m.ReadPushResult(m.sent("/in/p/" + wanjiku))
		told := m.query(m.paybill, pushed.CheckoutRequestID)
		if err != nil || r.Verdict.State != billing.VerdictFailed || r.Verdict.Reason == "" || r.Verdict.Code != code || told.Reason != r.Verdict.Reason {
			t.Errorf("%s: %+v, query %+v, %v", code, r.Verdict, told, err)
		}
	}
}

func TestASecondPromptAndOtherRefusals(t *testing.T) {
	m := openMarket(t, false)
	refusedAs := func(till billing.Till, phone string, want billing.Reason) {
		t.Helper()
		_, err := m.push(till, phone)
		var refused *billing.Refused
		if !errors.As(err, &refused) || refused.Reason != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := m.push(m.paybill, wanjiku); err != nil {
		t.Fatal(err)
	}
	refusedAs(m.paybill, wanjiku, billing.ReasonPhoneBusy)
	wrong := m.paybill
	wrong.Passkey = "another"
	refusedAs(wrong, otieno, billing.ReasonMerchantFault)
	wrong = m.till
	wrong.ConsumerKey, wrong.ConsumerSecret = "zz", "zz"
	refusedAs(wrong, otieno, billing.ReasonMerchantFault)
	if n := len(m.sim.Prompts()); n != 1 {
		t.Errorf("%d prompts are open", n)
	}
}

func TestWhenThePromptIsOutAPushIsNeverRefused(t *testing.T) {
	for name, faults := range map[string]safaricom.Faults{"500": {ErrorAfterAccept: true}, "dropped": {DropAfterAccept: true}} {
		m := openMarket(t, false)
		m.sim.SetFaults(faults)
		_, err := m.push(m.paybill, wanjiku)
		var refused *billing.Refused
		if err == nil || errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
		if n := len(m.sim.Prompts()); n != 1 {
			t.Errorf("%s: %d prompts", name, n)
		}
	}
}

func TestKilledTokensAreReplaced(t *testing.T) {
	m := openMarket(t, false)
	pushed, err := m.push(m.paybill, wanjiku)
	if err != nil {
		t.Fatal(err)
	}
	m.sim.KillTokens()
	if v := m.query(m.paybill, pushed.CheckoutRequestID); v.State != billing.VerdictPending {
		t.Errorf("%+v", v)
	}
	m.sim.KillTokens()
	if err := m.RegisterURLs(t.Context(), m.paybill, m.merchant.URL+"/in/c/1", m.merchant.URL+"/in/v/1"); err != nil {
		t.Error(err)
	}
	m.sim.KillTokens()
	if _, err := m.AskStatus(t.Context(), m.paybill, "SKO1ABC2DE", m.merchant.URL+"/in/t/1", m.merchant.URL+"/in/e/1"); err != nil {
		t.Error(err)
	}
}

func TestPayingByHandTellsThePayerByHash(t *testing.T) {
	m := openMarket(t, false)
	for _, till := range []billing.Till{m.paybill, m.till} {
		if err := m.RegisterURLs(t.Context(), till, m.merchant.URL+"/in/c/"+till.ShortCode, m.merchant.URL+"/in/v/1"); err != nil {
			t.Fatal(err)
		}
	}
	receipt, err := m.sim.PayBill(t.Context(), wanjiku, "174379", " k7m4 p2", 12_50)
	if err != nil {
		t.Fatal(err)
	}
	c, err := m.ReadConfirmation(m.sent("/in/c/174379"))
	if err != nil || c.Receipt != receipt || c.Amount != money.KES(1250) || c.ShortCode != "174379" || c.Reference != "k7m4 p2" ||
		c.Payer != customers.Phone(wanjiku).SHA256() || c.FirstName == "" {
		t.Fatalf("%+v %v", c, err)
	}
	if receipt, err = m.sim.BuyGoods(t.Context(), otieno, "5123456", 30_00); err != nil {
		t.Fatal(err)
	}
	c, err = m.ReadConfirmation(m.sent("/in/c/600001"))
	if err != nil || c.Receipt != receipt || c.ShortCode != "600001" || c.Reference != "" {
		t.Fatalf("%+v %v", c, err)
	}
}

func TestRegisteringAgainInProductionIsSuccess(t *testing.T) {
	m := openMarket(t, true)
	for range 2 {
		if err := m.RegisterURLs(t.Context(), m.paybill, "https://pay.example/in/c/1", "https://pay.example/in/v/1"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAskingTheRailAboutReceipts(t *testing.T) {
	m := openMarket(t, false)
	for range 12 { // the simulator varies its forms
		receipt, err := m.sim.PayBill(t.Context(), wanjiku, "174379", "K7M4P2", 10_00)
		if err != nil {
			t.Fatal(err)
		}
		r := m.ask(m.paybill, receipt)
		if r.Verdict.State != billing.VerdictPaid || r.Receipt != receipt || r.Amount != money.Shillings(10) || r.Payer != wanjiku ||
			r.PayerName == "" || r.PaidTo != "174379" || r.At.IsZero() {
			t.Fatalf("%+v", r)
		}
	}
	if r := m.ask(m.paybill, "SKO1ABC2DE"); r.Verdict.State != billing.VerdictFailed || r.Verdict.Code != "R000002" {
		t.Errorf("%+v", r)
	}
	wrong := m.paybill
	wrong.InitiatorPassword = "another"
	if r := m.ask(wrong, "SKO1ABC2DE"); r.Verdict.State != billing.VerdictUnknown || r.Verdict.Reason != billing.ReasonMerchantFault {
		t.Errorf("%+v", r)
	}
}

func TestDoctorAgainstTheSimulator(t *testing.T) {
	m := openMarket(t, false)
	for _, till := range []billing.Till{m.paybill, m.till} {
		for _, c := range m.Doctor(t.Context(), till) {
			if !c.OK {
				t.Errorf("%s: %+v", till.Key, c)
			}
		}
	}
	wrong := m.paybill
	wrong.Passkey = "another"
	if c := m.Doctor(t.Context(), wrong)[2]; c.OK || c.Key != "till.said.password_wrong" {
		t.Errorf("%+v", c)
	}
	if len(m.sim.Prompts())+len(m.sim.Moves()) != 0 {
		t.Error("the doctor rang a phone")
	}
}
