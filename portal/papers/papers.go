package papers

import (
	"context"
	"embed"
	"encoding/base64"
	"html/template"
	"io/fs"
	"log/slog"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/papers"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/pace"
	"mtandao/internal/site"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/themes"
)

// Papers are those that links open. *papers.Service of billing satisfies it.
type Papers interface {
	ByLink(ctx context.Context, secret string) (papers.Paper, error)
	View(ctx context.Context, p papers.Paper) (papers.View, error)
	File(ctx context.Context, p papers.Paper) ([]byte, error)
}

// Options are what the pages stand on.
type Options struct {
	Papers  Papers
	Prompts Prompts
	Reports Reports
	Brand   func(siteID int64) site.Brand // of who sends a report
	Phone   func() string                 // to call when a link opens nothing
	Clock   clock.Clock
	Log     *slog.Logger
	Proxies web.Proxies
}

// Face is the pages.
type Face struct {
	Options
	theme         *web.Renderer
	opened, files *pace.Limiter // per network address: links tried, and PDFs made
	asked         *pace.Limiter // and phones asked
}

//go:embed pages
var files embed.FS

// New parses the pages.
func New(o Options) (*Face, error) {
	pages, err := fs.Sub(files, "pages")
	if err != nil {
		return nil, err
	}
	theme, err := web.NewRenderer(pages, "paper.css", "paper", "sorry", "refuse")
	if err != nil {
		return nil, err
	}
	return &Face{Options: o, theme: theme.On(themes.Ground()), opened: pace.New(o.Clock, 30, 2*time.Second), files: pace.New(o.Clock, 10, 3*time.Second), asked: pace.New(o.Clock, 5, 20*time.Second)}, nil
}

// Routes are the addresses.
func (f *Face) Routes() []web.Route {
	get := func(path string, h fiber.Handler) web.Route {
		return web.Route{Method: fiber.MethodGet, Path: path, Policy: web.Public, Handle: h}
	}
	return append(f.reportRoutes(), get(papers.LinkPath+":link", f.show), get(papers.LinkPath+":link/pdf", f.pdf),
		web.Route{Method: fiber.MethodPost, Path: papers.LinkPath + ":link/pay", Policy: web.Public, Handle: f.pay})
}

type page struct {
	web.Frame
	View  papers.View
	File  string  // address of the PDF
	Pay   *paying // nil: nothing is to be paid, and nobody was asked lately
	Phone string
	Says  string // what went wrong
}

// Dial is the number as a telephone takes it.
func (p *page) Dial() string {
	var out []byte
	for n := range len(p.Phone) {
		if c := p.Phone[n]; c >= '0' && c <= '9' || c == '+' && n == 0 {
			out = append(out, c)
		}
	}
	return string(out)
}

// open is the paper that the address's link opens.
func (f *Face) open(ctx context.Context, c *fiber.Ctx, slow *pace.Limiter) (papers.Paper, error) {
	if slow.Wait(pace.Network(f.Proxies.Peer(c))) > 0 {
		return papers.Paper{}, fault.New(fault.TooMany, "paper.slow")
	}
	return f.Papers.ByLink(ctx, c.Params("link"))
}

func (f *Face) show(c *fiber.Ctx) error {
	ctx, cancel := web.Context()
	defer cancel()
	p, err := f.open(ctx, c, f.opened)
	if err != nil {
		return f.sorry(c, err)
	}
	v, err := f.Papers.View(ctx, p)
	if err != nil {
		return f.sorry(c, err)
	}
	return f.page(ctx, c, p, v, nil)
}

// page shows a paper; wrong is why a phone was not asked.
func (f *Face) page(ctx context.Context, c *fiber.Ctx, p papers.Paper, v papers.View, wrong error) (err error) {
	shown := &page{Frame: framed(v.Brand, p.Lang(), v.Title), View: v, File: papers.LinkPath + c.Params("link") + "/pdf", Phone: v.Phone}
	if shown.Pay, err = f.paying(ctx, c, p, v); err != nil {
		return f.sorry(c, err)
	}
	status := fiber.StatusOK
	if wrong != nil {
		status = web.Status(wrong)
		if shown.Pay != nil {
			shown.Pay.Wrong = words.Fault(p.Lang(), wrong)
		}
	}
	return f.send(c, status, "paper", shown)
}

func (f *Face) pdf(c *fiber.Ctx) error {
	ctx, cancel := web.Context()
	defer cancel()
	p, err := f.open(ctx, c, f.files)
	if err != nil {
		return f.sorry(c, err)
	}
	file, err := f.Papers.File(ctx, p)
	if err != nil {
		return f.sorry(c, err)
	}
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderContentDisposition, `inline; filename="`+p.FileName()+`"`)
	c.Set("X-Robots-Tag", "noindex")
	return c.Send(file)
}

// sorry answers with one sentence; what is wrong with a link is never told.
func (f *Face) sorry(c *fiber.Ctx, err error) error {
	if kind := fault.KindOf(err); kind == fault.Internal {
		f.Log.Error("a paper was not shown", "request", web.RequestID(c), "error", err)
	}
	l := web.Language(c.Query("l"), c.Get(fiber.HeaderAcceptLanguage), words.English)
	p := &page{Frame: framed(site.House, l, words.Text(l, "paper.page.sorry")), Says: words.Fault(l, err), Phone: f.Phone()}
	p.Brand = ""
	return f.send(c, web.Status(err), "sorry", p)
}

func (f *Face) send(c *fiber.Ctx, status int, name string, p *page) error {
	c.Set("X-Robots-Tag", "noindex")
	return f.theme.Send(c, status, name, p)
}

// framed is a page in the looks of a brand.
func framed(b site.Brand, l words.Lang, title string) web.Frame {
	out := web.Frame{Lang: l, Title: title, Brand: b.Name, Tokens: themes.Pour(b.Accent, b.AccentInk, b.Paper, b.Ink), Rules: themes.Night(b.Accent, b.AccentInk)}
	if len(b.Logo) > 0 {
		out.Logo = template.URL("data:" + b.LogoType + ";base64," + base64.StdEncoding.EncodeToString(b.Logo))
	}
	return out
}
