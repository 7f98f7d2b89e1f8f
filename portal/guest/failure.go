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
}

// Fail answers an error with a page: in the person's language, with the other one below, in the brand of the place when
// it is known. The cause goes to the log only.
func (g *Guest) Fail(c *fiber.Ctx, err error) error {
	err = web.Fault(err)
	v, ok := c.Locals(visitorKey).(*visitor)
	if !ok {
		v = &visitor{lang: web.Language(parameter(c, "l"), c.Get(fiber.HeaderAcceptLanguage), words.English)}
	}
	path := "/" + strings.TrimLeft(c.Path(), "/") // "//host" would lead elsewhere
	p := g.errorPage(v, path, err)
	if !forPerson(err) {
		p.RequestID = web.RequestID(c)
		g.Log.Error("request failed", "request", p.RequestID, "route", c.Route().Path, "error", err)
		if c.Method() == fiber.MethodGet {
			p.Retry = v.address(path)
		}
	}
	return g.send(c, web.Status(err), "error", p)
}

func (g *Guest) errorPage(v *visitor, path string, err error) *errorPage {
	p := &errorPage{page: g.newPage(v, "guest.title", path), OtherLang: words.Swahili}
	if v.lang == words.Swahili {
		p.OtherLang = words.English
	}
	if p.Brand == "" {
		p.Brand = "Wi-Fi"
	}
	p.Title, p.OtherText = words.Fault(v.lang, err), words.Fault(p.OtherLang, err)
	return p
}
