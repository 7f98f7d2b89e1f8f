package guest

import (
	"context"
	"log/slog"
	"net/netip"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/seal"
	"mtandao/internal/site"
	"mtandao/internal/words"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// gallery is a made-up site and guest: the preview of a brand, and the tests, which hang every page of it.
type gallery struct {
	guest *Guest
	who   *visitor
	shown fixtures
	pages map[string][]byte
}

// fixtures answer what a page asks; fields that a scene does not set are the ordinary case.
type fixtures struct {
	grant  access.Grant
	slots  []access.Slot
	online bool
	offers []plans.Plan
}

var galleryNow = time.Date(2026, 11, 24, 11, 2, 0, 0, time.UTC)

const galleryMAC = access.MAC("a4c3f0123456")

func newGallery(lang words.Lang, brand site.Brand) (*gallery, error) {
	keys, err := seal.New()
	if err != nil {
		return nil, err
	}
	show := &gallery{pages: map[string][]byte{}}
	at := clock.NewManual(galleryNow)
	show.guest, err = New(Options{Plans: show, Grants: show, Sessions: show, Routers: show, Keys: keys, Clock: at, PlanClock: at,
		Log: slog.New(slog.DiscardHandler), PublicURL: "https://wifi.example"})
	show.who = &visitor{lang: lang, brand: brand,
		site:   site.Site{ID: 1, Slug: "kasarani", Name: "Kasarani", Language: "en", Phone: "0712 345 678", Timezone: "Africa/Nairobi"},
		router: routers.Router{ID: 1, SiteID: 1, Token: "abcdefghijklmnopqrstuvwxyz"},
		visit:  routers.Visit{MAC: galleryMAC, IP: netip.MustParseAddr("10.5.50.7"), Login: "http://10.5.50.1/login"},
		query:  "mac=A4%3AC3%3AF0%3A12%3A34%3A56&ip=10.5.50.7&link-login-only=http%3A%2F%2F10.5.50.1%2Flogin"}
	show.shown = fixtures{offers: galleryPlans(), slots: []access.Slot{{N: 1, MAC: galleryMAC, BoundAt: galleryNow}, {N: 2}}}
	return show, err
}

func galleryPlans() []plans.Plan {
	plan := func(id int64, english, swahili string, shillings int64, l access.Limits) plans.Plan {
		return plans.Plan{ID: id, NameEN: english, NameSW: swahili, Price: money.Shillings(shillings), Limits: l}
	}
	return []plans.Plan{
		plan(1, "1 hour", "Saa 1", 10, access.Limits{Time: time.Hour, Devices: 1, DownKbps: 2000, UpKbps: 2000}),
		plan(2, "3 hours", "Saa 3", 20, access.Limits{Time: 3 * time.Hour, Devices: 1, DownKbps: 3000, UpKbps: 3000}),
		plan(3, "1 day", "Siku 1", 50, access.Limits{Time: 24 * time.Hour, Devices: 2, DownKbps: 5000, UpKbps: 5000}),
		plan(4, "1 GB", "GB 1", 50, access.Limits{DataBytes: 1e9, Valid: 7 * 24 * time.Hour, Devices: 1}),
		plan(5, "Night", "Usiku", 30, access.Limits{Time: 12 * time.Hour, Devices: 1, DownKbps: 10000, UpKbps: 10000}),
		plan(6, "1 week", "Wiki 1", 200, access.Limits{Time: 7 * 24 * time.Hour, Devices: 2, DownKbps: 5000, UpKbps: 5000}),
		plan(7, "10 GB", "GB 10", 350, access.Limits{DataBytes: 10e9, Valid: 30 * 24 * time.Hour, Devices: 3}),
		plan(8, "1 month", "Mwezi 1", 1500, access.Limits{Time: 30 * 24 * time.Hour, Devices: 4, DownKbps: 10000, UpKbps: 10000}),
	}
}

// The gallery answers what its pages ask.

func (s *gallery) Listed(context.Context, int64) ([]plans.Plan, error) { return s.shown.offers, nil }
func (s *gallery) View(context.Context, int64) (access.Grant, []access.Slot, access.Left, error) {
	return s.shown.grant, s.shown.slots, access.Left{}, nil
}
func (s *gallery) LiveFor(context.Context, int64, access.MAC) ([]access.Grant, error) {
	return nil, nil
}
func (s *gallery) CodeOf(context.Context, int64) (string, error)             { return "K7M4P-2QXTA", nil }
func (s *gallery) ByCode(context.Context, int64, access.Code) (int64, error) { return 0, nil }
func (s *gallery) OnceLogin(context.Context, int64, access.MAC, time.Duration) (string, string, error) {
	return "", "", nil
}
func (s *gallery) BindDevice(context.Context, int64, access.MAC) error { return nil }
func (s *gallery) Move(context.Context, int64, int, access.MAC) error  { return nil }
func (s *gallery) Online(context.Context, int64, access.MAC) (bool, error) {
	return s.shown.online, nil
}
func (s *gallery) LogOut(context.Context, int64, access.MAC) error { return nil }
func (s *gallery) ByToken(string) (routers.Router, bool)           { return routers.Router{}, false }
func (s *gallery) Get(int64) (routers.Router, bool)                { return routers.Router{}, false }
