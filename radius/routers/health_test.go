package routers

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/radius/access"
)

// fakeProber answers looks by a script of the test's.
type fakeProber struct {
	mu    sync.Mutex
	far   map[int64]bool
	look  func(ctx context.Context, r Router, wide bool) Look
	looks map[string]int
}

func (p *fakeProber) Near(r Router) bool { return !p.far[r.ID] }

func (p *fakeProber) Look(ctx context.Context, r Router, wide bool) Look {
	p.mu.Lock()
	if p.looks == nil {
		p.looks = map[string]int{}
	}
	p.looks[r.Name]++
	p.mu.Unlock()
	return p.look(ctx, r, wide)
}

func (b bench) lookout(p Prober) *Lookout {
	return NewLookout(b.Service, p, func() bool { return false }, slog.New(slog.DiscardHandler))
}

// turn begins what is due and stores what it found.
func (b bench) turn(t *testing.T, l *Lookout) {
	t.Helper()
	b.begin(t, l)
	l.looking.Wait()
	if err := l.store(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (b bench) begin(t *testing.T, l *Lookout) {
	t.Helper()
	if err := l.Turn(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (b bench) healthOf(t *testing.T, r Router) Health {
	t.Helper()
	all, err := b.Health(t.Context(), []int64{r.ID})
	if err != nil {
		t.Fatal(err)
	}
	return all[r.ID]
}

func TestALookIsKeptAndSinceWhenARouterIsDown(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		r := b.mustSave(t, named("kasarani-1", "192.0.2.1/32"))
		answers := true
		p := &fakeProber{look: func(_ context.Context, _ Router, wide bool) Look {
			l := Look{Tried: true, Answered: answers}
			if answers {
				l.Board, l.Version, l.Uptime, l.CPU = "hAP ac2", "7.19.4", time.Hour, 7
			}
			if answers && wide {
				l.WideAt = b.clock.Now()
				l.Ports = []Port{{Name: "ether1", In: 1000, Out: 500}}
			}
			return l
		}}
		l := b.lookout(p)
		if h := b.healthOf(t, r); h.Fresh(b.clock.Now()) || !h.TakenAt.IsZero() {
			t.Errorf("before any look: %+v", h)
		}
		b.turn(t, l)
		h := b.healthOf(t, r)
		if !h.TakenAt.Equal(noon) || !h.AnsweredAt.Equal(noon) || !h.DownSince.IsZero() || h.Look.Version != "7.19.4" || len(h.Look.Ports) != 1 || !h.Fresh(noon) {
			t.Errorf("it answered: %+v", h)
		}
		b.turn(t, l)
		if p.looks["kasarani-1"] != 1 {
			t.Errorf("looked at %d times at once", p.looks["kasarani-1"])
		}
		answers = false
		var down time.Time
		for n := range 3 {
			b.clock.Advance(lookEvery + lookEvery/4)
			b.turn(t, l)
			if h = b.healthOf(t, r); n == 0 {
				down = b.clock.Now()
			}
			if !h.DownSince.Equal(down) || !h.AnsweredAt.Equal(noon) || h.Look.Version != "7.19.4" || len(h.Look.Ports) != 1 {
				t.Errorf("look %d in vain: %+v", n, h)
			}
		}
		answers = true
		b.clock.Advance(wideEvery)
		b.turn(t, l)
		if h = b.healthOf(t, r); !h.DownSince.IsZero() || !h.AnsweredAt.Equal(b.clock.Now()) {
			t.Errorf("it is back: %+v", h)
		}
	})
}

func TestOneSlowRouterHoldsNobodyUp(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		slow := b.mustSave(t, named("slow", "192.0.2.1/32"))
		quick := b.mustSave(t, named("quick", "192.0.2.2/32"))
		b.clock.Advance(time.Second)
		stuck := make(chan struct{})
		p := &fakeProber{look: func(ctx context.Context, r Router, _ bool) Look {
			if r.ID == slow.ID {
				if _, bounded := ctx.Deadline(); !bounded {
					t.Error("a look may last for ever")
				}
				<-stuck
			}
			return Look{Tried: true, Answered: true}
		}}
		l := b.lookout(p)
		b.begin(t, l)
		done := func() bool { l.mu.Lock(); defer l.mu.Unlock(); return len(l.found) == 1 }
		for range 10 {
			for !done() {
				time.Sleep(time.Millisecond)
			}
			b.clock.Advance(lookEvery + lookEvery/4)
			b.begin(t, l)
			if h := b.healthOf(t, quick); h.TakenAt.IsZero() {
				t.Errorf("the quick one waits: %+v", h)
			}
		}
		close(stuck)
		l.looking.Wait()
		if err := l.store(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := p.looks["quick"]; n != 11 {
			t.Errorf("the quick one was looked at %d times", n)
		}
	})
}

// TestOfTwoNodesOneLooks: many turns at once on two nodes, one look a router.
func TestOfTwoNodesOneLooks(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		var all []Router
		for _, name := range []string{"a", "b", "c", "d"} {
			all = append(all, b.mustSave(t, named(name)))
		}
		p := &fakeProber{look: func(context.Context, Router, bool) Look { return Look{Tried: true, Answered: true} }}
		nodes := []*Lookout{b.lookout(p), NewLookout(b.other(t), p, func() bool { return false }, slog.New(slog.DiscardHandler))}
		var turns sync.WaitGroup
		for n := range 8 {
			turns.Go(func() {
				if err := nodes[n%2].Turn(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		turns.Wait()
		for _, l := range nodes {
			l.looking.Wait()
		}
		for _, r := range all {
			if p.looks[r.Name] != 1 {
				t.Errorf("%s was looked at %d times", r.Name, p.looks[r.Name])
			}
		}
	})
}

func TestARouterIsLookedAtFromWhereItsTunnelEnds(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		r := b.mustSave(t, named("inside"))
		if _, err := b.join(t, r.ID, wgKey(1), TunnelKey{}); err != nil {
			t.Fatal(err)
		}
		p := &fakeProber{far: map[int64]bool{r.ID: true}, look: func(context.Context, Router, bool) Look { return Look{Tried: true} }}
		l := b.lookout(p)
		b.turn(t, l)
		if p.looks["inside"] != 0 {
			t.Error("looked at from afar at once")
		}
		b.clock.Advance(othersTurn + time.Second)
		b.turn(t, l)
		if p.looks["inside"] != 1 || b.healthOf(t, r).DownSince.IsZero() {
			t.Error("no node was nearer, and nobody looked")
		}
	})
}

func TestNobodyLooksWhilePausedOrAtARetiredRouter(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		r := b.mustSave(t, named("kasarani-1"))
		p := &fakeProber{look: func(context.Context, Router, bool) Look { return Look{Tried: true} }}
		l := b.lookout(p)
		paused := true
		l.paused = func() bool { return paused }
		b.turn(t, l)
		paused, r.State = false, StateRetired
		b.mustSave(t, r)
		b.turn(t, l)
		if len(p.looks) != 0 {
			t.Errorf("looked: %v", p.looks)
		}
	})
}

