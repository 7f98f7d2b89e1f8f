package radius

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	codec "layeh.com/radius"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

const megabyte = int64(1_000_000)

func shared(devices int, bytes int64) access.Grant {
	return access.Grant{ID: testGrant, State: access.Active, Limits: access.Limits{DataBytes: bytes, Devices: devices}}
}

func holds(bytes ...int64) []Online {
	var all []Online
	for _, b := range bytes {
		all = append(all, Online{Told: Told{ToldBytes: b}})
	}
	return all
}

func TestShares(t *testing.T) {
	for _, c := range []struct {
		name    string
		devices int
		left    int64
		others  []Online
		want    int64
	}{
		{"one device has all", 1, 900, nil, 900},
		{"the first of three", 3, 900, nil, 300},
		{"the second, beside the first", 3, 900, holds(300), 300},
		{"the last has the rest", 3, 900, holds(300, 300), 300},
		{"an idle one holds much", 3, 500, holds(400), 50},
		{"nothing is free: a crumb", 3, 900, holds(900), 1},
		{"nothing is free, and crumbs were given", 3, 900, holds(901, 1), 1},
		{"no more crumbs", 3, 900, holds(903, 1), 0},
		{"more is promised than there is", 3, 800, holds(900), 0},
		{"the crumb is no more than is left", 3, 1, holds(1), 1},
		{"nobody knows what another was told", 2, 900, holds(notKnown), 2},
		{"many devices", 1000, 8000, nil, 1000},
	} {
		if got := share(shared(c.devices, 900), c.left, c.others); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

// TestSharesNeverPromiseMoreThanIsLeft lives through random days of one cap: devices come, use, report late, are stopped at
// their share and come back, and orders to running sessions are obeyed or lost.
func TestSharesNeverPromiseMoreThanIsLeft(t *testing.T) {
	for seed := range uint64(300) {
		dice := rand.New(rand.NewPCG(seed, 1))
		devices := 2 + dice.IntN(4)
		g := shared(devices, (1+dice.Int64N(5000))*megabyte)
		carried := playShares(g, dice, devices)
		most := g.Limits.DataBytes + g.Limits.DataBytes/lastCrumbs
		if carried < g.Limits.DataBytes || carried > most {
			t.Errorf("seed %d: %d devices carried %d of %d", seed, devices, carried, g.Limits.DataBytes)
		}
	}
}

// playShares gives what the devices carried in all when the cap is reached by what they reported.
func playShares(g access.Grant, dice *rand.Rand, devices int) (carried int64) {
	type device struct {
		limit, real, reported int64 // what its router goes by; octets of this session
		online                bool
	}
	all := make([]device, devices)
	var told [8]int64
	left := func() int64 { return g.Limits.DataBytes - g.UsedBytes }
	beside := func(i int) (others []Online) {
		for j, d := range all {
			if j != i && d.online {
				others = append(others, Online{Session: Session{BytesDown: d.reported}, Told: Told{ToldBytes: told[j]}})
			}
		}
		return others
	}
	report := func(i int) {
		g.UsedBytes += all[i].real - all[i].reported
		all[i].reported = all[i].real
	}
	for round := 0; left() > 0 && round < 200_000; round++ {
		i := dice.IntN(devices)
		d := &all[i]
		switch {
		case !d.online:
			s := share(g, left(), beside(i))
			if s == 0 {
				continue
			}
			*d, told[i] = device{limit: s, online: true}, s
		case dice.IntN(3) > 0: // it uses
			more := min(dice.Int64N(g.Limits.DataBytes/20+1), d.limit-d.real)
			d.real, carried = d.real+more, carried+more
			if d.real == d.limit { // its router stops it
				report(i)
				d.online = false
			}
		default: // it reports, and may be told anew
			report(i)
			if s := d.reported + share(g, left(), beside(i)); left() > 0 && s > d.reported && dice.IntN(2) == 0 {
				if obeyed := dice.IntN(2) == 0; obeyed {
					d.limit, told[i] = max(s, d.real), s
				} else {
					told[i] = max(told[i], s)
				}
			}
		}
	}
	return carried
}

// classTold is a Class as the Access-Accept of a session carried it.
func (b *bench) classTold(bytes int64) []byte {
	told := toldTest
	told.ToldBytes = bytes
	return classOf(nil, b.keys, authorisation{GrantID: testGrant, LoginID: 9, Told: told})
}

// threeShare is a grant of 900 MB for three devices, the first of which is online with its third.
func threeShare(t *testing.T, d *db.DB) *bench {
	b := working(t, d)
	b.access.edit(func(f *fakeAccess) {
		f.grant.Limits = access.Limits{DataBytes: 900 * megabyte, Valid: time.Hour, Devices: 3, DownKbps: 2000, UpKbps: 1000}
		f.slots = []access.Slot{{N: 1, MAC: testMAC}, {N: 2, MAC: "112233445566"}, {N: 3}}
	})
	first := aStart
	first.class = b.classTold(300 * megabyte)
	b.applied(t, first)
	return b
}

func TestAShareThatRunsLowIsMadeLarger(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := threeShare(t, d)
		b.coa.answers(answerWith(codec.CodeCoAACK))
		b.applied(t, arrived{time.Minute, report{status: more, id: "81a0", seconds: 60, out: 200 * megabyte}})
		b.clock.Advance(time.Minute + stopGrace)
		stops(t, b)
		b.enforcement(t, WantChange, Done, acknowledged)
		if o := allOpen(t, d)[0]; o.ToldBytes != 200*megabyte+700*megabyte/3 {
			t.Errorf("told %+v", o.Told)
		}
		stops(t, b)
		b.applied(t, arrived{2 * time.Minute, report{status: more, id: "81a0", seconds: 120, out: 201 * megabyte}})
		b.clock.Advance(time.Minute)
		stops(t, b)
		if n := len(b.coa.packets()); n != 1 {
			t.Errorf("told %d times", n)
		}
	})
}

