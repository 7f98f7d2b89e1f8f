package app

import (
	"context"
	"crypto/ecdh"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/seal"
	"mtandao/internal/site"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// base is the running program with a tunnel, one router that may call home, and an hour for three devices.
type base struct {
	*testing.T
	m       *Main
	log     *lines
	router  routers.Router
	private []byte
	grant   int64
}

func openBase(t *testing.T, dialect, tunnelAddress string) *base {
	t.Helper()
	b := &base{T: t, log: &lines{}, private: seal.Random(32)}
	c := Config{DB: testdb.URL(t, dialect), Data: t.TempDir(), Dev: true, HTTP: "127.0.0.1:0", RadiusAuth: "127.0.0.1:0", RadiusAcct: "127.0.0.1:0",
		Tunnel: tunnelAddress}
	c.fill()
	if err := c.check(); err != nil {
		t.Fatal(err)
	}
	var err error
	if b.m, err = New(t.Context(), c, Options{Log: newLog(b.log)}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.m.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := b.m.Close(); err != nil {
			t.Error(err)
		}
	})
	b.furnish()
	return b
}

func (b *base) tx(fn func(*db.Tx) error) {
	b.Helper()
	if err := b.m.DB.InTx(b.Context(), fn); err != nil {
		b.Fatal(err)
	}
}

func (b *base) furnish() {
	b.Helper()
	var here site.Site
	b.tx(func(tx *db.Tx) (err error) {
		brand, err := b.m.Sites.SaveBrand(tx, demoBrands[0])
		if err != nil {
			return err
		}
		here, err = b.m.Sites.SaveSite(tx, site.Site{Slug: "hill", Name: "Hill", Language: "en", BrandID: brand.ID})
		return err
	})
	b.router = b.join(routers.Router{SiteID: here.ID, Name: "hill-1", Dialect: routers.MikroTik, Secret: "what the hill and the server share",
		APIUser: "mtandao", APIPassword: "a long password"}, b.private)
	b.tx(func(tx *db.Tx) error {
		given, err := b.m.Access.Give(tx, access.Offer{Source: access.Source{Kind: "order", Key: "hill"}, SiteID: here.ID, Plan: "hour",
			Limits: access.Limits{Time: time.Hour, Devices: 3}})
		if err != nil {
			return err
		}
		b.grant = given.GrantID
		return b.m.Access.NameLogin(tx, given.GrantID, "asha", "siri")
	})
}

func (b *base) join(r routers.Router, private []byte) routers.Router {
	b.Helper()
	pair, err := ecdh.X25519().NewPrivateKey(private)
	if err != nil {
		b.Fatal(err)
	}
	b.tx(func(tx *db.Tx) error {
		saved, err := b.m.Routers.Save(tx, r)
		if err != nil {
			return err
		}
		r = saved
		r.Tunnel.Address, err = b.m.Routers.JoinTunnel(tx, saved.ID, routers.TunnelKey(pair.PublicKey().Bytes()), routers.TunnelKey{})
		return err
	})
	return r
}

func (b *base) sessions() int {
	open, err := b.m.Radius.SessionsOf(b.Context(), b.grant)
	if err != nil {
		b.Fatal(err)
	}
	return len(open)
}

const tunnelPatience = 60 * time.Second

// TestRouterBehindNAT is "must be shown" 4: a router in a namespace behind a masquerading carrier calls home to the whole
// program; log-in, accounting, Disconnect, API and ping pass; it moves to another outer address; its forgery is dropped.
func TestRouterBehindNAT(t *testing.T) {
	tag := os.Getenv(homewardSite)
	if tag == "" {
		buildSite(t).playAsServer(t)
		return
	}
	place := siteNamed(tag)
	b := openBase(t, db.SQLite, ourAddress+":0")
	victim := b.join(routers.Router{SiteID: b.router.SiteID, Name: "victim", Dialect: routers.MikroTik, Secret: "what the victim and the server share"}, seal.Random(32))
	_, port, _ := strings.Cut(netip.AddrPortFrom(netip.MustParseAddr(ourAddress), b.m.Tunnel.Port()).String(), ":")
	home := startHomeward(t, place.router, homewardOrder{Private: hexKey([32]byte(b.private)), Server: hexKey(b.m.Tunnel.Key()), Endpoint: ourAddress + ":" + port,
		Inner: b.router.Tunnel.Address.String(), Secret: b.router.Secret, User: b.router.APIUser, Password: b.router.APIPassword})

	b.radclientPasses(place)
	b.phonePasses(home)
	b.seenAt(carrierAddress)

	place.move(t)
	until(t, tunnelPatience, "answered at the carrier's other address", func() bool {
		return strings.Contains(place.radclient(t, "1812", "auth", b.router.Secret, `User-Name = "asha"`, `User-Password = "no"`, signedMark), "Received Access-Reject")
	})
	b.seenAt(carrierAddress2)
	b.phoneComesAgain(home)
	b.forgeryIsDropped(place, victim)
	if _, ok := b.m.Routers.ByAddress(b.router.Tunnel.Address); ok {
		t.Error("the inner address means something outside")
	}
}

