package mpesa

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mtandao/billing"
	"mtandao/internal/money"
)

const foundParameters = `[{"Key":"DebitPartyName","Value":"254712345678 - WANJIKU NJERI"},{"Key":"CreditPartyName","Value":"174379 - Baraka Wi-Fi"},
{"Key":"InitiatedTime","Value":20261124120100},{"Key":"DebitPartyCharges"},{"Key":"TransactionReason","Value":null},
{"Key":"TransactionStatus","Value":"Completed"},{"Key":"FinalisedTime","Value":"24.11.2026 12:01:03"},{"Key":"Amount","Value":10.00},
{"Key":"ReceiptNo","Value":"SKO1ABC2DE"},{"Key":"DebitPartyName","Value":"another spelling"}]`

func statusBody(code, parameters string) string {
	return `{"Result":{"ResultType":0,"ResultCode":` + code + `,"ResultDesc":"words","OriginatorConversationID":"1-2-3",
"ConversationID":"AG_20261124_1","TransactionID":"SKO0000000","ResultParameters":{"ResultParameter":` + parameters + `},
"ReferenceData":{"ReferenceItem":{"Key":"Occasion"}}}}`
}

func TestAReceiptThatTheRailKnows(t *testing.T) {
	want := billing.StatusResult{ConversationID: "AG_20261124_1", OriginatorID: "1-2-3", Receipt: "SKO1ABC2DE",
		Verdict: billing.Verdict{State: billing.VerdictPaid, Code: "0", Text: "words"}, Amount: money.Shillings(10),
		Payer: "254712345678", PayerName: "WANJIKU NJERI", PaidTo: "174379", At: time.Date(2026, 11, 24, 9, 1, 3, 0, time.UTC)}
	for name, body := range map[string]string{
		"number": statusBody("0", foundParameters),
		"text":   statusBody(`"0"`, strings.ReplaceAll(foundParameters, `10.00`, `"10.00"`)),
		"started": statusBody("0", strings.NewReplacer(`"FinalisedTime"`, `"SomeTime"`, `20261124120100`, `"20261124120103"`).
			Replace(foundParameters)),
	} {
		got, err := reader.ReadStatus([]byte(body))
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%s: %v %s", name, err, d)
		}
	}
}

func TestOnlyCompletedIsPaid(t *testing.T) {
	cases := map[string]billing.VerdictState{
		"Completed": billing.VerdictPaid, "completed": billing.VerdictPaid, "Cancelled": billing.VerdictFailed, "Declined": billing.VerdictFailed,
		"Expired": billing.VerdictFailed, "Authorized": billing.VerdictPending, "Reversed": billing.VerdictFailed, "": billing.VerdictUnknown,
	}
	for status, want := range cases {
		got, err := reader.ReadStatus([]byte(statusBody("0", strings.Replace(foundParameters, `"Completed"`, `"`+status+`"`, 1))))
		if err != nil || got.Verdict.State != want {
			t.Errorf("%q: %+v %v", status, got.Verdict, err)
		}
	}
}

func TestAStatusCodeIsAboutTheQuestionNotThePayer(t *testing.T) {
	cases := map[string]billing.Verdict{
		`"R000002"`: {State: billing.VerdictFailed, Reason: billing.ReasonUnknown},
		`2001`:      {State: billing.VerdictUnknown, Reason: billing.ReasonMerchantFault},
		`"8006"`:    {State: billing.VerdictUnknown, Reason: billing.ReasonMerchantFault},
		`21`:        {State: billing.VerdictUnknown, Reason: billing.ReasonMerchantFault},
		`26`:        {State: billing.VerdictUnknown, Reason: billing.ReasonRailBusy},
		`1032`:      {State: billing.VerdictUnknown, Reason: billing.ReasonUnknown},
		`"R000009"`: {State: billing.VerdictUnknown, Reason: billing.ReasonUnknown},
	}
	for code, want := range cases {
		got, err := reader.ReadStatus([]byte(statusBody(code, foundParameters)))
		if err != nil || got.Verdict.State != want.State || got.Verdict.Reason != want.Reason || !got.Amount.IsZero() {
			t.Errorf("%s: %+v %v", code, got, err)
		}
	}
}

