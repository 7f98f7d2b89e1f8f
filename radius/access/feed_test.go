package access

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"mtandao/internal/db"
)

// otherNode is the same provider's service in another program: nothing of what h writes reaches it but by the feed.
func (h *house) otherNode() *Service {
	other := newService(h.db, h.queue, h.keys, h.plan, h.sites)
	other.real = h.protocol
	return other
}

func (h *house) follow(s *Service) {
	h.Helper()
	if err := s.Follow(context.Background()); err != nil {
		h.Fatal(err)
	}
}

// liveIn is all that a service has in memory of grants that have not ended.
func (h *house) liveIn(s *Service) map[int64]unpacked {
	h.Helper()
	all := map[int64]unpacked{}
	for id, c := range s.live.cards {
		u, err := c.unpack()
		if err != nil {
			h.Fatal(err)
		}
		if u.grant.State != Ended {
			all[id] = u
		}
	}
	return all
}

// writers has SQLite note each UPDATE of a grant that raises no version, and each that raises it and sets no changed_s: a trigger
// knows which columns a statement names.
var writers = []string{
	"CREATE TABLE test_raised (id, version)", "CREATE TABLE test_told (id, version)",
	"CREATE TRIGGER test_silent AFTER UPDATE ON grants WHEN NEW.version = OLD.version BEGIN INSERT INTO test_raised VALUES (NEW.id, 0); END",
	"CREATE TRIGGER test_raise AFTER UPDATE OF version ON grants BEGIN INSERT INTO test_raised VALUES (NEW.id, NEW.version); END",
	"CREATE TRIGGER test_tell AFTER UPDATE OF changed_s ON grants BEGIN INSERT INTO test_told VALUES (NEW.id, NEW.version); END",
}

func (h *house) watchWriters() {
	h.Helper()
	if h.db.Dialect() != db.SQLite {
		return
	}
	for _, statement := range writers {
		if _, err := h.db.SQL().Exec(statement); err != nil {
			h.Fatal(err)
		}
	}
	h.Cleanup(func() {
		var n int
		if h.db.Ping(context.Background()) != nil {
			return
		}
		err := h.db.SQL().QueryRow("SELECT COUNT(*) FROM (SELECT id, version FROM test_raised EXCEPT SELECT id, version FROM test_told)").Scan(&n)
		if err != nil || n != 0 {
			h.Errorf("%d writes of grants have not told the feed, %v", n, err)
		}
	})
}

// checkFeed ends every test of this package: whatever it wrote, and however, this node has it in memory at once, and another by
// the feed. So no writer of grants, slots and logins can forget the feed as long as a test makes it write.
func (h *house) checkFeed(other *Service) {
	if h.Failed() || h.db.Ping(context.Background()) != nil {
		return
	}
	fresh := h.otherNode()
	h.follow(fresh)
	want := h.liveIn(fresh)
	h.wantLive("this node", h.liveIn(h.Service), want)
	h.follow(other)
	h.wantLive("the other node", h.liveIn(other), want)
	if f := h.Freshness(); f.Doubtful != 0 || f.Missed != 0 {
		h.Errorf("%+v", f)
	}
}

func (h *house) wantLive(whose string, got, want map[int64]unpacked) {
	h.Helper()
	if a, b := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(a, b) {
		h.Errorf("%s has the grants %v, not %v", whose, a, b)
	}
	for id, grant := range want {
		if !reflect.DeepEqual(got[id], grant) {
			h.Errorf("%s has\n%+v\nnot\n%+v", whose, got[id], grant)
		}
	}
}

// TestALateCommitIsNotMissed: what a long transaction writes becomes visible after the feed has read on; the next poll has it.
func TestALateCommitIsNotMissed(t *testing.T) {
	eachHouse(t, func(h *house) {
		other := h.otherNode()
		given := h.give(h.offer("1", "hour", hour, phone))
		h.wantCause("in", h.byMAC(phone), CauseOK)
		h.follow(other)
		attempt := Attempt{SiteID: h.here, MAC: phone, MACLogin: true}
		h.tx(func(tx *db.Tx) error {
			if _, err := h.Suspend(tx, given.GrantID); err != nil {
				return err
			}
			h.follow(other)                    // sees nothing of it yet
			other.feed.since += feedReach - 10 // and has read on for 50 s
			return nil
		})
		if got, known := admitKnown(other, attempt); !known || got.Cause != CauseOK {
			t.Errorf("before the poll: %+v", got)
		}
		h.follow(other)
		if got, known := admitKnown(other, attempt); !known || got.Cause != CauseSuspended {
			t.Errorf("after the poll: %+v", got)
		}
	})
}

