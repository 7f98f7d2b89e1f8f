package selfcare

import (
	"cmp"
	"context"
	"encoding/base64"
	"html/template"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/pin"
	"mtandao/internal/seal"
	"mtandao/internal/site"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/themes"
)

const (
	signInCookie = "mtandao_my"
	deviceCookie = "mtandao_my_device"
	langCookie   = "mtandao_my_lang"
	doneCookie   = "mtandao_my_done"
	signInKept   = 30 * 24 * time.Hour
	deviceKept   = 365 * 24 * time.Hour
	doneKept     = time.Minute
)

// request is one call of somebody, judged.
type request struct {
	*fiber.Ctx
	face   *Face
	ctx    context.Context
	token  string
	in     pin.SignedIn
	who    customers.Customer // without an id: nobody is signed in
	lang   words.Lang
	failed error // what the form of this page was refused for
}

type handle = func(*request) error

type led = web.Led

func notHere() error { return fault.New(fault.NotFound, "page.unknown") }

// handler judges who asks before the route does anything. A form that fails is shown again with what was typed.
func (f *Face) handler(signedIn bool, do, again handle) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx, cancel := web.Context()
		defer cancel()
		q := &request{Ctx: c, face: f, ctx: ctx, token: c.Cookies(signInCookie)}
		q.lang = web.Language(cmp.Or(c.Query("l"), c.Cookies(langCookie)), c.Get(fiber.HeaderAcceptLanguage), "")
		if l, ok := words.Parse(c.Query("l")); ok {
			q.cookie(langCookie, string(l), deviceKept)
		}
		err := q.admit(signedIn)
		if err == nil {
			err = do(q)
		}
		return q.answer(err, again)
	}
}

// admit lets in whom the sign-in names; a form must be one of ours.
func (q *request) admit(signedIn bool) (err error) {
	if signedIn {
		q.who, q.in, err = q.face.Entrance.Judge(q.ctx, q.token)
		if fault.Is(err, fault.Denied) {
			return led(root + "/in")
		}
		if err != nil {
			return err
		}
	}
	if q.Method() == fiber.MethodPost && (!web.FromHere(q.Ctx) || !q.face.stamps.Valid(q.FormValue("k"), root, q.token)) {
		return fault.New(fault.Invalid, "form.expired")
	}
	return nil
}

// answer turns an error into a redirect, the page of the form, or a page of its own.
func (q *request) answer(err error, again handle) error {
	if err == nil {
		return nil
	}
	if to, ok := err.(led); ok {
		return q.Redirect(string(to), fiber.StatusSeeOther)
	}
	err = web.Fault(err)
	if !web.ForPerson(err) {
		q.face.Log.Error("a page of customers failed", "request", web.RequestID(q.Ctx), "route", q.Route().Path, "error", err)
	}
	q.failed = err
	if again != nil && web.ForPerson(err) && again(q) == nil {
		return nil
	}
	return q.send("error", q.page("my.error"))
}

// T is the text of a key in the reader's language.
func (q *request) T(key string, args ...any) string { return words.Text(q.lang, key, args...) }

// once is the own random value of a form: the same form does something once.
func (q *request) once() string { return seal.RandomHex(8) }

// today is the day at the customer's site.
func (q *request) today() clock.Day {
	return clock.DayOf(q.face.Plan.Now().In(q.face.Sites.Location(q.who.SiteID)))
}

// typed is what a form said; an address fills nothing in.
func (q *request) typed(name string) string {
	if q.Method() != fiber.MethodPost {
		return ""
	}
	return q.FormValue(name)
}

func (q *request) visit() pin.Visit {
	return pin.Visit{Address: q.face.Proxies.Peer(q.Ctx), Device: q.Cookies(deviceCookie)}
}

func (q *request) cookie(name, value string, lasts time.Duration) {
	c := &fiber.Cookie{Name: name, Value: value, Path: root, HTTPOnly: true, Secure: q.face.Secure, SameSite: fiber.CookieSameSiteLaxMode, MaxAge: int(lasts / time.Second)}
	if value == "" {
		c.MaxAge = -1
	}
	q.Cookie(c)
}

// done leads to a page of ours, which says once what was done.
func (q *request) done(what, to string) error {
	if words.Has("my.done." + what) { // it may be of the address
		q.cookie(doneCookie, q.face.stamps.Make("done", q.token, what)+"."+what, doneKept)
	}
	return led(root + to)
}

// said takes what a page of ours has left for this sign-in; whoever is on the same Wi-Fi may have left another.
func (q *request) said() string {
	cookie := q.Cookies(doneCookie)
	if cookie == "" {
		return ""
	}
	q.cookie(doneCookie, "", 0)
	stamp, what, _ := strings.Cut(cookie, ".")
	if !q.face.stamps.Valid(stamp, "done", q.token, what) {
		return ""
	}
	return q.T("my.done." + what)
}

// page is what each page has.
type page struct {
	web.Frame
	Here, Stamp   string
	Other         string // the other language's name
	OtherLang     string
	Wrong, Number string
	Done          string // what was done before
	Phone         string
	SignedIn      bool
	Lead, Action  string
	Who           string // as it was typed
	Field         string // what the page of the gate asks for: code, password; empty: the number alone
	To            string // what a proof is for
	Home          *home
	Pay           *pay
	Use           *use
	Manage        *manage
	Own           *own
	Consents      *consents
	Owed          *owed
	Kept          *kept
	Tickets       *tickets
	Sent          *sent
}

// Dial is the number as a telephone takes it.
func (p *page) Dial() string { return web.Dial(p.Phone) }

func (q *request) page(title string, args ...any) *page {
	s, b := q.worn()
	p := &page{Frame: web.Frame{Lang: q.lang, Title: words.Text(q.lang, title, args...), Brand: b.Name, Tokens: themes.Pour(b.Accent, b.AccentInk, b.Paper, b.Ink), Rules: themes.Night(b.Accent, b.AccentInk)},
		Here: root, Stamp: q.face.stamps.Make(root, q.token), Other: "Kiswahili", OtherLang: string(words.Swahili), Phone: s.Phone, SignedIn: q.who.ID != 0}
	if len(b.Logo) > 0 {
		p.Logo = template.URL("data:" + b.LogoType + ";base64," + base64.StdEncoding.EncodeToString(b.Logo))
	}
	if q.lang == words.Swahili {
		p.Other, p.OtherLang = "English", string(words.English)
	}
	if p.Phone == "" {
		p.Phone = q.face.Phone()
	}
	if q.failed == nil {
		p.Done = q.said()
	} else {
		p.Wrong, p.Number = words.Fault(q.lang, q.failed), web.Number(q.Ctx, q.failed)
	}
	return p
}

// worn is the site and brand of who is signed in, else of the first site that is open.
func (q *request) worn() (first site.Site, worn site.Brand) {
	worn = site.House
	for _, s := range q.face.Sites.Sites() {
		_, b, err := q.face.Sites.Get(s.ID)
		if err != nil {
			continue
		}
		if s.ID == q.who.SiteID {
			return s, b
		}
		if first.ID == 0 && s.State != site.Closed {
			first, worn = s, b
		}
	}
	return first, worn
}

func (q *request) send(name string, p *page) error {
	status := fiber.StatusOK
	if q.failed != nil {
		status = web.Status(q.failed)
	}
	q.Set("X-Robots-Tag", "noindex")
	q.Set(fiber.HeaderCacheControl, "no-store")
	return q.face.theme.Send(q.Ctx, status, name, p)
}
