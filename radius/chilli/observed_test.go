package chilli

import (
	"net/http"
	"testing"

	"mtandao/internal/sim/router"
)

// TestObservedChilli19: its first redirect says not where the person wanted to go, and a refused log-in gets no page. The person comes
// back by opening any page, and goes online by a link that is right.
func TestObservedChilli19(t *testing.T) {
	sim, r := simulated(t, func(o *router.Options) { o.Chilli19 = true })
	phone, err := sim.Join("aabbcc001122")
	if err != nil {
		t.Fatal(err)
	}
	landing := open(t, phone.URL())
	d := New(nil)
	v, err := d.ReadVisit(r, landing.RawQuery, landing.String())
	if err != nil || v.Original != "" || v.MAC != "aabbcc001122" {
		t.Fatalf("%s was read as %+v, %v", landing, v, err)
	}
	link, err := d.LoginLink(r, v, "ann", "wrong")
	if err != nil {
		t.Fatal(err)
	}
	if response, err := http.Get(link); err == nil {
		_ = response.Body.Close()
		t.Fatal("a refused log-in got a page")
	}
	again := open(t, phone.URL())
	if v, err = d.ReadVisit(r, again.RawQuery, again.String()); err != nil || phone.Online() {
		t.Fatalf("%s: %v", again, err)
	}
	if link, err = d.LoginLink(r, v, "ann", "one-time"); err != nil {
		t.Fatal(err)
	}
	if open(t, link); !phone.Online() {
		t.Error("the phone is not online")
	}
}
