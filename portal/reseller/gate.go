package reseller

import (
	"github.com/gofiber/fiber/v2"

	"mtandao/billing/customers"
)

// field is an input of the door.
type field struct{ Name, Label, Type, Mode, Value, Auto string }

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

func (q *request) phoneField() field {
	return field{Name: "phone", Label: q.t("sell.phone"), Type: "tel", Mode: "tel", Value: q.typed("phone"), Auto: "tel"}
}

func (q *request) pinField(name, label, auto string) field {
	return field{Name: name, Label: q.t(label), Type: "password", Mode: "numeric", Auto: auto}
}

func (q *request) keep(token, device string) error {
	q.cookie(aboutSignIn, token, signInKept)
	q.cookie(aboutDevice, device, deviceKept)
	return led(q.base)
}

func (f *Face) askSignIn(q *request) error {
	if in, err := f.PINs.Judge(q.ctx, q.token); err == nil && in.Owner.Kind == q.kind {
		return led(q.base)
	}
	return f.signInPage(q)
}

func (f *Face) signInPage(q *request) error {
	p := q.gate("sell.in.", q.base+"/in", q.phoneField(), q.pinField("pin", "sell.pin.pin", "current-password"))
	if q.side == sharing {
		p.Title = p.T("share.in")
	}
	p.Elsewhere, p.ElsewhereAddress = p.T("sell.in.code"), q.base+"/code"
	return q.send(fiber.StatusOK, "gate", p)
}

func (f *Face) signIn(q *request) error {
	phone, err := customers.ParsePhone(q.typed("phone"))
	if err != nil {
		return err
	}
	token, device, err := f.PINs.SignIn(q.ctx, q.visit(), q.kind, string(phone), q.typed("pin"))
	if err != nil {
		return err
	}
	return q.keep(token, device)
}

func (f *Face) askCode(q *request) error {
	code := field{Name: "code", Label: q.t("sell.code.code"), Type: "text", Mode: "numeric", Auto: "one-time-code"}
	p := q.gate("sell.code.", q.base+"/code", q.phoneField(), code, q.pinField("pin", "sell.pin.new", "new-password"))
	p.Elsewhere, p.ElsewhereAddress = p.T("sell.in.button"), q.base+"/in"
	return q.send(fiber.StatusOK, "gate", p)
}

func (f *Face) useCode(q *request) error {
	phone, err := customers.ParsePhone(q.typed("phone"))
	if err != nil {
		return err
	}
	token, device, err := f.PINs.UseCode(q.ctx, q.visit(), q.kind, string(phone), q.typed("code"), q.typed("pin"))
	if err != nil {
		return err
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

func (f *Face) askPIN(q *request) error {
	p := q.gate("sell.pin.", q.base+"/pin", q.pinField("old", "sell.pin.old", "current-password"), q.pinField("pin", "sell.pin.new", "new-password"))
	p.Elsewhere, p.ElsewhereAddress = p.T("sell.home"), q.base
	return q.send(fiber.StatusOK, "gate", p)
}

func (f *Face) changePIN(q *request) error {
	token, err := f.PINs.Change(q.ctx, q.visit(), q.in, q.typed("old"), q.typed("pin"), string(q.phone()))
	if err != nil {
		return err
	}
	q.cookie(aboutSignIn, token, signInKept)
	return led(q.base + "?done=pin")
}
