package router

import (
	"net"
	"strings"
	"testing"
)

// withTree is a started router that serves a configuration with one user of limited rights.
func withTree(t *testing.T, version string) (*Router, *Configuration) {
	t.Helper()
	config := BareConfiguration(version)
	config.mustRun(`/user group add name=look policy=api,read
/user add name=looker group=look password=pass
/user add name=closed group=look password=pass address=10.0.0.0/8
/user group add name=ssh policy=ssh,read
/user add name=sheller group=ssh password=pass`)
	r := New(Options{API: "127.0.0.1:0", APIUser: "mtandao", APIPassword: "pa=ss", Configuration: config})
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r, config
}

func TestTreeByAPI(t *testing.T) {
	r, config := withTree(t, "7.19.4")
	c := admitted(t, r)
	made := c.run("/ip/pool/add", "=name=a", "=ranges=10.0.0.1-10.0.0.9", ".tag=1")
	id, ok := strings.CutPrefix(made[0], "!done .tag=1 =ret=")
	if !ok {
		t.Fatalf("heard %q", made)
	}
	c.expect(c.run("/ip/pool/print", "?name=a", "=.proplist=ranges,next-pool"), "!re =ranges=10.0.0.1-10.0.0.9 =next-pool=none", "!done")
	c.expect(c.run("/ip/pool/set", "=.id="+id, "=next-pool=b"), "!done")
	c.expect(c.run("/ip/pool/set", "=numbers="+id, "=nonsense=b"), "!trap =category=1 =message=unknown parameter nonsense", "!done")
	c.expect(c.run("/ip/pool/set", "=next-pool=b"), "!trap =category=0 =message=missing =.id=", "!done")
	c.expect(c.run("/ip/pool/remove", "=.id="+id), "!done")
	c.expect(c.run("/ip/pool/print", "?name=a"), "!empty", "!done")
	c.expect(c.run("/radius/incoming/set", "=accept=yes"), "!done")
	c.expect(c.run("/radius/incoming/print"), "!re =accept=true =port=1700", "!done")
	c.expect(c.run("/ip/service/remove", "=.id=telnet"), "!trap =category=1 =message=failure: can not remove this item", "!done")
	c.expect(c.run("/nothing/print"), "!trap =category=0 =message=no such command", "!done")
	if version := c.run("/system/resource/print", "=.proplist=version"); version[0] != "!re =version=7.19.4" || !strings.Contains(config.Export(), `accept="true"`) {
		t.Errorf("heard %q", version)
	}
}

func TestVersionSixHasNoEmptyAndNoWireGuard(t *testing.T) {
	r, _ := withTree(t, "6.49.18")
	c := admitted(t, r)
	c.expect(c.run("/ip/pool/print", "?name=a"), "!done")
	c.expect(c.run("/interface/wireguard/print"), "!trap =category=0 =message=no such command", "!done")
}

func TestUsersOfTheTree(t *testing.T) {
	r, config := withTree(t, "7.19.4")
	refused := "!trap =message=invalid user name or password (6)"
	for name, want := range map[string]string{"looker": "!done", "closed": refused, "sheller": refused, "nobody": refused} {
		c := dialAPI(t, r)
		if heard := c.run("/login", "=name="+name, "=password=pass"); heard[0] != want {
			t.Errorf("%s heard %q", name, heard)
		}
	}
	c := dialAPI(t, r)
	c.run("/login", "=name=looker", "=password=pass")
	no := []string{"!trap =message=not enough permissions (9)", "!done"}
	c.expect(c.run("/ip/pool/add", "=name=a", "=ranges=1"), no...)
	config.mustRun("/radius add service=ppp address=10.0.0.1 secret=hidden")
	if heard := strings.Join(c.run("/radius/print"), " "); strings.Contains(heard, "hidden") || !strings.Contains(heard, "10.0.0.1") {
		t.Errorf("heard %s", heard)
	}
	config.mustRun("/ip service set api disabled=yes")
	late := dialAPI(t, r)
	if heard := late.run("/login", "=name=looker", "=password=pass"); heard[0] != refused {
		t.Errorf("with the service off: %q", heard)
	}
}

func TestListen(t *testing.T) {
	r, config := withTree(t, "7.19.4")
	c := admitted(t, r)
	c.say("/ip/pool/listen", ".tag=l")
	c.expect(c.run("/system/identity/print", ".tag=x"), "!re .tag=x =name=MikroTik", "!done .tag=x") // so the listening has begun
	config.mustRun("/ip pool add name=a ranges=1; /ip pool set a ranges=2; /ip pool remove a")
	for _, want := range []string{"=ranges=1", "=ranges=2", "=.dead=yes"} {
		if heard := c.hear(); !strings.HasPrefix(heard, "!re .tag=l") || !strings.Contains(heard, want) {
			t.Errorf("heard %q, want %s", heard, want)
		}
	}
	c.say("/cancel", "=tag=l", ".tag=c")
	heard := []string{c.hear(), c.hear(), c.hear()}
	if all := strings.Join(heard, " "); !strings.Contains(all, "interrupted") || !strings.Contains(all, "!done .tag=l") {
		t.Errorf("heard %q", heard)
	}
	c.say("/ip/pool/listen")
	if err := c.conn.(*net.TCPConn).CloseWrite(); err != nil { // Close of the router must not wait for it
		t.Fatal(err)
	}
}
