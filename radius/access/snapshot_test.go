package access

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

// crowd is one grant of each kind, all but the dormant one in use by a device of its own.
type crowd struct {
	bound, dormant, suspended, capped, nightly, roomy Given
	code, freshCode                                   string
	once                                              [2]string
}

var devices = map[string]MAC{"bound": phone, "suspended": laptop, "capped": tablet, "nightly": "0a0000000004", "roomy": "0a0000000005", "new": "0a0000000006"}

// furnish gives and uses the grants of a crowd; nightly is open from noon to one in UTC.
func (h *house) furnish() (c crowd) {
	h.Helper()
	night := Limits{DownKbps: 1, Hours: Hours{{Days: [7]bool{true, true, true, true, true, true, true}, From: 15 * 60, To: 16 * 60}}}
	two := hour
	two.Devices = 2
	c.bound = h.give(h.offer("bound", "hour", hour, devices["bound"]))
	c.suspended = h.give(h.offer("suspended", "hour", hour, devices["suspended"]))
	c.capped = h.give(h.offer("capped", "data", Limits{DataBytes: 1000}, devices["capped"]))
	c.nightly = h.give(h.offer("nightly", "night", night, devices["nightly"]))
	c.roomy = h.give(h.offer("roomy", "two", two, devices["roomy"]))
	c.dormant = h.give(h.offer("dormant", "hour", hour, ""))
	for name, mac := range devices {
		if name != "new" {
			h.wantCause(name, h.byMAC(mac), CauseOK)
		}
	}
	c.code, c.freshCode = h.code(c.roomy.GrantID), h.code(c.dormant.GrantID)
	h.tx(func(tx *db.Tx) error { return h.NameLogin(tx, c.bound.GrantID, "Jane@home", "s3cret") })
	h.tx(func(tx *db.Tx) error { _, err := h.Suspend(tx, c.suspended.GrantID); return err })
	h.tx(func(tx *db.Tx) error {
		return h.Use(tx, []Used{{GrantID: c.capped.GrantID, Time: time.Minute, Bytes: 900}})
	})
	h.tx(func(tx *db.Tx) (err error) {
		c.once[0], c.once[1], err = h.OnceLogin(tx, c.roomy.GrantID, time.Hour)
		return err
	})
	return c
}

// wantWithout says what each gets of a node that has no database.
func (h *house) wantWithout(c crowd) {
	h.Helper()
	h.wantCause("by MAC", h.byMAC(devices["bound"]), CauseOK)
	h.wantCause("by name", h.byName("jane@HOME", "s3cret", devices["bound"]), CauseOK)
	h.wantCause("by name with another's secret", h.byName("jane@home", "secret", devices["bound"]), CauseWrongSecret)
	h.wantCause("by code", h.byName(c.code, c.code, devices["roomy"]), CauseOK)
	h.wantCause("suspended", h.byMAC(devices["suspended"]), CauseSuspended)
	if got := h.byMAC(devices["capped"]); got.Cause != CauseOK || got.Left.Bytes != 100 || got.Grant.Limits.DataBytes != 1000 {
		h.Errorf("capped: %+v", got)
	}
	h.wantCause("in its hours", h.byMAC(devices["nightly"]), CauseOK)
	h.wantCause("a new device", h.byName(c.code, c.code, devices["new"]), CauseUnavailable)
	h.wantCause("a first use", h.byName(c.freshCode, "", devices["new"]), CauseUnavailable)
	h.wantCause("a one-time login", h.byName(c.once[0], c.once[1], devices["roomy"]), CauseUnavailable)
	h.wantCause("another site", h.Admit(context.Background(), Attempt{SiteID: h.there, MAC: devices["bound"], MACLogin: true}), CauseOtherSite)
}

