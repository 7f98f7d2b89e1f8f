package backoffice

import (
	"embed"
	"html/template"
	"io/fs"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/portal/web"
	"mtandao/themes"
)

//go:generate go run ./tabler . assets/tabler.css

//go:embed pages assets
var files embed.FS

// look renders the pages.
type look struct {
	pages  *web.Templates
	assets *web.Assets
}

const assetPrefix = "/office/a/"

func newLook(names ...string) (*look, error) {
	stuff, err := fs.Sub(files, "assets")
	if err != nil {
		return nil, err
	}
	l := &look{}
	if l.assets, err = web.NewAssets(stuff, assetPrefix); err != nil {
		return nil, err
	}
	templates, err := fs.Sub(files, "pages")
	if err != nil {
		return nil, err
	}
	l.pages, err = web.ParseTemplates(templates, "layout.html", template.FuncMap{"asset": l.assets.Address, "icon": l.icon, "on": on, "whole": unbroken}, names...)
	return l, err
}

// unbroken says that a text is an e-mail address, which is not broken where a line ends.
func unbroken(text string) bool {
	return strings.Contains(text, "@") && !strings.ContainsAny(text, " \n")
}

// icon is a picture of the sprite; it says nothing to a screen reader, because a word always stands beside it.
func (l *look) icon(name string) (template.HTML, error) {
	if name == "" {
		return "", nil
	}
	sprite, err := l.assets.Address("icons.svg")
	return template.HTML(`<svg class="icon" aria-hidden="true"><use href="` + sprite + "#" + template.HTMLEscapeString(name) + `"></use></svg>`), err
}

// html renders a page; style is its inline style, for the policy.
func (l *look) html(page string, data framed, brand themes.Tokens) (body []byte, style string, err error) {
	style = accents(brand)
	data.framed().Style = template.CSS(style)
	body, err = l.pages.Execute(page, data)
	return body, style, err
}

// accents are the brand's colours on light and on dark surfaces.
func accents(light themes.Tokens) string {
	dark := themes.Pour(light.Accent.String(), light.OnAccent.String(), "#0f141b", "#e4e8ee")
	return ":root{--accent:" + light.Accent.String() + ";--on-accent:" + light.OnAccent.String() + ";--link:" + light.Link.String() +
		";--accent-dark:" + dark.Link.String() + ";--on-accent-dark:#0f141b;--link-dark:" + dark.Link.String() + "}"
}

func (l *look) send(c *fiber.Ctx, status int, page string, data framed, brand themes.Tokens) error {
	body, style, err := l.html(page, data, brand)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentSecurityPolicy, web.OwnPolicy(style))
	c.Set(fiber.HeaderContentLanguage, string(data.framed().Lang))
	c.Type("html", "utf-8")
	return c.Status(status).Send(body)
}
