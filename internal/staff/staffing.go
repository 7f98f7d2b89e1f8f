package staff

import (
	"context"
	"slices"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

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

// mostListed bounds one page of members.
const mostListed = 200

// Members lists members after an id, at most limit.
func (s *Service) Members(ctx context.Context, after int64, limit int) ([]Member, error) {
	return s.page(ctx, after, max(1, min(limit, mostListed)))
}

// Member reads one member; fault.NotFound "staff.no_member".
func (s *Service) Member(ctx context.Context, id int64) (Member, error) {
	m, _, err := s.byID(ctx, id)
	return m, err
}

// MemberByEmail reads one member; fault.NotFound "staff.no_member".
func (s *Service) MemberByEmail(ctx context.Context, email string) (Member, error) {
	m, _, err := s.byEmail(ctx, Spell(email))
	return m, err
}

// Profile is what is said of a member, and may be edited. Roles are keys.
type Profile struct {
	Name, Language string
	Roles          []string
	Sites          []int64
}

func (m Member) with(tx *db.Tx, p Profile) (Member, error) {
	m.Name, m.Language, m.Sites = p.Name, p.Language, slices.Compact(slices.Sorted(slices.Values(p.Sites)))
	var err error
	if m.Roles, err = named(tx, p.Roles); err == nil {
		err = m.check()
	}
	return m, err
}

// Invite makes a member and the secret of the link by which they choose a password within 72 hours.
func (s *Service) Invite(ctx context.Context, by By, email string, p Profile) (m Member, secret string, err error) {
	secret = seal.RandomHex(16)
	id := s.DB.ID()
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		actor, err := s.manager(tx, by)
		if err != nil {
			return err
		}
		if m, err = (Member{ID: id, Email: Spell(email), State: Invited, Version: tx.ID()}).with(tx, p); err != nil {
			return err
		}
		if !covers(actor, m) {
			return denied()
		}
		if err := ownerFirst(tx, m); err != nil {
			return err
		}
		if err := s.insertMember(tx, m, ""); err != nil {
			return err
		}
		if err := s.insertLink(tx, m.ID, Invitation, secret); err != nil {
			return err
		}
		return s.record(tx, actor.Email, by.From, "member invited", m.ID, nil, m.document())
	})
	return m, secret, err
}

// ownerFirst: the first member, whom a command may invite, must be an owner; fault.Conflict "staff.owner_first".
func ownerFirst(tx *db.Tx, m Member) error {
	n, err := otherOwners(tx, 0)
	if err == nil && n == 0 && !m.IsOwner() {
		err = fault.New(fault.Conflict, "staff.owner_first")
	}
	return err
}

// change does one thing to a member by somebody who may: who covers the member as they were and as they become.
func (s *Service) change(ctx context.Context, by By, id int64, action string, do func(tx *db.Tx, m Member) (Member, error)) (after Member, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		actor, err := s.manager(tx, by)
		if err != nil {
			return err
		}
		before, _, err := byIDTx(tx, id)
		if err != nil {
			return err
		}
		if !covers(actor, before) {
			return denied()
		}
		if after, err = do(tx, before); err != nil {
			return err
		}
		if !covers(actor, after) {
			return denied()
		}
		if err := keepAnOwner(tx, before, after); err != nil {
			return err
		}
		return s.record(tx, actor.Email, by.From, action, id, before.document(), after.document())
	})
	return after, err
}

// keepAnOwner refuses to take the last active owner away: fault.Conflict "staff.last_owner".
func keepAnOwner(tx *db.Tx, before, after Member) error {
	if !before.IsOwner() || before.State != Active || after.IsOwner() && after.State == Active {
		return nil
	}
	if err := lockOwners(tx); err != nil {
		return err
	}
	n, err := otherOwners(tx, before.ID)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "staff.last_owner")
	}
	return err
}

// mayTheSame says that two states of a member have the same roles and sites.
func (m Member) mayTheSame(o Member) bool {
	keys := func(m Member) (all []string) {
		for _, r := range m.Roles {
			all = append(all, r.Key)
		}
		return slices.Sorted(slices.Values(all))
	}
	return slices.Equal(keys(m), keys(o)) && slices.Equal(slices.Sorted(slices.Values(m.Sites)), slices.Sorted(slices.Values(o.Sites)))
}

// Edit changes what is said of a member, if version is still the one that was read. What they lose is lost at once; with other roles or sites they sign in anew, so that
// nobody has more by a token that was given for less.
func (s *Service) Edit(ctx context.Context, by By, id, version int64, p Profile) (Member, error) {
	return s.change(ctx, by, id, "member edited", func(tx *db.Tx, m Member) (Member, error) {
		m.Version = version
		held := m
		m, err := m.with(tx, p)
		if err != nil {
			return m, err
		}
		if m, err = s.updateMember(tx, m); err != nil {
			return m, err
		}
		if !held.mayTheSame(m) {
			if err := endSignIns(tx, id, 0); err != nil {
				return m, err
			}
		}
		return m, giveRoles(tx, m)
	})
}

// Disable ends a member's sign-ins and links, and lets them in no more until Enable.
func (s *Service) Disable(ctx context.Context, by By, id int64) error {
	_, err := s.change(ctx, by, id, "member disabled", func(tx *db.Tx, m Member) (Member, error) {
		m.State = Disabled
		m, err := s.updateMember(tx, m)
		if err == nil {
			err = endSignIns(tx, id, 0)
		}
		if err == nil {
			err = dropLinks(tx, id, 0)
		}
		return m, err
	})
	return err
}

// Enable lets a disabled member in again, with the password they had; who never had one is invited again.
func (s *Service) Enable(ctx context.Context, by By, id int64) error {
	_, err := s.change(ctx, by, id, "member enabled", func(tx *db.Tx, m Member) (Member, error) {
		_, row, err := byIDTx(tx, id)
		if err != nil {
			return m, err
		}
		if m.State != Disabled {
			return m, fault.New(fault.Conflict, "conflict")
		}
		if m.State = Active; row.PasswordHash == "" {
			m.State = Invited
		}
		return s.updateMember(tx, m)
	})
	return err
}

// RemoveFactor takes the second factor of somebody who lost phone and codes, and ends their sign-ins.
func (s *Service) RemoveFactor(ctx context.Context, by By, id int64) error {
	_, err := s.change(ctx, by, id, "second factor removed", func(tx *db.Tx, m Member) (Member, error) {
		m.SecondFactor = false
		err := s.removeFactor(tx, id)
		if err == nil {
			err = endSignIns(tx, id, 0)
		}
		return m, err
	})
	return err
}
