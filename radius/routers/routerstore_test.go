package routers

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/testdb"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

type bench struct {
	*Service
	db    *db.DB
	keys  *seal.Keys
	clock *clock.Manual
}

func each(t *testing.T, run func(t *testing.T, b bench)) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		keys, err := seal.New()
		if err != nil {
			t.Fatal(err)
		}
		c := clock.NewManual(noon)
		run(t, bench{New(d, keys, c), d, keys, c})
	})
}

// save stores a router in a transaction of its own.
func (b bench) save(t *testing.T, r Router) (saved Router, err error) {
	t.Helper()
	err = b.db.InTx(context.Background(), func(tx *db.Tx) error {
		saved, err = b.Save(tx, r)
		return err
	})
	return saved, err
}

func (b bench) mustSave(t *testing.T, r Router) Router {
	t.Helper()
	saved, err := b.save(t, r)
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

// other is a second node on the same database.
func (b bench) other(t *testing.T) *Service {
	t.Helper()
	s := New(b.db, b.keys, b.clock)
	if err := s.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	return s
}

func named(name string, addresses ...string) Router {
	r := valid()
	r.Name, r.Addresses = name, nil
	for _, a := range addresses {
		r.Addresses = append(r.Addresses, netip.MustParsePrefix(a))
	}
	return r
}

func everything() Router {
	r := named("Everything", "10.99.0.2/32", "2001:db8::/64")
	r.Identifier, r.Auth, r.Swap, r.Interim = "cafe-1", AuthAuto, true, 10*time.Minute
	r.OldSecret, r.OldSecretUntil = "fedcba9876543210", noon.Add(time.Hour)
	r.APIAddress, r.APIUser, r.APIPassword = "10.99.0.2:8729", "api", "api password"
	r.APITLS, r.APICert = true, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
	r.CoAAddress, r.UAMSecret, r.MACLogin, r.CHAP = "10.99.0.2:3799", "uam secret", true, true
	return r
}

func TestModelsMatch(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &row{}, &addressRow{}, &tunnelRow{}, &healthRow{})
	})
}

func TestSaveKeepsEverything(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		want := everything()
		saved := b.mustSave(t, want)
		if saved.ID == 0 || len(saved.Token) != 26 || saved.Version != 1 {
			t.Fatalf("%+v", saved)
		}
		unordered := cmpopts.SortSlices(func(a, b netip.Prefix) bool { return a.String() < b.String() })
		comparePrefix := cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })
		want.ID, want.Token, want.Version = saved.ID, saved.Token, 1
		for name, s := range map[string]*Service{"this node": b.Service, "another node": b.other(t)} {
			got, ok := s.Get(saved.ID)
			if diff := cmp.Diff(want, got, unordered, comparePrefix, cmpopts.EquateComparable(netip.Addr{})); !ok || diff != "" {
				t.Errorf("%s:\n%s", name, diff)
			}
		}
	})
}

func TestSecretsAreSealed(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		r := everything()
		b.mustSave(t, r)
		var w row
		if err := b.db.Read(context.Background()).First(&w).Error; err != nil {
			t.Fatal(err)
		}
		stored := string(slices.Concat(w.SecretSealed, w.OldSecretSealed, w.APIPasswordSealed, w.UAMSecretSealed))
		for _, plain := range []string{r.Secret, r.OldSecret, r.APIPassword, r.UAMSecret} {
			if strings.Contains(stored, plain) {
				t.Errorf("%q is in the database", plain)
			}
		}
		strange, err := seal.New()
		if err != nil {
			t.Fatal(err)
		}
		if err := New(b.db, strange, b.clock).Refresh(context.Background()); err == nil || !strings.Contains(err.Error(), "Everything") {
			t.Errorf("opened with a strange key: %v", err)
		}
	})
}

func TestAddressAndNameAreTakenOnce(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		first := b.mustSave(t, named("First", "10.0.0.1/32", "10.0.1.0/24"))
		if _, err := b.save(t, named("Second", "10.0.0.2/32", "10.0.0.1/32")); !fault.Is(err, fault.Conflict) || fault.KeyOf(err) != "router.address_taken" {
			t.Fatalf("address: %v", err)
		}
		if _, err := b.save(t, named("First", "10.0.0.9/32")); !fault.Is(err, fault.Conflict) || fault.KeyOf(err) != "router.name_taken" {
			t.Fatalf("name: %v", err)
		}
		if len(b.All()) != 1 || len(b.other(t).All()) != 1 {
			t.Fatal("a refused router was kept")
		}
		first.State = StateRetired
		b.mustSave(t, first)
		second := b.mustSave(t, named("Second", "10.0.0.1/32"))
		if r, ok := b.ByAddress(netip.MustParseAddr("10.0.0.1")); !ok || r.ID != second.ID {
			t.Errorf("the freed address belongs to %q", r.Name)
		}
		if _, ok := b.ByToken(first.Token); ok {
			t.Error("a retired router's token works")
		}
	})
}

// TestTwoNodesTakeOneAddress: the unique key decides, whoever comes first.
func TestTwoNodesTakeOneAddress(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		var group sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			group.Go(func() { _, errs[i] = b.save(t, named(string(rune('A'+i)), "10.0.0.1/32")) })
		}
		group.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if fault.KeyOf(err) != "router.address_taken" {
				t.Error(err)
			}
		}
		if won != 1 || len(b.other(t).All()) != 1 {
			t.Errorf("%d routers hold one address", won)
		}
	})
}

