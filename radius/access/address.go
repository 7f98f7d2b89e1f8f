package access

import (
	"net/netip"
	"strings"

	"mtandao/internal/fault"
)

// Address is where a grant's sessions stand in the network. A plan names pools; what is one subscriber's own is set on the
// grant. Zero leaves it to the router.
type Address struct {
	Pool          string         // of ours, else of the router's own (Framed-Pool)
	IPv4          netip.Addr     // always this one (Framed-IP-Address)
	Routes        []netip.Prefix // that lead to it (Framed-Route)
	IPv6          netip.Prefix   // of the link (Framed-IPv6-Prefix)
	Delegated     netip.Prefix   // for the network behind it (Delegated-IPv6-Prefix)
	IPv6Pool      string         // Framed-IPv6-Pool
	DelegatedPool string         // Delegated-IPv6-Prefix-Pool
	List          string         // of the router's firewall, that the IPv4 address is put on
}

const (
	longestPool = 64
	mostRoutes  = 16
	ourLists    = "mtandao-" // begins the names of those that our set-up makes
)

// IsZero says that the router decides.
func (a Address) IsZero() bool {
	return a.Pool == "" && a.List == "" && !a.IPv4.IsValid() && len(a.Routes) == 0 && !a.hasIPv6()
}

func (a Address) hasIPv6() bool {
	return a.IPv6.IsValid() || a.Delegated.IsValid() || a.IPv6Pool != "" || a.DelegatedPool != ""
}

// check says what is wrong: fault.Invalid "limits.address".
func (a Address) check() error {
	wrong := func(value string) error { return fault.New(fault.Invalid, "limits.address", "Value", value) }
	for _, pool := range []string{a.Pool, a.IPv6Pool, a.DelegatedPool} {
		if len(pool) > longestPool || !isASCII(pool) {
			return wrong(pool)
		}
	}
	if len(a.List) > longestPool || !isASCII(a.List) || strings.HasPrefix(strings.ToLower(a.List), ourLists) {
		return wrong(a.List)
	}
	if a.IPv4 != (netip.Addr{}) && (!a.IPv4.Is4() || a.IPv4.IsUnspecified() || a.IPv4.IsLoopback() || a.IPv4.IsMulticast()) {
		return wrong(a.IPv4.String())
	}
	if len(a.Routes) > mostRoutes || len(a.Routes) > 0 && !a.IPv4.IsValid() {
		return wrong("routes")
	}
	for _, r := range a.Routes {
		if !r.IsValid() || !r.Addr().Is4() || r != r.Masked() {
			return wrong(r.String())
		}
	}
	for _, p := range []netip.Prefix{a.IPv6, a.Delegated} {
		if p != (netip.Prefix{}) && (!p.IsValid() || !p.Addr().Is6() || p.Addr().Is4In6() || p != p.Masked()) {
			return wrong(p.String())
		}
	}
	return nil
}

func (a Address) document() *addressDocument {
	if a.IsZero() {
		return nil
	}
	d := addressDocument{Pool: a.Pool, Routes: a.Routes, IPv6Pool: a.IPv6Pool, DelegatedPool: a.DelegatedPool, List: a.List}
	if a.IPv4.IsValid() {
		d.IPv4 = a.IPv4.String()
	}
	if a.IPv6.IsValid() {
		d.IPv6 = a.IPv6.String()
	}
	if a.Delegated.IsValid() {
		d.Delegated = a.Delegated.String()
	}
	return &d
}

func addressOf(d *addressDocument) (a Address, err error) {
	if d == nil {
		return a, nil
	}
	a = Address{Pool: d.Pool, Routes: d.Routes, IPv6Pool: d.IPv6Pool, DelegatedPool: d.DelegatedPool, List: d.List}
	if d.IPv4 != "" {
		a.IPv4, err = netip.ParseAddr(d.IPv4)
	}
	if err == nil && d.IPv6 != "" {
		a.IPv6, err = netip.ParsePrefix(d.IPv6)
	}
	if err == nil && d.Delegated != "" {
		a.Delegated, err = netip.ParsePrefix(d.Delegated)
	}
	if err != nil {
		return a, fault.Wrap(fault.Invalid, "limits.unreadable", err)
	}
	return a, nil
}
