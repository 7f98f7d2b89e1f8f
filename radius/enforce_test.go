package radius

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2866"
	"layeh.com/radius/rfc3576"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// working is a bench whose jobs run, at a quick pace.
func working(t testing.TB, d *db.DB) *bench {
	t.Helper()
	together(t)
	b := newBench(t, d)
	b.pace = pace{verify: 30 * time.Millisecond, wait: 30 * time.Millisecond, turn: 10 * time.Millisecond,
		logIn: []time.Duration{10 * time.Millisecond, 10 * time.Millisecond, 10 * time.Millisecond}}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.jobs.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return b
}

func (b *bench) emit(t testing.TB, fact string, f access.Fact) {
	t.Helper()
	f.GrantID = testGrant
	err := b.db.InTx(context.Background(), func(tx *db.Tx) error { return b.jobs.Emit(tx, fact, fmt.Sprint(testGrant), f) })
	if err != nil {
		t.Fatal(err)
	}
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(8 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("it never came to: %s", what)
}

// enforcement waits for the one enforcement of a kind to reach a state and outcome.
func (b *bench) enforcement(t testing.TB, wanted, state, outcome string) Enforcement {
	t.Helper()
	var found Enforcement
	var all []Enforcement
	defer func() {
		if t.Failed() {
			t.Logf("enforcements: %+v", all)
		}
	}()
	eventually(t, wanted+" "+state+" "+outcome, func() bool {
		var err error
		if all, err = b.EnforcementsOf(context.Background(), testGrant); err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			if e.Wanted == wanted && e.State == state && e.Outcome == outcome {
				found = e
				return true
			}
		}
		return false
	})
	return found
}

func (b *bench) attempts(t testing.TB, e Enforcement) []string {
	t.Helper()
	var rows []Attempt
	if err := b.db.Read(context.Background()).Where("enforcement_id = ?", e.ID).Order("id").Find(&rows).Error; err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, row := range rows {
		list = append(list, row.Method+" "+row.Outcome)
	}
	return list
}

var aStart = arrived{0, report{status: begin, id: "81a0", ip: "10.5.50.2"}}

func nak(cause rfc3576.ErrorCause) func(*codec.Packet) (*codec.Packet, error) {
	return func(p *codec.Packet) (*codec.Packet, error) {
		answer := p.Response(p.Code + 2)
		return answer, rfc3576.ErrorCause_Add(answer, cause)
	}
}

func TestEndedGrantIsDisconnected(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := working(t, d)
		b.coa.answers(func(p *codec.Packet) (*codec.Packet, error) {
			b.applied(t, arrived{time.Minute, report{status: end, id: "81a0", seconds: 60}})
			return p.Response(codec.CodeDisconnectACK), nil
		})
		b.applied(t, aStart)
		b.emit(t, access.GrantEnded, access.Fact{Cause: "time_used"})
		e := b.enforcement(t, WantDisconnect, Done, gone)
		if e.Method != byDisconnect || e.Cause != "time_used" || e.MAC != testMAC || e.Attempts != 2 {
			t.Errorf("enforcement %+v", e)
		}
		sent := b.coa.packets()
		if len(sent) != 1 || sent[0].Code != codec.CodeDisconnectRequest || rfc2865.UserName_GetString(sent[0]) != "asha" ||
			rfc2866.AcctSessionID_GetString(sent[0]) != "81a0" {
			t.Errorf("sent %v", sent)
		}
		if s := allClosed(t, d)[0]; s.ClosedBy != ByRouter {
			t.Errorf("closed by %s", s.ClosedBy)
		}
	})
}

