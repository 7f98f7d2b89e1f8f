package safaricom

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestPushFieldChecks(t *testing.T) {
	w := newWorld(t, nil)
	cases := []struct {
		field string
		value any
		want  string
	}{
		{"BusinessShortCode", "", "400.002.02 Bad Request - Invalid BusinessShortCode"},
		{"BusinessShortCode", "999999", "500.001.1001 Merchant does not exist"},
		{"BusinessShortCode", "600001", "500.001.1001 Merchant does not exist"}, // another app's
		{"Password", "", "400.002.02 Bad Request - Invalid Password"},
		{"Password", "d3Jvbmc=", "500.001.1001 [MerchantValidate] - Wrong credentials"},
		{"Timestamp", "20261124120001", "500.001.1001 [MerchantValidate] - Wrong credentials"},
		{"Timestamp", "2026-11-24", "400.002.02 Bad Request - Invalid Timestamp"},
		{"TransactionType", "Pay", "400.002.02 Bad Request - Invalid TransactionType"},
		{"Amount", 0, "400.002.02 Bad Request - Invalid Amount"},
		{"Amount", "1.50", "400.002.02 Bad Request - Invalid Amount"},
		{"Amount", -5, "400.002.02 Bad Request - Invalid Amount"},
		{"PartyA", "0708374149", "400.002.02 Bad Request - Invalid PartyA"},
		{"PartyB", "x", "400.002.02 Bad Request - Invalid PartyB"},
		{"PhoneNumber", "+254708374149", "400.002.02 Bad Request - Invalid PhoneNumber"},
		{"CallBackURL", "https://shop.example/MPESA/x", "400.002.02 Bad Request - Invalid CallBackURL"},
		{"AccountReference", "", "400.002.02 Bad Request - Invalid AccountReference"},
		{"AccountReference", "1234567890123", "400.002.02 Bad Request - Invalid AccountReference"},
		{"TransactionDesc", "12345678901234", "400.002.02 Bad Request - Invalid TransactionDesc"},
	}
	for _, c := range cases {
		body := w.pushBody(bill, alice)
		body[c.field] = c.value
		_, got := w.post(pushPath, body)
		if text := got["errorCode"].(string) + " " + got["errorMessage"].(string); text != c.want {
			t.Errorf("%s %v: %s", c.field, c.value, text)
		}
	}
	if len(w.Prompts()) != 0 || len(w.received()) != 0 {
		t.Fatal("a refused push reached the phone or the merchant")
	}
}

func TestCallbackAddressRules(t *testing.T) {
	for address, want := range map[string][2]bool{ // sandbox, production
		"https://pay.example.co.ke/in/p/0a": {true, true},
		"http://pay.example.co.ke/in/p/0a":  {true, false},
		"https://127.0.0.1/in/p/0a":         {true, false},
		"https://10.1.2.3/in":               {true, false},
		"https://196.201.1.2/in":            {true, true},
		"https://localhost/in":              {true, false},
		"https://Pay.example.co.ke/in":      {false, false},
		"https://pay.example.co.ke/MySQL":   {false, false},
		"https://pay.example.co.ke/a?Query": {false, false},
		"https://pay.example.co.ke/execute": {false, false},
		"https://safaricom.example/in":      {false, false},
		"https://abc.ngrok.io/in":           {false, false},
		"ftp://pay.example.co.ke/in":        {false, false},
		"":                                  {false, false},
	} {
		if got := [2]bool{allowedURL(address, false), allowedURL(address, true)}; got != want {
			t.Errorf("%q: %v", address, got)
		}
	}
}

func TestPushPaid(t *testing.T) {
	w := newWorld(t, nil)
	body := w.pushBody(bill, alice)
	body["BusinessShortCode"], body["Amount"] = json.Number("174379"), "10" // numbers and strings alike
	_, accepted := w.post(pushPath, body)
	id := accepted["CheckoutRequestID"].(string)
	if !regexp.MustCompile(`^ws_CO_24112026120000\d{3}708374149$`).MatchString(id) {
		t.Fatalf("id %q", id)
	}
	if p := w.Prompts(); len(p) != 1 || p[0].Text != "Do you want to pay KES 10 to Baraka Wi-Fi for account K7M4P2QXTA?" {
		t.Fatalf("prompts %+v", p)
	}
	w.answer(id, Approve)
	got := w.received()
	if len(got) != 1 || got[0].shortCode != "174379" || got[0].contentType != "application/json;charset=UTF-8" {
		t.Fatalf("got %+v", got)
	}
	result := callbackOf(got[0])
	values := items(t, result)
	moves := w.Moves()
	if len(moves) != 1 || moves[0].Cents != 10_00 || moves[0].Phone != alice || moves[0].Reference != "K7M4P2QXTA" || moves[0].CheckoutID != id {
		t.Fatalf("moves %+v", moves)
	}
	want := map[string]any{"Amount": json.Number("10.00"), "MpesaReceiptNumber": moves[0].Receipt,
		"TransactionDate": json.Number("20261124120000"), "PhoneNumber": json.Number(alice)}
	for name, value := range want {
		if values[name] != value {
			t.Errorf("%s is %v", name, values[name])
		}
	}
	if result["ResultCode"] != json.Number("0") || result["MerchantRequestID"] != accepted["MerchantRequestID"] || result["CheckoutRequestID"] != id {
		t.Errorf("result %v", result)
	}
	if w.Balance(alice) != 4_990_00 || !strings.HasPrefix(w.Inbox(alice)[0].Text, moves[0].Receipt+" Confirmed. Ksh10.00 sent to Baraka Wi-Fi for account K7M4P2QXTA on 24/11/26 at 12:00 PM.") {
		t.Errorf("balance %d, inbox %v", w.Balance(alice), w.Inbox(alice))
	}
}

