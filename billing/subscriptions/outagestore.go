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

func insertOutage(tx *db.Tx, o Outage) error {
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
	var r outageRow
	err = tx.Gorm().Where("id = ?", id).Take(&r).Error
	return r.outage(), db.Fault(err)
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

// paidAhead are the lines of a site that live and are paid beforehand.
func (s *Service) paidAhead(ctx context.Context, siteID int64) *gorm.DB {
	return s.DB.Read(ctx).Model(&row{}).Where("site_id = ? AND state IN ? AND mode <> ?", siteID, []Status{Active, Paused}, plans.Postpaid)
}

func (s *Service) countSuffered(ctx context.Context, siteID int64) (n int64, err error) {
	err = s.paidAhead(ctx, siteID).Where("paid_until IS NOT NULL").Count(&n).Error
	return n, db.Fault(err)
}

// concerned are a page of the lines that an outage is to lengthen, or did lengthen.
func (s *Service) concerned(ctx context.Context, o Outage, kind Kind, after int64) (ids []int64, err error) {
	if kind == Compensated {
		err = s.paidAhead(ctx, o.SiteID).Where("paid_until IS NOT NULL AND id > ?", after).Order("id").Limit(page).Pluck("id", &ids).Error
		return ids, db.Fault(err)
	}
	err = s.DB.Read(ctx).Raw("SELECT s.id FROM subscriptions s JOIN subscription_events e ON e.subscription_id = s.id AND e.request = ? WHERE s.id > ? ORDER BY s.id LIMIT ?",
		fmt.Sprintf("outage:%d", o.ID), after, page).Scan(&ids).Error
	return ids, db.Fault(err)
}
