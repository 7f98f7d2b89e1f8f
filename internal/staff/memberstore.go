package staff

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type memberRow struct {
	ID           int64
	Email        string
	Name         string
	PasswordHash string
	State        string
	Language     string
	Sites        string // ids with spaces between
	TotpSeed     []byte // sealed
	TotpPending  []byte // sealed; shown, and not yet proved by a code
	TotpStep     int64  // the last one accepted
	Passkeys     int64  // how many there are in staff_passkeys
	LastAddress  string // of the last right password
	Version      int64
	CreatedAt    time.Time
	ChangedAt    time.Time
}

func (memberRow) TableName() string { return "staff_members" }

type memberRoleRow struct {
	MemberID int64 `gorm:"primaryKey;autoIncrement:false"`
	RoleID   int64 `gorm:"primaryKey;autoIncrement:false"`
}

func (memberRoleRow) TableName() string { return "staff_member_roles" }

// joined is a member with one of the roles; there are as many rows as roles.
type joined struct {
	Row                                memberRow `gorm:"embedded"`
	RoleID                             int64
	RoleKey, RoleName, RolePermissions string
	RoleVersion                        int64
}

const (
	joinedColumns = "m.*, COALESCE(r.id, 0) AS role_id, COALESCE(r.role_key, '') AS role_key, COALESCE(r.name, '') AS role_name," +
		" COALESCE(r.permissions, '') AS role_permissions, COALESCE(r.version, 0) AS role_version"
	joinRoles = "LEFT JOIN staff_member_roles mr ON mr.member_id = m.id LEFT JOIN staff_roles r ON r.id = mr.role_id"
)

// fold makes one member of its rows.
func fold(rows []joined) Member {
	r := rows[0].Row
	m := Member{ID: r.ID, Name: r.Name, Email: r.Email, State: r.State, Language: r.Language, SecondFactor: len(r.TotpSeed) > 0 || r.Passkeys > 0, App: len(r.TotpSeed) > 0, Passkeys: r.Passkeys,
		CreatedAt: r.CreatedAt.UTC(), ChangedAt: r.ChangedAt.UTC(), Version: r.Version}
	for word := range strings.FieldsSeq(r.Sites) {
		id, err := strconv.ParseInt(word, 10, 64)
		if err != nil || id <= 0 {
			id = -1 // no site's, nor the whole provider's 0: a damaged row never widens the scope
		}
		m.Sites = append(m.Sites, id)
	}
	for _, r := range rows {
		if r.RoleID != 0 {
			m.Roles = append(m.Roles, Role{ID: r.RoleID, Key: r.RoleKey, Name: r.RoleName, Permissions: parse(r.RolePermissions), Version: r.RoleVersion})
		}
	}
	return m
}

func sitesText(ids []int64) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(texts, " ")
}

// find reads one member with roles; fault.NotFound "staff.no_member".
func find(g *gorm.DB, where string, value any) (Member, memberRow, error) {
	var rows []joined
	err := g.Table("staff_members AS m").Select(joinedColumns).Joins(joinRoles).Where(where, value).Order("r.id").Scan(&rows).Error
	if err != nil {
		return Member{}, memberRow{}, db.Fault(err)
	}
	if len(rows) == 0 {
		return Member{}, memberRow{}, fault.New(fault.NotFound, "staff.no_member")
	}
	return fold(rows), rows[0].Row, nil
}

func (s *Service) byEmail(ctx context.Context, email string) (Member, memberRow, error) {
	if !isEmail(email) { // MariaDB does not even compare what is not ASCII
		return Member{}, memberRow{}, fault.New(fault.NotFound, "staff.no_member")
	}
	return find(s.DB.Read(ctx), "m.email = ?", email)
}

func (s *Service) byID(ctx context.Context, id int64) (Member, memberRow, error) {
	return find(s.DB.Read(ctx), "m.id = ?", id)
}

// MemberTx is Member inside a transaction: who has just lost a right does nothing more.
func (s *Service) MemberTx(tx *db.Tx, id int64) (Member, error) {
	m, _, err := byIDTx(tx, id)
	return m, err
}

func byIDTx(tx *db.Tx, id int64) (Member, memberRow, error) { return find(tx.Gorm(), "m.id = ?", id) }

