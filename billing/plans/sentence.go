package plans

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

// Sentence tells what a plan gives: "1 hour · 1 phone · 2 Mbit/s"; what is subscribed to, "for a month · 10 Mbit/s".
func Sentence(l words.Lang, p Plan) string {
	limits := p.Limits
	if p.Subscribed() && p.Segment != "" {
		return subscribed(l, p)
	}
	var parts []string
	if limits.Time > 0 {
		key := "plan.time"
		if limits.TimeKind == access.Online {
			key = "plan.time_online"
		}
		parts = append(parts, words.Text(l, key, "Time", Duration(l, limits.Time)))
	}
	if limits.DataBytes > 0 {
		parts = append(parts, Bytes(limits.DataBytes))
	}
	if limits.Valid > 0 {
		parts = append(parts, words.Text(l, "plan.valid", "Time", Duration(l, limits.Valid)))
	}
	if !limits.ValidUntil.IsZero() {
		parts = append(parts, words.Text(l, "plan.until", "Date", limits.ValidUntil.In(clock.Nairobi).Format("2.1.2006")))
	}
	for _, w := range limits.Hours {
		parts = append(parts, clockTime(w.From)+"–"+clockTime(w.To))
	}
	parts = append(parts, words.Text(l, "plan.phones", "Count", limits.DeviceCount()))
	if limits.DownKbps > 0 {
		parts = append(parts, Rate(limits.DownKbps))
	}
	return strings.Join(append(parts, terms(l, limits)...), " · ")
}

func subscribed(l words.Lang, p Plan) string {
	parts := []string{words.Text(l, "plan.each", "Interval", p.Terms.Interval.Words(l))}
	if p.Terms.Interval.Unit == Once {
		parts[0] = words.Text(l, "plan.paid_once")
	}
	if p.Limits.DownKbps > 0 {
		parts = append(parts, Rate(p.Limits.DownKbps))
	}
	return strings.Join(append(parts, terms(l, p.Limits)...), " · ")
}

// terms says when the speed changes and what is not counted.
func terms(l words.Lang, limits access.Limits) (parts []string) {
	if f := limits.FairUse; f.Bytes > 0 {
		key := "plan.fair_use_day"
		if f.Per == access.PerMonth {
			key = "plan.fair_use_month"
		}
		parts = append(parts, words.Text(l, key, "Data", Bytes(f.Bytes), "Rate", Rate(f.DownKbps)))
		if f.RollOver {
			parts = append(parts, words.Text(l, "plan.roll_over"))
		}
	}
	for _, w := range limits.Night.Hours {
		key := "plan.night_speed"
		switch n := limits.Night; {
		case n.Free && n.DownKbps > 0:
			key = "plan.night_both"
		case n.Free:
			key = "plan.night_free"
		}
		parts = append(parts, words.Text(l, key, "Hours", clockTime(w.From)+"–"+clockTime(w.To), "Rate", Rate(limits.Night.DownKbps)))
	}
	return parts
}

// Duration is a plan's time in its largest whole unit: "1 hour", "7 days", "saa 1".
func Duration(l words.Lang, d time.Duration) string {
	for _, unit := range []struct {
		key  string
		size time.Duration
	}{{"unit.week", 7 * 24 * time.Hour}, {"unit.day", 24 * time.Hour}, {"unit.hour", time.Hour}, {"unit.minute", time.Minute}} {
		if d >= unit.size && d%unit.size == 0 {
			return words.Text(l, unit.key, "Count", int(d/unit.size))
		}
	}
	return words.Text(l, "unit.second", "Count", int(d/time.Second))
}

// Bytes is a volume as people say it: "500 MB", "1.5 GB"; a kilobyte is 1,000 bytes.
func Bytes(n int64) string {
	for _, unit := range []struct {
		name string
		size int64
	}{{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}} {
		if n >= unit.size {
			tenths := n / (unit.size / 10)
			if tenths%10 == 0 || tenths >= 1000 {
				return fmt.Sprintf("%d %s", tenths/10, unit.name)
			}
			return fmt.Sprintf("%d.%d %s", tenths/10, tenths%10, unit.name)
		}
	}
	return strconv.FormatInt(n, 10) + " B"
}

// Rate is a speed as people say it: "512 kbit/s", "2 Mbit/s".
func Rate(kbps int64) string {
	if kbps < 1000 {
		return fmt.Sprintf("%d kbit/s", kbps)
	}
	if tenths := kbps / 100; tenths%10 != 0 {
		return fmt.Sprintf("%d.%d Mbit/s", tenths/10, tenths%10)
	}
	return fmt.Sprintf("%d Mbit/s", kbps/1000)
}

func clockTime(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60%24, minutes%60) }
