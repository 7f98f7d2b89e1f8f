package safaricom

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"regexp"
	"testing"
	"time"
)

func (w *world) registerURLs(version, responseType string) (int, map[string]any) {
	w.t.Helper()
	return w.post("/mpesa/c2b/"+version+"/registerurl", map[string]any{"ShortCode": "174379", "ResponseType": responseType,
		"ConfirmationURL": w.merchant.URL + "/in/c/0a", "ValidationURL": w.merchant.URL + "/in/v/0a"})
}

func TestRegister(t *testing.T) {
	w := newWorld(t, nil)
	for range 2 { // the sandbox lets one register again
		if status, body := w.registerURLs("v1", "Completed"); status != 200 || body["ResponseCode"] != "0" || body["OriginatorCoversationID"] == "" {
			t.Fatalf("%d %v", status, body)
		}
	}
	if _, body := w.registerURLs("v1", "completed"); body["errorMessage"] != "Bad Request - Invalid ResponseType" {
		t.Error(body)
	}
	_, body := w.post("/mpesa/c2b/v2/registerurl", map[string]any{"ShortCode": "5123456", "ResponseType": "Cancelled",
		"ConfirmationURL": "https://a.example/c", "ValidationURL": "https://a.example/v"})
	if body["errorMessage"] != "Merchant does not exist" {
		t.Error("another app's till:", body)
	}
}

func TestRegisterOnceInProduction(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Production = true })
	b := map[string]any{"ShortCode": "174379", "ResponseType": "Completed",
		"ConfirmationURL": "https://a.example/in/c/0a", "ValidationURL": "https://a.example/in/v/0a"}
	if status, body := w.post("/mpesa/c2b/v2/registerurl", b); status != 200 {
		t.Fatal(body)
	}
	if status, body := w.post("/mpesa/c2b/v2/registerurl", b); status != 500 || body["errorCode"] != "500.003.1001" || body["errorMessage"] != "Urls are already registered" {
		t.Fatal(body)
	}
	if _, body := w.registerURLs("v2", "Completed"); body["errorMessage"] != "Bad Request - Invalid ConfirmationURL" {
		t.Fatal("plain HTTP in production:", body)
	}
}

func TestPayBillByHand(t *testing.T) {
	w := newWorld(t, nil)
	w.registerURLs("v1", "Completed")
	w.reply = func(string) (int, string) {
		return 200, `{"ResultCode":"0","ResultDesc":"Accepted","ThirdPartyTransID":"abc"}`
	}
	receipt, err := w.PayBill(context.Background(), alice, "174379", "k7m4 o2", 10_50)
	if err != nil {
		t.Fatal(err)
	}
	got := w.received()
	if len(got) != 2 || got[0].path != "/in/v/0a" || got[1].path != "/in/c/0a" {
		t.Fatalf("got %+v", got)
	}
	sum := sha256.Sum256([]byte(alice))
	want := map[string]string{"TransactionType": "Pay Bill", "TransID": receipt, "TransTime": "20261124120000", "TransAmount": "10.50",
		"BusinessShortCode": "174379", "BillRefNumber": "k7m4 o2", "MSISDN": hex.EncodeToString(sum[:]), "InvoiceNumber": "", "LastName": ""}
	for i, r := range got {
		for name, value := range want {
			if v, there := r.body[name].(string); !there || v != value {
				t.Errorf("message %d: %s is %v", i, name, r.body[name])
			}
		}
	}
	if got[0].body["OrgAccountBalance"] != "" || got[1].body["OrgAccountBalance"] != "10.50" || got[1].body["ThirdPartyTransID"] != "abc" || got[1].body["FirstName"] == "" {
		t.Errorf("validation %v, confirmation %v", got[0].body, got[1].body)
	}
	if m := w.Moves(); len(m) != 1 || m[0].Receipt != receipt || m[0].Kind != KindPayBill {
		t.Errorf("moves %+v", m)
	}
}

