package radius

import (
	"context"
	"crypto/md5"
	"slices"
	"testing"
	"time"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/spool"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// TestNoLineCarriesThat: counters of a confused or lying router are refused however they are put together.
func TestNoLineCarriesThat(t *testing.T) {
	running := Over{Session: Session{Epoch: 1, StartedAt: noon, UpdatedAt: noon.Add(time.Minute), Seconds: 60, BytesUp: 10, BytesDown: 10}}
	at := noon.Add(2 * time.Minute)
	for name, c := range map[string]struct {
		session Over
		event   event
		want    bool
	}{
		"a sum that turns negative":        {running, event{Kind: interim, At: at, Seconds: 120, Up: largestCount, Down: largestCount}, false},
		"much, and no session time":        {running, event{Kind: interim, At: at, Seconds: -1, Up: 1 << 61}, false},
		"much at first, no session time":   {Over{}, event{Kind: interim, At: at, Seconds: -1, Up: 1 << 61}, false},
		"little, and no session time":      {running, event{Kind: interim, At: at, Seconds: -1, Up: 1 << 30}, true},
		"a long night, no session time":    {running, event{Kind: stop, At: noon.Add(12 * time.Hour), Seconds: -1, Up: 1 << 40}, true},
		"a session of a hundred years":     {running, event{Kind: interim, At: at, Seconds: 100 * 365 * 24 * 3600}, false},
		"fewer seconds than before, a lot": {running, event{Kind: interim, At: at, Seconds: 1, Up: 1 << 50}, false},
		"what a gigabit line carries":      {running, event{Kind: interim, At: at, Seconds: 120, Up: 7_500_000_000}, true},
	} {
		c.event.RouterID, c.event.Key, c.event.Who.GrantID = 7, "81a0", testGrant
		_, gain, act := fold(c.session, c.event)
		if got := act != refused; got != c.want || gain.Bytes < 0 || gain.Time < 0 {
			t.Errorf("%s: %s, gain %+v", name, act, gain)
		}
	}
}

// TestASessionThatCannotBeNamedIsNotOpened: the router would not find it when told to end it.
func TestASessionThatCannotBeNamedIsNotOpened(t *testing.T) {
	b := newServing(t)
	auth, _ := b.Addresses()
	for name, want := range map[string]codec.Code{
		"asha": codec.CodeAccessAccept, "asha\x00": codec.CodeAccessReject, "as\thA": codec.CodeAccessReject,
		"asha\u200b": codec.CodeAccessReject, "\xff\xfe": codec.CodeAccessReject, "no\u00a0break": codec.CodeAccessAccept,
	} {
		b.access.edit(func(f *fakeAccess) { f.passwords[name] = "siri" })
		p := papRequest(t, name, "siri", testSecret)
		got := newClient(t, auth).ask(mark(encoded(t, p), testSecret), testSecret)
		if got == nil || got.Code != want {
			t.Errorf("%q: %v", name, got)
		}
	}
	if text := "no\u00a0break"; clean(text) != text {
		t.Errorf("the session would bear the name %q", clean(text))
	}
}

// TestACodeMayComeWithoutAPassword: access tries the empty secret for codes, so the proofs must be able to say yes to it.
func TestACodeMayComeWithoutAPassword(t *testing.T) {
	challenge := []byte("0123456789abcdef")
	empty := codec.Attribute(append([]byte{1}, chapSum(1, "", challenge)...))
	for name, p := range map[string]proof{"PAP": {method: methodPAP}, "CHAP": {method: methodCHAP, digest: empty, challenge: challenge}} {
		if !p.verify("") || p.verify("K7M4P2QXTA") {
			t.Errorf("%s: empty %t, wrong %t", name, p.verify(""), p.verify("K7M4P2QXTA"))
		}
	}
}

// TestOneBadGrantKeepsNobodyOnline: what cannot be decided on is said, and the others are stopped.
func TestOneBadGrantKeepsNobodyOnline(t *testing.T) {
	b := newBench(t, testdb.SQLite(t))
	b.applied(t, aStart, arrived{0, report{status: begin, id: "bad", mac: "11:22:33:44:55:66", class: classOf(nil, b.keys, authorisation{GrantID: 1})}})
	b.Service.access = badGrant{b.access}
	b.clock.Set(noon.Add(2 * time.Hour))
	if err := b.sweepStops(context.Background()); err == nil {
		t.Error("nothing is said of the bad one")
	}
	for _, o := range allOpen(t, b.db) {
		if o.GrantID == testGrant && o.EndingID == 0 {
			t.Errorf("session %+v goes on", o)
		}
	}
}

type badGrant struct{ *fakeAccess }

func (f badGrant) Views(ctx context.Context, ids []int64) (map[int64]access.Viewed, error) {
	if slices.Contains(ids, 1) {
		return nil, fault.New(fault.Internal, "internal")
	}
	return f.fakeAccess.Views(ctx, ids)
}

// TestAnAcceptSentAgainAfterTheEndIsStopped: the copy gets the same octets, and the session it opens is cut.
func TestAnAcceptSentAgainAfterTheEndIsStopped(t *testing.T) {
	b := newBench(t, testdb.SQLite(t))
	b.access.edit(func(f *fakeAccess) { f.grant.State, f.grant.EndCause = access.Ended, string(access.CauseDataUsed) })
	b.applied(t, aStart)
	b.clock.Advance(stopGrace)
	stops(t, b)
	if open := allOpen(t, b.db); len(open) != 1 || open[0].EndingID == 0 {
		t.Errorf("sessions %+v", open)
	}
}

// TestAccountingOnStorm: each closes at once, the people who stayed come back, and nothing is counted twice.
func TestAccountingOnStorm(t *testing.T) {
	b := newBench(t, testdb.SQLite(t))
	b.applied(t, aStart, arrived{5 * time.Minute, report{status: more, id: "81a0", seconds: 300, out: 1000}})
	var storm []arrived
	for i := range 200 {
		storm = append(storm, arrived{6*time.Minute + time.Duration(i)*time.Millisecond, report{status: on}})
	}
	b.applied(t, storm...)
	if open := allOpen(t, b.db); len(open) != 0 {
		t.Fatalf("%d open", len(open))
	}
	b.applied(t, arrived{10 * time.Minute, report{status: more, id: "81a0", seconds: 600, out: 3000}})
	if used := b.access.usage(); used.Bytes != 3000 || used.Time != 10*time.Minute || len(allOpen(t, b.db)) != 1 {
		t.Errorf("used %+v, %d open", used, len(allOpen(t, b.db)))
	}
}

// TestClassesOfStrangersAreNotBelieved: nor one of ours with another grant written into it.
func TestClassesOfStrangersAreNotBelieved(t *testing.T) {
	keys := newKeys(t)
	mine := classOf(nil, keys, authorisation{GrantID: 5, LoginID: 6})
	other := classOf(nil, newKeys(t), authorisation{GrantID: 5, LoginID: 6})
	changed := append([]byte("AAAAAAAAAAk"), mine[11:]...)
	for name, class := range map[string][]byte{"foreign key": other, "other grant": changed, "short": mine[:22], "empty": nil, "binary": {0, 1, 2}} {
		if who, ok := readClass(keys, class); ok {
			t.Errorf("%s: believed as %+v", name, who)
		}
	}
}

// TestTheSameIdOnTwoRouters are two sessions, and one router's Stop does not end the other's.
func TestTheSameIdOnTwoRouters(t *testing.T) {
	b := newBench(t, testdb.SQLite(t))
	b.applied(t, aStart)
	batch := b.onTheRoof(t, arrived{time.Second, report{status: begin, id: "81a0", mac: "11:22:33:44:55:66"}},
		arrived{time.Minute, report{status: end, id: "81a0", mac: "11:22:33:44:55:66", seconds: 59, out: 7}})
	if err := b.apply(context.Background(), batch); err != nil {
		t.Fatal(err)
	}
	if open, over := allOpen(t, b.db), allClosed(t, b.db); len(open) != 1 || open[0].RouterID != 7 || len(over) != 1 || over[0].RouterID != 8 {
		t.Errorf("open %+v, over %+v", open, over)
	}
}

// onTheRoof are the records of a second router at the same site.
func (b *bench) onTheRoof(t testing.TB, reports ...arrived) []spool.Record {
	t.Helper()
	b.routers.all[8] = routers.Router{ID: 8, SiteID: 3, Name: "roof", Dialect: routers.MikroTik, Secret: testSecret, Interim: 5 * time.Minute, State: routers.StateActive}
	batch := b.records(t, reports...)
	for i := range batch {
		r, err := decodeRecord(batch[i].Payload)
		if err != nil {
			t.Fatal(err)
		}
		r.RouterID = 8
		batch[i].Payload = r.encode()
	}
	return batch
}

// TestADeviceThatMovesLeavesNoGhost: the Stop of the router that it left is lost. If that router reports again, the session
// was no ghost.
func TestADeviceThatMovesLeavesNoGhost(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.applied(t, aStart, arrived{5 * time.Minute, report{status: more, id: "81a0", seconds: 300, out: 10}})
		if err := b.apply(context.Background(), b.onTheRoof(t, arrived{7 * time.Minute, report{status: begin, id: "roof1"}})); err != nil {
			t.Fatal(err)
		}
		open, over := allOpen(t, d), allClosed(t, d)
		if len(open) != 1 || open[0].RouterID != 8 || len(over) != 1 || over[0].ClosedBy != ByMoved || !over[0].EndedAt.Equal(noon.Add(5*time.Minute)) {
			t.Fatalf("open %+v, over %+v", open, over)
		}
		b.applied(t, arrived{10 * time.Minute, report{status: more, id: "81a0", seconds: 600, out: 30}})
		if open := allOpen(t, d); len(open) != 2 {
			t.Errorf("open %+v", open)
		}
		b.applied(t, arrived{11 * time.Minute, report{status: end, id: "81a0", seconds: 660, out: 40}})
		if over := allClosed(t, d); len(over) != 1 || over[0].ClosedBy != ByRouter || b.access.usage().Bytes != 40 {
			t.Errorf("over %+v, used %+v", over, b.access.usage())
		}
	})
}

