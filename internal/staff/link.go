package staff

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/pace"
	"mtandao/internal/seal"
)

// Purposes of a link.
const (
	Invitation = "invitation"
	Reset      = "reset"
)

// linkLasts is how long a link works, linkStates which state its member must be in.
var (
	linkLasts  = map[string]time.Duration{Invitation: 72 * time.Hour, Reset: time.Hour}
	linkStates = map[string]string{Invitation: Invited, Reset: Active}
)

// NewLink makes a new link for a member, in place of any other: an invitation while they have no password, else a reset.
// fault.Conflict "staff.disabled".
func (s *Service) NewLink(ctx context.Context, by By, id int64) (secret string, err error) {
	secret = seal.RandomHex(16)
	_, err = s.change(ctx, by, id, "link made", func(tx *db.Tx, m Member) (Member, error) {
		purpose := Reset
		switch m.State {
		case Disabled:
			return m, fault.New(fault.Conflict, "staff.disabled")
		case Invited:
			purpose = Invitation
		}
		m, err := s.updateMember(tx, m) // so that of two links made at once, or a link and Disable, one is refused
		if err == nil {
			err = s.insertLink(tx, id, purpose, secret)
		}
		return m, err
	})
	return secret, err
}

// Link is what a live link leads to.
type Link struct {
	Member  Member
	Purpose string
	Until   time.Time
}

// ReadLink tells whom a link is for; fault.NotFound "staff.link_gone" when it is used, old or none.
func (s *Service) ReadLink(ctx context.Context, v Visit, secret string) (Link, error) {
	l, _, _, err := s.readLink(ctx, v, secret)
	return l, err
}

func (s *Service) readLink(ctx context.Context, v Visit, secret string) (l Link, row linkRow, m memberRow, err error) {
	if err := slow(s.rates.address, pace.Network(v.Address)); err != nil {
		return l, row, m, err
	}
	if row, err = s.link(ctx, secret); err != nil {
		return l, row, m, err
	}
	l = Link{Purpose: row.Purpose, Until: row.Until.UTC()}
	l.Member, m, err = s.byID(ctx, row.MemberID)
	return l, row, m, err
}

// UseLink sets the password that the link's member chose, ends their sign-ins and starts one.
func (s *Service) UseLink(ctx context.Context, v Visit, secret, password string) (token string, stage Stage, err error) {
	l, row, old, err := s.readLink(ctx, v, secret)
	if err != nil {
		return "", "", err
	}
	if err := s.checkPassword(password, l.Member); err != nil {
		return "", "", err
	}
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return "", "", err
	}
	m := l.Member
	m.State = Active
	token, signIn := s.newSignIn(v, m)
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.takeLink(tx, row.ID, signIn.ID)
		if err == nil && won {
			won, err = s.replacePassword(tx, m.ID, linkStates[row.Purpose], old.PasswordHash, hash)
		}
		if err == nil && !won {
			err = fault.New(fault.NotFound, "staff.link_gone")
		}
		if err != nil {
			return err
		}
		return s.linkUsed(tx, v, l, m, row, signIn)
	})
	if err != nil {
		return "", "", err
	}
	return token, stageOf(signIn.Proven, m), nil
}

// linkUsed ends what the old password opened and starts the new sign-in. All of it can run again.
func (s *Service) linkUsed(tx *db.Tx, v Visit, l Link, m Member, row linkRow, signIn signInRow) error {
	if err := endSignIns(tx, m.ID, 0); err != nil {
		return err
	}
	if err := dropLinks(tx, m.ID, row.ID); err != nil {
		return err
	}
	if err := s.record(tx, m.Email, v.from(), "password set by "+l.Purpose, m.ID, l.Member.document(), m.document()); err != nil {
		return err
	}
	return s.insertSignIn(tx, v, m, signIn)
}

// MayForget slows down who asks for new passwords: fault.TooMany "staff.slow".
func (s *Service) MayForget(v Visit, email string) error {
	if err := slow(s.rates.address, pace.Network(v.Address)); err != nil {
		return err
	}
	return slow(s.rates.forgot, shorten(Spell(email), mostEmail))
}
