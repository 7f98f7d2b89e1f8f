package pools

import (
	"net/netip"
	"regexp"
	"slices"

	"mtandao/internal/fault"
)

// Pool is a set of addresses, or of prefixes of one length, under one name.
type Pool struct {
	ID       int64
	Name     string // a-z 0-9 - as plans name it
	Prefixes []netip.Prefix
	Length   int // of what is leased: 32 for IPv4 addresses; for IPv6 prefixes 48 to 64
}

const (
	mostLeases  = 1 << 16 // in a pool: each is a row
	ipv4Address = 32
	shortest    = 48
	longest     = 64
)

var nameShape = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// Validate says what is wrong: fault.Invalid "pool.name", "pool.prefixes" or "pool.size".
func (p Pool) Validate() error {
	if !nameShape.MatchString(p.Name) {
		return fault.New(fault.Invalid, "pool.name", "Name", p.Name)
	}
	leases := 0
	for i, prefix := range p.Prefixes {
		v4 := prefix.IsValid() && prefix.Addr().Is4() && p.Length == ipv4Address
		v6 := prefix.IsValid() && prefix.Addr().Is6() && !prefix.Addr().Is4In6() && p.Length >= shortest && p.Length <= longest
		if prefix != prefix.Masked() || !v4 && !v6 || prefix.Bits() > p.Length {
			return fault.New(fault.Invalid, "pool.prefixes", "Value", prefix.String())
		}
		for _, other := range p.Prefixes[:i] {
			if other.Overlaps(prefix) {
				return fault.New(fault.Invalid, "pool.prefixes", "Value", prefix.String())
			}
		}
		if bits := p.Length - prefix.Bits(); bits > 16 {
			return fault.New(fault.Invalid, "pool.size")
		} else {
			leases += 1 << bits
		}
	}
	if leases == 0 || leases > mostLeases {
		return fault.New(fault.Invalid, "pool.size")
	}
	return nil
}

// overlaps says which network of a pool another has some of.
func (p Pool) overlaps(other Pool) (netip.Prefix, bool) {
	for _, mine := range p.Prefixes {
		if slices.ContainsFunc(other.Prefixes, mine.Overlaps) {
			return mine, true
		}
	}
	return netip.Prefix{}, false
}

// At is what is leased at an address: the address itself, or the prefix that holds it; false when the pool has no such.
func (p Pool) At(a netip.Addr) (netip.Prefix, bool) {
	if !slices.ContainsFunc(p.Prefixes, func(of netip.Prefix) bool { return of.Contains(a) }) {
		return netip.Prefix{}, false
	}
	at, err := a.Prefix(p.Length)
	return at, err == nil
}

// leases lists what can be leased, without the first and last address of an IPv4 network, which are the router's and everybody's.
func (p Pool) leases() []netip.Prefix {
	var all []netip.Prefix
	for _, prefix := range p.Prefixes {
		n := 1 << (p.Length - prefix.Bits())
		at := prefix.Addr()
		for i := range n {
			ends := p.Length == ipv4Address && n > 2 && (i == 0 || i == n-1)
			if !ends {
				all = append(all, netip.PrefixFrom(at, p.Length))
			}
			at = after(at, p.Length)
		}
	}
	return all
}

// after is the first address behind the prefix of that length which begins at a.
func after(a netip.Addr, length int) netip.Addr {
	octets := a.AsSlice()
	for bit := length - 1; bit >= 0; bit-- {
		mask := byte(0x80) >> (bit % 8)
		octets[bit/8] ^= mask
		if octets[bit/8]&mask != 0 {
			break
		}
	}
	next, _ := netip.AddrFromSlice(octets)
	return next
}
