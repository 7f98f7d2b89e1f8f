package tunnel

import (
	"context"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"mtandao/internal/clock"
	"mtandao/radius/routers"
)

const (
	ipv4Header = 20
	// silence is how long a router counts as there after it was heard: as long as a session of WireGuard may be used.
	silence = 180 * time.Second
)

// hub joins the lanes to one network stack.
type hub struct {
	door    *door
	stack   *netStack
	end     context.CancelFunc // of the pump
	since   func() time.Duration
	packets sync.Pool
	pumping sync.WaitGroup
	dropped atomic.Int64 // packets to routers that are not there
	echoes  echoes

	mu     sync.RWMutex
	routes map[netip.Addr]*route
}

// route is how an inner address is reached.
type route struct {
	lane  atomic.Pointer[lane] // where it was last heard; nil: nowhere
	heard atomic.Int64         // when, by the hub's stopwatch
}

func openHub(d *door) (*hub, error) {
	stack, err := openStack(routers.TunnelServer)
	if err != nil {
		return nil, err
	}
	ctx, end := context.WithCancel(context.Background())
	h := &hub{door: d, stack: stack, end: end, since: clock.Stopwatch(), routes: map[netip.Addr]*route{},
		packets: sync.Pool{New: func() any { return new([largest]byte) }}}
	h.pumping.Go(func() { h.pump(ctx) })
	return h, nil
}

// close comes after the lanes are closed: what the stack still sends goes nowhere.
func (h *hub) close() {
	h.stack.close()
	h.end()
	h.pumping.Wait()
}

// pump takes what the stack sends to the lane where its receiver was last heard.
func (h *hub) pump(ctx context.Context) {
	for ctx.Err() == nil {
		p := h.packets.Get().(*[largest]byte)
		n := h.stack.take(ctx, p[2:])
		if n == 0 || !h.forward(p, n) {
			h.packets.Put(p)
		}
	}
}

// forward drops what is for a router that is not there.
func (h *hub) forward(p *[largest]byte, length int) bool {
	if length < ipv4Header || p[2]>>4 != 4 {
		return false
	}
	l := h.laneOf(netip.AddrFrom4([4]byte(p[18:22])))
	if l == nil {
		h.dropped.Add(1)
		return false
	}
	p[0], p[1] = byte(length>>8), byte(length)
	select {
	case l.out <- p:
		return true
	default:
		return false
	}
}

// laneOf is nil for a router that has not been heard for a while.
func (h *hub) laneOf(a netip.Addr) *lane {
	h.mu.RLock()
	r := h.routes[a]
	h.mu.RUnlock()
	if r == nil || h.since()-time.Duration(r.heard.Load()) > silence {
		return nil
	}
	return r.lane.Load()
}

// heard notes a packet, which WireGuard has found genuine.
func (h *hub) heard(a netip.Addr, l *lane) { h.heardAt(a, l, h.since()) }

func (h *hub) heardAt(a netip.Addr, l *lane, at time.Duration) {
	h.mu.RLock()
	r := h.routes[a]
	h.mu.RUnlock()
	if r == nil || r.lane.Load() != nil && int64(at) < r.heard.Load() {
		return
	}
	r.heard.Store(int64(at))
	r.lane.Store(l)
}

// keepRoutes makes the routes those of these addresses; what is known of those that stay is kept.
func (h *hub) keepRoutes(wanted map[netip.Addr]bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for a := range h.routes {
		if !wanted[a] {
			delete(h.routes, a)
		}
	}
	for a := range wanted {
		if h.routes[a] == nil {
			h.routes[a] = &route{}
		}
	}
}

// leave forgets a lane that closes.
func (h *hub) leave(l *lane) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, r := range h.routes {
		r.lane.CompareAndSwap(l, nil)
	}
}
