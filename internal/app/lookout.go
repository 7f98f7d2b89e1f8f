package app

import (
	"context"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/report"
	"mtandao/radius/routers"
)

// prober looks at a router by the ways there are to it.
type prober struct{ *Main }

// pingWithin leaves most of a look's time to the API.
const pingWithin = 3 * time.Second

// Near says that a router's tunnel ends at this node.
func (p prober) Near(r routers.Router) bool {
	return p.Tunnel != nil && r.Tunnel.Address.IsValid() && p.Tunnel.Reaches(r.Tunnel.Address)
}

// Look pings a router through the tunnel, and asks its API how it is and who is online.
func (p prober) Look(ctx context.Context, r routers.Router, wide bool) (l routers.Look) {
	if p.Tunnel != nil && r.Tunnel.Address.IsValid() {
		l.Tried = true
		within, cancel := context.WithTimeout(ctx, pingWithin)
		took, err := p.Tunnel.Ping(within, r.Tunnel.Address)
		cancel()
		if err == nil {
			l.Answered, l.Ping = true, max(took, time.Microsecond)
		}
	}
	if r.Dialect != routers.MikroTik {
		return l
	}
	err := p.mikrotik.Resources(ctx, r, &l)
	if fault.KeyOf(err) == "router.no_api" {
		return l
	}
	l.Tried = true
	if err == nil && wide {
		err = p.wide(ctx, r, &l)
	}
	if err != nil {
		l.Trouble = fault.KeyOf(err)
	}
	l.Answered = l.Answered || l.Version != "" || err == nil || fault.Is(err, fault.Denied)
	if err == nil {
		p.handOverKey(ctx, r)
		p.noteBoot(ctx, r, l.Uptime)
	}
	return l
}

// bootMoved is how much a router's account of when it came up may wander without its having come up anew.
const bootMoved = time.Minute

// noteBoot has the sessions closed that a router lost when it came up since this node last looked.
func (p prober) noteBoot(ctx context.Context, r routers.Router, uptime time.Duration) {
	at := p.Plan.Now().Add(-uptime)
	last, known := p.boots.Swap(r.ID, at)
	if uptime <= 0 || known && last.(time.Time).Sub(at).Abs() < bootMoved {
		return
	}
	if err := p.Radius.Booted(ctx, r.ID, at); err != nil {
		p.Log.Warn("sessions of before a boot not closed", "router", r.Name, "error", err)
	}
}

// wide reads what is not needed at each look.
func (p prober) wide(ctx context.Context, r routers.Router, l *routers.Look) error {
	ports, err := p.mikrotik.Ports(ctx, r)
	if err != nil {
		return err
	}
	there, err := p.mikrotik.Users(ctx, r)
	if err != nil {
		return err
	}
	here, err := p.Radius.UsersOn(ctx, r.ID)
	if err != nil {
		return err
	}
	if err := p.learnHosts(ctx, r); err != nil {
		return err
	}
	l.Ports, l.WideAt = ports, p.Clock.Now()
	l.Compared(there, here)
	return nil
}

// learnHosts takes the hosts of a router's log-in pages from itself, when nobody has said any: where its script adopted a hotspot,
// nobody but the router knows.
func (p prober) learnHosts(ctx context.Context, r routers.Router) error {
	if len(r.LoginHosts) > 0 {
		return nil
	}
	hosts, err := p.mikrotik.LoginHosts(ctx, r)
	if err != nil || len(hosts) == 0 {
		return err
	}
	after, err := audit.Text(map[string]any{"login_hosts": hosts})
	if err != nil {
		return err
	}
	err = p.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := p.Routers.AddLoginHosts(tx, r, hosts); err != nil {
			return err
		}
		return audit.Record(tx, p.Clock.Now(), audit.Event{Actor: "command serve", Action: "router saved", Object: kindRouter, ObjectID: r.Name, After: after})
	})
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Invalid) {
		return nil // somebody has said them meanwhile, or the router's are no such hosts
	}
	return err
}

// handOverKey gives a router that is still on our old key of the tunnel the new one, while a rotation lasts. It is seen to have
// it by its next handshake.
func (p prober) handOverKey(ctx context.Context, r routers.Router) {
	if !p.Near(r) {
		return
	}
	keys := p.Tunnel.Generations()
	if s, _ := p.Tunnel.Status(r.ID); len(keys) < 2 || s.Generation >= keys[0] {
		return
	}
	if err := p.mikrotik.GiveKey(ctx, r, p.Tunnel.Key()); err != nil && ctx.Err() == nil {
		p.Log.Info("a router was told the tunnel's new key and did not say that it has it", "router", r.Name, "error", err)
	}
}

// routerSilence tells in seconds for how long each router has not answered.
func (m *Main) routerSilence(ctx context.Context) ([]notify.Reading, error) {
	all := m.Routers.All()
	ids := make([]int64, len(all))
	for i, r := range all {
		ids[i] = r.ID
	}
	health, err := m.Routers.Health(ctx, ids)
	if err != nil {
		return nil, err
	}
	online, err := report.NewDesk(m.DB, m.Clock).OnlineByRouter(ctx, nil)
	if err != nil {
		return nil, err
	}
	var readings []notify.Reading
	for _, r := range all {
		if silent, known := routers.Silence(r, health[r.ID], m.Routers.LastHeard(r.ID), online[r.ID], m.Clock.Now()); known {
			readings = append(readings, notify.Reading{Subject: r.Name, Value: int64(silent / time.Second)})
		}
	}
	return readings, nil
}
