package mikrotik

import (
	"context"
	"net/netip"

	"mtandao/internal/fault"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// LogIn logs a waiting client in through the API, so that it works with the browser gone. A client that is online already
// is left alone, which makes a repeated call harmless. The address of the router's host entry counts, not the one that
// the browser told.
func (d *Dialect) LogIn(ctx context.Context, r routers.Router, login routers.Login) error {
	reply, err := d.pool.ask(ctx, r, "/ip/hotspot/host/print",
		"=.proplist=mac-address,address,to-address,authorized,bypassed", "?mac-address="+login.MAC.Colons())
	if err != nil {
		return err
	}
	host := findHost(reply.Re, login.MAC, login.IP)
	if host == nil {
		return fault.New(fault.NotFound, "router.no_host")
	}
	if host["authorized"] == "true" || host["bypassed"] == "true" {
		return nil
	}
	_, err = d.pool.tell(ctx, r, "/ip/hotspot/active/login", "=ip="+host["address"],
		"=mac-address="+login.MAC.Colons(), "=user="+login.Name, "=password="+login.Secret)
	return err
}

// findHost prefers the entry with the address we were told; one device may hold two, and its lease may have changed.
func findHost(rows []*Sentence, mac access.MAC, ip netip.Addr) map[string]string {
	var first map[string]string
	for _, row := range rows {
		if m, err := access.ParseMAC(row.Map["mac-address"]); err != nil || m != mac || row.Map["address"] == "" {
			continue
		}
		if ip.IsValid() && (row.Map["address"] == ip.String() || row.Map["to-address"] == ip.String()) {
			return row.Map
		}
		if first == nil {
			first = row.Map
		}
	}
	return first
}

// onlineMenus are where RouterOS keeps who is online, and what names them there.
var onlineMenus = []struct{ path, user string }{{"/ip/hotspot/active", "user"}, {"/ppp/active", "name"}, {"/ip/dhcp-server/lease", "mac-address"}}

// Remove ends the active sessions of this user at this address, in the hotspot, on PPP or by its lease. Both are needed: an address may have
// passed to a neighbour, a user may be online on several devices.
func (d *Dialect) Remove(ctx context.Context, r routers.Router, ref routers.SessionRef) error {
	if ref.UserName == "" || !ref.IP.IsValid() {
		return fault.New(fault.Invalid, "router.unnamed_session")
	}
	for _, menu := range onlineMenus {
		removed, err := d.removeFrom(ctx, r, menu.path, menu.user, ref)
		if removed || err != nil && !lacksMenu(err) {
			return err
		}
	}
	return fault.New(fault.NotFound, "router.no_session")
}

func (d *Dialect) removeFrom(ctx context.Context, r routers.Router, menu, user string, ref routers.SessionRef) (removed bool, err error) {
	reply, err := d.pool.ask(ctx, r, menu+"/print", "=.proplist=.id,"+user+",address", "?"+user+"="+ref.UserName, "?address="+ref.IP.String())
	if err != nil {
		return false, err
	}
	for _, row := range reply.Re {
		if row.Map[user] != ref.UserName || row.Map["address"] != ref.IP.String() {
			continue
		}
		if _, err := d.pool.tell(ctx, r, menu+"/remove", "=.id="+row.Map[".id"]); err != nil {
			return removed, err
		}
		removed = true
	}
	return removed, nil
}
