package router

import (
	"bufio"
	"crypto/tls"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

type apiClient struct {
	t      *testing.T
	conn   net.Conn
	reader *bufio.Reader
}

func dialAPI(t *testing.T, r *Router) *apiClient {
	t.Helper()
	conn, err := net.Dial("tcp", r.APIAddress())
	if err != nil {
		t.Fatal(err)
	}
	return onConn(t, conn)
}

func onConn(t *testing.T, conn net.Conn) *apiClient {
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	return &apiClient{t, conn, bufio.NewReader(conn)}
}

func (c *apiClient) say(words ...string) { _, _ = c.conn.Write(appendSentence(nil, words...)) }

func (c *apiClient) hear() string {
	words, err := readSentence(c.reader)
	if err != nil {
		return err.Error()
	}
	return strings.Join(words, " ")
}

// run says a command and hears everything up to !done or !fatal.
func (c *apiClient) run(words ...string) (heard []string) {
	c.t.Helper()
	c.say(words...)
	for {
		heard = append(heard, c.hear())
		if last := heard[len(heard)-1]; !strings.HasPrefix(last, "!re") && !strings.HasPrefix(last, "!trap") && last != "!empty" {
			return heard
		}
	}
}

func admitted(t *testing.T, r *Router) *apiClient {
	t.Helper()
	c := dialAPI(t, r)
	c.expect(c.run("/login", "=name=mtandao", "=password=pa=ss"), "!done")
	return c
}

func (c *apiClient) expect(got []string, want ...string) {
	c.t.Helper()
	if !slices.Equal(got, want) {
		c.t.Errorf("heard %q, want %q", got, want)
	}
}

func TestAPILogin(t *testing.T) {
	r, _ := start(t, newFakeServer(t), nil)
	c := dialAPI(t, r)
	c.expect(c.run("/login", "=name=mtandao", "=password=wrong"), "!trap =message=invalid user name or password (6)", "!done")
	c.expect(c.run("/system/identity/print"), "!fatal not logged in")
	if err := c.hear(); err != "EOF" {
		t.Errorf("after !fatal: %s", err)
	}
	c = admitted(t, r)
	c.expect(c.run("/system/identity/print", ".tag=x1"), "!re .tag=x1 =name=kasarani-1", "!done .tag=x1")
	c.expect(c.run("/system/resource/print", "=.proplist=version,uptime"), "!re =version=7.19.4 (stable) =uptime=0s", "!done")
	c.expect(c.run("/nothing"), "!trap =category=0 =message=no such command", "!done")
	c.expect(c.run("/ip/hotspot/active/print"), "!empty", "!done")
	c.expect(c.run("/quit"), "!fatal session terminated on request")
}

func TestHotspotByAPI(t *testing.T) {
	f := newFakeServer(t)
	f.decide = func(p *packet) *packet {
		if p.text(attrUserName) != "good" {
			return reject("Your time is over")
		}
		return accept(number(attrSessionTimeout, 3600), vendorNumber(vendorMikroTik, 17, 1_000_000_000))
	}
	r, plan := start(t, f, nil)
	d := join(t, r, "aabbcc001122")
	d.Use(8000)
	address := "=ip=" + d.IP().String()
	c := admitted(t, r)
	login := "/ip/hotspot/active/login"
	c.expect(c.run(login, "=ip=10.20.9.9", "=user=good"), "!trap =category=0 =message=unknown host IP 10.20.9.9", "!done")
	c.expect(c.run(login, address, "=user=good", "=mac-address=00:00:00:00:00:01"),
		"!trap =category=0 =message=unknown host IP "+d.IP().String()+" MAC 00:00:00:00:00:01", "!done")
	c.expect(c.run(login, address, "=user=bad", ".tag=1"), "!trap .tag=1 =category=4 =message=Your time is over", "!done .tag=1")
	c.expect(c.run(login, address, "=user=good", "=password=s=1", "=mac-address=AA:BB:CC:00:11:22"), "!done")
	if password(f.asked()[1]) != "s=1" {
		t.Errorf("password %q", password(f.asked()[1]))
	}
	plan.Advance(90 * time.Second)
	heard := c.run("/ip/hotspot/active/print", "?user=good", "=.proplist=.id,user,address,mac-address,uptime,session-time-left,bytes-in,bytes-out,limit-bytes-total")
	id := only(t, r)
	if len(heard) != 2 || !strings.HasSuffix(heard[0], "=user=good =address="+id.IP.String()+" =mac-address=AA:BB:CC:00:11:22 =uptime=1m30s "+
		"=session-time-left=58m30s =bytes-in=9000000 =bytes-out=90000000 =limit-bytes-total=1000000000") {
		t.Fatalf("active: %q", heard)
	}
	c.expect(c.run("/ip/hotspot/active/print", "?user=other"), "!empty", "!done")
	if hosts := c.run("/ip/hotspot/host/print", "?mac-address=AA:BB:CC:00:11:22", "=.proplist=address,authorized"); hosts[0] != "!re =address="+d.IP().String()+" =authorized=true" {
		t.Errorf("hosts: %q", hosts)
	}
	item := strings.TrimPrefix(strings.Fields(heard[0])[1], "=.id=")
	c.expect(c.run("/ip/hotspot/active/remove", "=numbers=*FFFF"), "!trap =category=0 =message=no such item", "!done")
	c.expect(c.run("/ip/hotspot/active/remove", "=.id="+item), "!done")
	if s := only(t, r); s.Online || s.Cause != AdminReset {
		t.Errorf("removed: %+v", s)
	}
	if radius := c.run("/radius/print"); !strings.Contains(radius[0], "=service=hotspot") || strings.Contains(radius[0], testSecret) {
		t.Errorf("radius: %q", radius)
	}
}

func TestRemovedHostComesBackByMAC(t *testing.T) {
	f := newFakeServer(t)
	allowed := false
	f.decide = func(*packet) *packet {
		if allowed {
			return accept()
		}
		return reject("")
	}
	r, _ := start(t, f, func(o *Options) { o.MACLogin = true })
	d := join(t, r, "aabbcc001122")
	f.set(func(*fakeServer) { allowed = true })
	c := admitted(t, r)
	id := strings.Fields(c.run("/ip/hotspot/host/print", "=.proplist=.id")[0])[1]
	c.expect(c.run("/ip/hotspot/host/remove", id), "!done")
	until(t, "MAC log-in of the new host", d.Online)
}

func TestCancelInterruptsALogin(t *testing.T) {
	f := newFakeServer(t)
	f.decide = func(*packet) *packet { return nil }
	r, _ := start(t, f, func(o *Options) { o.Timeout = 20 * time.Second })
	d := join(t, r, "aabbcc001122")
	c := admitted(t, r)
	c.say("/ip/hotspot/active/login", "=ip="+d.IP().String(), "=user=v", ".tag=slow")
	until(t, "the Access-Request", func() bool { return len(f.asked()) == 1 })
	c.expect(c.run("/system/identity/print", ".tag=quick"), "!re .tag=quick =name=kasarani-1", "!done .tag=quick")
	c.say("/cancel", "=tag=slow", ".tag=c")
	heard := []string{c.hear(), c.hear(), c.hear()}
	slices.Sort(heard)
	c.expect(heard, "!done .tag=c", "!done .tag=slow", "!trap .tag=slow =category=2 =message=interrupted")
}

func TestTwentySessions(t *testing.T) {
	r, _ := start(t, newFakeServer(t), nil)
	var last *apiClient
	for range maxAPISessions {
		last = admitted(t, r)
	}
	refused := dialAPI(t, r)
	refused.say("/login", "=name=mtandao", "=password=pa=ss")
	if heard := refused.hear(); strings.HasPrefix(heard, "!") {
		t.Errorf("session 21 heard %q", heard)
	}
	_ = last.conn.Close()
	until(t, "a free session", func() bool {
		c := dialAPI(t, r)
		c.say("/login", "=name=mtandao", "=password=pa=ss")
		return c.hear() == "!done"
	})
}

func TestUnreachableAPI(t *testing.T) {
	r, _ := start(t, newFakeServer(t), nil)
	c := admitted(t, r)
	r.SetFaults(Faults{APIUnreachable: true})
	c.say("/system/identity/print")
	if heard := c.hear(); strings.HasPrefix(heard, "!") {
		t.Errorf("old connection heard %q", heard)
	}
	again := dialAPI(t, r)
	again.say("/login", "=name=mtandao", "=password=pa=ss")
	if heard := again.hear(); strings.HasPrefix(heard, "!") {
		t.Errorf("new connection heard %q", heard)
	}
	r.SetFaults(Faults{})
	admitted(t, r)
}

func TestAPIOverTLS(t *testing.T) {
	donor := httptest.NewUnstartedServer(nil)
	donor.StartTLS()
	defer donor.Close()
	r, _ := start(t, newFakeServer(t), func(o *Options) { o.APITLS = &tls.Config{Certificates: donor.TLS.Certificates} })
	conn, err := tls.Dial("tcp", r.APIAddress(), &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	c := onConn(t, conn)
	c.expect(c.run("/login", "=name=mtandao", "=password=pa=ss"), "!done")
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0s", 59 * time.Second: "59s", time.Hour: "1h", 90061 * time.Second: "1d1h1m1s", 8 * 24 * time.Hour: "1w1d"} {
		if got := span(d); got != want {
			t.Errorf("%v is %s", d, got)
		}
	}
}
