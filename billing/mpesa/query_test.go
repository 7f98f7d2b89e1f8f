package mpesa

import (
	"testing"

	"mtandao/billing"
	"mtandao/internal/fault"
)

func queried(code string) string {
	return `{"ResponseCode":"0","ResponseDescription":"ok","MerchantRequestID":"m","CheckoutRequestID":"` + checkout +
		`","ResultCode":` + code + `,"ResultDesc":"some words"}`
}

func TestTheQueryAsDarajaWantsIt(t *testing.T) {
	r := newRail(t, say(200, queried(`"0"`)))
	v, err := r.QueryPush(t.Context(), r.till, checkout)
	if err != nil || v != (billing.Verdict{State: billing.VerdictPaid, Code: "0", Text: "some words"}) {
		t.Fatalf("%+v %v", v, err)
	}
	s := r.requests()[0]
	if s.path != "/mpesa/stkpushquery/v1/query" || s.fields["BusinessShortCode"] != "174379" || s.fields["CheckoutRequestID"] != checkout ||
		s.fields["Timestamp"] != "20261124120000" || s.fields["Password"] != password("174379", r.till.Passkey, "20261124120000") {
		t.Fatalf("%+v", s)
	}
}

func TestOnlyAnExplicitResultDecides(t *testing.T) {
	cases := []struct {
		status int
		body   string
		state  billing.VerdictState
		reason billing.Reason
	}{
		{200, queried(`"0"`), billing.VerdictPaid, ""},
		{200, queried(`0`), billing.VerdictPaid, ""},
		{200, queried(`"1032"`), billing.VerdictFailed, billing.ReasonCancelled},
		{200, queried(`1037`), billing.VerdictFailed, billing.ReasonTimedOut},
		{200, queried(`"SFC_IC0003"`), billing.VerdictFailed, billing.ReasonMerchantFault},
		{200, queried(`"4999"`), billing.VerdictPending, ""},
		{200, queried(`"7777"`), billing.VerdictUnknown, billing.ReasonUnknown},
		{200, queried(`"Failed!"`), billing.VerdictUnknown, billing.ReasonUnknown},
		{200, queried(`null`), billing.VerdictUnknown, billing.ReasonUnknown},
		{200, queried(`{"0":0}`), billing.VerdictUnknown, billing.ReasonUnknown},
		{200, `{"ResponseCode":"0"}`, billing.VerdictUnknown, billing.ReasonUnknown},
		{500, refuse("500.001.1001", "The transaction is being processed"), billing.VerdictPending, ""},
		{200, refuse("500.001.1001", "The transaction is being processed"), billing.VerdictPending, ""},
		{500, refuse("500.001.1001", ""), billing.VerdictPending, ""},
		{500, refuse("500.001.1001", "The transaction does not exist"), billing.VerdictUnknown, billing.ReasonUnknown},
		{500, refuse("500.001.1001", "Unable to lock subscriber"), billing.VerdictPending, ""},
	}
	for _, c := range cases {
		r := newRail(t, say(c.status, c.body))
		v, err := r.QueryPush(t.Context(), r.till, checkout)
		if err != nil || v.State != c.state || v.Reason != c.reason {
			t.Errorf("%d %s: %+v %v", c.status, c.body, v, err)
		}
	}
}

func TestAFailedQueryIsNoVerdict(t *testing.T) {
	cases := []struct {
		status int
		body   string
		kind   fault.Kind
		key    string
	}{
		{500, queried(`"1032"`), fault.Unavailable, "rail.no_answer"},
		{500, refuse("500.003.02", "System is busy"), fault.Unavailable, "rail.busy"},
		{500, refuse("500.003.02", "Spike Arrest Violation"), fault.TooMany, "rail.busy"},
		{429, ``, fault.TooMany, "rail.busy"},
		{400, refuse("400.002.02", "Bad Request - Invalid CheckoutRequestID"), fault.Invalid, "rail.refused"},
		{500, refuse("500.001.1001", "[MerchantValidate] - Wrong credentials"), fault.Invalid, "rail.refused"},
		{404, refuse("404.001.03", "Invalid Access Token"), fault.Unavailable, "rail.busy"},
		{200, `<html>`, fault.Unavailable, "rail.no_answer"},
		{200, `{"CheckoutRequestID":"ws_CO_another","ResultCode":"1032"}`, fault.Unavailable, "rail.no_answer"},
		{503, ``, fault.Unavailable, "rail.no_answer"},
	}
	for _, c := range cases {
		r := newRail(t, say(c.status, c.body))
		v, err := r.QueryPush(t.Context(), r.till, checkout)
		if v != (billing.Verdict{}) || fault.KindOf(err) != c.kind || fault.KeyOf(err) != c.key {
			t.Errorf("%d %s: %+v %v", c.status, c.body, v, err)
		}
		r.mustHide(err)
	}
}
