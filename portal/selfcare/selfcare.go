package selfcare

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/papers"
	"mtandao/billing/prompts"
	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/pace"
	"mtandao/internal/pin"
	"mtandao/internal/seal"
	"mtandao/internal/site"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/themes"
)

// Entrance lets customers in. *entrance.Service satisfies it.
type Entrance interface {
	Ask(ctx context.Context, typed string, l words.Lang) error
	Enter(ctx context.Context, v pin.Visit, typed, code string) (token, device string, err error)
	Judge(ctx context.Context, token string) (customers.Customer, pin.SignedIn, error)
	SignIn(ctx context.Context, v pin.Visit, typed, password string) (token, device string, err error)
	Prove(ctx context.Context, v pin.Visit, in pin.SignedIn, c customers.Customer, typed string) error
	SetPassword(ctx context.Context, v pin.Visit, in pin.SignedIn, c customers.Customer, password string) (token string, err error)
	HasPassword(ctx context.Context, in pin.SignedIn) (bool, error)
	SignOut(ctx context.Context, in pin.SignedIn) error
}

// Bills are what customers owe. *invoices.Service satisfies it.
type Bills interface {
	StandingOf(ctx context.Context, customerID int64, today clock.Day) (invoices.Standing, error)
	Newest(ctx context.Context, f invoices.Filter, before int64, limit int) ([]invoices.Document, error)
	Get(ctx context.Context, id int64) (invoices.Document, error)
}

// Papers are what bills look like. *papers.Service satisfies it.
type Papers interface {
	OfDocument(ctx context.Context, documentID int64) (papers.Paper, error)
	OfPayment(ctx context.Context, customerID, eventID int64) (papers.Paper, error)
	StatementFile(ctx context.Context, customerID int64, from, until clock.Day) (name string, file []byte, err error)
	File(ctx context.Context, p papers.Paper) ([]byte, error)
}

// Prompts asks customers' phones for money. *prompts.Service satisfies it.
type Prompts interface {
	Ask(ctx context.Context, r prompts.Request, by prompts.By) (prompts.Ask, error)
	Asks(ctx context.Context, customerID int64, limit int) ([]prompts.Asked, error)
	Agreed(ctx context.Context, customerID int64) (*prompts.Consent, error)
	Agree(ctx context.Context, customerID int64, phone, who string, by prompts.By) (prompts.Consent, error)
	Withdraw(ctx context.Context, customerID int64, by prompts.By) (bool, error)
	Wanting(ctx context.Context, customerID int64) (money.Amount, error)
}

// Customers are those who are served. *customers.Service satisfies it.
type Customers interface {
	FirstPhones(ctx context.Context, ids []int64) (map[int64]customers.Phone, error)
}

// Sites are the provider's places. *site.Service satisfies it.
type Sites interface {
	Sites() []site.Site
	Get(id int64) (site.Site, site.Brand, error)
	Location(id int64) *time.Location
}

// Tills are where money is paid to. *billing.Service satisfies it.
type Tills interface {
	TillFor(ctx context.Context, siteID int64) (billing.Till, error)
}

// Options are what the pages stand on. Clock is the machine's, Plan that of days and periods.
type Options struct {
	Entrance    Entrance
	Bills       Bills
	Papers      Papers
	Prompts     Prompts
	Customers   Customers
	Lines       Lines
	Desk        Desk
	Plans       Plans
	Access      Access
	Radius      Radius
	Accounts    Accounts
	Tickets     Tickets
	Messages    Messages
	Sites       Sites
	Tills       Tills
	Phone       func() string // whom to call
	Keys        *seal.Keys
	Clock, Plan clock.Clock
	Log         *slog.Logger
	Proxies     web.Proxies
	Secure      bool // people reach us by HTTPS: cookies never leave it
}

