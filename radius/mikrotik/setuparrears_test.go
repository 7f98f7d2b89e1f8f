package mikrotik

import (
	"slices"
	"strings"
	"testing"

	"mtandao/internal/sim/router"
)

// forwarded are the rules that what homes send goes through, in order.
func forwarded(c Configuration) (rules []string) {
	for _, r := range c["/ip/firewall/filter"] {
		if r["chain"] == "forward" && r["dynamic"] != "true" {
			rules = append(rules, r["comment"])
		}
	}
	return rules
}

// TestThoseInArrearsReachThePortalAlone: on every router, before anything else that lets homes through; also after a repair of any part.
func TestThoseInArrearsReachThePortalAlone(t *testing.T) {
	want := []string{"mtandao: arrears portal", "mtandao: arrears dns", "mtandao: arrears"}
	eachRouter(t, func(t *testing.T, c *router.Configuration, s Setup, used bool) {
		mustRun(t, c, scriptOf(t, s))
		r := reached(t, c)
		if rules := forwarded(read(t, r)); !slices.Equal(rules[:3], want) {
			t.Fatalf("%q", rules)
		}
		for _, comment := range want {
			mustRun(t, c, `/ip firewall filter remove [find where comment="`+comment+`"]`)
			for _, d := range s.Drift(read(t, r)) {
				mustRun(t, c, d.Repair)
			}
			if rules := forwarded(read(t, r)); !slices.Equal(rules[:3], want) {
				t.Errorf("without %s, and repaired: %q", comment, rules)
			}
		}
	})
}

// TestAPortalThatIsOnlyAName: the router looks it up, and where it leads elsewhere later that is seen.
func TestAPortalThatIsOnlyAName(t *testing.T) {
	c, s := router.BareConfiguration(seven), wanted(seven)
	s.PortalAddresses = nil
	c.SetFetch(serve(s, ""))
	mustRun(t, c, scriptOf(t, s))
	r := reached(t, c)
	is := read(t, r)
	rule := is.one("/ip/firewall/nat", "comment", "mtandao: arrears")
	if rule["to-addresses"] != "203.0.113.80" || rule["dst-address-list"] != "!mtandao-portal" {
		t.Errorf("%v", rule)
	}
	is["/ip/firewall/address-list"] = append(is["/ip/firewall/address-list"], map[string]string{"list": "mtandao-portal", "address": "203.0.113.80", "dynamic": "true"})
	if found := s.Drift(is); len(found) != 0 {
		t.Errorf("%+v", found)
	}
	is["/ip/firewall/address-list"][1]["address"] = "203.0.113.99"
	found := s.Drift(is)
	if len(found) != 1 || found[0].Wanted != "203.0.113.99" || !strings.Contains(found[0].Repair, ":resolve") {
		t.Errorf("%+v", found)
	}
	s.Portal = "https://198.51.100.9/h/cafe"
	if to := s.arrearsRedirect().values; to[len(to)-1].value != "198.51.100.9" {
		t.Errorf("%+v", to)
	}
}

// TestARouterWithoutHomesNeedsNoGardenForThem: and one whose rule stands behind what lets homes through needs it elsewhere.
func TestARouterWithoutHomesNeedsNoGardenForThem(t *testing.T) {
	c, s := router.BareConfiguration(seven), wanted(seven)
	s.PPPoE = nil
	c.SetFetch(serve(s, ""))
	mustRun(t, c, scriptOf(t, s))
	is := read(t, reached(t, c))
	if found := openToArrears(is); len(found) != 0 || slices.Contains(forwarded(is), "mtandao: arrears") {
		t.Errorf("%+v, %q", found, forwarded(is))
	}
}
