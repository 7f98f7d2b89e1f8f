package radius

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// told is one session as a router would tell it: a Start, updates with growing counters, a Stop.
func told(t *rapid.T) []event {
	at := noon
	e := event{Kind: start, RouterID: 7, Key: "81a00001", At: at, Interim: usualInterim, Wide: true, MAC: testMAC,
		Who: authorisation{GrantID: testGrant, LoginID: 9}}
	events := []event{e}
	n := rapid.IntRange(0, 12).Draw(t, "interims")
	for i := range n + 1 {
		step := rapid.Int64Range(60, 900).Draw(t, "seconds")
		e.Kind = interim
		if i == n {
			e.Kind, e.Cause = stop, "User-Request"
		}
		e.Seconds += step
		e.At = noon.Add(time.Duration(e.Seconds) * time.Second)
		e.Up += rapid.Int64Range(0, step*fastestBytes/4).Draw(t, "up")
		e.Down += rapid.Int64Range(0, step*fastestBytes/4).Draw(t, "down")
		events = append(events, e)
	}
	return events
}

// scrambled loses, doubles, delays and reorders.
func scrambled(t *rapid.T, events []event) []event {
	var sent []event
	for _, e := range events {
		for range rapid.IntRange(0, 3).Draw(t, "copies") {
			late := e
			late.At = late.At.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "late")) * time.Second)
			sent = append(sent, late)
		}
	}
	return rapid.Permutation(sent).Draw(t, "order")
}

func TestFoldWhateverTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := scrambled(t, told(t))
		var s Over
		var sum delta
		closings, stopSeen := 0, false
		var seconds, up, down int64
		for _, e := range events {
			next, gain, act := fold(s, e)
			if act == another || act == refused {
				t.Fatalf("%s: %+v onto %+v", act, e, s)
			}
			if gain.Time < 0 || gain.Bytes < 0 {
				t.Fatalf("negative usage %+v", gain)
			}
			if act == closed || next.ClosedBy != "" && s.ClosedBy == "" {
				closings++
			}
			if s.ClosedBy == ByRouter && next.ClosedBy != ByRouter {
				t.Fatal("a stopped session is open again")
			}
			s, sum = next, delta{sum.Time + gain.Time, sum.Bytes + gain.Bytes}
			stopSeen = stopSeen || e.Kind == stop
			seconds, up, down = max(seconds, e.Seconds), max(up, e.Up), max(down, e.Down)
		}
		if s.Seconds != seconds || s.BytesUp != up || s.BytesDown != down {
			t.Fatalf("counters %d %d %d, want %d %d %d", s.Seconds, s.BytesUp, s.BytesDown, seconds, up, down)
		}
		if sum.Time != time.Duration(seconds)*time.Second || sum.Bytes != up+down {
			t.Fatalf("usage %+v, want %d s and %d bytes", sum, seconds, up+down)
		}
		if want := map[bool]int{true: 1}[stopSeen]; closings != want {
			t.Fatalf("closed %d times, want %d", closings, want)
		}
		if again, gain, _ := refold(s, events); again != s || gain != (delta{}) {
			t.Fatalf("replayed: %+v, %+v", gain, again)
		}
	})
}

func refold(s Over, events []event) (Over, delta, int) {
	var sum delta
	var gain delta
	for _, e := range events {
		s, gain, _ = fold(s, e)
		sum = delta{sum.Time + gain.Time, sum.Bytes + gain.Bytes}
	}
	return s, sum, len(events)
}

// A router without gigawords: counters go round, and every interim comes before the next turn.
func TestFoldWrappedCounters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s Over
		e := event{Kind: interim, RouterID: 7, Key: "1", At: noon, Who: authorisation{GrantID: testGrant}}
		var down, used int64
		for range rapid.IntRange(1, 20).Draw(t, "interims") {
			e.Seconds += 300
			e.At = e.At.Add(300 * time.Second)
			down += rapid.Int64Range(0, wordSize/2-1).Draw(t, "bytes")
			e.Down = down % wordSize
			for range rapid.IntRange(1, 2).Draw(t, "copies") {
				next, gain, _ := fold(s, e)
				s, used = next, used+gain.Bytes
			}
		}
		if s.BytesDown != down || used != down {
			t.Fatalf("counted %d, used %d, want %d", s.BytesDown, used, down)
		}
	})
}

// at makes an event of a session that began at noon.
func at(k kind, seconds, bytes int64) event {
	e := event{Kind: k, RouterID: 7, Key: "1", At: noon.Add(time.Duration(max(seconds, 0)) * time.Second), Seconds: seconds, Down: bytes,
		Wide: true, Interim: usualInterim, Who: authorisation{GrantID: testGrant}}
	if k == stop {
		e.Cause = "User-Request"
	}
	return e
}

