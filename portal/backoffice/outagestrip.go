package backoffice

import (
	"time"

	"mtandao/radius/outages"
)

// strip is a day, or the days of an outage, with when a router was heard and when it was not; what is written beside it says the same.
type strip struct {
	Text  string
	Width int
	Parts []stripPart
	Ticks []int // of the hours that the axis names
	Axis  []string
	Keys  []stripPart
}

// stripPart is a stretch of it, one unit a minute: the outage (dark), another silence (other), heard, missed (we did not watch) or ahead.
type stripPart struct {
	Class, Text string
	X, Width    int
}

// longestStrip bounds, in days, what is drawn of an outage.
const longestStrip = 3

// stripOf draws the days of an outage in the zone of its site.
func stripOf(f *frame, o outages.Outage, silences []outages.Outage, holes []outages.Span, now time.Time, zone *time.Location) *strip {
	from, until := stripDays(o, now, zone)
	s := &strip{Width: int(until.Sub(from) / time.Minute)}
	clockOf := func(at time.Time) string {
		if text := at.In(zone).Format("15:04"); !at.Equal(until) || text != "00:00" {
			return text
		}
		return "24:00"
	}
	add := func(class string, a, b time.Time) {
		a, b = laterTime(a, from), soonerTime(b, until)
		if !b.After(a) {
			return
		}
		x := int(a.Sub(from) / time.Minute)
		s.Parts = append(s.Parts, stripPart{Class: class, Text: clockOf(a) + "–" + clockOf(b) + " · " + f.T("office.outage.strip_"+class), X: x, Width: max(2, int(b.Sub(a)/time.Minute))})
	}
	add("heard", from, soonerTime(now, until))
	add("ahead", now, until)
	for _, one := range silences {
		class, end := "other", one.Until
		if one.ID == o.ID {
			class = "dark"
		}
		if end.IsZero() {
			end = now
		}
		add(class, one.From, end)
	}
	for _, h := range holes {
		add("missed", h.From, h.Until)
	}
	s.tell(f, from, zone)
	return s
}

// stripDays are the days of an outage, from midnight to midnight.
func stripDays(o outages.Outage, now time.Time, zone *time.Location) (from, until time.Time) {
	year, month, day := o.From.In(zone).Date()
	from = time.Date(year, month, day, 0, 0, 0, 0, zone)
	end := o.Until
	if end.IsZero() {
		end = now
	}
	days := 1
	for days < longestStrip && from.AddDate(0, 0, days).Before(end) {
		days++
	}
	return from, from.AddDate(0, 0, days)
}

// tell writes the axis, the keys and what a screen reader says.
func (s *strip) tell(f *frame, from time.Time, zone *time.Location) {
	for minute := 0; minute <= s.Width; minute += s.Width / 4 {
		at := from.Add(time.Duration(minute) * time.Minute).In(zone)
		text := at.Format("15:04")
		if s.Width > 24*60 {
			text = at.Format("2.1. 15:04")
		} else if minute == s.Width {
			text = "24:00"
		}
		if s.Axis = append(s.Axis, text); minute > 0 && minute < s.Width {
			s.Ticks = append(s.Ticks, minute)
		}
	}
	seen := map[string]bool{}
	for _, p := range s.Parts {
		if !seen[p.Class] && p.Class != "ahead" {
			seen[p.Class] = true
			s.Keys = append(s.Keys, stripPart{Class: p.Class, Text: f.T("office.outage.strip_" + p.Class)})
		}
		if p.Class == "dark" || p.Class == "other" || p.Class == "missed" {
			s.Text += p.Text + ". "
		}
	}
}

func laterTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func soonerTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
