package radius

import (
	"testing"
	"time"

	codec "layeh.com/radius"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

// doorway is a turnstile that remembers who is inside: who came to a router first leaves it first.
type doorway struct {
	*turnstile
	inside map[int64][]bool // doubtful or not
}

func newDoorway(now func() time.Duration) *doorway {
	return &doorway{newTurnstile(now), map[int64][]bool{}}
}

func (d *doorway) enter(e Enforcement, p pace) time.Duration {
	wait, doubtful := d.turnstile.enter(e, p)
	if wait == 0 {
		d.inside[e.RouterID] = append(d.inside[e.RouterID], doubtful)
	}
	return wait
}

func (d *doorway) leave(router int64) {
	first := d.inside[router][0]
	d.inside[router] = d.inside[router][1:]
	d.turnstile.leave(router, first)
}

// TestDeadRoutersLeaveTurnsToTheLiving: with many dead routers and many people to cut on each, a stop elsewhere gets its turn.
func TestDeadRoutersLeaveTurnsToTheLiving(t *testing.T) {
	var now time.Duration
	stile := newDoorway(func() time.Duration { return now })
	cut := func(router int64) time.Duration {
		return stile.enter(Enforcement{RouterID: router, Wanted: WantDisconnect}, usualPace)
	}
	for router := int64(1); router <= 20; router++ { // each finds out once
		if wait := cut(router); wait != 0 {
			t.Fatalf("router %d waits %s", router, wait)
		}
		stile.learn(Enforcement{RouterID: router, Wanted: WantDisconnect}, true, usualPace.wait)
		stile.leave(router)
	}
	for router := int64(1); router <= 20; router++ {
		for range 50 {
			if wait := cut(router); wait < usualPace.turn || wait > usualPace.wait {
				t.Fatalf("a dead router's turn: %s", wait)
			}
		}
	}
	if wait := cut(99); wait != 0 {
		t.Errorf("the living waits %s", wait)
	}
	if wait := stile.enter(Enforcement{RouterID: 1, Wanted: WantLogIn}, usualPace); wait != 0 {
		t.Errorf("a guest who has paid waits %s", wait)
	}
	stile.leave(1)
	now = 2 * usualPace.wait
	if first, second := cut(1), cut(1); first != 0 || second == 0 {
		t.Errorf("asked again after a while: %s, and by one only: %s", first, second)
	}
	stile.learn(Enforcement{RouterID: 1, Wanted: WantDisconnect}, false, 0)
	if wait := cut(1); wait != 0 {
		t.Errorf("it answered, and its next waits %s", wait)
	}
}

// TestManyDeadRoutersAskedTogetherLeaveTurns: when the time has come to ask a whole dead region again, half of the turns stay
// with the living.
func TestManyDeadRoutersAskedTogetherLeaveTurns(t *testing.T) {
	var now time.Duration
	stile := newDoorway(func() time.Duration { return now })
	asked := func(router int64, wanted string) bool {
		return stile.enter(Enforcement{RouterID: router, Wanted: wanted}, usualPace) == 0
	}
	for router := int64(1); router <= 50; router++ {
		stile.learn(Enforcement{RouterID: router, Wanted: WantDisconnect}, true, usualPace.wait)
	}
	for range 3 {
		now += 2 * usualPace.wait
		var dead []int64
		for router := int64(1); router <= 50; router++ {
			for _, wanted := range []string{WantDisconnect, WantLogIn} {
				if asked(router, wanted) {
					dead = append(dead, router)
				}
			}
		}
		if len(dead) != mostDeaf {
			t.Fatalf("%d turns at dead routers", len(dead))
		}
		for living := int64(101); living <= 100+mostEnforcing-mostDeaf; living++ {
			if !asked(living, WantDisconnect) {
				t.Errorf("living router %d waits", living)
			}
			stile.leave(living)
		}
		for _, router := range dead {
			stile.learn(Enforcement{RouterID: router, Wanted: WantDisconnect}, true, usualPace.wait)
			stile.leave(router)
		}
	}
}

// TestSilenceAtALogInKeepsNoStopWaiting: the router's API is away, and its CoA is not; people ask to be let on and are to be stopped together.
func TestSilenceAtALogInKeepsNoStopWaiting(t *testing.T) {
	for _, wanted := range []string{WantLogIn, WantChange} {
		var now time.Duration
		stile := newDoorway(func() time.Duration { return now })
		asked, stop := Enforcement{RouterID: 1, Wanted: wanted}, Enforcement{RouterID: 1, Wanted: WantDisconnect}
		for range 3 {
			if wait := stile.enter(asked, usualPace); wait != 0 {
				t.Fatalf("%s waits %s", wanted, wait)
			}
			stile.learn(asked, true, usualPace.wait)
			stile.leave(1)
			now += time.Second
		}
		for n := range mostPerRouter { // before the first has its answer
			if wait := stile.enter(stop, usualPace); wait != 0 {
				t.Errorf("after %s stop %d waits %s", wanted, n, wait)
			}
		}
		if wait := stile.enter(stop, usualPace); wait != usualPace.turn {
			t.Errorf("after %s one more than there is room for comes again in %s", wanted, wait)
		}
		for range mostPerRouter {
			stile.learn(stop, true, usualPace.wait)
			stile.leave(1)
		}
		stile.learn(asked, true, usualPace.wait)
		if wait := stile.enter(stop, usualPace); wait != usualPace.wait {
			t.Errorf("a stop at a router that hears nothing comes again in %s", wait)
		}
	}
}

// TestLogInsAtMuteRoutersLeaveTurns: many who would be let on where no API answers hold no more than half of the turns, and none of the stops there.
func TestLogInsAtMuteRoutersLeaveTurns(t *testing.T) {
	stile := newDoorway(func() time.Duration { return 0 })
	inside := 0
	for router := int64(1); router <= 20; router++ {
		login := Enforcement{RouterID: router, Wanted: WantLogIn}
		stile.learn(login, true, usualPace.wait)
		if stile.enter(login, usualPace) == 0 {
			inside++
		}
	}
	if inside != mostDeaf {
		t.Errorf("%d log-ins hold turns", inside)
	}
	for range 10 { // stops come and go at one of these routers, and make no more room for log-ins
		if wait := stile.enter(Enforcement{RouterID: 1, Wanted: WantDisconnect}, usualPace); wait != 0 {
			t.Fatalf("a stop waits %s", wait)
		}
		stile.turnstile.leave(1, false)
		if stile.enter(Enforcement{RouterID: 20, Wanted: WantLogIn}, usualPace) == 0 {
			t.Error("one more log-in holds a turn")
		}
	}
	for router := int64(1); router <= mostEnforcing-mostDeaf; router++ {
		if wait := stile.enter(Enforcement{RouterID: router, Wanted: WantDisconnect}, usualPace); wait != 0 {
			t.Errorf("a stop at router %d waits %s", router, wait)
		}
	}
}

// TestATurnInWhichNobodyAskedIsGivenBack: of those whom a deaf router keeps waiting, one whose session is over by itself keeps no other waiting for a minute more.
func TestATurnInWhichNobodyAskedIsGivenBack(t *testing.T) {
	b := working(t, testdb.SQLite(t))
	b.pace.wait = time.Hour
	b.coa.answers(answerWith(codec.CodeDisconnectACK))
	b.applied(t, aStart)
	b.turns.learn(Enforcement{RouterID: 7, Wanted: WantDisconnect}, true, 0) // its time has come again
	err := b.db.InTx(t.Context(), func(tx *db.Tx) error {
		return b.want(tx, Enforcement{Source: "over", Wanted: WantDisconnect, SessionRow: 1, RouterID: 7, GrantID: testGrant})
	})
	if err != nil {
		t.Fatal(err)
	}
	b.enforcement(t, WantDisconnect, Done, gone)
	b.emit(t, access.GrantEnded, access.Fact{})
	eventually(t, "the next is asked for", func() bool { return len(b.coa.packets()) > 0 })
}
