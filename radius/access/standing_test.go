package access

import (
	"context"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

// line is the offer of a home's line: its plan has a validity, which does not count.
func (h *house) line(key string, mac MAC) Offer {
	return Offer{Source: Source{"subscription", key}, SiteID: h.here, Plan: "home-5m", Segment: "home", Standing: true, Place: Place{MAC: mac},
		Limits: Limits{UpKbps: 2000, DownKbps: 5000, Valid: 30 * 24 * time.Hour, Devices: 1}}
}

// home gives a line with a name and secret.
func (h *house) home(key string, lapsed Barred) int64 {
	h.Helper()
	o := h.line(key, "")
	o.Lapsed = lapsed
	id := h.give(o).GrantID
	h.tx(func(tx *db.Tx) error { return h.NameLogin(tx, id, "home"+key, "s3cret") })
	return id
}

func (h *house) setUntil(id int64, until time.Time) {
	h.Helper()
	h.tx(func(tx *db.Tx) error { return h.SetUntil(tx, id, until) })
}

// dial is a log-in at a router that has a walled garden.
func (h *house) dial(name string, mac MAC) Admission {
	return h.Admit(context.Background(), Attempt{Name: name, RouterID: 7, SiteID: h.here, MAC: mac, Garden: true, Verify: func(s string) bool { return s == "s3cret" }})
}

func (h *house) wantDial(what, name string, cause Cause, garden bool) Admission {
	h.Helper()
	got := h.dial(name, phone)
	if got.Cause != cause || got.Garden != garden {
		h.Errorf("%s: %s, garden %t (%v), want %s, %t", what, got.Cause, got.Garden, got.Err, cause, garden)
	}
	return got
}

func TestAStandingGrantIsNeverOver(t *testing.T) {
	eachHouse(t, func(h *house) {
		id := h.home("1", "")
		if _, err := h.CodeOf(context.Background(), id); fault.KeyOf(err) != "grant.no_code" {
			t.Errorf("it has a code: %v", err)
		}
		g, _, left := h.view(id)
		if g.State != Active || !g.Standing || g.Lapsed != Garden || !g.FirstUsedAt.Equal(noon) || !g.Until.IsZero() || g.Limits.Valid != 0 || left.Timed {
			t.Errorf("%+v, left %+v", g, left)
		}
		h.plan.Advance(400 * 24 * time.Hour)
		h.sweep()
		h.wantDial("unused for a year", "home1", CauseOK, false)
		h.setUntil(id, h.plan.Now().Add(time.Hour))
		if got := h.wantDial("with an end", "home1", CauseOK, false); !got.Left.Timed || got.Left.Time != time.Hour {
			t.Errorf("left %+v", got.Left)
		}
		h.plan.Advance(time.Hour - time.Millisecond)
		h.wantDial("a millisecond before its end", "home1", CauseOK, false)
		h.plan.Advance(time.Millisecond)
		h.sweep()
		h.wantDial("at its end", "home1", CauseArrears, true)
		h.plan.Advance(300 * 24 * time.Hour)
		h.sweep()
		h.wantDial("long after", "home1", CauseArrears, true)
		if got := h.byName("home1", "s3cret", phone); got.Cause != CauseArrears || got.Garden {
			t.Errorf("at a router without a garden: %+v", got)
		}
		h.setUntil(id, h.plan.Now().Add(time.Hour))
		h.wantDial("paid", "home1", CauseOK, false)
		h.setUntil(id, time.Time{})
		if got := h.wantDial("with an open end", "home1", CauseOK, false); got.Left.Timed {
			t.Errorf("left %+v", got.Left)
		}
		if g, _, _ := h.view(id); g.State != Active || !g.FirstUsedAt.Equal(noon) {
			t.Errorf("%+v", g)
		}
		h.wantEmitted(id, map[string]int{GrantOpened: 1, GrantChanged: 3})
	})
}

func TestALapsedGrantActsAsItsSubscriptionChose(t *testing.T) {
	eachHouse(t, func(h *house) {
		id := h.home("1", Closed)
		h.setUntil(id, noon)
		h.wantDial("closed", "home1", CauseArrears, false)
		o := h.line("2", phone)
		for _, wrong := range []Barred{"shut", Garden} {
			if o.Lapsed, o.Standing = wrong, wrong == "shut"; h.refused(o) != "grant.offer" {
				t.Errorf("%s, standing %t: %s", wrong, o.Standing, h.refused(o))
			}
		}
	})
}

func (h *house) refused(o Offer) string {
	err := h.db.InTx(context.Background(), func(tx *db.Tx) error { _, err := h.Give(tx, o); return err })
	return fault.KeyOf(err)
}

// TestArrears: barred and lapsed are two things, and what is stricter holds; a pause refuses whatever is owed.
func TestArrears(t *testing.T) {
	eachHouse(t, func(h *house) {
		id := h.home("1", "")
		bar := func(to Barred) (won bool) {
			h.tx(func(tx *db.Tx) (err error) { won, err = h.Bar(tx, id, to); return err })
			return won
		}
		unbar := func() (won bool) {
			h.tx(func(tx *db.Tx) (err error) { won, err = h.Unbar(tx, id); return err })
			return won
		}
		if !bar(Garden) || bar(Garden) {
			t.Error("barred twice, or not at all")
		}
		h.wantDial("barred", "home1", CauseArrears, true)
		if !bar(Closed) {
			t.Error("not closed")
		}
		h.wantDial("closed", "home1", CauseArrears, false)
		h.setUntil(id, noon)
		if !unbar() || unbar() {
			t.Error("unbarred twice, or not at all")
		}
		h.wantDial("unbarred, and lapsed", "home1", CauseArrears, true)
		h.setUntil(id, noon.Add(time.Hour))
		h.wantDial("paid", "home1", CauseOK, false)
		h.tx(func(tx *db.Tx) error { _, err := h.Suspend(tx, id); return err })
		bar(Garden)
		h.wantDial("paused and barred", "home1", CauseSuspended, false)
		h.tx(func(tx *db.Tx) error { _, err := h.Resume(tx, id); return err })
		h.wantDial("no longer paused", "home1", CauseArrears, true)
		if told := h.emitted(GrantChanged, id); len(told) != 6 {
			t.Errorf("told %v", told)
		}
		h.tx(func(tx *db.Tx) error { _, err := h.End(tx, id, CauseEnded); return err })
		h.wantDial("ended", "home1", CauseEnded, false)
	})
}

func TestOnlyAStandingGrantIsBarred(t *testing.T) {
	eachHouse(t, func(h *house) {
		id := h.give(h.offer("1", "hour", hour, phone)).GrantID
		home := h.home("1", "")
		h.tx(func(tx *db.Tx) error { _, err := h.End(tx, home, CauseEnded); return err })
		for key, do := range map[string]func(tx *db.Tx) error{
			"grant.not_standing": func(tx *db.Tx) error { return h.SetUntil(tx, id, noon) },
			"grant.ended":        func(tx *db.Tx) error { _, err := h.Unbar(tx, home); return err },
			"grant.barred":       func(tx *db.Tx) error { _, err := h.Bar(tx, id, "shut"); return err },
		} {
			if err := h.db.InTx(context.Background(), do); fault.KeyOf(err) != key {
				t.Errorf("%v, want %s", err, key)
			}
		}
		if err := h.db.InTx(context.Background(), func(tx *db.Tx) error { _, err := h.Bar(tx, id, Closed); return err }); fault.KeyOf(err) != "grant.not_standing" {
			t.Error(err)
		}
	})
}

// TestWhatIsBoughtBesideALine: it stacks on no line and waits behind none, and is used while the line is in arrears.
func TestWhatIsBoughtBesideALine(t *testing.T) {
	eachHouse(t, func(h *house) {
		line := h.give(h.line("1", phone))
		if again := h.give(h.line("1", phone)); again != line {
			t.Errorf("given again: %+v", again)
		}
		other := h.line("1", phone)
		other.Lapsed = Closed
		if key := h.refused(other); key != "grant.source_used" {
			t.Errorf("another offer: %s", key)
		}
		if second := h.give(h.line("2", phone)); second.How != GivenNew || second.GrantID == line.GrantID {
			t.Errorf("a second line: %+v", second)
		}
		bought := h.give(h.offer("1", "home-5m", hour, phone))
		if bought.How != GivenNew {
			t.Errorf("bought: %+v", bought)
		}
		if got := h.byMAC(phone); got.Cause != CauseOK || got.Grant.ID == bought.GrantID {
			t.Errorf("a line that is paid goes first: %+v", got)
		}
		for _, key := range []string{"1", "2"} {
			h.setUntil(h.give(h.line(key, phone)).GrantID, noon)
		}
		if got := h.Admit(context.Background(), Attempt{SiteID: h.here, MAC: phone, MACLogin: true, Garden: true}); got.Cause != CauseOK || got.Grant.ID != bought.GrantID {
			t.Errorf("bought while the line is in arrears: %+v", got)
		}
		h.plan.Advance(time.Hour)
		if got := h.Admit(context.Background(), Attempt{SiteID: h.here, MAC: phone, MACLogin: true, Garden: true}); got.Cause != CauseArrears || !got.Garden {
			t.Errorf("when that is over: %+v", got)
		}
	})
}

// TestALineRestsAtItsCap: it goes on when more is given, and a plan of another size counts what was used.
func TestALineRestsAtItsCap(t *testing.T) {
	eachHouse(t, func(h *house) {
		o := h.line("1", phone)
		o.Limits.DataBytes = 1000
		id := h.give(o).GrantID
		use := func(n int64) {
			h.tx(func(tx *db.Tx) error { return h.Use(tx, []Used{{GrantID: id, Bytes: n}}) })
		}
		use(999)
		h.wantCause("below it", h.byMAC(phone), CauseOK)
		use(1)
		use(5)
		if got := h.Admit(context.Background(), Attempt{SiteID: h.here, MAC: phone, MACLogin: true, Garden: true}); got.Cause != CauseDataUsed || !got.Garden {
			t.Errorf("at it: %+v", got)
		}
		h.wantEmitted(id, map[string]int{GrantOpened: 1, GrantChanged: 1})
		h.tx(func(tx *db.Tx) error { _, err := h.Extend(tx, id, Source{"pack", "1"}, Gift{Bytes: 1000}); return err })
		if got := h.byMAC(phone); got.Cause != CauseOK || got.Grant.ID != id || got.Left.Bytes != 995 {
			t.Errorf("with more: %+v", got)
		}
		h.setUntil(id, noon.Add(time.Hour))
		h.tx(func(tx *db.Tx) error {
			return h.ChangePlan(tx, id, "home-10m", Limits{DownKbps: 10000, Valid: time.Minute, DataBytes: 500})
		})
		if g, _, _ := h.view(id); g.Limits.Valid != 0 || !g.Until.Equal(noon.Add(time.Hour)) || g.Plan != "home-10m" {
			t.Errorf("%+v", g)
		}
		h.wantCause("over the smaller plan", h.byMAC(phone), CauseDataUsed)
	})
}

// TestALineWithoutTheDatabase: memory lapses it by the clock, and serves who paid just before; so does a file of it.
func TestALineWithoutTheDatabase(t *testing.T) {
	eachHouse(t, func(h *house) {
		lapsing, paid, barred, closed := h.home("1", ""), h.home("2", ""), h.home("3", ""), h.home("4", Closed)
		for i, id := range []int64{lapsing, paid, barred, closed} {
			h.wantDial("known", "home"+string(rune('1'+i)), CauseOK, false)
			h.setUntil(id, noon.Add(time.Hour))
		}
		h.tx(func(tx *db.Tx) error { _, err := h.Bar(tx, barred, Garden); return err })
		h.setUntil(paid, noon.Add(2*time.Hour))
		h.follow(h.Service)
		packed := h.Pack()
		_ = h.db.Close()
		started := *h
		started.Service = h.otherNode()
		if err := started.Unpack(packed, 24*time.Hour); err != nil {
			t.Fatal(err)
		}
		h.plan.Advance(time.Hour)
		for _, node := range []*house{h, &started} {
			node.wantDial("lapsed", "home1", CauseArrears, true)
			node.wantDial("paid", "home2", CauseOK, false)
			node.wantDial("barred", "home3", CauseArrears, true)
			node.wantDial("closed", "home4", CauseArrears, false)
			if got := node.dial("home1", laptop); got.Cause != CauseUnavailable {
				t.Errorf("another device in arrears: %+v", got)
			}
		}
	})
}

// TestAFileOfOtherGrantsIsRefused: one packed by a program whose grants had no such fields.
func TestAFileOfOtherGrantsIsRefused(t *testing.T) {
	eachHouse(t, func(h *house) {
		h.home("1", "")
		h.follow(h.Service)
		packed := h.Pack()
		packed[0] ^= 1
		other := h.otherNode()
		if err := other.Unpack(packed, time.Hour); fault.KeyOf(err) != "snapshot.unreadable" || other.Freshness().Grants != 0 {
			t.Errorf("%v, %+v", err, other.Freshness())
		}
		if f, is := reflect.TypeFor[Grant]().FieldByName("Standing"); !is || f.Type.Kind() != reflect.Bool {
			t.Error("the version of a file does not cover it")
		}
	})
}

func TestEveryWayToBeBarredIsPacked(t *testing.T) {
	for _, lapsed := range waysBarred {
		for _, barred := range waysBarred {
			g := Grant{Standing: true, Lapsed: lapsed, Barred: barred, State: Active}
			c := card{packed: string(append(packGrant(nil, g), 0, 0)), limits: &terms{}}
			if u, err := c.unpack(); err != nil || u.grant.Lapsed != lapsed || u.grant.Barred != barred || !u.grant.Standing {
				t.Errorf("%q, %q: %+v, %v", lapsed, barred, u.grant, err)
			}
		}
	}
}

func TestAnOfferOfAnAddressOfItsOwn(t *testing.T) {
	eachHouse(t, func(h *house) {
		o := h.line("1", "")
		o.Limits.Address.IPv4 = netip.MustParseAddr("196.201.1.7")
		first := h.give(o)
		o.Source.Key = "2"
		if key := h.refused(o); key != "address.taken" {
			t.Errorf("given twice: %s", key)
		}
		h.tx(func(tx *db.Tx) error { _, err := h.End(tx, first.GrantID, CauseEnded); return err })
		h.give(o)
	})
}

// TestMoneyAndTheClockAtOnce: whoever moves the end, bars and logs in at the same time, what is decided at last holds, in memory too.
func TestMoneyAndTheClockAtOnce(t *testing.T) {
	eachHouse(t, func(h *house) {
		id := h.home("1", "")
		h.wantDial("known", "home1", CauseOK, false)
		h.setUntil(id, noon)
		together(30, func(i int) {
			switch i % 5 {
			case 0:
				h.tx(func(tx *db.Tx) error { return h.SetUntil(tx, id, noon.Add(time.Hour)) })
			case 1:
				h.tx(func(tx *db.Tx) error { _, err := h.Bar(tx, id, Garden); return err })
			case 2:
				h.tx(func(tx *db.Tx) error { _, err := h.Unbar(tx, id); return err })
			case 3:
				h.sweep()
			case 4:
				if got := h.dial("home1", phone); got.Cause != CauseOK && !(got.Cause == CauseArrears && got.Garden) {
					t.Errorf("%+v", got)
				}
			}
		})
		h.tx(func(tx *db.Tx) error { _, err := h.Unbar(tx, id); return err })
		h.wantDial("at last", "home1", CauseOK, false)
		if g, _, _ := h.view(id); g.State != Active || g.Barred != "" || !g.Until.Equal(noon.Add(time.Hour)) {
			t.Errorf("%+v", g)
		}
	})
}

// TestBarredOnce: of many who bar or unbar at once one does it, and one fact tells of it.
func TestBarredOnce(t *testing.T) {
	eachHouse(t, func(h *house) {
		id := h.home("1", "")
		for _, change := range []func(tx *db.Tx) (bool, error){
			func(tx *db.Tx) (bool, error) { return h.Bar(tx, id, Closed) },
			func(tx *db.Tx) (bool, error) { return h.Unbar(tx, id) },
		} {
			won := make([]bool, 16)
			together(len(won), func(i int) {
				h.tx(func(tx *db.Tx) (err error) { won[i], err = change(tx); return err })
			})
			n := 0
			for _, w := range won {
				if w {
					n++
				}
			}
			if n != 1 {
				t.Errorf("done %d times", n)
			}
		}
		h.wantEmitted(id, map[string]int{GrantOpened: 1, GrantChanged: 2})
	})
}

// TestAPaymentWhoseCommitWasLost: whoever moves the end asks again, it is moved once and told of once, and memory follows.
func TestAPaymentWhoseCommitWasLost(t *testing.T) {
	s, through := testdb.Between(t, testdb.URL(t, db.MySQL))
	h := newHouse(t, testdb.OpenURL(t, through, db.Options{}))
	id := h.home("1", "")
	h.setUntil(id, noon)
	h.wantDial("lapsed", "home1", CauseArrears, true)
	paid := func() error {
		return h.db.InTx(context.Background(), func(tx *db.Tx) error { return h.SetUntil(tx, id, noon.Add(time.Hour)) })
	}
	s.Arm()
	if err := paid(); err == nil || s.Cuts() != 1 {
		t.Fatalf("%v, the line was cut %d times", err, s.Cuts())
	}
	if err := paid(); err != nil {
		t.Fatal(err)
	}
	h.wantDial("paid", "home1", CauseOK, false)
	if told := h.emitted(GrantChanged, id); len(told) != 2 {
		t.Errorf("told %v", told)
	}
}
