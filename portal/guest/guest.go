package guest

import (
	"log/slog"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/clock"
	"mtandao/internal/pace"
	"mtandao/internal/seal"
	"mtandao/portal/web"
	"mtandao/radius/routers"
	"mtandao/themes"
)

// Options are what the pages stand on.
type Options struct {
	Sites    Sites
	Routers  Routers
	Dialects map[string]routers.Dialect // by Router.Dialect
	Plans    Plans
	Orders   Orders
	Grants   Grants
	Vouchers Vouchers
	Sessions Sessions
	Keys     *seal.Keys
	// Clock is the machine's: forms, orders and rates. PlanClock is the one that grants live by.
	Clock, PlanClock clock.Clock
	Log              *slog.Logger
	Phone            func() string // to call where a site has no number of its own
	PublicURL        string        // scheme and host under which people reach the portal, without a final slash
	Proxies          web.Proxies
}

// Guest is the captive portal.
type Guest struct {
	Options
	theme  *web.Renderer
	stamps web.Stamps
	rates  rates
}

// rates slow down; they never refuse for good. A site's people share one address behind its router.
type rates struct{ device, address, receipts, codes, whose *pace.Limiter }

var pageNames = []string{"landing", "wait", "failed", "receipt", "code", "phone", "status", "ended", "words", "error"}

// New parses the theme. It fails when a page is missing from it.
func New(o Options) (*Guest, error) {
	theme, err := web.NewRenderer(themes.Guest(), "guest.css", pageNames...)
	if err != nil {
		return nil, err
	}
	return &Guest{
		Options: o, theme: theme, stamps: web.Stamps{Keys: o.Keys, Clock: o.Clock},
		rates: rates{
			device:   pace.New(o.Clock, 5, 12*time.Second),
			address:  pace.New(o.Clock, 120, 500*time.Millisecond),
			receipts: pace.New(o.Clock, 6, 10*time.Second),
			codes:    pace.New(o.Clock, 6, 10*time.Second),
			whose:    pace.New(o.Clock, 5, time.Minute), // by receipt: ten thousand ends take a week, and the thousand of a mask most of a day
		},
	}, nil
}

// Routes are the addresses of the captive portal.
func (g *Guest) Routes() []web.Route {
	get := func(path string, h fiber.Handler) web.Route {
		return web.Route{Method: fiber.MethodGet, Path: path, Policy: web.Guest, Handle: h}
	}
	post := func(path string, h fiber.Handler) web.Route {
		return web.Route{Method: fiber.MethodPost, Path: path, Policy: web.Guest, Handle: h}
	}
	return []web.Route{
		get("/h/:site", g.landing), post("/h/:site/buy", g.buy),
		get("/h/:site/paid", g.askPaid), post("/h/:site/paid", g.paid),
		get("/h/:site/code", g.askCode), post("/h/:site/code", g.useCode),
		get("/v/:site/:code", g.scanned),
		get("/h/:site/phone", g.askPhone), post("/h/:site/phone", g.sendCode),
		get("/h/:site/phone/code", g.askPhoneCode), post("/h/:site/phone/code", g.usePhoneCode),
		get("/h/:site/help", g.help), get("/h/:site/terms", g.terms),
		get("/h/:site/captive.json", g.captive),
		get("/o/:token", g.order), post("/o/:token/again", g.again),
		get("/o/:token/receipt", g.askReceipt), post("/o/:token/receipt", g.receipt),
		post("/o/:token/grace", g.grace), get("/o/:token/grace", g.toOrder),
		get("/o/:token/connect", g.connect),
		get("/s/:token", g.status), get("/s/:token/connect", g.connect),
		post("/s/:token/devices", g.devices), post("/s/:token/logout", g.logOut),

		get("/h/:site/buy", g.toSite), get("/o/:token/again", g.toOrder),
		get("/s/:token/devices", g.toOrder), get("/s/:token/logout", g.toOrder),
	}
}
