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

// TestABusyRouterIsAskedToStopAgain: it is not left alone for as long as one that does not answer.
func TestABusyRouterIsAskedToStopAgain(t *testing.T) {
	b := working(t, testdb.SQLite(t))
	b.pace.wait = time.Hour
	b.coa.answers(nak(rfc3576.ErrorCause_Value_ResourcesUnavailable))
	b.dialect.fails(nil, fault.New(fault.Unavailable, "router.busy"))
	b.applied(t, aStart)
	b.emit(t, access.GrantEnded, access.Fact{})
	eventually(t, "a second round", func() bool { return len(b.coa.packets()) > 1 })
	b.dialect.fails(nil, fault.New(fault.NotFound, "router.no_session"))
	b.enforcement(t, WantDisconnect, Done, gone)
}
