package backoffice

import (
	"io"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
)

// provePage asks somebody who is signed in for their code or password once more, and goes on with what they wanted.
type provePage struct {
	gatePage
	Kept []fact // what was typed into the form that asked, sealed
}

// proven lets on who gave a code or password lately. Anybody else is asked first: a page is then opened, a form sent again
// with all that was typed.
func (q *request) proven() error {
	if q.in.ProvenLately(q.office.Clock.Now()) {
		return nil
	}
	if q.Method() == fiber.MethodGet {
		return led(withBack("/office/prove", q.OriginalURL()))
	}
	var why error
	if typed := q.FormValue("proof"); typed != "" {
		if why = q.prove(typed); why == nil {
			return nil
		}
	}
	kept, err := q.keepTyped()
	if err != nil {
		return err
	}
	if err := q.askProof(q.Path(), kept, why); err != nil {
		return err
	}
	return errAnswered
}

// keptFile begins the name under which a form that is sent again carries a file.
const keptFile = "file-"

// typed is what a form has sent, without the stamp, earlier proofs and the seal of what was kept before.
func (q *request) typed() (all []fact, err error) {
	keep := func(name, value string) {
		if name != "k" && name != "proof" && name != "back" && name != keptField {
			all = append(all, fact{name, value})
		}
	}
	m, err := q.MultipartForm()
	if err != nil {
		q.Request().PostArgs().VisitAll(func(key, value []byte) { keep(string(key), string(value)) })
		return all, nil
	}
	for name, values := range m.Value {
		for _, value := range values {
			keep(name, value)
		}
	}
	for name := range m.File {
		body, err := q.file(name)
		if err != nil {
			return nil, err
		}
		if body != "" {
			keep(keptFile+name, body)
		}
	}
	return all, nil
}

// mostFile bounds an upload well below what the portal takes of a form, so that a larger one can be told so.
const mostFile = 256 << 10

// file is what was uploaded; fault.Invalid "setup.file_size" for too much.
func (q *request) file(name string) (string, error) {
	header, err := q.FormFile(name)
	if err != nil || header.Size == 0 {
		kept := q.FormValue(keptFile + name) // empty: none was chosen
		return kept[:min(len(kept), mostFile)], nil
	}
	if header.Size > mostFile {
		return "", fault.New(fault.Invalid, "setup.file_size")
	}
	opened, err := header.Open()
	if err != nil {
		return "", err
	}
	defer opened.Close()
	body, err := io.ReadAll(io.LimitReader(opened, mostFile))
	return string(body), err
}

// askProof shows the page, with what it keeps.
func (q *request) askProof(action string, kept []fact, why error) error {
	p := &provePage{gatePage: *q.gate("office.prove.", action), Kept: kept}
	p.Fields = []formField{{Name: "email", As: asEmail, Label: p.T("office.email"), Value: q.in.Member.Email, Auto: "username", Fixed: true},
		{Name: "proof", As: asPassword, Label: p.T("office.password"), Auto: "current-password", Most: 256, Must: true}}
	if q.in.Member.SecondFactor {
		p.Fields = []formField{q.codeField("proof")}
	}
	var err error
	if p.Passkey, err = q.passkey("proof"); err != nil {
		return err
	}
	if why == nil {
		return q.send(fiber.StatusOK, "prove", p)
	}
	return q.refuse(why, "prove", p, "proof")
}

// prove takes a code or password; the browser goes on with the new token.
func (q *request) prove(typed string) error {
	token, err := q.office.Staff.Prove(q.ctx, q.visit(), q.token, typed)
	if err == nil {
		q.keepToken(token)
	}
	return err
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
	if err := q.prove(typed); err != nil {
		return q.askProof("/office/prove", nil, err)
	}
	return led(q.back())
}