func TestWhoIsOnlineOnOneSideOnly(t *testing.T) {
	people := func(macs ...access.MAC) (all []User) {
		for _, m := range macs {
			all = append(all, User{MAC: m})
		}
		return append(all, User{Name: "home-7"})
	}
	look := func(there, here []User) Look {
		l := Look{WideAt: noon}
		l.Compared(there, here)
		return l
	}
	first := look(people("02a1b2c3d4f1", "02a1b2c3d4f2", "02a1b2c3d4f3"), people("02a1b2c3d4f3", "02a1b2c3d4f4"))
	kept := first.after(Look{}, apart{})
	if len(kept.Strangers)+len(kept.Missing) != 0 || kept.Users != 4 || kept.Known != 3 {
		t.Errorf("who just came is no stranger yet: %+v", kept)
	}
	second := look(people("02a1b2c3d4f1", "02a1b2c3d4f5"), people("02a1b2c3d4f4", "02a1b2c3d4f6")).after(kept, first.apart)
	if !slices.Equal(second.Strangers, []string{"02:A1:B2:C3:D4:F1"}) || !slices.Equal(second.Missing, []string{"02:A1:B2:C3:D4:F4"}) {
		t.Errorf("%+v", second)
	}
}

func TestTrafficBetweenTwoLooks(t *testing.T) {
	first := Look{WideAt: noon, Ports: []Port{{Name: "ether1", In: 1000, Out: 100}, {Name: "ether2", In: 5000}}}
	l := Look{WideAt: noon.Add(2 * time.Minute), Ports: []Port{{Name: "ether1", In: 1_501_000, Out: 15_100}, {Name: "ether2", In: 100}}}.after(first, apart{})
	if l.Ports[0].InBps != 100_000 || l.Ports[0].OutBps != 1000 || l.Ports[1].InBps != 0 {
		t.Errorf("%+v", l.Ports)
	}
}