func TestAShareThatCouldNotBeToldIsTriedAtTheNextWord(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := threeShare(t, d)
		b.applied(t, arrived{time.Minute, report{status: more, id: "81a0", seconds: 60, out: 200 * megabyte}})
		b.clock.Advance(time.Minute + stopGrace)
		stops(t, b)
		b.enforcement(t, WantChange, Done, noAnswer)
		eventually(t, "it is known that nothing was told", func() bool { return allOpen(t, d)[0].ToldBytes == notTaken })
		b.coa.answers(answerWith(codec.CodeCoAACK))
		b.applied(t, arrived{2 * time.Minute, report{status: more, id: "81a0", seconds: 120, out: 201 * megabyte}})
		b.clock.Advance(time.Minute)
		stops(t, b)
		b.enforcement(t, WantChange, Done, acknowledged)
		if o := allOpen(t, d)[0]; o.ToldBytes != 201*megabyte+699*megabyte/3 {
			t.Errorf("told %+v", o.Told)
		}
	})
}

func TestADeviceStoppedByItsShareComesBack(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := threeShare(t, d)
		b.applied(t, arrived{time.Minute, report{status: end, id: "81a0", seconds: 60, out: 300 * megabyte}})
		e := b.enforcement(t, WantLogIn, Done, acknowledged)
		if e.Cause != "share_used" || e.MAC != testMAC {
			t.Errorf("%+v", e)
		}
		next := aStart
		next.id, next.after, next.class = "81a1", 2*time.Minute, b.classTold(200*megabyte)
		b.applied(t, next, arrived{3 * time.Minute, report{status: end, id: "81a1", seconds: 60, out: 100 * megabyte}})
		b.applied(t, arrived{4 * time.Minute, report{status: begin, id: "81a2", class: b.classTold(500 * megabyte)}},
			arrived{5 * time.Minute, report{status: end, id: "81a2", seconds: 60, out: 500 * megabyte}})
		all, err := b.EnforcementsOf(context.Background(), testGrant)
		if err != nil || len(all) != 1 {
			t.Errorf("who left by himself, or has used all, is not called back: %+v %v", all, err)
		}
	})
}

