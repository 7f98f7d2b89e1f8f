package routers

import (
	"net"
	"net/netip"

	"layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2869"
	"layeh.com/radius/rfc3162"
	"layeh.com/radius/rfc4818"
	"layeh.com/radius/rfc6911"

	"mtandao/radius/access"
)

// AddAddress adds where a session stands: Framed-IP-Address and Framed-Route (RFC 2865 §5.8, §5.22), Framed-Pool (RFC 2869
// §5.18), Framed-IPv6-Prefix and -Pool (RFC 3162), Delegated-IPv6-Prefix (RFC 4818) and its pool (RFC 6911). No CoA may carry
// them: a session that is to stand elsewhere begins anew.
func (a *Answer) AddAddress(to *Attributes) error {
	at := &a.Address
	if at.IsZero() {
		return nil
	}
	var p radius.Packet
	if err := addAddress(&p, at); err != nil {
		return err
	}
	to.Take(p.Attributes)
	return nil
}

func addAddress(p *radius.Packet, at *access.Address) error {
	if at.IPv4.IsValid() {
		if err := rfc2865.FramedIPAddress_Add(p, at.IPv4.AsSlice()); err != nil {
			return err
		}
	}
	for _, route := range at.Routes {
		if err := rfc2865.FramedRoute_AddString(p, route.String()+" "+at.IPv4.String()+" 1"); err != nil {
			return err
		}
	}
	for _, pool := range []struct {
		name string
		add  func(*radius.Packet, string) error
	}{{at.Pool, rfc2869.FramedPool_AddString}, {at.IPv6Pool, rfc3162.FramedIPv6Pool_AddString}, {at.DelegatedPool, rfc6911.DelegatedIPv6PrefixPool_AddString}} {
		if pool.name == "" {
			continue
		}
		if err := pool.add(p, pool.name); err != nil {
			return err
		}
	}
	return addPrefixes(p, at.IPv6, at.Delegated)
}

func addPrefixes(p *radius.Packet, link, delegated netip.Prefix) error {
	if link.IsValid() {
		if err := rfc3162.FramedIPv6Prefix_Add(p, ipNet(link)); err != nil {
			return err
		}
	}
	if delegated.IsValid() {
		return rfc4818.DelegatedIPv6Prefix_Add(p, ipNet(delegated))
	}
	return nil
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}
