package report

import (
	"context"

	"mtandao/internal/clock"
	"mtandao/radius"
)

// UsedBy is what use is told apart by.
type UsedBy string

// What use can be told apart by; by neither, a span is one sum.
const (
	UsedByPlan UsedBy = "plan_key"
	UsedBySite UsedBy = "site_id"
	UsedInAll  UsedBy = "''"
)

// UsedSum is what was used in a span of days, of one that it is told apart by: Name is a plan's key, or a site's id.
type UsedSum struct {
	Span, Name string
	radius.Volume
}

// Asked is which days are told of, both included, by days or by months, and which sites; nil is all.
type Asked struct {
	First, Last clock.Day
	Months      bool
	Sites       []int64
}

// Usage sums what was used: by the plan that each grant had then, at the site where it was, on the day there. It reads what radius keeps of all grants together, and no
// session.
func (d *Desk) Usage(ctx context.Context, by UsedBy, a Asked) ([]UsedSum, error) {
	return d.usedSums(ctx, by, a)
}
