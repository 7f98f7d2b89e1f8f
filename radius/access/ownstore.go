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

// Owner is the living grant that has one of these addresses and networks for its own; 0 when none has.
func Owner(tx *db.Tx, texts []string) (grantID int64, err error) {
	var found []int64
	err = tx.Gorm().Raw("SELECT o.grant_id FROM own_addresses o JOIN grants g ON g.id = o.grant_id WHERE o.address IN ? AND g.state <> ? LIMIT 1", texts, Ended).
		Scan(&found).Error
	if err != nil || len(found) == 0 {
		return 0, db.Fault(err)
	}
	return found[0], nil
}

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