// page lists members after an id, with roles.
func (s *Service) page(ctx context.Context, after int64, limit int) ([]Member, error) {
	var ids []int64
	g := s.DB.Read(ctx)
	if err := g.Model(&memberRow{}).Where("id > ?", after).Order("id").Limit(limit).Pluck("id", &ids).Error; err != nil || len(ids) == 0 {
		return nil, db.Fault(err)
	}
	var rows []joined
	err := s.DB.Read(ctx).Table("staff_members AS m").Select(joinedColumns).Joins(joinRoles).Where("m.id IN ?", ids).Order("m.id, r.id").Scan(&rows).Error
	return foldAll(rows), db.Fault(err)
}

// foldAll makes members of their rows, which lie beside each other.
func foldAll(rows []joined) (members []Member) {
	for first := 0; first < len(rows); {
		end := first
		for end < len(rows) && rows[end].Row.ID == rows[first].Row.ID {
			end++
		}
		members = append(members, fold(rows[first:end]))
		first = end
	}
	return members
}

// insertMember stores a new member and closes the first run: fault.Conflict "staff.email_taken". The same call again, after
// a commit whose answer was lost, changes nothing.
func (s *Service) insertMember(tx *db.Tx, m Member, hash string) error {
	now := s.Clock.Now()
	row := memberRow{ID: m.ID, Email: m.Email, Name: m.Name, PasswordHash: hash, State: m.State, Language: m.Language, Sites: sitesText(m.Sites),
		TotpSeed: []byte{}, TotpPending: []byte{}, Version: m.Version, CreatedAt: now, ChangedAt: now}
	if err := tx.Gorm().Create(&row).Error; db.IsDuplicate(err) {
		if _, _, again := byIDTx(tx, m.ID); again != nil {
			return fault.Wrap(fault.Conflict, "staff.email_taken", err)
		}
		return nil
	} else if err != nil {
		return db.Fault(err)
	}
	if err := tx.Gorm().Exec("UPDATE staff_setup SET state = ?, closed_by = ? WHERE id = 1 AND state = ?", setupClosed, m.ID, setupOpen).Error; err != nil {
		return db.Fault(err)
	}
	return giveRoles(tx, m)
}

func giveRoles(tx *db.Tx, m Member) error {
	if err := tx.Gorm().Where("member_id = ?", m.ID).Delete(&memberRoleRow{}).Error; err != nil {
		return db.Fault(err)
	}
	rows := make([]memberRoleRow, len(m.Roles))
	for i, r := range m.Roles {
		rows[i] = memberRoleRow{MemberID: m.ID, RoleID: r.ID}
	}
	return db.Fault(tx.Gorm().Create(&rows).Error)
}

// updateMember stores what may be edited, if the row is still the one that was read.
func (s *Service) updateMember(tx *db.Tx, m Member) (Member, error) {
	version := tx.ID()
	won, err := db.Won(tx.Gorm().Model(&memberRow{}).Where("id = ? AND version = ?", m.ID, m.Version).Updates(map[string]any{
		"name": m.Name, "language": m.Language, "state": m.State, "sites": sitesText(m.Sites), "version": version, "changed_at": s.Clock.Now()}))
	if err == nil && !won {
		return m, fault.New(fault.Conflict, "conflict")
	}
	m.Version = version
	return m, db.Fault(err)
}

// lockOwners makes contenders for the owner's role wait for each other: both write its row. A cluster notices a row only
// when it really changes, hence the version.
func lockOwners(tx *db.Tx) error {
	return db.Fault(tx.Gorm().Exec("UPDATE staff_roles SET version = ? WHERE role_key = ?", tx.ID(), Owner).Error)
}

// otherOwners counts active owners besides one.
func otherOwners(tx *db.Tx, besides int64) (n int64, err error) {
	err = tx.Gorm().Table("staff_members AS m").Joins("JOIN staff_member_roles mr ON mr.member_id = m.id JOIN staff_roles r ON r.id = mr.role_id").
		Where("r.role_key = ? AND m.state = ? AND m.id <> ?", Owner, Active, besides).Count(&n).Error
	return n, db.Fault(err)
}

// gone says that a fault only means: there is no such member.
func gone(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Key == "staff.no_member"
}

// ActiveTx lists who works here now, with roles.
func (s *Service) ActiveTx(tx *db.Tx) ([]Member, error) { return active(tx.Gorm()) }

// Active lists who works here now, with roles.
func (s *Service) Active(ctx context.Context) ([]Member, error) { return active(s.DB.Read(ctx)) }

func active(from *gorm.DB) (members []Member, err error) {
	var all []joined
	err = from.Table("staff_members AS m").Select(joinedColumns).Joins(joinRoles).Where("m.state = ?", Active).Order("m.id, r.id").Scan(&all).Error
	return foldAll(all), db.Fault(err)
}
