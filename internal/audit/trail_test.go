package audit

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"mtandao/internal/chain"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

var noon = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func record(t *testing.T, d *db.DB, at time.Time, e Event) {
	t.Helper()
	if err := d.InTx(context.Background(), func(tx *db.Tx) error { return Record(tx, at, e) }); err != nil {
		t.Fatal(err)
	}
}

func site(id, actor, after string) Event {
	return Event{Actor: actor, Action: "site saved", Object: "site", ObjectID: id, After: after, From: "41.90.1.2"}
}

// trail has n events, chained.
func trail(t *testing.T, d *db.DB, n int) (*Trail, *clock.Manual) {
	t.Helper()
	c := clock.NewManual(noon)
	for i := range n {
		record(t, d, noon, site(fmt.Sprint(i), "asha@example.com", "{}"))
	}
	c.Advance(10 * time.Second)
	trail := New(d, c)
	if err := trail.Chain(context.Background()); err != nil {
		t.Fatal(err)
	}
	return trail, c
}

func verify(t *testing.T, trail *Trail) chain.Report {
	t.Helper()
	r, err := trail.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTheTrailTellsWhoChangedWhat(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &row{}, &proofRow{})
		trail := New(d, clock.NewManual(noon))
		record(t, d, noon, site("1", "command apply", "{}"))
		record(t, d, noon.Add(13*time.Hour), site("1", "asha@example.com", `{"name":"Kasarani"}`))
		record(t, d, noon.Add(14*time.Hour), site("2", "asha@example.com", "{}"))
		for _, test := range []struct {
			filter Filter
			want   int
		}{
			{Filter{}, 3}, {Filter{Limit: 2}, 2}, {Filter{Actor: "asha@example.com"}, 2}, {Filter{Object: "site", ObjectID: "1"}, 2},
			{Filter{Object: "till"}, 0}, {Filter{Day: "2026-11-24"}, 1}, {Filter{Day: "2026-11-25"}, 2},
			{Filter{Day: "2026-11-25", Actor: "asha@example.com", Object: "site", ObjectID: "2"}, 1},
		} {
			if events, err := trail.List(context.Background(), test.filter); err != nil || len(events) != test.want {
				t.Errorf("%+v gives %+v: %v", test.filter, events, err)
			}
		}
		events, _ := trail.List(context.Background(), Filter{Object: "site", ObjectID: "1"})
		want := Event{ID: events[0].ID, At: noon.Add(13 * time.Hour), Actor: "asha@example.com", Action: "site saved", Object: "site",
			ObjectID: "1", After: `{"name":"Kasarani"}`, From: "41.90.1.2"}
		if events[0] != want {
			t.Errorf("got %+v", events[0])
		}
	})
}

func TestPagesFollowWithoutGapOrRepeat(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		trail, _ := trail(t, d, 7)
		seen, last := map[int64]bool{}, int64(0)
		for range 4 {
			events, err := trail.List(context.Background(), Filter{Before: last, Limit: 2})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range events {
				seen[e.ID], last = true, e.ID
			}
		}
		if len(seen) != 7 {
			t.Fatalf("saw %d events", len(seen))
		}
	})
}

func TestTheChainIsProved(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		trail, c := trail(t, d, 450) // more than two batches
		r := verify(t, trail)
		if !r.OK() || r.Items != 450 || r.Links != 450 {
			t.Fatalf("%+v", r)
		}
		if seq, hash, err := trail.Head(context.Background()); err != nil || seq != 450 || hash != r.HeadHash {
			t.Fatalf("head %d %s: %v", seq, hash, err)
		}
		record(t, d, c.Now(), site("late", "asha@example.com", "{}"))
		if c.Advance(2 * time.Minute); len(verify(t, trail).Problems) != 1 {
			t.Fatalf("an event unchained for two minutes is named: %v", verify(t, trail).Problems)
		}
		if err := trail.Chain(context.Background()); err != nil {
			t.Fatal(err)
		}
		if r := verify(t, trail); !r.OK() || r.HeadSeq != 451 {
			t.Fatalf("chained later: %+v", r)
		}
	})
}

// proves makes the proof that is asked for, and says how many jobs it took.
func proves(t *testing.T, trail *Trail, id int64) (jobs int) {
	t.Helper()
	for done := false; !done; jobs++ {
		var err error
		if done, err = trail.Prove(context.Background(), id); err != nil || jobs > 20 {
			t.Fatal(jobs, err)
		}
	}
	return jobs
}

