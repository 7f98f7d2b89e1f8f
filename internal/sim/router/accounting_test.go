package router

import (
	"bytes"
	"context"
	"testing"
	"time"

	"mtandao/internal/clock"
)

func counters(p *packet) (in, out int64) {
	low, _ := p.number(attrAcctInputOctets)
	high, _ := p.number(attrAcctInputGigawords)
	in = int64(high)<<32 | int64(low)
	low, _ = p.number(attrAcctOutputOctets)
	high, _ = p.number(attrAcctOutputGigawords)
	return in, int64(high)<<32 | int64(low)
}

func value(p *packet, kind byte) uint32 {
	n, _ := p.number(kind)
	return n
}

func TestOneHourWithInterims(t *testing.T) {
	f := newFakeServer(t)
	f.decide = func(*packet) *packet {
		return accept(number(attrSessionTimeout, 3600), number(attrAcctInterimInterval, 600), func(p *packet) { p.add(attrClass, []byte("g1")) },
			vendorBytes(vendorMikroTik, mikrotikRateLimit, "1M/16M"))
	}
	r, plan := start(t, f, nil)
	d := join(t, r, "aabbcc001122")
	d.Use(100_000)
	logIn(t, r, d, "voucher")
	plan.Advance(3600*time.Second + 700*time.Millisecond)
	s := only(t, r)
	if s.Online || s.Cause != SessionTimeout || s.Time != time.Hour || !s.End.Equal(testStart.Add(time.Hour)) {
		t.Fatalf("session %+v", s)
	}
	if s.Down != 7_200_000_000 || s.Up != 450_000_000 {
		t.Errorf("faster than the rate: %d down, %d up", s.Down, s.Up)
	}
	until(t, "the Stop", func() bool { return len(f.status(statusStop)) == 1 })
	stop, begin := f.status(statusStop)[0], f.status(statusStart)[0]
	if in, out := counters(stop); in != s.Up || out != s.Down {
		t.Errorf("told %d %d", in, out)
	}
	if value(stop, attrAcctTerminateCause) != 5 || value(stop, attrAcctSessionTime) != 3600 || stop.text(attrClass) != "g1" {
		t.Error("Stop lacks something")
	}
	if begin.text(attrAcctSessionID) != s.ID || stop.text(attrAcctSessionID) != s.ID || begin.text(attrUserName) != "voucher" {
		t.Error("Start and Stop differ")
	}
	interims := f.status(statusInterim)
	if len(interims) != 5 {
		t.Fatalf("%d interims", len(interims))
	}
	for i, p := range interims {
		if _, out := counters(p); value(p, attrAcctSessionTime) != uint32(600*(i+1)) || out != int64(i+1)*1_200_000_000 {
			t.Errorf("interim %d: %d s, %d bytes", i, value(p, attrAcctSessionTime), out)
		}
		if at := 3600 - 600*(i+1); value(p, attrAcctDelayTime) != uint32(at) {
			t.Errorf("interim %d noticed late says delay %d", i, value(p, attrAcctDelayTime))
		}
	}
}

func TestDataCapAboveFourGigabytes(t *testing.T) {
	f := newFakeServer(t)
	f.decide = func(*packet) *packet {
		return accept(vendorNumber(vendorMikroTik, 17, 705032704), vendorNumber(vendorMikroTik, 18, 1))
	}
	r, plan := start(t, f, nil)
	d := join(t, r, "aabbcc001122")
	d.Use(100_000)
	logIn(t, r, d, "v")
	plan.Advance(time.Minute)
	if s := only(t, r); !s.Online || s.DataLeft != 5_000_000_000-s.Up-s.Down {
		t.Fatalf("after a minute %+v", s)
	}
	plan.Advance(time.Hour)
	s := only(t, r)
	if used := s.Up + s.Down; s.Online || s.Cause != NASRequest || used < 5_000_000_000-1 || used > 5_000_000_000+14_000 {
		t.Errorf("cut at %d, %v", used, s.Cause)
	}
}

