package backoffice

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
	"mtandao/internal/staff"
)

// gatePage asks for something at the door: a lead, fields, one button. Back is where the person wanted to go.
type gatePage struct {
	frame
	Lead   string
	Fields []formField
	Hidden []fact // what goes along unseen
	Action string
	Button string // empty: the passkey is all that is asked for
	Back   string

	Passkey *passkeyAsk
}

// gate starts a page at the door; texts begins the keys of its title, lead and button.
func (q *request) gate(texts, action string) *gatePage {
	p := &gatePage{frame: q.page(texts+"title", ""), Action: action, Back: q.back()}
	p.Lead, p.Button = p.T(texts+"lead"), p.T(texts+"button")
	return p
}

func (q *request) back() string {
	if back := q.FormValue("back"); back != "" {
		return safeBack(back)
	}
	return safeBack(q.Query("back"))
}

func (p *gatePage) blame(field, sentence string) { blame(p.Fields, field, sentence) }

func (b *Backoffice) askSignIn(q *request) error {
	if first, err := b.Staff.FirstRun(q.ctx); err != nil {
		return err
	} else if first {
		return led("/office/owner")
	}
	if in, err := b.Staff.Judge(q.ctx, q.token); err == nil && in.Stage == staff.Full {
		return led("/office")
	}
	return q.send(fiber.StatusOK, "gate", signInPage(q, ""))
}

func signInPage(q *request, email string) *gatePage {
	p := q.gate("office.signin.", "/office/in")
	p.Fields = []formField{{Name: "email", As: asEmail, Label: p.T("office.email"), Value: email, Auto: "username", Most: 100, Must: true},
		{Name: "password", As: asPassword, Label: p.T("office.password"), Auto: "current-password", Most: 256, Must: true}}
	return p
}

func (b *Backoffice) signIn(q *request) error {
	email := q.FormValue("email")
	token, stage, err := b.Staff.SignIn(q.ctx, q.visit(), email, q.FormValue("password"))
	if err != nil {
		return q.refuse(err, "gate", signInPage(q, email), "")
	}
	q.keepToken(token)
	if stage != staff.Full {
		return led(withBack(stagePath(stage), q.back()))
	}
	return led(q.back())
}

func withBack(path, back string) string {
	if back == "/office" {
		return path
	}
	return path + "?" + url.Values{"back": {back}}.Encode()
}

func (b *Backoffice) signOut(q *request) error {
	if err := b.Staff.SignOut(q.ctx, q.visit(), q.token); err != nil {
		return err
	}
	q.keepToken("")
	return led("/office/in")
}

func (b *Backoffice) askCode(q *request) error {
	if q.in.Stage != staff.OwesCode {
		return led("/office")
	}
	p, err := codePage(q)
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, "gate", p)
}

func codePage(q *request) (p *gatePage, err error) {
	p = q.gate("office.code.", "/office/code")
	if !q.in.Member.App {
		p.Title, p.Lead = p.T("office.code.passkey_title"), p.T("office.code.passkey_lead")
	}
	p.Fields = []formField{q.codeField("code")}
	p.Passkey, err = q.passkey("code")
	return p, err
}

func (b *Backoffice) giveCode(q *request) error {
	token, err := b.Staff.GiveCode(q.ctx, q.visit(), q.token, q.FormValue("code"))
	if fault.KeyOf(err) == "staff.signed_out" {
		return led("/office/in")
	}
	if err != nil {
		p, e := codePage(q)
		if e != nil {
			return e
		}
		return q.refuse(err, "gate", p, "code")
	}
	q.keepToken(token)
	return led(q.back())
}

// askOwner is the first page of a new provider: it makes the owner, with the secret that the program printed.
func (b *Backoffice) askOwner(q *request) error {
	if first, err := b.Staff.FirstRun(q.ctx); err != nil {
		return err
	} else if !first {
		return led("/office/in")
	}
	return q.send(fiber.StatusOK, "gate", ownerPage(q, staff.Newcomer{}, q.Query("secret"), q.Query("secret") != ""))
}

// ownerPage asks for the secret where the address did not bring one, and where it was wrong. The owner goes on in its language.
func ownerPage(q *request, n staff.Newcomer, secret string, hidden bool) *gatePage {
	p := q.gate("office.owner.", "/office/owner?l="+string(q.lang()))
	p.Fields = []formField{{Name: "name", Label: p.T("office.name"), Value: n.Name, Auto: "name", Most: 80, Must: true},
		{Name: "email", As: asEmail, Label: p.T("office.email"), Value: n.Email, Auto: "username", Most: 100, Must: true},
		{Name: "password", As: asPassword, Label: p.T("office.password"), Hint: p.T("office.password.hint"), Auto: "new-password", Most: 256, Must: true}}
	if hidden {
		p.Hidden = []fact{{"secret", secret}}
		for i := range p.Languages {
			p.Languages[i].Address += "&secret=" + url.QueryEscape(secret)
		}
	} else {
		p.Fields = append(p.Fields, formField{Name: "secret", Label: p.T("office.owner.secret"), Value: secret, Hint: p.T("office.owner.secret_hint"), Most: 64, Must: true})
	}
	return p
}

func (b *Backoffice) makeOwner(q *request) error {
	n := staff.Newcomer{Name: q.FormValue("name"), Email: q.FormValue("email"), Password: q.FormValue("password"), Language: string(q.lang())}
	token, err := b.Staff.MakeOwner(q.ctx, q.visit(), q.FormValue("secret"), n)
	if err != nil {
		secret := q.FormValue("secret")
		return q.refuse(err, "gate", ownerPage(q, n, secret, secret != "" && fault.KeyOf(err) != "staff.setup"), aboutPassword[fault.KeyOf(err)])
	}
	q.keepToken(token)
	return led("/office/enrol")
}
