package offline

import (
	"time"

	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/radius"
	"mtandao/radius/access"
	"mtandao/radius/outages"
)

// Tolerances.
const (
	slack   = 2 * time.Minute  // between clocks, and between a cause and what follows of it
	tries   = 30 * time.Minute // so long after a refusal it is still why somebody is not on
	settles = 10 * time.Minute // within which a command and the end of a session belong together
	lately  = 24 * time.Hour   // how a session that ended so long ago ended says why
)

// routerGone: the router was silent. Traffic that flowed all the same shows that it was only not heard.
func routerGone(f *Facts, at time.Time) (v verdict, found bool) {
	router := f.routerAt(at)
	session, on := f.covering(at)
	for _, o := range f.Outages {
		until := o.Until
		if o.RouterID != router || o.From.After(at) || !until.IsZero() && !until.After(at) {
			continue
		}
		if on && (flowed(o) || session.StartedAt.After(o.From)) || until.IsZero() && f.heardIn(router, o.From.Add(slack), at) {
			continue
		}
		v = verdict{cause: RouterDown, Values: Values{From: o.From, Until: until, RouterID: router}, back: until, step: StepRouter}
		if o.Proof.BootBy != "" {
			v.cause = PowerCut
		}
		found = true
	}
	return v, found
}

// heardIn says that a router spoke of them within a time: a silence that nobody has ended yet was over by then.
func (f *Facts) heardIn(router int64, from, until time.Time) bool {
	in := func(at time.Time) bool { return at.After(from) && !at.After(until) }
	for _, s := range f.Around.Sessions {
		if s.RouterID == router && (in(s.StartedAt) || s.ClosedBy == radius.ByRouter && in(s.EndedAt)) {
			return true
		}
	}
	for _, r := range f.Around.Refused {
		if r.RouterID == router && (in(r.FirstAt) || in(r.LastAt)) {
			return true
		}
	}
	return false
}

func flowed(o outages.Outage) bool {
	return o.Proof.Why == outages.WhyFlowed || o.State == outages.Withdrawn || o.State == outages.Doubted
}

// wereOn: a session was open.
func wereOn(f *Facts, at time.Time) (v verdict, found bool) {
	s, on := f.covering(at)
	if !on {
		return v, false
	}
	for _, r := range f.Around.Refused { // who comes with a used cap is let into the walled garden, and that is written down as a refusal
		if r.Cause == string(access.CauseDataUsed) && r.GrantID == f.Grant.ID && !r.FirstAt.After(s.StartedAt.Add(slack)) && !r.LastAt.Before(s.StartedAt.Add(-slack)) {
			return verdict{cause: CapUsed, Values: Values{From: s.StartedAt, RouterID: s.RouterID, Device: s.MAC.Colons()}, step: f.stepFor(CapUsed)}, true
		}
	}
	v = verdict{cause: Online, Values: Values{From: s.StartedAt, Until: s.EndedAt, RouterID: s.RouterID, Device: s.MAC.Colons()}}
	for _, e := range f.Around.Enforced {
		if e.Cause == string(access.CauseFairUse) && !e.CreatedAt.After(at) && e.CreatedAt.After(s.StartedAt.Add(-lately)) {
			v.cause, v.From, v.step = Slowed, e.CreatedAt, f.byLine(StepAddOn, StepExtend)
		}
	}
	return v, true
}

// refusedFor are the causes of refusals.
var refusedFor = map[access.Cause]Cause{access.CauseWrongSecret: WrongPassword, radius.CauseGarbled: WrongPassword, radius.CauseTries: WrongPassword, access.CauseUnknown: UnknownLogin,
	access.CauseDevicesFull: DeviceLimit, access.CauseOtherSite: OtherSite, access.CauseHours: Hours, access.CauseDataUsed: CapUsed, radius.CauseShared: CapUsed,
	access.CauseTimeUsed: EndedByTime, access.CauseExpired: EndedByTime, access.CauseEnded: EndedByTime, access.CauseSuspended: Suspended, access.CauseArrears: EndedByTime,
	access.CauseReversed: Reversed, access.CauseUnavailable: Unavailable, radius.CausePoolEmpty: PoolEmpty}

// wereRefused: they tried, and were kept off since they were on last. Of several causes the latest by then counts.
func wereRefused(f *Facts, at time.Time) (v verdict, found bool) {
	before, _ := f.last(at)
	var best radius.Refusal
	for _, r := range f.Around.Refused {
		cause, known := refusedFor[access.Cause(r.Cause)]
		if !known || f.others(r) || r.FirstAt.After(at.Add(slack)) || r.LastAt.Before(at.Add(-tries)) || !r.LastAt.After(before.EndedAt) {
			continue
		}
		if found && clock.Sooner(at, r.LastAt).Before(clock.Sooner(at, best.LastAt)) {
			continue
		}
		best, found = r, true
		v = verdict{cause: cause, Values: Values{From: r.FirstAt, Until: r.LastAt, RouterID: r.RouterID, Name: r.Name, Device: r.MAC.Colons(), Times: r.Times}, step: f.stepFor(cause)}
	}
	if v.cause == Hours {
		_, v.Until = f.Grant.Limits.Hours.Open(at, f.Zone)
	}
	return v, found
}

