package access

import (
	"testing"
	"time"

	"mtandao/internal/db"
)

// TestAChargeTakesWhatWasUsedBefore from what is limited, never all of it, and a log-in is told.
func TestAChargeTakesWhatWasUsedBefore(t *testing.T) {
	eachHouse(t, func(h *house) {
		for n, c := range []struct {
			limits      Limits
			used, taken Gift
			left        Limits
		}{
			{Limits{Time: time.Hour}, Gift{Time: 4 * time.Minute, Bytes: 9}, Gift{Time: 4 * time.Minute}, Limits{Time: 56 * time.Minute}},
			{Limits{Time: 5 * time.Minute}, Gift{Time: time.Hour}, Gift{Time: 4 * time.Minute}, Limits{Time: time.Minute}},
			{Limits{DataBytes: 5 << 20, Valid: time.Hour}, Gift{Time: time.Minute, Bytes: 1 << 20}, Gift{Time: time.Minute, Bytes: 1 << 20}, Limits{DataBytes: 4 << 20, Valid: 59 * time.Minute}},
			{Limits{DataBytes: 2 << 20, Valid: time.Hour}, Gift{Bytes: 9 << 20}, Gift{Bytes: 1 << 20}, Limits{DataBytes: 1 << 20, Valid: time.Hour}},
		} {
			key := string(rune('a' + n))
			given := h.give(h.offer(key, "plan-"+key, c.limits, ""))
			h.tx(func(tx *db.Tx) error {
				taken, err := h.Charge(tx, given.GrantID, Source{SourceCharge, key}, c.used)
				if taken != c.taken {
					t.Errorf("%+v of %+v: took %+v", c.used, c.limits, taken)
				}
				return err
			})
			g, _, _ := h.view(given.GrantID)
			c.left.Devices = g.Limits.Devices
			if string(EncodeLimits(g.Limits)) != string(EncodeLimits(c.left)) {
				t.Errorf("%+v of %+v: left %+v", c.used, c.limits, g.Limits)
			}
			h.tx(func(tx *db.Tx) error { // paid back it is over, although a charge had fed it too
				_, err := h.Revoke(tx, Source{"order", key}, Source{SourceRefund, key})
				return err
			})
			if g, _, _ := h.view(given.GrantID); g.State != Ended {
				t.Errorf("paid back it is %s", g.State)
			}
		}
	})
}
