package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/load"
	"mtandao/internal/site"
	"mtandao/internal/testdb"
	"mtandao/radius/routers"
)

const (
	benchLogins   = 100_000
	benchSessions = 5_000_000 // closed ones; MTANDAO_BENCH_SESSIONS takes its place
	benchRouters  = 4
	benchOpen     = 50_000 // sessions that accounting tells of
	benchSecret   = "bench-secret-of-the-routers"
)

// benchWorld is the running program with a large provider's past in its database.
type benchWorld struct {
	*Main
	site       site.Site
	routers    []routers.Router
	tb         testing.TB
	template   int64        // the grant that all others are copies of
	people     []load.Login // by grant
	auth, acct netip.AddrPort
	runs       int          // of accounting so far
	learn      func() error // gives the people of accounting their Class
}

func openBenchWorld(b *testing.B, dialect string) *benchWorld {
	b.Helper()
	c := Config{DB: benchURL(b, dialect), Data: b.TempDir(), HTTP: "127.0.0.1:0", RadiusAuth: "127.0.0.1:0", RadiusAcct: "127.0.0.1:0", Dev: true}
	c.fill()
	w := &benchWorld{tb: b}
	w.fill(b, c)
	var err error
	if w.Main, err = New(b.Context(), c, Options{}); err != nil {
		b.Fatal(err)
	}
	w.auth, w.acct = w.RadiusAddresses()
	w.learn = sync.OnceValue(func() error {
		o := w.options(load.PAP, w.auth)
		o.Logins, o.Learn, o.Count, o.For = w.people[:benchOpen], true, benchOpen, time.Hour
		r, err := load.Run(b.Context(), o)
		return errors.Join(err, r.Fault)
	})
	w.run(b)
	until(b, time.Minute, "the grants are in memory", func() bool { return w.Access.Freshness().Grants > benchLogins })
	return w
}

// benchURL is a database of the tests, or the empty one that MTANDAO_BENCH_MYSQL names: the tests' MariaDB is in memory.
func benchURL(b *testing.B, dialect string) string {
	if url := os.Getenv("MTANDAO_BENCH_MYSQL"); url != "" && dialect == db.MySQL {
		return url
	}
	return testdb.URL(b, dialect)
}

func (w *benchWorld) run(b *testing.B) {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	b.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, w.Close()); err != nil {
			b.Error(err)
		}
	})
}

// fill stores the provider through the services, and its past straight into the tables.
func (w *benchWorld) fill(b *testing.B, c Config) {
	b.Helper()
	took := clock.Stopwatch()
	if err := migrate(b.Context(), c); err != nil {
		b.Fatal(err)
	}
	m, err := Open(b.Context(), c, Options{})
	if err != nil {
		b.Fatal(err)
	}
	w.Main = m
	err = errors.Join(m.DB.InTx(b.Context(), w.settle), w.past(b.Context(), closedSessions(b)), m.Close())
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%d logins and %d closed sessions filled in within %v", benchLogins, closedSessions(b), took())
}

func closedSessions(b *testing.B) int {
	text := os.Getenv("MTANDAO_BENCH_SESSIONS")
	if text == "" {
		return benchSessions
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

func (w *benchWorld) settle(tx *db.Tx) error {
	brand, err := w.Sites.SaveBrand(tx, demoBrands[0])
	if err != nil {
		return err
	}
	if w.site, err = w.Sites.SaveSite(tx, site.Site{Slug: "kasarani", Name: "Kasarani", Language: "en", Phone: "0700 123 456", BrandID: brand.ID}); err != nil {
		return err
	}
	for _, p := range demoPlans() {
		if _, err := w.Plans.Save(tx, p); err != nil {
			return err
		}
	}
	for i := range benchRouters {
		r, err := w.Routers.Save(tx, routers.Router{Name: fmt.Sprint("bench-", i), SiteID: w.site.ID, Dialect: routers.MikroTik, Secret: benchSecret,
			Addresses: []netip.Prefix{netip.PrefixFrom(benchSource(i), 32)}, Auth: routers.AuthRequired, MACLogin: true, LoginHosts: []string{"10.5.50.1"}})
		if err != nil {
			return err
		}
		w.routers = append(w.routers, r)
	}
	return nil
}

func benchSource(router int) netip.Addr { return netip.AddrFrom4([4]byte{127, 0, 7, byte(router + 1)}) }

// ceilings are what the machine and the client could do at most.
func ceilings(b *testing.B) {
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- load.Ceiling(ctx, conn, benchSecret) }()
	for _, mode := range []string{load.PAP, load.Accounting} {
		b.Run(mode, func(b *testing.B) {
			measure(b, load.Options{Mode: mode, To: conn.LocalAddr().(*net.UDPAddr).AddrPort(), Secret: benchSecret,
				Logins: []load.Login{{Name: "user000001", Password: "pass000001", MAC: benchMAC(1).Colons()}}})
		})
	}
	stop()
	if err := errors.Join(<-ended, conn.Close()); err != nil {
		b.Error(err)
	}
}
