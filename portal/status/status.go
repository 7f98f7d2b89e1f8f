package status

import (
	"context"
	"embed"
	"encoding/base64"
	"html/template"
	"io/fs"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/pace"
	"mtandao/internal/site"
	"mtandao/internal/status"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/themes"
)

// Boards tells how the network is. *status.Service satisfies it.
type Boards interface {
	Board(ctx context.Context) (status.Board, error)
}

// Sites finds a site's looks. *site.Service satisfies it.
type Sites interface {
	Get(id int64) (site.Site, site.Brand, error)
}

// Options are what the page stands on.
type Options struct {
	Boards   Boards
	Sites    Sites
	Provider func() string
	Phone    func() string
	Clock    clock.Clock
	Proxies  web.Proxies
}

// Face is the page.
type Face struct {
	Options
	theme *web.Renderer
	slow  *pace.Limiter
}

//go:embed pages
var files embed.FS

// New parses the page.
func New(o Options) (*Face, error) {
	pages, err := fs.Sub(files, "pages")
	if err != nil {
		return nil, err
	}
	theme, err := web.NewRenderer(pages, "status.css", "status")
	return &Face{Options: o, theme: theme, slow: pace.New(o.Clock, networkBurst, networkEvery)}, err
}

// An address is often a whole site behind its router, and a page comes again by itself once a minute: all of two thousand viewers may, and a thousand at once, who
// look when they see that something is wrong. A page is made of memory.
const (
	networkBurst = 1000
	networkEvery = 30 * time.Millisecond
)

// home is the address of the page of all sites.
const home = "/status"

// Routes are the addresses.
func (f *Face) Routes() []web.Route {
	return []web.Route{{Method: fiber.MethodGet, Path: home, Policy: web.Public, Handle: f.show}, {Method: fiber.MethodGet, Path: home + "/:site", Policy: web.Public, Handle: f.show}}
}

type page struct {
	web.Frame
	Well       bool
	Payments   string
	PayWell    bool
	Sites      []place
	Notices    []notice
	AsOf       string
	All, Phone string
	Other      []other
}

type other struct{ Name, Address string }

type place struct {
	Name, Says, History, Address string
	Well                         bool
	Days                         []day
}

// day is a bar of the strip: the class says how much of it was dark.
type day struct {
	X     int
	Class string
}

type notice struct{ Kind, Where, When, Text string }

// Dial is the number as a telephone takes it.
func (p *page) Dial() string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, p.Phone)
}

