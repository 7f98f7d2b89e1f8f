package radius

import (
	"context"
	"testing"
	"time"

	codec "layeh.com/radius"

	"mtandao/internal/db"
	"mtandao/internal/spool"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

// What gateways were seen to do, and the server lives with.

// TestObservedHostapdReusesItsSessionId after a Disconnect and a new log-in: two sessions, each counted once.
func TestObservedHostapdReusesItsSessionId(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		const id = "0200000000010001"
		b.applied(t,
			arrived{0, report{status: begin, id: id}},
			arrived{5 * time.Minute, report{status: more, id: id, seconds: 300, out: 5000}},
			arrived{6 * time.Minute, report{status: end, id: id, seconds: 360, out: 6000}},
			arrived{7 * time.Minute, report{status: begin, id: id}},
			arrived{12 * time.Minute, report{status: more, id: id, seconds: 300, out: 700}},
			arrived{13 * time.Minute, report{status: end, id: id, seconds: 360, out: 900}})
		if open, over := allOpen(t, d), allClosed(t, d); len(open) != 0 || len(over) != 2 || over[0].Bytes() != 6000 || over[1].Bytes() != 900 {
			t.Errorf("%d open, %+v", len(open), over)
		}
		if used := b.access.usage(); used.Bytes != 6900 || used.Time != 12*time.Minute {
			t.Errorf("used %+v", used)
		}
	})
}

// TestObservedMikroTikRepeatsForLongerThanWeRemember: the same octets, whose delay does not grow, come when the reply cache has
// forgotten them. They are counted once, and the session neither begins nor ends later for it.
func TestObservedMikroTikRepeatsForLongerThanWeRemember(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		stop := b.records(t, arrived{10 * time.Minute, report{status: end, id: "80100001", seconds: 600, out: 1000}})[0]
		b.applied(t, arrived{0, report{status: begin, id: "80100001"}})
		raw, err := decodeRecord(stop.Payload)
		if err != nil {
			t.Fatal(err)
		}
		for _, late := range []time.Duration{0, 30 * time.Second, 90 * time.Second} {
			again := record{RouterID: raw.RouterID, Node: raw.Node, Raw: raw.Raw, At: raw.At.Add(late)}
			if err := b.apply(context.Background(), []spool.Record{{Payload: again.encode()}}); err != nil {
				t.Fatal(err)
			}
		}
		over := allClosed(t, d)
		if len(over) != 1 || !over[0].StartedAt.Equal(noon) || !over[0].EndedAt.Equal(noon.Add(10*time.Minute)) || b.access.usage().Bytes != 1000 {
			t.Errorf("%+v, used %+v", over, b.access.usage())
		}
	})
}

// TestObservedAccelPPPSaysNoAndDoesIt: a NAK to a change is no proof that nothing changed, and none that something did. A session that
// does not come back by itself goes on, and nobody believes that its router knows either the old terms or the new ones.
func TestObservedAccelPPPSaysNoAndDoesIt(t *testing.T) {
	b := working(t, testdb.SQLite(t))
	b.coa.answers(answerWith(codec.CodeCoANAK))
	b.applied(t, aStart)
	b.access.edit(func(f *fakeAccess) { f.grant.Limits.DownKbps = 500 })
	b.emit(t, access.GrantChanged, access.Fact{})
	b.enforcement(t, WantChange, Done, routerRefused)
	open := allOpen(t, b.db)
	if len(open) != 1 || open[0].EndingID != 0 || open[0].Told != (Told{notTaken, notTaken, notTaken}) {
		t.Errorf("after a NAK: %+v", open)
	}
	b.applied(t, arrived{5 * time.Minute, report{status: more, id: "81a0", seconds: 300, out: 18_750_000}}) // at the new speed
	if open = allOpen(t, b.db); len(open) != 1 || open[0].Bytes() != 18_750_000 {
		t.Errorf("its next report: %+v", open)
	}
}

// TestObservedChilliCallsAVolumeCutATimeout: what it let through beyond its share is measured all the same.
func TestObservedChilliCallsAVolumeCutATimeout(t *testing.T) {
	b := newBench(t, testdb.SQLite(t))
	class := classOf(nil, b.keys, authorisation{GrantID: testGrant, LoginID: 9, Told: Told{ToldBytes: 2_000_000}})
	b.applied(t, arrived{0, report{status: begin, id: "5f1", class: class}},
		arrived{time.Minute, report{status: end, id: "5f1", class: class, seconds: 60, out: 3_100_000}})
	all, err := b.Overruns(context.Background(), noon.Add(-time.Hour))
	if err != nil || len(all) != 1 || all[0].Stops != 1 || all[0].MostBytes != 1_100_000 {
		t.Errorf("%+v, %v", all, err)
	}
}
