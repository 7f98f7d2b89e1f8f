package staff

import (
	"context"

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
	hash, err := s.hasher.Hash(ctx, n.Password)
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
