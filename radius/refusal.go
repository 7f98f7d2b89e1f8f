package radius

import (
	"context"
	"strings"
	"sync"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/seal"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// Refusal is what was refused to one device under one name for one cause on one router and day: one row, however often it was.
// A packet that got no answer is one too, of no device.
type Refusal struct {
	ID       int64 `gorm:"primaryKey"`
	RouterID int64 // 0: an address of no router
	SiteID   int64
	GrantID  int64  // 0: the log-in reached none
	About    string // AboutCustomers, AboutStrangers, AboutRouters
	Day      string // of the first and the last
	Cause    string // an access.Cause, or why a packet got no answer
	MAC      access.MAC
	NameHash string // by which it is found; empty without a name
	Name     string // as it is shown: what may be a code or a mistyped secret is masked
	Times    int64
	FirstAt  time.Time
	LastAt   time.Time
}

// Whom a refusal is about: whoever has a grant; who has none, as each guest who has not bought yet; or a router whose packets got no answer.
const (
	AboutCustomers = "customers"
	AboutStrangers = "strangers"
	AboutRouters   = "routers"
)

// Causes of packets that were believed from nobody, beside those of access.
const (
	CauseBadSecret    = "bad_secret"    // signed with no secret that we know
	CauseEndedSecret  = "ended_secret"  // signed with the router's old secret, whose time is over
	CauseOthersSecret = "others_secret" // signed with the secret of another router, which Name tells
	CauseStranger     = "stranger"      // from an address of no router, which Name tells
	CauseGarbled      = "garbled"       // a password that is not text: hidden with another secret
)

// CausePoolEmpty is noted of who was let in and got no address of the pool that their plan names.
const CausePoolEmpty = "pool_empty"

// Bounds of what is remembered apart, on each node and day. What is beyond is counted together by router and cause.
const (
	refusalsOfRouter = 500
	mostRefusals     = 20_000
	refusalsEvery    = 5 * time.Second
	refusalPurpose   = "radius.refusal"
)

// RefusalsKept is for how long refusals are.
const RefusalsKept = 30 * 24 * time.Hour

// whose says whose log-in it was.
type whose struct {
	packet  bool // nobody's: it got no answer
	name    string
	mac     access.MAC
	grantID int64
}

// refusalKey is what one row counts.
type refusalKey struct {
	routerID int64
	day      string
	cause    string
	mac      access.MAC
	name     string
}

// tally is one row as this node counts it.
type tally struct {
	id, siteID, grantID int64
	hash                string
	packets             bool  // that nobody was believed to have sent, or that were too many
	times               int64 // not written yet
	first, last         time.Time
}

// refusals counts in memory, within bounds, and is written down every few seconds: a storm is a few rows, and no log-in waits.
type refusals struct {
	clock clock.Clock
	keys  *seal.Keys

	mu    sync.Mutex
	kinds map[refusalKey]*tally
	apart map[int64]int // kinds that a router has of its own
}

func newRefusals(c clock.Clock, keys *seal.Keys) *refusals {
	return &refusals{clock: c, keys: keys, kinds: map[refusalKey]*tally{}, apart: map[int64]int{}}
}

// note counts one refusal.
func (s *refusals) note(r *routers.Router, cause string, who whose) {
	now := s.clock.Now()
	key := refusalKey{routerID: r.ID, day: now.Format(time.DateOnly), cause: cause, mac: who.mac, name: who.name}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.kinds[key]
	if t == nil {
		t = s.open(&key, r)
	}
	if t.grantID == 0 && key.mac+access.MAC(key.name) != "" {
		t.grantID = who.grantID
	}
	t.packets = t.packets || who.packet
	if t.times++; t.times == 1 {
		t.first = now
	}
	t.last = now
}

// open begins to count a kind of its own, or finds the one that counts what is beyond the bounds.
func (s *refusals) open(key *refusalKey, r *routers.Router) *tally {
	if len(s.kinds) >= mostRefusals || s.apart[r.ID] >= refusalsOfRouter {
		key.mac, key.name = "", ""
		if t := s.kinds[*key]; t != nil {
			return t
		}
	} else {
		s.apart[r.ID]++
	}
	t := &tally{siteID: r.SiteID}
	s.kinds[*key] = t
	return t
}

// counted is what a tally counted since it was last written.
type counted struct {
	row   Refusal
	tally *tally
}

// due lists what was counted since it was last written, with new ids from newID, and forgets the kinds of days that are over.
func (s *refusals) due(newID func() int64) (all []counted) {
	today := s.clock.Now().Format(time.DateOnly)
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, t := range s.kinds {
		if t.times == 0 {
			if key.day < today {
				s.forget(key)
			}
			continue
		}
		if t.id == 0 {
			t.id, t.hash = newID(), hashOf(s.keys, key.name)
		}
		row := Refusal{ID: t.id, RouterID: key.routerID, SiteID: t.siteID, GrantID: t.grantID, About: aboutOf(key, t), Day: key.day, Cause: key.cause,
			MAC: key.mac, NameHash: t.hash, Name: shownName(key, t.grantID != 0), Times: t.times, FirstAt: t.first, LastAt: t.last}
		all = append(all, counted{row, t})
		t.times = 0
	}
	return all
}

func (s *refusals) forget(key refusalKey) {
	delete(s.kinds, key)
	if key.mac == "" && key.name == "" {
		return
	}
	if s.apart[key.routerID]--; s.apart[key.routerID] <= 0 {
		delete(s.apart, key.routerID)
	}
}

// again takes back what could not be written.
func (s *refusals) again(all []counted) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range all {
		c.tally.times, c.tally.first = c.tally.times+c.row.Times, c.row.FirstAt
	}
}