// TestKnownDevicesNeedNoDatabase: with the database gone, memory decides: by the clock, the hours and the caps of this instant.
func TestKnownDevicesNeedNoDatabase(t *testing.T) {
	eachHouse(t, func(h *house) {
		c := h.furnish()
		_ = h.db.Close()
		h.wantWithout(c)
		h.wantCause("unknown", h.byMAC(devices["new"]), CauseUnavailable)
		h.plan.Advance(time.Hour - time.Millisecond)
		h.wantCause("a millisecond before the end", h.byMAC(devices["bound"]), CauseOK)
		h.plan.Advance(time.Millisecond)
		h.wantCause("at the end", h.byMAC(devices["bound"]), CauseTimeUsed)
		h.wantCause("after its hours", h.byMAC(devices["nightly"]), CauseHours)
		if f := h.Freshness(); f.Grants != 6 || f.Never || f.Doubtful != 0 {
			t.Errorf("%+v", f)
		}
	})
}

// TestAStartWithoutTheDatabase: what one program packed, another serves from that has never seen the database; not when it is too
// old, of another making, or damaged anywhere.
func TestAStartWithoutTheDatabase(t *testing.T) {
	eachHouse(t, func(h *house) {
		c := h.furnish()
		h.follow(h.Service)
		packed := h.Pack()
		_ = h.db.Close()
		started := func() *house {
			again := *h
			again.Service = h.otherNode()
			return &again
		}
		again := started()
		h.protocol.Advance(23 * time.Hour)
		if err := again.Unpack(packed, 24*time.Hour); err != nil {
			t.Fatal(err)
		}
		again.wantWithout(c)
		if f := again.Freshness(); f.Age != 23*time.Hour || f.Never {
			t.Errorf("%+v", f)
		}
		h.protocol.Advance(time.Hour + time.Second)
		old := started()
		if err := old.Unpack(packed, 24*time.Hour); fault.KeyOf(err) != "snapshot.old" {
			t.Errorf("a day old: %v", err)
		}
		old.wantCause("by what is too old", old.byMAC(devices["bound"]), CauseUnavailable)
		for cut := range len(packed) {
			if err := started().Unpack(packed[:cut], 48*time.Hour); fault.KeyOf(err) != "snapshot.unreadable" {
				t.Fatalf("cut to %d of %d octets: %v", cut, len(packed), err)
			}
		}
		for i := range packed { // whatever it says then, it says it without a panic
			damaged := append([]byte(nil), packed...)
			damaged[i] ^= 0xff
			_ = started().Unpack(damaged, 48*time.Hour)
		}
	})
}

// TestStrangersAreNotAskedForAgain: for 15 s, unless something is given to them here, or the feed tells of it.
func TestStrangersAreNotAskedForAgain(t *testing.T) {
	eachHouse(t, func(h *house) {
		now := time.Duration(0)
		h.live.strangers.now = func() time.Duration { return now }
		here, there := h.offer("here", "hour", hour, phone), h.offer("there", "hour", hour, laptop)
		h.wantCause("nobody yet", h.byMAC(phone), CauseUnknown)
		h.wantCause("nobody yet", h.byMAC(laptop), CauseUnknown)
		h.wantCause("nobody's name", h.byName("joe", "x", tablet), CauseUnknown)
		h.give(here)
		h.wantCause("given here", h.byMAC(phone), CauseOK)
		elsewhere := *h
		elsewhere.Service = h.otherNode()
		given := elsewhere.giveUnwatched(there)
		h.live.drop(given.GrantID) // as if another program had written it
		h.live.meet([]nameKey{macKey(laptop.number())})
		now = strangerFor - 1
		h.wantCause("given elsewhere", h.byMAC(laptop), CauseUnknown)
		now = strangerFor
		h.wantCause("15 s later", h.byMAC(laptop), CauseOK)
		h.wantCause("a name that is given", h.byName("joe", "x", tablet), CauseUnknown)
		h.tx(func(tx *db.Tx) error { return h.NameLogin(tx, given.GrantID, "Joe", "x") })
		h.wantCause("at once", h.byName("joe", "x", laptop), CauseOK)
		if h.live.isStranger([]nameKey{macKey(laptop.number())}) {
			t.Error("who is known is a stranger still")
		}
	})
}

