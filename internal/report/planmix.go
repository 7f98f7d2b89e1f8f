package report

import (
	"context"

	"mtandao/internal/clock"
)

// LineMove is how many lines began on a plan, ended, or went from one plan to another, in a span of days. Empty is no plan: before it began, or after its end.
type LineMove struct {
	Span, Kind, From, To string
	Lines                int64
}

// Kinds of LineMove, as subscriptions has them.
const (
	LineBegan   = "started"
	LineChanged = "plan"
	LineMoved   = "moved" // to another site, or from there
	LineEnded   = "ended"
)

// LineMoves counts what became of lines from one day to another, both included. Of some sites (nil is all), a line that comes to one of them from elsewhere is
// counted as one that comes from no plan, and the other way round; one that moves among them is not counted.
func (d *Desk) LineMoves(ctx context.Context, a Asked) ([]LineMove, error) {
	return d.lineMoves(ctx, a)
}

// LinesOn counts the lines of each plan at the end of some days, the earliest first, from their moves.
func (d *Desk) LinesOn(ctx context.Context, sites []int64, days ...clock.Day) ([]map[string]int64, error) {
	return d.linesOn(ctx, sites, days)
}
