package backoffice

import (
	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
	"mtandao/internal/staff"
)

// passkeyAsk is a button by which a browser is asked for a passkey, or to make one; what it tells goes along under a name.
type passkeyAsk struct {
	Asked, Into, Button string
	Making              bool
}

// passkey asks for one in a form beside a code; nil for who has none.
func (q *request) passkey(into string) (*passkeyAsk, error) {
	asked, err := q.office.Staff.AskPasskey(q.ctx, q.token)
	if err != nil || asked == "" {
		return nil, err
	}
	return &passkeyAsk{Asked: asked, Into: into, Button: q.T("office.passkey.use")}, nil
}

// codeField asks for a code: of the app, where there is one.
func (q *request) codeField(name string) formField {
	f := formField{Name: name, Label: q.T("office.code"), Hint: q.T("office.code.hint"), Auto: "one-time-code", Most: 40, Must: true}
	if !q.in.Member.App {
		f.Label, f.Hint = q.T("office.code.recovery"), q.T("office.code.recovery_hint")
	}
	return f
}

func (b *Backoffice) askPasskey(q *request) error {
	if q.in.Stage == staff.OwesCode {
		return led("/office/code")
	}
	if q.in.Stage == staff.Full {
		if err := q.proven(); err != nil {
			return err
		}
	}
	p, err := b.passkeyPage(q, "")
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, "passkey", p)
}

// passkeyPage asks a browser to make a passkey.
func (b *Backoffice) passkeyPage(q *request, name string) (*gatePage, error) {
	asked, err := b.Staff.StartPasskey(q.ctx, q.token)
	if err != nil {
		return nil, err
	}
	p := q.gate("office.passkey.", "/office/enrol/passkey")
	if name == "" {
		name = browserName(&p.frame, q.Get(fiber.HeaderUserAgent))
	}
	p.Fields = []formField{{Name: "name", Label: p.T("office.passkey.name"), Hint: p.T("office.passkey.name_hint"), Value: name, Most: 80, Must: true}}
	p.Passkey, p.Button = &passkeyAsk{Asked: asked, Into: "answer", Button: p.Button, Making: true}, ""
	return p, nil
}

func (b *Backoffice) addPasskey(q *request) error {
	if q.in.Stage == staff.Full {
		if err := q.proven(); err != nil {
			return err
		}
	}
	name := q.FormValue("name")
	codes, token, err := b.Staff.AddPasskey(q.ctx, q.visit(), q.token, name, q.FormValue("answer"))
	if err != nil {
		p, e := b.passkeyPage(q, name)
		if e != nil {
			return e
		}
		field := ""
		if fault.KeyOf(err) == "staff.passkey_name" {
			field = "name"
		}
		return q.refuse(err, "passkey", p, field)
	}
	q.keepToken(token)
	if q.in, err = b.Staff.Judge(q.ctx, token); err != nil {
		return err
	}
	if codes != nil {
		return q.showCodes(codes)
	}
	q.tell("good", "office.passkey.added", "")
	return led("/office/me")
}

// myPasskeys lists one's own.
func (b *Backoffice) myPasskeys(q *request, p *recordPage) (card, error) {
	all, err := b.Staff.Passkeys(q.ctx, q.in)
	s := card{Name: p.T("office.me.passkeys"), Lead: p.T("office.me.passkeys_text")}
	if b.Staff.CanPasskeys() {
		s.Acts = []act{{Name: p.T("office.passkey.add"), Icon: "key-round", Address: "/office/enrol/passkey"}}
	} else {
		s.Lead = p.T("staff.no_passkeys")
	}
	if len(all) == 0 || err != nil {
		return s, err
	}
	s.Table = &table{Columns: []column{{Name: p.T("office.passkey.name")}, {p.T("office.passkey.made"), "when"}, {p.T("office.me.last_seen"), "when"}, {}}}
	for _, one := range all {
		used := p.T("office.passkey.never")
		if !one.UsedAt.IsZero() {
			used = b.when(&p.frame, one.UsedAt)
		}
		s.Table.add(cell{Text: one.Name}, cell{Text: b.when(&p.frame, one.MadeAt)}, cell{Text: used},
			cell{Acts: []act{{Name: p.T("office.passkey.remove"), Address: "/office/me/passkeys/" + number(one.ID) + "/remove", Posted: true, Tone: "plain"}}})
	}
	return s, nil
}

// ownPasskey is the one that an address names.
func (b *Backoffice) ownPasskey(q *request) (staff.Passkey, error) {
	id, err := q.idOf("id")
	if err != nil {
		return staff.Passkey{}, err
	}
	all, err := b.Staff.Passkeys(q.ctx, q.in)
	if err != nil {
		return staff.Passkey{}, err
	}
	for _, one := range all {
		if one.ID == id {
			return one, nil
		}
	}
	return staff.Passkey{}, notHere()
}

func (b *Backoffice) dropPasskey(q *request) error {
	one, err := b.ownPasskey(q)
	if err == nil {
		err = q.proven()
	}
	if err == nil {
		err = b.Staff.DropPasskey(q.ctx, q.visit(), q.token, one.ID)
	}
	if fault.KeyOf(err) == "staff.last_factor" {
		q.tell("bad", "staff.last_factor", "")
		return led("/office/me")
	}
	if err != nil {
		return err
	}
	q.tell("good", "office.passkey.removed", "", "Name", one.Name)
	return led("/office/me")
}
