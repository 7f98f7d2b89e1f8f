package app

import (
	"slices"
	"strconv"
	"strings"

	"mtandao/billing/plans"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// terms are those of a plan that is subscribed to.
func (p planPart) terms(r *reading) plans.Terms {
	mode := plans.Mode(orElse(p.Mode, string(plans.Prepaid)))
	return plans.Terms{Mode: mode, Interval: field(r, "interval", text(orElse(p.Interval, string(plans.Month))), plans.ParseInterval),
		Arrears: bool(p.Arrears), Inclusive: bool(p.Inclusive) || mode.Beforehand(), Setup: field(r, "setup", p.Setup, parseFee), Minimum: field(r, "minimum", p.Minimum, parseFee), Maximum: field(r, "maximum", p.Maximum, parseFee), Data: p.PerGB.meter(r, "per_gb"), Time: p.PerHour.meter(r, "per_hour"),
		Rates: tariffs(r, p.Rates), Includes: slices.Clone(p.Includes)}
}

func (p *planPart) tell(t plans.Terms) {
	p.Mode, p.Interval, p.Arrears, p.Inclusive = text(t.Mode), text(t.Interval.String()), yesNo(t.Arrears), yesNo(t.Inclusive && !t.Mode.Beforehand())
	p.Minimum, p.Maximum = feeText(t.Minimum), feeText(t.Maximum)
	p.Setup, p.PerGB, p.PerHour, p.Includes = feeText(t.Setup), meterPartOf(t.Data), meterPartOf(t.Time), t.Includes
	for _, rate := range t.Rates {
		p.Rates = append(p.Rates, strings.Join(slices.DeleteFunc([]string{rate.Segment, rate.Level, string(priceText(rate.Amount))}, func(s string) bool { return s == "" }), " "))
	}
}

// parseFee reads a price that may be left out.
func parseFee(s string) (money.Amount, error) {
	if s == "" {
		return money.Amount{}, nil
	}
	return parsePrice(s)
}

func feeText(a money.Amount) text {
	if a.IsZero() {
		return ""
	}
	return priceText(a)
}

func (m meterPart) meter(r *reading, name string) plans.Meter {
	meter := plans.Meter{Included: int64(m.Included), Volume: bool(m.Volume)}
	for _, line := range m.Tiers {
		tier, ok := parseTier(strings.Fields(line))
		if !ok {
			r.fail(name+".tiers", fault.New(fault.Invalid, "apply.tier", "Value", line))
		}
		meter.Tiers = append(meter.Tiers, tier)
	}
	for _, line := range m.Hours {
		window, ok := parsePricedHours(strings.Fields(line))
		if !ok {
			r.fail(name+".hours", fault.New(fault.Invalid, "apply.priced_hours", "Value", line))
		}
		meter.Windows = append(meter.Windows, window)
	}
	return meter
}

// parseTier reads "100 50": up to a hundred units at 50; and "20", of the last: beyond.
func parseTier(fields []string) (t plans.Tier, ok bool) {
	if len(fields) == 2 {
		upTo, err := strconv.ParseInt(fields[0], 10, 64)
		if err != nil || upTo < 1 {
			return t, false
		}
		t.UpTo, fields = upTo, fields[1:]
	}
	if len(fields) != 1 {
		return t, false
	}
	each, err := parsePrice(fields[0])
	t.Each = each
	return t, err == nil
}

// parsePricedHours reads "sat,sun 22:00-06:00 5".
func parsePricedHours(fields []string) (w plans.Window, ok bool) {
	if len(fields) < 2 {
		return w, false
	}
	last := len(fields) - 1
	hours, err := parseHours([]string{strings.Join(fields[:last], " ")})
	if err != nil {
		return w, false
	}
	each, err := parsePrice(fields[last])
	return plans.Window{Hours: hours, Each: each}, err == nil
}

func meterPartOf(m plans.Meter) meterPart {
	part := meterPart{Included: whole(m.Included), Volume: yesNo(m.Volume)}
	for _, t := range m.Tiers {
		line := string(priceText(t.Each))
		if t.UpTo > 0 {
			line = strconv.FormatInt(t.UpTo, 10) + " " + line
		}
		part.Tiers = append(part.Tiers, line)
	}
	for _, w := range m.Windows {
		for _, hours := range hoursText(w.Hours) {
			part.Hours = append(part.Hours, hours+" "+string(priceText(w.Each)))
		}
	}
	return part
}

// tariffs reads lines like "business 3500", "priority 3000" and "business priority 4500".
func tariffs(r *reading, lines textList) (all []plans.Tariff) {
	for _, line := range lines {
		fields := strings.Fields(line)
		wrong := func() { r.fail("rates", fault.New(fault.Invalid, "apply.rate_line", "Value", line)) }
		if len(fields) < 2 || len(fields) > 3 {
			wrong()
			continue
		}
		amount, err := parsePrice(fields[len(fields)-1])
		if err != nil {
			wrong()
			continue
		}
		t := plans.Tariff{Amount: amount}
		for _, word := range fields[:len(fields)-1] {
			switch {
			case slices.Contains(plans.Segments, word) && t.Segment == "":
				t.Segment = word
			case t.Level == "":
				t.Level = word
			default:
				wrong()
			}
		}
		all = append(all, t)
	}
	return all
}
