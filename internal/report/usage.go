package report

import (
	"context"
	"errors"
	"time"

	"mtandao/radius"
	"mtandao/radius/access"
)

// How far back the use of a grant is told.
const (
	usageDays  = 30
	usageHours = 24
)

// Usage is what a grant used lately: in its last 30 days, and in the last 24 hours of them. Those without use are there too.
type Usage struct{ Days, Hours []Used }

// Used is what was used in a day or an hour that began at At, in the local time of its site.
type Used struct {
	At time.Time
	radius.Volume
}

// usage tells up to now, or up to the end of a grant that nobody uses any more.
func (s *Stories) usage(ctx context.Context, g Granted) (Usage, error) {
	zone := s.Zone(g.Grant.SiteID)
	last := s.Plan.Now()
	over := g.Grant.State == access.Ended || g.Cause.Over()
	if over && len(g.Online) == 0 && len(g.Past) > 0 {
		last = g.Past[0].EndedAt
	}
	last = last.In(zone)
	hour := last.Truncate(time.Hour) // as radius counts them: by UTC, of which our zones are whole hours away
	days, e1 := s.Radius.DaysOf(ctx, g.Grant.ID, last.AddDate(0, 0, 1-usageDays).Format(time.DateOnly), last.Format(time.DateOnly))
	hours, e2 := s.Radius.HoursOf(ctx, g.Grant.ID, hour.Add((1-usageHours)*time.Hour), hour.Add(time.Hour))
	return Usage{Days: byDay(days, last), Hours: byHour(hours, hour)}, errors.Join(e1, e2)
}

// byDay adds up the sites of each day.
func byDay(rows []radius.UsageDay, last time.Time) []Used {
	sums := map[string]radius.Volume{}
	for _, r := range rows {
		sums[r.Day] = sums[r.Day].Add(r.Volume)
	}
	var all []Used
	year, month, day := last.Date()
	for back := usageDays - 1; back >= 0; back-- {
		at := time.Date(year, month, day-back, 0, 0, 0, 0, last.Location())
		all = append(all, Used{at, sums[at.Format(time.DateOnly)]})
	}
	return all
}

// byHour adds up the sites of each hour.
func byHour(rows []radius.UsageHour, last time.Time) []Used {
	sums := map[int64]radius.Volume{}
	for _, r := range rows {
		sums[r.Hour] = sums[r.Hour].Add(r.Volume)
	}
	var all []Used
	for back := usageHours - 1; back >= 0; back-- {
		at := last.Add(time.Duration(-back) * time.Hour)
		all = append(all, Used{at, sums[at.Unix()/3600]})
	}
	return all
}
