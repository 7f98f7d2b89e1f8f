package access

import (
	"time"

	"mtandao/internal/db"
)

// SourceGrace is the kind of a source that let somebody online before they paid.
const SourceGrace = "grace"

// SourceCharge is the kind of a source that takes from what was paid then what the grace had used of it.
const SourceCharge = "grace charge"

// What a charge leaves of a plan at least.
const (
	leastLeft     = time.Minute
	leastLeftData = 1 << 20
)

// Charge takes from a grant what of its plan was used before it was given, in the name of a source of its own, and says how much that
// was: of its time (where it has none, of its validity), and of its data where that is limited. Something is left always.
func (s *Service) Charge(tx *db.Tx, grantID int64, by Source, used Gift) (taken Gift, err error) {
	g, err := lockLive(tx, grantID)
	if err != nil {
		return taken, err
	}
	r := sourceRow{GrantID: g.ID}
	if g.Limits.Time > 0 {
		r.AddedSeconds = seconds(min(used.Time, max(g.Limits.Time-leastLeft, 0)))
	} else if g.Limits.Valid > 0 {
		r.AddedValidSeconds = seconds(min(used.Time, max(g.Limits.Valid-leastLeft, 0)))
	}
	if g.Limits.DataBytes > 0 {
		r.AddedBytes = min(used.Bytes, max(g.Limits.DataBytes-leastLeftData, 0))
	}
	if err := insertTaken(tx, by, r, s.clock.Now()); err != nil {
		return taken, err
	}
	smaller := g
	smaller.Limits = g.Limits.minus(r)
	smaller.resize()
	return Gift{Time: duration(r.AddedSeconds + r.AddedValidSeconds), Bytes: r.AddedBytes}, s.setLimits(tx, g, smaller)
}
