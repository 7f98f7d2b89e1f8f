package outages

import (
	"context"
	"sync"
	"testing"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
	"mtandao/radius/routers"
)

func TestModelsMatch(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { testdb.ModelsMatch(t, d, &outageRow{}, &witnessRow{}, &watchRow{}) })
}

const (
	megabyte = 1_000_000
	steady   = 150_000 // octets a minute of a line that is used
)

// cutOff is a router of which nothing is heard for so long, after a quarter of an hour in which it was busy.
func (w *world) cutOff(id int64, long time.Duration) (from time.Time) {
	w.Helper()
	w.open(id, 5)
	w.live(15*time.Minute, steady, id)
	from = w.clock.Now()
	w.live(long, 0)
	return from
}

// TestAPowerCutIsProvenByTheBoot: from the router's last word until it came up, given half an hour after the proof, once.
func TestAPowerCutIsProvenByTheBoot(t *testing.T) {
	each(t, func(w *world) {
		from := w.cutOff(1, 95*time.Minute)
		if o := w.the(); o.State != Silent || !o.From.Equal(from) || o.Proof.Open != 5 {
			w.Fatalf("%+v", o)
		}
		up := w.clock.Now().Add(-90 * time.Second)
		w.boots[1] = []Boot{{w.clock.Now(), BySessions}, {up, ByUptime}}
		w.sessions[1] = nil
		w.live(15*time.Minute, 0, 1)
		o := w.the()
		if o.State != Proven || !o.From.Equal(from) || !o.Until.Equal(up.Truncate(time.Minute)) || o.Proof.Why != WhyBoot || o.Proof.BootBy != ByUptime || len(w.given) != 0 {
			w.Fatalf("%+v", o)
		}
		again := w.node(w.DB, "one") // after a restart
		w.live(31*time.Minute, 0, 1)
		if err := again.Tick(context.Background()); err != nil {
			w.Fatal(err)
		}
		if o = w.the(); o.State != Given || len(w.given) != 1 || !w.given[0].Until.Equal(o.Until) {
			w.Fatalf("%+v, given %+v", o, w.given)
		}
		news, err := w.News(context.Background(), Given, from)
		if err != nil || len(news) != 1 {
			w.Error(news, err)
		}
	})
}

// TestACutLineIsProvenByItsSessions, which were busy before and carried nothing meanwhile. A short one is forgotten.
func TestACutLineIsProvenByItsSessions(t *testing.T) {
	each(t, func(w *world) {
		w.cutOff(1, 25*time.Minute)
		w.live(time.Minute, 0, 1)
		w.none()
		w.live(20*time.Minute, steady, 1)
		from := w.clock.Now()
		w.live(40*time.Minute, 0)
		w.live(15*time.Minute, 200, 1)
		o := w.the()
		if o.State != Proven || o.Proof.Why != WhyFlat || o.Proof.Spoke != 5 || !o.From.Equal(from) || o.Until.Sub(from) != 41*time.Minute {
			w.Fatalf("%+v", o)
		}
	})
}

// TestWhatProvesNothing: each has its reason.
func TestWhatProvesNothing(t *testing.T) {
	flowed := func(w *world) { w.speak(1, 30*megabyte) }
	for name, c := range map[string]struct {
		before int64
		back   func(w *world)
		why    string
	}{
		"traffic flowed, and only we heard nothing":    {steady, flowed, WhyFlowed},
		"people went to sleep, and their devices not":  {steady, func(w *world) { w.speak(1, 60*60*300) }, WhyFlowed},
		"nobody used it before either":                 {100, func(w *world) { w.speak(1, 100) }, WhyFew},
		"what they carry in a minute hides the others": {megabyte, func(w *world) { w.speak(1, 100) }, WhyFew},
		"all sessions are gone, without a boot":        {steady, func(w *world) { w.sessions[1] = nil; w.heard[1] = w.clock.Now() }, WhyFew},
		"traffic flowed, and it came up anew since":    {steady, func(w *world) { flowed(w); w.boots[1] = []Boot{{w.clock.Now(), ByUptime}} }, WhyFlowed},
		"it came up soon, and only then we heard nothing": {steady, func(w *world) {
			w.boots[1] = []Boot{{w.clock.Now().Add(-50 * time.Minute), ByUptime}}
			w.sessions[1] = nil
			w.heard[1] = w.clock.Now()
		}, WhyFew},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, testdb.SQLite(t))
			w.open(1, 5)
			w.live(15*time.Minute, c.before, 1)
			w.live(60*time.Minute, 0)
			c.back(w)
			w.tick()
			w.live(15*time.Minute, 0, 1)
			if o := w.the(); o.State != Unproven || o.Proof.Why != c.why {
				t.Errorf("%+v", o)
			}
			if w.live(time.Hour, 0, 1); len(w.given) != 0 {
				t.Error("given:", w.given)
			}
		})
	}
}

