package reseller

import (
	"html/template"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/seal"
	"mtandao/internal/words"
	"mtandao/portal/web"
)

// frame is what the layout around each page needs. The page structs embed it.
type frame struct {
	Lang     words.Lang
	Title    string
	Provider string
	Seller   string // empty: no reseller is signed in
	Partner  string // empty: no partner is
	Base     string // of the addresses of this side
	Here     string
	Stamp    string
	Once     string // key of the request that a form of this page makes
	Wrong    string
	Done     string
	Other    language
	Style    template.CSS
}

type language struct{ Name, Address string }

// T is the text of a key in the page's language; args are name, value pairs.
func (f *frame) T(key string, args ...any) string { return words.Text(f.Lang, key, args...) }

func (f *frame) framed() *frame { return f }

type framed interface{ framed() *frame }

func (q *request) t(key string, args ...any) string { return words.Text(q.lang, key, args...) }

func (q *request) page(title string) frame {
	f := frame{Lang: q.lang, Title: q.t(title), Provider: q.face.Provider(), Seller: q.seller.Name, Partner: q.partner.Name, Base: q.base, Here: q.Path(), Stamp: q.face.stamps.Make(q.base, q.token)}
	if f.Once = q.FormValue("once"); f.Once == "" {
		f.Once = seal.RandomHex(8)
	}
	f.Other = language{"Kiswahili", "?l=sw"}
	if q.lang == words.Swahili {
		f.Other = language{"English", "?l=en"}
	}
	return f
}

func (q *request) send(status int, name string, p framed) error {
	p.framed().Style = template.CSS(q.face.sheet)
	body, err := q.face.pages.Execute(name, p)
	if err != nil {
		return err
	}
	q.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; style-src '"+web.StyleHash(q.face.sheet)+"'; img-src 'self' data:; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	q.Set(fiber.HeaderContentLanguage, string(q.lang))
	q.Type("html", "utf-8")
	return q.Status(status).Send(body)
}

// manifest lets a phone put the pages on its home screen.
func (f *Face) manifest(q *request) error {
	q.Set(fiber.HeaderCacheControl, "public, max-age=86400")
	name := q.t("sell.app")
	if q.side == sharing {
		name = q.t("share.title")
	}
	err := q.JSON(fiber.Map{"name": f.Provider() + " · " + name, "short_name": name, "start_url": q.base, "scope": q.base, "display": "standalone",
		"background_color": "#f6f7f9", "theme_color": "#0f766e",
		"icons": []fiber.Map{{"src": q.base + "/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}}})
	q.Set(fiber.HeaderContentType, "application/manifest+json")
	return err
}

const mark = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="#0f766e"/><path d="M12 22h40v8a5 5 0 0 0 0 10v8H12v-8a5 5 0 0 0 0-10z" fill="#fff"/><path d="M38 24v4m0 5v4m0 5v4" stroke="#0f766e" stroke-width="4" stroke-linecap="round"/></svg>`

func (f *Face) icon(q *request) error {
	q.Set(fiber.HeaderCacheControl, "public, max-age=86400")
	q.Set(fiber.HeaderContentType, "image/svg+xml")
	return q.SendString(mark)
}
