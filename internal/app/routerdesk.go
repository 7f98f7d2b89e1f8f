package app

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/portal/backoffice"
	"mtandao/radius/mikrotik"
	"mtandao/radius/routers"
)

// routerDesk is what staff see of routers and do to them. Nothing is asked of a router while this copy is paused.
type routerDesk struct{ *Main }

func (d routerDesk) Health(ctx context.Context, ids []int64) (map[int64]routers.Health, error) {
	return d.Routers.Health(ctx, ids)
}

// TunnelOf tells of a router's way home, as this node has it.
func (d routerDesk) TunnelOf(r routers.Router) backoffice.TunnelView {
	if d.Tunnel == nil || !r.Tunnel.Address.IsValid() {
		return backoffice.TunnelView{}
	}
	s, _ := d.Tunnel.Status(r.ID)
	keys := d.Tunnel.Generations()
	return backoffice.TunnelView{Open: true, Up: d.Tunnel.Reaches(r.Tunnel.Address), Handshake: s.Handshake, Endpoint: s.Endpoint,
		Rotating: len(keys) > 1, OldKey: len(keys) > 1 && s.Generation < keys[0]}
}

// acts refuses what would reach a router while this copy is paused.
func (d routerDesk) acts() error {
	if d.Pause.Paused() {
		return fault.New(fault.Conflict, "router.paused")
	}
	return nil
}

func (d routerDesk) active(id int64) (routers.Router, error) {
	r, known := d.Routers.Get(id)
	switch {
	case !known || r.State != routers.StateActive:
		return r, fault.New(fault.NotFound, "router.unknown")
	case r.Dialect != routers.MikroTik:
		return r, fault.New(fault.Invalid, "router.not_mikrotik")
	}
	return r, d.acts()
}

// Chosen are the choices of the last set-up that the router fetched; false when it fetched none.
func (d routerDesk) Chosen(ctx context.Context, id int64) (c mikrotik.Choices, was bool, err error) {
	text, err := d.Routers.Choices(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return c, false, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &c)
	}
	return c, err == nil, err
}

// SetupLine makes a router's line, and the one that undoes it.
func (d routerDesk) SetupLine(ctx context.Context, by backoffice.Author, id int64, c mikrotik.Choices) (l backoffice.SetupLine, err error) {
	r, err := d.active(id)
	if err != nil {
		return l, err
	}
	if err := c.Validate(); err != nil {
		return l, err
	}
	after, err := audit.Text(map[string]any{"routeros": c.Version, "hotspot": c.Hotspot, "pppoe": c.PPPoE})
	if err != nil {
		return l, err
	}
	err = d.DB.InTx(ctx, func(tx *db.Tx) error {
		if l.Line, err = d.Main.SetupLine(tx, id, c); err != nil {
			return err
		}
		return d.note(tx, by, r, "router set-up line made", "", after)
	})
	l.Until = d.Clock.Now().Add(routers.LinkFor)
	l.Undo = mikrotik.UndoLine(d.Config.PublicURL+"/r/p/"+r.Token+"/"+mikrotik.UndoName(c.Version), c.Unchecked)
	return l, err
}

func (d routerDesk) note(tx *db.Tx, by backoffice.Author, r routers.Router, action, before, after string) error {
	return audit.Record(tx, d.Clock.Now(), audit.Event{Actor: by.Email, From: by.From, Action: action, Object: kindRouter, ObjectID: r.Name, Before: before, After: after})
}

// Holes asks a router for its configuration and names the ways round the till.
func (d routerDesk) Holes(ctx context.Context, id int64) ([]mikrotik.Finding, error) {
	r, err := d.active(id)
	if err != nil {
		return nil, err
	}
	c, err := d.mikrotik.Read(ctx, r)
	return mikrotik.Lint(c), err
}