func TestDisconnectFallsBack(t *testing.T) {
	for name, c := range map[string]struct {
		coa      func(*codec.Packet) (*codec.Packet, error)
		remove   error
		attempts []string
	}{
		"ACK and no Stop":      {answerWith(codec.CodeDisconnectACK), nil, []string{"disconnect acknowledged", "disconnect gone"}},
		"NAK: no session":      {nak(rfc3576.ErrorCause_Value_SessionContextNotFound), nil, []string{"disconnect gone"}},
		"NAK, then API":        {nak(rfc3576.ErrorCause_Value_MissingAttribute), nil, []string{"disconnect refused", "api acknowledged", "api gone"}},
		"silence, then API":    {nil, nil, []string{"disconnect no_answer", "api acknowledged", "api gone"}},
		"API knows it is gone": {nil, fault.New(fault.NotFound, "router.no_session"), []string{"disconnect no_answer", "api gone"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := working(t, testdb.SQLite(t))
			b.coa.answers(c.coa)
			b.dialect.fails(nil, c.remove)
			b.applied(t, aStart)
			b.emit(t, access.GrantSuspended, access.Fact{})
			e := b.enforcement(t, WantDisconnect, Done, gone)
			if got := b.attempts(t, e); fmt.Sprint(got) != fmt.Sprint(c.attempts) {
				t.Errorf("attempts %v, want %v", got, c.attempts)
			}
			if closed := allClosed(t, b.db); len(closed) != 1 || closed[0].ClosedBy != ByServer {
				t.Errorf("closed %+v", closed)
			}
		})
	}
}

func TestDisconnectIsNotGivenUp(t *testing.T) {
	b := working(t, testdb.SQLite(t))
	b.dialect.fails(nil, fault.New(fault.Invalid, "router.no_api"))
	b.applied(t, aStart)
	b.emit(t, access.GrantEnded, access.Fact{})
	eventually(t, "a second round", func() bool { return len(b.coa.packets()) > 1 })
	if open := allOpen(t, b.db); len(open) != 1 || open[0].EndingID == 0 {
		t.Errorf("open %+v", open)
	}
	b.applied(t, arrived{time.Minute, report{status: end, id: "81a0", seconds: 60}})
	b.enforcement(t, WantDisconnect, Done, gone)
}

func TestStillOnlineAfterACKIsAskedByAPI(t *testing.T) {
	b := working(t, testdb.SQLite(t))
	b.coa.answers(func(p *codec.Packet) (*codec.Packet, error) {
		b.applied(t, arrived{time.Hour, report{status: more, id: "81a0", seconds: 3600}})
		return p.Response(codec.CodeDisconnectACK), nil
	})
	b.dialect.fails(nil, fault.New(fault.NotFound, "router.no_session"))
	b.applied(t, aStart)
	b.emit(t, access.GrantEnded, access.Fact{})
	e := b.enforcement(t, WantDisconnect, Done, gone)
	want := []string{"disconnect acknowledged", "disconnect still_online", "api gone"}
	if got := b.attempts(t, e); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("attempts %v, want %v", got, want)
	}
}

func TestSlotFreedEndsOneDevice(t *testing.T) {
	b := working(t, testdb.SQLite(t))
	b.coa.answers(nak(rfc3576.ErrorCause_Value_SessionContextNotFound))
	b.applied(t, aStart, arrived{0, report{status: begin, id: "other", mac: "11:22:33:44:55:66"}})
	b.emit(t, access.GrantChanged, access.Fact{Cause: string(access.CauseSlotFreed), MAC: "112233445566"})
	b.enforcement(t, WantDisconnect, Done, gone)
	if open := allOpen(t, b.db); len(open) != 1 || open[0].MAC != testMAC || open[0].EndingID != 0 {
		t.Errorf("open %+v", open)
	}
}

func TestChangeTellsTheWholeSet(t *testing.T) {
	b := working(t, testdb.SQLite(t))
	b.coa.answers(answerWith(codec.CodeCoAACK))
	b.applied(t, aStart)
	b.clock.Advance(10 * time.Minute)
	b.access.edit(func(f *fakeAccess) { f.grant.Until = noon.Add(2 * time.Hour) })
	b.emit(t, access.GrantChanged, access.Fact{})
	b.enforcement(t, WantChange, Done, acknowledged)
	sent := b.coa.packets()
	if len(sent) != 1 || sent[0].Code != codec.CodeCoARequest || rfc2866.AcctSessionID_GetString(sent[0]) != "81a0" {
		t.Fatalf("sent %v", sent)
	}
	if timeout := rfc2865.SessionTimeout_Get(sent[0]); timeout != 7200 { // of the whole session, not of what is left
		t.Errorf("Session-Timeout %d", timeout)
	}
}

