package app

import (
	"mtandao/billing/plans"
	"mtandao/internal/fault"
	"mtandao/radius/access"
)

func (p planPart) plan(r *reading) (plans.Plan, error) {
	limits := access.Limits{
		Time: field(r, "time", p.Time, parseTime), TimeKind: access.TimeKind(orElse(p.TimeKind, string(access.Calendar))),
		DataBytes: field(r, "data", p.Data, parseData), Valid: field(r, "valid", p.Valid, parseTime),
		ValidUntil: field(r, "valid_until", p.ValidUntil, parseUntil), UpKbps: field(r, "up", p.Up, parseRate),
		DownKbps: field(r, "down", p.Down, parseRate), Burst: p.Burst.burst(r), Devices: int(max(p.Devices, 0)), Idle: field(r, "idle", p.Idle, parseTime),
	}
	hours, err := parseHours(p.Hours)
	r.fail("hours", err)
	limits.Hours = hours
	if p.Devices < 0 {
		r.fail("devices", fault.New(fault.Invalid, "limits.devices"))
	}
	plan := plans.Plan{Key: string(p.Key), NameEN: string(p.Name), NameSW: string(p.NameSW), Segment: orElse(p.Segment, plans.Hotspot),
		Price: field(r, "price", p.Price, parsePrice), Limits: limits, Sort: int(p.Sort), State: orElse(p.State, plans.Live), Sites: r.sites(p.Sites)}
	if r.err != nil {
		return plan, r.err
	}
	return plan, plan.Validate()
}

func (b burstPart) burst(r *reading) access.Burst {
	return access.Burst{UpKbps: field(r, "burst.up", b.Up, parseRate), DownKbps: field(r, "burst.down", b.Down, parseRate),
		UpThresholdKbps:   field(r, "burst.up_threshold", b.UpThreshold, parseRate),
		DownThresholdKbps: field(r, "burst.down_threshold", b.DownThreshold, parseRate),
		Over:              field(r, "burst.over", b.Over, parseTime)}
}

func planPartOf(p plans.Plan, n *names) planPart {
	l, b := p.Limits, p.Limits.Burst
	return planPart{Key: text(p.Key), Name: text(p.NameEN), NameSW: text(p.NameSW), Segment: text(p.Segment), Price: priceText(p.Price),
		Time: timeText(l.Time), TimeKind: text(l.TimeKind), Data: unitText(l.DataBytes, dataUnits), Valid: timeText(l.Valid),
		ValidUntil: untilText(l.ValidUntil), Hours: hoursText(l.Hours), Up: unitText(l.UpKbps, rateUnits), Down: unitText(l.DownKbps, rateUnits),
		Burst: burstPart{Up: unitText(b.UpKbps, rateUnits), Down: unitText(b.DownKbps, rateUnits), UpThreshold: unitText(b.UpThresholdKbps, rateUnits),
			DownThreshold: unitText(b.DownThresholdKbps, rateUnits), Over: timeText(b.Over)},
		Devices: whole(l.DeviceCount()), Idle: timeText(l.Idle), Sort: whole(p.Sort), Sites: n.slugs(p.Sites), State: text(p.State)}
}

func (a *applying) plan(key string, p planPart) error {
	wanted, err := p.plan(a.reading())
	if err != nil {
		return err
	}
	old, known := a.stored.plans[key]
	return a.settle(kindPlan, key, onlyIf(known, planPartOf(old, a.names)), planPartOf(wanted, a.names), func() error {
		_, err := a.Plans.Save(a.tx, wanted)
		return err
	})
}
