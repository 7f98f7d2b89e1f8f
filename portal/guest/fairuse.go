package guest

import (
	"time"

	"mtandao/billing/plans"
	"mtandao/radius/access"
)

// fairView is where fair use stands: what is left at full speed, or how slow it is now and until when.
type fairView struct {
	Name, Value, Detail string
	Share               int64 // percent that is left
	Slow                bool
}

func (p *statusPage) setFair(s situation) {
	limits := s.grant.Limits
	p.Night = p.night(s)
	if limits.FairUse.Bytes == 0 {
		return
	}
	period := s.grant.Period(s.now, s.loc)
	rate, when := plans.Rate(limits.FairUse.DownKbps), instant(p.Lang, period.End, s.now, s.loc)
	lasts := !s.over().IsZero() && !s.over().After(period.End) // the plan ends before full speed comes back
	left := max(period.Allowed-period.Used, 0)
	if s.grant.Terms(s.now, s.loc).Slow {
		key := "guest.fair.slow_until"
		if lasts {
			key = "guest.fair.slow_end"
		}
		p.Fair = &fairView{Name: p.T("guest.fair.slow"), Value: rate, Detail: p.T(key, "Used", volume(period.Used), "When", when), Slow: true}
		return
	}
	name, key := "guest.fair.day", "guest.fair.then_until"
	if limits.FairUse.Per == access.PerMonth {
		name = "guest.fair.month"
	}
	if lasts {
		key = "guest.fair.then"
	}
	p.Fair = &fairView{Name: p.T(name), Value: volume(left), Detail: p.T(key, "Total", volume(period.Allowed), "Rate", rate, "When", when),
		Share: left * 100 / period.Allowed}
}

// over is when the calendar ends the grant, as far as that is known; zero when only use ends it.
func (s situation) over() time.Time {
	if !s.left.Timed || s.grant.Limits.TimeKind == access.Online && s.grant.Limits.Time > 0 {
		return time.Time{}
	}
	return s.now.Add(s.left.Time)
}

// night tells what the night gives: until when, while it lasts, else from when.
func (p *statusPage) night(s situation) (told []string) {
	n := s.grant.Limits.Night
	if len(n.Hours) == 0 {
		return nil
	}
	open, changes := n.Hours.Open(s.now, s.loc)
	if changes.IsZero() { // it is always night, or never: the plan's own words say it
		return nil
	}
	speed, free := "guest.night.speed_from", "guest.night.free_from"
	if open {
		speed, free = "guest.night.speed", "guest.night.free"
	}
	when := instant(p.Lang, changes, s.now, s.loc)
	if n.DownKbps > 0 {
		told = append(told, p.T(speed, "Rate", plans.Rate(n.DownKbps), "When", when))
	}
	if n.Free {
		told = append(told, p.T(free, "When", when))
	}
	return told
}
