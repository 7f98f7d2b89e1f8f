package access

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type grantRow struct {
	ID            int64
	SiteID        int64
	Plan          string
	Segment       string
	Owner         string
	State         State
	Limits        string
	RouterID      int64
	MAC           MAC
	IP            string
	FirstUsedAt   *time.Time
	Until         *time.Time
	Standing      bool
	Lapsed        Barred
	Barred        Barred
	SlowedKbps    int64
	UnusedSeconds int64
	UnusedUntil   *time.Time
	UsedSeconds   int64
	UsedBytes     int64
	FreeBytes     int64
	FairAt        *time.Time
	FairBytes     int64
	FairMore      int64
	AfterGrantID  int64
	EndCause      string
	Version       int64
	ChangedS      changedNow
	CreatedAt     time.Time
	EndedAt       *time.Time
}

func (grantRow) TableName() string { return "grants" }

func (r grantRow) grant() (Grant, error) {
	limits, err := DecodeLimits([]byte(r.Limits))
	return Grant{
		ID: r.ID, SiteID: r.SiteID, Plan: r.Plan, Segment: r.Segment, Owner: r.Owner, State: r.State, Limits: limits,
		Place: Place{RouterID: r.RouterID, MAC: r.MAC, IP: r.IP}, FirstUsedAt: db.Instant(r.FirstUsedAt), Until: db.Instant(r.Until),
		Standing: r.Standing, Lapsed: r.Lapsed, Barred: r.Barred, SlowedKbps: r.SlowedKbps, UnusedUntil: db.Instant(r.UnusedUntil), UsedTime: duration(r.UsedSeconds), UsedBytes: r.UsedBytes,
		FreeBytes: r.FreeBytes, Fair: Fair{Start: db.Instant(r.FairAt), Used: r.FairBytes, More: r.FairMore},
		AfterGrantID: r.AfterGrantID, EndCause: r.EndCause, Version: r.Version, CreatedAt: r.CreatedAt.UTC(), EndedAt: db.Instant(r.EndedAt),
	}, err
}

func grantsOf(rows []grantRow, err error) ([]Grant, error) {
	var grants []Grant
	for _, r := range rows {
		g, bad := r.grant()
		if bad != nil {
			return nil, bad
		}
		grants = append(grants, g)
	}
	return grants, db.Fault(err)
}

func insertGrant(tx *db.Tx, g Grant, unusedFor time.Duration) error {
	tx.Touch(changedTopic, g.ID)
	return db.Fault(tx.Gorm().Create(&grantRow{
		ID: g.ID, SiteID: g.SiteID, Plan: g.Plan, Segment: g.Segment, Owner: g.Owner, State: g.State, Limits: string(EncodeLimits(g.Limits)),
		FirstUsedAt: db.Nullable(g.FirstUsedAt), Standing: g.Standing, Lapsed: g.Lapsed,
		RouterID: g.Place.RouterID, MAC: g.Place.MAC, IP: g.Place.IP, UnusedSeconds: seconds(unusedFor),
		UnusedUntil: db.Nullable(g.UnusedUntil), AfterGrantID: g.AfterGrantID, Version: 1, CreatedAt: g.CreatedAt,
	}).Error)
}

// lock takes the grant's row for this transaction if it is in one of the states, and reads what it then holds. An UPDATE, not
// FOR UPDATE: it also makes two nodes of a cluster collide.
func lock(tx *db.Tx, id int64, states ...State) (Grant, bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE grants SET version = version + 1, changed_s = ? WHERE id = ? AND state IN (?)", changedNow(0), id, states))
	tx.Touch(changedTopic, id)
	if err != nil || !won {
		return Grant{}, false, db.Fault(err)
	}
	g, err := readGrant(tx.Gorm(), id)
	return g, err == nil, err
}

func readGrant(from *gorm.DB, id int64) (Grant, error) {
	var r grantRow
	err := from.Where("id = ?", id).Limit(1).Find(&r).Error
	if err == nil && r.ID == 0 {
		return Grant{}, fault.New(fault.NotFound, "grant.unknown")
	}
	if err != nil {
		return Grant{}, db.Fault(err)
	}
	return r.grant()
}

