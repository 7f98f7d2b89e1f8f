package staff

import (
	"context"
	"slices"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/pace"
	"mtandao/internal/seal"
)

// Prepare is called at each start: it makes the house's roles and, while nobody works here, a new set-up secret for the
// program to print; with it, and once, the owner is made. A secret of an earlier start, on this node or another, opens
// nothing then. Empty when somebody works here.
func (s *Service) Prepare(ctx context.Context) (secret string, err error) {
	secret = seal.RandomHex(16)
	var open bool
	err = s.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		if err = s.seedRoles(tx); err == nil {
			open, err = s.offerSetup(tx, s.Keys.Lookup(purposeSetup, secret))
		}
		return err
	})
	if err != nil || !open {
		return "", err
	}
	return secret, nil
}

// Newcomer is what the first owner says of themself.
type Newcomer struct{ Name, Email, Password, Language string }

// MakeOwner makes the first member with the set-up secret and signs them in; they owe the enrolment of a second factor. A
// wrong secret, or somebody else's being first, is fault.Denied "staff.setup".
func (s *Service) MakeOwner(ctx context.Context, v Visit, secret string, n Newcomer) (token string, err error) {
	if err := slow(s.rates.address, pace.Network(v.Address)); err != nil {
		return "", err
	}
	m := Member{ID: s.DB.ID(), Name: n.Name, Email: Spell(n.Email), State: Active, Language: n.Language, Roles: []Role{{Key: Owner}}, Version: s.DB.ID()}
	if err := m.check(); err != nil {
		return "", err
	}
	if err := s.checkPassword(n.Password, m); err != nil {
		return "", err
	}
	hash, err := s.hasher.hash(ctx, n.Password)
	if err != nil {
		return "", err
	}
	token, signIn := s.newSignIn(v, m)
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.takeSetup(tx, s.Keys.Lookups(purposeSetup, secret), m.ID)
		if err != nil {
			return err
		}
		if !won {
			return s.madeBefore(tx, m.ID)
		}
		return s.insertOwner(tx, v, m, hash, signIn)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// madeBefore tells a commit whose answer was lost from a secret that opens nothing.
func (s *Service) madeBefore(tx *db.Tx, memberID int64) error {
	row, err := setupTx(tx)
	if err == nil && row.ClosedBy == memberID {
		return nil
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return fault.New(fault.Denied, "staff.setup")
}

func (s *Service) insertOwner(tx *db.Tx, v Visit, m Member, hash string, signIn signInRow) error {
	roles, err := named(tx, []string{Owner})
	if err != nil {
		return err
	}
	m.Roles = roles
	if err := s.insertMember(tx, m, hash); err != nil {
		return err
	}
	if err := s.record(tx, m.Email, v.from(), "first owner made", m.ID, nil, m.document()); err != nil {
		return err
	}
	return s.insertSignIn(tx, v, m, signIn)
}

// checkPassword judges a new password by what is known of its member and the provider.
func (s *Service) checkPassword(password string, m Member) error {
	return checkPassword(password, ownWords(m.Email, m.Name, s.Provider()))
}

// manager reads who changes something about staff: who may, or a command. Read in the transaction, so that somebody who
// has just lost the right does nothing more.
func (s *Service) manager(tx *db.Tx, by By) (Member, error) {
	if by.MemberID == 0 && by.Command != "" {
		return Member{Email: by.Command, State: Active, Roles: []Role{{Key: Owner}}}, nil
	}
	m, _, err := byIDTx(tx, by.MemberID)
	if err == nil && !MaySomewhere(m, StaffManage) || gone(err) {
		return Member{}, denied()
	}
	return m, err
}

func denied() error { return fault.New(fault.Denied, "denied") }

// SaveRole makes a role, or edits the one that was read. Who does it must manage all sites and hold what the role gives,
// before and after: fault.Denied "denied". The owner's role is fixed: "staff.owner_fixed".
func (s *Service) SaveRole(ctx context.Context, by By, r Role) (saved Role, err error) {
	if err := r.check(); err != nil {
		return r, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		actor, err := s.manager(tx, by)
		if err != nil {
			return err
		}
		var before Role
		if r.ID != 0 {
			if before, err = roleTx(tx, r.ID); err != nil {
				return err
			}
		}
		touched := slices.Concat(before.Permissions, r.Permissions)
		if !May(actor, StaffManage, 0) || !covers(actor, Member{Roles: []Role{{Permissions: touched}}}) {
			return denied()
		}
		if saved, err = s.writeRole(tx, r); err != nil {
			return err
		}
		return s.recordRole(tx, actor, by, before, saved)
	})
	return saved, err
}
