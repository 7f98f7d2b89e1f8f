package router

import (
	"bytes"
	"net/http"
	"testing"
	"time"
)

// What gateways were seen to do, beside what their manuals say.

// TestObservedMikroTikRepeatsTheSameOctets of accounting that nobody answers: the same identifier, and a delay that does not grow.
func TestObservedMikroTikRepeatsTheSameOctets(t *testing.T) {
	f := newFakeServer(t)
	f.deaf = true
	r, plan := start(t, f, func(o *Options) { o.Timeout = 40 * time.Millisecond })
	logIn(t, r, join(t, r, "aabbcc000001"), "v")
	plan.Advance(7 * time.Second)
	until(t, "nine transmissions", func() bool { return len(f.accounted()) == 9 })
	time.Sleep(100 * time.Millisecond)
	all := f.accounted()
	if len(all) != 9 {
		t.Errorf("%d transmissions", len(all))
	}
	for _, octets := range all {
		if !bytes.Equal(octets, all[0]) {
			t.Fatal("a repeated record has changed")
		}
	}
}

// TestObservedChilliChecksVolumeEveryThreeSeconds, and calls the cut a Session-Timeout.
func TestObservedChilliChecksVolumeEveryThreeSeconds(t *testing.T) {
	f := newFakeServer(t)
	f.decide = func(*packet) *packet { return accept(vendorNumber(vendorChilli, chilliMaxTotal, 2_000_000)) }
	r, plan := start(t, f, func(o *Options) { o.Dialect = Chilli })
	d := join(t, r, "aabbcc000001")
	d.Use(2000) // kbit/s down
	logIn(t, r, d, "v")
	plan.Advance(time.Minute)
	s := only(t, r)
	used := s.Up + s.Down
	if s.Online || s.Time%(3*time.Second) != 0 || used < 2_000_000 || used > 3_100_000 {
		t.Errorf("cut at %d bytes after %v", used, s.Time)
	}
	until(t, "the Stop", func() bool { return len(f.status(statusStop)) == 1 })
	if cause := value(f.status(statusStop)[0], attrAcctTerminateCause); cause != 5 {
		t.Errorf("terminate cause %d", cause)
	}
}

// TestObservedChilliIgnoresAHastyInterim: below a minute its own five count.
func TestObservedChilliIgnoresAHastyInterim(t *testing.T) {
	f := newFakeServer(t)
	f.decide = func(*packet) *packet { return accept(number(attrAcctInterimInterval, 59)) }
	r, plan := start(t, f, func(o *Options) { o.Dialect = Chilli })
	logIn(t, r, join(t, r, "aabbcc000001"), "v")
	plan.Advance(301 * time.Second)
	until(t, "an interim", func() bool { return len(f.status(statusInterim)) > 0 })
	time.Sleep(50 * time.Millisecond)
	if all := f.status(statusInterim); len(all) != 1 || value(all[0], attrAcctSessionTime) != 300 {
		t.Errorf("%d interims", len(all))
	}
}

// TestObservedChilliCountsTheDownloadAsInput, and says so.
func TestObservedChilliCountsTheDownloadAsInput(t *testing.T) {
	f := newFakeServer(t)
	r, plan := start(t, f, func(o *Options) { o.Dialect = Chilli })
	d := join(t, r, "aabbcc000001")
	d.Use(8000)
	logIn(t, r, d, "v")
	plan.Advance(10 * time.Second)
	d.Leave()
	until(t, "the Stop", func() bool { return len(f.status(statusStop)) == 1 })
	stop := f.status(statusStop)[0]
	view, _ := stop.vendorNumber(vendorChilli, chilliViewPoint)
	if in, out := counters(stop); in != only(t, r).Down || out != only(t, r).Up || in <= out || view != 2 {
		t.Errorf("in %d, out %d, view %d", in, out, view)
	}
}

// TestObservedChilliIgnoresOrdersWithoutTheExactName: with another name, or the name in capitals, nothing happens.
func TestObservedChilliIgnoresOrdersWithoutTheExactName(t *testing.T) {
	r, _ := start(t, newFakeServer(t), func(o *Options) { o.Dialect = Chilli })
	d := join(t, r, "aabbcc000001")
	logIn(t, r, d, "voucher")
	session := text(attrAcctSessionID, only(t, r).ID)
	for _, code := range []byte{codeDisconnectRequest, codeCoARequest} {
		for name, add := range map[string][]func(*packet){"no name": {session}, "capitals": {user("VOUCHER"), session}, "another": {user("w"), session}} {
			request := coaRequest(code, append(add, number(attrSessionTimeout, 1))...)
			if answered, _ := answerOf(t, request, dynamic(t, r, request)); answered == codeDisconnectACK || answered == codeCoAACK {
				t.Errorf("%d with %s: answered %d", code, name, answered)
			}
		}
	}
	if s := only(t, r); !s.Online || s.Timed {
		t.Errorf("session %+v", s)
	}
}

// TestObservedChilli19SaysNothing to a refused log-in, and its first redirect has an empty userurl; 1.8 is right on both.
func TestObservedChilli19SaysNothing(t *testing.T) {
	f := newFakeServer(t)
	f.decide = func(*packet) *packet { return reject("wrong code") }
	for _, old := range []bool{true, false} {
		r, _ := start(t, f, func(o *Options) { o.Dialect, o.Chilli19 = Chilli, !old })
		to, _, _ := browse(t, r.URL()+"/d/aabbcc000001/page")
		again, _, _ := browse(t, r.URL()+"/d/aabbcc000001/page")
		if (to.Query().Get("userurl") == "") == old || again.Query().Get("userurl") == "" {
			t.Errorf("1.8 %v: first redirect %s, then %s", old, to, again)
		}
		client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		response, err := client.Get(r.URL() + "/d/aabbcc000001/logon?username=v&response=00000000000000000000000000000000")
		if err == nil {
			_ = response.Body.Close()
		}
		if (err == nil) != old {
			t.Errorf("1.8 %v: a refused log-in: %v", old, err)
		}
	}
}