func (h *house) giveUnwatched(o Offer) (given Given) {
	h.tx(func(tx *db.Tx) (err error) {
		given, err = h.Give(tx, o)
		return err
	})
	return given
}

// TestStrangersAreBounded: an attacker's names push nobody out of memory.
func TestStrangersAreBounded(t *testing.T) {
	now := time.Duration(0)
	p := newSnapshot(func() time.Duration { return now })
	p.begin()
	for i := range uint64(2 * mostStrangers) {
		p.meet([]nameKey{macKey(i + 1)})
	}
	if n := len(p.strangers.until); n != mostStrangers {
		t.Errorf("%d are kept", n)
	}
	now = strangerFor
	p.meet([]nameKey{macKey(1)})
	if n := len(p.strangers.until); n != 1 {
		t.Errorf("%d are kept when all are over", n)
	}
}

// TestWhatCouldNotBeReadIsInDoubt: a grant that this node has written and not read since is the database's to answer.
func TestWhatCouldNotBeReadIsInDoubt(t *testing.T) {
	eachHouse(t, func(h *house) {
		given := h.give(h.offer("1", "hour", hour, phone))
		h.wantCause("in", h.byMAC(phone), CauseOK)
		h.live.doubtful([]int64{given.GrantID})
		if _, known := admitKnown(h.Service, Attempt{SiteID: h.here, MAC: phone, MACLogin: true}); known {
			t.Error("answered in doubt, by MAC")
		}
		if _, known := admitKnown(h.Service, Attempt{Name: h.code(given.GrantID), SiteID: h.here, MAC: phone, Verify: func(string) bool { return true }}); known {
			t.Error("answered in doubt, by code")
		}
		h.wantCause("by the database", h.byMAC(phone), CauseOK)
		h.follow(h.Service)
		if _, known := admitKnown(h.Service, Attempt{SiteID: h.here, MAC: phone, MACLogin: true}); !known {
			t.Error("in doubt for ever")
		}
	})
}

// TestMemoryOfAGrant keeps the promise that hundreds of thousands of grants fit a small machine.
func TestMemoryOfAGrant(t *testing.T) {
	const grants = 20_000
	d := testdb.SQLite(t)
	h := newHouse(t, d)
	SeedForBench(t, d, h.keys, grants, noon, h.here)
	before := heap()
	h.feed.compared = time.Time{}
	h.follow(h.Service)
	each := (heap() - before) / grants
	t.Logf("%d octets for each grant with a device and a name, %d of them its card", each, h.live.bytes/grants)
	if f := h.Freshness(); f.Grants != grants || each > 600 {
		t.Errorf("%d grants of %d octets each", f.Grants, each)
	}
	if packed := len(h.Pack()) / grants; packed > 300 {
		t.Errorf("%d octets each on disk", packed)
	}
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestLimitsAreShared: those of the same plan are kept once, and let go with the last.
func TestLimitsAreShared(t *testing.T) {
	h := newHouse(t, testdb.SQLite(t))
	var ids []int64
	for i := range 5 {
		ids = append(ids, h.give(h.offer(fmt.Sprint(i), "hour", hour, MAC(fmt.Sprintf("0c%010x", i)))).GrantID)
	}
	if n := len(h.live.terms); n != 1 {
		t.Errorf("%d limits for one plan", n)
	}
	for _, id := range ids {
		h.live.drop(id)
	}
	if len(h.live.terms)+len(h.live.names)+len(h.live.macs)+len(h.live.more) != 0 || h.live.bytes != 0 {
		t.Errorf("something is left: %+v", h.live)
	}
	h.feed.compared = time.Time{}
	h.follow(h.Service)
}
