package counter

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

type countRow struct {
	ID           int64
	Cashier      string
	Day          string
	N            int64
	FloatCents   int64
	InCents      int64
	OutCents     int64
	CountedCents int64
	Note         string
	DoneBy       string
	At           time.Time
}

func (countRow) TableName() string { return "cash_counts" }

func (s *Service) insertCount(tx *db.Tx, c Count) error {
	return tx.Gorm().Create(&countRow{ID: c.ID, Cashier: c.Cashier, Day: c.Day.String(), N: c.N, FloatCents: c.Float.Cents, InCents: c.In.Cents, OutCents: c.Out.Cents, CountedCents: c.Counted.Cents,
		Note: c.Note, DoneBy: c.By, At: c.At}).Error
}

func counts(g *gorm.DB) ([]Count, error) {
	var rows []countRow
	err := g.Find(&rows).Error
	all := make([]Count, len(rows))
	for n, r := range rows {
		day, _ := clock.ParseDay(r.Day) // written by us
		all[n] = Count{ID: r.ID, Cashier: r.Cashier, Day: day, N: r.N, Float: money.KES(r.FloatCents), In: money.KES(r.InCents), Out: money.KES(r.OutCents), Counted: money.KES(r.CountedCents),
			Note: r.Note, By: r.DoneBy, At: r.At.UTC()}
	}
	return all, db.Fault(err)
}

const mostCounts = 500

// Counts are the counts of a cashier's drawer on a day, the last first.
func (s *Service) Counts(ctx context.Context, cashier string, day clock.Day) ([]Count, error) {
	return counts(s.DB.Read(ctx).Where("cashier = ? AND day = ?", cashier, day.String()).Order("n DESC").Limit(mostCounts))
}
