package reseller

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/customers"
	"mtandao/billing/partners"
	"mtandao/internal/fault"
	"mtandao/internal/pin"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/vouchers"
	"mtandao/vouchers/resellers"
)

// side is one of the two kinds of people, each with its own door, cookies and pages.
type side struct{ base, kind string }

var (
	selling = side{"/sell", "reseller"}
	sharing = side{"/share", "partner"}
)

// cookieName is of a cookie of this side.
func (s side) cookieName(what string) string { return "mtandao_" + s.base[1:] + what }

const (
	aboutSignIn = ""
	aboutDevice = "_device"
	aboutLang   = "_lang"
	deviceKept  = 365 * 24 * time.Hour
)

// request is one call of somebody, judged.
type request struct {
	*fiber.Ctx
	side
	face    *Face
	ctx     context.Context
	token   string
	in      pin.SignedIn
	seller  resellers.Reseller
	partner partners.Partner
	lang    words.Lang
}

// led is a redirect, passed as an error so that nothing after it happens.
type led string

func (l led) Error() string { return "see " + string(l) }

func notHere() error { return fault.New(fault.NotFound, "page.unknown") }

// handler judges who asks before the route does anything, and answers errors with a page.
func (f *Face) handler(at side, own bool, handle func(*request) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx, cancel := web.Context()
		defer cancel()
		q := &request{Ctx: c, side: at, face: f, ctx: ctx, token: c.Cookies(at.cookieName(aboutSignIn))}
		q.lang = web.Language(c.Query("l"), c.Get(fiber.HeaderAcceptLanguage), "")
		if kept, ok := words.Parse(c.Cookies(at.cookieName(aboutLang))); ok && c.Query("l") == "" {
			q.lang = kept
		}
		if l, ok := words.Parse(c.Query("l")); ok {
			q.cookie(aboutLang, string(l), deviceKept)
		}
		err := q.admit(own)
		if err == nil {
			err = handle(q)
		}
		return q.answer(err)
	}
}

// admit lets in whom the sign-in names; a form must be one of ours.
func (q *request) admit(own bool) error {
	if own {
		in, err := q.face.PINs.Judge(q.ctx, q.token)
		if fault.Is(err, fault.Denied) || err == nil && in.Owner.Kind != q.kind {
			return led(q.base + "/in")
		}
		if err != nil {
			return err
		}
		q.in = in
		if q.side == sharing {
			q.partner, err = q.face.Partners.Get(q.ctx, in.Owner.ID)
		} else {
			q.seller, err = q.face.Resellers.Get(q.ctx, in.Owner.ID)
		}
		if err != nil {
			return err
		}
	}
	if q.Method() == fiber.MethodPost && !q.ours() {
		return fault.New(fault.Invalid, "form.expired")
	}
	return nil
}

// ours says that a form was made by us for this sign-in, and sent by a page of ours.
func (q *request) ours() bool {
	if from := q.Get("Sec-Fetch-Site"); from != "" && from != "same-origin" {
		return false
	}
	return q.face.stamps.Valid(q.FormValue("k"), q.base, q.token)
}

func (q *request) visit() pin.Visit {
	return pin.Visit{Address: q.face.Proxies.Peer(q.Ctx), Device: q.Cookies(q.cookieName(aboutDevice))}
}

func (q *request) by() vouchers.By {
	return vouchers.By{Actor: "reseller " + q.seller.Account(), From: q.visit().Address.String()}
}

func (q *request) cookie(about, value string, lasts time.Duration) {
	c := &fiber.Cookie{Name: q.cookieName(about), Value: value, Path: q.base, HTTPOnly: true, Secure: q.face.Secure, SameSite: fiber.CookieSameSiteLaxMode, MaxAge: int(lasts / time.Second)}
	if value == "" {
		c.MaxAge = -1
	}
	q.Cookie(c)
}

func (q *request) keep(token, device string) error {
	q.cookie(aboutSignIn, token, 30*24*time.Hour)
	q.cookie(aboutDevice, device, deviceKept)
	return led(q.base)
}

// answer turns an error into a redirect or a page.
func (q *request) answer(err error) error {
	if err == nil {
		return nil
	}
	if to, ok := err.(led); ok {
		return q.Redirect(string(to), fiber.StatusSeeOther)
	}
	err = web.Fault(err)
	if k := fault.KindOf(err); k == fault.Internal || k == fault.Unavailable {
		q.face.Log.Error("a page of resellers failed", "request", web.RequestID(q.Ctx), "route", q.Route().Path, "error", err)
	}
	p := &errorPage{frame: q.page("sell.error")}
	p.Sentence = words.Fault(q.lang, err)
	return q.send(web.Status(err), "error", p)
}

