package router

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// elsewhere is an outside whose only name moves.
type elsewhere struct {
	home  netip.Addr
	calls []string
	shook time.Time
}

func (e *elsewhere) Resolve(name string) (netip.Addr, error) {
	if name != "home.example" {
		return netip.Addr{}, errors.New("no such name")
	}
	return e.home, nil
}
func (e *elsewhere) Dial(peer string, to netip.AddrPort) { e.calls = append(e.calls, to.String()) }
func (e *elsewhere) Handshake(string) time.Time          { return e.shook }

// TestAPeerResolvesItsNameOnce: when it is made, switched on or given an endpoint, and not because time passes.
func TestAPeerResolvesItsNameOnce(t *testing.T) {
	e := &elsewhere{home: netip.MustParseAddr("192.0.2.1")}
	c := BareConfiguration("7.19.4")
	c.SetOutside(e)
	start := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	c.Pass(start)
	run := func(script, want string) {
		t.Helper()
		if got, err := c.Run(script); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", script, got, err, want)
		}
	}
	run(`/interface wireguard add name=wg
/interface wireguard peers add interface=wg public-key=k endpoint-address=home.example endpoint-port=51820 comment=it`, "")
	e.home = netip.MustParseAddr("192.0.2.2")
	c.Pass(start.Add(time.Hour))
	const where = `:put [/interface wireguard peers get [/interface wireguard peers find] current-endpoint-address]`
	const seen = `:put [:typeof [/interface wireguard peers get [/interface wireguard peers find] last-handshake]]`
	run(where, "192.0.2.1\n")
	run(seen, "nil\n")
	run("/interface wireguard peers set [find where comment=it] comment=that", "")
	run(where, "192.0.2.1\n")
	e.shook = start.Add(time.Hour - 200*time.Second)
	run(seen, "time\n")
	run(`:put [/interface wireguard peers get [/interface wireguard peers find] last-handshake]`, "3m20s\n")
	run("/interface wireguard peers disable [find where comment=that]", "")
	run(where+"\n"+seen, "\nnil\n")
	run("/interface wireguard peers enable [find where comment=that]", "")
	run(where, "192.0.2.2\n")
	run("/interface wireguard peers set [find where comment=that] endpoint-address=nowhere.example", "")
	run(where, "\n")
	run("/interface wireguard peers remove [find where comment=that]", "")
	if got := strings.Join(e.calls, " "); got != "192.0.2.1:51820 invalid AddrPort 192.0.2.2:51820 invalid AddrPort invalid AddrPort" {
		t.Errorf("called %s", got)
	}
}

// TestASchedulerRunsAtItsInterval, with its own policies, while it is on.
func TestASchedulerRunsAtItsInterval(t *testing.T) {
	c := BareConfiguration("6.49.18")
	start := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	c.Pass(start)
	if _, err := c.Run(`/system scheduler add name=a interval=1m comment=x on-event="/ip pool add name=[:len [/ip pool find]] ranges=1"
/system scheduler add name=never on-event="/ip pool add name=never ranges=1"
/system scheduler add name=b interval=5m on-event="/user add name=thief group=full"`); err != nil {
		t.Fatal(err)
	}
	made := func() int { return strings.Count(c.Export(), "/ip/pool ") }
	before := made()
	c.Pass(start.Add(30 * time.Second))
	if made() != before {
		t.Error("too early")
	}
	c.Pass(start.Add(10*time.Minute + 30*time.Second))
	if got := made() - before; got != 10 || strings.Contains(c.Export(), `name="thief"`) {
		t.Errorf("%d runs in ten minutes\n%s", got, c.Export())
	}
	if _, err := c.Run("/system scheduler disable [find where comment=x]"); err != nil {
		t.Fatal(err)
	}
	c.Pass(start.Add(time.Hour))
	if got := made() - before; got != 10 {
		t.Errorf("%d: off, and it ran", got)
	}
}