func TestSecondVersionMasksThePayer(t *testing.T) {
	w := newWorld(t, nil)
	w.registerURLs("v2", "Completed")
	seen := map[string]bool{}
	for range 20 {
		if _, err := w.PayBill(context.Background(), alice, "174379", "A", 1_00); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range w.received() {
		seen[r.body["MSISDN"].(string)] = true
	}
	if len(seen) != 2 || !seen["2547 ***** 149"] || !seen["25470****149"] {
		t.Fatalf("masks %v", seen)
	}
}

func TestValidationDecides(t *testing.T) {
	for name, c := range map[string]struct {
		responseType string
		status       int
		reply        string
		slow         bool
		code         string // of the rejection; "" paid
	}{
		"accepted as number":      {"Cancelled", 200, `{"ResultCode":0}`, false, ""},
		"wrong account":           {"Completed", 200, `{"ResultCode":"C2B00012","ResultDesc":"Rejected"}`, false, "C2B00012"},
		"broken, Completed":       {"Completed", 500, `{}`, false, ""},
		"broken, Cancelled":       {"Cancelled", 500, `{}`, false, "C2B00016"},
		"nonsense, Cancelled":     {"Cancelled", 200, `hello`, false, "C2B00016"},
		"too slow, Completed":     {"Completed", 200, `{"ResultCode":"C2B00012"}`, true, ""},
		"too slow, but Cancelled": {"Cancelled", 200, `{"ResultCode":"0"}`, true, "C2B00016"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(o *Options) { o.Delays.Validation = 150 * time.Millisecond })
			w.registerURLs("v2", c.responseType)
			w.reply = func(path string) (int, string) {
				if c.slow && path == "/in/v/0a" {
					time.Sleep(300 * time.Millisecond)
				}
				return c.status, c.reply
			}
			_, err := w.PayBill(context.Background(), alice, "174379", "A", 10_00)
			var rejected *Rejected
			if c.code == "" && err != nil || c.code != "" && (!errors.As(err, &rejected) || rejected.Code != c.code) {
				t.Fatalf("err %v", err)
			}
			if paid := len(w.Moves()) == 1; paid != (c.code == "") {
				t.Fatalf("moves %v", w.Moves())
			}
		})
	}
}

func TestTillByHand(t *testing.T) {
	w := newWorld(t, nil)
	w.token = w.mintToken(till)
	w.post("/mpesa/c2b/v2/registerurl", map[string]any{"ShortCode": "600001", "ResponseType": "Completed",
		"ConfirmationURL": w.merchant.URL + "/in/c/0a", "ValidationURL": w.merchant.URL + "/in/v/0a"})
	if _, err := w.BuyGoods(context.Background(), bob, "5123456", 20_00); err != nil {
		t.Fatal(err)
	}
	got := w.received()
	if len(got) != 1 || got[0].body["TransactionType"] != "Buy Goods" || got[0].body["BillRefNumber"] != "" || got[0].body["BusinessShortCode"] != "600001" {
		t.Fatalf("got %+v", got)
	}
}

func TestPaymentsByHandThatFail(t *testing.T) {
	w := newWorld(t, nil)
	w.SetBalance(bob, 0)
	for code, pay := range map[string]func() (string, error){
		"C2B00015": func() (string, error) { return w.PayBill(context.Background(), alice, "111111", "A", 100) },
		"C2B00012": func() (string, error) { return w.PayBill(context.Background(), alice, "174379", "", 100) },
		"1":        func() (string, error) { return w.PayBill(context.Background(), bob, "174379", "A", 100) },
		"2":        func() (string, error) { return w.BuyGoods(context.Background(), alice, "5123456", 99) },
		"3":        func() (string, error) { return w.BuyGoods(context.Background(), alice, "5123456", 250_000_01) },
	} {
		_, err := pay()
		var rejected *Rejected
		if !errors.As(err, &rejected) || rejected.Code != code {
			t.Errorf("want %s: %v", code, err)
		}
	}
	if len(w.Moves()) != 0 {
		t.Fatal("money moved")
	}
}

func TestConfirmationOfAPushHasItsReceipt(t *testing.T) {
	w := newWorld(t, nil)
	w.registerURLs("v2", "Completed")
	w.SetFaults(Faults{ConfirmPushes: true})
	w.answer(w.pushed(alice), Approve)
	got := w.received()
	if len(got) != 2 || items(t, callbackOf(got[0]))["MpesaReceiptNumber"] != got[1].body["TransID"] || got[1].body["BillRefNumber"] != "K7M4P2QXTA" {
		t.Fatalf("got %+v", got)
	}
	if ok := regexp.MustCompile(`^10\.00$`).MatchString(got[1].body["TransAmount"].(string)); !ok {
		t.Fatal(got[1].body)
	}
}
