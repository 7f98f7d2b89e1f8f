package pools

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

type yard struct {
	*testing.T
	*Service
	clock *clock.Manual
	mu    sync.Mutex
	stand map[netip.Addr]bool
}

func eachYard(t *testing.T, run func(y *yard)) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &poolRow{}, &leaseRow{})
		y := &yard{T: t, clock: clock.NewManual(noon), stand: map[netip.Addr]bool{}}
		y.Service = New(d, y.clock)
		run(y)
	})
}

func (y *yard) save(name string, length int, prefixes ...string) Pool {
	y.Helper()
	p := Pool{Name: name, Length: length}
	for _, text := range prefixes {
		p.Prefixes = append(p.Prefixes, netip.MustParsePrefix(text))
	}
	if err := y.db.InTx(context.Background(), func(tx *db.Tx) (err error) { p, err = y.Save(tx, p); return err }); err != nil {
		y.Fatal(err)
	}
	return p
}

func (y *yard) stands(_ context.Context, l Lease) (bool, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.stand[l.Prefix.Addr()], nil
}

func (y *yard) lease(pool string, grant int64, mac access.MAC) (netip.Prefix, error) {
	return y.Lease(context.Background(), pool, grant, mac, y.stands)
}

// TestManyWantFewAddresses: forty devices at once want one of thirty.
func TestManyWantFewAddresses(t *testing.T) {
	eachYard(t, func(y *yard) {
		y.save("homes", 32, "100.64.0.0/27")
		got := make([]netip.Prefix, 40)
		errs := make([]error, len(got))
		var all sync.WaitGroup
		for i := range got {
			all.Go(func() { got[i], errs[i] = y.lease("homes", int64(i+1), access.MAC(fmt.Sprintf("0a00000000%02d", i))) })
		}
		all.Wait()
		seen, none := map[netip.Prefix]int{}, 0
		for i, p := range got {
			if errs[i] != nil {
				none++
				if fault.KeyOf(errs[i]) != "pool.empty" {
					t.Error(errs[i])
				}
				continue
			}
			seen[p]++
			if seen[p] > 1 || !netip.MustParsePrefix("100.64.0.0/27").Contains(p.Addr()) {
				t.Errorf("%v was given %d times", p, seen[p])
			}
		}
		if len(seen) != 30 || none != 10 {
			t.Errorf("%d addresses given, %d refused", len(seen), none)
		}
	})
}

func TestADeviceGetsItsAddressAgain(t *testing.T) {
	eachYard(t, func(y *yard) {
		y.save("homes", 32, "100.64.0.0/29")
		first, err := y.lease("homes", 1, "0a0000000001")
		if err != nil {
			t.Fatal(err)
		}
		y.clock.Advance(48 * time.Hour)
		if again, err := y.lease("homes", 1, "0a0000000001"); again != first || err != nil {
			t.Error(first, again, err)
		}
		if other, err := y.lease("homes", 1, "0a0000000002"); other == first || err != nil {
			t.Error("another device of the grant", other, err)
		}
	})
}

func TestAnAddressIsNotTakenFromUnderASession(t *testing.T) {
	eachYard(t, func(y *yard) {
		y.save("homes", 32, "100.64.0.0/30") // two addresses
		one, _ := y.lease("homes", 1, "0a0000000001")
		two, _ := y.lease("homes", 2, "0a0000000002")
		if _, err := y.lease("homes", 3, "0a0000000003"); fault.KeyOf(err) != "pool.empty" {
			t.Error(err)
		}
		y.clock.Advance(2 * time.Hour)
		y.stand[one.Addr()] = true
		got, err := y.lease("homes", 3, "0a0000000003")
		if err != nil || got != two {
			t.Error(got, err)
		}
		if again, err := y.lease("homes", 1, "0a0000000001"); again != one || err != nil {
			t.Error("who stands on it has lost it", again, err)
		}
	})
}

