package backoffice

import (
	"net/netip"
	"strings"
	"testing"

	"mtandao/internal/words"
	"mtandao/radius/mikrotik"
)

// TestEveryPartOfASetUpHasAName: what an empty router lacks is named in both languages.
func TestEveryPartOfASetUpHasAName(t *testing.T) {
	inside := netip.MustParsePrefix("10.5.50.1/24")
	for version, tunnel := range map[int]*mikrotik.WayHome{6: nil, 7: {PrivateKey: "private", Address: inside.Addr(), Far: inside}} {
		s := mikrotik.Setup{Version: version, Portal: "https://portal.example/h/cafe", Servers: make([]mikrotik.Server, 2), Tunnel: tunnel, API: mikrotik.API{From: inside},
			Hotspot: &mikrotik.Hotspot{Address: inside, Capport: "https://portal.example/api"}, PPPoE: &mikrotik.PPPoE{Pool: inside}, Source: inside.Addr()}
		found := s.Drift(mikrotik.Configuration{
			"/ip/firewall/filter": {{"chain": "forward", "action": "fasttrack-connection"}}, "/radius": {{"service": "ppp", "address": "203.0.113.9"}},
		})
		adopted := s.Drift(mikrotik.Configuration{"/ip/hotspot": {{"name": "theirs", "profile": "default"}}})
		named := map[string]bool{}
		for _, d := range append(found, adopted...) {
			for _, l := range words.Languages {
				f := &frame{Lang: l}
				name := f.part(d)
				if named[d.Part] = true; name == "" || strings.HasPrefix(name, "!") || strings.HasPrefix(name, "part.") {
					t.Errorf("%s in %s: %q", d.Part, l, name)
				}
			}
		}
		if len(named) < 25 || !named["RADIUS servers of others"] || !named["adopted servers"] || !named["FastTrack, to PPP"] {
			t.Errorf("%d parts only: %v", len(named), named)
		}
	}
	f := &frame{Lang: words.English}
	for part, want := range map[string]string{"RADIUS server 2": "RADIUS server 2", "DHCP option 114": "DHCP option 114", "API": "API"} {
		if got := f.part(mikrotik.Drift{Part: part}); got != want {
			t.Errorf("%q is %q", part, got)
		}
	}
}
