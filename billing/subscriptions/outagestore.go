package subscriptions

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type outageRow struct {
	ID       int64
	SiteID   int64
	Days     int
	DoneBy   string
	Note     string
	At       time.Time
	UndoneAt *time.Time
}

func (outageRow) TableName() string { return "outage_credits" }

func (r outageRow) outage() Outage {
	return Outage{ID: r.ID, SiteID: r.SiteID, Days: r.Days, By: r.DoneBy, Note: r.Note, At: r.At.UTC(), UndoneAt: db.Instant(r.UndoneAt)}
}

// workRow is an outage whose days not all lines have, or not all have given back.
type workRow struct {
	OutageID int64  `gorm:"primaryKey;autoIncrement:false"`
	Kind     string `gorm:"primaryKey"`
}

func (workRow) TableName() string { return "outage_work" }

// insertOutage adds an outage, and that its days are to be given.
func insertOutage(tx *db.Tx, o Outage) error {
	if err := tx.Gorm().Create(&workRow{OutageID: o.ID, Kind: string(Compensated)}).Error; err != nil {
		return db.Fault(err)
	}
	return db.Fault(tx.Gorm().Create(&outageRow{ID: o.ID, SiteID: o.SiteID, Days: o.Days, DoneBy: o.By, Note: o.Note, At: o.At}).Error)
}

func undo(tx *db.Tx, id int64, now time.Time) (Outage, error) {
	won, err := db.Won(tx.Gorm().Model(&outageRow{}).Where("id = ? AND undone_at IS NULL", id).Update("undone_at", now))
	if err == nil && !won {
		err = fault.New(fault.Conflict, "outage.undone")
	}
	if err != nil {
		return Outage{}, db.Fault(err)
	}
	if err := finishOutage(tx, id, Compensated); err != nil {
		return Outage{}, err
	}
	if err := tx.Gorm().Create(&workRow{OutageID: id, Kind: string(Uncompensate)}).Error; err != nil {
		return Outage{}, db.Fault(err)
	}
	var r outageRow
	err = tx.Gorm().Where("id = ?", id).Take(&r).Error
	return r.outage(), db.Fault(err)
}

// stillHolds says whether the days of an outage were not taken back, and keeps it so until the transaction ends.
func stillHolds(tx *db.Tx, id int64) (bool, error) {
	holds, err := db.Won(tx.Gorm().Exec("UPDATE outage_credits SET days = days WHERE id = ? AND undone_at IS NULL", id))
	return holds, db.Fault(err)
}

func finishOutage(tx *db.Tx, id int64, kind Kind) error {
	return db.Fault(tx.Gorm().Where("outage_id = ? AND kind = ?", id, string(kind)).Delete(&workRow{}).Error)
}

// outageLeft is an outage with what is left to do.
type outageLeft struct {
	outage Outage
	kind   Kind
}

func (s *Service) outageWork(ctx context.Context) (all []outageLeft, err error) {
	var rows []workRow
	if err := s.DB.Read(ctx).Where("outage_id > 0").Order("outage_id, kind").Limit(page).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	for _, w := range rows {
		var r outageRow
		if err := s.DB.Read(ctx).Where("id = ?", w.OutageID).Take(&r).Error; err != nil {
			return nil, db.Fault(err)
		}
		all = append(all, outageLeft{r.outage(), Kind(w.Kind)})
	}
	return all, nil
}

// Outages lists what lines were given for outages, the newest first; at most 100.
func (s *Service) Outages(ctx context.Context) ([]Outage, error) {
	var rows []outageRow
	err := s.DB.Read(ctx).Order("id DESC").Limit(100).Find(&rows).Error
	list := make([]Outage, len(rows))
	for i, r := range rows {
		list[i] = r.outage()
	}
	return list, db.Fault(err)
}

// suffered are the lines of a site that were there at an instant and live: those paid beforehand that somebody paid for, and those paid by invoice
// that are not paused.
func (s *Service) suffered(ctx context.Context, siteID int64, at time.Time) *gorm.DB {
	return s.DB.Read(ctx).Model(&row{}).Where("site_id = ? AND created_at <= ? AND (state IN ? AND mode <> ? AND paid_until IS NOT NULL OR state = ? AND mode = ?)", siteID, at,
		[]Status{Active, Paused}, plans.Postpaid, Active, plans.Postpaid)
}

func (s *Service) countSuffered(ctx context.Context, siteID int64, at time.Time) (n int64, err error) {
	err = s.suffered(ctx, siteID, at).Count(&n).Error
	return n, db.Fault(err)
}

// concerned are a page of the lines that an outage is to be made up to, or was.
func (s *Service) concerned(ctx context.Context, o Outage, kind Kind, after int64) (ids []int64, err error) {
	if kind == Compensated {
		err = s.suffered(ctx, o.SiteID, o.At).Where("id > ?", after).Order("id").Limit(page).Pluck("id", &ids).Error
		return ids, db.Fault(err)
	}
	err = s.DB.Read(ctx).Raw("SELECT s.id FROM subscriptions s JOIN subscription_events e ON e.subscription_id = s.id AND e.request = ? WHERE s.id > ? ORDER BY s.id LIMIT ?",
		fmt.Sprintf(requests[Compensated], o.ID), after, page).Scan(&ids).Error
	return ids, db.Fault(err)
}