func after(e event, d time.Duration) event { e.At = e.At.Add(d); return e }

func closedBy(by string, seconds, bytes int64) Over {
	s, _, _ := refold(Over{}, []event{at(start, 0, 0), at(interim, seconds, bytes)})
	s.close(s.UpdatedAt, "inferred", by)
	return s
}

func TestFoldCases(t *testing.T) {
	open, _, _ := refold(Over{}, []event{at(start, 0, 0), at(interim, 600, 1000)})
	for name, c := range map[string]struct {
		session Over
		event   event
		action  action
		bytes   int64
		by      string
	}{
		"interim without Start":                  {Over{}, at(interim, 300, 50), opened, 50, ""},
		"Stop without Start":                     {Over{}, at(stop, 300, 50), closed, 50, ByRouter},
		"older interim":                          {open, at(interim, 300, 500), unchanged, 0, ""},
		"Start after interim":                    {open, at(start, 0, 0), unchanged, 0, ""},
		"Stop with lower counters":               {open, at(stop, 700, 900), closed, 0, ByRouter},
		"Stop without session time":              {open, after(at(stop, -1, 1500), 700*time.Second), closed, 500, ByRouter},
		"late Stop corrects silence":             {closedBy(BySilence, 600, 1000), at(stop, 900, 2000), corrected, 1000, ByRouter},
		"late Stop corrects our cut":             {closedBy(ByServer, 600, 1000), at(stop, 660, 1100), corrected, 100, ByRouter},
		"second Stop keeps the first":            {closedBy(ByRouter, 600, 1000), at(stop, 660, 1100), updated, 100, ByRouter},
		"interim after silence reopens":          {closedBy(BySilence, 600, 1000), at(interim, 3600, 2000), reopened, 1000, ""},
		"interim after Accounting-On reopens":    {closedBy(ByBoot, 600, 1000), at(interim, 900, 1200), reopened, 200, ""},
		"interim after Stop":                     {closedBy(ByRouter, 600, 1000), after(at(interim, 590, 900), 30*time.Second), updated, 0, ByRouter},
		"interim after replacement":              {closedBy(ByReplaced, 600, 1000), at(interim, 900, 1200), updated, 200, ByReplaced},
		"id used again after Stop":               {closedBy(ByRouter, 600, 1000), after(at(start, 0, 0), 2*time.Hour), another, 0, ByRouter},
		"id used again at once, told by interim": {closedBy(ByRouter, 600, 1000), after(at(interim, 60, 10), 610*time.Second), another, 0, ByRouter},
		"id used again, Stop lost":               {open, after(at(start, 0, 0), time.Hour), another, 0, ""},
		"id used again, Stop and Start lost":     {open, after(at(interim, 300, 10), time.Hour), another, 0, ""},
		"copy of the Stop, much later":           {closedBy(ByRouter, 5, 10), after(at(stop, 5, 10), time.Hour), updated, 0, ByRouter},
		"gigawords gone mad":                     {open, at(interim, 900, 1<<52), refused, 0, ""},
		"more than 2^62":                         {open, at(interim, -1, 1<<62+1), refused, 0, ""},
		"more than ten years":                    {open, at(interim, longestAge+1, 1000), refused, 0, ""},
	} {
		next, gain, act := fold(c.session, c.event)
		if act != c.action || gain.Bytes != c.bytes || next.ClosedBy != c.by {
			t.Errorf("%s: %s, %d bytes, closed by %q; want %s, %d, %q", name, act, gain.Bytes, next.ClosedBy, c.action, c.bytes, c.by)
		}
		if (act == another || act == refused) && next != c.session {
			t.Errorf("%s: changed the session", name)
		}
	}
}

func TestFoldCountsAllOnceTheOwnerIsKnown(t *testing.T) {
	nobody := at(interim, 300, 500)
	nobody.Who = authorisation{}
	s, gain, _ := fold(Over{}, nobody)
	if gain != (delta{}) {
		t.Errorf("nobody's usage is counted: %+v", gain)
	}
	if _, gain, _ = fold(s, at(interim, 600, 700)); gain.Bytes != 700 || gain.Time != 600*time.Second {
		t.Errorf("counted %+v, want all of it", gain)
	}
}

func TestFoldKeepsTheEarliestBeginning(t *testing.T) {
	events := []event{after(at(interim, 300, 1), 20*time.Second), at(start, 0, 0), at(interim, 600, 2)}
	for range 3 {
		s, _, _ := refold(Over{}, events)
		if !s.StartedAt.Equal(noon) || !s.UpdatedAt.Equal(noon.Add(600*time.Second)) {
			t.Errorf("from %v to %v", s.StartedAt, s.UpdatedAt)
		}
		slices.Reverse(events)
		events = append(events[1:], events[0])
	}
}
