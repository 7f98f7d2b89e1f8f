package pace

import (
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"
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

func TestLimiterSaysHowManyAreLeft(t *testing.T) {
	at := clock.NewManual(noon)
	l := New(at, 3, 10*time.Second)
	for _, want := range []int{3, 2, 1, 0, 0} {
		if got := l.Left("a"); got != want {
			t.Errorf("%d are left, not %d", got, want)
		}
		l.Wait("a")
	}
	at.Advance(19 * time.Second)
	if got := l.Left("a"); got != 1 {
		t.Errorf("19 seconds later %d are left", got)
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
	if len(l.buckets) != 1 || len(l.soonest) != 1 {
		t.Errorf("%d keys kept", len(l.buckets))
	}
}

// Who guesses does not get new tries by calling under a hundred thousand other names.
func TestLimitsAreNotWashedOut(t *testing.T) {
	at := clock.NewManual(noon)
	l := New(at, 5, time.Minute)
	for range 5 {
		l.Wait("guessed")
	}
	for i := range limiterKeys + 1000 {
		if wait := l.Wait(strconv.Itoa(i)); wait != 0 {
			t.Fatalf("newcomer %d waits %v", i, wait)
		}
	}
	if wait := l.Wait("guessed"); wait != time.Minute {
		t.Errorf("waits %v", wait)
	}
	if len(l.buckets) != limiterKeys || len(l.soonest) != limiterKeys {
		t.Errorf("%d keys kept, %d queued", len(l.buckets), len(l.soonest))
	}
	for i := range limiterKeys { // all of them, until they owe as much
		for range 4 {
			l.Wait(strconv.Itoa(i + 1000))
		}
	}
	for range 5 {
		l.Wait("late")
	}
	if wait := l.Wait("late"); wait != time.Minute {
		t.Errorf("who came last waits %v", wait)
	}
	at.Set(noon.Add(-24 * time.Hour)) // all are of a clock that was wrong
	if l.Wait("new"); len(l.buckets) != 1 {
		t.Errorf("%d keys kept", len(l.buckets))
	}
}

func TestLongNamesTakeNoMoreRoom(t *testing.T) {
	l := New(clock.NewManual(noon), 1, time.Minute)
	long := strings.Repeat("x", 60_000)
	l.Wait(long)
	for key := range l.buckets {
		if len(key) > longestKey {
			t.Errorf("a key of %d octets is kept", len(key))
		}
	}
	if l.Wait(long) == 0 || l.Peek(long) == 0 || l.Wait(long+"y") != 0 {
		t.Error("it is not told from others")
	}
}

// What the limiter says is what a bucket says, whoever else calls.
func TestTheQueueChangesNoVerdict(t *testing.T) {
	at := clock.NewManual(noon)
	together, random := New(at, 3, 10*time.Second), rand.New(rand.NewPCG(1, 2))
	alone := map[string]*Limiter{}
	for range 20_000 {
		at.Advance(time.Duration(random.IntN(2000)) * time.Millisecond)
		key := strconv.Itoa(random.IntN(40))
		if alone[key] == nil {
			alone[key] = New(at, 3, 10*time.Second)
		}
		if a, b := together.Peek(key), alone[key].Peek(key); a != b {
			t.Fatalf("%v and %v", a, b)
		}
		if a, b := together.Wait(key), alone[key].Wait(key); a != b {
			t.Fatalf("%v and %v", a, b)
		}
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