const signedMark = "Message-Authenticator = 0x00"

// radclientPasses: accepted bare with a warning; once a signed request was seen, no longer.
func (b *base) radclientPasses(place natSite) {
	b.Helper()
	ask := func(more ...string) string {
		return place.radclient(b.T, "1812", "auth", b.router.Secret,
			append([]string{`User-Name = "asha"`, `User-Password = "siri"`, `Calling-Station-Id = "02-AA-BB-CC-DD-01"`}, more...)...)
	}
	until(b.T, tunnelPatience, "accepted through the tunnel", func() bool { return strings.Contains(ask(), "Received Access-Accept") })
	if b.log.find("accepted without Message-Authenticator") == nil {
		b.Error("no warning for a request without Message-Authenticator")
	}
	if out := ask(signedMark); !strings.Contains(out, "Received Access-Accept") {
		b.Errorf("signed: %s", out)
	}
	if out := ask(); strings.Contains(out, "Received") {
		b.Errorf("bare after a signed one: %s", out)
	}
}

// phonePasses logs a phone in at the router, and out by Disconnect.
func (b *base) phonePasses(home *homeward) {
	b.Helper()
	const mac = "02aabbccdd02"
	home.tell("join", mac)
	if got := home.tell("login", mac, "asha", "siri"); got != "<nil>" {
		b.Fatal(got)
	}
	until(b.T, tunnelPatience, "online", func() bool { return home.tell("online", mac) == "true" })
	until(b.T, tunnelPatience, "accounting came home", func() bool { return b.sessions() == 1 })
	if err := b.m.Radius.LogOut(b.Context(), b.grant, mac); err != nil {
		b.Fatal(err)
	}
	until(b.T, tunnelPatience, "logged out by Disconnect", func() bool { return home.tell("online", mac) == "false" })
	until(b.T, tunnelPatience, "its Stop came home", func() bool { return b.sessions() == 0 })
	var methods []string
	if err := b.m.DB.Read(b.Context()).Raw("SELECT method FROM enforcement_attempts WHERE outcome = 'acknowledged'").Scan(&methods).Error; err != nil || len(methods) == 0 || methods[0] != "disconnect" {
		b.Errorf("enforced by %v, %v", methods, err)
	}
}

// phoneComesAgain logs a waiting phone in through the API, and pings.
func (b *base) phoneComesAgain(home *homeward) {
	b.Helper()
	const mac = "02aabbccdd03"
	home.tell("join", mac)
	r, _ := b.m.Routers.Get(b.router.ID)
	login := routers.Login{MAC: mac, Name: "asha", Secret: "siri"}
	until(b.T, tunnelPatience, "logged in through the API", func() bool {
		ctx, cancel := context.WithTimeout(b.Context(), 10*time.Second)
		defer cancel()
		return b.m.mikrotik.LogIn(ctx, r, login) == nil
	})
	until(b.T, tunnelPatience, "online", func() bool { return home.tell("online", mac) == "true" })
	ctx, cancel := context.WithTimeout(b.Context(), tunnelPatience)
	defer cancel()
	if took, err := b.m.Tunnel.Ping(ctx, r.Tunnel.Address); err != nil || took <= 0 {
		b.Errorf("ping: %s, %v", took, err)
	}
}

// seenAt: the router is known by its inner address, wherever outside it is.
func (b *base) seenAt(outside string) {
	b.Helper()
	until(b.T, tunnelPatience, "seen at "+outside, func() bool {
		status, _ := b.m.Tunnel.Status(b.router.ID)
		return strings.HasPrefix(status.Endpoint, outside+":") && !status.Handshake.IsZero()
	})
}

// forgeryIsDropped: the router takes the victim's address, and knows its secret too.
func (b *base) forgeryIsDropped(place natSite, victim routers.Router) {
	b.Helper()
	if err := run("ip", "-n", place.router, "address", "add", victim.Tunnel.Address.String()+"/32", "dev", homewardInterface); err != nil {
		b.Fatal(err)
	}
	before, _ := b.m.Tunnel.Status(b.router.ID)
	out := place.radclient(b.T, "1812", "auth", victim.Secret, `User-Name = "asha"`, `User-Password = "siri"`, signedMark,
		"Packet-Src-IP-Address = "+victim.Tunnel.Address.String())
	if !strings.Contains(out, "from "+victim.Tunnel.Address.String()) || strings.Contains(out, "Received") {
		b.Errorf("the forgery: %s", out)
	}
	until(b.T, tunnelPatience, "the forgery reached our door", func() bool {
		after, _ := b.m.Tunnel.Status(b.router.ID)
		return after.Received > before.Received
	})
	if !b.m.Routers.LastHeard(victim.ID).IsZero() || b.m.Tunnel.Reaches(victim.Tunnel.Address) {
		b.Error("the victim counts as heard")
	}
	if log := b.log.find("from an address of no router"); log != nil {
		b.Errorf("a packet came through under no router's address: %v", log)
	}
}
