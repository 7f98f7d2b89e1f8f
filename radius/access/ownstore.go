package access

import (
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// ownRow is an address or network that is one grant's alone.
type ownRow struct {
	Address string `gorm:"primaryKey"`
	GrantID int64
}

func (ownRow) TableName() string { return "own_addresses" }

// claimAddresses makes the grant the one holder of addresses: each is a row, which two who want it both write.
func (s *Service) claimAddresses(tx *db.Tx, grantID int64, texts []string) error {
	if err := tx.Gorm().Where("grant_id = ?", grantID).Delete(&ownRow{}).Error; err != nil {
		return db.Fault(err)
	}
	for _, text := range texts {
		err := tx.Gorm().Exec("DELETE FROM own_addresses WHERE address = ? AND grant_id IN (SELECT id FROM grants WHERE id = own_addresses.grant_id AND state = ?)", text, Ended).Error
		if err == nil {
			err = tx.Savepoint(func() error { return tx.Gorm().Create(&ownRow{Address: text, GrantID: grantID}).Error })
		}
		if db.IsDuplicate(err) {
			return fault.New(fault.Conflict, "address.taken", "Value", text)
		}
		if err != nil {
			return db.Fault(err)
		}
	}
	return nil
}
