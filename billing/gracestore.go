package billing

import (
	"context"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/settings"
	"mtandao/internal/witness"
	"mtandao/radius/access"
)

// graceRow is one grace. Its unique keys are the rules: one for an order, one a day for a number and for a device, and one for each
// place in a site's hour.
type graceRow struct {
	ID        int64
	OrderID   int64
	SiteID    int64
	GrantID   int64
	PhoneHash string
	MAC       string `gorm:"column:mac"`
	Day       int64  // since 1970, in UTC
	Hour      int64
	N         int // which of its site's hour
	GivenAt   time.Time
	ChargedAt *time.Time
	// What the plan is short of.
	ChargedSeconds, ChargedBytes int64
}

func (graceRow) TableName() string { return "graces" }

func (s *Service) graceOf(ctx context.Context, orderID int64) (graceRow, error) {
	var r graceRow
	err := s.DB.Read(ctx).Where("order_id = ?", orderID).Take(&r).Error
	return r, db.Fault(err)
}

// nextGrace is the next one for an order, or why there is none.
func (s *Service) nextGrace(ctx context.Context, o Order) (next graceRow, why string, err error) {
	now := s.Clock.Now()
	hashes := s.lookups(purposePhone, string(o.Phone))
	next = graceRow{OrderID: o.ID, SiteID: o.SiteID, PhoneHash: hashes[0], MAC: string(o.Place.MAC), Day: now.Unix() / 86400, Hour: now.Unix() / 3600, GivenAt: now}
	for _, of := range []struct {
		column string
		value  any
	}{{"phone_hash", hashes}, {"mac", []string{next.MAC}}} {
		var before []graceRow
		err := s.DB.Read(ctx).Select("day", "charged_at").Where(of.column+" IN ? AND given_at >= ? AND order_id <> ?", of.value, now.Add(-graceUnpaid), o.ID).
			Order("given_at DESC").Limit(40).Find(&before).Error
		if err != nil {
			return next, "", db.Fault(err)
		}
		for _, b := range before {
			if b.ChargedAt == nil || b.Day == next.Day {
				return next, "grace.taken", nil
			}
		}
	}
	var taken []int
	most := s.Settings.Int(settings.GraceHourly)
	err = s.DB.Read(ctx).Model(&graceRow{}).Where("site_id = ? AND hour = ?", o.SiteID, next.Hour).Order("n DESC").Limit(1).Pluck("n", &taken).Error
	if len(taken) > 0 {
		next.N = taken[0] + 1
	}
	if next.N >= most {
		why = "grace.enough"
	}
	return next, why, db.Fault(err)
}

func (s *Service) insertGrace(tx *db.Tx, r graceRow) error {
	r.ID = tx.ID()
	if err := tx.Gorm().Create(&r).Error; err != nil {
		return db.Fault(err)
	}
	return s.graces.Keep(tx, witness.Row{ID: r.ID, Columns: r})
}

// graceToCharge is the grace of an order that is not charged yet.
func (s *Service) graceToCharge(tx *db.Tx, orderID int64) (r graceRow, found bool, err error) {
	err = tx.Gorm().Where("order_id = ? AND charged_at IS NULL", orderID).Limit(1).Find(&r).Error
	return r, r.ID != 0, db.Fault(err)
}

func (s *Service) chargeGrace(tx *db.Tx, orderID int64, taken access.Gift) error {
	err := tx.Gorm().Model(&graceRow{}).Where("order_id = ?", orderID).Updates(map[string]any{"charged_at": s.Clock.Now(),
		"charged_seconds": int64(taken.Time / time.Second), "charged_bytes": taken.Bytes}).Error
	if err != nil {
		return db.Fault(err)
	}
	var r graceRow
	if err := tx.Gorm().Where("order_id = ?", orderID).Take(&r).Error; err != nil {
		return db.Fault(err)
	}
	return s.graces.Keep(tx, witness.Row{ID: r.ID, Columns: r})
}

const gracesPage = 500

type wrongGrace struct {
	id, order int64
	why       string
}

// changedGraces tells those graces of a page after an id that are not as they were written, and the last of the page.
func (s *Service) changedGraces(ctx context.Context, after int64) (last int64, changed []wrongGrace, err error) {
	var rows []graceRow
	if err := s.DB.Read(ctx).Where("id > ?", after).Order("id").Limit(gracesPage).Find(&rows).Error; err != nil {
		return 0, nil, db.Fault(err)
	}
	said, all := make([]witness.Row, len(rows)), map[int64]int64{}
	for i, r := range rows {
		said[i], all[r.ID], last = witness.Row{ID: r.ID, Columns: r}, r.OrderID, r.ID
	}
	wrong, err := s.graces.Wrong(ctx, said...)
	for id, why := range wrong {
		changed = append(changed, wrongGrace{id, all[id], why})
	}
	return last, changed, err
}

// holdUnpaid keeps an order as it is until the transaction ends; false when it is paid.
func (s *Service) holdUnpaid(tx *db.Tx, orderID int64) (bool, error) {
	return db.Won(tx.Gorm().Model(&orderRow{}).Where("id = ? AND state = ?", orderID, OrderPlaced).Update("updated_at", s.Clock.Now()))
}
