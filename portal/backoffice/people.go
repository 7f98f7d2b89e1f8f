package backoffice

import (
	"context"

	"mtandao/internal/staff"
)

// Own is what members do to their own account. *staff.Service satisfies it.
type Own interface {
	Prove(ctx context.Context, v staff.Visit, token, typed string) (string, error)
	Describe(ctx context.Context, v staff.Visit, in staff.SignedIn, name, language string) error
	ChangePassword(ctx context.Context, v staff.Visit, token, old, password string) error
	NewRecoveryCodes(ctx context.Context, v staff.Visit, token string) ([]string, error)
	CanPasskeys() bool
	Passkeys(ctx context.Context, in staff.SignedIn) ([]staff.Passkey, error)
	AskPasskey(ctx context.Context, token string) (asked string, err error)
	StartPasskey(ctx context.Context, token string) (asked string, err error)
	AddPasskey(ctx context.Context, v staff.Visit, token, name, answer string) (codes []string, next string, err error)
	DropPasskey(ctx context.Context, v staff.Visit, token string, id int64) error
	SignIns(ctx context.Context, in staff.SignedIn) ([]staff.OpenSignIn, error)
	End(ctx context.Context, v staff.Visit, in staff.SignedIn, id int64) error
	EndOthers(ctx context.Context, v staff.Visit, in staff.SignedIn) error
	ReadLink(ctx context.Context, v staff.Visit, secret string) (staff.Link, error)
	UseLink(ctx context.Context, v staff.Visit, secret, password string) (token string, stage staff.Stage, err error)
}

// Colleagues is what who manages staff does. *staff.Service satisfies it.
type Colleagues interface {
	Members(ctx context.Context, after int64, limit int) ([]staff.Member, error)
	Member(ctx context.Context, id int64) (staff.Member, error)
	Edit(ctx context.Context, by staff.By, id, version int64, p staff.Profile) (staff.Member, error)
	Disable(ctx context.Context, by staff.By, id int64) error
	Enable(ctx context.Context, by staff.By, id int64) error
	RemoveFactor(ctx context.Context, by staff.By, id int64) error
	Roles(ctx context.Context) ([]staff.Role, error)
	SaveRole(ctx context.Context, by staff.By, r staff.Role) (staff.Role, error)
}

// Doorway makes one-time links and sends them where e-mail can be sent.
type Doorway interface {
	Invite(ctx context.Context, by staff.By, email string, p staff.Profile) (Welcome, error)
	NewLink(ctx context.Context, by staff.By, id int64) (Welcome, error)
	CanMail(ctx context.Context) (bool, error)
	// Forgotten mails a link to who has this e-mail, if anybody has; nothing tells which.
	Forgotten(ctx context.Context, v staff.Visit, email string) error
}

// Welcome is a link that was made: its whole address, which is shown once, and whether it was mailed too.
type Welcome struct {
	Member  staff.Member
	Address string
	Mailed  bool
}
