package backoffice

import (
	"context"
	"strconv"
	"strings"

	"mtandao/internal/fault"
	"mtandao/internal/mailbox"
	"mtandao/internal/postroom"
)

// Mailbox is what the pages ask of the mailbox of tickets; what changes something is recorded in the audit trail. *postroom.Service satisfies it.
type Mailbox interface {
	Get(ctx context.Context) (postroom.Account, postroom.Status, error)
	Save(ctx context.Context, a postroom.Account, by postroom.By) error
	Try(ctx context.Context, a postroom.Account) error
	Left(ctx context.Context, before int64, limit int) ([]postroom.Left, error)
	LeftOne(ctx context.Context, mailID int64) (left postroom.Left, ticketID int64, err error)
	TakeUp(ctx context.Context, mailID, customerID int64, by postroom.By) (ticketID int64, err error)
}

const mailboxAt = "/office/mailbox"

// theMailbox is the account; known is false when there is none yet.
func (b *Backoffice) theMailbox(q *request) (a postroom.Account, is postroom.Status, known bool, err error) {
	if err := q.proven(); err != nil {
		return a, is, false, err
	}
	a, is, err = b.Mailbox.Get(q.ctx)
	if fault.Is(err, fault.NotFound) {
		return postroom.Account{Account: mailbox.Account{Safety: mailbox.TLS}}, is, false, nil
	}
	return a, is, err == nil, err
}

func (b *Backoffice) mailbox(q *request) error {
	a, is, known, err := b.theMailbox(q)
	if err != nil {
		return err
	}
	p, err := b.mailboxPage(q, a, is, known)
	if err != nil {
		return err
	}
	return q.show(p)
}

// mailboxPage never shows the password: what is stored stays unless something else is typed.
func (b *Backoffice) mailboxPage(q *request, a postroom.Account, is postroom.Status, known bool) (*recordPage, error) {
	p := q.record("office.mailbox.title", "settings")
	p.Crumbs = []crumb{{p.T("office.nav.settings"), "/office/settings"}}
	p.Lead = p.T("office.mailbox.lead")
	if !known {
		p.Lead = p.T("office.mailbox.none")
	} else {
		p.State = b.mailboxState(&p.frame, a, is)
	}
	form := card{Name: p.T("office.mailbox.account"), Form: &shortForm{Action: mailboxAt, Button: p.T("office.save"), Fields: mailboxFields(p, a)}}
	if !known {
		p.add(form)
		return p, nil
	}
	state := card{Name: p.T("office.mailbox.test"), Lead: p.T("office.mailbox.test_text"), Form: &shortForm{Action: mailboxAt + "/test", Button: p.T("office.mailbox.test")}}
	if !is.ReadAt.IsZero() {
		state.Facts = append(state.Facts, fact{p.T("office.mailbox.read_at"), b.when(&p.frame, is.ReadAt)})
	}
	if is.Reason != "" {
		state.Facts = append(state.Facts, fact{p.T("office.mailbox.wrong"), p.T(is.Reason, "Host", a.Host, "What", a.Host)}, fact{p.T("office.mailbox.since"), b.when(&p.frame, is.FailingSince)})
	}
	p.add(form)
	p.add(state)
	return p, b.addLeft(q, p, mostLeft)
}

func (b *Backoffice) mailboxState(f *frame, a postroom.Account, is postroom.Status) stateView {
	switch {
	case a.Off:
		return stateView{"warn", f.T("office.off")}
	case is.Reason != "":
		return stateView{"bad", f.T("office.mailbox.unread")}
	case is.ReadAt.IsZero():
		return stateView{"", f.T("office.mailbox.not_yet")}
	}
	return stateView{"good", f.T("office.on")}
}

