package notify

import (
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/settings"
)

// slotRow is one of the codes an address may be sent in an hour: a row that contenders write, so that two at once never
// both take the last.
type slotRow struct {
	AddressHash string `gorm:"primaryKey"`
	Slot        int    `gorm:"primaryKey;autoIncrement:false"`
	Until       time.Time
}

func (slotRow) TableName() string { return "message_slots" }

// takeSlot takes a free slot for an hour. None: the message that was just written goes again, fault.TooMany
// "message.too_many".
func (s *Service) takeSlot(tx *db.Tx, d stored) error {
	now := s.Clock.Now()
	until := now.Add(time.Hour)
	for n := range s.Settings.Int(settings.MessageCodesPerHour) {
		won, err := db.Won(tx.Gorm().Exec("UPDATE message_slots SET until = ? WHERE address_hash = ? AND slot = ? AND until <= ?", until, d.hash, n, now))
		if won || err != nil {
			return db.Fault(err)
		}
		err = tx.Savepoint(func() error {
			return tx.Gorm().Create(&slotRow{AddressHash: d.hash, Slot: n, Until: until}).Error
		})
		if !db.IsDuplicate(err) {
			return db.Fault(err)
		}
	}
	if err := tx.Gorm().Where("id = ?", d.ID).Delete(&messageRow{}).Error; err != nil {
		return db.Fault(err)
	}
	return fault.New(fault.TooMany, "message.too_many")
}
