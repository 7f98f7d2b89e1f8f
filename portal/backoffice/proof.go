package backoffice

import (
	"path"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
)

// proven leads somebody who has not proved themself lately to the page that asks for it, and back.
func (q *request) proven() error {
	if q.in.ProvenLately(q.office.Clock.Now()) {
		return nil
	}
	back := q.OriginalURL()
	if q.Method() != fiber.MethodGet { // to the form with the button, which is pressed again
		back = path.Dir(q.Path()) + "/edit"
	}
	return led(withBack("/office/proof", back))
}

// proveNow takes the proof that stands in a form, where it is needed.
func (q *request) proveNow(kind string) error {
	if q.in.ProvenLately(q.office.Clock.Now()) {
		return nil
	}
	proof := q.FormValue("proof")
	if proof == "" {
		return &WrongField{Kind: kind, Field: "proof", Cause: fault.New(fault.Invalid, "setup.prove")}
	}
	err := q.office.Staff.Prove(q.ctx, q.visit(), q.token, proof)
	if k := fault.KindOf(err); err == nil || k == fault.Internal || k == fault.Unavailable {
		return err
	}
	return &WrongField{Kind: kind, Field: "proof", Cause: err}
}

func (b *Backoffice) askProof(q *request) error { return q.send(fiber.StatusOK, "proof", proofPage(q)) }

func proofPage(q *request) *gatePage {
	p := q.gate("office.proof.", "/office/proof")
	p.Fields = []input{{Name: "proof", Type: "text", Label: p.T("office.code"), Hint: p.T("office.code.hint"), Auto: "one-time-code", Most: 40, Must: true}}
	if !q.in.Member.SecondFactor {
		p.Fields = []input{{Name: "proof", Type: "password", Label: p.T("office.password"), Auto: "current-password", Most: 256, Must: true}}
	}
	return p
}

func (b *Backoffice) giveProof(q *request) error {
	err := b.Staff.Prove(q.ctx, q.visit(), q.token, q.FormValue("proof"))
	if err == nil {
		return led(q.back())
	}
	if fault.KeyOf(err) == "staff.signed_out" {
		return led("/office/in")
	}
	p := proofPage(q)
	if e := p.wrong(err); e != nil {
		return e
	}
	status := fiber.StatusBadRequest // the page may be seen: it is the proof that was wrong
	if fault.Is(err, fault.TooMany) {
		status = fiber.StatusTooManyRequests
	}
	return q.send(status, "proof", p)
}
