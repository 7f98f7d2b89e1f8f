package radius

import (
	"context"
	"testing"
	"time"

	codec "layeh.com/radius"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

func (b *bench) overruns(t *testing.T) RouterOverrun {
	t.Helper()
	all, err := b.Overruns(context.Background(), noon)
	if err != nil || len(all) > 1 {
		t.Fatal(all, err)
	}
	if len(all) == 0 {
		return RouterOverrun{}
	}
	return all[0]
}

func TestWhatARouterLetsThroughIsMeasured(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		first := aStart
		first.class = b.classTold(300 * megabyte)
		b.applied(t, first, arrived{time.Minute, report{status: end, id: "81a0", seconds: 60, out: 302 * megabyte}},
			arrived{time.Minute, report{status: end, id: "81a0", seconds: 60, out: 302 * megabyte, delay: 1}})
		b.applied(t, arrived{2 * time.Minute, report{status: begin, id: "81a1", class: b.classTold(10 * megabyte)}},
			arrived{3 * time.Minute, report{status: end, id: "81a1", seconds: 60, out: 9 * megabyte}})
		if got := b.overruns(t); got != (RouterOverrun{RouterID: 7, Stops: 1, MostBytes: 2 * megabyte, SumBytes: 2 * megabyte}) {
			t.Errorf("%+v", got)
		}
	})
}

func TestALateStopIsMeasured(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := working(t, d)
		b.applied(t, aStart)
		b.coa.answers(func(p *codec.Packet) (*codec.Packet, error) {
			b.applied(t, arrived{time.Minute + 4*time.Second, report{status: end, id: "81a0", seconds: 64}})
			return p.Response(codec.CodeDisconnectACK), nil
		})
		b.clock.Advance(time.Minute)
		b.emit(t, access.GrantEnded, access.Fact{Cause: "time_used"})
		b.enforcement(t, WantDisconnect, Done, gone)
		if got := b.overruns(t); got != (RouterOverrun{RouterID: 7, Stops: 1, MostLate: 4 * time.Second, SumLate: 4 * time.Second}) {
			t.Errorf("%+v", got)
		}
	})
}

func TestWhoWasNotStoppedIsNotMeasured(t *testing.T) {
	b := working(t, testdb.SQLite(t))
	b.coa.answers(func(p *codec.Packet) (*codec.Packet, error) {
		b.applied(t, arrived{time.Minute, report{status: end, id: "81a0", seconds: 60}})
		return p.Response(codec.CodeDisconnectACK), nil
	})
	b.applied(t, aStart)
	if err := b.LogOut(context.Background(), testGrant, testMAC); err != nil {
		t.Fatal(err)
	}
	b.enforcement(t, WantDisconnect, Done, gone)
	if got := b.overruns(t); got.Stops != 0 {
		t.Errorf("%+v", got)
	}
}

// TestAStopAtTheShareIsMeasuredWhateverWasOrdered: what its router lets through until the share is used up is measured, though the session was to be opened anew
// for a change that it did not hear of any more.
func TestAStopAtTheShareIsMeasuredWhateverWasOrdered(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := working(t, d)
		begun := aStart
		begun.class = b.classTold(300 * megabyte)
		b.applied(t, begun)
		b.coa.answers(func(p *codec.Packet) (*codec.Packet, error) {
			b.applied(t, arrived{time.Minute, report{status: end, id: "81a0", seconds: 60, out: 301 * megabyte}})
			return p.Response(codec.CodeDisconnectACK), nil
		})
		if err := b.LogOut(context.Background(), testGrant, testMAC); err != nil {
			t.Fatal(err)
		}
		b.enforcement(t, WantDisconnect, Done, gone)
		if got := b.overruns(t); got != (RouterOverrun{RouterID: 7, Stops: 1, MostBytes: megabyte, SumBytes: megabyte}) {
			t.Errorf("%+v", got)
		}
	})
}
