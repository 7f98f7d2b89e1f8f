package backoffice

import (
	"time"

	"mtandao/internal/words"
	"mtandao/radius/access"
)

// planWhen is an instant of the plan clock, which a demo runs faster than the machine's.
func (b *Backoffice) planWhen(f *frame, at time.Time) string {
	return moment(f, at, b.PlanClock.Now(), b.Zone)
}

func secondsOf(n int64) time.Duration { return time.Duration(n) * time.Second }

// known says that a cause has a sentence.
func known(c access.Cause) bool { return words.Has("cause." + string(c)) }
