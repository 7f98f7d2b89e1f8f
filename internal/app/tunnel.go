package app

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"mtandao/radius"
	"mtandao/radius/tunnel"
)

// openTunnel opens the tunnel and gives it to those who speak to routers; nil without MTANDAO_TUNNEL.
func (m *Main) openTunnel(ctx context.Context) (radius.Tunnel, error) {
	if m.Config.Tunnel == "" {
		return nil, nil
	}
	var err error
	m.Tunnel, err = tunnel.Open(ctx, tunnel.Options{DB: m.DB, Keys: m.Keys, Clock: m.Clock, Routers: m.Routers, Log: m.Log, Address: m.Config.Tunnel, Node: m.holder,
		Packed: m.known.Tunnel})
	if err != nil {
		return nil, err
	}
	m.sender.UseTunnel(m.Tunnel)
	m.mikrotik.UseTunnel(m.Tunnel)
	return m.Tunnel, nil
}

func (m *Main) refreshTunnel(ctx context.Context) error {
	if m.Tunnel == nil {
		return nil
	}
	return m.Tunnel.Refresh(ctx)
}

func (m *Main) measureTunnel() {
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "mtandao", Subsystem: "tunnel", Name: name, Help: help}, value)
	}
	m.Metrics.MustRegister(
		gauge("routers", "Routers that may call home.", func() float64 { _, all := m.Tunnel.Up(); return float64(all) }),
		gauge("routers_up", "Routers with a fresh handshake on this node.", func() float64 { up, _ := m.Tunnel.Up(); return float64(up) }),
		gauge("keys", "Our keys in use; two while a rotation lasts.", func() float64 { return float64(len(m.Tunnel.Generations())) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: "mtandao", Subsystem: "tunnel", Name: "dropped_total",
			Help: "Packets to routers that were not there."}, func() float64 { return float64(m.Tunnel.Dropped()) }),
	)
}

// freshTunnel is a little more than the longest time between two handshakes of a router that is there.
const freshTunnel = 3 * time.Minute

// tunnel tells of the tunnel by what running nodes stored; a router that is silent in it is named by its own finding.
func (f *findings) tunnel(ctx context.Context, m *Main) {
	members := m.Routers.Tunneled()
	if len(members) == 0 && m.Config.Tunnel == "" {
		return
	}
	seen, err := m.Routers.TunnelsSeen(ctx)
	if err != nil {
		f.fail("tunnel", err, whatToDo(err))
		return
	}
	newest, rotating, err := tunnel.Newest(ctx, m.DB)
	if err != nil {
		f.fail("tunnel", err, whatToDo(err))
		return
	}
	up, behind := 0, 0
	for _, r := range members {
		if m.Clock.Now().Sub(seen[r.ID].At) < freshTunnel {
			up++
		}
		if seen[r.ID].Generation < newest {
			behind++
		}
	}
	text := fmt.Sprintf("%d of %d routers are in it", up, len(members))
	switch {
	case m.Config.Tunnel == "":
		f.warn("tunnel", fmt.Sprintf("%d routers should call home and nothing listens", len(members)), "set MTANDAO_TUNNEL")
	case rotating:
		f.warn("tunnel", fmt.Sprintf("%s; %d have not been seen with the new key", text, behind), "give them the new key; retire those that are gone")
	case up < len(members):
		f.warn("tunnel", text, "see that the others have power, internet and the right key, and that the UDP port is open")
	default:
		f.ok("tunnel", "%s", text)
	}
}