func mailboxFields(p *recordPage, a postroom.Account) []formField {
	text := func(name, value string, most int) formField {
		return formField{Name: name, Label: p.T("office.mailbox." + name), Value: value, Auto: "off", Most: most}
	}
	hinted := func(f formField) formField { f.Hint = p.T("office.mailbox." + f.Name + "_hint"); return f }
	port := hinted(text("port", "", 5))
	if port.As = asNumber; a.Port != 0 {
		port.Value = strconv.Itoa(a.Port)
	}
	safety := formField{Name: "safety", Label: p.T("office.mailbox.safety"), As: asPick}
	for _, s := range []mailbox.Safety{mailbox.TLS, mailbox.StartTLS} {
		safety.Choices = append(safety.Choices, choice{Value: string(s), Name: p.T("office.mailbox.safety_" + string(s)), Here: s == a.Safety})
	}
	secret := formField{Name: "password", As: asSecret, Label: p.T("office.mailbox.password"), Most: 500, Set: a.Password != "", SetText: p.T("office.not_set")}
	if secret.Set {
		secret.SetText = p.T("office.is_set")
	}
	off := formField{Name: "off", Label: p.T("office.state"), As: asTicks, Choices: []choice{{Value: "1", Name: p.T("office.mailbox.off"), Hint: p.T("office.mailbox.off_text"), Here: a.Off}}}
	return []formField{hinted(text("address", a.Address, 254)), text("host", a.Host, 253), port, safety, text("user", a.User, 254), secret, hinted(text("folder", a.Folder, 200)), hinted(text("done", a.Done, 200)), off}
}

// typedMailbox is what the form says over what is stored: an empty password keeps the stored one.
func (q *request) typedMailbox(was postroom.Account) postroom.Account {
	plain := func(name string) string { return strings.TrimSpace(q.FormValue(name)) }
	a := postroom.Account{Address: plain("address"), Off: q.FormValue("off") == "1", Account: mailbox.Account{Host: plain("host"), Safety: mailbox.Safety(q.FormValue("safety")), User: plain("user"),
		Password: q.FormValue("password"), Folder: plain("folder"), Done: plain("done")}}
	if a.Password == "" {
		a.Password = was.Password
	}
	if typed := plain("port"); typed != "" {
		port, err := strconv.Atoi(typed)
		if err != nil {
			port = -1 // no port; Check says so
		}
		a.Port = port
	}
	return a
}

var aboutMailbox = map[string]string{"mailbox.address": "address", "mailbox.host": "host", "mailbox.safety": "safety", "mailbox.user": "user", "mailbox.password": "password", "mailbox.folder": "folder"}

func (b *Backoffice) saveMailbox(q *request) error {
	was, is, known, err := b.theMailbox(q)
	if err != nil {
		return err
	}
	a, field := q.typedMailbox(was), "password"
	if moved := was.Host != a.Host || was.Port != a.Port; moved && was.Password != "" && q.FormValue("password") == "" {
		err = fault.New(fault.Invalid, "setup.secret_again")
	} else if err = b.Mailbox.Save(q.ctx, a, q.ticketBy()); err != nil {
		field = aboutMailbox[fault.KeyOf(err)]
	}
	if err == nil {
		q.tell("good", "office.mailbox.saved", "")
		return led(mailboxAt)
	}
	p, failed := b.mailboxPage(q, a, is, known)
	if failed != nil {
		return failed
	}
	return q.refuse(err, "record", p, field)
}

// testMailbox signs in with what is stored, and says in words what is wrong.
func (b *Backoffice) testMailbox(q *request) error {
	a, is, known, err := b.theMailbox(q)
	if err == nil && !known {
		err = fault.New(fault.NotFound, "mailbox.none")
	}
	if err != nil {
		return err
	}
	if err = b.Mailbox.Try(q.ctx, a); err == nil {
		q.tell("good", "office.mailbox.works", "")
		return led(mailboxAt)
	}
	p, failed := b.mailboxPage(q, a, is, known)
	if failed != nil {
		return failed
	}
	return q.refuse(err, "record", p, "")
}