func TestAPoolGrowsAndShrinks(t *testing.T) {
	eachYard(t, func(y *yard) {
		y.save("homes", 32, "100.64.0.0/30")
		first, _ := y.lease("homes", 1, "0a0000000001")
		y.save("homes", 32, "100.64.0.0/30", "100.64.1.0/30")
		if again, _ := y.lease("homes", 1, "0a0000000001"); again != first {
			t.Error("it has lost its holder")
		}
		y.save("homes", 32, "100.64.1.0/30")
		if moved, err := y.lease("homes", 1, "0a0000000001"); err != nil || !netip.MustParsePrefix("100.64.1.0/30").Contains(moved.Addr()) {
			t.Error(moved, err)
		}
		if all, err := y.All(context.Background()); err != nil || len(all) != 1 || len(all[0].Prefixes) != 1 {
			t.Error(all, err)
		}
		if _, err := y.lease("nobody", 1, "0a0000000001"); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

func TestPrefixesAreLeased(t *testing.T) {
	eachYard(t, func(y *yard) {
		y.save("pd", 56, "2001:db8:1200::/52")
		seen := map[netip.Prefix]bool{}
		for i := range 16 {
			p, err := y.lease("pd", int64(i+1), "0a0000000001")
			if err != nil || seen[p] || p.Bits() != 56 || p != p.Masked() {
				t.Fatal(i, p, err)
			}
			seen[p] = true
		}
		if _, err := y.lease("pd", 99, "0a0000000001"); fault.KeyOf(err) != "pool.empty" {
			t.Error(err)
		}
	})
}

func TestWhatAPoolHas(t *testing.T) {
	p := Pool{Name: "a", Length: 32, Prefixes: []netip.Prefix{netip.MustParsePrefix("10.0.0.252/30"), netip.MustParsePrefix("10.0.1.7/32")}}
	want := []netip.Prefix{netip.MustParsePrefix("10.0.0.253/32"), netip.MustParsePrefix("10.0.0.254/32"), netip.MustParsePrefix("10.0.1.7/32")}
	if got := p.leases(); !slices.Equal(got, want) {
		t.Error(got)
	}
	if got := after(netip.MustParseAddr("2001:db8:0:ff00::"), 56); got != netip.MustParseAddr("2001:db8:1::") {
		t.Error(got)
	}
	for key, wrong := range map[string]Pool{
		"pool.name":     {Name: "A", Length: 32, Prefixes: p.Prefixes},
		"pool.size":     {Name: "a", Length: 32, Prefixes: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}},
		"pool.prefixes": {Name: "a", Length: 32, Prefixes: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24"), netip.MustParsePrefix("10.0.0.0/25")}},
	} {
		if fault.KeyOf(wrong.Validate()) != key {
			t.Errorf("want %s, got %v", key, wrong.Validate())
		}
	}
	if (Pool{Name: "a", Length: 56, Prefixes: p.Prefixes}).Validate() == nil || (Pool{Name: "a", Length: 32}).Validate() == nil {
		t.Error("IPv4 in a pool of prefixes, or nothing, is a pool")
	}
}

func TestPoolsDoNotShareAddresses(t *testing.T) {
	eachYard(t, func(y *yard) {
		y.save("homes", 32, "100.64.0.0/24")
		save := func(name, prefix string) error {
			return y.db.InTx(context.Background(), func(tx *db.Tx) error {
				_, err := y.Save(tx, Pool{Name: name, Length: 32, Prefixes: []netip.Prefix{netip.MustParsePrefix(prefix)}})
				return err
			})
		}
		if err := save("shops", "100.64.0.128/25"); fault.KeyOf(err) != "pool.overlaps" {
			t.Error(err)
		}
		if err := save("homes", "100.64.0.0/23"); err != nil {
			t.Error("a pool that grows over itself", err)
		}
		if err := save("shops", "100.64.2.0/24"); err != nil {
			t.Error(err)
		}
	})
}

// TestAStuckLeaseIsFreed: once, from whoever was seen to have it, and it is given again.
func TestAStuckLeaseIsFreed(t *testing.T) {
	eachYard(t, func(y *yard) {
		p := y.save("homes", 32, "100.64.0.0/30")
		stuck, _ := y.lease("homes", 1, "0a0000000001")
		seen := Lease{Prefix: stuck, GrantID: 1, MAC: "0a0000000001", Until: noon.Add(time.Hour)}
		var won, lost atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				err := y.db.InTx(context.Background(), func(tx *db.Tx) error { return y.Free(tx, p.ID, seen) })
				switch {
				case err == nil:
					won.Add(1)
				case fault.Is(err, fault.Conflict):
					lost.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 || lost.Load() != 7 {
			t.Fatalf("freed %d times, refused %d times", won.Load(), lost.Load())
		}
		y.clock.Advance(time.Minute)
		again := false
		for i := range int64(2) { // both addresses, though an hour has not gone by
			got, err := y.lease("homes", 2+i, "0a0000000002")
			again = again || err == nil && got == stuck
		}
		if !again {
			t.Error("it is not given again")
		}
	})
}

func TestWhatIsLeasedAtAnAddress(t *testing.T) {
	delegated := Pool{Length: 56, Prefixes: []netip.Prefix{netip.MustParsePrefix("2001:db8::/52")}}
	if at, has := delegated.At(netip.MustParseAddr("2001:db8:0:105::7")); !has || at != netip.MustParsePrefix("2001:db8:0:100::/56") {
		t.Error(at, has)
	}
	if at, has := delegated.At(netip.MustParseAddr("10.0.0.1")); has {
		t.Error(at)
	}
}
