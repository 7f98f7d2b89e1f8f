package radius

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

// oneIDAgainAndAgain is a router that gives every session of a device the same id, each soon after the one before.
func oneIDAgainAndAgain() (reports []arrived, used delta) {
	at := time.Duration(0)
	for n, c := range []struct{ seconds, bytes int64 }{{200, 1 << 30}, {100, 1 << 20}, {30, 5}, {400, 1 << 32}, {61, 700}} {
		reports = append(reports, arrived{at, report{status: begin, id: "constant"}})
		if half := c.seconds / 2; n%2 == 0 {
			reports = append(reports, arrived{at + time.Duration(half)*time.Second, report{status: more, id: "constant", seconds: half, out: c.bytes / 2}})
		}
		at += time.Duration(c.seconds) * time.Second
		reports = append(reports, arrived{at, report{status: end, id: "constant", seconds: c.seconds, out: c.bytes}})
		used.Time += time.Duration(c.seconds) * time.Second
		used.Bytes += c.bytes
		at += 70 * time.Second
	}
	return reports, used
}

// TestAWholeSpoolAgainChangesNothing: as after a restore of the folder, or a cursor that was lost.
func TestAWholeSpoolAgainChangesNothing(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		reports, want := oneIDAgainAndAgain()
		for round := range 3 {
			for _, batch := range [][]arrived{reports[:4], reports[4:9], reports[9:]} {
				b.applied(t, batch...)
			}
			if used := b.access.usage(); used != want {
				t.Fatalf("round %d: used %+v, want %+v\n%s", round, used, want, describe(allClosed(t, d)))
			}
			if open, closed, aside := len(allOpen(t, d)), len(allClosed(t, d)), setAsideCount(t, d); open != 0 || closed != 5 || aside != 0 {
				t.Fatalf("round %d: %d open, %d closed, %d set aside\n%s", round, open, closed, aside, describe(allClosed(t, d)))
			}
		}
	})
}

func describe(sessions []Over) (text string) {
	for _, s := range sessions {
		text += fmt.Sprintf("epoch %d from %v to %v, %d s, %d bytes, by %s\n", s.Epoch, s.StartedAt.Sub(noon), s.EndedAt.Sub(noon), s.Seconds, s.Bytes(), s.ClosedBy)
	}
	return text
}

// TestALateOwnerIsStoppedToo: the session was nobody's at first, so nobody looked when it must stop.
func TestALateOwnerIsStoppedToo(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		foreign := []byte("foreign")
		b.applied(t, arrived{0, report{status: begin, id: "1", class: foreign}})
		b.clock.Advance(stopGrace)
		stops(t, b)
		b.access.edit(func(f *fakeAccess) { f.live = []access.Grant{{ID: testGrant, State: access.Active}} })
		b.applied(t, arrived{5 * time.Minute, report{status: more, id: "1", seconds: 300, out: 70, class: foreign}})
		b.clock.Set(noon.Add(2 * time.Hour))
		stops(t, b)
		all, err := b.EnforcementsOf(context.Background(), testGrant)
		if err != nil || len(all) != 1 || all[0].Wanted != WantDisconnect {
			t.Errorf("two hours on a grant for one: enforcements %+v, %v, sessions %+v", all, err, allOpen(t, d))
		}
	})
}
