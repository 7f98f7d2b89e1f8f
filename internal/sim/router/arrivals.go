package router

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Join brings a phone into range. With MAC log-in on it tries that first and returns when the verdict is there. The router
// must have been started; a MAC that is no MAC, or a full pool, is an error.
func (r *Router) Join(mac string) (Device, error) {
	canonical, ok := parseMAC(mac)
	if !ok {
		return Device{}, fmt.Errorf("%q is no MAC address", mac)
	}
	p, fresh, err := r.arrive(canonical)
	if err != nil {
		return Device{}, err
	}
	if fresh && r.options.MACLogin {
		_ = r.logInByMAC(canonical)
	}
	return Device{router: r, mac: canonical, ip: p.ip}, nil
}

func (r *Router) arrive(mac string) (p *phone, fresh bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p = r.phones[mac]; p != nil {
		return p, false, nil
	}
	ip, err := r.lease(mac)
	if err != nil {
		return nil, false, err
	}
	p = &phone{use: appetite(r.options.Appetite), mac: mac, ip: ip}
	r.phones[mac] = p
	r.becomeHost(p)
	return p, true, nil
}

func (r *Router) becomeHost(p *phone) {
	r.numbers++
	p.number, p.host, p.since = r.numbers, true, r.options.Clock.Now()
	p.sessionID = r.nextSessionID()
}

// lease gives a MAC its old address, a new one, or one whose phone has left.
func (r *Router) lease(mac string) (netip.Addr, error) {
	if ip, ok := r.leases[mac]; ok {
		return ip, nil
	}
	if next := r.lastIP.Next(); r.options.Pool.Contains(next.Next()) {
		r.lastIP = next
		r.leases[mac] = next
		return next, nil
	}
	for old, ip := range r.leases {
		if r.phones[old] == nil {
			delete(r.leases, old)
			r.leases[mac] = ip
			return ip, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("no free address in %s", r.options.Pool)
}

// logInByMAC sends the MAC as the name, in the dialect's spelling, by PAP.
func (r *Router) logInByMAC(mac string) error {
	c := credentials{user: colons(mac), password: r.options.MACPassword, by: "mac"}
	if r.options.Dialect == Chilli {
		c.user = dashes(mac)
	} else if c.password == "" {
		c.password = c.user
	}
	return r.logIn(context.Background(), mac, c)
}

// rehost lets phones whose host entry was lost come back: phones always chatter.
func (r *Router) rehost() {
	for mac, p := range r.phones {
		if p.host || p.home != nil {
			continue
		}
		if r.options.MACLogin {
			select {
			case r.arrivals <- mac:
			default:
				continue
			}
		}
		r.becomeHost(p)
	}
}

// welcome tries the MACs of phones that came back, and dials for homes.
func (r *Router) welcome() {
	for {
		select {
		case <-r.quit:
			return
		case mac := <-r.arrivals:
			r.mu.Lock()
			p := r.phones[mac]
			r.mu.Unlock()
			if p != nil && p.home != nil {
				r.dialIn(p)
				continue
			}
			_ = r.logInByMAC(mac)
		}
	}
}

// byAddress finds a host by its IP, or nil.
func (r *Router) byAddress(ip string) *phone {
	for _, p := range r.phones {
		if p.host && p.ip.String() == strings.TrimSpace(ip) {
			return p
		}
	}
	return nil
}

// hosts are the phones that the router knows, oldest first.
func (r *Router) hosts() []*phone {
	var known []*phone
	for _, p := range r.phones {
		if p.host {
			known = append(known, p)
		}
	}
	slices.SortFunc(known, func(a, b *phone) int { return int(a.number) - int(b.number) })
	return known
}

// randomMAC is locally administered, like a phone's private address.
func randomMAC() string {
	octets := random(6)
	octets[0] = octets[0]&0xfc | 0x02
	return fmt.Sprintf("%x", octets)
}
