package notify

import (
	"time"
	_ "time/tzdata" // hosts often have no zones

	"mtandao/internal/clock"
	"mtandao/internal/settings"
)

// quiet is a stretch of each day, in minutes from midnight; it may pass midnight. Equal ends: none.
type quiet struct{ from, until int }

// offersQuiet leaves 08:00 to 18:00, the narrower of the rules (reference/sms-and-messaging.md §5.1).
var offersQuiet = quiet{from: 18 * 60, until: 8 * 60}

// end is when the quiet stretch around a time is over; the time itself outside of one.
func (q quiet) end(now time.Time) time.Time {
	minute := now.Hour()*60 + now.Minute()
	inside := q.from <= minute && minute < q.until
	if q.from > q.until {
		inside = minute >= q.from || minute < q.until
	}
	if !inside {
		return now
	}
	day := now.Day()
	if minute >= q.until {
		day++
	}
	return time.Date(now.Year(), now.Month(), day, 0, q.until, 0, 0, now.Location())
}

// earliest is when a message of a purpose may leave. An offer keeps to both quiet stretches.
func (s *Service) earliest(p Purpose, now time.Time) time.Time {
	if manners[p].urgent {
		return now
	}
	local := now.In(s.zone())
	stretches := []quiet{{minutes(s.Settings.String(settings.MessageQuietFrom)), minutes(s.Settings.String(settings.MessageQuietUntil))}}
	if p == ForOffer {
		stretches = append(stretches, offersQuiet, stretches[0]) // the end of one may lie in the other
	}
	for _, q := range stretches {
		local = q.end(local)
	}
	return local.UTC()
}

// leaves is when a message may leave. A bill or an answer by e-mail wakes nobody.
func (s *Service) leaves(m Message, now time.Time) time.Time {
	if m.Channel == Email && (m.Purpose == ForBill || m.Purpose == ForTicket) {
		return now
	}
	return s.earliest(m.Purpose, now)
}

func minutes(clock string) int {
	t, err := time.Parse("15:04", clock)
	if err != nil {
		return 0 // settings has checked it
	}
	return t.Hour()*60 + t.Minute()
}

func (s *Service) zone() *time.Location {
	if zone, err := time.LoadLocation(s.Settings.String(settings.MessageZone)); err == nil {
		return zone
	}
	return clock.Nairobi
}
