package radius

import (
	"testing"
	"time"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc3576"

	"mtandao/internal/fault"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

// TestALogInInVainKeepsNoStopWaiting: a router that said "not now", refused, or has no ears at its API alone is told at once to stop a device.
func TestALogInInVainKeepsNoStopWaiting(t *testing.T) {
	for outcome, err := range map[string]error{
		busy:          fault.New(fault.Unavailable, "router.busy"),
		routerRefused: fault.New(fault.Denied, "router.no_permission"),
		noAnswer:      fault.New(fault.Unavailable, "router.unreachable"),
	} {
		t.Run(outcome, func(t *testing.T) {
			b := working(t, testdb.SQLite(t))
			b.pace.wait = time.Hour
			b.dialect.fails(err, nil)
			b.coa.answers(answerWith(codec.CodeDisconnectACK))
			b.emit(t, access.GrantOpened, atGate)
			b.enforcement(t, WantLogIn, GivenUp, outcome)
			b.applied(t, aStart)
			b.emit(t, access.GrantEnded, access.Fact{})
			b.enforcement(t, WantDisconnect, Done, gone)
		})
	}
}

// TestABusyRouterIsAskedToStopAgain: it is not left alone for as long as one that does not answer, whatever its CoA said or did not say.
func TestABusyRouterIsAskedToStopAgain(t *testing.T) {
	for name, coa := range map[string]func(*codec.Packet) (*codec.Packet, error){"refused": nak(rfc3576.ErrorCause_Value_ResourcesUnavailable), "silent": nil} {
		t.Run(name, func(t *testing.T) {
			b := working(t, testdb.SQLite(t))
			b.pace.wait = time.Hour
			b.coa.answers(coa)
			b.dialect.fails(nil, fault.New(fault.Unavailable, "router.busy"))
			b.applied(t, aStart)
			b.emit(t, access.GrantEnded, access.Fact{})
			eventually(t, "a second round", func() bool { return len(b.coa.packets()) > 1 })
			b.dialect.fails(nil, fault.New(fault.NotFound, "router.no_session"))
			b.enforcement(t, WantDisconnect, Done, gone)
		})
	}
}

// TestALogInThatAskedNobodyTellsNothing: a router whose CoA is dead stays known as that, whatever sales there find that it has no API.
func TestALogInThatAskedNobodyTellsNothing(t *testing.T) {
	b := working(t, testdb.SQLite(t))
	b.turns.learn(Enforcement{RouterID: 7, Wanted: WantDisconnect}, true, time.Hour)
	b.dialect.fails(fault.New(fault.Invalid, "router.no_api"), nil)
	b.emit(t, access.GrantOpened, atGate)
	b.enforcement(t, WantLogIn, GivenUp, noWay)
	if wait, _ := b.turns.enter(Enforcement{RouterID: 7, Wanted: WantDisconnect}, b.pace); wait < time.Minute {
		t.Errorf("a stop there comes again in %s", wait)
	}
}
