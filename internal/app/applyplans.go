package app

import (
	"strings"

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
	limits.Address = access.Address{Pool: string(p.Pool), IPv6Pool: string(p.IPv6Pool), DelegatedPool: string(p.PDPool), List: string(p.List)}
	limits.FairUse, limits.Night = p.FairUse.fairUse(r), p.Night.night(r)
	if p.Devices < 0 {
		r.fail("devices", fault.New(fault.Invalid, "limits.devices"))
	}
	plan := plans.Plan{Key: string(p.Key), NameEN: string(p.Name), NameSW: string(p.NameSW), Segment: orElse(p.Segment, plans.Hotspot),
		Price: field(r, "price", p.Price, parsePrice), Limits: limits, Sort: int(p.Sort), State: orElse(p.State, plans.Live), Sites: r.sites(p.Sites)}
	if plan.Subscribed() || p.Mode != "" {
		plan.Terms = p.terms(r)
	}
	if r.err != nil {
		return plan, r.err
	}
	return plan, planFault(plan.Validate())
}

// planFault says at which field a fault shows that is about several.
func planFault(err error) error {
	for key, field := range map[string]string{"limits.fair_use": "fair_use.data", "limits.night": "night.hours", "limits.address": "pool",
		"plan.package_mode": "segment", "plan.timed": "time", "plan.amount": "price", "plan.free": "price", "plan.meter": "per_gb.included", "plan.tiers": "per_gb.tiers", "plan.windows": "per_gb.hours",
		"plan.prepaid_meter": "mode", "plan.hybrid": "mode", "plan.once_meter": "interval"} {
		if fault.KeyOf(err) == key {
			return fieldFault{field, err}
		}
	}
	return err
}

func (f fairPart) fairUse(r *reading) access.FairUse {
	fair := access.FairUse{Bytes: field(r, "fair_use.data", f.Data, parseData), UpKbps: field(r, "fair_use.up", f.Up, parseRate),
		DownKbps: field(r, "fair_use.down", f.Down, parseRate), RollOver: bool(f.RollOver)}
	if fair.Bytes > 0 {
		fair.Per = access.Per(orElse(f.Per, string(access.PerDay)))
	}
	return fair
}

func (n nightPart) night(r *reading) access.Night {
	hours, err := parseHours(n.Hours)
	r.fail("night.hours", err)
	return access.Night{Hours: hours, UpKbps: field(r, "night.up", n.Up, parseRate), DownKbps: field(r, "night.down", n.Down, parseRate), Free: bool(n.Free)}
}

func (b burstPart) burst(r *reading) access.Burst {
	return access.Burst{UpKbps: field(r, "burst.up", b.Up, parseRate), DownKbps: field(r, "burst.down", b.Down, parseRate),
		UpThresholdKbps:   field(r, "burst.up_threshold", b.UpThreshold, parseRate),
		DownThresholdKbps: field(r, "burst.down_threshold", b.DownThreshold, parseRate),
		Over:              field(r, "burst.over", b.Over, parseTime)}
}

func planPartOf(p plans.Plan, n *names) planPart {
	l, b, f, night := p.Limits, p.Limits.Burst, p.Limits.FairUse, p.Limits.Night
	part := planPart{Key: text(p.Key), Name: text(p.NameEN), NameSW: text(p.NameSW), Segment: text(p.Segment), Price: priceText(p.Price),
		Time: timeText(l.Time), TimeKind: text(l.TimeKind), Data: unitText(l.DataBytes, dataUnits), Valid: timeText(l.Valid),
		ValidUntil: untilText(l.ValidUntil), Hours: hoursText(l.Hours), Up: unitText(l.UpKbps, rateUnits), Down: unitText(l.DownKbps, rateUnits),
		Burst: burstPart{Up: unitText(b.UpKbps, rateUnits), Down: unitText(b.DownKbps, rateUnits), UpThreshold: unitText(b.UpThresholdKbps, rateUnits),
			DownThreshold: unitText(b.DownThresholdKbps, rateUnits), Over: timeText(b.Over)},
		FairUse: fairPart{Data: unitText(f.Bytes, dataUnits), Per: text(f.Per), Up: unitText(f.UpKbps, rateUnits), Down: unitText(f.DownKbps, rateUnits), RollOver: yesNo(f.RollOver)},
		Night:   nightPart{Hours: hoursText(night.Hours), Up: unitText(night.UpKbps, rateUnits), Down: unitText(night.DownKbps, rateUnits), Free: yesNo(night.Free)},
		Pool:    text(l.Address.Pool), IPv6Pool: text(l.Address.IPv6Pool), PDPool: text(l.Address.DelegatedPool), List: text(l.Address.List),
		Devices: whole(l.DeviceCount()), Idle: timeText(l.Idle), Sort: whole(p.Sort), Sites: n.slugs(p.Sites), State: text(p.State)}
	if p.Subscribed() {
		part.tell(p.Terms)
	}
	return part
}

func (a *applying) plan(key string, p planPart) error {
	wanted, err := p.plan(a.reading())
	if err != nil {
		return err
	}
	old, known := a.stored.plans[key]
	return a.settle(kindPlan, key, onlyIf(known, planPartOf(old, a.names)), planPartOf(wanted, a.names), func() error {
		_, err := a.Plans.Save(a.tx, wanted)
		if strings.HasPrefix(fault.KeyOf(err), "plan.unable_") {
			err = fieldFault{"sites", err}
		}
		return err
	})
}
