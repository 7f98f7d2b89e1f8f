package routers

import (
	"slices"
	"strings"
	"time"

	"mtandao/radius/access"
)

// Health is what the last look at a router found, and since when it does not answer.
type Health struct {
	RouterID   int64
	TakenAt    time.Time // of the last look; zero: none yet, or there is no way to look
	AnsweredAt time.Time // when it last answered a look
	DownSince  time.Time // of the first look in vain since then; zero: it answers
	Look       Look
}

// Look is what one look at a router found. What was not asked for this time is kept from the last time.
type Look struct {
	Tried    bool // there was a way to look: the tunnel, or the API
	Answered bool
	Ping     time.Duration // through the tunnel; 0: no answer, or no tunnel
	Trouble  string        // words key of why its API did nothing for us; empty: it did, or there is none

	Board, Version          string
	Uptime                  time.Duration
	CPU                     int   // per cent
	FreeMemory, TotalMemory int64 // octets

	WideAt    time.Time // when what follows was read; zero: never
	Ports     []Port
	Users     int // on the router
	Known     int // open sessions with us
	Strangers []string
	Missing   []string
	apart     apart
}

// Port is an interface of a router that is running.
type Port struct {
	Name          string
	In, Out       int64 // octets since it came up
	InBps, OutBps int64 // bits per second since the last wide look
}

// User is somebody online, as the router or our sessions have them.
type User struct {
	MAC  access.MAC
	Name string
}

func (u User) key() string {
	if u.MAC != "" {
		return u.MAC.Colons()
	}
	return said(u.Name)
}

// longestSaid bounds, in octets, each name and version that a router tells. A look has at most 126 of them, and an octet takes up
// to six in JSON: so it fits its column, and no router keeps the looks at others from being stored beside its own.
const longestSaid = 64

func said(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), longestSaid)], "")
}

// apart is how router and sessions differ at one moment: who has just come or gone is among them.
type apart struct{ strangers, missing []string }

// Compared notes who is online by the router and by our open sessions.
func (l *Look) Compared(there, here []User) {
	l.Users, l.Known = len(there), len(here)
	l.apart = apart{lacking(there, here), lacking(here, there)}
}

// lacking are those of one list that the other has not.
func lacking(all, others []User) (left []string) {
	known := make(map[string]bool, len(others))
	for _, u := range others {
		known[u.key()] = true
	}
	for _, u := range all {
		if !known[u.key()] {
			left = append(left, u.key())
		}
	}
	slices.Sort(left)
	return slices.Compact(left)
}

// mostNamed bounds the lists of who is online on one side only.
const mostNamed = 50

// stayed are those who were apart at the last wide look already: not just coming or going.
func stayed(now, before []string) (both []string) {
	for _, one := range now {
		if _, was := slices.BinarySearch(before, one); was && len(both) < mostNamed {
			both = append(both, one)
		}
	}
	return both
}

// after puts a look behind the one before it.
func (l Look) after(last Look, was apart) Look {
	l.Board, l.Version = said(l.Board), said(l.Version)
	for i := range l.Ports {
		l.Ports[i].Name = said(l.Ports[i].Name)
	}
	if l.Version == "" {
		l.Board, l.Version, l.Uptime, l.CPU, l.FreeMemory, l.TotalMemory = last.Board, last.Version, last.Uptime, last.CPU, last.FreeMemory, last.TotalMemory
	}
	if l.WideAt.IsZero() {
		l.WideAt, l.Ports, l.Users, l.Known, l.Strangers, l.Missing = last.WideAt, last.Ports, last.Users, last.Known, last.Strangers, last.Missing
		return l
	}
	l.Strangers, l.Missing = stayed(l.apart.strangers, was.strangers), stayed(l.apart.missing, was.missing)
	passed := l.WideAt.Sub(last.WideAt).Milliseconds()
	for i, p := range l.Ports {
		at := slices.IndexFunc(last.Ports, func(o Port) bool { return o.Name == p.Name })
		if at < 0 || passed <= 0 || p.In < last.Ports[at].In || p.Out < last.Ports[at].Out {
			continue // new, or counted from nought again
		}
		l.Ports[i].InBps, l.Ports[i].OutBps = (p.In-last.Ports[at].In)*8000/passed, (p.Out-last.Ports[at].Out)*8000/passed
	}
	return l
}

// lookFresh is how old a look may be and still tell something: the lane may stand still, or this copy be paused.
const lookFresh = 2 * time.Minute

// Fresh says that the last look tells how the router is now.
func (h Health) Fresh(now time.Time) bool {
	return h.Look.Tried && !h.TakenAt.IsZero() && now.Sub(h.TakenAt) < lookFresh
}

// Silence is for how long a router has not answered, by what is known of it: looks at it, and what it sent by itself. False
// when nothing can be told: it is retired, or was never there. Without looks only a router with open sessions owes us
// anything, an accounting update each interval.
func Silence(r Router, h Health, heard time.Time, open int, now time.Time) (time.Duration, bool) {
	last := heard
	if h.AnsweredAt.After(last) {
		last = h.AnsweredAt
	}
	switch {
	case r.State != StateActive || last.IsZero():
		return 0, false
	case h.Fresh(now) && h.DownSince.IsZero():
		return 0, true
	case h.Fresh(now):
		return max(0, now.Sub(last)), true
	case open > 0:
		return max(0, now.Sub(last)-r.Interim), true
	}
	return 0, true
}
