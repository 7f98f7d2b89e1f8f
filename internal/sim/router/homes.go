package router

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"layeh.com/radius/rfc2759"
)

// redialEvery is how soon a home dials again, in real time.
const redialEvery = 300 * time.Millisecond

// home is what makes a phone a home's own router, which dials in by PPPoE and MS-CHAPv2.
type home struct {
	name, secret string
	again        time.Duration // by the real clock
}

// Home is a subscriber's router behind this one. It dials as long as it is there, and again when it is put out.
type Home struct {
	router *Router
	mac    string
}

const pppoeService = "pppoe1"

// Attributes and vendors that only PPP has to do with.
const (
	attrFramedProtocol      = 7
	attrFramedRoute         = 22
	attrFramedIPv6Prefix    = 97
	attrDelegatedIPv6Prefix = 123

	vendorMicrosoft = 311
	chapError       = 2
	chap2Response   = 25
	chapChallenge   = 11
	chap2Success    = 26
	mppeSendKey     = 16
	mppeReceiveKey  = 17

	mikrotikAddressList = 19
)

// Connect plugs a home in. Only MikroTik serves PPPoE.
func (r *Router) Connect(mac, name, secret string) (Home, error) {
	canonical, ok := parseMAC(mac)
	if !ok || r.options.Dialect != MikroTik {
		return Home{}, fmt.Errorf("%q cannot dial in", mac)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.phones[canonical]
	if p == nil {
		p = &phone{use: appetite(r.options.Appetite), mac: canonical}
		r.phones[canonical] = p
	}
	p.home, p.sessionID = &home{name: name, secret: secret}, r.nextSessionID()
	return Home{router: r, mac: canonical}, nil
}

// Session is the home's session that is open now; false when it is offline.
func (h Home) Session() (Session, bool) {
	h.router.mu.Lock()
	defer h.router.mu.Unlock()
	h.router.settle()
	p := h.router.phones[h.mac]
	if p == nil || p.session == nil {
		return Session{}, false
	}
	return p.session.record(), true
}

// Refusal is what the router said to its last attempt that failed; empty after one that did not.
func (h Home) Refusal() string {
	h.router.mu.Lock()
	defer h.router.mu.Unlock()
	if p := h.router.phones[h.mac]; p != nil {
		return p.failure
	}
	return ""
}

// Use makes the home download kbps kbit/s, and upload a tenth of it, while it is online.
func (h Home) Use(kbps int64) { Device{router: h.router, mac: h.mac}.Use(kbps) }

// Leave pulls the plug.
func (h Home) Leave() { Device{router: h.router, mac: h.mac}.Leave() }

// redial asks for homes that are offline to be tried.
func (r *Router) redial() {
	now := r.real()
	for mac, p := range r.phones {
		if p.home == nil || p.session != nil || p.authorising || now < p.home.again {
			continue
		}
		select {
		case r.arrivals <- mac:
			p.home.again = now + redialEvery
		default:
		}
	}
}

func (r *Router) dialIn(p *phone) {
	r.mu.Lock()
	if p.session != nil || p.authorising || r.phones[p.mac] != p {
		r.mu.Unlock()
		return
	}
	p.authorising = true
	life, challenge, peer := r.lives, random(16), random(16)
	name, secret := p.home.name, p.home.secret
	ask := r.dialRequest(p)
	r.mu.Unlock()
	proof, err := rfc2759.GenerateNTResponse(challenge, peer, []byte(name), []byte(secret))
	if err == nil {
		ask.addVendor(vendorMicrosoft, chapChallenge, challenge)
		ask.addVendor(vendorMicrosoft, chap2Response, append(append(append([]byte{1, 0}, peer...), make([]byte, 8)...), proof...))
	}
	reply, asked := r.ask(context.Background(), ask)
	r.mu.Lock()
	defer r.mu.Unlock()
	p.authorising = false
	if err == nil {
		err = asked
	}
	if err == nil && (life != r.lives || r.phones[p.mac] != p) {
		err = errTimeout
	}
	if err == nil {
		err = r.putThrough(p, reply, challenge, peer, proof)
	}
	if p.failure = ""; err != nil {
		p.failure = err.Error()
	}
}

func (r *Router) dialRequest(p *phone) packet {
	ask := packet{code: codeAccessRequest, authenticator: [16]byte(random(16))}
	ask.add(attrMessageAuthenticator, make([]byte, 16))
	r.describeHome(&ask, p, p.home.name, p.sessionID, r.numbers+1)
	return ask
}

// describeHome adds who and where, as PPP does (reference/mikrotik.md §4.1).
func (r *Router) describeHome(to *packet, p *phone, user, sessionID string, port uint32) {
	to.addText(attrUserName, user)
	to.addNumber(attrServiceType, 2)
	to.addNumber(attrFramedProtocol, 1)
	to.addNumber(attrNASPort, port)
	to.addNumber(attrNASPortType, 15)
	to.addText(attrCallingStationID, colons(p.mac))
	to.addText(attrCalledStationID, pppoeService)
	to.addText(attrNASPortID, "ether5")
	to.addText(attrAcctSessionID, sessionID)
	to.addText(attrNASIdentifier, r.options.Name)
	to.addAddress(attrNASIPAddress, r.options.Source)
}

// putThrough acts on the verdict: a server that cannot prove that it knows the secret too is hung up on.
func (r *Router) putThrough(p *phone, reply *packet, challenge, peer, proof []byte) error {
	if reply.code != codeAccessAccept {
		if said, ok := reply.vendor(vendorMicrosoft, chapError); ok && reply.text(attrReplyMessage) == "" {
			return &refusal{text: strings.TrimLeft(string(said), "\x01")}
		}
		return rejected(reply)
	}
	want, err := rfc2759.GenerateAuthenticatorResponse(challenge, peer, proof, []byte(p.home.name), []byte(p.home.secret))
	if said, ok := reply.vendor(vendorMicrosoft, chap2Success); err != nil || !ok || !bytes.Equal(said, append([]byte{1}, want...)) {
		return &refusal{text: "the server does not prove that it knows the secret"}
	}
	l, err := readLimits(MikroTik, reply, limits{})
	if err != nil {
		return &refusal{text: err.Error()}
	}
	l.stand = readStand(reply)
	if p.ip = l.stand.ip; !p.ip.IsValid() {
		if p.ip, err = r.lease(p.mac); err != nil {
			return &refusal{text: err.Error()}
		}
	}
	r.openSession(p, p.home.name, "pppoe", l)
	return nil
}

// stand is where a home stands in the network. No CoA changes it.
type stand struct {
	ip       netip.Addr
	lists    []string // of the firewall
	routes   []string
	prefixes []string // of IPv6: of the link, then delegated
	keys     int      // of MPPE
}

func readStand(p *packet) (s stand) {
	if value, ok := p.get(attrFramedIPAddress); ok {
		s.ip, _ = netip.AddrFromSlice(value)
	}
	for _, a := range p.attributes {
		if a.kind == attrFramedRoute {
			s.routes = append(s.routes, string(a.value))
		}
	}
	for _, kind := range []byte{attrFramedIPv6Prefix, attrDelegatedIPv6Prefix} {
		if value, ok := p.get(kind); ok && len(value) >= 2 && len(value) <= 18 {
			var octets [16]byte
			copy(octets[:], value[2:])
			s.prefixes = append(s.prefixes, netip.PrefixFrom(netip.AddrFrom16(octets), int(value[1])).String())
		}
	}
	if name, ok := p.vendor(vendorMikroTik, mikrotikAddressList); ok {
		s.lists = append(s.lists, string(name))
	}
	for _, kind := range []byte{mppeSendKey, mppeReceiveKey} {
		if value, ok := p.vendor(vendorMicrosoft, kind); ok && len(value) == 34 {
			s.keys++
		}
	}
	return s
}

// homesOnline are the sessions of homes, as the API shows them.
func homesOnline(_ context.Context, r *Router, _ command) (rows []row, _ *trap) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settle()
	for _, s := range r.sessions {
		if !s.over && s.phone.home != nil {
			rows = append(rows, row{{".id", itemID(s.number)}, {"name", s.user}, {"service", "pppoe"}, {"caller-id", colons(s.phone.mac)},
				{"address", s.phone.ip.String()}, {"uptime", span(s.at.Sub(s.start))}, {"session-id", "0x" + hex.EncodeToString([]byte(s.id))}, {"radius", "true"}})
		}
	}
	return rows, nil
}
