package mpesa

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mtandao/billing"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

var reader = New(Options{})

const paidItems = `{"Name":"Amount","Value":1.00},{"Name":"MpesaReceiptNumber","Value":"SKO1ABC2DE"},{"Name":"Balance"},
{"Name":"TransactionDate","Value":20261124120103},{"Name":"PhoneNumber","Value":254712345678}`

func callback(code, items string) string {
	metadata := ""
	if items != "" {
		metadata = `,"CallbackMetadata":{"Item":` + items + `}`
	}
	return `{"Body":{"stkCallback":{"MerchantRequestID":"29115-1","CheckoutRequestID":"ws_CO_1","ResultCode":` + code +
		`,"ResultDesc":"as it is worded today"` + metadata + `}}}`
}

func TestAPaidPrompt(t *testing.T) {
	want := billing.PushResult{MerchantRequestID: "29115-1", CheckoutRequestID: "ws_CO_1",
		Verdict: billing.Verdict{State: billing.VerdictPaid, Code: "0", Text: "as it is worded today"},
		Receipt: "SKO1ABC2DE", Amount: money.Shillings(1), Phone: "254712345678", At: time.Date(2026, 11, 24, 9, 1, 3, 0, time.UTC)}
	for name, body := range map[string]string{
		"as documented": callback("0", "["+paidItems+"]"),
		"all as text": callback(`"0"`, `[{"Name":"PhoneNumber","Value":"254712345678"},{"Name":"Amount","Value":"1"},
			{"Name":"TransactionDate","Value":"24.11.2026 12:01:03"},{"Name":"MpesaReceiptNumber","Value":"sko1abc2de"}]`),
		"told twice alike": callback("0", "["+paidItems+","+paidItems+"]"),
	} {
		got, err := reader.ReadPushResult([]byte(body))
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%s: %v %s", name, err, d)
		}
	}
}