func (f *Face) show(c *fiber.Ctx) error {
	if wait := f.slow.Wait(pace.Network(f.Proxies.Peer(c))); wait > 0 {
		return fault.New(fault.TooMany, "paper.slow")
	}
	ctx, cancel := web.Context()
	defer cancel()
	b, err := f.Boards.Board(ctx)
	if err != nil {
		return err
	}
	look, phone, asked := site.House, f.Phone(), strings.ToLower(c.Params("site"))
	look.Name = f.Provider()
	if asked != "" {
		here := site.Site{}
		for _, s := range b.Sites {
			if s.Site.Slug == asked {
				here = s.Site
			}
		}
		if here.ID == 0 {
			return fiber.ErrNotFound
		}
		b = b.Of(here.ID)
		if _, brand, err := f.Sites.Get(here.ID); err == nil {
			look = brand
		}
		if here.Phone != "" {
			phone = here.Phone
		}
	} else if len(b.Sites) > 0 {
		if _, brand, err := f.Sites.Get(b.Sites[0].Site.ID); err == nil {
			look.Accent, look.AccentInk, look.Paper, look.Ink = brand.Accent, brand.AccentInk, brand.Paper, brand.Ink
		}
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=30")
	c.Set("Refresh", "60")
	c.Vary(fiber.HeaderAcceptLanguage)
	l := web.Language(c.Query("l"), c.Get(fiber.HeaderAcceptLanguage), words.English)
	p := f.page(l, b, asked, look)
	p.Phone = phone
	return f.theme.Send(c, fiber.StatusOK, "status", p)
}

// page says a board in a language.
func (f *Face) page(l words.Lang, b status.Board, asked string, look site.Brand) *page {
	at := home
	if asked != "" {
		at += "/" + asked
	}
	p := &page{Frame: framed(look, l), Well: b.Well(), PayWell: b.Payments}
	p.Payments, p.AsOf = p.T("status.pay_trouble"), p.T("status.as_of", "When", moment(l, b.At, clock.Nairobi))
	if b.Payments {
		p.Payments = p.T("status.pay_well")
	}
	for _, other := range []words.Lang{words.English, words.Swahili} {
		if other != l {
			p.Other = append(p.Other, languageLink(other, at))
		}
	}
	names := map[int64]string{}
	for _, s := range b.Sites {
		names[s.Site.ID] = s.Site.Name
		p.Sites = append(p.Sites, placed(&p.Frame, s))
	}
	if asked != "" {
		p.All = home + "?l=" + string(l)
	}
	for _, n := range b.Notices {
		for _, id := range n.Sites { // the board has open sites only; a notice may be that one was closed
			if s, _, err := f.Sites.Get(id); err == nil && asked == "" {
				names[id] = s.Name
			}
		}
		p.Notices = append(p.Notices, told(&p.Frame, n, names))
	}
	return p
}

func languageLink(l words.Lang, at string) other {
	name := "English"
	if l == words.Swahili {
		name = "Kiswahili"
	}
	return other{name, at + "?l=" + string(l)}
}

func placed(f *web.Frame, s status.Stand) place {
	one := place{Name: s.Site.Name, Address: home + "/" + s.Site.Slug + "?l=" + string(f.Lang), Well: s.Since.IsZero(), Says: f.T("status.site_well"), History: f.T("status.history_none")}
	if !one.Well {
		one.Says = f.T("status.site_trouble", "When", moment(f.Lang, s.Since, s.Site.Location()))
	}
	if bad := s.Bad(); bad > 0 {
		one.History = f.T("status.history_some", "Days", bad)
	}
	for n, dark := range s.Dark {
		class := ""
		switch {
		case dark >= 4*time.Hour:
			class = "b"
		case dark > 0:
			class = "s"
		}
		one.Days = append(one.Days, day{X: n * 4, Class: class})
	}
	return one
}

func told(f *web.Frame, n status.Notice, names map[int64]string) notice {
	one := notice{Kind: f.T("status.kind_" + n.Kind), Where: f.T("status.everywhere"), Text: n.Texts[f.Lang], When: f.T("status.since", "From", moment(f.Lang, n.From, clock.Nairobi))}
	if !n.Until.IsZero() {
		one.When = f.T("status.span", "From", moment(f.Lang, n.From, clock.Nairobi), "Until", moment(f.Lang, n.Until, clock.Nairobi))
	}
	var where []string
	for _, id := range n.Sites {
		if names[id] != "" {
			where = append(where, names[id])
		}
	}
	if len(n.Sites) > 0 {
		one.Where = strings.Join(where, ", ")
	}
	return one
}

func moment(l words.Lang, at time.Time, zone *time.Location) string {
	at = at.In(zone)
	months := strings.Fields(words.Text(l, "guest.months"))
	return at.Format("2 ") + months[at.Month()-1] + at.Format(" 15:04")
}

// framed is the page in the looks of a brand.
func framed(b site.Brand, l words.Lang) web.Frame {
	out := web.Frame{Lang: l, Title: words.Text(l, "status.title"), Brand: b.Name, Tokens: themes.Pour(b.Accent, b.AccentInk, b.Paper, b.Ink)}
	if len(b.Logo) > 0 {
		out.Logo = template.URL("data:" + b.LogoType + ";base64," + base64.StdEncoding.EncodeToString(b.Logo))
	}
	return out
}