// current makes a query read the newest committed rows, not the transaction's snapshot (MariaDB). SQLite leaves the lock
// out: there is one writer, and its snapshot is the newest.
func current(tx *db.Tx) *gorm.DB { return tx.Gorm().Clauses(clause.Locking{Strength: "UPDATE"}) }

// change is the one way a locked grant is written: it names the version it was read with.
func change(tx *db.Tx, g Grant, columns map[string]any) error {
	columns["version"], columns["changed_s"] = g.Version+1, changedNow(0)
	tx.Touch(changedTopic, g.ID)
	won, err := db.Won(tx.Gorm().Model(&grantRow{}).Where("id = ? AND version = ?", g.ID, g.Version).Updates(columns))
	if err == nil && !won {
		return fault.New(fault.Internal, "internal", "GrantID", g.ID, "Version", g.Version)
	}
	return db.Fault(err)
}

// move changes the state if it is one of those expected; extra conditions may be added to from.
func move(tx *db.Tx, id int64, from *gorm.DB, columns map[string]any) (bool, error) {
	columns["version"], columns["changed_s"] = gorm.Expr("version + 1"), changedNow(0)
	tx.Touch(changedTopic, id)
	won, err := db.Won(tx.Gorm().Model(&grantRow{}).Where("id = ?", id).Where(from).Updates(columns))
	return won, db.Fault(err)
}

func inStates(tx *db.Tx, states ...State) *gorm.DB { return tx.Gorm().Where("state IN (?)", states) }

// queuedBehind lists the grants that wait for this one.
func queuedBehind(tx *db.Tx, id int64) ([]grantRow, error) {
	var rows []grantRow
	err := current(tx).Where("after_grant_id = ?", id).Order("id").Limit(100).Find(&rows).Error
	return rows, db.Fault(err)
}

func requeue(tx *db.Tx, from, behind int64) error {
	for {
		waiting, err := queuedBehind(tx, from)
		if err != nil || len(waiting) == 0 {
			return err
		}
		for _, r := range waiting {
			if _, err := move(tx, r.ID, tx.Gorm().Where("after_grant_id = ?", from), map[string]any{"after_grant_id": behind}); err != nil {
				return err
			}
		}
	}
}

// due lists up to a page of grants in the state whose column is past; standing ones end by nothing of the kind.
func (s *Service) due(ctx context.Context, state State, column string, now time.Time) ([]Grant, error) {
	var rows []grantRow
	err := s.db.Read(ctx).Where("state = ? AND standing = ?", state, false).Where(clause.Lte{Column: column, Value: now}).Order(column).Limit(sweepPage).Find(&rows).Error
	return grantsOf(rows, err)
}

func grantIn(tx *db.Tx, id int64) (Grant, error) { return readGrant(tx.Gorm(), id) }

// Viewed is a grant and its slots as they were read together.
type Viewed struct {
	Grant Grant
	Slots []Slot
}

// Views reads some grants with their slots, by id; who is not there is left out.
func (s *Service) Views(ctx context.Context, ids []int64) (map[int64]Viewed, error) {
	all := map[int64]Viewed{}
	for some := range db.Pieces(ids) {
		var rows []grantRow
		err := s.db.Read(ctx).Where("id IN ?", some).Limit(len(some)).Find(&rows).Error
		grants, err := grantsOf(rows, err)
		if err != nil {
			return nil, err
		}
		var slots []slotRow
		if err := s.db.Read(ctx).Where("grant_id IN ?", some).Order("grant_id, n").Find(&slots).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, g := range grants {
			all[g.ID] = Viewed{Grant: g}
		}
		for _, row := range slots {
			if v, there := all[row.GrantID]; there {
				v.Slots = append(v.Slots, row.slot())
				all[row.GrantID] = v
			}
		}
	}
	return all, nil
}

func (s *Service) grantAndSlots(ctx context.Context, id int64) (Grant, []Slot, error) {
	g, err := readGrant(s.db.Read(ctx), id)
	if err != nil {
		return Grant{}, nil, err
	}
	slots, err := slotsOf(s.db.Read(ctx), id)
	return g, slots, err
}