func TestWhatAPaidPromptMayLack(t *testing.T) {
	masked := `[{"Name":"PhoneNumber","Value":"2547 ***** 678"},{"Name":"TransactionDate","Value":"yesterday"},{"Name":"Amount","Value":null},null,{}]`
	for name, body := range map[string]string{
		"no items":     callback("0", `[]`),
		"null":         callback("0", `null`),
		"no metadata":  callback("0", ""),
		"one object":   callback("0", `{"Name":"Amount","Value":10.0000}`),
		"odd values":   callback("0", masked),
		"not a list":   callback("0", `"none"`),
		"nested value": callback("0", `[{"Name":"MpesaReceiptNumber","Value":{"a":1}},{"Name":"Amount","Value":[1]}]`),
	} {
		got, err := reader.ReadPushResult([]byte(body))
		if err != nil || got.Verdict.State != billing.VerdictPaid || got.Receipt != "" || !got.At.IsZero() {
			t.Errorf("%s: %+v %v", name, got, err)
		}
		if name == "one object" && got.Amount != money.Shillings(10) || name == "odd values" && got.Phone != "2547 ***** 678" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestEveryResultCode(t *testing.T) {
	want := map[string]billing.Reason{
		`1`: "insufficient", `2`: "too_small", `3`: "too_large", `4`: "limit", `8`: "merchant_fault", `17`: "too_soon", `26`: "safaricom_busy",
		`"1001"`: "phone_busy", `1019`: "timed_out", `1025`: "push_failed", `1032`: "cancelled", `"1037"`: "timed_out", `2001`: "wrong_pin",
		`2028`: "merchant_fault", `8006`: "pin_locked", `9999`: "push_failed", `"SFC_IC0003"`: "merchant_fault",
	}
	for code, reason := range want {
		r, err := reader.ReadPushResult([]byte(callback(code, "["+paidItems+"]")))
		if err != nil || r.Verdict.State != billing.VerdictFailed || r.Verdict.Reason != reason || r.Verdict.Code != strings.Trim(code, `"`) {
			t.Errorf("%s: %+v %v", code, r.Verdict, err)
		}
		if r.Receipt != "" || !r.Amount.IsZero() {
			t.Errorf("%s: money without success: %+v", code, r)
		}
	}
	for _, code := range []string{`5`, `"TP40087"`, `-1`, `1e0`, `"00"`, `500.0011001`} {
		r, err := reader.ReadPushResult([]byte(callback(code, "")))
		if err != nil || r.Verdict.State != billing.VerdictUnknown || r.Verdict.Reason != billing.ReasonUnknown {
			t.Errorf("%s: an unknown code is no failure: %+v %v", code, r.Verdict, err)
		}
	}
	if len(want) != len(results) {
		t.Errorf("%d codes are known, %d tested", len(results), len(want))
	}
}

func TestAnUnreadablePrompt(t *testing.T) {
	double := func(name, value string) string {
		return callback("0", `[`+paidItems+`,{"Name":"`+name+`","Value":`+value+`}]`)
	}
	for name, body := range map[string]string{
		"nothing":           ``,
		"not json":          `<xml/>`,
		"two messages":      callback("0", "") + callback("0", ""),
		"another message":   `{"Result":{"ResultCode":0}}`,
		"no code":           callback(`null`, ""),
		"code is an object": callback(`{}`, ""),
		"no id":             strings.Replace(callback("0", ""), "ws_CO_1", "", 1),
		"id with spaces":    strings.Replace(callback("0", ""), "ws_CO_1", "ws CO", 1),
		"id too long":       strings.Replace(callback("0", ""), "ws_CO_1", strings.Repeat("1", 101), 1),
		"two amounts":       double("Amount", "500"),
		"two receipts":      double("MpesaReceiptNumber", `"SKO9XXXXXX"`),
		"amount in words":   callback("0", `[{"Name":"Amount","Value":"ten"}]`),
		"negative amount":   callback("0", `[{"Name":"Amount","Value":-1}]`),
		"no money":          callback("0", `[{"Name":"Amount","Value":0.00}]`),
		"third decimal":     callback("0", `[{"Name":"Amount","Value":1.001}]`),
		"more than can be":  callback("0", `[{"Name":"Amount","Value":90000000000000000}]`),
		"exponent":          callback("0", `[{"Name":"Amount","Value":1e3}]`),
		"receipt in words":  callback("0", `[{"Name":"MpesaReceiptNumber","Value":"'; DROP"}]`),
		"too long":          callback("0", "") + strings.Repeat(" ", maxBody),
	} {
		r, err := reader.ReadPushResult([]byte(body))
		if fault.KeyOf(err) != "callback.unreadable" || !fault.Is(err, fault.Invalid) || r != (billing.PushResult{}) {
			t.Errorf("%s: %+v %v", name, r, err)
		}
	}
}

func FuzzReadPushResult(f *testing.F) {
	for _, body := range []string{callback("0", "["+paidItems+"]"), callback(`"1032"`, ""), callback("0", `{"Name":"Amount","Value":"5.00"}`), `{}`, `null`,
		callback("0", `[{"Name":"Amount","Value":1e400}]`)} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := reader.ReadPushResult(body)
		if err != nil {
			mustBeUnreadable(t, err)
			return
		}
		if r.CheckoutRequestID == "" || len(r.CheckoutRequestID) > mostCheckoutID || r.Verdict.Code == "" || len(r.Verdict.Code) > mostCode {
			t.Fatalf("%+v", r)
		}
		mustBeSound(t, r.Verdict, r.Receipt, r.Amount)
	})
}

func mustBeUnreadable(t *testing.T, err error) {
	t.Helper()
	if fault.KeyOf(err) != "callback.unreadable" || !fault.Is(err, fault.Invalid) {
		t.Fatal(err)
	}
}

// mustBeSound: money comes only with code 0, is never negative, and fits the tables.
func mustBeSound(t *testing.T, v billing.Verdict, receipt string, amount money.Amount) {
	t.Helper()
	if v.State == billing.VerdictPaid && v.Code != "0" || amount.Cents < 0 || len(receipt) > mostReceipt || len([]rune(v.Text)) > mostWords {
		t.Fatalf("%+v %q %v", v, receipt, amount)
	}
}
