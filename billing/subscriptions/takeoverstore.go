package subscriptions

import "mtandao/internal/db"

// remove leaves nothing of a line that never was; the trail has that it was taken back.
func remove(tx *db.Tx, id int64) error {
	if err := tx.Gorm().Where("subscription_id = ?", id).Delete(&eventRow{}).Error; err != nil {
		return db.Fault(err)
	}
	if err := tx.Gorm().Where("subscription_id = ?", id).Delete(&toldRow{}).Error; err != nil {
		return db.Fault(err)
	}
	if err := tx.Gorm().Where("subscription_id = ?", id).Delete(&moveRow{}).Error; err != nil {
		return db.Fault(err)
	}
	return db.Fault(tx.Gorm().Where("id = ?", id).Delete(&row{}).Error)
}

// On says whether anybody has, or had, a plan.
func (s *Service) On(tx *db.Tx, planKey string) (bool, error) {
	var ids []int64
	err := tx.Gorm().Model(&row{}).Where("plan_key = ?", planKey).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, db.Fault(err)
}
