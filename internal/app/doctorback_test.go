package app

import (
	"strings"
	"testing"

	"mtandao/billing"
	"mtandao/internal/db"
	"mtandao/internal/sim/safaricom"
	"mtandao/internal/words"
)

// TestDoctorMPesaTriesWhatRefundsNeed: the operator's rights are tried without money; what is missing is named, with what to do, whatever goes wrong.
func TestDoctorMPesaTriesWhatRefundsNeed(t *testing.T) {
	s := openStage(t, 1)
	c := s.Main.Config
	for name, value := range map[string]string{"DATA": c.Data, "DB": c.DB, "KEY_FILE": c.KeyFile, "PUBLIC_URL": c.PublicURL, "DEV": "true"} {
		t.Setenv("MTANDAO_"+name, value)
	}
	if err := s.Main.Billing.RegisterURLs(t.Context()); err != nil {
		t.Fatal(err)
	}
	tills, err := s.Main.Billing.Tills(t.Context())
	if err != nil || len(tills) != 1 {
		t.Fatal(tills, err)
	}
	good := tills[0]
	save := func(change func(*billing.Till)) {
		t.Helper()
		wanted := good
		change(&wanted)
		if err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error { _, err := s.Main.Billing.SaveTill(tx, wanted); return err }); err != nil {
			t.Fatal(err)
		}
	}
	for _, one := range []struct {
		what   string
		faults safaricom.Faults
		change func(*billing.Till)
		states map[string]string
		do     string // is said of the first of them that fails
	}{
		{"all is well", safaricom.Faults{}, nil, map[string]string{"refunds": stateOK, "operator role": stateOK, "reversal": stateOK, "payout code": stateOK}, ""},
		{"the operator has no roles", safaricom.Faults{NoRoles: true}, nil, map[string]string{"operator role": stateFails, "reversal": stateFails, "payout code": stateFails}, "Org Reversals Initiator"},
		{"the operator is locked", safaricom.Faults{OperatorLocked: true}, nil, map[string]string{"operator role": stateFails, "reversal": stateFails}, "Unlock the operator"},
		{"M-Pesa does not get to it", safaricom.Faults{StatusTimeout: true, SentBackTimeout: true}, nil, map[string]string{"operator role": stateWarning, "reversal": stateWarning}, "Try again"},
		{"M-Pesa is busy", safaricom.Faults{Busy: true}, nil, map[string]string{"operator role": stateOK, "reversal": stateWarning}, "Try again"},
		{"another password", safaricom.Faults{}, func(t *billing.Till) { t.InitiatorPassword = "another" }, map[string]string{"operator": stateOK, "operator role": stateFails, "reversal": stateFails}, "Compare name and password"},
		{"a code of somebody else", safaricom.Faults{}, func(t *billing.Till) { t.PayoutCode = "600901" }, map[string]string{"reversal": stateOK, "payout code": stateFails}, "Compare"},
		{"no certificate", safaricom.Faults{}, func(t *billing.Till) { t.Certificate = "none" }, map[string]string{"operator": stateFails, "operator role": stateFails, "reversal": stateFails}, "Compare"},
		{"no code that pays out", safaricom.Faults{}, func(t *billing.Till) { t.PayoutCode = "" }, map[string]string{"refunds": stateWarning, "reversal": stateOK}, "pays out"},
		{"no operator", safaricom.Faults{}, func(t *billing.Till) { t.Initiator, t.InitiatorPassword, t.PayoutCode = "", "", "" }, map[string]string{"refunds": stateWarning}, "API operator"},
	} {
		s.Safaricom.SetFaults(one.faults)
		if one.change != nil {
			save(one.change)
		}
		code, found := doctor(t, "mpesa")
		fails, said := false, false
		for part, state := range one.states {
			got := found["demo "+part]
			if got.State != state {
				t.Errorf("%s: %s is %+v, want %s", one.what, part, got, state)
			}
			fails, said = fails || state == stateFails, said || strings.Contains(got.Do, one.do)
		}
		if !said || fails != (code == exitFailed) {
			t.Errorf("%s: exit %d, and nothing says %q: %+v", one.what, code, one.do, found)
		}
		save(func(*billing.Till) {})
	}
	if len(s.Safaricom.SentBack())+len(s.Safaricom.Moves())+len(s.Safaricom.Prompts()) != 0 {
		t.Error("money moved, or a phone rang")
	}
}

// TestWhatAPayoutShowedOfTheOperator: that an operator may not pay out is known from the last payout alone, and it is said what to do.
func TestWhatAPayoutShowedOfTheOperator(t *testing.T) {
	for code, want := range map[string][2]string{"21": {stateFails, "ORG B2C API Initiator"}, "1": {stateWarning, "utility account"}, "8006": {stateFails, "Unlock"}, "2001": {stateFails, "password"}, "77": {stateWarning, "Compare"}} {
		got := saidBack("refunds", billing.Verdict{Code: code, Text: "no"}, payoutTexts, "600900")
		if do := words.Text(words.English, got.do); got.state != want[0] || !strings.Contains(do, want[1]) || strings.Contains(words.Text(words.English, got.key, got.args...), "{{") {
			t.Errorf("%s: %+v, %s", code, got, do)
		}
	}
}
