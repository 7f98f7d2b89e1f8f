package router

import (
	"fmt"
	"net/netip"
	"time"
)

// Cause is why a session ended: Acct-Terminate-Cause (RFC 2866 section 5.10), or PowerCut when nobody was told.
type Cause uint32

// The causes that a hotspot gives. A byte limit is NASRequest on MikroTik and SessionTimeout on CoovaChilli.
const (
	PowerCut       Cause = 0
	UserRequest    Cause = 1
	LostCarrier    Cause = 2
	LostService    Cause = 3
	IdleTimeout    Cause = 4
	SessionTimeout Cause = 5
	AdminReset     Cause = 6
	NASRequest     Cause = 10
)

var causeNames = map[Cause]string{
	PowerCut: "power cut", UserRequest: "logged out", LostCarrier: "left", LostService: "left", IdleTimeout: "idle",
	SessionTimeout: "time is over", AdminReset: "disconnected", NASRequest: "data is used up",
}

func (c Cause) String() string { return causeNames[c] }

// Session is the oracle's record of one session: exact bytes and seconds by the plan clock.
type Session struct {
	ID, User, MAC string
	IP            netip.Addr
	LoggedInBy    string // http-pap http-chap mac api coa pppoe
	Start, End    time.Time
	Time          time.Duration
	Up, Down      int64 // bytes from and to the phone
	Online        bool
	Cause         Cause // once it is over
	Left          time.Duration
	Timed         bool  // Left means something
	DataLeft      int64 // of the total limit
	Capped        bool  // DataLeft means something
	UpBps         int64 // rate limits, bit/s; 0 none
	DownBps       int64
	Lists         []string // of the firewall, that the address of a home is on
	Routes        []string // that lead to a home
	Prefixes      []string // of IPv6: of a home's link, then delegated to it
	Keys          int      // of MPPE that came with a home's log-in
}

// session is one log-in on line. Counters are exact up to at.
type session struct {
	id, user, by   string
	phone          *phone
	number         uint32 // .id of the API, NAS-Port
	start, at      time.Time
	active         time.Time // of the last traffic
	interimAt      time.Time
	limits         limits
	up, down       int64
	upRest, dnRest int64 // thousandths of a bit not yet counted
	end            time.Time
	over           bool
	cause          Cause
}

func (s *session) record() Session {
	record := Session{ID: s.id, User: s.user, MAC: s.phone.mac, IP: s.phone.ip, LoggedInBy: s.by, Start: s.start, End: s.end,
		Time: s.at.Sub(s.start), Up: s.up, Down: s.down, Online: !s.over, Cause: s.cause,
		UpBps: s.limits.rate.up, DownBps: s.limits.rate.down, Lists: s.limits.stand.lists, Routes: s.limits.stand.routes, Prefixes: s.limits.stand.prefixes, Keys: s.limits.stand.keys}
	if s.limits.session > 0 {
		record.Timed, record.Left = true, max(0, s.limits.session-record.Time)
	}
	if s.limits.total > 0 {
		record.Capped, record.DataLeft = true, max(0, s.limits.total-s.up-s.down)
	}
	return record
}

// nextSessionID is unique for about a million sessions of one boot, and not for ever: service, boot, counter.
func (r *Router) nextSessionID() string {
	r.counter++
	if r.options.Dialect == Chilli {
		return fmt.Sprintf("%08x%08x", uint32(r.options.Clock.Now().Unix()), r.counter)
	}
	return fmt.Sprintf("80%x%05x", r.boot&0xf, r.counter&0xfffff)
}

// openSession puts a phone on line as of now and reports it.
func (r *Router) openSession(p *phone, user, by string, l limits) *session {
	now := r.options.Clock.Now()
	r.numbers++
	s := &session{id: p.sessionID, user: user, by: by, phone: p, number: r.numbers, start: now, at: now, active: now, limits: l}
	s.planInterim()
	p.session, p.failure, p.challenge = s, "", nil
	p.sessionID = r.nextSessionID()
	r.sessions = append(r.sessions, s)
	r.account(s, statusStart, now)
	r.options.Log.Info("simulated session opened", "router", r.options.Name, "session", s.id, "by", by)
	return s
}

// stopSession ends s at its present instant; a power cut tells nobody.
func (r *Router) stopSession(s *session, why Cause) {
	s.over, s.cause, s.end = true, why, s.at
	s.phone.session = nil
	if why != PowerCut {
		r.account(s, statusStop, s.at)
	}
	r.forgetOldSessions()
	r.options.Log.Info("simulated session ended", "router", r.options.Name, "session", s.id, "cause", why.String())
}

// keptSessions bounds the oracle's memory of sessions that are over.
const keptSessions = 4096

func (r *Router) forgetOldSessions() {
	if len(r.sessions) < 2*keptSessions {
		return
	}
	surplus, kept := len(r.sessions)-keptSessions, r.sessions[:0]
	for _, s := range r.sessions {
		if s.over && surplus > 0 {
			surplus--
			continue
		}
		kept = append(kept, s)
	}
	clear(r.sessions[len(kept):])
	r.sessions = kept
}

// Sessions is the oracle: every session in the order of log-in, exact as of now. Of those that are over it keeps at least
// the last 4096.
func (r *Router) Sessions() []Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settle()
	records := make([]Session, len(r.sessions))
	for i, s := range r.sessions {
		records[i] = s.record()
	}
	return records
}
