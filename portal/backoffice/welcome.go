package backoffice

import (
	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/internal/words"
	"mtandao/portal/web"
)

// askWelcome is where a link leads: who was invited, or lost the password, chooses one.
func (b *Backoffice) askWelcome(q *request) error {
	p, err := b.welcomePage(q)
	if err != nil {
		return b.linkGone(q, err)
	}
	return q.send(fiber.StatusOK, "gate", p)
}

func (b *Backoffice) welcomePage(q *request) (*gatePage, error) {
	l, err := b.Staff.ReadLink(q.ctx, q.visit(), q.Params("secret"))
	if err != nil {
		return nil, err
	}
	if q.Query("l") == "" && q.seen.lang == "" { // in the language that the invitation says they speak
		q.seen.lang, _ = words.Parse(l.Member.Language)
	}
	texts := "office.welcome."
	if l.Purpose == staff.Reset {
		texts = "office.reset."
	}
	p := q.gate(texts, q.Path())
	p.Title, p.Lead = p.T(texts+"title", "Name", l.Member.Name), p.T(texts+"lead", "Provider", p.Provider, "Email", l.Member.Email)
	p.Fields = []formField{{Name: "email", As: asEmail, Label: p.T("office.email"), Value: l.Member.Email, Auto: "username", Most: 100, Must: true},
		{Name: "password", As: asPassword, Label: p.T("office.me.new_password"), Hint: p.T("office.password.hint"), Auto: "new-password", Most: 256, Must: true}}
	return p, nil
}

// linkGone says that a link is used up, and what to do.
func (b *Backoffice) linkGone(q *request, err error) error {
	if fault.KeyOf(err) != "staff.link_gone" {
		return err
	}
	p := &gatePage{frame: q.page("office.welcome.gone", "")}
	p.Lead = p.T("office.welcome.gone_text")
	return q.send(web.Status(err), "forgot", p)
}

func (b *Backoffice) welcome(q *request) error {
	p, err := b.welcomePage(q)
	if err != nil {
		return b.linkGone(q, err)
	}
	token, stage, err := b.Staff.UseLink(q.ctx, q.visit(), q.Params("secret"), q.FormValue("password"))
	if fault.KeyOf(err) == "staff.link_gone" {
		return b.linkGone(q, err)
	}
	if err != nil {
		return q.refuse(err, "gate", p, aboutPassword[fault.KeyOf(err)])
	}
	q.keepToken(token)
	if stage != staff.Full {
		return led(stagePath(stage))
	}
	return led("/office")
}

// askForgot offers a link by e-mail, or says whom to ask.
func (b *Backoffice) askForgot(q *request) error {
	can, err := b.Doorway.CanMail(q.ctx)
	if err != nil {
		return err
	}
	p := q.gate("office.forgot.", "/office/forgot")
	if !can {
		p.Lead, p.Action = p.T("office.forgot.ask"), ""
		return q.send(fiber.StatusOK, "forgot", p)
	}
	p.Fields = []formField{{Name: "email", As: asEmail, Label: p.T("office.email"), Auto: "username", Most: 100, Must: true}}
	return q.send(fiber.StatusOK, "forgot", p)
}

func (b *Backoffice) forgot(q *request) error {
	err := b.Doorway.Forgotten(q.ctx, q.visit(), q.FormValue("email"))
	p := q.gate("office.forgot.", "/office/forgot")
	if err != nil {
		return q.refuse(err, "gate", p, "")
	}
	p.Title, p.Lead, p.Action = p.T("office.forgot.sent"), p.T("office.forgot.sent_text"), ""
	return q.send(fiber.StatusOK, "forgot", p)
}
