package radius

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	codec "layeh.com/radius"

	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// TestADeviceThatGuessesWaits, however right its guess is then; another device with the same name does not, nor the same device behind another router.
func TestADeviceThatGuessesWaits(t *testing.T) {
	together(t)
	b := newBench(t, testdb.SQLite(t))
	var waited atomic.Int64
	b.front.guard.now = func() time.Duration { return time.Duration(waited.Load()) }
	b.serve(t)
	auth, _ := b.Addresses()
	c := newClient(t, auth)
	try := func(password string) *codec.Packet {
		return c.ask(mark(encoded(t, papRequest(t, "asha", password, testSecret)), testSecret), testSecret)
	}
	for range triesAtOnce + 1 {
		if answer := try("wrong"); answer == nil || answer.Code != codec.CodeAccessReject {
			t.Fatalf("answer %v", answer)
		}
	}
	asked := b.access.admitted()
	if answer := try("siri"); answer == nil || answer.Code != codec.CodeAccessReject || b.access.admitted() != asked {
		t.Errorf("answer %v, %d looked at", answer, b.access.admitted()-asked)
	}
	if r := testRouter(); !b.front.guard.bars(&r, testMAC) || b.front.guard.bars(&r, "aabbccddee00") || b.front.guard.bars(&routers.Router{ID: 8}, testMAC) {
		t.Error("who waits is not who guessed")
	}
	waited.Store(int64(time.Hour))
	if answer := try("siri"); answer == nil || answer.Code != codec.CodeAccessAccept {
		t.Errorf("answer %v after the wait", answer)
	}
}

// TestADeviceByItsMACIsNotBarred: it guesses nothing.
func TestADeviceByItsMACIsNotBarred(t *testing.T) {
	b := newServing(t)
	b.routers.change(7, func(r *routers.Router) { r.MACLogin = true })
	r := testRouter()
	for range 3 * triesAtOnce {
		b.front.guard.guessed(&r, testMAC)
	}
	auth, _ := b.Addresses()
	answer := newClient(t, auth).ask(mark(encoded(t, papRequest(t, "AA:BB:CC:DD:EE:FF", "", testSecret)), testSecret), testSecret)
	if answer == nil || answer.Code != codec.CodeAccessAccept {
		t.Errorf("answer %v", answer)
	}
}

// TestTheGuardIsBounded: a flood of forged devices does not fill the memory, and many at once count right.
func TestTheGuardIsBounded(t *testing.T) {
	g, r := newGuard(func() time.Duration { return 0 }), testRouter()
	var many sync.WaitGroup
	for n := range 8 {
		many.Go(func() {
			for i := range 2000 {
				mac := access.MAC(fmt.Sprintf("%02x%010x", n, i))
				for range triesAtOnce + 1 {
					g.guessed(&r, mac)
				}
			}
		})
	}
	many.Wait()
	if n := len(g.locked); n == 0 || n > mostLocked {
		t.Errorf("%d are locked", n)
	}
}

// TestOneRoutersStormLeavesRoom: what waits of one router is a share, and another's still gets in.
func TestOneRoutersStormLeavesRoom(t *testing.T) {
	b := newServing(t)
	stuck := make(chan bool)
	b.access.during(func() { <-stuck })
	defer close(stuck)
	k := b.sockets[authPort]
	ask := func(routerID int64, i int) {
		router := testRouter()
		router.ID = routerID
		r := request{router: &router, packet: papRequest(t, "asha", "siri", testSecret), tray: &tray{}, port: authPort}
		e := exchange{from: netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(i/256)), socket: authPort, identifier: byte(i)}
		c := conversation{front: b.front, socket: k, to: returnPath{to: &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9}}, router: &router, exchange: e}
		c.have(r, func() reply { return b.front.handle(r) })
	}
	for i := range asideAtOnce {
		ask(7, i)
	}
	if n := len(k.asides); n != shareOfAside || b.dropped(t, tooManyAsk) != asideAtOnce-shareOfAside {
		t.Errorf("%d wait, %v dropped", n, b.dropped(t, tooManyAsk))
	}
	ask(8, 0)
	if n := len(k.asides); n != shareOfAside+1 {
		t.Errorf("another router finds %d waiting", n)
	}
}

// TestARouterAsksTheDatabaseAtAPace, and gets no answer beyond it.
func TestARouterAsksTheDatabaseAtAPace(t *testing.T) {
	g := newGuard(func() time.Duration { return 0 })
	asked, r := 0, testRouter()
	for range 2 * asksAtOnce {
		if g.mayAsk(&r) {
			asked++
		}
	}
	if asked < asksAtOnce || asked > asksAtOnce+asksAtOnce/2 || !g.mayAsk(&routers.Router{ID: 8}) {
		t.Errorf("%d asked", asked)
	}
}

func BenchmarkGuardOfNobody(b *testing.B) {
	g := newGuard(func() time.Duration { return 0 })
	r := testRouter()
	b.ReportAllocs()
	for b.Loop() {
		if g.bars(&r, testMAC) {
			b.Fatal("barred")
		}
	}
}
