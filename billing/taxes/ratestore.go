package taxes

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type rateRow struct {
	ID        int64
	Kind      string
	Share     int64
	FromDay   string
	UntilDay  string
	Supplies  string
	Note      string
	DoneBy    string
	UpdatedAt time.Time
}

func (rateRow) TableName() string { return "tax_rates" }

func (r rateRow) rate() Rate {
	from, _ := clock.ParseDay(r.FromDay)
	until, _ := clock.ParseDay(r.UntilDay)
	rate := Rate{ID: r.ID, Kind: Kind(r.Kind), Share: r.Share, From: from, Until: until, Note: r.Note, By: r.DoneBy}
	for s := range strings.FieldsSeq(r.Supplies) {
		rate.On = append(rate.On, Supply(s))
	}
	return rate
}

// bookRow is what whoever changes the rates of a kind writes first.
type bookRow struct {
	Kind    string `gorm:"primaryKey"`
	Changes int64
}

func (bookRow) TableName() string { return "tax_books" }

// hold lets one at a time change the rates of a kind: two that do not overlap the others might overlap each other.
func (s *Service) hold(tx *db.Tx, k Kind) error {
	if err := tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&bookRow{Kind: string(k)}).Error; err != nil {
		return db.Fault(err)
	}
	return db.Fault(tx.Gorm().Exec("UPDATE tax_books SET changes = changes + 1 WHERE kind = ?", string(k)).Error)
}

func (s *Service) save(tx *db.Tx, r Rate) error {
	var on []string
	for _, supply := range r.On {
		on = append(on, string(supply))
	}
	return db.Fault(tx.Gorm().Save(&rateRow{ID: r.ID, Kind: string(r.Kind), Share: r.Share, FromDay: r.From.String(), UntilDay: r.Until.String(), Supplies: strings.Join(on, " "), Note: r.Note,
		DoneBy: r.By, UpdatedAt: s.clock.Now()}).Error)
}

func rates(g *gorm.DB) (Rates, error) {
	var rows []rateRow
	err := g.Order("kind, from_day, id").Limit(mostRates).Find(&rows).Error
	all := make(Rates, len(rows))
	for n, r := range rows {
		all[n] = r.rate()
	}
	return all, db.Fault(err)
}

// All are the rates, past and to come.
func (s *Service) All(ctx context.Context) (Rates, error) { return rates(s.db.Read(ctx)) }

func (s *Service) allTx(tx *db.Tx) (Rates, error) { return rates(tx.Gorm()) }

func (s *Service) one(tx *db.Tx, id int64) (Rate, error) {
	all, err := rates(tx.Gorm().Where("id = ?", id))
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "tax.unknown")
	}
	if err != nil {
		return Rate{}, err
	}
	return all[0], nil
}

// Get is one rate; fault.NotFound "tax.unknown".
func (s *Service) Get(ctx context.Context, id int64) (Rate, error) {
	all, err := s.All(ctx)
	for _, r := range all {
		if r.ID == id {
			return r, err
		}
	}
	if err == nil {
		err = fault.New(fault.NotFound, "tax.unknown")
	}
	return Rate{}, err
}

func (s *Service) remove(tx *db.Tx, id int64) error {
	return db.Fault(tx.Gorm().Where("id = ?", id).Delete(&rateRow{}).Error)
}
