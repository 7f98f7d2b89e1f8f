package router

import "time"

// checkEvery is how often CoovaChilli looks at byte limits; MikroTik cuts at once.
const checkEvery = 3 * time.Second

// thousandthsPerByte: rates are bit/s and the clock has milliseconds.
const thousandthsPerByte = 8000

// never is later than any deadline of a session.
const never = time.Duration(1<<63 - 1)

// flow is the phone's traffic in bit/s, never faster than the rate limit.
func (s *session) flow() rate {
	return rate{up: shaped(s.phone.use.up, s.limits.rate.up), down: shaped(s.phone.use.down, s.limits.rate.down)}
}

func shaped(wanted, allowed int64) int64 {
	if allowed > 0 {
		return min(wanted, allowed)
	}
	return wanted
}

// advance counts the traffic up to an instant.
func (s *session) advance(to time.Time) {
	millis := to.Sub(s.at).Milliseconds()
	if millis <= 0 {
		return
	}
	f := s.flow()
	up, down := s.upRest+f.up*millis, s.dnRest+f.down*millis
	s.up, s.upRest = s.up+up/thousandthsPerByte, up%thousandthsPerByte
	s.down, s.dnRest = s.down+down/thousandthsPerByte, down%thousandthsPerByte
	s.at = s.at.Add(time.Duration(millis) * time.Millisecond)
	if f.up+f.down > 0 {
		s.active = s.at
	}
}

// deadline is how long after s.at the session ends if its traffic stays the same, and why.
func (s *session) deadline(dialect Dialect) (time.Duration, Cause) {
	left, why := never, SessionTimeout
	if s.limits.session > 0 {
		left = max(0, s.start.Add(s.limits.session).Sub(s.at))
	}
	if used := s.usedUp(dialect); used < left {
		left = used
		if dialect == MikroTik {
			why = NASRequest
		}
	}
	if s.limits.idle > 0 && s.flow() == (rate{}) {
		if idle := max(0, s.active.Add(s.limits.idle).Sub(s.at)); idle < left {
			left, why = idle, IdleTimeout
		}
	}
	return left, why
}

// usedUp is how long the byte limits last.
func (s *session) usedUp(dialect Dialect) time.Duration {
	f := s.flow()
	left := min(
		lasts(s.limits.up, f.up, s.up, s.upRest),
		lasts(s.limits.down, f.down, s.down, s.dnRest),
		lasts(s.limits.total, f.up+f.down, s.up+s.down, s.upRest+s.dnRest))
	if left == never || dialect == MikroTik {
		return left
	}
	since := s.at.Sub(s.start)
	return (since+left+checkEvery-1)/checkEvery*checkEvery - since
}

// lasts is the time in which a flow fills what is left of a limit, rounded up to the millisecond.
func lasts(limit, bps, used, rest int64) time.Duration {
	switch missing := (limit-used)*thousandthsPerByte - rest; {
	case limit == 0:
		return never
	case missing <= 0:
		return 0
	case bps == 0:
		return never
	default:
		return time.Duration((missing-1)/bps+1) * time.Millisecond
	}
}

// planInterim sets the next interim from the present instant.
func (s *session) planInterim() {
	s.interimAt = time.Time{}
	if s.limits.interim > 0 {
		s.interimAt = s.at.Add(s.limits.interim)
	}
}

// settle brings every session to now: traffic, interims, and the ends that fall before.
func (r *Router) settle() {
	now := r.options.Clock.Now()
	for _, p := range r.phones {
		if p.session != nil {
			r.settleSession(p.session, now)
		}
	}
}

// settleSession steps from event to event, so that each is reported as of its own instant however late it is noticed.
func (r *Router) settleSession(s *session, now time.Time) {
	for {
		left, why := s.deadline(r.options.Dialect)
		if r.faults.NoLimits {
			left = never
		}
		ends := left <= now.Sub(s.at)
		to := now
		if ends {
			to = s.at.Add(left)
		}
		if !s.interimAt.IsZero() && s.interimAt.Before(to) {
			s.advance(s.interimAt)
			s.planInterim()
			r.account(s, statusInterim, s.at)
			continue
		}
		s.advance(to)
		if ends {
			r.stopSession(s, why)
		}
		return
	}
}
