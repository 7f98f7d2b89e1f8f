package access

import (
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// TestALogInWhoseCommitWasLost: the answer is "unavailable", and what the attempt took is its own: the same device comes in
// with the same one-time login when it asks again, another does not.
func TestALogInWhoseCommitWasLost(t *testing.T) {
	s, through := testdb.Between(t, testdb.URL(t, db.MySQL))
	h := newHouse(t, testdb.OpenURL(t, through, db.Options{}))
	given := h.give(h.offer("1", "hour", hour, ""))
	var name, secret string
	h.tx(func(tx *db.Tx) (err error) {
		name, secret, err = h.OnceLogin(tx, given.GrantID, time.Minute)
		return err
	})
	s.Arm()
	if got := h.byName(name, secret, phone); got.Cause != CauseUnavailable || s.Cuts() != 1 {
		t.Fatalf("%s, the line was cut %d times", got.Cause, s.Cuts())
	}
	if got := h.byName(name, secret, laptop); got.Cause == CauseOK {
		t.Error("another device comes in")
	}
	if got := h.byName(name, secret, phone); got.Cause != CauseOK {
		t.Errorf("the same device gets %s, %v", got.Cause, got.Err)
	}
	if g, slots, _ := h.view(given.GrantID); g.State != Active || !g.FirstUsedAt.Equal(noon) || len(slots) != 1 || slots[0].MAC != phone {
		t.Errorf("%+v, slots %+v", g, slots)
	}
}
