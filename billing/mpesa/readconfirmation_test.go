package mpesa

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"mtandao/billing"
	"mtandao/internal/money"
)

const confirmed = `{"TransactionType":"Pay Bill","TransID":"SKO1ABC2DE","TransTime":"20261124120103","TransAmount":"5.00",
"BusinessShortCode":"174379","BillRefNumber":" k7m4p 2 ","InvoiceNumber":"","OrgAccountBalance":"49.00","ThirdPartyTransID":"",
"MSISDN":"2547 ***** 126","FirstName":"WANJIKU","MiddleName":"","LastName":null}`

func TestAConfirmation(t *testing.T) {
	want := billing.Confirmation{Receipt: "SKO1ABC2DE", Amount: money.Shillings(5), ShortCode: "174379", Reference: "k7m4p 2",
		Payer: "2547 ***** 126", FirstName: "WANJIKU", Kind: "Pay Bill", At: time.Date(2026, 11, 24, 9, 1, 3, 0, time.UTC)}
	numbers := strings.NewReplacer(`"20261124120103"`, `20261124120103`, `"5.00"`, `5.00`, `"174379"`, `174379`).Replace(confirmed)
	for name, body := range map[string]string{"as documented": confirmed, "numbers": numbers} {
		got, err := reader.ReadConfirmation([]byte(body))
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%s: %v %s", name, err, d)
		}
	}
}

func TestAPayerStaysAsTold(t *testing.T) {
	hash := strings.Repeat("0a1b2c3d", 8)
	for _, payer := range []string{hash, strings.ToUpper(hash), "25470****149", "254708374149", ""} {
		got, err := reader.ReadConfirmation([]byte(strings.Replace(confirmed, "2547 ***** 126", payer, 1)))
		if err != nil || got.Payer != payer {
			t.Errorf("%q: %q %v", payer, got.Payer, err)
		}
	}
}

func TestATillsConfirmationHasNoReference(t *testing.T) {
	body := `{"TransactionType":"Customer Merchant Payment","TransID":"SKO1ABC2DE","TransAmount":"1,250.50","BusinessShortCode":"5123456"}`
	got, err := reader.ReadConfirmation([]byte(body))
	if err != nil || got.Reference != "" || got.Amount != money.KES(125050) || !got.At.IsZero() {
		t.Fatalf("%+v %v", got, err)
	}
}

func TestWhatPeopleTypeIsCleanAndShort(t *testing.T) {
	body := strings.Replace(confirmed, " k7m4p 2 ", `a\u0000\u0007\n`+strings.Repeat("é", 100), 1)
	got, err := reader.ReadConfirmation([]byte(body))
	if err != nil || got.Reference != "a"+strings.Repeat("é", 63) {
		t.Fatalf("%q %v", got.Reference, err)
	}
}

func TestAnUnreadableConfirmation(t *testing.T) {
	replace := func(old, with string) string { return strings.Replace(confirmed, old, with, 1) }
	for name, body := range map[string]string{
		"nothing": ``, "a list": `[]`, "a callback": callback("0", ""),
		"no receipt":         replace("SKO1ABC2DE", ""),
		"receipt too long":   replace("SKO1ABC2DE", strings.Repeat("A", 17)),
		"receipt with space": replace("SKO1ABC2DE", "SKO1 ABC2D"),
		"no amount":          replace("5.00", ""),
		"nothing paid":       replace("5.00", "0.00"),
		"negative":           replace("5.00", "-5.00"),
		"too precise":        replace("5.00", "5.001"),
		"infinite":           replace(`"5.00"`, `1e999`),
		"more than can be":   replace("5.00", "10000000000.01"),
		"no short code":      replace("174379", ""),
		"short code a name":  replace("174379", "Baraka"),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := reader.ReadConfirmation([]byte(body))
			mustBeUnreadable(t, err)
		})
	}
}

func FuzzReadConfirmation(f *testing.F) {
	for _, body := range []string{confirmed, strings.Replace(confirmed, `"5.00"`, `5`, 1), `{}`, `[]`, `{"TransID":"SKO1ABC2DE","TransAmount":"1","BusinessShortCode":"174379"}`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := reader.ReadConfirmation(body)
		if err != nil {
			mustBeUnreadable(t, err)
			return
		}
		if !c.Amount.IsPositive() || !receiptForm.MatchString(c.Receipt) || !shortCodeForm.MatchString(c.ShortCode) ||
			len([]rune(c.Reference)) > mostReference || len([]rune(c.Payer)) > mostPayer || strings.ContainsAny(c.Reference+c.Payer+c.FirstName, "\x00\n") {
			t.Fatalf("%+v", c)
		}
	})
}
