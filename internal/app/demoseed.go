package app

import (
	"context"
	_ "embed"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"

	"mtandao/billing"
	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/seal"
	"mtandao/internal/sim/router"
	"mtandao/internal/site"
	"mtandao/radius/access"
	"mtandao/radius/routers"
	"mtandao/themes"
)

// seeded is what the demo's provider has.
type seeded struct {
	sites   map[string]site.Site // by slug
	routers map[string]routers.Router
}

const demoLogo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><circle cx="24" cy="24" r="22" fill="#0b6e4f"/><path d="M11 21c8-7 18-7 26 0M16 27c5-4 11-4 16 0M21 33c2-1.500 4-1.500 6 0" fill="none" stroke="#fff" stroke-width="3.500" stroke-linecap="round"/></svg>`

//go:embed cafe.jpg
var demoPicture []byte

var demoBrands = []site.Brand{
	{Key: "baraka", Name: "Baraka Wi-Fi", Accent: "#0b6e4f", AccentInk: "#ffffff", Paper: "#ffffff", Ink: "#14211b", Logo: []byte(demoLogo),
		WelcomeEN: "Fast internet at Kasarani", WelcomeSW: "Intaneti ya kasi Kasarani", TermsEN: "Be kind to your neighbours. Your plan is for your devices.",
		TermsSW: "Wajali majirani. Kifurushi ni cha vifaa vyako.",
		HoursEN: "Monday to Saturday, 8 am to 8 pm", HoursSW: "Jumatatu hadi Jumamosi, saa 2 asubuhi hadi saa 2 usiku", WhatsApp: "254700123456", Facebook: "baraka.wifi"},
	{Key: "mwangaza", Name: "Mwangaza Café", Accent: "#8a3b12", AccentInk: "#ffffff", Paper: "#fffaf5", Ink: "#2a1a10",
		WelcomeEN: "Coffee and internet in Ngong", WelcomeSW: "Kahawa na intaneti Ngong", Theme: themes.Menu, Picture: demoPicture, Instagram: "mwangaza_cafe"},
}

var demoSites = []struct {
	slug, name, brand string
}{{"kasarani", "Kasarani Estate", "baraka"}, {"ngong", "Mwangaza Café, Ngong", "mwangaza"}}

func demoPlans() []plans.Plan {
	day := 24 * time.Hour
	night := access.Hours{{Days: [7]bool{true, true, true, true, true, true, true}, From: 22 * 60, To: 6 * 60}}
	plan := func(sort int, key, en, sw string, bob int64, l access.Limits) plans.Plan {
		return plans.Plan{Key: key, NameEN: en, NameSW: sw, Segment: plans.Hotspot, Price: money.Shillings(bob), Limits: l, Sort: sort, State: plans.Live}
	}
	return []plans.Plan{
		plan(1, "hour", "1 hour", "Saa 1", 10, access.Limits{Time: time.Hour, UpKbps: 1000, DownKbps: 3000, Devices: 1,
			Burst: access.Burst{UpKbps: 2000, DownKbps: 6000, UpThresholdKbps: 800, DownThresholdKbps: 2500, Over: 16 * time.Second}}),
		plan(2, "three-hours", "3 hours online", "Saa 3 mtandaoni", 20, access.Limits{Time: 3 * time.Hour, TimeKind: access.Online, Valid: 2 * day, UpKbps: 1000, DownKbps: 3000, Devices: 1}),
		plan(3, "night", "Night, 10 pm to 6 am", "Usiku, saa 4 hadi saa 12", 30, access.Limits{Valid: day, Hours: night, UpKbps: 2000, DownKbps: 5000, Devices: 1}),
		plan(4, "day", "1 day", "Siku 1", 50, access.Limits{Time: day, UpKbps: 2000, DownKbps: 5000, Devices: 2}),
		plan(5, "gigabyte", "1 GB", "GB 1", 100, access.Limits{DataBytes: 1_000_000_000, Valid: 7 * day, UpKbps: 2000, DownKbps: 8000, Devices: 1}),
		plan(6, "week", "1 week", "Wiki 1", 200, access.Limits{Time: 7 * day, UpKbps: 2000, DownKbps: 5000, Devices: 3}),
	}
}

// seed stores the demo's provider; on data of an earlier demo it changes nothing but what each start makes anew.
func (s *Stage) seed(ctx context.Context) error {
	s.seeded = seeded{sites: map[string]site.Site{}, routers: map[string]routers.Router{}}
	m := s.Main
	return m.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := s.seedSites(tx); err != nil {
			return err
		}
		for _, p := range demoPlans() {
			if _, err := m.Plans.Save(tx, p); err != nil {
				return err
			}
		}
		return s.seedTill(tx)
	})
}

func (s *Stage) seedSites(tx *db.Tx) error {
	brands := map[string]site.Brand{}
	for _, b := range s.Main.Sites.Brands() {
		brands[b.Key] = b
	}
	for _, b := range demoBrands {
		b.ID = brands[b.Key].ID
		saved, err := s.Main.Sites.SaveBrand(tx, b)
		if err != nil {
			return err
		}
		brands[b.Key] = saved
	}
	for _, d := range demoSites {
		old, _, _ := s.Main.Sites.BySlug(d.slug)
		saved, err := s.Main.Sites.SaveSite(tx, site.Site{ID: old.ID, Slug: d.slug, Name: d.name, Language: "en", Phone: "0700 123 456", BrandID: brands[d.brand].ID})
		if err != nil {
			return err
		}
		s.seeded.sites[d.slug] = saved
	}
	return nil
}

func (s *Stage) seedTill(tx *db.Tx) error {
	_, err := s.Main.Billing.SaveTill(tx, billing.Till{Key: "demo", Type: billing.TillPaybill, ShortCode: demoMerchant.ShortCode,
		ConsumerKey: demoMerchant.ConsumerKey, ConsumerSecret: demoMerchant.ConsumerSecret, Passkey: demoMerchant.Passkey,
		Initiator: demoMerchant.Initiator, InitiatorPassword: demoMerchant.InitiatorPassword, PayoutCode: demoMerchant.Payout,
		Certificate: string(s.Safaricom.CertificatePEM()), BaseURL: s.RailURL, State: billing.TillLive})
	return err
}

// demoRouter is one simulated router: at which site, of which make, from which address.
type demoRouter struct {
	name, slug string
	dialect    router.Dialect
	source     string
	port       int // after the portal's
}

var demoRouters = []demoRouter{
	{"kasarani-1", "kasarani", router.MikroTik, "127.0.0.2", 2},
	{"ngong-1", "ngong", router.Chilli, "127.0.0.3", 3},
}

const demoUAMSecret = "demo-uam-secret"

func (s *Stage) startRouters(ctx context.Context) error {
	for _, d := range routersHere(holds) {
		if err := s.startRouter(ctx, d); err != nil {
			return err
		}
	}
	return s.Main.Routers.Refresh(ctx)
}

// routersHere are the routers that this machine can show. Each sends from an address of its own, and some systems (macOS)
// have none on loopback but 127.0.0.1: there the first router takes it, and is the only one.
func routersHere(holds func(address string) bool) []demoRouter {
	var here []demoRouter
	for _, d := range demoRouters {
		if holds(d.source) {
			here = append(here, d)
		}
	}
	if len(here) == 0 {
		here = append(here, demoRouters[0])
		here[0].source = "127.0.0.1"
	}
	return here
}

// holds says whether packets can be sent from an address here.
func holds(address string) bool {
	conn, err := net.ListenPacket("udp", net.JoinHostPort(address, "0"))
	if err == nil {
		_ = conn.Close()
	}
	return err == nil
}

// startRouter registers a router, which gives it its token, starts it, and registers where it can be reached.
func (s *Stage) startRouter(ctx context.Context, d demoRouter) error {
	kept, err := s.register(ctx, s.known(d))
	if err != nil {
		return err
	}
	auth, acct := s.Main.RadiusAddresses()
	r, err := switchOn(ctx, router.Options{Dialect: d.dialect, Name: d.name, Clock: s.Main.Plan, Log: s.options.Log,
		AuthServer: reachable(auth.String()), AcctServer: reachable(acct.String()), Secret: kept.Secret, Source: netip.MustParseAddr(d.source),
		MACLogin: true, Appetite: 1500, PortalURL: s.PortalURL(d.slug, kept.Token), UAMSecret: demoUAMSecret,
		HTTP: portAfter(s.options.HTTP, d.port), CoA: "127.0.0.1:0", API: "127.0.0.1:0", APIUser: "mtandao", APIPassword: "demo-api-password"})
	if err != nil {
		return err
	}
	s.Routers[d.name] = r
	kept.LoginHosts, kept.CoAAddress = []string{r.HTTPAddress()}, r.CoAAddress()
	if d.dialect == router.MikroTik {
		kept.APIAddress, kept.APIUser, kept.APIPassword = r.APIAddress(), "mtandao", "demo-api-password"
	} else {
		kept.UAMSecret, kept.Swap = demoUAMSecret, true
	}
	s.seeded.routers[d.name], err = s.register(ctx, kept)
	return err
}

// switchOn starts a router, at any free port when somebody else has the one of its page.
func switchOn(ctx context.Context, o router.Options) (*router.Router, error) {
	r := router.New(o)
	err := r.Start(ctx)
	if errors.Is(err, syscall.EADDRINUSE) {
		o.HTTP = anyPort(o.HTTP)
		r = router.New(o)
		err = r.Start(ctx)
	}
	return r, err
}

func (s *Stage) register(ctx context.Context, r routers.Router) (saved routers.Router, err error) {
	err = s.Main.DB.InTx(ctx, func(tx *db.Tx) error {
		saved, err = s.Main.Routers.Save(tx, r)
		return err
	})
	return saved, err
}

// known is the router of an earlier demo on the same data, or a new one.
func (s *Stage) known(d demoRouter) routers.Router {
	for _, r := range s.Main.Routers.All() {
		if r.Name == d.name {
			return r
		}
	}
	return routers.Router{Name: d.name, SiteID: s.seeded.sites[d.slug].ID, Dialect: string(d.dialect),
		Addresses: []netip.Prefix{netip.PrefixFrom(netip.MustParseAddr(d.source), 32)}, Secret: seal.RandomHex(16), Identifier: d.name,
		Auth: "required", Interim: 5 * time.Minute, MACLogin: true}
}

// PortalURL is a site's captive portal as its router's redirect begins.
func (s *Stage) PortalURL(slug, token string) string {
	return s.Main.Config.PublicURL + "/h/" + slug + "?r=" + token
}
