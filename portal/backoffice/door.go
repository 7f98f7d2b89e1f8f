package backoffice

import (
	"context"
	"net/url"
	"path"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/internal/words"
	"mtandao/portal/web"
)

const (
	get  = fiber.MethodGet
	post = fiber.MethodPost
)

// need is how far somebody must have signed in.
type need uint8

const (
	open need = iota // not at all
	half             // the password was right
	full
	everywhere // full, and the route's permission at all sites: what it shows or changes is of none, or of others too
)

// route is one address: who may call it, and what it does.
type route struct {
	method, path string
	need         need
	may          staff.Permission // empty: anybody who is signed in
	handle       func(*request) error
}

func (r route) policy() web.Policy {
	if r.need >= full {
		return web.Staff
	}
	return web.Public
}

// request is one call of somebody, judged.
type request struct {
	*fiber.Ctx
	office *Backoffice
	ctx    context.Context
	token  string
	in     staff.SignedIn
	seen   seen // how the person wants to see it
}

const signInCookie = "mtandao_office"

// handler judges who asks before the route does anything, and answers errors with a page.
func (b *Backoffice) handler(r route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx, cancel := web.Context()
		defer cancel()
		q := &request{Ctx: c, office: b, ctx: ctx, token: c.Cookies(signInCookie), seen: readSeen(c.Cookies(seenCookie))}
		q.hint()
		if b.Secure {
			q.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000")
		}
		err := b.admit(q, r)
		if err == nil {
			err = r.handle(q)
		}
		return q.answer(err)
	}
}

// admit lets somebody in as far as the route needs; whoever is not that far is led there.
func (b *Backoffice) admit(q *request, r route) error {
	if r.need != open {
		in, err := b.Staff.Judge(q.ctx, q.token)
		if fault.Is(err, fault.Denied) {
			return b.leadIn(q, r)
		}
		if err != nil {
			return err
		}
		q.in = in
	}
	if r.need >= full && q.in.Stage != staff.Full {
		return led(stagePath(q.in.Stage))
	}
	if r.may != "" && !staff.MaySomewhere(q.in.Member, r.may) {
		return fault.New(fault.Denied, "denied")
	}
	if r.need == everywhere && !q.may(r.may, 0) {
		return ofOthersToo(r)
	}
	if r.method != post {
		return nil
	}
	if err := q.takeUp(); err != nil {
		return err
	}
	if !q.ours() {
		return q.stale()
	}
	return nil
}

// stale answers a form whose stamp is not good any more. One that a page of ours has sent is shown again, to be sent with a new stamp,
// with all that was typed; anything else is refused.
func (q *request) stale() error {
	expired := fault.New(fault.Invalid, "form.expired")
	if q.in.Stage != staff.Full || q.Get("Sec-Fetch-Site") != "same-origin" {
		return expired
	}
	kept, err := q.keepTyped()
	if err != nil {
		return err
	}
	p := &formPage{frame: q.page("office.stale.title", ""), Action: q.Path(), Text: words.Text(q.lang(), "office.stale.lead"), Hidden: kept, Multipart: true, Cancel: "/office"}
	p.Button = p.T("office.stale.button")
	if err := q.send(web.Status(expired), "form", p); err != nil {
		return err
	}
	return errAnswered
}

// ofOthersToo refuses who works at some sites only. A single object does not exist for them.
func ofOthersToo(r route) error {
	if strings.Contains(r.path, ":") {
		return notHere()
	}
	return fault.New(fault.Denied, "office.everywhere")
}

// leadIn sends somebody who is not signed in to the door, and back afterwards.
func (b *Backoffice) leadIn(q *request, r route) error {
	first, err := b.Staff.FirstRun(q.ctx)
	switch {
	case err != nil:
		return err
	case first:
		return led("/office/owner")
	case r.method == get && r.need >= full:
		return led("/office/in?back=" + url.QueryEscape(q.OriginalURL()))
	}
	return led("/office/in")
}

func stagePath(s staff.Stage) string {
	if s == staff.OwesEnrolment {
		return "/office/enrol"
	}
	return "/office/code"
}

// ours says that a form was made by us for this sign-in, and sent by a page of ours.
func (q *request) ours() bool {
	return web.FromHere(q.Ctx) && q.office.stamps.Valid(q.FormValue("k"), "office", q.token)
}

func led(path string) error { return web.Led(path) }

func notHere() error { return fault.New(fault.NotFound, "page.unknown") }

// answer turns an error into a redirect or a page.
func (q *request) answer(err error) error {
	if err == nil || err == errAnswered {
		return nil
	}
	if there, ok := err.(web.Led); ok {
		if q.Get("HX-Request") == "true" { // a part of a page has asked: it is the page that goes there
			q.Set("HX-Redirect", string(there))
			return q.SendStatus(fiber.StatusNoContent)
		}
		return q.Redirect(string(there), fiber.StatusSeeOther)
	}
	err = web.Fault(err)
	page := &errorPage{frame: q.page("office.error.title", "")}
	page.Sentence = words.Fault(page.Lang, err)
	if page.Request = web.Number(q.Ctx, err); page.Request != "" {
		q.office.Log.Error("a page of the back office failed", "request", page.Request, "route", q.Route().Path, "error", err)
	}
	return q.send(web.Status(err), "error", page)
}

// errorPage says what did not work; Request is the name of a failure of ours in the log.
type errorPage struct {
	frame
	Sentence, Request string
}

// safeBack is where a sign-in leads back to: a page of the back office, or its first one.
func safeBack(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.ContainsAny(to, "\\\r\n") || path.Clean(u.Path) != u.Path ||
		u.Path != "/office" && !strings.HasPrefix(u.Path, "/office/") || strings.HasPrefix(u.Path, "/office/in") {
		return "/office"
	}
	return to
}

func (q *request) visit() staff.Visit {
	return staff.Visit{Address: q.office.Proxies.Peer(q.Ctx), Browser: q.Get(fiber.HeaderUserAgent)}
}

// keepToken gives the browser the token of a sign-in; an empty one is taken away.
func (q *request) keepToken(token string) {
	cookie := &fiber.Cookie{Name: signInCookie, Value: token, Path: "/office", HTTPOnly: true, Secure: q.office.Secure, SameSite: fiber.CookieSameSiteLaxMode, SessionOnly: true}
	if token == "" {
		cookie.MaxAge, cookie.SessionOnly = -1, false
	}
	q.Cookie(cookie)
	q.token = token
}
