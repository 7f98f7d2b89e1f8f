package routers

import (
	"context"
	"net/netip"
	"reflect"
	"testing"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/testdb"
)

// TestTheRegisterWithoutItsDatabase: a program that has only the copy on disk knows every router with its secrets, and holds those to
// signing that were seen to; with the database it goes on from there.
func TestTheRegisterWithoutItsDatabase(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		keys, err := seal.New()
		if err != nil {
			t.Fatal(err)
		}
		s := New(d, keys, clock.System())
		save := func(r Router) (saved Router) {
			if err := d.InTx(context.Background(), func(tx *db.Tx) (err error) { saved, err = s.Save(tx, r); return err }); err != nil {
				t.Fatal(err)
			}
			return saved
		}
		r := save(Router{SiteID: 1, Name: "gate", Dialect: MikroTik, Secret: "a secret of sixteen", Auth: AuthAuto, MACLogin: true,
			Addresses: []netip.Prefix{netip.MustParsePrefix("10.1.2.3/32"), netip.MustParsePrefix("2001:db8::/64")}, APIAddress: "10.1.2.3:8728", APIUser: "m", APIPassword: "p"})
		s.SawAuthenticator(r.ID)
		packed, err := s.Pack()
		if err != nil {
			t.Fatal(err)
		}
		absent, err := db.Absent(db.Options{})
		if err != nil {
			t.Fatal(err)
		}
		alone := New(absent, keys, clock.System())
		if err := alone.Unpack(packed); err != nil {
			t.Fatal(err)
		}
		want, _ := s.Get(r.ID)
		for _, address := range []string{"10.1.2.3", "2001:db8::7"} {
			if got, ok := alone.ByAddress(netip.MustParseAddr(address)); !ok || !got.AuthSeen || !reflect.DeepEqual(*got, want) {
				t.Errorf("%s: %+v, not %+v", address, got, want)
			}
		}
		if err := alone.Refresh(context.Background()); !fault.Is(err, fault.Unavailable) {
			t.Errorf("without the database: %v", err)
		}
		again := New(d, keys, clock.System())
		if err := again.Unpack(packed); err != nil {
			t.Fatal(err)
		}
		r.Secret = "another of sixteen octets"
		save(r)
		if err := again.Refresh(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got, _ := again.Get(r.ID); got.Secret != r.Secret || !got.AuthSeen {
			t.Errorf("after a change: %+v", got)
		}
		if err := again.Unpack(packed[1:]); fault.KeyOf(err) != "snapshot.unreadable" {
			t.Errorf("damaged: %v", err)
		}
	})
}
