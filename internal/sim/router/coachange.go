package router

import (
	"net/netip"
	"time"
)

func (r *Router) disconnect(p *packet) *packet {
	if r.ignores(p) {
		return nil
	}
	if !r.isMe(p) {
		return r.verdict(p, codeDisconnectNAK, causeNASMismatch)
	}
	if r.options.Dialect == MikroTik && carriesLimits(p) {
		return r.verdict(p, codeDisconnectNAK, causeUnsupportedAttribute)
	}
	found := r.matching(p)
	if len(found) == 0 {
		return r.verdict(p, codeDisconnectNAK, causeSessionNotFound)
	}
	for _, s := range found {
		r.stopSession(s, AdminReset)
	}
	return r.verdict(p, codeDisconnectACK, 0)
}

// change applies a CoA to the session it names. On CoovaChilli it may also authorise a phone that waits, or put one out.
func (r *Router) change(p *packet) *packet {
	if r.ignores(p) {
		return nil
	}
	if !r.isMe(p) {
		return r.verdict(p, codeCoANAK, causeNASMismatch)
	}
	found := r.matching(p)
	if len(found) == 0 {
		return r.authoriseWaiting(p)
	}
	state, _ := p.vendorNumber(vendorChilli, chilliSessionState)
	for _, s := range found {
		if r.options.Dialect == Chilli && state == 2 {
			r.stopSession(s, AdminReset)
			continue
		}
		if !r.apply(s, p) {
			return r.verdict(p, codeCoANAK, causeInvalidValue)
		}
	}
	return r.verdict(p, codeCoAACK, 0)
}

// apply changes the limits of a session. CoovaChilli clears what is not repeated. Class stays; so does MikroTik's interim.
func (r *Router) apply(s *session, p *packet) bool {
	base := s.limits
	if r.options.Dialect == Chilli {
		base = limits{}
	}
	changed, err := readLimits(r.options.Dialect, p, base)
	if err != nil {
		return false
	}
	changed.class = s.limits.class
	if r.options.Dialect == MikroTik {
		changed.interim = s.limits.interim
	}
	replan := changed.interim != s.limits.interim
	s.limits = changed
	if replan {
		s.planInterim()
	}
	r.settleSession(s, r.options.Clock.Now())
	return true
}

// authoriseWaiting is CoovaChilli's log-in by the server: Session-State 1 for a phone that waits, no Access-Request.
func (r *Router) authoriseWaiting(p *packet) *packet {
	state, _ := p.vendorNumber(vendorChilli, chilliSessionState)
	who := r.waiting(p)
	if r.options.Dialect != Chilli || state != 1 || who == nil {
		return r.verdict(p, codeCoANAK, causeSessionNotFound)
	}
	l, _ := readLimits(Chilli, p, limits{})
	r.openSession(who, p.text(attrUserName), "coa", l)
	return r.verdict(p, codeCoAACK, 0)
}

// ignores says whether the request gets no answer: CoovaChilli needs a User-Name.
func (r *Router) ignores(p *packet) bool {
	_, named := p.get(attrUserName)
	return r.options.Dialect == Chilli && !named
}

func (r *Router) isMe(p *packet) bool {
	if name, ok := p.get(attrNASIdentifier); ok && string(name) != r.options.Name {
		return false
	}
	value, ok := p.get(attrNASIPAddress)
	return !ok || sameAddress(value, r.options.Source)
}

func sameAddress(value []byte, a netip.Addr) bool {
	got, ok := netip.AddrFromSlice(value)
	return ok && got == a
}

// matching finds the sessions that every given identifier fits. A MikroTik hotspot finds none without both User-Name and
// Framed-IP-Address, PPP none by a name alone.
func (r *Router) matching(p *packet) (found []*session) {
	user, named := p.get(attrUserName)
	_, addressed := p.get(attrFramedIPAddress)
	_, numbered := p.get(attrAcctSessionID)
	if !named || r.options.Dialect == MikroTik && !addressed && !numbered {
		return nil
	}
	for _, who := range r.phones {
		s := who.session
		if s != nil && r.options.Dialect == MikroTik && who.home == nil && !addressed {
			continue
		}
		if s != nil && s.user == string(user) && fits(p, who, s.id) {
			found = append(found, s)
		}
	}
	return found
}

// waiting is the phone without a session that the identifiers other than User-Name fit.
func (r *Router) waiting(p *packet) *phone {
	_, byMAC := p.get(attrCallingStationID)
	_, byIP := p.get(attrFramedIPAddress)
	_, byID := p.get(attrAcctSessionID)
	if !byMAC && !byIP && !byID {
		return nil
	}
	for _, who := range r.phones {
		if who.host && who.session == nil && fits(p, who, who.sessionID) {
			return who
		}
	}
	return nil
}

func fits(p *packet, who *phone, sessionID string) bool {
	if value, ok := p.get(attrFramedIPAddress); ok && !sameAddress(value, who.ip) {
		return false
	}
	if value, ok := p.get(attrAcctSessionID); ok && string(value) != sessionID {
		return false
	}
	if value, ok := p.get(attrCallingStationID); ok {
		mac, valid := parseMAC(string(value))
		return valid && mac == who.mac
	}
	return true
}

// carriesLimits: a Disconnect-Request with authorisation attributes is refused (RFC 5176 section 3.6).
func carriesLimits(p *packet) bool {
	l, err := readLimits(MikroTik, p, limits{session: -time.Second, idle: -time.Second, ports: -1})
	return err != nil || l.session >= 0 || l.idle >= 0 || l.ports >= 0 || l.total > 0 || l.rate != (rate{})
}
