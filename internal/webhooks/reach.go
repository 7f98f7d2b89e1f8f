package webhooks

import (
	"errors"
	"net/netip"
	"syscall"
)

var errPrivate = errors.New("the address is not of the public internet")

// reserved are the ranges that lead nowhere on the public internet, or back to us, besides those that net/netip names.
var reserved = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10")

func prefixes(all ...string) (list []netip.Prefix) {
	for _, one := range all {
		list = append(list, netip.MustParsePrefix(one))
	}
	return list
}

// public says whether an address is of the public internet.
func public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Zone() != "" {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// open says whether an endpoint may be there.
func (s *Service) open(at netip.AddrPort) bool {
	return public(at.Addr()) || s.Near != nil && s.Near(at)
}

// judge looks at the address that is about to be dialled: a name may lead anywhere, and elsewhere than a moment ago.
func (s *Service) judge(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !s.open(at) {
		return errPrivate
	}
	return nil
}
