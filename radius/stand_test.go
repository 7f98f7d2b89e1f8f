package radius

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/radius/pools"
)

func (b *bench) addressed(at access.Address) {
	b.access.edit(func(f *fakeAccess) { f.grant.Limits.Address = at })
}

// TestRadclientAddresses: each attribute as another hand reads it.
func TestRadclientAddresses(t *testing.T) {
	b := newServing(t)
	auth, _ := b.Addresses()
	ask := func(more ...string) string {
		return radclient(t, auth, "auth", testSecret, append([]string{withAuthenticator, `User-Name = "asha"`, `User-Password = "siri"`}, more...)...)
	}
	if out := ask(); strings.Contains(out, "Framed-") || strings.Contains(out, "Chargeable") {
		t.Errorf("unasked:\n%s", out)
	}
	b.addressed(access.Address{IPv4: netip.MustParseAddr("196.201.1.7"),
		Routes: []netip.Prefix{netip.MustParsePrefix("196.201.8.0/29"), netip.MustParsePrefix("196.201.9.0/29")},
		IPv6:   netip.MustParsePrefix("2001:db8:1::/64"), Delegated: netip.MustParsePrefix("2001:db8:1:100::/56")})
	expectOutput(t, ask(), accepted, "Framed-IP-Address = 196.201.1.7", `Framed-Route = "196.201.8.0/29 196.201.1.7 1"`,
		`Framed-Route = "196.201.9.0/29 196.201.1.7 1"`, "Framed-IPv6-Prefix = 2001:db8:1::/64", "Delegated-IPv6-Prefix = 2001:db8:1:100::/56")
	b.addressed(access.Address{Pool: "homes", IPv6Pool: "six", DelegatedPool: "pd"})
	expectOutput(t, ask(), accepted, `Framed-Pool = "homes"`, `Framed-IPv6-Pool = "six"`, `Delegated-IPv6-Prefix-Pool = "pd"`)
	first, again := ask("Chargeable-User-Identity = 0x00", "Proxy-State = 0x616263"), ask("Chargeable-User-Identity = 0x00")
	expectOutput(t, first, accepted, "Proxy-State = 0x616263", "Class = 0x", "Chargeable-User-Identity = 0x")
	if cui(first) == "" || cui(first) != cui(again) || strings.Contains(cui(first), "34323432") { // the digits of the grant, as octets
		t.Errorf("identity %q, then %q", cui(first), cui(again))
	}
}

func cui(out string) string {
	_, after, _ := strings.Cut(out[strings.Index(out, "Received"):], "Chargeable-User-Identity = ")
	line, _, _ := strings.Cut(after, "\n")
	return line
}

