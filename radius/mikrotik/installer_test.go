package mikrotik

import (
	"context"
	"fmt"
	"net/netip"
	"path"
	"strings"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/sim/router"
	"mtandao/internal/testdb"
	"mtandao/radius/routers"
)

type oneTunnel struct{ given int }

func (o *oneTunnel) Fresh(*db.Tx, int64) (*WayHome, error) {
	o.given++
	return wanted(seven).Tunnel, nil
}

// TestLinkToRouter goes the whole way: a link, the pasted line, a router that is set up with secrets that only it and we know.
func TestLinkToRouter(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		keys, err := seal.New()
		if err != nil {
			t.Fatal(err)
		}
		ctx := context.Background()
		service := routers.New(d, keys, clock.NewManual(time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)))
		full := wanted(seven)
		tunnels := &oneTunnel{}
		installer := Installer{Servers: full.Servers, Inside: full.Servers, Within: full.API.From, Portal: func(r routers.Router) string { return "https://portal.example/h/cafe?r=" + r.Token },
			Pages: func(r routers.Router) string { return full.PagesURL }, PortalAddresses: full.PortalAddresses, From: full.API.From, Tunnels: tunnels}
		choices := Choices{Version: 7, Hotspot: full.Hotspot, PPPoE: full.PPPoE}.Encode()
		var r routers.Router
		var token string
		err = d.InTx(ctx, func(tx *db.Tx) (err error) {
			r, err = service.Save(tx, routers.Router{SiteID: 1, Name: "cafe", Dialect: routers.MikroTik, Secret: "0123456789abcdef", MACLogin: true,
				Addresses: []netip.Prefix{netip.MustParsePrefix("10.99.7.2/32")}})
			if err == nil {
				token, err = service.MakeLink(tx, r.ID, choices)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		c := router.BareConfiguration(seven)
		c.SetFetch(func(address string) ([]byte, error) {
			if secret, isScript := strings.CutPrefix(address, "https://portal.example/s/"); isScript {
				script, err := service.Redeem(ctx, secret, installer)
				return []byte(script), err
			}
			page, ok := installer.Page(r, path.Base(address))
			if !ok {
				return nil, fmt.Errorf("status 404")
			}
			return []byte(page), nil
		})
		line := PasteLine("https://portal.example/s/"+token, false)
		mustRun(t, c, line)
		r, _ = service.Get(r.ID)
		if !strings.Contains(c.Export(), `secret="`+r.Secret+`"`) || r.Secret == "0123456789abcdef" || tunnels.given != 1 {
			t.Errorf("the router has another secret than we, or %d tunnels", tunnels.given)
		}
		set, err := installer.Setup(r, choices, full.Tunnel)
		if err != nil {
			t.Fatal(err)
		}
		r.APIAddress = reached(t, c).APIAddress
		if found := set.Drift(read(t, r)); len(found) > 0 {
			t.Errorf("drift: %+v", found)
		}
		if said, err := c.Run(line); err == nil || !strings.Contains(said, "one works once") {
			t.Errorf("pasted twice: %v, %s", err, said)
		}
	})
}

func TestInstallerRefusesOtherRouters(t *testing.T) {
	var i Installer
	if _, err := i.Setup(routers.Router{Dialect: routers.Chilli}, "{}", nil); fault.KeyOf(err) != "router.dialect" {
		t.Errorf("%v", err)
	}
	if _, err := i.Setup(routers.Router{Dialect: routers.MikroTik}, "not JSON", nil); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
}
