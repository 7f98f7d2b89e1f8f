package radius

import (
	"context"
	"net/netip"
	"testing"
	"time"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2866"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// node is one of several programs on a database: the router calls home to "first".
func node(t *testing.T, d *db.DB, name string) *bench {
	t.Helper()
	b := newBench(t, d)
	b.node = name
	b.pace = pace{verify: 30 * time.Millisecond, wait: 30 * time.Millisecond, turn: 10 * time.Millisecond, another: 30 * time.Second}
	f := &fakeTunnel{t: t}
	f.there.Store(name == "first")
	b.tunnel = f
	b.routers.home = "first"
	b.routers.change(7, func(r *routers.Router) { r.Tunnel.Address = netip.MustParseAddr("10.254.0.7") })
	b.coa.answers(func(p *codec.Packet) (*codec.Packet, error) {
		b.applied(t, arrived{time.Minute, report{status: end, id: rfc2866.AcctSessionID_GetString(p), mac: macOf(rfc2866.AcctSessionID_GetString(p)), seconds: 60}})
		return p.Response(codec.CodeDisconnectACK), nil
	})
	return b
}

func macOf(session string) string { return "00:00:00:00:00:A" + session[1:] }

// work runs the node's jobs until the test's end.
func (b *bench) work(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.jobs.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
}

const onRouter = 8 // sessions

func (b *bench) endAll(t *testing.T) {
	t.Helper()
	var all []arrived
	for i := range onRouter {
		id := "s" + string(hexDigit(i))
		all = append(all, arrived{0, report{status: begin, id: id, mac: macOf(id), ip: "10.5.50.2"}})
	}
	b.applied(t, all...)
	b.emit(t, access.GrantEnded, access.Fact{Cause: "time_used"})
}

// waits until this node has left every order to the other.
func (b *bench) waits(t *testing.T) {
	t.Helper()
	eventually(t, "all wait for the other node", func() bool {
		var waiting int64
		err := b.db.Read(t.Context()).Raw("SELECT COUNT(*) FROM jobs WHERE fact = ? AND last_error = 'again in 10ms'", enforcementWanted).Scan(&waiting).Error
		return err == nil && waiting == onRouter
	})
}

// TestTheNodeWithTheTunnelGivesTheOrders: of two nodes that both take jobs, the one that a router calls home to does what
// concerns it.
func TestTheNodeWithTheTunnelGivesTheOrders(t *testing.T) {
	d := testdb.Open(t, db.MySQL) // SQLite has one node
	first, second := node(t, d, "first"), node(t, d, "second")
	second.work(t)
	second.endAll(t)
	second.waits(t)
	first.work(t)
	eventually(t, "the sessions end", func() bool { return len(allOpen(t, d)) == 0 })
	if by, not := len(first.coa.packets()), len(second.coa.packets()); by != onRouter || not != 0 {
		t.Errorf("the node with the tunnel gave %d orders, the other %d", by, not)
	}
	if logIns, removes := second.dialect.told(); logIns+removes != 0 {
		t.Errorf("the other one used the router's API: %d, %d", logIns, removes)
	}
}

// TestANodeThatDoesNotComeIsNotWaitedFor: after half a minute the order goes as far as it goes from here.
func TestANodeThatDoesNotComeIsNotWaitedFor(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		second := node(t, d, "second")
		second.work(t)
		second.endAll(t)
		second.waits(t)
		if sent := second.coa.packets(); len(sent) != 0 {
			t.Errorf("too early: %d", len(sent))
		}
		second.clock.Advance(31 * time.Second)
		eventually(t, "the sessions end", func() bool { return len(allOpen(t, d)) == 0 })
		if sent := second.coa.packets(); len(sent) != onRouter {
			t.Errorf("%d orders", len(sent))
		}
	})
}