func items(t *testing.T, result map[string]any) map[string]any {
	t.Helper()
	values := map[string]any{}
	for _, i := range result["CallbackMetadata"].(map[string]any)["Item"].([]any) {
		values[i.(map[string]any)["Name"].(string)] = i.(map[string]any)["Value"]
	}
	return values
}

func TestPushToATill(t *testing.T) {
	w := newWorld(t, nil)
	w.token = w.mintToken(till)
	w.AutoAnswer(func(Prompt) Answer { return Answer{Act: Approve} })
	if _, body := w.post(pushPath, w.pushBody(till, bob)); body["ResponseCode"] != "0" {
		t.Fatal(body)
	}
	got := w.received()
	if callbackCodes(got) != "0" || got[0].shortCode != "600001" || w.Moves()[0].ShortCode != "5123456" {
		t.Fatalf("got %+v, moves %+v", got, w.Moves())
	}
}

func TestOnePromptAtATime(t *testing.T) {
	w := newWorld(t, nil)
	id := w.pushed(alice)
	status, body := w.post(pushPath, w.pushBody(bill, alice))
	if status != 500 || body["errorCode"] != "500.001.1001" || !strings.HasPrefix(body["errorMessage"].(string), "Unable to lock subscriber") {
		t.Fatalf("%d %v", status, body)
	}
	w.pushed(bob)
	w.answer(id, Cancel)
	if next := w.pushed(alice); next == id {
		t.Fatal("the id was used again")
	}
}

func TestResultOfEachAnswer(t *testing.T) {
	cases := map[string]struct {
		prepare func(*world)
		answer  Answer
		want    string
	}{
		"approve":   {nil, Answer{Act: Approve}, "0"},
		"cancel":    {nil, Answer{Act: Cancel}, "1032"},
		"wrong pin": {nil, Answer{Act: WrongPIN}, "2001"},
		"no money":  {nil, Answer{Act: NoMoney}, "1"},
		"poor":      {func(w *world) { w.SetBalance(alice, 9_99) }, Answer{Act: Approve}, "1"},
		"locked": {func(w *world) {
			for range wrongPINs {
				w.answer(w.pushed(alice), WrongPIN)
			}
		}, Answer{Act: Approve}, "2001 2001 2001 8006"},
		"daily limit": {func(w *world) {
			w.SetBalance(alice, 600_000_00)
			for range 2 {
				if _, err := w.PayBill(context.Background(), alice, "174379", "A", 250_000_00); err != nil {
					w.t.Fatal(err)
				}
			}
		}, Answer{Act: Approve}, "4"},
		"same amount": {func(w *world) {
			w.SetFaults(Faults{SameAmountRule: true})
			w.answer(w.pushed(alice), Approve)
		}, Answer{Act: Approve}, "0 17"},
	}
	for _, code := range Codes() {
		if code != "0" {
			cases["code "+code] = struct {
				prepare func(*world)
				answer  Answer
				want    string
			}{nil, Answer{Act: Refuse, Code: code}, code}
		}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			if c.prepare != nil {
				c.prepare(w)
				w.received()
			}
			if err := w.Answer(w.pushed(alice), c.answer); err != nil {
				t.Fatal(err)
			}
			got := w.received()
			if codes := callbackCodes(got); codes != c.want {
				t.Fatalf("codes %q, want %q", codes, c.want)
			}
			if _, paid := callbackOf(got[len(got)-1])["CallbackMetadata"]; paid != strings.HasSuffix(" "+c.want, " 0") {
				t.Fatal("metadata comes with success only")
			}
		})
	}
}

func TestPushesThatCannotBeAsked(t *testing.T) {
	for field, c := range map[string]struct {
		value any
		want  string
	}{
		"TransactionType": {"CustomerBuyGoodsOnline", "2028"},
		"PartyB":          {"5123456", "SFC_IC0003"},
		"Amount":          {250_001, "3"},
		"":                {"", "1025"},
	} {
		w := newWorld(t, func(o *Options) {
			if field == "" {
				o.Merchants[0].Name = strings.Repeat("Baraka ", 30)
			}
		})
		body := w.pushBody(bill, alice)
		if field != "" {
			body[field] = c.value
		}
		if status, got := w.post(pushPath, body); status != 200 {
			t.Fatalf("%d %v", status, got)
		}
		if len(w.Prompts()) != 0 || callbackCodes(w.received()) != c.want {
			t.Errorf("%s: %q", field, callbackCodes(w.received()))
		}
	}
}

func TestUnansweredPromptDies(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Delays.PromptLife = 20 * time.Millisecond })
	w.AutoAnswer(func(Prompt) Answer { return Answer{Act: Ignore} })
	id := w.pushed(alice)
	for len(w.Prompts()) > 0 {
		time.Sleep(5 * time.Millisecond)
	}
	if got := callbackCodes(w.received()); got != "1037" {
		t.Fatalf("codes %q", got)
	}
	if err := w.Answer(id, Answer{Act: Approve}); err != ErrNoPrompt || len(w.Moves()) != 0 {
		t.Fatal("a dead prompt was answered", err)
	}
}

func TestReceiptsAreUnique(t *testing.T) {
	w := newWorld(t, nil)
	seen := map[string]bool{}
	w.mu.Lock()
	defer w.mu.Unlock()
	for range 50_000 {
		r := w.nextReceipt()
		if len(r) != 10 || seen[r] || strings.ToUpper(r) != r {
			t.Fatalf("receipt %q", r)
		}
		seen[r] = true
	}
}
