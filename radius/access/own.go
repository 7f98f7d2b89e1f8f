package access

import (
	"net/netip"

	"mtandao/internal/db"
)

// CauseAddress is the cause in the fact "grant changed" when the grant was given another address: its sessions begin anew.
const CauseAddress Cause = "address"

// SetAddress gives a grant addresses of its own, in place of those that it had; the pools stay its plan's. fault.Conflict
// "address.taken" when one of them is a living grant's, "grant.ended"; fault.Invalid "limits.address".
func (s *Service) SetAddress(tx *db.Tx, grantID int64, own Address) error {
	g, err := lockLive(tx, grantID)
	if err != nil {
		return err
	}
	at := g.Limits.Address
	at.IPv4, at.Routes, at.IPv6, at.Delegated = own.IPv4, own.Routes, own.IPv6, own.Delegated
	changed := g
	changed.Limits.Address = at
	if err := changed.Limits.Check(); err != nil {
		return err
	}
	if err := s.claimAddresses(tx, grantID, at.texts()); err != nil {
		return err
	}
	if err := change(tx, g, map[string]any{"limits": string(EncodeLimits(changed.Limits))}); err != nil {
		return err
	}
	return s.emit(tx, GrantChanged, g, CauseAddress)
}

// Own are the networks that are the grant's alone; a single address is one of 32 bits.
func (a Address) Own() (own []netip.Prefix) {
	if a.IPv4.IsValid() {
		own = append(own, netip.PrefixFrom(a.IPv4, 32))
	}
	for _, p := range append([]netip.Prefix{a.IPv6, a.Delegated}, a.Routes...) {
		if p.IsValid() {
			own = append(own, p)
		}
	}
	return own
}

// texts are the addresses and networks that nobody else may have.
func (a Address) texts() []string {
	var all []string
	for _, p := range a.Own() {
		if a.IPv4.IsValid() && p == netip.PrefixFrom(a.IPv4, 32) {
			all = append(all, a.IPv4.String())
		} else {
			all = append(all, p.String())
		}
	}
	return all
}
