package guest

import (
	"encoding/base64"
	"html/template"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/site"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/themes"
)

// page is what each page of the portal shares. The page structs embed it.
type page struct {
	web.Frame
	who      *visitor
	here     string // this page's path
	hereMore []string

	Notes []note
	Wrong map[string]string // sentence by field
	Stamp string
	Phone string // the site's own number
	Home  string // the price list; empty when there is no site
	Step  int    // 1 choose, 2 pay, 3 online; 0 none of them
}

// note is a message above the page.
type note struct {
	Title, Text, Address string
	Alarm                bool
}

// newPage starts a page of a visitor. The title is a words key; more are name, value pairs that its address keeps.
func (g *Guest) newPage(v *visitor, title, path string, more ...string) page {
	p := page{who: v, here: path, hereMore: more, Wrong: map[string]string{}}
	p.Frame = web.Frame{Lang: v.lang, Title: words.Text(v.lang, title), Brand: v.brand.Name, Logo: logo(v.brand),
		Tokens: themes.Pour(v.brand.Accent, v.brand.AccentInk, v.brand.Paper, v.brand.Ink), Skin: themes.Skin(v.brand.Theme)}
	if p.Brand == "" {
		p.Brand = v.site.Name
	}
	if v.site.Slug != "" {
		p.Home, p.Phone = v.address(v.home(), "more", "1"), v.site.Phone
		if p.Phone == "" && g.Phone != nil {
			p.Phone = g.Phone()
		}
	}
	return p
}

// To is an address under the site.
func (p *page) To(path string) string { return p.who.address(p.who.home() + path) }

// Dial is the site's number as a telephone dials it.
func (p *page) Dial() string { return web.Dial(p.Phone) }

// Router and VisitQuery are what forms carry of the visit.
func (p *page) Router() string { return p.who.router.Token }

// VisitQuery is the router's variables; empty when it gave none.
func (p *page) VisitQuery() string {
	if p.who.visit.MAC == "" {
		return ""
	}
	return p.who.query
}

// Initial stands in for a logo.
func (p *page) Initial() string {
	r, _ := utf8.DecodeRuneInString(p.Brand)
	return strings.ToUpper(string(r))
}

type choice struct {
	Lang                 words.Lang
	Name, Short, Address string
	Here                 bool
}

// Languages is the switch: this same page in each language.
func (p *page) Languages() []choice {
	all := []choice{{Lang: words.English, Name: "English", Short: "EN"}, {Lang: words.Swahili, Name: "Kiswahili", Short: "SW"}}
	for i := range all {
		all[i].Here = all[i].Lang == p.Lang
		all[i].Address = p.who.in(all[i].Lang).address(p.here, p.hereMore...)
	}
	return all
}

// warn says on top that something is to be looked at again, beside the field that it concerns.
func (p *page) warn(field, sentence string) {
	p.Wrong[field] = sentence
	p.Notes = append([]note{{Title: p.T("guest.wrong.title"), Text: sentence, Alarm: true}}, p.Notes...)
}

// logo is the brand's picture as part of the page.
func logo(b site.Brand) template.URL {
	if len(b.Logo) == 0 {
		return ""
	}
	if strings.HasPrefix(b.LogoType, "image/svg") {
		return template.URL("data:image/svg+xml," + svgEscaper.Replace(url.PathEscape(string(b.Logo))))
	}
	return inPage(b.LogoType, b.Logo)
}

// inPage is a picture as part of the page: only PNG and JPEG that internal/site has read.
func inPage(kind string, body []byte) template.URL {
	return template.URL("data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(body))
}

// svgEscaper brings back what needs no escape in a data URL, so that the picture compresses.
var svgEscaper = strings.NewReplacer("%20", " ", "%2F", "/", "%3D", "=", "%3A", ":", "%2C", ",", "%3B", ";")

func (g *Guest) send(c *fiber.Ctx, status int, name string, p web.Framed) error {
	return g.theme.Send(c, status, name, p)
}
