package router

import (
	"net/netip"
	"time"
)

// phone is a device in range of the router.
type phone struct {
	mac         string
	ip          netip.Addr
	number      uint32 // .id of the API
	since       time.Time
	host        bool // the router knows it; a removed or rebooted host comes back with the next packet
	use         rate
	session     *session
	sessionID   string // of its next session
	challenge   []byte
	chapID      byte
	authorising bool
	failure     string // of the last log-in
	home        *home  // dials in by PPPoE; nil: stands before the hotspot
}

// Device is a phone behind the router.
type Device struct {
	router *Router
	mac    string
	ip     netip.Addr
}

// MAC is 12 lower-case hex digits.
func (d Device) MAC() string { return d.mac }

// IP is the phone's address, the same as long as the pool is not exhausted.
func (d Device) IP() netip.Addr { return d.ip }

// URL is what the phone's browser opens first.
func (d Device) URL() string { return d.router.deviceURL(d.mac) + "/" }

// mostKbps keeps the arithmetic of traffic within 64 bits over days.
const mostKbps = 10_000_000

// Use makes the phone download kbps kbit/s, and upload a tenth of it, while it is on line.
func (d Device) Use(kbps int64) {
	d.router.mu.Lock()
	defer d.router.mu.Unlock()
	d.router.settle()
	if p := d.router.phones[d.mac]; p != nil {
		p.use = appetite(kbps)
	}
}

func appetite(kbps int64) rate {
	bps := min(max(0, kbps), mostKbps) * 1000
	return rate{up: bps / 10, down: bps}
}

// Online says whether the phone is logged in.
func (d Device) Online() bool {
	d.router.mu.Lock()
	defer d.router.mu.Unlock()
	d.router.settle()
	p := d.router.phones[d.mac]
	return p != nil && p.session != nil
}

// Leave takes the phone out of range; its session ends at once.
func (d Device) Leave() {
	d.router.mu.Lock()
	defer d.router.mu.Unlock()
	d.router.settle()
	p := d.router.phones[d.mac]
	if p == nil {
		return
	}
	if p.session != nil {
		d.router.stopSession(p.session, d.router.leaveCause())
	}
	p.host = false
	delete(d.router.phones, d.mac)
}

func (r *Router) leaveCause() Cause {
	if r.options.Dialect == Chilli {
		return LostCarrier
	}
	return LostService
}
