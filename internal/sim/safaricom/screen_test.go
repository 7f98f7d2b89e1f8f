package safaricom

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func (w *world) page(path string, form url.Values) string {
	w.t.Helper()
	resp, err := http.Get(w.api.URL + path)
	if form != nil {
		resp, err = http.PostForm(w.api.URL+path, form)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return string(body)
}

func contains(t *testing.T, page string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}

func TestPhoneScreenPays(t *testing.T) {
	w := newWorld(t, nil)
	contains(t, w.page("/", nil), "No prompt is open", `http-equiv="refresh" content="3"`)
	id := w.pushed(alice)
	contains(t, w.page("/phone", nil), `href="/phone/254708374149"`, "0708 374 149")
	contains(t, w.page("/phone/"+alice, nil), "Do you want to pay KES 10 to Baraka Wi-Fi for account K7M4P2QXTA?", id, `content="61"`, "Ksh 5,000.00")
	page := w.page("/phone/"+alice, url.Values{"act": {"send"}, "checkout": {id}, "pin": {PIN}})
	contains(t, page, "PIN sent", w.Moves()[0].Receipt+" Confirmed.", "Ksh 4,990.00", "No prompt.")
	contains(t, w.page("/phone/"+alice, url.Values{"act": {"send"}, "checkout": {id}, "pin": {PIN}}), "That prompt is over")
	if got := callbackCodes(w.received()); got != "0" {
		t.Fatalf("codes %q", got)
	}
}

func TestPhoneScreenOtherAnswers(t *testing.T) {
	for act, want := range map[string]string{"cancel": "1032", "wrong_pin": "2001", "no_money": "1", "send": "2001", "ignore": ""} {
		w := newWorld(t, nil)
		w.page("/phone/"+alice, url.Values{"act": {act}, "checkout": {w.pushed(alice)}, "pin": {"9999"}})
		if got := callbackCodes(w.received()); got != want {
			t.Errorf("%s: %q", act, got)
		}
	}
}

func TestPhoneScreenAccount(t *testing.T) {
	w := newWorld(t, nil)
	for range wrongPINs {
		w.answer(w.pushed(alice), WrongPIN)
	}
	contains(t, w.page("/phone/"+alice, nil), "locked after three wrong tries")
	contains(t, w.page("/phone/"+alice, url.Values{"act": {"unlock"}}), "The PIN is unlocked")
	contains(t, w.page("/phone/"+alice, url.Values{"act": {"top_up"}}), "Ksh 6,000.00")
	contains(t, w.page("/phone/"+alice, url.Values{"act": {"empty"}}), "Ksh 0.00")
}

func TestPickUpAPhone(t *testing.T) {
	w := newWorld(t, nil)
	contains(t, w.page("/phone?number=%2B254+712-345-678", nil), "0712 345 678")
	contains(t, w.page("/phone?number=12", nil), "not a Kenyan mobile number")
	contains(t, w.page("/phone?choose=1", nil), "Which number?")
	if resp, _ := http.Get(w.api.URL + "/phone/12"); resp.StatusCode != 404 {
		t.Errorf("status %d", resp.StatusCode)
	}
}

func TestPayByHandOnThePhone(t *testing.T) {
	w := newWorld(t, nil)
	path := "/phone/" + bob + "/pay"
	contains(t, w.page(path, nil), "Baraka Wi-Fi", "174379", "Till 5123456")
	contains(t, w.page(path, url.Values{"code": {"174379"}, "account": {"K7M4"}, "amount": {"ten"}}), "must be a number", `value="K7M4"`)
	contains(t, w.page(path, url.Values{"code": {"1"}, "account": {"K7M4"}, "amount": {"10"}}), "no such business number")
	contains(t, w.page(path, url.Values{"code": {"174379"}, "account": {"K7M4"}, "amount": {"1,250.50"}}), "Paid.", "Ksh1,250.50 sent to Baraka Wi-Fi for account K7M4")
	contains(t, w.page(path, url.Values{"code": {"5123456"}, "account": {"ignored"}, "amount": {"20"}}), "Ksh20.00 paid to Kiosk.")
	if m := w.Moves(); len(m) != 2 || m[0].Cents != 1250_50 || m[1].Kind != KindTill || m[1].Reference != "" {
		t.Fatalf("moves %+v", m)
	}
}

func TestFaultsPage(t *testing.T) {
	w := newWorld(t, nil)
	for _, s := range Switches {
		contains(t, w.page("/faults", nil), `name="`+s.Key+`"`, s.Title)
	}
	page := w.page("/faults", url.Values{"lose_callback": {"on"}, "query_pending": {"on"}})
	contains(t, page, "Saved.", `name="lose_callback" checked`)
	if w.Faults() != (Faults{LoseCallback: true, QueryPending: true}) {
		t.Fatalf("faults %+v", w.Faults())
	}
	w.page("/faults", url.Values{"all_off": {"1"}, "lose_callback": {"on"}})
	if w.Faults() != (Faults{}) {
		t.Fatalf("faults %+v", w.Faults())
	}
	w.answer(w.pushed(alice), Approve)
	w.received()
	page = w.page("/faults", nil)
	contains(t, page, w.Moves()[0].Receipt, "push result to 127.0.0.1")
	if strings.Contains(page, "0a1b") {
		t.Error("the page shows the merchant's secret path")
	}
}

func TestPagesNeedNothingFromOutside(t *testing.T) {
	w := newWorld(t, nil)
	w.pushed(alice)
	_, _ = w.PayBill(context.Background(), bob, "174379", `<script>x`, 100)
	for _, path := range []string{"/phone", "/phone/" + alice, "/phone/" + bob, "/phone/" + bob + "/pay", "/faults", "/phone?choose=1"} {
		page := w.page(path, nil)
		for _, bad := range []string{"http://", "https://", "<script", "src="} {
			if strings.Contains(page, bad) {
				t.Errorf("%s contains %q", path, bad)
			}
		}
	}
}
