package guest

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
	"mtandao/internal/site"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// visitor is who stands in front of a page: the language, the place, and what the router said of the device. All of it
// travels in addresses and forms.
type visitor struct {
	lang   words.Lang
	site   site.Site
	brand  site.Brand
	router routers.Router // zero: the visit came without one of this site's routers
	visit  routers.Visit
	query  string     // what the visit was read from
	byPass access.MAC // of whom nothing is known but that a device with this MAC is here; empty: the order's own people
}

const maxQuery = 4000 // bytes of a router's variables that are carried on

// atSite reads the visitor of a page under /h/{site}.
func (g *Guest) atSite(c *fiber.Ctx) (*visitor, error) {
	slug := strings.ToLower(c.Params("site"))
	s, brand, err := g.Sites.BySlug(slug)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.Wrap(fault.NotFound, "site.unknown", err)
	}
	if err != nil {
		return nil, err
	}
	return g.visitorAt(c, s, brand, words.Lang(s.Language)), nil
}

func (g *Guest) visitorAt(c *fiber.Ctx, s site.Site, brand site.Brand, fallback words.Lang) *visitor {
	v := &visitor{site: s, brand: brand}
	v.lang = web.Language(parameter(c, "l"), c.Get(fiber.HeaderAcceptLanguage), fallback)
	c.Locals(visitorKey, v)
	g.readVisit(c, v)
	return v
}

const visitorKey = "visitor"

// parameter is a value of the form, else of the address.
func parameter(c *fiber.Ctx, name string) string {
	if value := c.Context().PostArgs().Peek(name); len(value) > 0 {
		return string(value)
	}
	return string(c.Context().QueryArgs().Peek(name))
}

// readVisit fills in the router and what it said. An unknown router, one of another site, or an address that is not the
// router's makes a visit without a router: it may buy, and gets a code.
func (g *Guest) readVisit(c *fiber.Ctx, v *visitor) {
	router, ok := g.Routers.ByToken(parameter(c, "r"))
	if !ok || router.SiteID != v.site.ID {
		return
	}
	query, carried := parameter(c, "v"), true
	if query == "" {
		query, carried = string(c.Context().URI().QueryString()), false
	}
	full := g.PublicURL + "/h/" + v.site.Slug + "?" + query
	if !carried {
		full = g.PublicURL + string(c.Context().RequestURI())
	}
	g.read(v, router, query, full)
}

func (g *Guest) read(v *visitor, router routers.Router, query, full string) {
	dialect, ok := g.Dialects[router.Dialect]
	if !ok || len(query) > maxQuery {
		return
	}
	visit, err := dialect.ReadVisit(router, query, full)
	if err != nil {
		g.Log.Warn("visit refused", "router", router.ID, "error", err)
		return
	}
	v.router, v.visit, v.query = router, visit, visit.Parameters
	if v.query == "" {
		v.query = query
	}
}

// place is where the visitor's device stands.
func (v *visitor) place() access.Place {
	p := access.Place{RouterID: v.router.ID, MAC: v.visit.MAC}
	if v.visit.IP.IsValid() {
		p.IP = v.visit.IP.String()
	}
	return p
}

// address is one of our own addresses, with what must travel along. More are name, value pairs.
func (v *visitor) address(path string, more ...string) string {
	query := "?l=" + string(v.lang)
	for i := 0; i+1 < len(more); i += 2 {
		query += "&" + more[i] + "=" + url.QueryEscape(more[i+1])
	}
	if v.router.Token != "" {
		query += "&r=" + url.QueryEscape(v.router.Token)
		if v.visit.MAC != "" {
			query += "&v=" + url.QueryEscape(v.query)
		}
	}
	return path + query
}

// in is the same visitor in another language.
func (v *visitor) in(l words.Lang) *visitor {
	other := *v
	other.lang = l
	return &other
}

func (v *visitor) home() string { return "/h/" + v.site.Slug }
