package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	codec "layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2866"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// TestEverybodyReturnsAtOnce is "must be shown" 3 of the AAA issue: after an outage of the network 3,000 routers send again each
// second whatever is not answered, and 50,000 subscribers come back within a minute, one in twenty for the first time. All are
// on line within three minutes, and memory stays bounded. Without MTANDAO_LONG it is a tenth of them in a tenth of the minute.
func TestEverybodyReturnsAtOnce(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := &storm{T: t, routers: 300, people: 5000, within: 6 * time.Second, data: t.TempDir(), url: testdb.URL(t, dialect)}
			if long {
				s.routers, s.people, s.within = 10*s.routers, 10*s.people, 10*s.within
			}
			s.furnish()
			s.blow()
		})
	}
}

type storm struct {
	*testing.T
	routers, people int
	within          time.Duration
	data, url       string
	main            *Main
	online, refused atomic.Int64
	sent            atomic.Int64
}

func stormMAC(n int) access.MAC { return access.MAC(fmt.Sprintf("0a00%08x", n)) }

// furnish stores the routers and the people, nineteen of twenty of whom were on line before, and starts the program.
func (s *storm) furnish() {
	s.Helper()
	c := Config{DB: s.url, Data: s.data, HTTP: "127.0.0.1:0", RadiusAuth: "127.0.0.1:0", RadiusAcct: "127.0.0.1:0", Dev: true}
	c.fill()
	if err := migrate(s.Context(), c); err != nil {
		s.Fatal(err)
	}
	m, err := Open(s.Context(), c, Options{})
	if err != nil {
		s.Fatal(err)
	}
	applyText(s.T, m, "sites:\n  - {slug: a, name: A}\n")
	site, _, err := m.Sites.BySlug("a")
	for from := 0; err == nil && from < s.routers; from += 100 {
		err = m.DB.InTx(s.Context(), func(tx *db.Tx) error { return s.plug(tx, m, site.ID, from, min(from+100, s.routers)) })
	}
	for from := 0; err == nil && from < s.people; from += 100 {
		err = m.DB.InTx(s.Context(), func(tx *db.Tx) error { return s.sell(tx, m, site.ID, from, min(from+100, s.people)) })
	}
	if err == nil {
		now := time.Now().UTC()
		_, err = m.DB.SQL().Exec("UPDATE grants SET state = 'active', first_used_at = ?, until = ?, version = version + 1 WHERE plan = 'before'", now, now.Add(24*time.Hour))
	}
	if err = errors.Join(err, m.Close()); err != nil {
		s.Fatal(err)
	}
	if s.main, err = New(s.Context(), c, Options{}); err != nil {
		s.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.main.Run(ctx) }()
	s.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, s.main.Close()); err != nil {
			s.Error(err)
		}
	})
	until(s.T, time.Minute, "all are in memory", func() bool { return s.main.Access.Freshness().Grants == int64(s.people) })
}

func stormSource(router int) netip.Addr {
	return netip.AddrFrom4([4]byte{127, 3, byte(router / 250), byte(router%250 + 1)})
}

