package guest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Whoever knows a neighbour's MAC sees how long the neighbour's plan lasts, and gets nothing that is worth anything.
func TestAMACAloneOpensNoCodesDevicesOrPrompts(t *testing.T) {
	w := newWorld(t)
	token := w.paidOrder()
	arrived := w.get("/h/kasarani?" + redirect)
	if arrived.status != http.StatusFound || strings.Contains(arrived.location, token) {
		t.Fatalf("answered %d %q", arrived.status, arrived.location)
	}
	page := w.get(arrived.location)
	if page.status != http.StatusOK || strings.Contains(page.body, aCode.Grouped(5)) || strings.Contains(page.body, "/devices") || strings.Contains(page.body, token) {
		t.Errorf("the page of a pass tells too much (%d)", page.status)
	}
	own := w.get("/s/" + token + "?" + redirect)
	if !strings.Contains(own.body, aCode.Grouped(5)) || !strings.Contains(own.body, "/s/"+token+"/devices") {
		t.Error("the order's own page has lost its code or devices")
	}
	pass, _, _ := strings.Cut(strings.TrimPrefix(arrived.location, "/s/"), "?")
	stamp := w.guest.stamps.Make("order", pass)
	if got := w.post("/s/"+pass+"/devices", url.Values{"k": {stamp}, "mac": {"11:22:33:44:55:66"}}); got.status != http.StatusNotFound {
		t.Errorf("devices by a pass: %d", got.status)
	}
	elsewhere := "?" + strings.Replace(redirect, "A4:C3:F0:12:34:56", "A4:C3:F0:99:99:99", 1)
	if got := w.get("/s/" + pass + "/connect" + elsewhere); got.status != http.StatusFound || len(w.onlys) != 1 || w.onlys[0] != galleryMAC {
		t.Errorf("a log-in by a pass is for %v: %d", w.onlys, got.status)
	}
	if got := w.post("/s/"+pass+"/logout"+elsewhere, url.Values{"k": {stamp}}); got.status != http.StatusSeeOther || len(w.logouts) != 1 || w.logouts[0] != galleryMAC {
		t.Errorf("logging out by a pass is for %v: %d", w.logouts, got.status)
	}
	before := len(w.wishes)
	if got := w.post("/o/"+pass+"/again", url.Values{"k": {stamp}, "n": {strings.Repeat("a", 32)}}); got.status != http.StatusSeeOther || len(w.wishes) != before {
		t.Errorf("a prompt to the neighbour's phone by a pass: %d", got.status)
	}
	if got := w.get("/s/" + pass[:len(pass)-2] + "AA"); got.status != http.StatusNotFound {
		t.Errorf("an altered pass: %d", got.status)
	}
}
