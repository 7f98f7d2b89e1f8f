package radius

import (
	"context"
	"time"

	"mtandao/radius/access"
)

// Told is what a router was last told of a session: its speed, and the octets that it may carry in all; 0 is no limit.
type Told struct {
	ToldUpKbps   int64
	ToldDownKbps int64
	ToldBytes    int64
}

const (
	notKnown = -1 // the router does not repeat our Class
	notTaken = -2 // it could not be told: again at its next word
)

var toldNothing = Told{notKnown, notKnown, notKnown}

// Of a cap that several devices share, each is told a share, and all shares together are never more than what is left and
// half a hundredth of the cap: so their routers stop them in time, whatever becomes of our orders. A share that runs low is made
// larger while its session runs, one that lies idle is taken back; a device that is stopped by its share while there is more
// comes back by itself.
const (
	mostAtOnce  = 8       // devices that may log in before the first of them has reported; of more, shares would be crumbs
	lastCrumbs  = 200     // so that shares do not become ever smaller, all may promise half a hundredth of the cap too much
	withoutACap = 1 << 49 // bytes: a router that is told none keeps the old one
)

// share is what a device may use next of what is left of a grant, beside the sessions of its other devices; 0 when those hold
// all of it.
func share(g access.Grant, left int64, others []Online) int64 {
	n := int64(g.Limits.DeviceCount())
	if n == 1 {
		return left
	}
	free := left
	for _, o := range others {
		free -= o.unused(left)
	}
	seats := max(1, min(n-int64(len(others)), mostAtOnce))
	crumb := max(1, g.Limits.DataBytes/lastCrumbs/n)
	return max(0, free/seats, min(crumb, left, free+g.Limits.DataBytes/lastCrumbs))
}

// unused is what the session's router will still let it carry; all that is left, when nobody knows.
func (o Online) unused(left int64) int64 {
	if o.ToldBytes <= 0 {
		return left
	}
	return max(o.ToldBytes-o.Bytes(), 0)
}

// runsLow says that the session may use its share up before it reports again, if it goes on as it did since it last did.
func (t Told) runsLow(s Session, gain delta) bool {
	return t.ToldBytes > 0 && gain.Bytes > 0 && t.ToldBytes-s.Bytes() < 2*gain.Bytes
}

// others are the open sessions of the grant's other devices.
func others(open []Online, mac access.MAC) []Online {
	var all []Online
	for _, o := range open {
		if o.MAC != mac {
			all = append(all, o)
		}
	}
	return all
}

// shareAtLogIn is what a device may use that logs in now. The sessions are read before the grant: what is reported between
// makes the share smaller, never larger. When the database does not answer each device has its equal part.
func (s *Service) shareAtLogIn(ctx context.Context, known *access.Grant, left int64, mac access.MAC) int64 {
	if known.Limits.DeviceCount() == 1 {
		return left
	}
	g := *known
	open, err := readOfGrant(ctx, s.db, g.ID)
	if err == nil {
		g, _, _, err = s.access.View(ctx, g.ID)
	}
	if err != nil {
		return max(1, left/int64(g.Limits.DeviceCount()))
	}
	return share(g, max(1, min(left, g.Limits.DataBytes-g.UsedBytes+g.FreeBytes)), others(open, mac))
}

// tell is what one running session is to be told now, with what was told before.
func (s *Service) tell(g access.Grant, left access.Left, session Online, open []Online) Told {
	terms := g.Terms(s.clock.Now(), s.zoneOf(&g, session.SiteID))
	next := Told{ToldUpKbps: terms.UpKbps, ToldDownKbps: terms.DownKbps}
	if !left.Capped {
		return next
	}
	mine := share(g, left.Bytes, others(open, session.MAC))
	if held := session.unused(0); g.Limits.DeviceCount() > 1 && held > 0 && (mine == 0 || 2*held >= mine && 2*held <= 3*mine) {
		mine = held // near enough, or there is nothing else
	}
	next.ToldBytes = session.Bytes() + max(mine, 1)
	return next
}

// differs says that a session must be told, because its speed or its share is no longer what its router goes by. Of a router
// that does not say whose sessions it has, only grants whose terms change are told.
func differs(l access.Limits, was, next Told) bool {
	if was.ToldBytes == notTaken {
		return true
	}
	if was.ToldBytes == notKnown {
		return l.FairUse.Bytes > 0 || len(l.Night.Hours) > 0 || l.DataBytes > 0 && l.DeviceCount() > 1
	}
	if was.ToldUpKbps != next.ToldUpKbps || was.ToldDownKbps != next.ToldDownKbps || (was.ToldBytes > 0) != (next.ToldBytes > 0) {
		return true
	}
	return l.DeviceCount() > 1 && was.ToldBytes != next.ToldBytes
}

// zoneOf is the local time in which a grant is used: its site's, or that of the session's when it is good at every site.
func (s *Service) zoneOf(g *access.Grant, siteID int64) *time.Location {
	if g.SiteID != 0 {
		siteID = g.SiteID
	}
	return s.zone(siteID)
}