func TestWhoWasPaid(t *testing.T) {
	for party, want := range map[string]string{
		"600999 - SOMEBODY ELSE": "600999", "5123456": "5123456", "254711000111 - JOHN": "254711000111", "2547 ***** 126 - JOHN": "2547",
		"25470****149 - J": "25470****149", "Baraka Wi-Fi": "", "": "",
	} {
		body := statusBody("0", strings.Replace(foundParameters, "174379 - Baraka Wi-Fi", party, 1))
		if got, err := reader.ReadStatus([]byte(body)); err != nil || got.PaidTo != want {
			t.Errorf("%q: %q %v", party, got.PaidTo, err)
		}
	}
}

func TestParametersOfAnyShape(t *testing.T) {
	for _, parameters := range []string{`null`, `[]`, `{}`, `{"Key":"BOCompletedTime","Value":20261124120100}`, `"none"`, `[null,{"Key":1,"Value":true}]`} {
		for _, code := range []string{`"R000002"`, `0`} {
			if got, err := reader.ReadStatus([]byte(statusBody(code, parameters))); err != nil || got.Verdict.State == billing.VerdictPaid {
				t.Errorf("%s %s: %+v %v", code, parameters, got, err)
			}
		}
	}
	bare := `{"Result":{"ResultCode":"26","ConversationID":"AG_1"}}`
	if got, err := reader.ReadStatus([]byte(bare)); err != nil || got.ConversationID != "AG_1" {
		t.Errorf("%+v %v", got, err)
	}
}

func TestAnUnreadableStatus(t *testing.T) {
	twice := func(key, value string) string {
		return statusBody("0", strings.TrimSuffix(foundParameters, "]")+`,{"Key":"`+key+`","Value":`+value+`}]`)
	}
	for name, body := range map[string]string{
		"nothing": ``, "a list": `[]`, "no code": statusBody(`null`, `[]`), "a callback": callback("0", ""),
		"no amount":      statusBody("0", strings.Replace(foundParameters, `10.00`, `null`, 1)),
		"no money":       statusBody("0", strings.Replace(foundParameters, `10.00`, `0`, 1)),
		"too much money": statusBody("0", strings.Replace(foundParameters, `10.00`, `90000000000000000`, 1)),
		"odd receipt":    statusBody("0", strings.Replace(foundParameters, `SKO1ABC2DE`, `?`, 1)),
		"two amounts":    twice("Amount", `"100.00"`),
		"two receipts":   twice("ReceiptNo", `"SKO9999999"`),
		"two payees":     twice("CreditPartyName", `"600999 - Other"`),
		"two conditions": twice("TransactionStatus", `"Declined"`),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := reader.ReadStatus([]byte(body))
			mustBeUnreadable(t, err)
		})
	}
}

func FuzzReadStatus(f *testing.F) {
	for _, body := range []string{statusBody("0", foundParameters), statusBody(`"R000002"`, `{"Key":"A","Value":1}`), statusBody("2001", `null`), `{}`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := reader.ReadStatus(body)
		if err != nil {
			mustBeUnreadable(t, err)
			return
		}
		if r.Verdict.State == billing.VerdictPaid && !r.Amount.IsPositive() || len(r.ConversationID) > mostID || len([]rune(r.PaidTo)) > mostID {
			t.Fatalf("%+v", r)
		}
		mustBeSound(t, r.Verdict, r.Receipt, r.Amount)
	})
}

func FuzzReadSentBack(f *testing.F) {
	f.Add([]byte(`{"Result":{"ResultType":0,"ResultCode":0,"ResultDesc":"ok","OriginatorConversationID":"1-2-3","ConversationID":"AG_1","TransactionID":"SKO1ABC2DE","ResultParameters":{"ResultParameter":{"Key":"Amount","Value":10.00}}}}`))
	f.Add([]byte(`{"Result":{"ResultCode":"R000001","ResultDesc":"reversed"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := reader.ReadSentBack(body)
		if err != nil {
			mustBeUnreadable(t, err)
			return
		}
		if r.Verdict.State == billing.VerdictPaid && r.Receipt == "" {
			t.Errorf("paid without a number: %+v", r)
		}
	})
}
