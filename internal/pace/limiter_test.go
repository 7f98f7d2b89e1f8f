package pace

import (
	"net/netip"
	"strconv"
	"testing"
	"time"

	"mtandao/internal/clock"
)

var noon = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func TestLimiter(t *testing.T) {
	at := clock.NewManual(noon)
	l := New(at, 3, 10*time.Second)
	for i := range 3 {
		if wait := l.Wait("a"); wait != 0 {
			t.Fatalf("call %d waits %v", i, wait)
		}
	}
	if wait := l.Wait("a"); wait != 10*time.Second {
		t.Errorf("the fourth waits %v", wait)
	}
	if wait := l.Wait("b"); wait != 0 {
		t.Errorf("another caller waits %v", wait)
	}
	at.Advance(4 * time.Second)
	if wait := l.Wait("a"); wait != 6*time.Second {
		t.Errorf("four seconds later: %v", wait)
	}
	at.Advance(6 * time.Second)
	if wait := l.Wait("a"); wait != 0 {
		t.Errorf("who waited waits %v", wait)
	}
}

func TestLimiterForgets(t *testing.T) {
	at := clock.NewManual(noon)
	l := New(at, 1, time.Second)
	for i := range limiterKeys {
		l.Wait(strconv.Itoa(i))
	}
	at.Advance(time.Minute)
	l.Wait("one more")
	if len(l.free) != 1 {
		t.Errorf("%d keys kept", len(l.free))
	}
}

func TestNetworkHoldsAnIPv6CallerToOneKey(t *testing.T) {
	one, other := netip.MustParseAddr("2c0f:fe38:1:2::1"), netip.MustParseAddr("2c0f:fe38:1:2:ffff::9")
	if Network(one) != Network(other) {
		t.Errorf("%s and %s", Network(one), Network(other))
	}
	if a, b := Network(netip.MustParseAddr("41.90.1.2")), Network(netip.MustParseAddr("41.90.1.3")); a == b {
		t.Errorf("two IPv4 callers share %s", a)
	}
}

// A machine that started with a wrong date is put right: nobody waits for that date to come.
func TestAClockPutBack(t *testing.T) {
	at := clock.NewManual(noon)
	l := New(at, 3, 10*time.Second)
	l.Wait("a")
	at.Set(noon.Add(-24 * time.Hour))
	if wait := l.Wait("a"); wait > 10*time.Second {
		t.Errorf("waits %v", wait)
	}
}