// TestWhatIsOnlyOurs is no outage, whatever the router did meanwhile: a node that stood still, a database that was gone, another node that the router had
// talked to, our line that took all routers at once, and RADIUS that did not arrive while the API was answered.
func TestWhatIsOnlyOurs(t *testing.T) {
	boots := func(w *world, id int64) {
		w.boots[id] = []Boot{{w.clock.Now(), ByUptime}}
		w.sessions[id] = nil
	}
	t.Run("we did not watch", func(t *testing.T) {
		w := newWorld(t, testdb.SQLite(t))
		from := w.cutOff(1, 20*time.Minute)
		w.clock.Advance(3 * time.Hour) // the node, or its database
		w.live(12*time.Minute, 0)
		boots(w, 1)
		w.live(15*time.Minute, 0, 1)
		if o := w.the(); o.State != Unproven || o.Proof.Why != WhyOurs || len(o.Proof.Holes) != 1 || !o.Proof.Heard.Equal(from) {
			t.Errorf("%+v", o)
		}
	})
	t.Run("we did not watch at its beginning", func(t *testing.T) {
		w := newWorld(t, testdb.SQLite(t))
		w.cutOff(1, 20*time.Minute)
		w.clock.Advance(time.Hour)
		back := w.clock.Now().Add(time.Minute)
		w.live(50*time.Minute, 0)
		boots(w, 1)
		w.live(15*time.Minute, 0, 1)
		if o := w.the(); o.State != Proven || !o.From.Equal(back) {
			t.Errorf("only what we watched is proven: %+v", o)
		}
	})
	t.Run("the node that it talked to was gone", func(t *testing.T) {
		w := newWorld(t, testdb.SQLite(t))
		other := w.node(w.DB, "two")
		if err := other.Watching(context.Background()); err != nil {
			t.Fatal(err)
		}
		w.open(1, 5)
		for range 15 {
			w.live(time.Minute, steady, 1)
			if err := other.Watching(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		w.live(time.Hour, 0)
		boots(w, 1)
		w.live(15*time.Minute, 0, 1)
		if o := w.the(); o.State != Unproven || o.Proof.Why != WhyOurs {
			t.Errorf("%+v", o)
		}
	})
	t.Run("our line took all at once", func(t *testing.T) {
		w := newWorld(t, testdb.SQLite(t))
		w.open(2, 5)
		w.open(3, 5)
		w.live(15*time.Minute, steady, 2, 3)
		w.open(1, 5)
		w.live(15*time.Minute, steady, 1, 2, 3)
		w.live(time.Hour, 0)
		boots(w, 1) // somebody switched it off and on, in the hope that this helps
		w.speak(2, 40*megabyte)
		w.speak(3, 40*megabyte)
		w.live(15*time.Minute, 0, 1, 2, 3)
		all, err := w.List(context.Background(), 0, 10)
		if err != nil || len(all) != 3 {
			t.Fatal(all, err)
		}
		for _, o := range all {
			want := WhyFlowed
			if o.RouterID == 1 {
				want = WhyAround
			}
			if o.State != Unproven || o.Proof.Why != want {
				t.Errorf("%+v", o)
			}
		}
	})
	t.Run("the API was answered", func(t *testing.T) {
		w := newWorld(t, testdb.SQLite(t))
		w.open(1, 5)
		w.live(15*time.Minute, steady, 1)
		for range 60 {
			w.answered[1] = w.clock.Now()
			w.live(time.Minute, 0)
		}
		boots(w, 1)
		w.live(15*time.Minute, 0, 1)
		w.none()
	})
	t.Run("accounting waits on our disk", func(t *testing.T) {
		w := newWorld(t, testdb.SQLite(t))
		w.cutOff(1, 40*time.Minute)
		w.waits = w.clock.Now()
		w.live(30*time.Minute, 0, 1)
		if o := w.the(); o.State != Back {
			t.Errorf("it was judged before what waits was counted: %+v", o)
		}
	})
}

// TestALateWordDisproves: a draft is withdrawn; what is given stays given, and staff are told.
func TestALateWordDisproves(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		proven := func() (o Outage, during time.Time) {
			from := w.cutOff(1, 60*time.Minute)
			w.boots[1] = append(w.boots[1], Boot{w.clock.Now(), ByUptime})
			was := w.sessions[1]
			w.sessions[1] = nil
			w.live(15*time.Minute, 0, 1)
			for i, c := range was { // as they were, until the late word
				c.At = from
				w.sessions[1] = append(w.sessions[1], c)
				was[i] = c
			}
			all, err := w.List(ctx, 0, 1)
			if err != nil || all[0].State != Proven {
				w.Fatalf("%+v %v", all, err)
			}
			return all[0], from.Add(20 * time.Minute)
		}
		late := func(during time.Time) {
			w.sessions[1][0].At, w.sessions[1][0].Octets = during, w.sessions[1][0].Octets+30*megabyte
		}
		wait := func(d time.Duration) { // heard by looks, so that the sessions stay as they are
			for end := w.clock.Now().Add(d); w.clock.Now().Before(end); {
				w.clock.Advance(time.Minute)
				w.answered[1] = w.clock.Now()
				w.tick()
			}
		}
		one, during := proven()
		late(during)
		wait(35 * time.Minute)
		if o, err := w.Get(ctx, one.ID); err != nil || o.State != Withdrawn || len(w.given) != 0 || !o.Proof.Late.At.Equal(during) {
			w.Fatalf("%+v %v", o, err)
		}
		w.sessions[1] = nil
		two, during := proven()
		wait(35 * time.Minute)
		if len(w.given) != 1 {
			w.Fatal(w.given)
		}
		late(during)
		wait(15 * time.Minute)
		if o, err := w.Get(ctx, two.ID); err != nil || o.State != Doubted || len(w.given) != 1 {
			w.Fatalf("%+v %v", o, err)
		}
		if news, err := w.News(ctx, Doubted, one.From); err != nil || len(news) != 1 {
			w.Error(news, err)
		}
	})
}

