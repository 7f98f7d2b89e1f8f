package customers

import (
	"time"

	"mtandao/internal/db"
)

// mergeInto has one winner.
func (s *Service) mergeInto(tx *db.Tx, from Customer, to int64) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE customers SET state = ?, merged_into = ?, parent_id = 0, parent_pays = 0, closed_at = ?, version = version + 1 WHERE id = ? AND state = ? AND version = ?",
		string(Merged), to, s.Clock.Now(), from.ID, string(from.State), from.Version))
	return won, db.Fault(err)
}

// moveRows gives notes, addresses and parts to another; the paper only to who has none.
func (s *Service) moveRows(tx *db.Tx, from, to int64) error {
	for _, move := range []string{"UPDATE customer_notes SET customer_id = ? WHERE customer_id = ?", "UPDATE customer_addresses SET customer_id = ? WHERE customer_id = ?",
		"UPDATE customers SET parent_id = ?, version = version + 1 WHERE parent_id = ?"} {
		if err := tx.Gorm().Exec(move, to, from).Error; err != nil {
			return db.Fault(err)
		}
	}
	var there []int64
	if err := tx.Gorm().Model(&identityRow{}).Where("customer_id = ?", to).Limit(1).Pluck("customer_id", &there).Error; err != nil || len(there) > 0 {
		return db.Fault(err)
	}
	return db.Fault(tx.Gorm().Exec("UPDATE customer_identities SET customer_id = ? WHERE customer_id = ?", to, from).Error)
}

func (s *Service) hasOpenChildren(tx *db.Tx, id int64) (bool, error) {
	var ids []int64
	err := tx.Gorm().Raw("SELECT id FROM customers WHERE parent_id = ? AND state = ? LIMIT 1", id, string(Active)).Scan(&ids).Error
	return len(ids) > 0, db.Fault(err)
}

func (s *Service) moveState(tx *db.Tx, id int64, from, to State) (bool, error) {
	at := time.Time{}
	if to == Closed {
		at = s.Clock.Now()
	}
	won, err := db.Won(tx.Gorm().Exec("UPDATE customers SET state = ?, closed_at = ?, version = version + 1 WHERE id = ? AND state = ?", string(to), db.Nullable(at), id, string(from)))
	return won, db.Fault(err)
}
