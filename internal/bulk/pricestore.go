package bulk

import (
	"context"

	"gorm.io/gorm"

	"mtandao/internal/db"
)

type priceRow struct {
	RunID    int64 `gorm:"primaryKey;autoIncrement:false"`
	ObjectID int64 `gorm:"primaryKey;autoIncrement:false"`
	WasCents int64
	IsCents  int64
	NowCents int64
}

func (priceRow) TableName() string { return "bulk_prices" }

// insertPrices keeps the prices of those objects that have one.
func insertPrices(tx *db.Tx, runID int64, some []Item) error {
	var rows []priceRow
	for _, one := range some {
		if one.Price != nil {
			rows = append(rows, priceRow{runID, one.ID, one.Price.Was, one.Price.Is, one.Price.Now})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return db.Fault(tx.Gorm().CreateInBatches(&rows, piece).Error)
}

// priced gives objects of a run the prices that are kept of them.
func priced(from *gorm.DB, runID int64, some []Item) error {
	at := map[int64]*Item{}
	var ids []int64
	for n := range some {
		at[some[n].ID], ids = &some[n], append(ids, some[n].ID)
	}
	for few := range db.Pieces(ids) {
		var rows []priceRow
		if err := from.Where("run_id = ? AND object_id IN ?", runID, few).Limit(len(few)).Find(&rows).Error; err != nil {
			return db.Fault(err)
		}
		for _, r := range rows {
			at[r.ObjectID].Price = &Price{r.WasCents, r.IsCents, r.NowCents}
		}
	}
	return nil
}

// Sums are of the objects that were to be changed when they were looked at.
func (s *Service) Sums(ctx context.Context, runID int64) (all Sums, err error) {
	err = s.DB.Read(ctx).Model(&priceRow{}).Select("COUNT(*) AS count, COALESCE(SUM(is_cents - was_cents), 0) AS rise, COALESCE(SUM(CASE WHEN now_cents > 0 THEN now_cents ELSE 0 END), 0) AS taken, "+
		"COALESCE(SUM(CASE WHEN now_cents < 0 THEN -now_cents ELSE 0 END), 0) AS back").Where("run_id = ?", runID).Scan(&all).Error
	return all, db.Fault(err)
}