func TestChangesReachOtherNodes(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		saved := b.mustSave(t, named("First", "10.0.0.1/32", "10.0.0.2/32"))
		other := b.other(t)
		change := saved
		change.Name, change.Addresses, change.Token, change.Swap = "Renamed", []netip.Prefix{netip.MustParsePrefix("10.0.0.3/32"), saved.Addresses[0]}, "forged", true
		changed := b.mustSave(t, change)
		if changed.Token != saved.Token || changed.Version != 2 || !changed.Swap {
			t.Errorf("%+v", changed)
		}
		if err := other.Refresh(context.Background()); err != nil {
			t.Fatal(err)
		}
		if r, ok := other.ByToken(saved.Token); !ok || r.Name != "Renamed" || len(r.Addresses) != 2 {
			t.Errorf("the other node knows %+v", r)
		}
		for address, want := range map[string]bool{"10.0.0.1": true, "10.0.0.2": false, "10.0.0.3": true} {
			if _, ok := other.ByAddress(netip.MustParseAddr(address)); ok != want {
				t.Errorf("%s: %v", address, ok)
			}
		}
		change.ID = 999
		if _, err := b.save(t, change); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown router: %v", err)
		}
	})
}

func TestRotateSecret(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		saved := b.mustSave(t, named("First", "10.0.0.1/32"))
		rotate := func(id int64, secret string) error {
			return b.db.InTx(context.Background(), func(tx *db.Tx) error { return b.RotateSecret(tx, id, secret, time.Hour) })
		}
		if err := rotate(saved.ID, "a brand new secret"); err != nil {
			t.Fatal(err)
		}
		r, _ := b.Get(saved.ID)
		if r.Secret != "a brand new secret" || r.OldSecret != saved.Secret || !r.OldSecretUntil.Equal(noon.Add(time.Hour)) {
			t.Errorf("%+v", r)
		}
		if err := rotate(saved.ID, "short"); fault.KeyOf(err) != "router.secret_short" {
			t.Errorf("%v", err)
		}
		if err := rotate(1, "a brand new secret"); fault.KeyOf(err) != "router.unknown" {
			t.Errorf("%v", err)
		}
	})
}

func TestHeardAndSeenAreWrittenInBatches(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		ctx := context.Background()
		saved := b.mustSave(t, named("First", "10.0.0.1/32"))
		if !b.LastHeard(saved.ID).IsZero() {
			t.Error("heard before it spoke")
		}
		b.Heard(saved.ID, noon.Add(time.Minute))
		b.Heard(saved.ID, noon)
		b.SawAuthenticator(saved.ID)
		b.SawAuthenticator(12345)
		if r, _ := b.Get(saved.ID); !r.AuthSeen || !b.LastHeard(saved.ID).Equal(noon.Add(time.Minute)) {
			t.Errorf("%+v, heard %v", r, b.LastHeard(saved.ID))
		}
		other := b.other(t)
		if r, _ := other.Get(saved.ID); r.AuthSeen || !other.LastHeard(saved.ID).IsZero() {
			t.Error("written before Flush")
		}
		if err := b.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		if err := other.Refresh(ctx); err != nil {
			t.Fatal(err)
		}
		if r, _ := other.Get(saved.ID); !r.AuthSeen || !other.LastHeard(saved.ID).Equal(noon.Add(time.Minute)) {
			t.Errorf("%+v, heard %v", r, other.LastHeard(saved.ID))
		}
		other.Heard(saved.ID, noon.Add(time.Second)) // a slower node must not turn the time back
		if err := other.Flush(ctx); err != nil || !b.other(t).LastHeard(saved.ID).Equal(noon.Add(time.Minute)) {
			t.Errorf("heard %v, %v", b.other(t).LastHeard(saved.ID), err)
		}
		saved.Swap = true
		if again := b.mustSave(t, saved); !again.AuthSeen {
			t.Error("Save forgot that the router signs")
		}
	})
}

func TestFlushKeepsWhatItCouldNotWrite(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		saved := b.mustSave(t, named("First", "10.0.0.1/32"))
		b.Heard(saved.ID, noon)
		b.SawAuthenticator(saved.ID)
		stopped, cancel := context.WithCancel(context.Background())
		cancel()
		if err := b.Flush(stopped); err == nil {
			t.Fatal("written with a dead context")
		}
		if err := b.Flush(context.Background()); err != nil {
			t.Fatal(err)
		}
		other := b.other(t)
		if r, _ := other.Get(saved.ID); !r.AuthSeen || !other.LastHeard(saved.ID).Equal(noon) {
			t.Errorf("lost: %+v, %v", r, other.LastHeard(saved.ID))
		}
	})
}

func TestManyRouters(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		const many = 2*chunk + 7
		err := b.db.InTx(context.Background(), func(tx *db.Tx) error {
			for i := range many {
				address := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 32)
				if _, err := b.Save(tx, named("Router "+address.String(), address.String())); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		other := b.other(t)
		if len(other.All()) != many || !slices.IsSortedFunc(other.All(), func(a, b Router) int { return strings.Compare(a.Name, b.Name) }) {
			t.Errorf("%d routers, want %d in order", len(other.All()), many)
		}
		for i := range many {
			other.Heard(other.All()[i].ID, noon)
		}
		if err := other.Flush(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func TestRefreshWithoutDatabase(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		saved := b.mustSave(t, named("First", "10.0.0.1/32"))
		stopped, cancel := context.WithCancel(context.Background())
		cancel()
		if err := b.Refresh(stopped); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%v", err)
		}
		if _, ok := b.ByAddress(netip.MustParseAddr("10.0.0.1")); !ok {
			t.Error("the known router was forgotten")
		}
		if _, ok := b.ByToken(saved.Token); !ok {
			t.Error("the known token was forgotten")
		}
	})
}
