package reseller

import (
	"html/template"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/themes"
)

// frame is what the layout around each page needs. The page structs embed it.
type frame struct {
	Lang              words.Lang
	Title             string
	Brand             string // key of the brand that the page wears
	BrandName, Accent string
	Seller            string // empty: no reseller is signed in
	Partner           string // empty: no partner is
	Base              string // of the addresses of this side
	Here              string
	Stamp             string
	Once              string // key of the request that a form of this page makes
	Wrong             string
	Number            string // of the request that failed, for whoever is called about it
	Posted            bool   // it was a form's, with a key
	Done              string
	Other             language
	Style             template.CSS
	tokens            themes.Tokens
}

type language struct{ Name, Address string }

// T is the text of a key in the page's language; args are name, value pairs.
func (f *frame) T(key string, args ...any) string { return words.Text(f.Lang, key, args...) }

func (f *frame) framed() *frame { return f }

type framed interface{ framed() *frame }

func (q *request) t(key string, args ...any) string { return words.Text(q.lang, key, args...) }

func (q *request) page(title string) frame {
	f := frame{Lang: q.lang, Title: q.t(title), Seller: q.seller.Name, Partner: q.partner.Name, Base: q.base, Here: q.Path(), Stamp: q.face.stamps.Make(q.base, q.token)}
	b := q.worn()
	f.Brand, f.BrandName, f.tokens = b.Key, b.Name, themes.Pour(b.Accent, b.AccentInk, b.Paper, b.Ink)
	f.Accent = f.tokens.Accent.String()
	f.Once = q.typed("once")
	if f.Once == "" || fault.KeyOf(q.failed) == doneBefore {
		f.Once = seal.RandomHex(8)
	}
	f.Other = language{"Kiswahili", q.inLanguage(words.Swahili)}
	if q.lang == words.Swahili {
		f.Other = language{"English", q.inLanguage(words.English)}
	}
	if q.failed != nil {
		f.Wrong, f.Number, f.Posted = words.Fault(q.lang, q.failed), web.Number(q.Ctx, q.failed), true
	}
	return f
}

// send writes a page; one of a form that was refused has the status of why.
func (q *request) send(status int, name string, p framed) error {
	style := p.framed().tokens.CSS() + q.face.sheet
	p.framed().Style = template.CSS(style)
	body, err := q.face.pages.Execute(name, p)
	if err != nil {
		return err
	}
	if q.failed != nil {
		status = web.Status(q.failed)
	}
	q.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; style-src '"+web.StyleHash(style)+"'; img-src 'self' data:; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	q.Set(fiber.HeaderContentLanguage, string(q.lang))
	q.Type("html", "utf-8")
	return q.Status(status).Send(body)
}
