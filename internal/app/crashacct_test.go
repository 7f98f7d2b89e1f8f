package app

import (
	"context"
	"crypto/md5"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// TestAnsweredAccountingSurvivesAKill: the program is killed at durable writes of many kinds while Stops of many sessions come
// in, and is started again. Whatever was answered is counted, and what was sent again is counted once.
func TestAnsweredAccountingSurvivesAKill(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			g := openKilledGate(t, dialect)
			_, points := g.tellStops(t, "")
			killed := 0
			for _, point := range ofAccounting(points) {
				n, _ := g.tellStops(t, point)
				killed += n
			}
			if t.Logf("killed %d times at %q", killed, ofAccounting(points)); killed < 5 {
				t.Errorf("killed only %d times", killed)
			}
			g.check(t)
		})
	}
}

// ofAccounting are the first writes of each kind that storing and applying accounting makes.
func ofAccounting(points []string) (some []string) {
	for _, point := range points {
		if (strings.HasPrefix(point, "internal/spool.") || strings.HasPrefix(point, "radius.")) && (strings.HasSuffix(point, "#1") || strings.HasSuffix(point, "#2")) {
			some = append(some, point)
		}
	}
	return some
}

// killedGate is a router of a program that dies.
type killedGate struct {
	*crashStory
	grant    int64
	class    []byte
	sent     int64
	sessions int
}

