package status

import (
	"slices"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/site"
	"mtandao/radius/outages"
)

// daysBack is how many days a board looks back, today included.
const daysBack = 90

// Board is how the network is.
type Board struct {
	At       time.Time
	Payments bool // come in as they should
	Sites    []Stand
	Notices  []Notice // that are not over, the soonest first
}

// Stand is how a site is.
type Stand struct {
	Site  site.Site
	Since time.Time               // of the trouble there is; zero: all is well
	Dark  [daysBack]time.Duration // of trouble on each day, the last one today
}

// Well says that no site of the board is in trouble, and that payments come in.
func (b Board) Well() bool {
	return b.Payments && !slices.ContainsFunc(b.Sites, func(s Stand) bool { return !s.Since.IsZero() })
}

// Of is the board of one site alone.
func (b Board) Of(siteID int64) Board {
	b.Sites = slices.DeleteFunc(slices.Clone(b.Sites), func(s Stand) bool { return s.Site.ID != siteID })
	b.Notices = slices.DeleteFunc(slices.Clone(b.Notices), func(n Notice) bool { return !n.Of(siteID) })
	return b
}

// Bad is on how many of its days a site had trouble.
func (s Stand) Bad() (n int) {
	for _, dark := range s.Dark {
		if dark > 0 {
			n++
		}
	}
	return n
}

// counts says whether an outage is told to the public: while it goes on, and when it was proven.
func counts(o outages.Silence) bool {
	return o.State == outages.Silent || o.State == outages.Proven || o.State == outages.Given
}

// span is time in trouble; until is zero while it goes on.
type span struct{ from, until time.Time }

// compute is the whole of a board.
func compute(now time.Time, sites []site.Site, silences []outages.Silence, notices []Notice, payments bool) Board {
	b := Board{At: now, Payments: payments}
	for _, n := range notices {
		if n.Over(now).IsZero() {
			b.Notices = append(b.Notices, n)
		}
	}
	slices.SortStableFunc(b.Notices, func(x, y Notice) int { return x.From.Compare(y.From) })
	for _, here := range sites {
		if here.State == site.Closed {
			continue
		}
		var all []span
		for _, o := range silences {
			if o.SiteID == here.ID && counts(o) {
				all = append(all, span{o.From, o.Until})
			}
		}
		for _, n := range notices {
			if n.Kind == Trouble && n.Of(here.ID) && !n.From.After(now) {
				all = append(all, span{n.From, n.Ended})
			}
		}
		b.Sites = append(b.Sites, stand(now, here, all))
	}
	return b
}

// stand joins what overlaps, so that no minute counts twice.
func stand(now time.Time, here site.Site, all []span) Stand {
	s := Stand{Site: here}
	slices.SortFunc(all, func(a, b span) int { return a.from.Compare(b.from) })
	done := time.Time{}
	for _, one := range all {
		until := one.until
		if until.IsZero() {
			until = now
			if s.Since.IsZero() {
				s.Since = one.from
			}
		}
		from := clock.Later(one.from, done)
		if done = clock.Later(done, until); until.After(from) {
			s.darken(now, from, until)
		}
	}
	return s
}

// darken adds a stretch to the days of the site's zone that it lies in.
func (s *Stand) darken(now, from, until time.Time) {
	zone := s.Site.Location()
	y, m, d := now.In(zone).Date()
	for n := range daysBack {
		start := time.Date(y, m, d-(daysBack-1)+n, 0, 0, 0, 0, zone)
		end := time.Date(y, m, d-(daysBack-1)+n+1, 0, 0, 0, 0, zone)
		if a, b := clock.Later(from, start), clock.Sooner(until, end); b.After(a) {
			s.Dark[n] += b.Sub(a)
		}
	}
}
