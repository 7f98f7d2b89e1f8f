package backoffice

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/report"
	"mtandao/portal/web"
)

// usageChart draws what was used in equal spans of time; its table says the same.
type usageChart struct {
	Name, Total, Span string // Span names the first column of the table
	Width             int
	Bars              []usageBar
	Axis              []string // the first, a middle and the last
}

// usageBar is one span, drawn in a column of 10 of a box that is 100 high.
type usageBar struct {
	Label, Down, Up, Time string
	X, Y, Height          int
}

// usageCharts are by day and by hour; none of what nothing was used in.
func usageCharts(f *frame, u report.Usage) []usageChart {
	months := strings.Fields(f.T("guest.months"))
	day := func(at time.Time) string { return strconv.Itoa(at.Day()) + " " + months[at.Month()-1] }
	hour := func(at time.Time) string { return at.Format("15:04") }
	return slices.DeleteFunc([]usageChart{chartOf(f, "office.usage.days", "office.usage.day", u.Days, day), chartOf(f, "office.usage.hours", "office.hour", u.Hours, hour)},
		func(c usageChart) bool { return c.Bars == nil })
}

func chartOf(f *frame, name, span string, all []report.Used, label func(time.Time) string) usageChart {
	c := usageChart{Name: f.T(name), Span: f.T(span), Width: 10 * len(all)}
	var most, sum int64
	for _, u := range all {
		octets := u.BytesDown + u.BytesUp
		most, sum = max(most, octets), sum+octets
	}
	if sum == 0 {
		return c
	}
	for i, u := range all {
		octets := u.BytesDown + u.BytesUp
		height := int(float64(octets) / float64(most) * 96)
		if octets > 0 {
			height = max(height, 2)
		}
		c.Bars = append(c.Bars, usageBar{Label: label(u.At), Down: plans.Bytes(u.BytesDown), Up: plans.Bytes(u.BytesUp), Time: web.Span(f.Lang, secondsOf(u.Seconds)),
			X: 10 * i, Y: 100 - height, Height: height})
	}
	c.Total = plans.Bytes(sum)
	c.Axis = []string{c.Bars[0].Label, c.Bars[len(all)/2].Label, c.Bars[len(all)-1].Label}
	return c
}
