package reseller

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"sync"

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
	SoldBefore(ctx context.Context, q resellers.Request, w resellers.Sale, by vouchers.By) (resellers.Receipt, error)
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
	Payouts(ctx context.Context, partnerID int64, limit int) ([]partners.Payout, error)
}

// PINs is how people sign in. *pin.Service satisfies it.
type PINs interface {
	SignIn(ctx context.Context, v pin.Visit, kind, phone, typed string) (token, device string, err error)
	UseCode(ctx context.Context, v pin.Visit, kind, phone, code, pin string) (token, device string, err error)
	Change(ctx context.Context, v pin.Visit, in pin.SignedIn, old, pin, phone string) (token string, err error)
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
