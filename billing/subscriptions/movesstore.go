package subscriptions

import "mtandao/internal/db"

type moveRow struct {
	SubscriptionID int64 `gorm:"primaryKey;autoIncrement:false"`
	N              int64 `gorm:"primaryKey;autoIncrement:false"`
	Day            string
	Kind           string
	FromPlan       string
	FromSite       int64
	ToPlan         string
	ToSite         int64
}

func (moveRow) TableName() string { return "line_moves" }

// keepMoves writes the moves of a locked line anew after an event that may have changed them.
func (s *Service) keepMoves(tx *db.Tx, id int64, kind Kind, events []Event) error {
	if !kind.moves() {
		return nil
	}
	all, err := movesOf(events, s.zone)
	if err != nil {
		return err
	}
	if len(events) > 1 { // of a new line there are none, and to look for them would lock out the next new one
		if err := tx.Gorm().Where("subscription_id = ?", id).Delete(&moveRow{}).Error; err != nil {
			return db.Fault(err)
		}
	}
	rows := make([]moveRow, len(all))
	for n, m := range all {
		rows[n] = moveRow{id, int64(n), m.day.String(), string(m.kind), m.from.plan, m.from.site, m.to.plan, m.to.site}
	}
	for some := range db.Pieces(rows) {
		if err := tx.Gorm().Create(&some).Error; err != nil {
			return db.Fault(err)
		}
	}
	return nil
}
