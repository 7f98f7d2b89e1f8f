package staff

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type roleRow struct {
	ID          int64
	RoleKey     string
	Name        string
	Permissions string
	Version     int64
	ChangedAt   time.Time
}

func (roleRow) TableName() string { return "staff_roles" }

func (r roleRow) role() Role {
	return Role{ID: r.ID, Key: r.RoleKey, Name: r.Name, Permissions: parse(r.Permissions), Version: r.Version}
}

// mostRoles bounds what one provider can want.
const mostRoles = 200

func listRoles(g *gorm.DB) ([]Role, error) {
	var rows []roleRow
	err := g.Order("id").Limit(mostRoles).Find(&rows).Error
	roles := make([]Role, len(rows))
	for i, r := range rows {
		roles[i] = r.role()
	}
	return roles, db.Fault(err)
}

// Roles lists all roles, the house's first.
func (s *Service) Roles(ctx context.Context) ([]Role, error) { return listRoles(s.DB.Read(ctx)) }

// named finds roles by their keys, each once; fault.Invalid "staff.no_such_role".
func named(tx *db.Tx, keys []string) (roles []Role, err error) {
	all, err := listRoles(tx.Gorm())
	for _, key := range slices.Compact(slices.Sorted(slices.Values(keys))) {
		i := slices.IndexFunc(all, func(r Role) bool { return r.Key == key })
		if err == nil && i < 0 {
			return nil, fault.New(fault.Invalid, "staff.no_such_role", "Role", key)
		}
		if i >= 0 {
			roles = append(roles, all[i])
		}
	}
	return roles, err
}

// seedRoles makes the house's roles that are missing; what was edited stays.
func (s *Service) seedRoles(tx *db.Tx) error {
	stored, err := listRoles(tx.Gorm())
	if err != nil {
		return err
	}
	for _, one := range seeds {
		if slices.ContainsFunc(stored, func(r Role) bool { return r.Key == one.key }) {
			continue
		}
		row := roleRow{ID: tx.ID(), RoleKey: one.key, Permissions: spell(one.permissions), Version: tx.ID(), ChangedAt: s.Clock.Now()}
		err := tx.Savepoint(func() error { return tx.Gorm().Create(&row).Error })
		if err != nil && !db.IsDuplicate(err) { // another node starts too
			return db.Fault(err)
		}
	}
	return nil
}

// writeRole inserts a role without an id; another is updated if it is still the one that was read.
func (s *Service) writeRole(tx *db.Tx, r Role) (Role, error) {
	row := roleRow{ID: r.ID, RoleKey: r.Key, Name: r.Name, Permissions: spell(r.Permissions), Version: tx.ID(), ChangedAt: s.Clock.Now()}
	if r.ID == 0 {
		row.ID = tx.ID()
		err := tx.Gorm().Create(&row).Error
		if db.IsDuplicate(err) {
			return r, fault.Wrap(fault.Conflict, "staff.role_taken", err)
		}
		return row.role(), db.Fault(err)
	}
	won, err := db.Won(tx.Gorm().Where("id = ? AND role_key = ? AND version = ?", r.ID, r.Key, r.Version).
		Select("name", "permissions", "version", "changed_at").Updates(&row))
	if err == nil && !won {
		return r, fault.New(fault.Conflict, "conflict")
	}
	return row.role(), db.Fault(err)
}

func roleTx(tx *db.Tx, id int64) (Role, error) {
	var row roleRow
	err := tx.Gorm().Where("id = ?", id).Take(&row).Error
	return row.role(), db.Fault(err)
}
