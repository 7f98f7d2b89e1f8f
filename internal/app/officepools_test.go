package app

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"mtandao/radius/access"
)

// pooled is a pool made on its page, and an address of it that a device of a grant has.
func (s *Stage) pooled(t *testing.T, grant string) (pool, address string) {
	t.Helper()
	manager := s.hire(t, "pools@demo.example", nil, "owner")
	manager.expect(manager.send("/office/pools/new", url.Values{"name": {"homes"}, "prefixes": {"100.64.0.0/28"}, "length": {""}}), http.StatusSeeOther)
	id, err := strconv.ParseInt(grant, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Main.Pools.Lease(t.Context(), "homes", id, access.MAC("02a1b2c3d4ee"), s.Main.Radius.Stands)
	if err != nil {
		t.Fatal(err)
	}
	return s.idOf(t, kindPool, "homes"), got.Addr().String()
}

func TestAPoolIsMadeSearchedAndFreed(t *testing.T) {
	s := openStage(t, 1)
	_, grant := s.bought(t, "kasarani-1", "02a1b2c3d4aa")
	pool, address := s.pooled(t, grant)
	at := "/office/pools/" + pool
	c := s.hire(t, "network@demo.example", nil, "owner")
	c.expect(c.ask(http.MethodGet, "/office/pools", nil), http.StatusOK, "homes", "1 of 14 taken (8 %)")
	c.expect(c.ask(http.MethodGet, at, nil), http.StatusOK, address, "02:A1:B2:C3:D4:EE", "Kept", "Free it")
	for typed, found := range map[string]bool{address: true, "02-a1-b2-c3-d4-ee": true, "02:a1:b2:c3:d4:ab": false, "192.168.0.1": false, "nobody": false, "100.64.0.1/28": address == "100.64.0.1"} {
		got := c.ask(http.MethodGet, at+"?q="+url.QueryEscape(typed), nil)
		c.expect(got, http.StatusOK)
		if strings.Contains(got.body, "02:A1:B2:C3:D4:EE") != found {
			t.Errorf("%q found: %t", typed, !found)
		}
	}
	one := at + "/leases/" + address + "/free"
	c.expect(c.ask(http.MethodGet, one, nil), http.StatusOK, "Free "+address+"?")
	c.expect(c.ask(http.MethodPost, one, url.Values{"k": {c.stamp()}, "was": {"1 2 3"}}), http.StatusSeeOther)
	c.expect(c.ask(http.MethodGet, at, nil), http.StatusOK, "Free it") // it was another's by then: nothing is done
	c.expect(c.press(one, "/free", nil), http.StatusSeeOther)
	got := c.ask(http.MethodGet, at, nil)
	c.expect(got, http.StatusOK, "0 of 14 taken")
	c.expect(c.ask(http.MethodGet, one, nil), http.StatusNotFound)
	c.expect(c.ask(http.MethodGet, "/office/audit", nil), http.StatusOK, "freed an address")
	verifyBooks(t, s.Main)
}

func TestAPoolIsRefusedWithTheCause(t *testing.T) {
	s := openStage(t, 1)
	_, grant := s.bought(t, "kasarani-1", "02a1b2c3d4aa")
	pool, _ := s.pooled(t, grant)
	c := s.hire(t, "network@demo.example", nil, "owner")
	for _, refused := range []struct{ name, prefixes, length, says string }{
		{"Homes 2", "100.64.1.0/24", "", "small letters"},
		{"homes", "100.64.1.0/24", "", "homes"},
		{"", "100.64.1.0/24", "", "name"},
		{"shops", "", "", "at least one"},
		{"shops", "100.64.0.8/29", "", "the pool homes gives out already"},
		{"shops", "100.64.1.1/24", "", "100.64.1.1/24 does not fit"},
		{"shops", "10.0.0.0/8", "", "65,536"},
		{"shops", "2001:db8::/40", "", "2001:db8::/40 does not fit"},
		{"shops", "2001:db8::/40", "fifty", "whole number"},
		{"shops", "hundred", "", "hundred does not fit"},
	} {
		got := c.send("/office/pools/new", url.Values{"name": {refused.name}, "prefixes": {refused.prefixes}, "length": {refused.length}})
		if got.status < 400 || got.status >= 500 || !strings.Contains(got.body, refused.says) || !strings.Contains(got.body, `class="why`) {
			t.Errorf("%+v answered %d\n%s", refused, got.status, mainOf(got.body))
		}
	}
	edit := "/office/pools/" + pool + "/edit"
	c.expect(c.press(edit, "/edit", url.Values{"prefixes": {"100.64.0.0/28\r\n100.64.1.0/28"}}), http.StatusSeeOther)
	c.expect(c.ask(http.MethodGet, "/office/pools/"+pool, nil), http.StatusOK, "1 of 28 taken")
}
