package reseller

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"slices"
	"sync"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/billing/partners"
	"mtandao/billing/plans"
	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/pin"
	"mtandao/internal/seal"
	"mtandao/internal/site"
	"mtandao/portal/web"
	"mtandao/vouchers"
	"mtandao/vouchers/resellers"
)

// Resellers is what the pages ask of resellers. *resellers.Service satisfies it.
type Resellers interface {
	Get(ctx context.Context, id int64) (resellers.Reseller, error)
	Below(ctx context.Context, parentID int64) ([]resellers.Reseller, error)
	Offers(ctx context.Context, r resellers.Reseller, siteID int64) ([]plans.Plan, error)
	SellOne(ctx context.Context, q resellers.Request, w resellers.Sale, by vouchers.By) (resellers.Receipt, error)
	ReceiptOf(ctx context.Context, resellerID, eventID int64) (resellers.Receipt, error)
	Sell(ctx context.Context, q resellers.Request, w resellers.Range, by vouchers.By) ([]resellers.Event, error)
	AskReturn(ctx context.Context, q resellers.Request, w resellers.Range, by vouchers.By) (resellers.Giveback, error)
	WithdrawReturn(ctx context.Context, resellerID, id int64, by vouchers.By) error
	ReturnsOf(ctx context.Context, resellerID int64) ([]resellers.Giveback, error)
	Give(ctx context.Context, q resellers.Request, aboveID int64, amount money.Amount, by vouchers.By) (resellers.Event, error)
	SumOf(ctx context.Context, resellerID int64, from, to string) (resellers.Sum, error)
	Between(ctx context.Context, resellerID int64, from, to string, after int64, limit int) ([]resellers.Event, error)
	BalanceBefore(ctx context.Context, resellerID int64, day string) (int64, error)
}

// Partners is what the pages ask of partners. *partners.Service satisfies it.
type Partners interface {
	Get(ctx context.Context, id int64) (partners.Partner, error)
	Today(ctx context.Context, p partners.Partner) (sold, share int64, err error)
	Events(ctx context.Context, partnerID int64, from, to string, after int64, limit int) ([]partners.Event, error)
}

// PINs is how people sign in. *pin.Service satisfies it.
type PINs interface {
	SignIn(ctx context.Context, v pin.Visit, kind, phone, typed string) (token, device string, err error)
	UseCode(ctx context.Context, v pin.Visit, kind, phone, code, pin string) (token, device string, err error)
	Change(ctx context.Context, v pin.Visit, in pin.SignedIn, old, pin, phone string) error
	Judge(ctx context.Context, token string) (pin.SignedIn, error)
	SignOut(ctx context.Context, in pin.SignedIn) error
}

// Stock is what a reseller has to sell. *vouchers.Service satisfies it.
type Stock interface {
	HeldBy(ctx context.Context, holder string) ([]vouchers.Held, error)
	Batch(ctx context.Context, id int64) (vouchers.Batch, error)
	Export(ctx context.Context, c vouchers.Copying, by vouchers.By, each func(vouchers.Batch, vouchers.Voucher) error) error
	EntrustedTo(ctx context.Context, holder string) (cents int64, err error)
}

// Sites are the provider's places. *site.Service satisfies it.
type Sites interface {
	Sites() []site.Site
	Get(id int64) (site.Site, site.Brand, error)
}

// Tills are where float is paid in. *billing.Service satisfies it.
type Tills interface {
	Tills(ctx context.Context) ([]billing.Till, error)
}

// Floats are prompts to pay in float. *billing.Service satisfies it.
type Floats interface {
	AskForMoney(ctx context.Context, r billing.MoneyRequest) (billing.Order, error)
	MoneyAsked(ctx context.Context, p billing.Payee, orderID int64) (billing.MoneyView, error)
	MoneyOpen(ctx context.Context, p billing.Payee, phone customers.Phone) (orderID int64, err error)
}

// Options are what the pages stand on.
type Options struct {
	Resellers Resellers
	Partners  Partners
	PINs      PINs
	Stock     Stock
	Press     Press
	Sites     Sites
	Tills     Tills
	Floats    Floats
	Phone     func() string // whom to call
	Keys      *seal.Keys
	Clock     clock.Clock // the machine's
	Log       *slog.Logger
	PublicURL string // scheme and host under which people reach the portal, without a final slash
	Proxies   web.Proxies
	Secure    bool // people reach us by HTTPS: cookies never leave it
}

// Face is the resellers' face.
type Face struct {
	Options
	pages  *web.Templates
	sheet  string
	stamps web.Stamps

	drawing sync.Mutex
	icons   map[icon][]byte
}

//go:embed pages
var files embed.FS

var pageNames = []string{"gate", "home", "sell", "sold", "lines", "stock", "return", "settle", "float", "below", "shares", "error"}

// New parses the pages. It fails when one is missing.
func New(o Options) (*Face, error) {
	pages, err := fs.Sub(files, "pages")
	if err != nil {
		return nil, err
	}
	parsed, err := web.ParseTemplates(pages, "layout.html", nil, pageNames...)
	if err != nil {
		return nil, err
	}
	sheet, err := fs.ReadFile(pages, "sell.css")
	return &Face{Options: o, pages: parsed, sheet: string(sheet), stamps: web.Stamps{Keys: o.Keys, Clock: o.Clock}, icons: map[icon][]byte{}}, err
}

// Routes are the addresses of the face.
func (f *Face) Routes() []web.Route {
	const get, post = fiber.MethodGet, fiber.MethodPost
	own := func(method, path string, h func(*request) error) web.Route {
		return web.Route{Method: method, Path: path, Policy: web.Seller, Handle: f.handler(selling, true, h)}
	}
	routes := []web.Route{
		own(get, "/sell", f.home), own(get, "/sell/one", f.askSale), own(post, "/sell/one", f.sell), own(get, "/sell/sold/:id", f.sold), own(get, "/sell/sold/:id/slip", f.slip),
		own(get, "/sell/day", f.day), own(get, "/sell/statement", f.statement), own(get, "/sell/stock", f.stock), own(post, "/sell/stock", f.sellPaper),
		own(get, "/sell/return", f.askReturn), own(post, "/sell/return", f.returnPaper), own(post, "/sell/return/:id/withdraw", f.withdrawReturn),
		own(get, "/sell/settle", f.settle), own(post, "/sell/float", f.buyFloat), own(get, "/sell/float/:id", f.float), own(get, "/sell/below", f.below), own(post, "/sell/below/:id", f.give),
		{Method: get, Path: "/share", Policy: web.Seller, Handle: f.handler(sharing, true, f.shares)},
	}
	return slices.Concat(routes, f.door(selling), f.door(sharing))
}

// door is the way in of one side, and the way out.
func (f *Face) door(at side) []web.Route {
	const get, post = fiber.MethodGet, fiber.MethodPost
	open := func(method, path string, h func(*request) error) web.Route {
		return web.Route{Method: method, Path: at.base + path, Policy: web.Public, Handle: f.handler(at, false, h)}
	}
	own := func(method, path string, h func(*request) error) web.Route {
		return web.Route{Method: method, Path: at.base + path, Policy: web.Seller, Handle: f.handler(at, true, h)}
	}
	return []web.Route{
		open(get, "/in", f.askSignIn), open(post, "/in", f.signIn), open(get, "/code", f.askCode), open(post, "/code", f.useCode),
		own(post, "/out", f.signOut), own(get, "/pin", f.askPIN), own(post, "/pin", f.changePIN),
		open(get, "/manifest.json", f.manifest), open(get, "/icon/:size", f.icon), open(get, "/*", func(*request) error { return notHere() }),
	}
}