func TestSilence(t *testing.T) {
	active, now := Router{State: StateActive, Interim: 5 * time.Minute}, noon
	tried := Look{Tried: true}
	ago := func(s int) time.Time { return now.Add(-time.Duration(s) * time.Second) }
	for name, c := range map[string]struct {
		r     Router
		h     Health
		heard time.Time
		open  int
		want  time.Duration
		known bool
	}{
		"never there":                       {active, Health{}, time.Time{}, 0, 0, false},
		"retired":                           {Router{State: StateRetired}, Health{}, ago(900), 3, 0, false},
		"answers looks":                     {active, Health{TakenAt: ago(5), AnsweredAt: ago(5), Look: tried}, time.Time{}, 0, 0, true},
		"looks in vain":                     {active, Health{TakenAt: ago(5), AnsweredAt: ago(70), DownSince: ago(48), Look: tried}, ago(300), 0, 70 * time.Second, true},
		"looks in vain, heard a moment ago": {active, Health{TakenAt: ago(5), AnsweredAt: ago(70), DownSince: ago(48), Look: tried}, ago(3), 0, 3 * time.Second, true},
		"no looks, nobody online":           {active, Health{}, ago(4000), 0, 0, true},
		"no looks, an update is due":        {active, Health{}, ago(400), 2, 100 * time.Second, true},
		"no looks, an update is not due":    {active, Health{}, ago(200), 2, 0, true},
		"looks have stopped":                {active, Health{TakenAt: ago(500), AnsweredAt: ago(600), DownSince: ago(560), Look: tried}, ago(4000), 0, 0, true},
	} {
		if got, known := Silence(c.r, c.h, c.heard, c.open, now); got != c.want || known != c.known {
			t.Errorf("%s: %v %v", name, got, known)
		}
	}
}

// A router says of itself what it likes, and as much. Its neighbours' looks are stored beside its own.
func TestARouterThatSaysTooMuchHarmsNoOther(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		loud, quiet := b.mustSave(t, named("loud", "192.0.2.1/32")), b.mustSave(t, named("quiet", "192.0.2.2/32"))
		much := strings.Repeat("\x01", 100<<10)
		p := &fakeProber{look: func(_ context.Context, r Router, wide bool) Look {
			l := Look{Tried: true, Answered: true, Board: "hAP", Version: "7.19.4"}
			if r.ID != loud.ID {
				return l
			}
			l.Board, l.Version, l.WideAt = much, much, b.clock.Now()
			var people []User
			for n := range 2 * mostNamed {
				l.Ports = append(l.Ports, Port{Name: much})
				people = append(people, User{Name: strconv.Itoa(n) + much})
			}
			l.Ports = l.Ports[:24]
			l.Compared(people, nil)
			return l
		}}
		l := b.lookout(p)
		b.turn(t, l)
		b.clock.Advance(wideEvery)
		b.turn(t, l)
		if h := b.healthOf(t, quiet); !h.TakenAt.Equal(b.clock.Now()) || h.Look.Version != "7.19.4" {
			t.Errorf("the look at its neighbour was lost: %+v", h)
		}
		h := b.healthOf(t, loud).Look
		if len(h.Version) == 0 || len(h.Version) > longestSaid || len(h.Board) > longestSaid || len(h.Ports) != 24 || len(h.Ports[0].Name) > longestSaid {
			t.Errorf("kept %d octets of its version, %d of its board, %d ports", len(h.Version), len(h.Board), len(h.Ports))
		}
		if len(h.Strangers) != mostNamed || len(h.Strangers[0]) > longestSaid {
			t.Errorf("%d strangers", len(h.Strangers))
		}
	})
}