func (s *storm) plug(tx *db.Tx, m *Main, siteID int64, from, to int) error {
	for n := from; n < to; n++ {
		_, err := m.Routers.Save(tx, routers.Router{SiteID: siteID, Name: fmt.Sprint("r", n), Dialect: routers.MikroTik, Secret: gateSecret, Auth: routers.AuthRequired,
			Interim: 5 * time.Minute, MACLogin: true, Addresses: []netip.Prefix{netip.PrefixFrom(stormSource(n), 32)}})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *storm) sell(tx *db.Tx, m *Main, siteID int64, from, to int) error {
	for n := from; n < to; n++ {
		plan := "before"
		if n%20 == 0 {
			plan = "fresh"
		}
		_, err := m.Access.Give(tx, access.Offer{Source: access.Source{Kind: "gift", Key: fmt.Sprint(n)}, SiteID: siteID, Plan: plan,
			Limits: access.Limits{Valid: 24 * time.Hour, Devices: 1}, Place: access.Place{MAC: stormMAC(n)}})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *storm) blow() {
	s.Helper()
	ctx, stop := context.WithTimeout(s.Context(), 3*time.Minute)
	defer stop()
	begun := time.Now()
	var all sync.WaitGroup
	for n := range s.routers {
		all.Go(func() { s.router(ctx, n) })
	}
	heap, goroutines := uint64(0), 0
	for s.online.Load() < int64(s.people) && ctx.Err() == nil {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		heap, goroutines = max(heap, m.HeapInuse), max(goroutines, runtime.NumGoroutine())
		time.Sleep(100 * time.Millisecond)
	}
	took := time.Since(begun)
	stop()
	all.Wait()
	s.Logf("%d of %d on line after %v, with %d packets and %d refusals; at most %d MB and %d goroutines, %d of them the routers'",
		s.online.Load(), s.people, took.Round(time.Millisecond), s.sent.Load(), s.refused.Load(), heap>>20, goroutines, 3*s.routers)
	if s.online.Load() != int64(s.people) {
		s.Errorf("%d of %d are on line within three minutes", s.online.Load(), s.people)
	}
	if heap > 500<<20 || goroutines > 3*s.routers+5000 {
		s.Errorf("%d MB, %d goroutines", heap>>20, goroutines)
	}
}

// stormPort is a router's socket to one port of the server; what is not answered goes out again each second.
type stormPort struct {
	conn    *net.UDPConn
	mu      sync.Mutex
	waiting [256][]byte
	of      [256]int // whose
	next    byte
}

// send takes a free identifier and sends; false when all 256 are in use.
func (p *stormPort) send(who int, packet func(id byte) []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range 256 {
		if p.next++; p.waiting[p.next] == nil {
			p.waiting[p.next], p.of[p.next] = packet(p.next), who
			_, _ = p.conn.Write(p.waiting[p.next])
			return true
		}
	}
	return false
}

func (p *stormPort) again() (n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, wire := range p.waiting {
		if wire != nil {
			_, _ = p.conn.Write(wire)
			n++
		}
	}
	return n
}

// listen hands over each first answer until the socket is closed.
func (p *stormPort) listen(answered func(who int, code byte)) {
	buffer := make([]byte, 4096)
	for {
		n, err := p.conn.Read(buffer)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil || n < 20 {
			continue
		}
		p.mu.Lock()
		first := p.waiting[buffer[1]] != nil
		p.waiting[buffer[1]] = nil
		who := p.of[buffer[1]]
		p.mu.Unlock()
		if first {
			answered(who, buffer[0])
		}
	}
}

// router brings its share of the people back, each at an instant of its own; who is refused asks again a second later.
func (s *storm) router(ctx context.Context, n int) {
	auth, acct := s.main.RadiusAddresses()
	ports := [2]*stormPort{}
	for i, to := range []netip.AddrPort{auth, acct} {
		conn, err := net.DialUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(stormSource(n), 0)), net.UDPAddrFromAddrPort(to))
		if err != nil {
			s.Error(err)
			return
		}
		defer conn.Close()
		ports[i] = &stormPort{conn: conn}
	}
	var mu sync.Mutex
	due := map[int]time.Time{}
	for who := n; who < s.people; who += s.routers {
		due[who] = time.Now().Add(time.Duration(rand.Int64N(int64(s.within))))
	}
	go ports[0].listen(func(who int, code byte) {
		mu.Lock()
		defer mu.Unlock()
		if code != 2 {
			s.refused.Add(1)
			due[who] = time.Now().Add(time.Second)
			return
		}
		s.sent.Add(1)
		ports[1].send(who, func(id byte) []byte { return stormStart(id, who) })
	})
	go ports[1].listen(func(int, byte) { s.online.Add(1) })
	again, step := time.NewTicker(time.Second), time.NewTicker(20*time.Millisecond)
	defer again.Stop()
	defer step.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-again.C:
			s.sent.Add(ports[0].again() + ports[1].again())
		case <-step.C:
			mu.Lock()
			for who, at := range due {
				mac := stormMAC(who).Dashes()
				if time.Now().After(at) && ports[0].send(who, func(id byte) []byte { return papOctets(id, mac, mac, "x") }) {
					s.sent.Add(1)
					delete(due, who)
				}
			}
			mu.Unlock()
		}
	}
}

func stormStart(id byte, who int) []byte {
	p := codec.New(codec.CodeAccountingRequest, []byte(gateSecret))
	mac := stormMAC(who).Dashes()
	_ = rfc2866.AcctStatusType_Set(p, rfc2866.AcctStatusType_Value_Start)
	_ = rfc2866.AcctSessionID_SetString(p, fmt.Sprintf("81%06x", who))
	_ = rfc2865.UserName_SetString(p, mac)
	_ = rfc2865.CallingStationID_SetString(p, mac)
	p.Identifier = id
	wire, _ := p.Encode() // of attributes that we chose
	return wire
}
