package backoffice

import (
	"context"

	"mtandao/billing/daybook"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	tables "mtandao/internal/table"
	"mtandao/internal/words"
)

// ReportNames are the names of the reports, in the order in which they are shown.
func (b *Backoffice) ReportNames() (all []string) {
	for _, d := range definitions {
		all = append(all, d.Name)
	}
	return all
}

// Report is a report of some days as a program reads it, in English: its columns are the first row. It is of the sites that are named, or of all; a report that
// is of all sites alone is told nobody who names some. fault.NotFound for a name of none, fault.Denied "apikey.all_sites", fault.Invalid "report.days" or
// "report.months".
func (b *Backoffice) Report(ctx context.Context, name string, sites []int64, first, last clock.Day) ([][]tables.Cell, error) {
	for _, d := range definitions {
		if d.Name != name {
			continue
		}
		if d.Need == everywhere && len(sites) > 0 {
			return nil, fault.New(fault.Denied, "apikey.all_sites")
		}
		now, before, err := b.daysOf(d, first, last)
		if err != nil {
			return nil, err
		}
		if len(sites) > 0 {
			now.Sites, before.Sites = sites, sites
		}
		said, err := d.Tell(asking{Backoffice: b, ctx: ctx, f: &frame{Lang: words.English}, Now: now, Before: before})
		return said.Taken, err
	}
	return nil, notHere()
}

// daysOf are the days of a report, and as many before them; one that is as it is has today alone.
func (b *Backoffice) daysOf(d definition, first, last clock.Day) (now, before daybook.Asked, err error) {
	if d.Times == asItIs {
		now, before = lasting(clock.DayOf(b.Clock.Now()), clock.DayOf(b.Clock.Now()))
		return now, before, nil
	}
	return free(first, last, d.Times == byDays)
}
