package app

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mtandao/radius/routers"
)

// TestARouterIsChangedByWhoHasProvedThemself: what opens the network is not changed from a browser that was left open, and the
// form that asks for a proof shows none of it.
func TestARouterIsChangedByWhoHasProvedThemself(t *testing.T) {
	s := openStage(t, 1)
	technician := s.hire(t, "tech@demo.example", nil, "technician")
	at := "/office/routers/" + s.idOf(t, kindRouter, "ngong-1")
	before, _ := s.Main.Routers.Get(s.seeded.routers["ngong-1"].ID)
	form := url.Values{"name": {"ngong-1"}, "site": {"ngong"}, "dialect": {"mikrotik"}, "addresses": {"192.0.2.66"}, "secret": {"my own secret 123"},
		"api_address": {"192.0.2.66:8728"}, "api_user": {"mtandao"}, "api_password": {"my own password"}, "auth": {"required"}, "interim": {"5"}, "interim_unit": {"m"}}
	s.unproven(t)
	for _, path := range []string{"/edit", "/retire"} {
		if got := technician.ask(http.MethodGet, at+path, nil); !strings.HasPrefix(got.location, "/office/prove?") {
			t.Errorf("%s is opened: %d", path, got.status)
		}
	}
	asked := technician.send(at+"/edit", form)
	if asked.status != http.StatusOK || !strings.Contains(asked.body, `name="proof"`) || strings.Contains(asked.body, "my own") {
		t.Fatalf("%d %s", asked.status, mainOf(asked.body))
	}
	if got := technician.send(at+"/retire", nil); !strings.Contains(got.body, `name="proof"`) {
		t.Errorf("retired: %d", got.status)
	}
	if got := technician.send("/office/routers/new", form); !strings.Contains(got.body, `name="proof"`) {
		t.Errorf("a new one: %d", got.status)
	}
	if r, _ := s.Main.Routers.Get(before.ID); r.Secret != before.Secret || r.State != routers.StateActive || len(s.Main.Routers.All()) != len(s.seeded.routers) {
		t.Fatalf("changed: %+v", r)
	}
	s.proven(t)
	again := url.Values{"kept": {keptForm.FindStringSubmatch(asked.body)[1]}}
	technician.expect(technician.send(at+"/edit", again), http.StatusSeeOther)
	if r, _ := s.Main.Routers.Get(before.ID); r.Secret != "my own secret 123" || r.APIPassword != "my own password" {
		t.Errorf("what was typed is lost: %+v", r.Addresses)
	}
}
