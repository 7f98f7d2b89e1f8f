package reseller

import (
	"cmp"
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/customers"
	"mtandao/billing/partners"
	"mtandao/internal/fault"
	"mtandao/internal/money"
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
	signInKept  = 30 * 24 * time.Hour
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
	from    shown
	siteID  int64 // what the page is about; 0: nothing in particular
	own     bool  // the form, if it is one, was sent by a page of ours
	failed  error // what the form of this page was refused for
}

type handle = func(*request) error

// handler judges who asks before the route does anything. A form that fails is shown again by the page that it is from, with what was typed.
func (f *Face) handler(at side, signedIn bool, do handle, from shown) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx, cancel := web.Context()
		defer cancel()
		q := &request{Ctx: c, side: at, face: f, ctx: ctx, from: from, token: c.Cookies(at.cookieName(aboutSignIn))}
		q.lang = web.Language(cmp.Or(c.Query("l"), c.Cookies(at.cookieName(aboutLang))), c.Get(fiber.HeaderAcceptLanguage), "")
		if l, ok := words.Parse(c.Query("l")); ok {
			q.cookie(aboutLang, string(l), deviceKept)
		}
		err := q.admit(signedIn)
		if err == nil {
			err = do(q)
		}
		return q.answer(err)
	}
}

// admit lets in whom the sign-in names; a form must be one of ours.
func (q *request) admit(signedIn bool) error {
	if signedIn {
		if err := q.judge(); err != nil {
			return err
		}
	}
	if q.Method() != fiber.MethodPost {
		return nil
	}
	q.own = web.FromHere(q.Ctx)
	if !q.own || !q.stamped() {
		return fault.New(fault.Invalid, "form.expired")
	}
	return nil
}

// judge finds out who asks.
func (q *request) judge() (err error) {
	q.in, err = q.face.PINs.Judge(q.ctx, q.token)
	if fault.Is(err, fault.Denied) || err == nil && q.in.Owner.Kind != q.kind {
		return led(q.base + "/in")
	}
	if err != nil {
		return err
	}
	if q.side == sharing {
		q.partner, err = q.face.Partners.Get(q.ctx, q.in.Owner.ID)
	} else {
		q.seller, err = q.face.Resellers.Get(q.ctx, q.in.Owner.ID)
	}
	return err
}

// stamped says that a form was made by us for this sign-in, and not long ago.
func (q *request) stamped() bool {
	return q.face.stamps.Valid(q.FormValue("k"), q.base, q.token)
}

// typed is what a form said; an address fills nothing in.
func (q *request) typed(name string) string {
	if q.Method() != fiber.MethodPost {
		return ""
	}
	return q.FormValue(name)
}

// inLanguage is the address of this page in a language.
func (q *request) inLanguage(l words.Lang) string {
	if q.Method() == fiber.MethodPost {
		return q.base + strings.ReplaceAll(q.from.path, ":id", q.Params("id")) + "?l=" + string(l)
	}
	query := url.Values{}
	for _, name := range []string{"d", "m", "site"} { // which day, month or place it shows
		if value := q.Query(name); value != "" {
			query.Set(name, value)
		}
	}
	query.Set("l", string(l))
	return "?" + query.Encode()
}

func (q *request) amount() (money.Amount, error) {
	return money.Parse(strings.TrimSpace(q.typed("amount")), money.Shilling)
}

func (q *request) visit() pin.Visit {
	return pin.Visit{Address: q.face.Proxies.Peer(q.Ctx), Device: q.Cookies(q.cookieName(aboutDevice))}
}

func (q *request) by() vouchers.By {
	return vouchers.By{Actor: "reseller " + q.seller.Account(), From: q.visit().Address.String()}
}

// asked is a request of a reseller, done once however often its form is sent.
func (q *request) asked(resellerID int64) resellers.Request {
	return resellers.Request{Key: q.typed("once"), ResellerID: resellerID}
}

// phone is of whoever is signed in.
func (q *request) phone() customers.Phone {
	if q.side == sharing {
		return q.partner.Phone
	}
	return q.seller.Phone
}

func (q *request) cookie(about, value string, lasts time.Duration) {
	c := &fiber.Cookie{Name: q.cookieName(about), Value: value, Path: q.base, HTTPOnly: true, Secure: q.face.Secure, SameSite: fiber.CookieSameSiteLaxMode, MaxAge: int(lasts / time.Second)}
	if value == "" {
		c.MaxAge = -1
	}
	q.Cookie(c)
}
