package pools

import (
	"net/netip"
	"time"

	"mtandao/internal/db"
)

// forever is until when an address is kept out of its pool that is a grant's own.
var forever = time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)

// Owned says that the address is a grant's own: the pool has it, and leases it to nobody.
func (l Lease) Owned() bool { return l.GrantID != 0 && l.MAC == "" && l.Until.Equal(forever) }

// Own takes what is a grant's own out of the pools, and gives back what is its own no longer. It tells whose leases it took: their
// sessions have to stand elsewhere.
func (s *Service) Own(tx *db.Tx, grantID int64, own []netip.Prefix) (lost []Lease, err error) {
	all, err := allIn(tx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	kept := map[string]bool{}
	for _, p := range all {
		for _, part := range p.within(own) {
			kept[part.String()] = true
			was, taken, err := s.takeOut(tx, p.ID, part, grantID)
			if err != nil {
				return nil, err
			}
			if taken && was.GrantID != 0 && !was.Owned() {
				lost = append(lost, was)
			}
		}
	}
	return lost, s.giveBack(tx, all, grantID, kept)
}

// within lists what a pool leases of networks.
func (p Pool) within(networks []netip.Prefix) (parts []netip.Prefix) {
	for _, n := range networks {
		for _, mine := range p.Prefixes {
			if !mine.Overlaps(n) {
				continue
			}
			from := n
			if mine.Bits() > n.Bits() {
				from = mine
			}
			if from.Bits() > p.Length {
				from = netip.PrefixFrom(from.Addr(), p.Length).Masked()
			}
			at := from.Addr()
			for range 1 << (p.Length - from.Bits()) {
				parts = append(parts, netip.PrefixFrom(at, p.Length))
				at = after(at, p.Length)
			}
		}
	}
	return parts
}

// around lists every network that may be somebody's own and holds a prefix, itself and a bare address included, as access keeps them.
func around(p netip.Prefix) []string {
	texts := []string{p.String()}
	if p.Addr().Is4() {
		texts = append(texts, p.Addr().String())
	}
	for bits := p.Bits() - 1; bits > 0; bits-- {
		texts = append(texts, netip.PrefixFrom(p.Addr(), bits).Masked().String())
	}
	return texts
}