// pooled is a bench with a pool of two addresses and one of sixteen prefixes.
func pooled(t *testing.T, d *db.DB) (*bench, *pools.Service) {
	b := newBench(t, d)
	s := pools.New(d, b.clock)
	b.pools = s
	err := d.InTx(context.Background(), func(tx *db.Tx) error {
		_, err := s.Save(tx, pools.Pool{Name: "homes", Length: 32, Prefixes: []netip.Prefix{netip.MustParsePrefix("100.64.0.0/30")}})
		if err == nil {
			_, err = s.Save(tx, pools.Pool{Name: "pd", Length: 56, Prefixes: []netip.Prefix{netip.MustParsePrefix("2001:db8::/52")}})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b, s
}

// standsAt is where a session of a grant would stand.
func (b *bench) standsAt(ctx context.Context, g *access.Grant, mac access.MAC) access.Address {
	at, _ := b.addressOf(ctx, g, mac)
	return at
}

// TestAnEmptyPoolIsWrittenDown: whoever is let in without the address that their plan names is found later, by name and device; who got one is not.
func TestAnEmptyPoolIsWrittenDown(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b, _ := pooled(t, d)
		b.serve(t)
		b.addressed(access.Address{Pool: "homes"})
		ctx := context.Background()
		auth, _ := b.Addresses()
		in := func(want ...string) {
			t.Helper()
			expectOutput(t, radclient(t, auth, "auth", testSecret, withAuthenticator, `User-Name = "asha"`, `User-Password = "siri"`, `Calling-Station-Id = "AA-BB-CC-DD-EE-FF"`), want...)
		}
		in(accepted, "Framed-IP-Address = 100.64.0.")
		b.writeRefusals(ctx)
		if all := b.around(t, Whom{GrantID: testGrant}).Refused; len(all) != 0 {
			t.Fatalf("refused before the pool was empty: %+v", all)
		}
		if _, err := d.SQL().Exec("UPDATE address_leases SET grant_id = 1, mac = '0000000000ff', until = ?", b.clock.Now().Add(48*time.Hour)); err != nil {
			t.Fatal(err)
		}
		in(accepted)
		b.writeRefusals(ctx)
		for _, w := range []Whom{{GrantID: testGrant}, {MACs: []access.MAC{testMAC}}, {Names: []string{"ASHA"}}} {
			if all := b.around(t, w).Refused; len(all) != 1 || all[0].Cause != CausePoolEmpty || all[0].GrantID != testGrant || all[0].Times != 1 {
				t.Errorf("%+v: %+v", w, all)
			}
		}
	})
}

func (b *bench) around(t *testing.T, w Whom) Around {
	t.Helper()
	a, err := b.Around(context.Background(), w, b.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAnAddressOfOurPoolIsLeased(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b, _ := pooled(t, d)
		b.serve(t)
		b.addressed(access.Address{Pool: "homes", DelegatedPool: "pd", IPv6Pool: "of-the-router"})
		auth, _ := b.Addresses()
		out := radclient(t, auth, "auth", testSecret, withAuthenticator, `User-Name = "asha"`, `User-Password = "siri"`, `Calling-Station-Id = "AA-BB-CC-DD-EE-FF"`)
		expectOutput(t, out, accepted, "Framed-IP-Address = 100.64.0.", "Delegated-IPv6-Prefix = 2001:db8:", `Framed-IPv6-Pool = "of-the-router"`)
		if strings.Contains(out, "Framed-Pool") || strings.Contains(out, "Delegated-IPv6-Prefix-Pool") {
			t.Errorf("our pool is named to the router:\n%s", out)
		}
	})
}

func TestAnAddressWithASessionOnItIsNotGiven(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b, _ := pooled(t, d)
		grant := func(id int64) *access.Grant {
			return &access.Grant{ID: id, Limits: access.Limits{Address: access.Address{Pool: "homes"}}}
		}
		ctx := context.Background()
		mine := b.standsAt(ctx, grant(1), testMAC).IPv4
		stands := aStart
		stands.ip = mine.String()
		b.applied(t, stands)
		b.clock.Advance(3 * time.Hour)
		for i := range int64(2) {
			if got := b.standsAt(ctx, grant(2+i), "112233445566").IPv4; got == mine {
				t.Errorf("%v was given away while a session stands on it", got)
			}
		}
	})
}

// A router tells no prefix of a session: while its device is online, nobody else gets it.
func TestAPrefixWithASessionOnItIsNotGiven(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b, _ := pooled(t, d)
		delegated := func(grantID int64, mac access.MAC) netip.Prefix {
			g := access.Grant{ID: grantID, Limits: access.Limits{Address: access.Address{DelegatedPool: "pd"}}}
			return b.standsAt(context.Background(), &g, mac).Delegated
		}
		mine, left := delegated(testGrant, testMAC), delegated(testGrant, "112233445566") // only the first has a session
		b.applied(t, aStart)
		b.clock.Advance(3 * time.Hour)
		again := false
		for i := range int64(16) {
			got := delegated(9000+i, "112233445566")
			if got == mine {
				t.Fatalf("%v was given away while a session stands on it", got)
			}
			again = again || got == left
		}
		if !again {
			t.Errorf("%v is kept for nobody", left)
		}
		b.applied(t, arrived{4 * time.Hour, report{status: end, id: aStart.id, seconds: 4 * 3600}})
		b.clock.Advance(3 * time.Hour)
		for i := range int64(16) {
			again = again && delegated(9100+i, "112233445566") != mine
		}
		if again {
			t.Errorf("%v is not given again once its session is over", mine)
		}
	})
}

// deadPools is a database that does not answer.
type deadPools struct{}

func (deadPools) Lease(context.Context, string, int64, access.MAC, pools.Stands) (netip.Prefix, error) {
	return netip.Prefix{}, fault.New(fault.Unavailable, "unavailable")
}

func (deadPools) Own(*db.Tx, int64, []netip.Prefix) ([]pools.Lease, error) {
	return nil, fault.New(fault.Unavailable, "unavailable")
}

func TestNobodyIsKeptOffForAnAddress(t *testing.T) {
	b := newBench(t, testdb.SQLite(t))
	b.pools = deadPools{}
	own := access.Address{IPv4: netip.MustParseAddr("196.201.1.7"), Pool: "homes"}
	if got := b.standsAt(context.Background(), &access.Grant{Limits: access.Limits{Address: own}}, testMAC); got.IPv4 != own.IPv4 || got.Pool != "" {
		t.Errorf("what is the subscriber's own: %+v", got)
	}
	got := b.standsAt(context.Background(), &access.Grant{Limits: access.Limits{Address: access.Address{Pool: "homes"}}}, testMAC)
	if !got.IsZero() || !b.log.has("no address can be leased") {
		t.Errorf("%+v", got)
	}
}