// others says that a refusal was about somebody else's access: their device was tried with it.
func (f *Facts) others(r radius.Refusal) bool { return r.GrantID != 0 && r.GrantID != f.Grant.ID }

// stepFor is what mends a cause that a router or a log-in showed.
func (f *Facts) stepFor(c Cause) Step {
	switch c {
	case WrongPassword, UnknownLogin:
		return f.byLine(StepPassword, StepGrant)
	case DeviceLimit:
		return StepMove
	case CapUsed:
		return f.byLine(StepAddOn, StepExtend)
	case Hours:
		return f.byLine(StepPlan, StepExtend)
	case EndedByTime:
		return f.byLine(StepPrompt, StepExtend)
	case Suspended:
		return StepResume
	case PoolEmpty:
		return StepPools
	case OtherSite, Reversed:
		return f.byLine(StepLine, StepGrant)
	case Unavailable, RouterBooted, LineLost:
		return StepRouter
	}
	return f.seeOrPut()
}

// stoppedFor are the causes for which a router was told to end a session.
var stoppedFor = map[access.Cause]Cause{radius.CauseStaff: Disconnected, radius.CauseLoggedOut: Disconnected, radius.CauseChanged: PlanChanged, radius.CauseTerms: PlanChanged,
	access.CauseAddress: PlanChanged, access.CauseDataUsed: CapUsed, access.CauseTimeUsed: EndedByTime, access.CauseExpired: EndedByTime, access.CauseEnded: EndedByTime,
	access.CauseHours: Hours, access.CauseDevicesFull: DeviceLimit, access.CauseSlotFreed: DeviceLimit, access.CauseSuspended: Suspended, access.CauseReversed: Reversed,
	access.CauseArrears: EndedByTime}

// wereStopped: we ended their last session.
func wereStopped(f *Facts, at time.Time) (v verdict, found bool) {
	last, ended := f.last(at)
	for _, e := range f.Around.Enforced {
		cause, known := stoppedFor[access.Cause(e.Cause)]
		if !known || e.Wanted != radius.WantDisconnect || e.CreatedAt.After(at) || ended && e.CreatedAt.Before(last.EndedAt.Add(-settles)) {
			continue
		}
		v, found = verdict{cause: cause, Values: Values{From: e.CreatedAt, RouterID: e.RouterID, Device: e.MAC.Colons()}, step: f.stepFor(cause)}, true
	}
	if found && v.cause == Hours {
		_, v.Until = f.Grant.Limits.Hours.Open(at, f.Zone)
	}
	if found || !ended || f.Line == nil {
		return v, found
	}
	for _, e := range f.Line.known(at) { // it dialled anew for what was changed
		switch e.Kind {
		case subscriptions.Changed, subscriptions.LoginChanged, subscriptions.Moved:
			if d := last.EndedAt.Sub(e.Recorded); d > -slack && d < settles {
				v, found = verdict{cause: PlanChanged, Values: Values{From: e.Recorded, RouterID: last.RouterID}, step: StepLine}, true
			}
		}
	}
	return v, found
}

// lostFor are the causes that routers give when a line broke.
var lostFor = map[string]bool{"Lost-Carrier": true, "Lost-Service": true, "Port-Error": true, "NAS-Error": true, "NAS-Request": true, "Port-Unneeded": true,
	"Port-Preempted": true, "Service-Unavailable": true}

// wentOff: their last session ended by itself.
func wentOff(f *Facts, at time.Time) (v verdict, found bool) {
	last, ended := f.last(at)
	if !ended || at.Sub(last.EndedAt) > lately {
		return v, false
	}
	v = verdict{cause: Left, Values: Values{From: last.EndedAt, RouterID: last.RouterID, Device: last.MAC.Colons(), Name: last.Cause}}
	switch {
	case last.ClosedBy == radius.ByBoot || last.Cause == "NAS-Reboot":
		v.cause = RouterBooted
	case last.ClosedBy == radius.BySilence || lostFor[last.Cause]:
		v.cause = LineLost
	case last.ClosedBy == radius.ByServer, last.Cause == "Admin-Reset":
		v.cause = Disconnected
	}
	v.step = f.stepFor(v.cause)
	return v, true
}
