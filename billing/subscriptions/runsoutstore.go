package subscriptions

import (
	"context"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/db"
)

// toldRow is a period of whose end its customer was told.
type toldRow struct {
	SubscriptionID int64 `gorm:"primaryKey;autoIncrement:false"`
	RenewalID      int64 `gorm:"primaryKey;autoIncrement:false"`
	At             time.Time
}

func (toldRow) TableName() string { return "subscription_ends_told" }

// endingBy are lines that are paid beforehand, and of which something happens by itself by an instant; the end of what is paid always does.
func (s *Service) endingBy(ctx context.Context, at time.Time, after int64, limit int) ([]Subscription, error) {
	return all(s.DB.Read(ctx).Where("id > ? AND due_at <= ? AND paid_until > ? AND state = ? AND mode <> ?", after, at, s.Clock.Now(), Active, plans.Postpaid).Order("id").Limit(limit))
}

// toldOf are the periods of some lines of whose end was told, by line and renewal.
func (s *Service) toldOf(ctx context.Context, ids []int64) (map[[2]int64]bool, error) {
	told := map[[2]int64]bool{}
	for some := range db.Pieces(ids) {
		var rows []toldRow
		if err := s.DB.Read(ctx).Where("subscription_id IN ?", some).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			told[[2]int64{r.SubscriptionID, r.RenewalID}] = true
		}
	}
	return told, nil
}

// tell has one winner of each period.
func tell(tx *db.Tx, r toldRow) (bool, error) {
	err := tx.Savepoint(func() error { return tx.Gorm().Create(&r).Error })
	if db.IsDuplicate(err) {
		return false, nil
	}
	return err == nil, db.Fault(err)
}