func TestTheLastProofIsKept(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		trail, c := trail(t, d, 3)
		ctx := context.Background()
		if p, err := trail.LastProof(ctx); err != nil || !p.At.IsZero() {
			t.Fatalf("%+v: %v", p, err)
		}
		var asked []int64
		daily := func() {
			t.Helper()
			if err := trail.ProveDaily(ctx, func(_ *db.Tx, id int64) error { asked = append(asked, id); return nil }); err != nil {
				t.Fatal(err)
			}
		}
		for range 3 { // once a day, however often it is asked
			daily()
		}
		if p, err := trail.NewestProof(ctx); err != nil || len(asked) != 1 || !p.Doing() {
			t.Fatalf("asked %v: %+v: %v", asked, p, err)
		}
		proves(t, trail, asked[0])
		first, err := trail.LastProof(ctx)
		if err != nil || !first.At.Equal(c.Now()) || first.Events != 3 || first.Problems != 0 {
			t.Fatalf("%+v: %v", first, err)
		}
		if _, err := d.SQL().Exec("UPDATE audit_events SET actor = 'somebody else' WHERE object_id = '1'"); err != nil {
			t.Fatal(err)
		}
		c.Advance(proveEvery)
		daily()
		if p, err := trail.LastProof(ctx); err != nil || p.ID != first.ID {
			t.Fatalf("the last is forgotten while another is made: %+v: %v", p, err)
		}
		proves(t, trail, asked[1])
		p, err := trail.LastProof(ctx)
		if err != nil || p.Problems != 1 || !strings.Contains(p.Said, "is not what link") {
			t.Fatalf("%+v: %v", p, err)
		}
		var proofs int
		if err := d.SQL().QueryRow("SELECT COUNT(*) FROM audit_proofs").Scan(&proofs); err != nil || proofs != 2 {
			t.Fatal(proofs, err)
		}
	})
}

// TestALargeTrailIsProvedInPieces: what was changed in the first piece and in the last is named, and a proof whose job died goes on where it stood.
func TestALargeTrailIsProvedInPieces(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		trail, ctx := largeTrail(t, d, 1_100) // of three pieces of events, and as many of links
		trail.pieces = 1
		killer := testdb.NewKiller(t, d, testdb.Within("mtandao/internal/audit"))
		prove := func() Proof {
			t.Helper()
			var asked int64
			if err := trail.AskProof(ctx, func(_ *db.Tx, id int64) error { asked = id; return nil }); err != nil {
				t.Fatal(err)
			}
			died := false
			for jobs, done := 0, false; !done; jobs++ {
				if jobs == 3 {
					killer.Once(0)
				}
				var err error
				done, err = trail.Prove(ctx, asked)
				killer.Spare()
				if died = died || err != nil; err != nil && jobs != 3 || jobs > 20 {
					t.Fatal(jobs, err)
				}
			}
			p, err := trail.LastProof(ctx)
			if err != nil || p.ID != asked || p.Events != 1_100 || !died {
				t.Fatalf("%+v, died %v: %v", p, died, err)
			}
			return p
		}
		if p := prove(); p.Problems != 0 {
			t.Fatalf("%+v", p)
		}
		for _, id := range []string{"0", "1099"} {
			if _, err := d.SQL().Exec("UPDATE audit_events SET actor = 'somebody else' WHERE object_id = ?", id); err != nil {
				t.Fatal(err)
			}
			if p := prove(); p.Problems != 1 || !strings.Contains(p.Said, "is not what link") {
				t.Errorf("event %s: %+v", id, p)
			}
			if _, err := d.SQL().Exec("UPDATE audit_events SET actor = 'asha@example.com' WHERE object_id = ?", id); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// largeTrail is a trail whose events came in one transaction.
func largeTrail(t *testing.T, d *db.DB, n int) (*Trail, context.Context) {
	t.Helper()
	trail, c := trail(t, d, 0)
	ctx := context.Background()
	err := d.InTx(ctx, func(tx *db.Tx) error {
		for i := range n {
			if err := Record(tx, noon, site(fmt.Sprint(i), "asha@example.com", "{}")); err != nil {
				return err
			}
		}
		return nil
	})
	for err == nil {
		c.Advance(10 * time.Second)
		var before, after int64
		if before, _, err = trail.Head(ctx); err == nil {
			err = trail.Chain(ctx)
		}
		if after, _, _ = trail.Head(ctx); after == before {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return trail, ctx
}

func TestAFreshEventWaitsForEarlierOnes(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		trail := New(d, clock.NewManual(noon.Add(time.Second)))
		record(t, d, noon, site("1", "asha@example.com", "{}"))
		if err := trail.Chain(context.Background()); err != nil {
			t.Fatal(err)
		}
		if r := verify(t, trail); r.Links != 0 {
			t.Fatalf("chained while others may still commit: %+v", r)
		}
	})
}

func TestAnyTamperedEventIsNamed(t *testing.T) {
	tampering := map[string]string{
		"UPDATE audit_events SET actor = 'x' WHERE id = ?":                        "is not what link",
		"UPDATE audit_events SET action = 'x' WHERE id = ?":                       "is not what link",
		"UPDATE audit_events SET object = 'x' WHERE id = ?":                       "is not what link",
		"UPDATE audit_events SET object_id = 'x' WHERE id = ?":                    "is not what link",
		"UPDATE audit_events SET old_value = 'x' WHERE id = ?":                    "is not what link",
		"UPDATE audit_events SET new_value = 'x' WHERE id = ?":                    "is not what link",
		"UPDATE audit_events SET came_from = 'x' WHERE id = ?":                    "is not what link",
		"UPDATE audit_events SET day = '2026-11-23' WHERE id = ?":                 "is not what link",
		"UPDATE audit_events SET at = '2026-11-24 09:00:01.000' WHERE id = ?":     "is not what link",
		"UPDATE audit_events SET actor = object, object = actor WHERE id = ?":     "is not what link",
		"DELETE FROM audit_events WHERE id = ?":                                   "gone",
		"UPDATE audit_links SET hash = 'x' WHERE event_id = ?":                    "is not what link",
		"UPDATE audit_links SET previous = 'x' WHERE event_id = ?":                "does not follow",
		"DELETE FROM audit_links WHERE event_id = ?":                              "not chained",
		"UPDATE audit_links SET event_id = 7 WHERE event_id = ?":                  "not chained",
		"UPDATE audit_events SET id = 7 WHERE id = ?":                             "gone",
		"UPDATE audit_links SET seq = seq + 100 WHERE event_id = ?":               "gap",
		"UPDATE audit_events SET new_value = CONCAT(new_value, ' ') WHERE id = ?": "is not what link",
	}
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		for statement, says := range tampering {
			d := testdb.Open(t, d.Dialect())
			trail, c := trail(t, d, 5)
			c.Advance(5 * time.Minute)
			var id int64
			if err := d.SQL().QueryRow("SELECT event_id FROM audit_links WHERE seq = 3").Scan(&id); err != nil {
				t.Fatal(err)
			}
			if _, err := d.SQL().Exec(statement, id); err != nil {
				t.Fatal(err)
			}
			named := false
			r := verify(t, trail)
			for _, p := range r.Problems {
				named = named || p.Item == id && strings.Contains(p.What, says)
			}
			if !named {
				t.Errorf("%s: event %d: %v", statement, id, r.Problems)
			}
		}
	})
}