// TestComparingFindsWhatTheFeedMissed: a write that no feed tells of is found every ten minutes, and counted.
func TestComparingFindsWhatTheFeedMissed(t *testing.T) {
	eachHouse(t, func(h *house) {
		stays, ends := h.give(h.offer("1", "hour", hour, phone)), h.give(h.offer("2", "hour", hour, laptop))
		h.wantCause("in", h.byMAC(phone), CauseOK)
		h.wantCause("in", h.byMAC(laptop), CauseOK)
		behind := func(change string, id int64) {
			if _, err := h.db.SQL().Exec("UPDATE grants SET version = version + 1, changed_s = changed_s - 1000, "+change+" WHERE id = ?", id); err != nil {
				t.Fatal(err)
			}
		}
		behind("used_bytes = 7", stays.GrantID)
		behind("state = 'ended'", ends.GrantID)
		h.follow(h.Service)
		h.wantCause("not found yet", h.byMAC(laptop), CauseOK)
		h.protocol.Advance(compareEvery)
		h.follow(h.Service)
		if _, known := admitKnown(h.Service, Attempt{SiteID: h.here, MAC: laptop, MACLogin: true}); known {
			t.Error("an ended grant is known still")
		}
		if got := h.byMAC(phone); got.Grant.UsedBytes != 7 {
			t.Errorf("%+v", got)
		}
		if f := h.Freshness(); f.Missed != 2 {
			t.Errorf("%+v", f)
		}
		h.feed.differences = 0
		h.protocol.Advance(compareEvery)
		h.follow(h.Service)
		if f := h.Freshness(); f.Missed != 0 {
			t.Errorf("again: %+v", f)
		}
	})
}

// TestEndsAreRememberedForAWhile: who comes too late hears why, from memory.
func TestEndsAreRememberedForAWhile(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.give(h.offer("1", "data", Limits{DataBytes: 10}, phone))
		code := h.code(given.GrantID)
		h.wantCause("in", h.byMAC(phone), CauseOK)
		h.tx(func(tx *db.Tx) error {
			return h.Use(tx, []Used{{GrantID: given.GrantID, Time: time.Second, Bytes: 10}})
		})
		attempt := Attempt{Name: code, SiteID: h.here, MAC: phone, Verify: func(s string) bool { return s == "" }}
		if got, known := admitKnown(h.Service, attempt); !known || got.Cause != CauseDataUsed {
			t.Errorf("%+v, known %v", got, known)
		}
		h.plan.Advance(endedKept + time.Second)
		h.protocol.Advance(compareEvery)
		h.follow(h.Service)
		if _, known := admitKnown(h.Service, attempt); known {
			t.Error("it is remembered for ever")
		}
		h.wantCause("by the database", h.Admit(context.Background(), attempt), CauseDataUsed)
	})
}

// TestUseOfAGrantThatMemoryHasOld: use is decided on by what the database has, and memory is as the database afterwards, whether
// it had the state before or an older one.
func TestUseOfAGrantThatMemoryHasOld(t *testing.T) {
	eachHouse(t, func(h *house) {
		limits := hour
		limits.DataBytes = 1000
		given := h.give(h.offer("1", "day", limits, phone))
		h.byMAC(phone)
		old := h.otherNode()
		h.follow(old)
		use := func(s *Service) {
			h.tx(func(tx *db.Tx) error {
				return s.Use(tx, []Used{{GrantID: given.GrantID, Time: time.Minute, Bytes: 300}})
			})
		}
		use(h.Service) // which the old one has not heard of
		use(old)
		use(old) // it has the state before now
		fresh := h.otherNode()
		h.follow(fresh)
		if got, want := h.liveIn(old), h.liveIn(fresh); !reflect.DeepEqual(got, want) || want[given.GrantID].grant.UsedBytes != 900 {
			t.Errorf("memory has %+v, the database %+v", got, want)
		}
		use(old)
		if g, _, _ := h.view(given.GrantID); g.State != Ended || g.UsedBytes != 1200 {
			t.Errorf("%s with %d bytes used", g.State, g.UsedBytes)
		}
	})
}