// TestSomebodyElsesMACIsNoLogIn: the name must be the device's own address.
func TestSomebodyElsesMACIsNoLogIn(t *testing.T) {
	b := newServing(t)
	b.routers.change(7, func(r *routers.Router) { r.MACLogin = true })
	auth, _ := b.Addresses()
	p := papRequest(t, "11:22:33:44:55:66", "11:22:33:44:55:66", testSecret) // Calling-Station-Id is AA:BB:…
	if got := newClient(t, auth).ask(mark(encoded(t, p), testSecret), testSecret); got == nil || got.Code != codec.CodeAccessReject {
		t.Errorf("got %v", got)
	}
	for _, a := range b.access.tried() {
		if a.MACLogin {
			t.Errorf("taken for a MAC log-in: %+v", a)
		}
	}
}

// TestABareExceptedRequestWithProxyStateIsDropped, and so is one whose Proxy-State hides behind other attributes.
func TestABareExceptedRequestWithProxyStateIsDropped(t *testing.T) {
	b := newServing(t)
	b.routers.change(7, func(r *routers.Router) { r.Auth = routers.AuthExcepted })
	auth, _ := b.Addresses()
	p := papRequest(t, "asha", "siri", testSecret)
	for range 20 {
		p.Add(rfc2865.ReplyMessage_Type, codec.Attribute("x"))
	}
	p.Add(rfc2865.ProxyState_Type, codec.Attribute("forged"))
	c := newClient(t, auth)
	c.send(encoded(t, p))
	if got := c.receive(200 * time.Millisecond); got != nil {
		t.Errorf("answered %d octets", len(got))
	}
}

func chapSum(id byte, secret string, challenge []byte) []byte {
	sum := md5.Sum(append(append([]byte{id}, secret...), challenge...))
	return sum[:]
}
