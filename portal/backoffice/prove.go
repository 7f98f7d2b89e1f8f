package backoffice

import (
	"errors"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
	"mtandao/internal/words"
	"mtandao/portal/web"
)

// provePage asks somebody who is signed in for their code or password once more, and goes on with what they wanted.
type provePage struct {
	gatePage
	Kept []fact // what was typed into the form that asked
}

// errAnswered says that the request has its answer already.
var errAnswered = errors.New("answered")

// proven lets on who gave a code or password lately. Anybody else is asked first: a page is then opened, a form sent again
// with all that was typed.
func (b *Backoffice) proven(q *request) error {
	if q.in.ProvenLately(b.Clock.Now()) {
		return nil
	}
	if q.Method() == fiber.MethodGet {
		return led("/office/prove?" + url.Values{"back": {q.OriginalURL()}}.Encode())
	}
	var why error
	if typed := q.FormValue("proof"); typed != "" {
		if why = b.Staff.Prove(q.ctx, q.visit(), q.token, typed); why == nil {
			return nil
		}
	}
	if err := q.askProof(q.Path(), q.typed(), why); err != nil {
		return err
	}
	return errAnswered
}

// typed is what a form has sent, without the stamp and earlier proofs.
func (q *request) typed() (all []fact) {
	q.Request().PostArgs().VisitAll(func(key, value []byte) {
		switch name := string(key); name {
		case "k", "proof", "back":
		default:
			all = append(all, fact{name, string(value)})
		}
	})
	return all
}

// askProof shows the page; it is only ever shown to the person who typed what it keeps.
func (q *request) askProof(action string, kept []fact, why error) error {
	p := &provePage{gatePage: *q.gate("office.prove.", action), Kept: kept}
	p.Fields = []input{{Name: "proof", Type: "password", Label: p.T("office.password"), Auto: "current-password", Most: 256, Must: true}}
	if q.in.Member.SecondFactor {
		p.Fields = []input{{Name: "proof", Type: "text", Label: p.T("office.code"), Hint: p.T("office.code.hint"), Auto: "one-time-code", Most: 40, Must: true}}
	}
	if why == nil {
		return q.send(fiber.StatusOK, "prove", p)
	}
	if k := fault.KindOf(why); k == fault.Internal || k == fault.Unavailable {
		return why
	}
	p.Fields[0].Wrong = words.Fault(p.Lang, why)
	return q.send(web.Status(why), "prove", p)
}

func (b *Backoffice) askProve(q *request) error {
	if q.in.ProvenLately(b.Clock.Now()) {
		return led(q.back())
	}
	return q.askProof("/office/prove", nil, nil)
}

func (b *Backoffice) prove(q *request) error {
	typed := q.FormValue("proof")
	if typed == "" {
		return q.askProof("/office/prove", nil, fault.New(fault.Invalid, "office.prove.missing"))
	}
	if err := b.Staff.Prove(q.ctx, q.visit(), q.token, typed); err != nil {
		return q.askProof("/office/prove", nil, err)
	}
	return led(q.back())
}