// TestOneDecidesOnADraft: of many who drop it, give it or wait for its time, one does, and it is in the trail.
func TestOneDecidesOnADraft(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		w.cutOff(1, 60*time.Minute)
		w.boots[1] = []Boot{{w.clock.Now(), ByUptime}}
		w.sessions[1] = nil
		w.live(15*time.Minute, 0, 1)
		o := w.the()
		w.clock.Advance(31 * time.Minute)
		w.heard[1] = w.clock.Now()
		nodes := []*Service{w.Service, w.node(w.DB, "two"), w.node(w.DB, "three")}
		if o.State != Proven {
			w.Fatalf("%+v", o)
		}
		won := make(chan State, 30)
		var all sync.WaitGroup
		for n := range 12 {
			all.Go(func() {
				node := nodes[n%3]
				switch n % 4 {
				case 0:
					if node.Drop(ctx, o.ID, "anne", "10.0.0.1") == nil {
						won <- Dropped
					}
				case 1:
					if node.GiveNow(ctx, o.ID, "ben", "10.0.0.2") == nil {
						won <- Given
					}
				default:
					if err := node.Tick(ctx); err != nil && !fault.Is(err, fault.Unavailable) {
						w.Error(err)
					}
				}
			})
		}
		all.Wait()
		after := w.the()
		if n := len(w.given); len(won) > 1 || after.State == Given && n != 1 || after.State == Dropped && n != 0 || len(won) == 1 && <-won != after.State {
			w.Errorf("%s, given %d times", after.State, n)
		}
		if err := w.Drop(ctx, o.ID, "anne", ""); fault.KeyOf(err) != "outage.no_draft" {
			w.Error(err)
		}
		if err := w.Drop(ctx, 4, "anne", ""); fault.KeyOf(err) != "outage.unknown" {
			w.Error(err)
		}
		trail, err := audit.New(w.DB, w.clock).List(ctx, audit.Filter{Object: "outage"})
		if want := min(1, len(after.By)); err != nil || len(trail) != want {
			w.Error(trail, err)
		}
	})
}

// TestManyNodesFindOneSilence: whoever looks at the same time finds the same beginning.
func TestManyNodesFindOneSilence(t *testing.T) {
	each(t, func(w *world) {
		w.open(1, 5)
		w.live(15*time.Minute, steady, 1)
		for range 11 {
			w.clock.Advance(time.Minute)
			if err := w.Watching(context.Background()); err != nil {
				w.Fatal(err)
			}
		}
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				if err := w.Tick(context.Background()); err != nil && !fault.Is(err, fault.Unavailable) {
					w.Error(err)
				}
			})
		}
		all.Wait()
		o := w.the()
		if found, err := w.witnesses(context.Background(), o.ID); err != nil || len(found) != 5 {
			w.Error(found, err)
		}
		r := w.routers[1]
		r.State = routers.StateRetired
		w.routers[1] = r
		w.live(time.Minute, 0)
		if o = w.the(); o.State != Unproven || o.Proof.Why != WhyRetired {
			w.Errorf("%+v", o)
		}
		w.clock.Advance(500 * 24 * time.Hour)
		if err := w.Forget(context.Background()); err != nil {
			w.Fatal(err)
		}
		w.none()
	})
}