// Face is the subscribers' face.
type Face struct {
	Options
	theme   *web.Renderer
	stamps  web.Stamps
	asked   *pace.Limiter // codes asked for, by network
	files   *pace.Limiter // PDFs made, by network
	phones  *pace.Limiter // phones asked for money, by customer
	letters *pace.Limiter // texts written to us, by customer
}

//go:embed pages
var files embed.FS

// New parses the pages. It fails when one is missing.
func New(o Options) (*Face, error) {
	pages, err := fs.Sub(files, "pages")
	if err != nil {
		return nil, err
	}
	theme, err := web.NewRenderer(pages, "my.css", "gate", "home", "pay", "use", "line", "secret", "devices", "consent", "data", "tickets", "ticket", "messages", "owe", "papers", "prove", "password", "error")
	if err != nil {
		return nil, err
	}
	return &Face{Options: o, theme: theme.On(themes.Ground()), stamps: web.Stamps{Keys: o.Keys, Clock: o.Clock}, asked: pace.New(o.Clock, 6, 20*time.Second), files: pace.New(o.Clock, 10, 3*time.Second),
		phones: pace.New(o.Clock, 10, 20*time.Second), letters: pace.New(o.Clock, 8, 5*time.Minute)}, nil
}

const root = "/my"

// Routes are the addresses.
func (f *Face) Routes() []web.Route {
	open := func(method, path string, do handle, again handle) web.Route {
		return web.Route{Method: method, Path: root + path, Policy: web.Public, Handle: f.handler(false, do, again)}
	}
	own := func(method, path string, do handle, again handle) web.Route {
		return web.Route{Method: method, Path: root + path, Policy: web.Customer, Handle: f.handler(true, do, again)}
	}
	get, post := fiber.MethodGet, fiber.MethodPost
	return []web.Route{
		open(get, "/in", f.askWho, nil), open(post, "/in", f.sendCode, f.askWho), open(get, "/code", f.askCode, nil), open(post, "/code", f.enter, f.askCode),
		open(get, "/enter", f.askPassword, nil), open(post, "/enter", f.enterByPassword, f.askPassword), own(get, "/prove", f.askProof, nil), own(post, "/prove", f.prove, f.askProof), own(post, "/prove/send", f.sendProof, f.askProof),
		own(get, "/password", f.askNewPassword, nil), own(post, "/password", f.setPassword, f.askNewPassword),
		own(get, "", f.home, nil), own(get, "/bill/:id", f.bill, nil), own(get, "/bill/:id/pdf", f.billPDF, nil),
		own(get, "/use/:id", f.use, nil), own(get, "/line/:id", f.manage, nil), own(post, "/line/:id/plan", f.changePlan, f.manage), own(post, "/line/:id/addon", f.takeAddOn, f.manage), own(post, "/line/:id/do/:do", f.turn, f.manage),
		own(get, "/line/:id/secret", f.secret, nil), own(post, "/line/:id/secret", f.changeSecret, f.secret), own(get, "/line/:id/devices", f.devices, nil), own(post, "/line/:id/device/:n/:do", f.changeDevice, f.devices),
		own(get, "/consent", f.consents, nil), own(post, "/consent", f.consent, f.consents), own(post, "/auto", f.autoPay, f.consents), own(get, "/data", f.askData, nil), own(post, "/data", f.data, f.askData),
		own(get, "/tickets", f.tickets, nil), own(post, "/tickets", f.openTicket, f.tickets), own(get, "/ticket/:id", f.ticket, nil), own(post, "/ticket/:id", f.answerTicket, f.ticket), own(get, "/messages", f.messages, nil),
		own(get, "/owe", f.owe, nil), own(get, "/papers", f.papers, nil), own(get, "/receipt/:id/pdf", f.receiptPDF, nil), own(get, "/statement/pdf", f.statementPDF, f.papers),
		own(get, "/pay", f.askPay, nil), own(post, "/pay", f.askPhone, f.askPay), own(post, "/out", f.signOut, f.home), open(get, "/*", f.nowhere, nil),
	}
}
