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

// CausePaid is why a grace ends when what it was given for is paid: the plan goes on from there. What is reported of it later is the fact
// GrantUsedLate.
const CausePaid Cause = "paid"

// Charge takes from a grant what of its plan was used before it was given, in the name of a source of its own, and says how much that
// was: of its time (where it has none, of its validity), and of its data where that is limited. Something of the plan is left always. Charged again, when more of
// the use is known, it takes the rest; used and taken are all of it, each time.
func (s *Service) Charge(tx *db.Tx, grantID int64, by Source, used Gift) (taken Gift, err error) {
	g, err := lockLive(tx, grantID)
	if err != nil {
		return taken, err
	}
	was, again, err := takenBefore(tx, by)
	if err != nil {
		return taken, err
	}
	more := sourceRow{GrantID: g.ID}
	rest := func(all, before, whole, least int64) int64 {
		return max(min(all, max(whole+before-least, 0))-before, 0)
	}
	if g.Limits.Time > 0 {
		more.AddedSeconds = rest(seconds(used.Time), was.AddedSeconds, seconds(g.Limits.Time), seconds(leastLeft))
	} else if g.Limits.Valid > 0 {
		more.AddedValidSeconds = rest(seconds(used.Time), was.AddedValidSeconds, seconds(g.Limits.Valid), seconds(leastLeft))
	}
	if g.Limits.DataBytes > 0 {
		more.AddedBytes = rest(used.Bytes, was.AddedBytes, g.Limits.DataBytes, leastLeftData)
	}
	taken = Gift{Time: duration(was.AddedSeconds + was.AddedValidSeconds + more.AddedSeconds + more.AddedValidSeconds), Bytes: was.AddedBytes + more.AddedBytes}
	if again {
		err = takeMore(tx, by, more)
	} else {
		err = insertTaken(tx, by, more, s.clock.Now())
	}
	if err != nil || again && more.AddedSeconds+more.AddedValidSeconds+more.AddedBytes == 0 {
		return taken, err
	}
	smaller := g
	smaller.Limits = g.Limits.minus(more)
	smaller.resize()
	return taken, s.setLimits(tx, g, smaller)
}

// tellLate says of graces that were paid for that more of their use has become known.
func (s *Service) tellLate(tx *db.Tx, some []Used, lives map[int64]Grant) error {
	var others []int64
	for _, u := range some {
		if _, lives := lives[u.GrantID]; !lives && (u.Time > 0 || u.Bytes > 0) {
			others = append(others, u.GrantID)
		}
	}
	late, err := endedFor(tx, others, CausePaid)
	for _, g := range late {
		if err == nil {
			err = s.emit(tx, GrantUsedLate, g, CausePaid)
		}
	}
	return err
}
