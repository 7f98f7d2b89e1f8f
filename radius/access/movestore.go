package access

import (
	"context"
	"time"

	"mtandao/internal/db"
)

// moved is one device that came off a slot, and who has it since; To is empty when nobody was given it.
type moved struct {
	ID      int64
	GrantID int64
	N       int64
	FromMAC MAC `gorm:"column:from_mac"`
	ToMAC   MAC `gorm:"column:to_mac"`
	How     string
	At      time.Time
}

// TableName is grant_moves.
func (moved) TableName() string { return "grant_moves" }

func insertMove(tx *db.Tx, grantID int64, slot Slot, to MAC, how string, at time.Time) error {
	return db.Fault(tx.Gorm().Create(&moved{ID: tx.ID(), GrantID: grantID, N: int64(slot.N), FromMAC: slot.MAC, ToMAC: to, How: how, At: at}).Error)
}

// movesSince counts up to most moves of a grant whose row this transaction holds, so that nobody else adds one meanwhile.
func movesSince(tx *db.Tx, grantID int64, how string, since time.Time, most int) (int, error) {
	var ids []int64
	err := current(tx).Model(&moved{}).Where("grant_id = ? AND at > ? AND how = ?", grantID, since, how).Limit(most).Pluck("id", &ids).Error
	return len(ids), db.Fault(err)
}

// fillSlot gives a slot, as it was read, to a device, or to none.
func fillSlot(tx *db.Tx, grantID int64, slot Slot, to MAC, at time.Time) (bool, error) {
	var mac *MAC
	var bound *time.Time
	if to != "" {
		mac, bound = &to, &at
	}
	was := tx.Gorm().Where("mac IS NULL")
	if slot.MAC != "" {
		was = tx.Gorm().Where("mac = ?", slot.MAC)
	}
	won, err := db.Won(tx.Gorm().Model(&slotRow{}).Where("grant_id = ? AND n = ?", grantID, slot.N).Where(was).
		Updates(map[string]any{"mac": mac, "bound_at": bound}))
	return won, db.Fault(err)
}

func (s *Service) flapsSince(ctx context.Context, since time.Time) ([]Flap, error) {
	var flaps []Flap
	err := s.db.Read(ctx).Model(&moved{}).Select("grant_id, COUNT(*) AS times").Where("how = ? AND at > ?", MovedByName, since).
		Group("grant_id").Order("times DESC").Limit(100).Scan(&flaps).Error
	return flaps, db.Fault(err)
}
