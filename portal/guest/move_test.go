package guest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mtandao/billing"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

const hereVisit = "&" + redirect

// full fills the plan's slots with other devices.
func (w *world) full() string {
	w.slots = []access.Slot{{N: 1, MAC: "02a1b2c3d4e5"}, {N: 2, MAC: "02a1b2c3d4e6"}}
	return w.paidOrder()
}

func TestAFullPlanOffersToLogTheOtherDeviceOut(t *testing.T) {
	for _, l := range words.Languages {
		w := newWorld(t)
		at := "/s/" + w.full()
		page := w.get(at + "?l=" + string(l) + hereVisit)
		if page.status != http.StatusOK || !strings.Contains(page.body, words.Text(l, "guest.status.full")) || strings.Contains(page.body, "/connect?") {
			t.Fatalf("%s: %d, or it offers a log-in that would be refused", l, page.status)
		}
		if n := strings.Count(page.body, words.Text(l, "guest.device.instead")); n != 2 {
			t.Errorf("%s: %d offers, want one for each device", l, n)
		}
		values := form(t, page.body, at+"/devices")
		values.Set("instead", "2")
		got := w.post(at+"/devices", values)
		if got.status != http.StatusSeeOther || !strings.HasPrefix(got.location, at+"/connect?") {
			t.Errorf("%s: answered %d %q", l, got.status, got.location)
		}
		if w.slots[0].MAC != "02a1b2c3d4e5" || w.slots[1].MAC != "a4c3f0123456" {
			t.Errorf("%s: slots %+v", l, w.slots)
		}
		if got := w.get(got.location); got.status != http.StatusFound || !strings.HasPrefix(got.location, "http://10.5.50.1/login?") {
			t.Errorf("%s: the way online leads to %d %q", l, got.status, got.location)
		}
	}
}

func TestNobodyLogsOthersOutByAMACOrTooOften(t *testing.T) {
	w := newWorld(t)
	token := w.full()
	pass, err := w.guest.pass(token, galleryMAC)
	if err != nil {
		t.Fatal(err)
	}
	if page := w.get("/s/" + pass + "?l=en" + hereVisit); strings.Contains(page.body, "instead") {
		t.Error("who proves no more than a MAC is offered the others' places")
	}
	got := w.post("/s/"+pass+"/devices", url.Values{"instead": {"1"}, "k": {w.guest.stamps.Make("order", pass)}, "r": {routerToken}, "v": {redirect}})
	if got.status != http.StatusNotFound || w.moves != 0 {
		t.Errorf("by a pass: %d, %d moves", got.status, w.moves)
	}
	values := form(t, w.get("/s/"+token+"?l=en"+hereVisit).body, "/s/"+token+"/devices")
	values.Set("instead", "1")
	w.moves = 5
	if got = w.post("/s/"+token+"/devices", values); got.status != http.StatusTooManyRequests || !strings.Contains(got.body, words.Text(words.English, "grant.moved_enough")) {
		t.Errorf("too often: %d", got.status)
	}
	values.Set("k", "0")
	if got = w.post("/s/"+token+"/devices", values); got.status != http.StatusBadRequest {
		t.Errorf("without a stamp: %d", got.status)
	}
}

// phoneForm asks for a code as a person does, and gives where the code is to be typed.
func (w *world) phoneForm(t *testing.T, l words.Lang, number string) answer {
	t.Helper()
	at := "/h/kasarani/phone"
	values := form(t, w.get(at+"?l="+string(l)+hereVisit).body, at)
	values.Set("phone", number)
	return w.post(at, values)
}

func TestAPhoneCodeBringsThePlanBack(t *testing.T) {
	for _, l := range words.Languages {
		w := newWorld(t)
		token := w.full()
		sent := w.phoneForm(t, l, "0712 345 678")
		if sent.status != http.StatusSeeOther || w.codes["254712345678"] != 1 || strings.Contains(sent.location, "712345678") {
			t.Fatalf("%s: %d %q", l, sent.status, sent.location)
		}
		page := w.get(sent.location)
		if page.status != http.StatusOK || strings.Contains(page.body, "712345678") || !strings.Contains(page.body, "0712 ••• 678") {
			t.Fatalf("%s: the number is told, or not hinted at: %d %s", l, page.status, page.body)
		}
		values := form(t, page.body, "/h/kasarani/phone/code")
		values.Set("code", "000000")
		if got := w.post("/h/kasarani/phone/code", values); got.status != http.StatusForbidden || !strings.Contains(got.body, words.Text(l, "phone_code.wrong")) {
			t.Errorf("%s: a wrong code: %d", l, got.status)
		}
		values.Set("code", "123456")
		got := w.post("/h/kasarani/phone/code", values)
		if got.status != http.StatusSeeOther || !strings.HasPrefix(got.location, "/s/"+token+"?") {
			t.Fatalf("%s: %d %q", l, got.status, got.location)
		}
		if page := w.get(got.location); !strings.Contains(page.body, words.Text(l, "guest.device.instead")) {
			t.Errorf("%s: the plan does not move to this device", l)
		}
	}
}

func TestOfSeveralPlansOneIsChosen(t *testing.T) {
	w := newWorld(t)
	w.paidOrder()
	w.order("ffeeddccbbaa99887766554433221100", func(v *billing.OrderView) { v.Order.GrantID, v.Order.State = 8, billing.OrderPaid })
	page := w.get(w.phoneForm(t, words.English, "0712345678").location)
	values := form(t, page.body, "/h/kasarani/phone/code")
	values.Set("code", "123456")
	got := w.post("/h/kasarani/phone/code", values)
	if got.status != http.StatusOK || strings.Count(got.body, `href="/s/`) != 2 {
		t.Errorf("%d with %d plans", got.status, strings.Count(got.body, `href="/s/`))
	}
}

func TestWhoHasNothingIsToldTheSame(t *testing.T) {
	w := newWorld(t)
	if sent := w.phoneForm(t, words.English, "0799 000 000"); sent.status != http.StatusSeeOther {
		t.Errorf("told by %d", sent.status)
	}
	if wrong := w.phoneForm(t, words.English, "12"); wrong.status != http.StatusBadRequest {
		t.Errorf("no number: %d", wrong.status)
	}
	for _, to := range []string{"", "0123", "%00"} {
		if got := w.get("/h/kasarani/phone/code?to=" + to); got.status != http.StatusNotFound {
			t.Errorf("to %q: %d", to, got.status)
		}
	}
}
