package plans

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/radius/access"
)

type planRow struct {
	ID        int64
	PlanKey   string
	NameEN    string `gorm:"column:name_en"`
	NameSW    string `gorm:"column:name_sw"`
	Segment   string
	Price     money.Amount `gorm:"embedded;embeddedPrefix:price_"`
	Limits    string
	Sort      int
	State     string
	CreatedAt time.Time
	UpdatedAt time.Time
}

func (planRow) TableName() string { return "plans" }

type planSiteRow struct {
	PlanID int64 `gorm:"primaryKey;autoIncrement:false"`
	SiteID int64 `gorm:"primaryKey;autoIncrement:false"`
}

func (planSiteRow) TableName() string { return "plan_sites" }

func (s *Service) store(tx *db.Tx, p Plan) (Plan, error) {
	var old planRow
	err := tx.Gorm().Where("plan_key = ?", p.Key).Take(&old).Error
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return p, db.Fault(err)
	}
	now := s.clock.Now()
	p.ID = old.ID
	row := planRow{ID: old.ID, PlanKey: p.Key, NameEN: p.NameEN, NameSW: p.NameSW, Segment: p.Segment, Price: p.Price,
		Limits: string(access.EncodeLimits(p.Limits)), Sort: p.Sort, State: p.State, CreatedAt: old.CreatedAt, UpdatedAt: now}
	if err != nil {
		row.ID, row.CreatedAt = tx.ID(), now
		err = tx.Gorm().Create(&row).Error
	} else {
		err = tx.Gorm().Model(&planRow{}).Where("id = ?", old.ID).Select("*").Omit("id").Updates(&row).Error
	}
	if err != nil {
		return p, db.Fault(err)
	}
	p.ID = row.ID
	if p.Subscribed() {
		if p.PriceID, err = s.storePrice(tx, p); err != nil {
			return p, err
		}
	}
	return p, storeSites(tx, p)
}

// Names are plans by their keys, of which nothing but what they are called is told.
func (s *Service) Names(ctx context.Context, keys []string) (map[string]Plan, error) {
	found := make(map[string]Plan, len(keys))
	for some := range db.Pieces(keys) {
		var rows []planRow
		if err := s.db.Read(ctx).Select("plan_key, name_en, name_sw").Where("plan_key IN ?", some).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			found[r.PlanKey] = Plan{Key: r.PlanKey, NameEN: r.NameEN, NameSW: r.NameSW}
		}
	}
	return found, nil
}

func storeSites(tx *db.Tx, p Plan) error {
	if err := tx.Gorm().Where("plan_id = ?", p.ID).Delete(&planSiteRow{}).Error; err != nil {
		return db.Fault(err)
	}
	for _, site := range p.Sites {
		if err := tx.Gorm().Create(&planSiteRow{PlanID: p.ID, SiteID: site}).Error; err != nil {
			return db.Fault(err)
		}
	}
	return nil
}

func (s *Service) live(ctx context.Context, siteID int64) ([]Plan, error) {
	var rows []planRow
	err := s.db.Read(ctx).Where("segment = ? AND state = ? AND (NOT EXISTS (SELECT 1 FROM plan_sites WHERE plan_id = plans.id)"+
		" OR EXISTS (SELECT 1 FROM plan_sites WHERE plan_id = plans.id AND site_id = ?))", Hotspot, Live, siteID).
		Order("sort, price_cents, id").Limit(100).Find(&rows).Error
	return s.plans(ctx, rows, err)
}

func (s *Service) all(ctx context.Context) ([]Plan, error) {
	var rows []planRow
	err := s.db.Read(ctx).Order("sort, price_cents, id").Limit(1000).Find(&rows).Error
	return s.plans(ctx, rows, err)
}

func (s *Service) one(ctx context.Context, where string, value any) (Plan, error) {
	var row planRow
	if err := s.db.Read(ctx).Where(where, value).Take(&row).Error; err != nil {
		return Plan{}, db.Fault(err)
	}
	all, err := s.plans(ctx, []planRow{row}, nil)
	if err != nil {
		return Plan{}, err
	}
	return all[0], nil
}

// plans adds the sites, in one query for all.
func (s *Service) plans(ctx context.Context, rows []planRow, err error) ([]Plan, error) {
	if err != nil {
		return nil, db.Fault(err)
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	sites := map[int64][]int64{}
	var links []planSiteRow
	if err := s.db.Read(ctx).Where("plan_id IN ?", ids).Order("plan_id, site_id").Limit(100_000).Find(&links).Error; err != nil {
		return nil, db.Fault(err)
	}
	for _, k := range links {
		sites[k.PlanID] = append(sites[k.PlanID], k.SiteID)
	}
	var all []Plan
	for _, r := range rows {
		p, err := r.plan()
		if err != nil {
			return nil, err
		}
		p.Sites = sites[r.ID]
		all = append(all, p)
	}
	return all, s.newest(ctx, all)
}

// plan is a plan without its sites and terms.
func (r planRow) plan() (p Plan, err error) {
	p = Plan{ID: r.ID, Key: r.PlanKey, NameEN: r.NameEN, NameSW: r.NameSW, Segment: r.Segment, Price: r.Price, Sort: r.Sort, State: r.State}
	p.Limits, err = access.DecodeLimits([]byte(r.Limits))
	return p, err
}

// assignedAlready says that a plan is live with these limits at these sites.
func assignedAlready(tx *db.Tx, p Plan) (bool, error) {
	var rows []planRow
	err := tx.Gorm().Where("plan_key = ? AND state = ?", p.Key, Live).Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return false, db.Fault(err)
	}
	was, err := access.DecodeLimits([]byte(rows[0].Limits))
	if err != nil || !sameLimits(was, p.Limits) {
		return false, err
	}
	var sites []int64
	err = tx.Gorm().Model(&planSiteRow{}).Where("plan_id = ?", rows[0].ID).Order("site_id").Limit(100_000).Pluck("site_id", &sites).Error
	wanted := slices.Clone(p.Sites)
	slices.Sort(wanted)
	return slices.Equal(sites, wanted), db.Fault(err)
}

func sameLimits(a, b access.Limits) bool {
	a.Devices, b.Devices = a.DeviceCount(), b.DeviceCount()
	return bytes.Equal(access.EncodeLimits(a), access.EncodeLimits(b))
}

// GetTx is Get inside a transaction.
func (s *Service) GetTx(tx *db.Tx, id int64) (Plan, error) {
	var row planRow
	if err := tx.Gorm().Where("id = ?", id).Take(&row).Error; err != nil {
		return Plan{}, db.Fault(err)
	}
	p, err := row.plan()
	if err != nil {
		return p, err
	}
	versions, err := prices(tx.Gorm().Where("plan_id = ?", id).Order("seq DESC").Limit(1))
	if err == nil && len(versions) > 0 {
		p.Terms, p.PriceID = versions[0].Terms, versions[0].ID
	}
	return p, err
}

// Forget takes a plan back that nobody has or had: who calls it has seen to that. Any other is retired.
func (s *Service) Forget(tx *db.Tx, p Plan) error {
	s.lists.forgetAfter(tx)
	for _, of := range []any{&planSiteRow{}, &priceRow{}} {
		if err := tx.Gorm().Where("plan_id = ?", p.ID).Delete(of).Error; err != nil {
			return db.Fault(err)
		}
	}
	return db.Fault(tx.Gorm().Where("id = ?", p.ID).Delete(&planRow{}).Error)
}