func aboutOf(key refusalKey, t *tally) string {
	switch {
	case t.grantID != 0:
		return AboutCustomers
	case t.packets:
		return AboutRouters
	}
	return AboutStrangers
}

// spelled is a name as it is looked for: however a code is typed it is the same.
func spelled(name string) string {
	if mac, err := access.ParseMAC(name); err == nil {
		return string(mac)
	}
	if code, ok := access.ReadCode(name); ok {
		return string(code)
	}
	return access.SpellName(name)
}

func hashOf(keys *seal.Keys, name string) string {
	if name == "" {
		return ""
	}
	return keys.Lookup(refusalPurpose, spelled(name))
}

// shownName hides the middle of what opens something for whoever reads it: a code, and a name that reached nothing, for people type
// their passwords there.
func shownName(key refusalKey, reached bool) string {
	name := clean(key.name)
	if mac, err := access.ParseMAC(name); err == nil {
		return mac.Colons()
	}
	_, code := access.ReadCode(name)
	if ours := key.cause == CauseOthersSecret || key.cause == CauseStranger; ours || reached && !code {
		return name
	}
	return hideMiddle(name)
}

// Shown is who is on for whoever reads it: the device of who came by a code, for that opens something, else the name.
func (s Session) Shown() string {
	_, code := access.ReadCode(s.UserName)
	switch {
	case s.MAC != "" && (code || s.UserName == ""):
		return s.MAC.Colons()
	case code:
		return hideMiddle(s.UserName)
	}
	return s.UserName
}

func hideMiddle(name string) string {
	r := []rune(name)
	if len(r) < 6 {
		return strings.Repeat("•", len(r))
	}
	return string(r[:2]) + "…" + string(r[len(r)-2:])
}

// keepRefusalsWritten writes them down every few seconds until stopped is closed, and then once more.
func (s *Service) keepRefusalsWritten(ctx context.Context) {
	ticks := time.NewTicker(refusalsEvery)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
			s.writeRefusals(ctx)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), refusalsEvery)
			defer cancel()
			s.writeRefusals(last)
			return
		}
	}
}

// writeRefusals keeps in memory what the database does not take. A commit whose answer was lost counts twice.
func (s *Service) writeRefusals(ctx context.Context) {
	due := s.front.refusals.due(s.db.ID)
	for len(due) > 0 {
		n := min(len(due), refusalBatch)
		if err := addRefusals(ctx, s.db, due[:n]); err != nil {
			s.front.refusals.again(due)
			if s.front.complains.may("refusals") {
				s.log.Warn("refusals are not written down", "error", err)
			}
			return
		}
		due = due[n:]
	}
}
