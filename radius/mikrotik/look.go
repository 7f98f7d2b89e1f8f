package mikrotik

import (
	"context"
	"strconv"
	"strings"
	"time"

	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// mostPorts bounds the interfaces that a look tells of.
const mostPorts = 24

// Resources reads what a router says of itself into a look.
func (d *Dialect) Resources(ctx context.Context, r routers.Router, into *routers.Look) error {
	reply, err := d.pool.ask(ctx, r, "/system/resource/print", "=.proplist=board-name,version,uptime,cpu-load,free-memory,total-memory")
	if err != nil || len(reply.Re) == 0 {
		return err
	}
	said := reply.Re[0].Map
	into.Board, into.Version, into.Uptime = said["board-name"], said["version"], span(said["uptime"])
	into.CPU, into.FreeMemory, into.TotalMemory = int(whole(said["cpu-load"])), whole(said["free-memory"]), whole(said["total-memory"])
	return nil
}

// Ports reads the counters of the interfaces that are running.
func (d *Dialect) Ports(ctx context.Context, r routers.Router) (ports []routers.Port, err error) {
	reply, err := d.pool.ask(ctx, r, "/interface/print", "=.proplist=name,type,running,rx-byte,tx-byte")
	if err != nil {
		return nil, unlessLacking(err)
	}
	for _, row := range reply.Re {
		i := row.Map
		// One per person dialled in would be too many.
		if i["running"] == "true" && !strings.HasPrefix(i["name"], "<") && i["type"] != "loopback" && len(ports) < mostPorts {
			ports = append(ports, routers.Port{Name: i["name"], In: whole(i["rx-byte"]), Out: whole(i["tx-byte"])})
		}
	}
	return ports, nil
}

// Users lists who is online by the router: guests of its hotspots, and homes on PPP.
func (d *Dialect) Users(ctx context.Context, r routers.Router) (all []routers.User, err error) {
	for _, menu := range []struct{ path, name, mac string }{{"/ip/hotspot/active", "user", "mac-address"}, {"/ppp/active", "name", "caller-id"}} {
		reply, err := d.pool.ask(ctx, r, menu.path+"/print", "=.proplist="+menu.name+","+menu.mac)
		if lacksMenu(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, row := range reply.Re {
			mac, _ := access.ParseMAC(row.Map[menu.mac]) // some callers are numbers
			all = append(all, routers.User{MAC: mac, Name: row.Map[menu.name]})
		}
	}
	return all, nil
}

func unlessLacking(err error) error {
	if lacksMenu(err) {
		return nil
	}
	return err
}

func whole(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// span reads a time as RouterOS prints it, 1w2d3h4m5s; 0 for what it does not know.
func span(text string) (d time.Duration) {
	units := map[byte]time.Duration{'w': 7 * 24 * time.Hour, 'd': 24 * time.Hour, 'h': time.Hour, 'm': time.Minute, 's': time.Second}
	n := time.Duration(0)
	for i := range len(text) {
		c := text[i]
		if c >= '0' && c <= '9' {
			n = n*10 + time.Duration(c-'0')
			continue
		}
		unit, known := units[c]
		if !known {
			return 0
		}
		d, n = d+n*unit, 0
	}
	return d
}
