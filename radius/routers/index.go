package routers

import (
	"net/netip"
	"slices"
)

// index is one state of the copy in memory; it never changes once it is made.
type index struct {
	byID     map[int64]*Router
	byToken  map[string]int64
	byPrefix map[netip.Prefix]int64
	byTunnel map[netip.Addr]int64
	bits     []int // prefix lengths in use, longest first
}

func newIndex(all map[int64]*Router) *index {
	x := &index{byID: all, byToken: map[string]int64{}, byPrefix: map[netip.Prefix]int64{}, byTunnel: map[netip.Addr]int64{}}
	lengths := map[int]bool{}
	for id, r := range all {
		if r.State != StateActive {
			continue
		}
		x.byToken[r.Token] = id
		if r.Tunnel.Address.IsValid() {
			x.byTunnel[r.Tunnel.Address] = id
		}
		for _, p := range r.Addresses {
			x.byPrefix[p] = id
			lengths[p.Bits()] = true
		}
	}
	for bits := range lengths {
		x.bits = append(x.bits, bits)
	}
	slices.SortFunc(x.bits, func(a, b int) int { return b - a })
	return x
}

func (x *index) find(a netip.Addr) (*Router, bool) {
	a = a.Unmap().WithZone("")
	for _, bits := range x.bits {
		p, err := a.Prefix(bits)
		if err != nil { // longer than this family's addresses
			continue
		}
		if id, ok := x.byPrefix[p]; ok {
			return x.byID[id], true
		}
	}
	return nil, false
}
