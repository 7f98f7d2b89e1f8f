package plans

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/radius/access"
)

type priceRow struct {
	ID     int64
	PlanID int64
	Seq    int64
	FromAt time.Time
	Price  money.Amount `gorm:"embedded;embeddedPrefix:price_"`
	Terms  string
	Limits string
}

func (priceRow) TableName() string { return "plan_prices" }

// encode writes content that nobody searches by.
func encode(content any) (string, error) {
	text, err := json.Marshal(content)
	if err != nil {
		return "", fault.Wrap(fault.Internal, "internal", err)
	}
	return string(text), nil
}

// decode reads it; a field that is not known is refused, for what was left out would change what is sold.
func decode(text string, content any) error {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(content); err != nil {
		return fault.Wrap(fault.Internal, "internal", err)
	}
	return nil
}

func (r priceRow) price() (p Price, err error) {
	p = Price{ID: r.ID, PlanID: r.PlanID, Seq: r.Seq, From: r.FromAt.UTC(), Amount: r.Price}
	if err = decode(r.Terms, &p.Terms); err != nil {
		return p, err
	}
	p.Limits, err = access.DecodeLimits([]byte(r.Limits))
	return p, err
}

func prices(from *gorm.DB) (all []Price, err error) {
	var rows []priceRow
	if err := from.Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	for _, r := range rows {
		p, err := r.price()
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// storePrice begins a version when what a plan costs or gives is not what its newest says.
func (s *Service) storePrice(tx *db.Tx, p Plan) (int64, error) {
	terms, err := encode(p.Terms)
	if err != nil {
		return 0, err
	}
	limits := string(access.EncodeLimits(p.Limits))
	var newest priceRow
	if err := tx.Gorm().Where("plan_id = ?", p.ID).Order("seq DESC").Limit(1).Find(&newest).Error; err != nil {
		return 0, db.Fault(err)
	}
	if newest.ID != 0 && newest.Price == p.Price && newest.Terms == terms && newest.Limits == limits {
		return newest.ID, nil
	}
	row := priceRow{ID: tx.ID(), PlanID: p.ID, Seq: newest.Seq + 1, FromAt: s.clock.Now(), Price: p.Price, Terms: terms, Limits: limits}
	return row.ID, db.Fault(tx.Gorm().Create(&row).Error)
}

// newest adds to plans their newest versions, in one query.
func (s *Service) newest(ctx context.Context, all []Plan) error {
	var ids []int64
	for _, p := range all {
		if p.Subscribed() {
			ids = append(ids, p.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	found, err := prices(s.db.Read(ctx).Where("plan_id IN ? AND NOT EXISTS (SELECT 1 FROM plan_prices later WHERE later.plan_id = plan_prices.plan_id AND later.seq > plan_prices.seq)", ids).
		Limit(len(ids)))
	for _, one := range found {
		for i := range all {
			if all[i].ID == one.PlanID {
				all[i].Terms, all[i].PriceID = one.Terms, one.ID
			}
		}
	}
	return err
}

// Versions lists the last versions of a plan's price, the newest first; at most 100.
func (s *Service) Versions(ctx context.Context, planID int64) ([]Price, error) {
	return prices(s.db.Read(ctx).Where("plan_id = ?", planID).Order("seq DESC").Limit(100))
}

// Price is a version; fault.NotFound "plan.gone".
func (s *Service) Price(ctx context.Context, id int64) (Price, error) {
	return onePrice(s.db.Read(ctx), id)
}

// Prices are versions by their ids.
func (s *Service) Prices(ctx context.Context, ids []int64) (map[int64]Price, error) {
	found := make(map[int64]Price, len(ids))
	for some := range db.Pieces(ids) {
		all, err := prices(s.db.Read(ctx).Where("id IN ?", some))
		if err != nil {
			return nil, err
		}
		for _, p := range all {
			found[p.ID] = p
		}
	}
	return found, nil
}

// PriceIn is Price within a transaction.
func (s *Service) PriceIn(tx *db.Tx, id int64) (Price, error) { return onePrice(tx.Gorm(), id) }

func onePrice(from *gorm.DB, id int64) (Price, error) {
	all, err := prices(from.Where("id = ?", id).Limit(1))
	if err != nil {
		return Price{}, err
	}
	if len(all) == 0 {
		return Price{}, fault.New(fault.NotFound, "plan.gone")
	}
	return all[0], nil
}