func TestTwoChainersMakeOneChain(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		trail, c := trail(t, d, 0)
		for i := range 60 {
			record(t, d, noon, site(fmt.Sprint(i), "asha@example.com", "{}"))
		}
		c.Advance(10 * time.Second)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if err := trail.Chain(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if r := verify(t, trail); !r.OK() || r.Links != 60 {
			t.Fatalf("%+v", r)
		}
	})
}

// TestWhatStrangersTypeFits: an actor's name cut inside a letter, or octets that are no text, must not undo the change.
func TestWhatStrangersTypeFits(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		e := site(strings.Repeat("é", 64), "x"+strings.Repeat("é", 100), "\xff\x00{}")
		e.From = "\xc3"
		record(t, d, noon, e)
		trail := New(d, clock.NewManual(noon.Add(time.Minute)))
		if err := trail.Chain(context.Background()); err != nil {
			t.Fatal(err)
		}
		events, err := trail.List(context.Background(), Filter{})
		if err != nil || len(events) != 1 || !utf8.ValidString(events[0].Actor) || len(events[0].Actor) != 99 {
			t.Fatalf("%+v: %v", events, err)
		}
		if r := verify(t, trail); !r.OK() {
			t.Fatalf("%+v", r)
		}
	})
}

// TestALateCommitIsChainedOutOfOrder: ids do not commit in order; within the hour they are linked all the same.
func TestALateCommitIsChainedOutOfOrder(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		trail, c := trail(t, d, 3)
		for _, back := range []int64{1, 2 * 60 * 60 * 1000 << 21} {
			if _, err := d.SQL().Exec("INSERT INTO audit_events (id, at, day, actor, action, object, object_id, old_value, new_value, came_from) SELECT id - ?, at, day, actor, action, object, object_id, old_value, new_value, came_from FROM audit_events WHERE object_id = '0'", back); err != nil {
				t.Fatal(err)
			}
			if _, err := d.SQL().Exec("UPDATE audit_events SET object_id = CONCAT('late', id) WHERE id = (SELECT old FROM (SELECT MIN(id) AS old FROM audit_events) AS first)"); err != nil {
				t.Fatal(err)
			}
		}
		c.Advance(5 * time.Minute)
		if err := trail.Chain(context.Background()); err != nil {
			t.Fatal(err)
		}
		if r := verify(t, trail); r.Links != 4 || len(r.Problems) != 1 || !strings.Contains(r.Problems[0].What, "not chained") {
			t.Fatalf("%+v", r)
		}
	})
}