func TestIdleAndLeaveAndChangeOfTraffic(t *testing.T) {
	f := newFakeServer(t)
	f.decide = func(*packet) *packet { return accept(number(attrIdleTimeout, 300)) }
	r, plan := start(t, f, nil)
	busy, gone := join(t, r, "aabbcc000001"), join(t, r, "aabbcc000002")
	busy.Use(800)
	logIn(t, r, busy, "a")
	logIn(t, r, gone, "b")
	plan.Advance(time.Minute)
	gone.Leave()
	plan.Advance(9 * time.Minute)
	busy.Use(0)
	plan.Advance(6 * time.Minute)
	all := r.Sessions()
	if s := all[0]; s.Cause != IdleTimeout || s.Time != 15*time.Minute || s.Down != 60_000_000 {
		t.Errorf("busy phone: %+v", s)
	}
	if s := all[1]; s.Cause != LostService || s.Time != time.Minute {
		t.Errorf("phone that left: %+v", s)
	}
}

func TestUnansweredAccountingGetsANewIdentifierAndDelay(t *testing.T) {
	f := newFakeServer(t)
	f.deaf = true
	r, plan := start(t, f, func(o *Options) { o.Timeout, o.RenewsDelay = 40*time.Millisecond, true })
	logIn(t, r, join(t, r, "aabbcc000001"), "v")
	plan.Advance(7 * time.Second)
	until(t, "nine transmissions", func() bool { return len(f.status(statusStart)) == 9 })
	time.Sleep(200 * time.Millisecond)
	starts := f.status(statusStart)
	if len(starts) != 9 {
		t.Fatalf("%d transmissions", len(starts))
	}
	if !bytes.Equal(f.accounted()[0], f.accounted()[2]) || bytes.Equal(f.accounted()[2], f.accounted()[3]) || starts[2].id == starts[3].id {
		t.Error("three of the same octets, then others")
	}
	if value(starts[0], attrAcctDelayTime) != 0 || value(starts[3], attrAcctDelayTime) != 7 {
		t.Errorf("delays %d, %d", value(starts[0], attrAcctDelayTime), value(starts[3], attrAcctDelayTime))
	}
}

func TestChilliDropsARecordForGood(t *testing.T) {
	f := newFakeServer(t)
	f.deaf = true
	r, _ := start(t, f, func(o *Options) { o.Dialect, o.Timeout = Chilli, 40*time.Millisecond })
	logIn(t, r, join(t, r, "aabbcc000001"), "v")
	until(t, "three transmissions", func() bool { return len(f.status(statusStart)) == 3 })
	time.Sleep(300 * time.Millisecond)
	if n := len(f.status(statusStart)); n != 3 {
		t.Errorf("%d transmissions", n)
	}
}

func TestDirectionOfCounters(t *testing.T) {
	for name, test := range map[string]struct {
		dialect  Dialect
		reversed bool
		inIsUp   bool
	}{
		"MikroTik": {MikroTik, false, true}, "MikroTik reversed": {MikroTik, true, false},
		"chilli": {Chilli, false, false}, "chilli reversed": {Chilli, true, true},
	} {
		f := newFakeServer(t)
		r, plan := start(t, f, func(o *Options) { o.Dialect, o.ReverseCounters = test.dialect, test.reversed })
		d := join(t, r, "aabbcc000001")
		d.Use(8000)
		logIn(t, r, d, "v")
		plan.Advance(10 * time.Second)
		r.logOut(d.mac)
		until(t, name, func() bool { return len(f.status(statusStop)) == 1 })
		stop := f.status(statusStop)[0]
		if in, out := counters(stop); (in < out) != test.inIsUp || in == out {
			t.Errorf("%s: input %d, output %d", name, in, out)
		}
		if view, ok := stop.vendorNumber(vendorChilli, chilliViewPoint); ok != (test.dialect == Chilli) || ok && (view == 2) == test.inIsUp {
			t.Errorf("%s: view point %d", name, view)
		}
	}
}

func TestPowerCut(t *testing.T) {
	f := newFakeServer(t)
	r, plan := start(t, f, func(o *Options) { o.AccountingOn, o.MACLogin = true, true })
	until(t, "Accounting-On", func() bool { return len(f.status(statusOn)) == 1 })
	d := join(t, r, "aabbcc000001")
	plan.Advance(time.Minute)
	r.Reboot()
	until(t, "a new session by MAC", func() bool { return d.Online() })
	all := r.Sessions()
	if all[0].Online || all[0].Cause != PowerCut || all[0].Time != time.Minute {
		t.Errorf("session cut: %+v", all[0])
	}
	if all[0].ID[2] == all[1].ID[2] {
		t.Errorf("boot counter unchanged: %s, %s", all[0].ID, all[1].ID)
	}
	until(t, "second Accounting-On", func() bool { return len(f.status(statusOn)) == 2 })
	if n := len(f.status(statusStop)); n != 0 {
		t.Errorf("%d Stops", n)
	}
}

