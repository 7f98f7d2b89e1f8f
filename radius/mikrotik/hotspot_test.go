package mikrotik

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

// script answers each command by its path with sentences, and keeps what it was asked.
type script struct {
	mu    sync.Mutex
	asked []string
	lines map[string][][]string
}

func (s *script) answer(conn net.Conn, words []string) {
	s.mu.Lock()
	s.asked = append(s.asked, strings.Join(words[:len(words)-1], " "))
	s.mu.Unlock()
	for _, sentence := range s.lines[words[0]] {
		say(conn, reply(words, sentence...))
	}
	say(conn, reply(words, "!done"))
}

func scripted(t *testing.T, lines map[string][][]string) (*Dialect, routers.Router, *script, *device) {
	s := &script{lines: lines}
	device := newDevice(t, s.answer)
	d := New()
	t.Cleanup(func() { _ = d.Close() })
	return d, routers.Router{ID: 1, APIAddress: device.address(), APIUser: "api", APIPassword: "secret"}, s, device
}

var guest = routers.Login{MAC: "aabbcc001122", IP: netip.MustParseAddr("10.5.50.33"), Name: "o1", Secret: "s1"}

func TestLogInUsesTheRoutersOwnHostEntry(t *testing.T) {
	d, r, s, device := scripted(t, map[string][][]string{"/ip/hotspot/host/print": {
		{"!re", "=mac-address=AA:BB:CC:00:11:22", "=address=10.5.50.30", "=authorized=false"},
		{"!re", "=mac-address=AA:BB:CC:00:11:22", "=address=192.168.9.9", "=to-address=10.5.50.33", "=authorized=false"},
	}})
	for range 2 {
		if err := d.LogIn(context.Background(), r, guest); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"/ip/hotspot/host/print =.proplist=mac-address,address,to-address,authorized,bypassed ?mac-address=AA:BB:CC:00:11:22",
		"/ip/hotspot/active/login =ip=192.168.9.9 =mac-address=AA:BB:CC:00:11:22 =user=o1 =password=s1",
	}
	if !slices.Equal(s.asked[:2], want) || len(s.asked) != 4 {
		t.Errorf("asked %q", s.asked)
	}
	if n := device.logins.Load(); n != 1 {
		t.Errorf("%d connections for one router", n)
	}
}

func TestLogInOutcomes(t *testing.T) {
	host := []string{"!re", "=mac-address=AA:BB:CC:00:11:22", "=address=10.5.50.33", "=authorized=false"}
	login := func(message string) map[string][][]string {
		return map[string][][]string{"/ip/hotspot/host/print": {host}, "/ip/hotspot/active/login": {{"!trap", "=category=4", "=message=" + message}}}
	}
	for name, c := range map[string]struct {
		lines map[string][][]string
		kind  fault.Kind
		key   string
		calls int
	}{
		"nobody there":     {nil, fault.NotFound, "router.no_host", 1},
		"someone else":     {map[string][][]string{"/ip/hotspot/host/print": {{"!re", "=mac-address=AA:BB:CC:00:11:99", "=address=10.5.50.33"}}}, fault.NotFound, "router.no_host", 1},
		"wrong password":   {login("invalid username or password"), fault.Denied, "router.refused", 2},
		"no such menu":     {login("no such command prefix"), fault.Denied, "router.no_command", 2},
		"no right":         {login("not enough permissions (9)"), fault.Denied, "router.no_permission", 2},
		"RADIUS is silent": {login("RADIUS server is not responding"), fault.Unavailable, "router.busy", 2},
		"just left":        {login("unknown host IP 10.5.50.33"), fault.NotFound, "router.no_host", 2},
		"already online":   {map[string][][]string{"/ip/hotspot/host/print": {{"!re", "=mac-address=AA:BB:CC:00:11:22", "=address=10.5.50.33", "=authorized=true"}}}, fault.Internal, "internal", 1},
	} {
		d, r, s, _ := scripted(t, c.lines)
		err := d.LogIn(context.Background(), r, guest)
		if c.key == "internal" && err == nil {
			continue
		}
		if !fault.Is(err, c.kind) || fault.KeyOf(err) != c.key || len(s.asked) != c.calls {
			t.Errorf("%s: %v after %q", name, err, s.asked)
		}
		if strings.Contains(err.Error(), "s1") {
			t.Errorf("%s: the secret is in %v", name, err)
		}
	}
}

func TestRemove(t *testing.T) {
	ref := routers.SessionRef{UserName: "o1", IP: netip.MustParseAddr("10.5.50.33")}
	d, r, s, _ := scripted(t, map[string][][]string{"/ip/hotspot/active/print": {
		{"!re", "=.id=*A", "=user=o1", "=address=10.5.50.33"}, {"!re", "=.id=*B", "=user=other", "=address=10.5.50.33"},
	}})
	if err := d.Remove(context.Background(), r, ref); err != nil {
		t.Fatal(err)
	}
	if want := []string{"/ip/hotspot/active/print =.proplist=.id,user,address ?user=o1 ?address=10.5.50.33", "/ip/hotspot/active/remove =.id=*A"}; !slices.Equal(s.asked, want) {
		t.Errorf("asked %q", s.asked)
	}
	d, r, _, _ = scripted(t, nil)
	if err := d.Remove(context.Background(), r, ref); fault.KeyOf(err) != "router.no_session" {
		t.Errorf("nothing to remove: %v", err)
	}
	if err := d.Remove(context.Background(), r, routers.SessionRef{UserName: "o1"}); fault.KeyOf(err) != "router.unnamed_session" {
		t.Errorf("no address: %v", err)
	}
}

func TestRouterOutOfReach(t *testing.T) {
	d := New()
	if err := d.LogIn(context.Background(), routers.Router{}, guest); fault.KeyOf(err) != "router.no_api" {
		t.Errorf("no API: %v", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	r := routers.Router{ID: 1, APIAddress: address, APIUser: "api"}
	if err := d.LogIn(context.Background(), r, guest); !fault.Is(err, fault.Unavailable) || fault.KeyOf(err) != "router.unreachable" {
		t.Errorf("nothing listens: %v", err)
	}
}

func TestRouterThatNeverAnswers(t *testing.T) {
	device := newDevice(t, func(net.Conn, []string) {})
	d := New()
	t.Cleanup(func() { _ = d.Close() })
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	r := routers.Router{ID: 1, APIAddress: device.address(), APIUser: "api"}
	if err := d.LogIn(ctx, r, guest); !fault.Is(err, fault.Unavailable) || fault.KeyOf(err) != "router.timed_out" {
		t.Errorf("%v", err)
	}
}

func TestAPIPasswordRefused(t *testing.T) {
	d, r, _, device := scripted(t, nil)
	device.login = func(w []string) string {
		return reply(w, "!trap", "=message=invalid user name or password (6)") + reply(w, "!done")
	}
	if err := d.LogIn(context.Background(), r, guest); !fault.Is(err, fault.Denied) || fault.KeyOf(err) != "router.api_login" {
		t.Errorf("%v", err)
	}
}
