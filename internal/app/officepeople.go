package app

import (
	"context"
	"strings"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/notify"
	"mtandao/internal/settings"
	"mtandao/internal/staff"
	"mtandao/internal/words"
	"mtandao/portal/backoffice"
)

// factForgotten is that somebody says they have forgotten their password; its key is the e-mail as typed.
const factForgotten = "password forgotten"

type forgottenFact struct{ Email string }

// doorway makes links for staff and mails them.
type doorway struct{ *Main }

// Invite invites somebody; a mail that cannot be sent leaves the link.
func (d doorway) Invite(ctx context.Context, by staff.By, email string, p staff.Profile) (backoffice.Welcome, error) {
	m, secret, err := d.Staff.Invite(ctx, by, email, p)
	if err != nil {
		return backoffice.Welcome{}, err
	}
	return d.welcome(ctx, m, secret), nil
}

// NewLink makes another link for somebody.
func (d doorway) NewLink(ctx context.Context, by staff.By, id int64) (backoffice.Welcome, error) {
	secret, err := d.Staff.NewLink(ctx, by, id)
	if err != nil {
		return backoffice.Welcome{}, err
	}
	m, err := d.Staff.Member(ctx, id)
	if err != nil {
		return backoffice.Welcome{}, err
	}
	return d.welcome(ctx, m, secret), nil
}

func (d doorway) welcome(ctx context.Context, m staff.Member, secret string) backoffice.Welcome {
	w := backoffice.Welcome{Member: m, Address: d.welcomeAddress(secret)}
	can, err := d.CanMail(ctx)
	if err == nil && can {
		err = d.mailLink(ctx, m, secret)
		w.Mailed = err == nil
	}
	if err != nil {
		d.Log.Error("a link for staff was not mailed", "member", m.ID, "error", err)
	}
	return w
}

// CanMail says whether e-mail can be sent.
func (d doorway) CanMail(ctx context.Context) (bool, error) {
	c, err := d.Notify.Carrier(ctx, notify.Email)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil && !c.Off, err
}

// mailLink writes the mail. It counts as a code: nobody reads it in the office, and an address is sent so many in an hour.
func (m *Main) mailLink(ctx context.Context, to staff.Member, secret string) error {
	l, _ := words.Parse(to.Language)
	subject, text := "message.staff.reset.subject", "message.staff.reset"
	if to.State == staff.Invited {
		subject, text = "message.staff.invitation.subject", "message.staff.invitation"
	}
	return m.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := m.Notify.Send(tx, notify.Message{Key: "staff link " + m.Keys.Lookup("staff link mail", secret)[:32], Purpose: notify.ForCode, Channel: notify.Email, To: to.Email, Language: l,
			Subject: subject, Words: text, Args: []any{"Name", to.Name, "Provider", m.Settings.String(settings.ProviderName), "Link", m.welcomeAddress(secret)}})
		return err
	})
}

// Forgotten writes a job whoever asks for whatever e-mail, so that nobody learns here who works for the provider.
func (d doorway) Forgotten(ctx context.Context, v staff.Visit, email string) error {
	email = staff.Spell(email)
	if !strings.Contains(email, "@") || len(email) > 100 {
		return fault.New(fault.Invalid, "staff.email")
	}
	if err := d.Staff.MayForget(v, email); err != nil {
		return err
	}
	return d.DB.InTx(ctx, func(tx *db.Tx) error { return d.Jobs.Emit(tx, factForgotten, "", forgottenFact{email}) })
}

// remind mails a new link to who forgot the password.
func (m *Main) remind(ctx context.Context, j jobs.Job) error {
	var f forgottenFact
	if err := j.Decode(&f); err != nil {
		return err
	}
	member, err := m.Staff.MemberByEmail(ctx, f.Email)
	if fault.Is(err, fault.NotFound) || err == nil && member.State != staff.Active {
		return nil
	}
	if err != nil {
		return err
	}
	secret, err := m.Staff.NewLink(ctx, staff.By{Command: "forgot password", From: hostName()}, member.ID)
	if err != nil {
		return err
	}
	return m.mailLink(ctx, member, secret)
}