func TestFaultsLoseDoubleAndReorder(t *testing.T) {
	var heard []byte
	run := func(f Faults) []byte {
		heard = nil
		c := newChaos(42, f, func(octets []byte) { heard = append(heard, octets[0]) })
		for i := range byte(100) {
			c.transmit([]byte{i})
		}
		return heard
	}
	if got := run(Faults{}); len(got) != 100 {
		t.Errorf("no faults: %d", len(got))
	}
	if got := run(Faults{Drop: 30}); len(got) < 50 || len(got) > 90 {
		t.Errorf("drop: %d", len(got))
	}
	if got := run(Faults{Duplicate: 30}); len(got) < 110 || len(got) > 150 {
		t.Errorf("duplicate: %d", len(got))
	}
	got := run(Faults{Reorder: 30})
	if len(got) < 99 || bytes.Equal(got, run(Faults{})) {
		t.Errorf("reorder: %d in order", len(got))
	}
	if !bytes.Equal(run(Faults{Drop: 20, Duplicate: 20, Reorder: 20}), run(Faults{Drop: 20, Duplicate: 20, Reorder: 20})) {
		t.Error("the same seed gives another story")
	}
}

// Dropped packets are sent again: the server hears every Stop in the end.
func TestLossIsCuredByRetransmission(t *testing.T) {
	f := newFakeServer(t)
	r, plan := start(t, f, func(o *Options) {
		o.Seed, o.Faults, o.Timeout = 3, Faults{Drop: 30, Duplicate: 20, Reorder: 20}, 30*time.Millisecond
	})
	for i := range 16 {
		d := join(t, r, "aabbcc0000"+string("0123456789abcdef"[i])+"0")
		d.Use(1000)
		logIn(t, r, d, d.MAC())
	}
	plan.Advance(time.Minute)
	for _, s := range r.Sessions() {
		r.logOut(s.MAC)
	}
	stops := map[string]bool{}
	until(t, "all Stops", func() bool {
		for _, p := range f.status(statusStop) {
			stops[p.text(attrAcctSessionID)] = true
		}
		return len(stops) == 16
	})
}

// Nobody looks: the ticker alone cuts the session, and a fast clock does not make it late.
func TestFastClockCutsOnTheSecond(t *testing.T) {
	f := newFakeServer(t)
	f.decide = func(*packet) *packet { return accept(number(attrSessionTimeout, 300)) }
	r, _ := start(t, f, func(o *Options) { o.Clock = clock.Scaled(clock.System(), testStart, 600) })
	d := join(t, r, "aabbcc000001")
	d.Use(8000)
	logIn(t, r, d, "v")
	until(t, "the Stop", func() bool { return len(f.status(statusStop)) == 1 })
	stop := f.status(statusStop)[0]
	if _, down := counters(stop); value(stop, attrAcctSessionTime) != 300 || down != 300_000_000 || value(stop, attrAcctDelayTime) > 300 {
		t.Errorf("%d s, %d bytes, delay %d", value(stop, attrAcctSessionTime), down, value(stop, attrAcctDelayTime))
	}
}

func TestContextEndsTheRouter(t *testing.T) {
	f := newFakeServer(t)
	ctx, cancel := context.WithCancel(context.Background())
	r := New(Options{AuthServer: f.auth.LocalAddr().String(), AcctServer: f.acct.LocalAddr().String(), Secret: testSecret, API: "127.0.0.1:0"})
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	cancel()
	ended := make(chan struct{})
	go func() { r.running.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(3 * time.Second):
		t.Fatal("goroutines left")
	}
	if err := New(Options{AuthServer: "127.0.0.1:1", AcctServer: "127.0.0.1:1", API: "256.0.0.1:0"}).Start(context.Background()); err == nil {
		t.Error("started on an impossible address")
	}
}