type errorPage struct {
	frame
	Sentence string
}

// field is an input of the door.
type field struct{ Name, Label, Type, Mode, Value, Hint, Auto string }

type gatePage struct {
	frame
	Lead, Action, Button string
	Fields               []field
	Elsewhere            string
	ElsewhereAddress     string
}

func (q *request) gate(texts, action string, fields ...field) *gatePage {
	p := &gatePage{frame: q.page(texts + "title"), Action: action, Fields: fields}
	p.Lead, p.Button = p.T(texts+"lead"), p.T(texts+"button")
	return p
}

// refuse shows a page again with what was wrong; what is not for a person's eyes stays an error.
func (q *request) refuse(err error, name string, p framed) error {
	if k := fault.KindOf(err); k == fault.Internal || k == fault.Unavailable {
		return err
	}
	p.framed().Wrong = words.Fault(q.lang, err)
	return q.send(web.Status(err), name, p)
}

// phone is of whoever is signed in.
func (q *request) phone() customers.Phone {
	if q.side == sharing {
		return q.partner.Phone
	}
	return q.seller.Phone
}

func (q *request) phoneField() field {
	return field{Name: "phone", Label: q.t("sell.phone"), Type: "tel", Mode: "tel", Value: q.FormValue("phone"), Auto: "tel"}
}

func (q *request) pinField(name, label, auto string) field {
	return field{Name: name, Label: q.t(label), Type: "password", Mode: "numeric", Auto: auto}
}

func (f *Face) askSignIn(q *request) error {
	if in, err := f.PINs.Judge(q.ctx, q.token); err == nil && in.Owner.Kind == q.kind {
		return led(q.base)
	}
	return q.send(fiber.StatusOK, "gate", q.signInPage())
}

func (q *request) signInPage() *gatePage {
	p := q.gate("sell.in.", q.base+"/in", q.phoneField(), q.pinField("pin", "sell.pin.pin", "current-password"))
	if q.side == sharing {
		p.Title = p.T("share.in")
	}
	p.Elsewhere, p.ElsewhereAddress = p.T("sell.in.code"), q.base+"/code"
	return p
}

func (f *Face) signIn(q *request) error {
	phone, err := customers.ParsePhone(q.FormValue("phone"))
	if err != nil {
		return q.refuse(err, "gate", q.signInPage())
	}
	token, device, err := f.PINs.SignIn(q.ctx, q.visit(), q.kind, string(phone), q.FormValue("pin"))
	if err != nil {
		return q.refuse(err, "gate", q.signInPage())
	}
	return q.keep(token, device)
}

func (q *request) codePage() *gatePage {
	code := field{Name: "code", Label: q.t("sell.code.code"), Type: "text", Mode: "numeric", Auto: "one-time-code"}
	p := q.gate("sell.code.", q.base+"/code", q.phoneField(), code, q.pinField("pin", "sell.pin.new", "new-password"))
	p.Elsewhere, p.ElsewhereAddress = p.T("sell.in.button"), q.base+"/in"
	return p
}

func (f *Face) askCode(q *request) error { return q.send(fiber.StatusOK, "gate", q.codePage()) }

func (f *Face) useCode(q *request) error {
	phone, err := customers.ParsePhone(q.FormValue("phone"))
	if err != nil {
		return q.refuse(err, "gate", q.codePage())
	}
	token, device, err := f.PINs.UseCode(q.ctx, q.visit(), q.kind, string(phone), q.FormValue("code"), q.FormValue("pin"))
	if err != nil {
		return q.refuse(err, "gate", q.codePage())
	}
	return q.keep(token, device)
}

func (f *Face) signOut(q *request) error {
	if err := f.PINs.SignOut(q.ctx, q.in); err != nil {
		return err
	}
	q.cookie(aboutSignIn, "", 0)
	return led(q.base + "/in")
}

func (q *request) pinPage() *gatePage {
	p := q.gate("sell.pin.", q.base+"/pin", q.pinField("old", "sell.pin.old", "current-password"), q.pinField("pin", "sell.pin.new", "new-password"))
	p.Elsewhere, p.ElsewhereAddress = p.T("sell.home"), q.base
	return p
}

func (f *Face) askPIN(q *request) error { return q.send(fiber.StatusOK, "gate", q.pinPage()) }

func (f *Face) changePIN(q *request) error {
	err := f.PINs.Change(q.ctx, q.visit(), q.in, q.FormValue("old"), q.FormValue("pin"), string(q.phone()))
	if err != nil {
		return q.refuse(err, "gate", q.pinPage())
	}
	return led(q.base + "?done=pin")
}
