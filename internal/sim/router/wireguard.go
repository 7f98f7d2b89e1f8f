package router

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Outside is the world as a device's WireGuard meets it.
type Outside interface {
	Resolve(name string) (netip.Addr, error)
	Dial(peer string, to netip.AddrPort) // the peer of that public key is called there from now on; nowhere: it was switched off
	Handshake(peer string) time.Time     // of the last one with it, on the clock of Pass; zero: none
}

const (
	peersMenu     = "/interface/wireguard/peers"
	schedulerMenu = "/system/scheduler"
)

// SetOutside lets the device's WireGuard call.
func (c *Configuration) SetOutside(o Outside) { c.outside = o }

// callPeer is what a peer does when it is made, switched on or off, or given an endpoint: its name is resolved then, and
// never again, wherever that name leads to later.
func (c *Configuration) callPeer(m *menu, i *item, changed map[string]string) {
	if m.path != peersMenu || c.outside == nil {
		return
	}
	_, address := changed["endpoint-address"]
	_, port := changed["endpoint-port"]
	_, disabled := changed["disabled"]
	if !address && !port && !disabled {
		return
	}
	delete(i.values, "current-endpoint-address")
	delete(i.values, "current-endpoint-port")
	to := netip.AddrPort{}
	number, _ := strconv.ParseUint(i.values["endpoint-port"], 10, 16)
	if found, err := c.outside.Resolve(i.values["endpoint-address"]); err == nil && i.values["disabled"] != "true" {
		to = netip.AddrPortFrom(found, uint16(number))
		i.values["current-endpoint-address"], i.values["current-endpoint-port"] = found.String(), strconv.Itoa(int(number))
	}
	c.outside.Dial(i.values["public-key"], to)
}

// age writes how long ago each peer shook hands, as the device shows it: nothing when it never did since it was switched on.
func (c *Configuration) age() {
	for _, i := range c.items[peersMenu] {
		delete(i.values, "last-handshake")
		if c.outside == nil || i.values["disabled"] == "true" {
			continue
		}
		if at := c.outside.Handshake(i.values["public-key"]); !at.IsZero() {
			i.values["last-handshake"] = spanWithMillis(c.now.Sub(at).Truncate(time.Second).Milliseconds())
		}
	}
}

// Pass runs the schedulers that come due until then, each at its interval since it was made or switched on; the
// first call only sets the clock. A script that fails stops there and runs again when it is due.
func (c *Configuration) Pass(until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now.IsZero() {
		c.now = until
	}
	for {
		var next *item
		at := until
		for _, i := range c.items[schedulerMenu] {
			if i.values["disabled"] == "true" {
				delete(c.ran, i.id)
				continue
			}
			if due := c.due(i); !due.IsZero() && !due.After(at) {
				next, at = i, due
			}
		}
		if c.now = at; next == nil {
			return
		}
		c.ran[next.id] = at
		c.age()
		policies := strings.Split(next.values["policy"], ",")
		m := &machine{config: c, may: func(policy string) bool { return slices.Contains(policies, policy) }}
		_ = m.script(next.values["on-event"])
	}
}

// due is when a scheduler runs next; zero: never.
func (c *Configuration) due(i *item) time.Time {
	every, err := parseSpan(i.values["interval"])
	if err != nil || every == 0 {
		return time.Time{}
	}
	last, ran := c.ran[i.id]
	if !ran {
		last = c.now
		c.ran[i.id] = last
	}
	return last.Add(time.Duration(every) * time.Millisecond)
}
