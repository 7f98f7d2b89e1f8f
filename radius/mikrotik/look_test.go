package mikrotik

import (
	"strings"
	"testing"
	"time"

	"mtandao/internal/fault"
	"mtandao/radius/routers"
)

func TestALookAtARouter(t *testing.T) {
	for _, version := range []string{six, seven} {
		c, _ := clean(t, version)
		c.SetFact("/interface", "rx-byte", "1500000")
		r := reached(t, c)
		d := New()
		defer d.Close()
		var l routers.Look
		if err := d.Resources(t.Context(), r, &l); err != nil || l.Board != "Simulated" || !strings.HasPrefix(l.Version, version[:1]) || l.TotalMemory != 268435456 || l.CPU != 3 {
			t.Errorf("%s: %+v %v", version, l, err)
		}
		ports, err := d.Ports(t.Context(), r)
		if err != nil || len(ports) == 0 || ports[0].Name != "ether1" || ports[0].In != 1500000 {
			t.Errorf("%s: %+v %v", version, ports, err)
		}
		if users, err := d.Users(t.Context(), r); err != nil || len(users) != 0 {
			t.Errorf("%s: %+v %v", version, users, err)
		}
		r.APIPassword = "not the one that it has"
		if err := d.Resources(t.Context(), r, &l); !fault.Is(err, fault.Denied) {
			t.Errorf("%s: a wrong password: %v", version, err)
		}
	}
}

func TestSpan(t *testing.T) {
	for text, want := range map[string]time.Duration{"1w2d3h4m5s": 9*24*time.Hour + 3*time.Hour + 4*time.Minute + 5*time.Second, "0s": 0, "59s": 59 * time.Second, "": 0, "often": 0} {
		if got := span(text); got != want {
			t.Errorf("%q is %v", text, got)
		}
	}
}

// TestRepairOverTheAPI: differences are repaired with the rights of our own account, and no script with secrets is left; what
// that account may not change is left and told.
func TestRepairOverTheAPI(t *testing.T) {
	for _, version := range []string{six, seven} {
		c, s := clean(t, version)
		r := reached(t, c)
		d := New()
		defer d.Close()
		mustRun(t, c, `/radius set [find where comment="mtandao: radius 1"] timeout=300ms
/ip hotspot profile set [find where name~"^mtandao-"] use-radius=no
/system clock set time-zone-name=UTC`)
		found := s.Drift(read(t, r))
		if len(found) != 3 {
			t.Fatalf("%s: %+v", version, found)
		}
		if err := d.Repair(t.Context(), r, found); err != nil {
			t.Errorf("%s: %v", version, err)
		}
		if left := s.Drift(read(t, r)); len(left) > 0 {
			t.Errorf("%s: left %+v", version, left)
		}
		mustRun(t, c, `/user group set [find where name="mtandao-api"] policy=api,read,write,test,ftp
/radius incoming set port=1700`)
		found = s.Drift(read(t, r))
		if err := d.Repair(t.Context(), r, found); err != nil {
			t.Errorf("%s: %v", version, err)
		}
		if left := s.Drift(read(t, r)); len(left) != 1 || left[0].Part != "API group" {
			t.Errorf("%s: left %+v", version, left)
		}
		if strings.Contains(c.Export(), repairName) {
			t.Errorf("%s: the script stayed on the router", version)
		}
	}
}

func TestTheTunnelsNewKeyIsHandedOver(t *testing.T) {
	c, s := clean(t, seven)
	r := reached(t, c)
	d := New()
	defer d.Close()
	key := routers.TunnelKey{7}
	for range 2 {
		if err := d.GiveKey(t.Context(), r, key); err != nil {
			t.Fatal(err)
		}
	}
	s.Tunnel.PrivateKey, s.Tunnel.PeerKey = "", key.String()
	if found := s.Drift(read(t, r)); len(found) > 0 {
		t.Errorf("%+v", found)
	}
}

func TestALineThatUndoes(t *testing.T) {
	for _, version := range []string{six, seven} {
		major := int(version[0] - '0')
		c, s := clean(t, version)
		c.SetFetch(func(url string) ([]byte, error) {
			name := url[strings.LastIndexByte(url, '/')+1:]
			text, ok := Installer{Portal: func(routers.Router) string { return s.Portal }}.Page(routers.Router{}, name)
			if !ok {
				t.Errorf("%s is fetched", name)
			}
			return []byte(text), nil
		})
		mustRun(t, c, UndoLine("https://portal.example/r/p/token/"+UndoName(major), true))
		if left := c.Export(); strings.Contains(left, "mtandao") {
			t.Errorf("%s: left %s", version, left)
		}
	}
}
