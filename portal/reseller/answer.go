package reseller

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/partners"
	"mtandao/internal/fault"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/vouchers/resellers"
)

type led = web.Led

func notHere() error { return fault.New(fault.NotFound, "page.unknown") }

// nowhere is an address that is none; who is signed in finds their menu there all the same.
func (f *Face) nowhere(q *request) error {
	if err := q.judge(); err != nil {
		q.seller, q.partner = resellers.Reseller{}, partners.Partner{}
	}
	return notHere()
}

// doneBefore: the page had done something else already. It gets a new key, so that this can be done as well.
const doneBefore = "sell.done_before"

// answer turns an error into a redirect, the page of the form with what was typed, or a page of its own.
func (q *request) answer(err error) error {
	if err == nil {
		return nil
	}
	if to, ok := err.(led); ok {
		return q.Redirect(string(to), fiber.StatusSeeOther)
	}
	err = web.Fault(err)
	if !web.ForPerson(err) {
		q.face.Log.Error("a page of resellers failed", "request", web.RequestID(q.Ctx), "route", q.Route().Path, "error", err)
	}
	if fault.KeyOf(err) == "reseller.request" {
		err = fault.Wrap(fault.Conflict, doneBefore, err)
	}
	if q.own && q.from.show != nil && !fault.Is(err, fault.NotFound) {
		q.failed = err
		if q.from.show(q) == nil {
			return nil
		}
		q.failed = nil // the page itself cannot be shown: that of the error can
	}
	return q.send(web.Status(err), "error", q.errorPage(err))
}

// hidden is a field that a form sends again.
type hidden struct{ Name, Value string }

type errorPage struct {
	frame
	Sentence string
	Call     string
	Retry    string   // address of a page that may come another time
	Resend   bool     // a form may be done another time
	Again    []hidden // what it said
}

// Dial is the number as a telephone dials it.
func (p *errorPage) Dial() string { return web.Dial(p.Call) }

// errorPage is never an end: it says whom to call and leads back. What may go well another time can be tried again from it, and what was typed is not lost.
func (q *request) errorPage(err error) *errorPage {
	p := &errorPage{frame: q.page("sell.error"), Sentence: words.Fault(q.lang, err), Call: q.whom()}
	if p.Number = web.Number(q.Ctx, err); p.Number == "" {
		return p
	}
	if q.Method() != fiber.MethodPost {
		p.Retry = q.Path()
		return p
	}
	if q.own && q.stamped() {
		p.Again, p.Resend = q.said()
		p.Posted = p.Resend
	}
	return p
}

// secrets are never written into a page.
var secrets = []string{"pin", "old", "code"}

// said are the fields of a form, but for those that each has anew; not when there is a secret among them.
func (q *request) said() (all []hidden, ok bool) {
	ok = true
	q.Request().PostArgs().VisitAll(func(name, value []byte) {
		field := hidden{string(name), string(value)}
		ok = ok && !slices.Contains(secrets, field.Name)
		if field.Name != "k" && field.Name != "once" {
			all = append(all, field)
		}
	})
	return all, ok
}
