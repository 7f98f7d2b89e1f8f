package web

import (
	"bytes"
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Proxies are the addresses whose X-Forwarded-For is believed.
type Proxies []netip.Prefix

// Peer is the address that a request comes from: the nearest one that is not a trusted proxy. What stands further left
// in X-Forwarded-For is the client's own claim.
func (p Proxies) Peer(c *fiber.Ctx) netip.Addr {
	peer, _ := netip.AddrFromSlice(c.Context().RemoteIP())
	peer = peer.Unmap()
	if !p.contain(peer) {
		return peer
	}
	lines := c.Request().Header.PeekAll(fiber.HeaderXForwardedFor) // some proxies add a line of their own below the client's
	return p.behind(peer, string(bytes.Join(lines, []byte(","))))
}

func (p Proxies) behind(peer netip.Addr, forwarded string) netip.Addr {
	hops := strings.Split(forwarded, ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return peer
		}
		if peer = hop.Unmap(); !p.contain(peer) {
			return peer
		}
	}
	return peer
}

func (p Proxies) contain(a netip.Addr) bool { return Contains(p, a) }

// Contains says whether one of the prefixes covers the address.
func Contains(prefixes []netip.Prefix, a netip.Addr) bool {
	for _, prefix := range prefixes {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}
