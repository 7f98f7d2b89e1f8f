package radius

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"mtandao/internal/db"
)

// insertOverrun keeps the first measure of a session: one that is opened and closed again was stopped the first time.
func insertOverrun(tx *db.Tx, o Overrun) error {
	return db.Fault(tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&o).Error)
}

func enforcementIn(tx *db.Tx, id int64) (Enforcement, error) {
	var e Enforcement
	return e, db.Fault(tx.Gorm().Where("id = ?", id).Limit(1).Find(&e).Error)
}

// overrunsOf reads a router's newest stops, ten thousand at most.
func overrunsOf(ctx context.Context, d *db.DB, routerID int64, since time.Time) (RouterOverrun, error) {
	var rows []Overrun
	err := d.Read(ctx).Where("router_id = ? AND at >= ?", routerID, since).Order("at DESC").Limit(10_000).Find(&rows).Error
	sum := RouterOverrun{RouterID: routerID}
	for _, o := range rows {
		late := time.Duration(o.LateMS) * time.Millisecond
		sum.Stops++
		sum.MostBytes, sum.MostLate = max(sum.MostBytes, o.OverBytes), max(sum.MostLate, late)
		sum.SumBytes, sum.SumLate = sum.SumBytes+o.OverBytes, sum.SumLate+late
	}
	return sum, db.Fault(err)
}