func TestChangeRefusedReplacesTheSession(t *testing.T) {
	b := working(t, testdb.SQLite(t))
	b.routers.change(7, func(r *routers.Router) { r.APIAddress = "192.0.2.1:8728" })
	b.coa.answers(func(p *codec.Packet) (*codec.Packet, error) {
		if p.Code == codec.CodeCoARequest {
			return p.Response(codec.CodeCoANAK), nil
		}
		b.applied(t, arrived{time.Minute, report{status: end, id: "81a0", seconds: 60}})
		return p.Response(codec.CodeDisconnectACK), nil
	})
	b.applied(t, aStart)
	b.emit(t, access.GrantChanged, access.Fact{})
	b.enforcement(t, WantChange, Done, routerRefused)
	b.enforcement(t, WantDisconnect, Done, gone)
	b.enforcement(t, WantLogIn, Done, acknowledged)
	if logIns, _ := b.dialect.told(); logIns != 1 {
		t.Errorf("logged in %d times", logIns)
	}
}

var atGate = access.Fact{RouterID: 7, MAC: string(testMAC), IP: "10.5.50.2"}

func TestOpenedGrantIsPutOnline(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := working(t, d)
		b.emit(t, access.GrantOpened, atGate)
		e := b.enforcement(t, WantLogIn, Done, acknowledged)
		login := b.dialect.logIns[0]
		if login.Name != "once" || login.Secret != "upon" || login.MAC != testMAC || login.IP.String() != "10.5.50.2" || e.RouterID != 7 {
			t.Errorf("log-in %+v of %+v", login, e)
		}
	})
}

func TestPuttingOnlineIsTriedAgain(t *testing.T) {
	b := working(t, testdb.SQLite(t))
	b.dialect.fails(fault.New(fault.NotFound, "router.no_host"), nil)
	b.emit(t, access.GrantOpened, atGate)
	eventually(t, "two tries", func() bool { n, _ := b.dialect.told(); return n >= 2 })
	b.dialect.fails(nil, nil)
	e := b.enforcement(t, WantLogIn, Done, acknowledged)
	if got := b.attempts(t, e); got[0] != "api not_there" || got[len(got)-1] != "api acknowledged" {
		t.Errorf("attempts %v", got)
	}
}

func TestPuttingOnlineIsGivenUp(t *testing.T) {
	for name, c := range map[string]struct {
		err     error
		outcome string
		tries   int
	}{
		"the device is away":     {fault.New(fault.NotFound, "router.no_host"), notThere, 4},
		"the router is away":     {fault.New(fault.Unavailable, "router.unreachable"), noAnswer, 4},
		"the router has no door": {fault.New(fault.Invalid, "router.no_api"), noWay, 1},
	} {
		t.Run(name, func(t *testing.T) {
			b := working(t, testdb.SQLite(t))
			b.dialect.fails(c.err, nil)
			b.emit(t, access.GrantResumed, atGate)
			b.enforcement(t, WantLogIn, GivenUp, c.outcome)
			if tries, _ := b.dialect.told(); tries != c.tries {
				t.Errorf("%d tries, want %d", tries, c.tries)
			}
		})
	}
}

func TestNotPutOnline(t *testing.T) {
	for name, edit := range map[string]func(*fakeAccess){
		"queued":                func(f *fakeAccess) { f.grant.AfterGrantID = 1 },
		"over":                  func(f *fakeAccess) { f.grant.State = access.Ended },
		"no time left":          func(f *fakeAccess) { f.grant.Until = noon },
		"closed at this hour":   func(f *fakeAccess) { f.grant.Limits.Hours = access.Hours{{Days: everyDay, From: 22 * 60, To: 6 * 60}} },
		"full of other devices": func(f *fakeAccess) { f.slots[0].MAC = "112233445566" },
	} {
		t.Run(name, func(t *testing.T) {
			b := working(t, testdb.SQLite(t))
			b.access.edit(edit)
			b.emit(t, access.GrantOpened, atGate)
			b.enforcement(t, WantLogIn, Done, notNeeded)
			if n, _ := b.dialect.told(); n != 0 {
				t.Error("told to log in")
			}
		})
	}
	t.Run("online already", func(t *testing.T) {
		b := working(t, testdb.SQLite(t))
		b.applied(t, aStart)
		b.emit(t, access.GrantOpened, atGate)
		b.enforcement(t, WantLogIn, Done, notNeeded)
	})
}