// Differences compares a router with its set-up. fault.Conflict "router.never_set_up" when none of ours was fetched.
func (d routerDesk) Differences(ctx context.Context, id int64) (f backoffice.Differences, err error) {
	r, err := d.active(id)
	if err != nil {
		return f, err
	}
	choices, err := d.Routers.Choices(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return f, fault.New(fault.Conflict, "router.never_set_up")
	}
	if err != nil {
		return f, err
	}
	wanted, err := d.wantedOf(ctx, r, choices)
	if err != nil {
		return f, err
	}
	c, err := d.mikrotik.Read(ctx, r)
	if err != nil {
		return f, err
	}
	f.Found = wanted.Drift(c)
	for _, host := range c.LoginHosts() {
		if !slices.Contains(r.LoginHosts, host) {
			f.Hosts = append(f.Hosts, host)
		}
	}
	text, err := json.Marshal(f)
	f.Stamp = d.Keys.Lookup("router differences", string(text))
	return f, err
}

func (d routerDesk) wantedOf(ctx context.Context, r routers.Router, choices string) (mikrotik.Setup, error) {
	i, err := d.installer(ctx)
	if err != nil {
		return mikrotik.Setup{}, err
	}
	if d.Tunnel == nil || !r.Tunnel.Address.IsValid() {
		return i.Setup(r, choices, nil)
	}
	u, err := url.Parse(d.Config.PublicURL)
	if err != nil {
		return mikrotik.Setup{}, err
	}
	return i.Setup(r, choices, wayHome(d).at(u.Hostname(), r.Tunnel))
}

// Repair makes a router as its set-up made it, and takes over the hosts of its log-in pages. It is in the trail before the router
// hears of it. What was shown to whoever agreed must be what is found now, or fault.Conflict "router.differs_again".
func (d routerDesk) Repair(ctx context.Context, by backoffice.Author, id int64, stamp string) error {
	r, err := d.active(id)
	if err != nil {
		return err
	}
	f, err := d.Differences(ctx, id)
	if err != nil {
		return err
	}
	if f.Stamp != stamp {
		return fault.New(fault.Conflict, "router.differs_again")
	}
	before, after := map[string]any{}, map[string]any{}
	for _, one := range f.Found {
		before[one.Part+", "+one.Item], after[one.Part+", "+one.Item] = one.Is, one.Wanted
	}
	if len(f.Hosts) > 0 {
		before["login hosts"], after["login hosts"] = r.LoginHosts, slices.Concat(r.LoginHosts, f.Hosts)
	}
	was, err := audit.Text(before)
	if err != nil {
		return err
	}
	will, err := audit.Text(after)
	if err != nil {
		return err
	}
	err = d.DB.InTx(ctx, func(tx *db.Tx) error {
		if len(f.Hosts) > 0 {
			if err := d.Routers.AddLoginHosts(tx, r, f.Hosts); err != nil {
				return err
			}
		}
		return d.note(tx, by, r, "router repaired", was, will)
	})
	if err != nil {
		return err
	}
	return d.mikrotik.Repair(ctx, r, f.Found)
}

// LeaveTunnel takes a router out of the tunnel.
func (d routerDesk) LeaveTunnel(ctx context.Context, by backoffice.Author, id int64) error {
	r, known := d.Routers.Get(id)
	if !known {
		return fault.New(fault.NotFound, "router.unknown")
	}
	before, err := audit.Text(map[string]any{"address": r.Tunnel.Address, "key": r.Tunnel.Public.String()})
	if err != nil {
		return err
	}
	return d.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := d.Routers.LeaveTunnel(tx, id); err != nil {
			return err
		}
		return d.note(tx, by, r, "router left the tunnel", before, "")
	})
}

// RotateTunnel makes a new key for our end; the lookout hands it to each router.
func (d routerDesk) RotateTunnel(ctx context.Context, by backoffice.Author) error {
	if d.Tunnel == nil {
		return fault.New(fault.Conflict, "tunnel.none")
	}
	if err := d.acts(); err != nil {
		return err
	}
	return d.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := d.Tunnel.Rotate(tx); err != nil {
			return err
		}
		return audit.Record(tx, d.Clock.Now(), audit.Event{Actor: by.Email, From: by.From, Action: "tunnel key rotated", Object: "tunnel"})
	})
}