func openKilledGate(t *testing.T, dialect string) *killedGate {
	t.Helper()
	g := &killedGate{crashStory: &crashStory{lane: openLane(t, lanes)}} // beyond the lanes that run beside it
	folder := t.TempDir()
	g.config = Config{DB: "sqlite:" + filepath.Join(folder, "crash.db"), Data: folder, Dev: true}
	if dialect == db.MySQL {
		g.config.DB = testdb.URL(t, dialect)
	}
	if err := g.furnish(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.router.Close)
	m, err := Open(t.Context(), g.config, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	stage := &Stage{Main: m, options: DemoOptions{Log: slog.New(slog.DiscardHandler)}}
	site, _, _ := m.Sites.BySlug("kasarani")
	inside := &gate{Stage: stage}
	inside.save(t, routers.Router{SiteID: site.ID, Name: "gate", Dialect: routers.MikroTik, Secret: gateSecret, Auth: routers.AuthRequired,
		Interim: 5 * time.Minute, Addresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	inside.giveLimits(t, access.Limits{Valid: 24 * time.Hour, Devices: 3})
	g.grant = inside.grant
	return g
}

// send repeats a packet until it is answered, as a router does: after a wait and with another identifier. An answer to an earlier
// copy is an answer: a machine that is always slower than the wait would else be heard one copy late for ever.
func send(to string, wait time.Duration, packet func(id byte) []byte) ([]byte, error) {
	conn, err := (&net.Dialer{LocalAddr: &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}}).Dial("udp", to)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	for id := range byte(100) {
		_, _ = conn.Write(packet(id)) // refused while the program is dead
		next := time.Now().Add(wait)
		_ = conn.SetReadDeadline(next)
		answer := make([]byte, 4096)
		if n, err := conn.Read(answer); err == nil && n >= 20 && answer[1] <= id {
			return answer[:n], nil
		}
		time.Sleep(time.Until(next) + 20*time.Millisecond) // refused at once is no answer either
	}
	return nil, fmt.Errorf("no answer from %s", to)
}

func (g *killedGate) logIn(t *testing.T) []byte {
	t.Helper()
	answer, err := send(g.config.RadiusAuth, 3*time.Second, func(id byte) []byte { return papOctets(id, "02-AA-BB-CC-DD-01", "asha", "siri") })
	if err != nil || answer[0] != 2 {
		t.Fatalf("log-in: %x, %v", answer, err)
	}
	for rest := answer[20:]; len(rest) > 2; rest = rest[rest[1]:] {
		if rest[0] == 25 {
			return rest[2:rest[1]]
		}
	}
	t.Fatal("no Class")
	return nil
}

// tellStops runs the program while Stops come in, with a kill at one durable write, until they are applied.
func (g *killedGate) tellStops(t *testing.T, point string) (killed int, passed []string) {
	t.Helper()
	child, err := startChild(childOrder{Config: g.config, Point: point})
	if err != nil {
		t.Fatal(err)
	}
	if g.class == nil {
		g.class = g.logIn(t)
	}
	if err := child.arm(); err != nil {
		t.Fatal(err)
	}
	g.stopMany(t)
	g.untilApplied(t)
	if killed, passed, err = child.stop(); err != nil {
		t.Fatal(err)
	}
	return killed, passed
}

func (g *killedGate) untilApplied(t *testing.T) {
	t.Helper()
	until(t, 20*time.Second, "all is applied", func() bool {
		var counts []int64
		err := g.read(context.Background(), "SELECT COUNT(*) FROM sessions_closed WHERE closed_by = 'router'", &counts)
		return err == nil && len(counts) == 1 && counts[0] == int64(g.sessions)
	})
}

// stopMany reports the Stops of some sessions at once, each of its own number of bytes.
func (g *killedGate) stopMany(t *testing.T) {
	t.Helper()
	var all sync.WaitGroup
	for range 24 {
		g.sessions++
		n := g.sessions
		g.sent += int64(1000 + n)
		all.Go(func() {
			answer, err := send(g.config.RadiusAcct, 300*time.Millisecond, func(id byte) []byte { return stopOctets(id, n, g.class) })
			if err != nil || answer[0] != 5 {
				t.Errorf("Stop %d: %x, %v", n, answer, err)
			}
		})
	}
	all.Wait()
}

// stopOctets writes an Accounting-Request by RFC 2866.
func stopOctets(id byte, session int, class []byte) []byte {
	wire := make([]byte, 20)
	wire[0], wire[1] = 4, id
	add := func(kind byte, value []byte) { wire = append(append(wire, kind, byte(len(value)+2)), value...) }
	number := func(kind byte, n int) { add(kind, binary.BigEndian.AppendUint32(nil, uint32(n))) }
	add(1, []byte("asha"))
	add(25, class)
	add(31, fmt.Appendf(nil, "02-AA-BB-CC-%02X-%02X", session>>8, session&255))
	number(40, 2)                               // Acct-Status-Type: Stop
	number(41, int(id))                         // Acct-Delay-Time: a copy is another packet of the same event
	number(42, 1000)                            // Acct-Input-Octets
	number(43, session)                         // Acct-Output-Octets
	add(44, fmt.Appendf(nil, "8%07x", session)) // Acct-Session-Id
	number(46, 10)                              // Acct-Session-Time
	binary.BigEndian.PutUint16(wire[2:], uint16(len(wire)))
	sum := md5.Sum(append(wire[:len(wire):len(wire)], gateSecret...))
	copy(wire[4:], sum[:])
	return wire
}

// check starts the program once more, without a kill, and waits until the spool is applied.
func (g *killedGate) check(t *testing.T) {
	t.Helper()
	child, err := startChild(childOrder{Config: g.config})
	if err != nil {
		t.Fatal(err)
	}
	g.untilApplied(t)
	if _, _, err := child.stop(); err != nil {
		t.Error(err)
	}
	for query, want := range map[string]int64{
		"SELECT COUNT(*) FROM sessions_closed":                                int64(g.sessions),
		"SELECT COUNT(*) FROM sessions_open":                                  0,
		"SELECT SUM(bytes_up + bytes_down) FROM sessions_closed":              g.sent,
		fmt.Sprintf("SELECT used_bytes FROM grants WHERE id = %d", g.grant):   g.sent,
		fmt.Sprintf("SELECT used_seconds FROM grants WHERE id = %d", g.grant): int64(10 * g.sessions),
		"SELECT COUNT(*) FROM accounting_set_aside":                           0,
	} {
		var got []int64
		if err := g.read(context.Background(), query, &got); err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%v, not %d: %s, %v", got, want, strings.TrimPrefix(query, "SELECT "), err)
		}
	}
}
