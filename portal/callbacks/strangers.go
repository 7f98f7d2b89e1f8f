package callbacks

import (
	"net/netip"
	"sync/atomic"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/pace"
	"mtandao/portal/web"
)

// rail are the networks that M-Pesa calls from (reference/mpesa.md §8).
var rail = []netip.Prefix{
	netip.MustParsePrefix("196.201.212.0/24"), netip.MustParsePrefix("196.201.213.0/24"), netip.MustParsePrefix("196.201.214.0/24"),
}

// Bounds of what is kept of strangers, in KiB: so much at once, then one more every so often. A site's own callbacks stay
// far below, even when they come through a proxy that nobody declared.
const (
	networkBurst = 4096
	networkEvery = 250 * time.Millisecond
	togetherMost = 16384
	togetherOne  = 62500 * time.Microsecond
	strangers    = 2 // divides the spool: the rest of it is the rail's alone
	shoutEvery   = time.Minute
)

// door bounds what callers from elsewhere than the rail may have kept. Whether a secret is real only the database knows,
// and while it is down nothing real may be lost: so a stranger is heard too, up to a share, and the rail always.
type door struct {
	network, together, shouts *pace.Limiter
	refused                   atomic.Int64
}

func newDoor(c clock.Clock) *door {
	return &door{network: pace.New(c, networkBurst, networkEvery), together: pace.New(c, togetherMost, togetherOne),
		shouts: pace.New(c, 1, shoutEvery)}
}

// listen is fault.TooMany for a message that is not to be kept: the route's meter counts the status.
func (h *Callbacks) listen(from netip.Addr, size int) error {
	if web.Contains(h.Allow, from) || web.Contains(rail, from) {
		return nil
	}
	stats := h.Spool.Stats()
	cost := size/1024 + 1
	if stats.Bytes < stats.Most/strangers && h.door.network.Take(pace.Network(from), cost) == 0 && h.door.together.Take("", cost) == 0 {
		return nil
	}
	h.door.refused.Add(1)
	if h.door.shouts.Wait("refused") == 0 {
		h.Log.Error("callbacks from strangers are refused: too many of them; set the addresses that may call", "from", from,
			"refused", h.door.refused.Swap(0), "spool_bytes", stats.Bytes)
	}
	return fault.New(fault.TooMany, "rate.wait", "Seconds", 60)
}
