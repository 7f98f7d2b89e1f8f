package staff

import (
	"context"
	"slices"
	"strconv"

	"mtandao/internal/audit"
	"mtandao/internal/db"
)

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

func (s *Service) recordRole(tx *db.Tx, actor Member, by By, before, after Role) error {
	var was any
	if before.ID != 0 {
		was = roleDocument{before.Key, before.Name, before.Permissions}
	}
	return s.recordOf(tx, audit.Event{Actor: actor.Email, From: by.From, Action: "role saved", Object: "role", ObjectID: strconv.FormatInt(after.ID, 10)},
		was, roleDocument{after.Key, after.Name, after.Permissions})
}
