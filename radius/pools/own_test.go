package pools

import (
	"context"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/seal"
	"mtandao/internal/site"
	"mtandao/radius/access"
)

// owners is the hinge beside the pools, whose facts somebody hears.
type owners struct {
	*access.Service
	y *yard
}

func (y *yard) owners() owners {
	y.Helper()
	keys, err := seal.New()
	if err != nil {
		y.Fatal(err)
	}
	queue := jobs.New(y.db, clock.System(), slog.New(slog.DiscardHandler))
	for _, fact := range []string{access.GrantOpened, access.GrantChanged, access.GrantEnded} {
		queue.On(fact, "test", func(context.Context, jobs.Job) error { return nil })
	}
	return owners{access.New(y.db, queue, keys, y.clock, site.New(y.db, y.clock)), y}
}

// line gives a standing grant.
func (o owners) line(key string) (id int64) {
	o.y.Helper()
	o.y.tx(func(tx *db.Tx) error {
		given, err := o.Give(tx, access.Offer{Source: access.Source{Kind: "subscription", Key: key}, Plan: "home", Standing: true})
		id = given.GrantID
		return err
	})
	return id
}

// claim is SetAddress, and what the fact of it has done.
func (o owners) claim(id int64, own access.Address) (lost []Lease) {
	o.y.Helper()
	o.y.tx(func(tx *db.Tx) error { return o.SetAddress(tx, id, own) })
	o.y.tx(func(tx *db.Tx) (err error) { lost, err = o.y.Own(tx, id, own.Own()); return err })
	return lost
}

func (y *yard) tx(fn func(tx *db.Tx) error) {
	y.Helper()
	if err := y.db.InTx(context.Background(), fn); err != nil {
		y.Fatal(err)
	}
}

// all leases what a pool has to devices of their own, and gives back what was leased.
func (y *yard) all(pool string, first int64) (got []netip.Prefix) {
	y.Helper()
	for i := range int64(300) {
		p, err := y.lease(pool, first+i, "0a0000000001")
		if fault.KeyOf(err) == "pool.empty" {
			return got
		}
		if err != nil {
			y.Fatal(err)
		}
		got = append(got, p)
	}
	return got
}

// TestAnOwnedAddressIsTakenOutOfItsPool: whoever had it leased is told of, nobody gets it any more, and it is back when it is nobody's own.
func TestAnOwnedAddressIsTakenOutOfItsPool(t *testing.T) {
	eachYard(t, func(y *yard) {
		p := y.save("homes", 32, "100.64.0.0/28") // fourteen
		o := y.owners()
		leased, err := y.lease("homes", 99, "0a0000000009")
		if err != nil {
			t.Fatal(err)
		}
		mine := access.Address{IPv4: leased.Addr(), Routes: []netip.Prefix{netip.MustParsePrefix("100.64.0.8/30")}}
		id := o.line("1")
		lost := o.claim(id, mine)
		if len(lost) == 0 || !slices.ContainsFunc(lost, func(l Lease) bool { return l.GrantID == 99 && l.Prefix == leased }) {
			t.Errorf("%+v", lost)
		}
		out := map[netip.Addr]bool{leased.Addr(): true, netip.MustParseAddr("100.64.0.8"): true, netip.MustParseAddr("100.64.0.9"): true,
			netip.MustParseAddr("100.64.0.10"): true, netip.MustParseAddr("100.64.0.11"): true}
		if again, err := y.lease("homes", 99, "0a0000000009"); err != nil || out[again.Addr()] {
			t.Error("who had it gets it again", again, err)
		}
		got := y.all("homes", 1000)
		if len(got) != 14-len(out)-1 || slices.ContainsFunc(got, func(p netip.Prefix) bool { return out[p.Addr()] }) {
			t.Errorf("%d leased: %v", len(got), got)
		}
		owned := Lease{Prefix: leased, GrantID: id, Until: forever}
		if err := y.db.InTx(context.Background(), func(tx *db.Tx) error { return y.Free(tx, p.ID, owned) }); fault.KeyOf(err) != "pool.owned" {
			t.Error("freed by hand:", err)
		}
		o.claim(id, access.Address{IPv4: leased.Addr()})
		y.clock.Advance(time.Second)
		if got := y.all("homes", 2000); len(got) != len(out)-1 {
			t.Errorf("%d are back", len(got))
		}
		y.tx(func(tx *db.Tx) error { _, err := o.End(tx, id, access.CauseEnded); return err })
		y.tx(func(tx *db.Tx) error { _, err := y.Own(tx, id, nil); return err })
		y.clock.Advance(time.Second)
		if got := y.all("homes", 3000); len(got) != 1 || got[0] != leased {
			t.Errorf("back is %v", got)
		}
	})
}

// TestAPoolOverOwnedAddresses: made, or made larger, after they were given: it leases none of them, prefixes of IPv6 neither.
func TestAPoolOverOwnedAddresses(t *testing.T) {
	eachYard(t, func(y *yard) {
		o := y.owners()
		o.claim(o.line("1"), access.Address{IPv4: netip.MustParseAddr("100.64.0.5"), Delegated: netip.MustParsePrefix("2001:db8:0:200::/56")})
		y.save("homes", 32, "100.64.0.4/30")
		y.save("pd", 56, "2001:db8::/54")
		if got := y.all("homes", 1); len(got) != 1 || got[0].Addr() != netip.MustParseAddr("100.64.0.6") {
			t.Errorf("%v", got)
		}
		if got := y.all("pd", 1); len(got) != 3 || slices.Contains(got, netip.MustParsePrefix("2001:db8:0:200::/56")) {
			t.Errorf("%v", got)
		}
	})
}

// TestClaimedWhileItIsLeased: whoever is first, in the end the owner has the address alone: it is leased to nobody, or its lease is told of.
func TestClaimedWhileItIsLeased(t *testing.T) {
	eachYard(t, func(y *yard) {
		y.save("homes", 32, "100.64.0.1/32")
		o := y.owners()
		at := netip.MustParseAddr("100.64.0.1")
		for round := range 10 {
			id := o.line(string(rune('a' + round)))
			var got netip.Prefix
			var lost []Lease
			var all sync.WaitGroup
			all.Go(func() { got, _ = y.lease("homes", int64(500+round), "0a0000000005") })
			all.Go(func() { lost = o.claim(id, access.Address{IPv4: at}) })
			all.Wait()
			if told := len(lost) == 1 && lost[0].GrantID == int64(500+round); got.IsValid() != told {
				t.Errorf("round %d: leased %v, told of %+v", round, got, lost)
			}
			if again, err := y.lease("homes", int64(500+round), "0a0000000005"); fault.KeyOf(err) != "pool.empty" {
				t.Errorf("round %d: leased %v afterwards, %v", round, again, err)
			}
			y.tx(func(tx *db.Tx) error { _, err := o.End(tx, id, access.CauseEnded); return err })
			y.tx(func(tx *db.Tx) error { _, err := y.Own(tx, id, nil); return err })
			y.clock.Advance(2 * time.Hour)
		}
	})
}
