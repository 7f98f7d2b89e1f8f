package access

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"mtandao/internal/db"
)

// slotRow: Live is 1 until the grant ends, so that a device with years of history is found by its few live grants.
type slotRow struct {
	GrantID int64
	N       int64
	MAC     *MAC
	Live    int64
	BoundAt *time.Time
}

func (slotRow) TableName() string { return "grant_slots" }

func insertSlots(tx *db.Tx, g Grant, at time.Time) error {
	rows := make([]slotRow, g.Limits.DeviceCount())
	for i := range rows {
		rows[i] = slotRow{GrantID: g.ID, N: int64(i + 1), Live: 1}
	}
	if mac := g.Place.MAC; mac != "" {
		rows[0].MAC, rows[0].BoundAt = &mac, &at
	}
	return db.Fault(tx.Gorm().CreateInBatches(rows, 100).Error)
}

// takeSlot gives the device a slot of a grant whose row this transaction holds: its own, or the first free one. False
// when other devices have them all.
func takeSlot(tx *db.Tx, grantID int64, mac MAC, at time.Time) (bool, error) {
	slots, err := slotsOf(current(tx), grantID)
	if err != nil {
		return false, err
	}
	for _, slot := range slots {
		if slot.MAC == mac {
			return true, nil
		}
	}
	for _, slot := range slots {
		if slot.MAC != "" {
			continue
		}
		won, err := db.Won(tx.Gorm().Exec("UPDATE grant_slots SET mac = ?, bound_at = ? WHERE grant_id = ? AND n = ? AND mac IS NULL",
			mac, at, grantID, slot.N))
		if won || err != nil {
			return won, db.Fault(err)
		}
	}
	return false, nil
}

func retireSlots(tx *db.Tx, grantID int64) error {
	return db.Fault(tx.Gorm().Exec("UPDATE grant_slots SET live = 0 WHERE grant_id = ?", grantID).Error)
}

func slotsOf(from *gorm.DB, grantID int64) ([]Slot, error) {
	var rows []slotRow
	err := from.Where("grant_id = ?", grantID).Order("n").Find(&rows).Error
	slots := make([]Slot, 0, len(rows))
	for _, r := range rows {
		slots = append(slots, r.slot())
	}
	return slots, db.Fault(err)
}

func (r slotRow) slot() Slot {
	slot := Slot{N: int(r.N), BoundAt: db.Instant(r.BoundAt)}
	if r.MAC != nil {
		slot.MAC = *r.MAC
	}
	return slot
}

// mostLive bounds how many live grants of one device are looked at.
const mostLive = 20

// ofDevice builds the query for the newest live grants of a device.
func ofDevice(from *gorm.DB, mac MAC) *gorm.DB {
	return from.Table("grant_slots AS s").Select("g.*").Joins("JOIN grants g ON g.id = s.grant_id").
		Where("s.mac = ? AND s.live = 1", mac).Order("s.grant_id DESC").Limit(mostLive)
}

func (s *Service) liveOf(ctx context.Context, mac MAC) ([]Grant, error) {
	var rows []grantRow
	err := ofDevice(s.db.Read(ctx), mac).Find(&rows).Error
	return grantsOf(rows, err)
}

func liveOfLocked(tx *db.Tx, mac MAC) ([]Grant, error) {
	var rows []grantRow
	err := ofDevice(current(tx), mac).Find(&rows).Error
	return grantsOf(rows, err)
}

type deviceRow struct {
	MAC    MAC
	SiteID int64
	Turns  int64
}

func (deviceRow) TableName() string { return "grant_devices" }

// takeTurn makes offers for one device at one site wait for each other: both write the same row.
func takeTurn(tx *db.Tx, mac MAC, siteID int64) error {
	return db.Fault(tx.Gorm().Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "mac"}, {Name: "site_id"}},
		DoUpdates: clause.Assignments(map[string]any{"turns": gorm.Expr("grant_devices.turns + 1")}),
	}).Create(&deviceRow{MAC: mac, SiteID: siteID, Turns: 1}).Error)
}

// everOf lists the newest grants that a device has, or had when they ended.
func (s *Service) everOf(ctx context.Context, mac MAC) ([]Grant, error) {
	var rows []grantRow
	err := s.db.Read(ctx).Table("grant_slots AS s").Select("g.*").Joins("JOIN grants g ON g.id = s.grant_id").
		Where("s.mac = ?", mac).Order("s.live DESC, s.grant_id DESC").Limit(mostLive).Find(&rows).Error
	return grantsOf(rows, err)
}

func addSlot(tx *db.Tx, grantID int64, n int) error {
	return db.Fault(tx.Gorm().Create(&slotRow{GrantID: grantID, N: int64(n), Live: 1}).Error)
}

func dropSlot(tx *db.Tx, grantID int64, n int) error {
	return db.Fault(tx.Gorm().Where("grant_id = ? AND n = ?", grantID, n).Delete(&slotRow{}).Error)
}
