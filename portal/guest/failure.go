package guest

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/words"
	"mtandao/portal/web"
)

type errorPage struct {
	page
	OtherLang                   words.Lang
	OtherText, RequestID, Retry string
	Advice, OtherAdvice         string // where to go from a page that belongs to no site
}

// Fail answers an error with a page: in the person's language, with the other one below, in the brand of the place when
// it is known. The cause goes to the log only.
func (g *Guest) Fail(c *fiber.Ctx, err error) error {
	err = web.Fault(err)
	v := g.failed(c)
	path := "/" + strings.TrimLeft(c.Path(), "/") // "//host" would lead elsewhere
	p := g.errorPage(v, path, err)
	if p.RequestID = web.Number(c, err); p.RequestID != "" {
		g.Log.Error("request failed", "request", p.RequestID, "route", c.Route().Path, "error", err)
		p.Retry = v.address(path)
	}
	return g.send(c, web.Status(err), "error", p)
}

// failed is the visitor of a request that failed, perhaps before its handler knew whom it serves.
func (g *Guest) failed(c *fiber.Ctx) *visitor {
	if v, ok := c.Locals(visitorKey).(*visitor); ok {
		return v
	}
	under, _ := strings.CutPrefix(c.Path(), "/h/")
	slug, _, _ := strings.Cut(under, "/")
	if s, brand, err := g.Sites.BySlug(strings.ToLower(slug)); err == nil {
		return g.visitorAt(c, s, brand, words.Lang(s.Language))
	}
	return &visitor{lang: web.Language(parameter(c, "l"), c.Get(fiber.HeaderAcceptLanguage), words.English)}
}

func (g *Guest) errorPage(v *visitor, path string, err error) *errorPage {
	p := &errorPage{page: g.newPage(v, "guest.title", path), OtherLang: words.Swahili}
	if v.lang == words.Swahili {
		p.OtherLang = words.English
	}
	if p.Brand == "" {
		p.Brand = "Wi-Fi"
	}
	if p.Home == "" {
		p.Advice, p.OtherAdvice = p.T("guest.error.lost"), words.Text(p.OtherLang, "guest.error.lost")
	}
	p.Title, p.OtherText = words.Fault(v.lang, err), words.Fault(p.OtherLang, err)
	return p
}