// A queued grant's turn comes in the same instant as the end of the one before it, whose session is still there.
func TestNextGrantWaitsForTheEndOfTheLast(t *testing.T) {
	b := working(t, testdb.SQLite(t))
	old := aStart
	old.class = classOf(nil, b.keys, authorisation{GrantID: 1})
	b.applied(t, old)
	b.emit(t, access.GrantOpened, atGate)
	b.enforcement(t, WantLogIn, Outstanding, waiting)
	b.applied(t, arrived{time.Minute, report{status: end, id: "81a0", seconds: 60}})
	b.enforcement(t, WantLogIn, Done, acknowledged)
}

// CoovaChilli sends no Access-Request after a log-in by CoA: the time of the grant begins when it says yes.
func TestUnaskedRouterAdmitsAfterTheLogIn(t *testing.T) {
	b := working(t, testdb.SQLite(t))
	b.routers.change(7, func(r *routers.Router) { r.Dialect = routers.Chilli })
	chilli := &fakeDialect{name: routers.Chilli, logIn: fault.New(fault.NotFound, "router.no_host")}
	b.dialects[routers.Chilli] = chilli
	b.emit(t, access.GrantOpened, atGate)
	eventually(t, "a try", func() bool { n, _ := chilli.told(); return n > 0 })
	if b.access.admitted() != 0 {
		t.Error("admitted, and the device is not there")
	}
	chilli.fails(nil, nil)
	b.enforcement(t, WantLogIn, Done, acknowledged)
	if a := b.access.tried(); len(a) != 1 || !a[0].MACLogin || a[0].MAC != testMAC {
		t.Errorf("attempts %+v", a)
	}
	login := chilli.logIns[len(chilli.logIns)-1]
	if who, ok := readClass(b.keys, login.Answer.Class); !ok || who.GrantID != testGrant || login.Answer.SessionTimeout != time.Hour {
		t.Errorf("told %+v", login.Answer)
	}
}

// A router that does not answer holds up to three workers; the others wait their turn without one.
func TestDeafRouterDoesNotHoldTheQueue(t *testing.T) {
	b := working(t, testdb.SQLite(t))
	release := make(chan bool)
	b.dialect.slow = func() { <-release }
	var asking sync.WaitGroup
	for i := range 10 {
		mac := access.MAC("0000000000a" + string(hexDigit(i)))
		asking.Go(func() { b.emit(t, access.GrantOpened, access.Fact{RouterID: 7, MAC: string(mac)}) })
		b.access.edit(func(f *fakeAccess) { f.slots = append(f.slots, access.Slot{N: i + 2}) })
	}
	asking.Wait()
	eventually(t, "three at the router", func() bool { n, _ := b.dialect.told(); return n == mostPerRouter })
	time.Sleep(100 * time.Millisecond)
	if n, _ := b.dialect.told(); n != mostPerRouter {
		t.Errorf("%d at the router", n)
	}
	close(release)
	eventually(t, "all had their turn", func() bool { n, _ := b.dialect.told(); return n == 10 })
}

func TestLogOut(t *testing.T) {
	b := working(t, testdb.SQLite(t))
	b.coa.answers(nak(rfc3576.ErrorCause_Value_SessionContextNotFound))
	b.applied(t, aStart)
	ctx := context.Background()
	if o, found, err := b.Online(ctx, 3, testMAC); err != nil || !found || o.GrantID != testGrant {
		t.Fatalf("online %+v, %v, %v", o, found, err)
	}
	if err := b.LogOut(ctx, testGrant, testMAC); err != nil {
		t.Fatal(err)
	}
	b.enforcement(t, WantDisconnect, Done, gone)
	if sessions, err := b.SessionsOf(ctx, testGrant); err != nil || len(sessions) != 0 {
		t.Errorf("sessions %+v, %v", sessions, err)
	}
}
