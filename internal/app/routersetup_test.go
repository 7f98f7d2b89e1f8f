package app

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/sim/people"
	"mtandao/internal/sim/router"
	"mtandao/radius/mikrotik"
	"mtandao/radius/routers"
)

// TestOneLinePastedSetsARouterUp: a router out of its box is told one line; then somebody pays on its Wi-Fi and is online, and
// the server puts them there.
func TestOneLinePastedSetsARouterUp(t *testing.T) {
	s := openStage(t, 1)
	ctx := context.Background()
	fresh := routers.Router{Name: "fresh-1", SiteID: s.seeded.sites["kasarani"].ID, Dialect: routers.MikroTik, Secret: "until-the-script-has-run",
		Addresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.4/32")}, Auth: routers.AuthRequired, Interim: 5 * time.Minute}
	fresh, err := s.register(ctx, fresh)
	if err != nil {
		t.Fatal(err)
	}
	line := s.setupLine(t, fresh.ID)
	configuration := router.BareConfiguration("7.19.4")
	configuration.SetFetch(download)
	if said, err := configuration.Run(line); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if _, err := configuration.Run(line); err == nil {
		t.Error("the link served a second time")
	}
	r := s.startSetUp(t, configuration, fresh.ID)
	device, err := r.Join("02a1b2c3d4f1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := people.NewGuest("0712345678").Buy(ctx, device.URL(), 0); err != nil {
		t.Fatal(err)
	}
	until(t, 20*time.Second, "online", device.Online)
	verifyBooks(t, s.Main)
}

// download is a router's /tool fetch: whatever is not a file fails.
func download(address string) ([]byte, error) {
	answer, err := http.Get(address)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, errors.New(answer.Status)
	}
	return io.ReadAll(answer.Body)
}

func (s *Stage) setupLine(t *testing.T, routerID int64) (line string) {
	t.Helper()
	err := s.Main.DB.InTx(context.Background(), func(tx *db.Tx) (err error) {
		line, err = s.Main.SetupLine(tx, routerID, mikrotik.Choices{Version: 7, Hotspot: &mikrotik.Hotspot{Interface: "bridge", Address: netip.MustParsePrefix("10.5.50.1/24")}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return line
}

// startSetUp runs a router by what its script wrote, and stores where it can be reached.
func (s *Stage) startSetUp(t *testing.T, c *router.Configuration, id int64) *router.Router {
	t.Helper()
	kept, _ := s.Main.Routers.Get(id)
	r := router.New(c.Options(router.Options{Dialect: router.MikroTik, Clock: s.Main.Plan, Log: s.options.Log, Source: netip.MustParseAddr("127.0.0.4"),
		HTTP: "127.0.0.1:0", CoA: "127.0.0.1:0", API: "127.0.0.1:0", APIUser: kept.APIUser, APIPassword: kept.APIPassword}))
	if err := r.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	kept.LoginHosts, kept.CoAAddress, kept.APIAddress = []string{r.HTTPAddress()}, r.CoAAddress(), r.APIAddress()
	if _, err := s.register(context.Background(), kept); err != nil {
		t.Fatal(err)
	}
	return r
}
