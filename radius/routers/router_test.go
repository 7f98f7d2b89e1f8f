package routers

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"mtandao/internal/fault"
)

func valid() Router {
	return Router{SiteID: 1, Name: "Cafe", Dialect: MikroTik, Addresses: []netip.Prefix{netip.MustParsePrefix("10.99.0.2/32")},
		Secret: "0123456789abcdef", Auth: AuthRequired, State: StateActive, Interim: 5 * time.Minute, LoginHosts: []string{"10.5.50.1", "[fd00::1]:8080"}}
}

func TestValidateAccepts(t *testing.T) {
	full := valid()
	full.APIAddress, full.APIUser, full.APITLS = "router.example:8729", "api", true
	full.APICert = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
	full.CoAAddress, full.Identifier = "[fd00::1]:3799", "cafe"
	retired, homeward := valid(), valid()
	retired.State, retired.Addresses, homeward.Addresses = StateRetired, nil, nil
	for _, r := range []Router{valid(), full, retired, homeward, Router{SiteID: 1, Name: " Cafe ", Dialect: Chilli, Addresses: valid().Addresses, Secret: valid().Secret}.withDefaults()} {
		if err := r.Validate(); err != nil {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

func TestValidateRefuses(t *testing.T) {
	prefixes := func(texts ...string) (all []netip.Prefix) {
		for _, s := range texts {
			all = append(all, netip.MustParsePrefix(s))
		}
		return all
	}
	for name, c := range map[string]struct {
		change func(r *Router)
		key    string
	}{
		"no name":              {func(r *Router) { r.Name = "" }, "router.name"},
		"long name":            {func(r *Router) { r.Name = strings.Repeat("é", 101) }, "router.name"},
		"no site":              {func(r *Router) { r.SiteID = 0 }, "router.site"},
		"unknown dialect":      {func(r *Router) { r.Dialect = "unifi" }, "router.dialect"},
		"unknown auth":         {func(r *Router) { r.Auth = "maybe" }, "router.auth"},
		"unknown state":        {func(r *Router) { r.State = "lost" }, "router.state"},
		"short secret":         {func(r *Router) { r.Secret = "0123456789abcde" }, "router.secret_short"},
		"long secret":          {func(r *Router) { r.UAMSecret = strings.Repeat("x", 201) }, "router.secret_long"},
		"long identifier":      {func(r *Router) { r.Identifier = strings.Repeat("x", 201) }, "router.identifier"},
		"hasty interim":        {func(r *Router) { r.Interim = 59 * time.Second }, "router.interim"},
		"API without port":     {func(r *Router) { r.APIAddress, r.APIUser = "10.0.0.1", "api" }, "router.api_address"},
		"API without user":     {func(r *Router) { r.APIAddress = "10.0.0.1:8728" }, "router.api_user"},
		"TLS not pinned":       {func(r *Router) { r.APITLS = true }, "router.api_cert"},
		"CoA port 0":           {func(r *Router) { r.CoAAddress = "10.0.0.1:0" }, "router.coa_address"},
		"whole internet":       {func(r *Router) { r.Addresses = prefixes("0.0.0.0/0") }, "router.address"},
		"whole IPv6":           {func(r *Router) { r.Addresses = prefixes("::/0") }, "router.address"},
		"host bits":            {func(r *Router) { r.Addresses = prefixes("10.0.0.1/24") }, "router.address"},
		"IPv4 in IPv6":         {func(r *Router) { r.Addresses = prefixes("::ffff:10.0.0.1/128") }, "router.address"},
		"URL as log-in host":   {func(r *Router) { r.LoginHosts = []string{"http://10.5.50.1"} }, "router.login_host"},
		"space in log-in host": {func(r *Router) { r.LoginHosts = []string{"a b"} }, "router.login_host"},
		"bad log-in port":      {func(r *Router) { r.LoginHosts = []string{"a:99999"} }, "router.login_host"},
	} {
		r := valid()
		c.change(&r)
		if err := r.Validate(); !fault.Is(err, fault.Invalid) || fault.KeyOf(err) != c.key {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
	}
}

func TestAllowsLogin(t *testing.T) {
	r := Router{LoginHosts: []string{"10.5.50.1", "wifi.example:8080", "fd00::1"}}
	for _, c := range []struct {
		host, port, usual string
		want              bool
	}{
		{"10.5.50.1", "", "80", true}, {"10.5.50.1", "80", "80", true}, {"10.5.50.1", "443", "443", true}, {"10.5.50.1", "8080", "80", false},
		{"WIFI.example", "8080", "80", true}, {"wifi.example", "", "80", false}, {"fd00::1", "", "80", true}, {"", "", "80", false},
		{"10.5.50.2", "", "80", false},
	} {
		if got := r.AllowsLogin(c.host, c.port, c.usual); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
	if (Router{LoginHosts: []string{""}}).AllowsLogin("", "", "80") {
		t.Error("an empty host was allowed")
	}
}

func TestLongestPrefixWins(t *testing.T) {
	router := func(id int64, state string, prefixes ...string) *Router {
		r := &Router{ID: id, State: state, Token: string(rune('a' + id))}
		for _, p := range prefixes {
			r.Addresses = append(r.Addresses, netip.MustParsePrefix(p))
		}
		return r
	}
	all := map[int64]*Router{
		1: router(1, StateActive, "10.0.0.0/8", "fd00::/48"), 2: router(2, StateActive, "10.1.0.0/16"),
		3: router(3, StateActive, "10.1.2.3/32"), 4: router(4, StateRetired, "10.1.2.4/32"),
	}
	x := newIndex(all)
	for address, want := range map[string]int64{
		"10.9.9.9": 1, "10.1.9.9": 2, "10.1.2.3": 3, "::ffff:10.1.2.3": 3, "10.1.2.4": 2, "fd00::9": 1, "fd00::9%eth0": 1, "192.0.2.1": 0, "fe80::1": 0,
	} {
		r, ok := valueOf(x.find(netip.MustParseAddr(address)))
		if r.ID != want || ok != (want != 0) {
			t.Errorf("%s is router %d, want %d", address, r.ID, want)
		}
	}
	if _, ok := x.find(netip.Addr{}); ok {
		t.Error("no address was found")
	}
	if _, ok := x.byToken[all[4].Token]; ok {
		t.Error("a retired router answers to its token")
	}
}