func TestTwoLogInsAtOnceShareWhatIsLeft(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := threeShare(t, d)
		g, _, left, _ := b.access.View(context.Background(), testGrant)
		second := b.shareAtLogIn(context.Background(), &g, left.Bytes, "112233445566")
		third := b.shareAtLogIn(context.Background(), &g, left.Bytes, "665544332211")
		again := b.shareAtLogIn(context.Background(), &g, left.Bytes, testMAC)
		if second != 300*megabyte || third != 300*megabyte || again != 300*megabyte {
			t.Error(second, third, again)
		}
	})
}

func TestAnIdleDeviceGivesItsShareBack(t *testing.T) {
	b := threeShare(t, testdb.SQLite(t))
	b.coa.answers(answerWith(codec.CodeCoAACK))
	b.access.edit(func(f *fakeAccess) { f.grant.UsedBytes = 590 * megabyte })
	b.applied(t, arrived{0, report{status: begin, id: "other", mac: "11:22:33:44:55:66", class: b.classTold(5 * megabyte)}})
	b.clock.Advance(time.Minute)
	stops(t, b)
	eventually(t, "the idle one is told less", func() bool {
		open := allOpen(t, b.db)
		return open[0].ToldBytes == 305*megabyte/2 && open[1].ToldBytes == 5*megabyte
	})
	b.applied(t, arrived{time.Minute, report{status: more, id: "other", mac: "11:22:33:44:55:66", seconds: 60, out: 4 * megabyte}})
	b.clock.Advance(time.Minute)
	stops(t, b)
	eventually(t, "the busy one is told more", func() bool {
		open := allOpen(t, b.db)
		return open[1].ToldBytes > 70*megabyte && open[0].unused(0)+open[1].unused(0) <= 306*megabyte
	})
}

// TestAStopByAShareThatIsBeingTold: a router that goes by a smaller share at once may stop its session, and say so, before we hear that it has it. The device comes
// back all the same, and how exactly it was stopped is known.
func TestAStopByAShareThatIsBeingTold(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := threeShare(t, d)
		b.access.edit(func(f *fakeAccess) { f.grant.UsedBytes = 590 * megabyte })
		b.applied(t, arrived{0, report{status: begin, id: "other", mac: "11:22:33:44:55:66", class: b.classTold(5 * megabyte)}})
		var first sync.Once
		b.coa.answers(func(p *codec.Packet) (*codec.Packet, error) {
			first.Do(func() {
				if err := b.apply(context.Background(), b.records(t, arrived{time.Minute, report{status: end, id: "81a0", seconds: 60, out: 153 * megabyte}})); err != nil {
					t.Error(err)
				}
			})
			return p.Response(codec.CodeCoAACK), nil
		})
		b.clock.Advance(time.Minute)
		stops(t, b)
		if e := b.enforcement(t, WantLogIn, Done, acknowledged); e.Cause != "share_used" || e.MAC != testMAC {
			t.Errorf("%+v", e)
		}
		all, err := b.Overruns(context.Background(), b.clock.Now().Add(-time.Hour))
		if err != nil || len(all) != 1 || all[0].MostBytes != 153*megabyte-305*megabyte/2 {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

func TestClassCarriesWhatWasTold(t *testing.T) {
	keys := newKeys(t)
	a := authorisation{GrantID: 7, LoginID: 8, Told: Told{256, 512, 1 << 40}}
	if back, ok := readClass(keys, classOf(nil, keys, a)); !ok || back != a {
		t.Error(fmt.Sprint(back), ok)
	}
}

// A device that waits for the others' shares says nothing of its router, which must be told of other things meanwhile.
func TestWaitingForAShareIsNotARoutersSilence(t *testing.T) {
	b := threeShare(t, testdb.SQLite(t))
	b.coa.answers(answerWith(codec.CodeCoAACK))
	b.access.edit(func(f *fakeAccess) { f.grant.UsedBytes = 700 * megabyte })
	at := atGate
	at.MAC = "112233445566"
	b.emit(t, access.GrantOpened, at)
	b.enforcement(t, WantLogIn, GivenUp, waiting)
	b.emit(t, access.GrantChanged, access.Fact{})
	b.enforcement(t, WantChange, Done, acknowledged)
	if n, _ := b.dialect.told(); n != 0 {
		t.Errorf("told to log in %d times", n)
	}
}
