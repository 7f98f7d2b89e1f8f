package billdesk

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// keepPage keeps the documents of a page, once, with how far the preview is. fault.Conflict "bill_run.stopped" when somebody has stopped it, or looked at the page meanwhile.
func (s *Service) keepPage(ctx context.Context, r Run, page []Document, last int64) error {
	rows := make([]documentRow, len(page))
	sum := Run{}
	for n, d := range page {
		said, err := json.Marshal(d.Lines)
		if err != nil {
			return fault.Wrap(fault.Internal, "internal", err)
		}
		rows[n] = documentRow{RunID: r.ID, SubscriptionID: d.SubscriptionID, CustomerID: d.CustomerID, FromDay: d.From.String(), UntilDay: d.Until.String(), Fate: string(d.Fate), Cents: d.Cents, Said: string(said), Reason: reasonText(d.Reason)}
		switch d.Fate {
		case Billed:
			sum.Drafts, sum.Cents = sum.Drafts+1, sum.Cents+d.Cents
		case Nothing:
			sum.Nothing++
		case Parked:
			sum.Parked++
		}
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := db.Won(tx.Gorm().Model(&runRow{}).Where("id = ? AND state = ? AND last_sub = ?", r.ID, Drafting, r.after).Updates(map[string]any{"last_sub": last, "drafts": gorm.Expr("drafts + ?", sum.Drafts),
			"free": gorm.Expr("free + ?", sum.Nothing), "parked": gorm.Expr("parked + ?", sum.Parked), "cents": gorm.Expr("cents + ?", sum.Cents), "heard_at": s.now()}))
		if err == nil && !won {
			return fault.New(fault.Conflict, "bill_run.stopped")
		}
		if err != nil || len(rows) == 0 {
			return db.Fault(err)
		}
		for n := range rows {
			rows[n].N = tx.ID()
		}
		return db.Fault(tx.Gorm().CreateInBatches(&rows, atOnce).Error)
	})
}

func (r documentRow) document() (d Document, err error) {
	from, _ := clock.ParseDay(r.FromDay) // written by us
	until, _ := clock.ParseDay(r.UntilDay)
	d = Document{N: r.N, SubscriptionID: r.SubscriptionID, CustomerID: r.CustomerID, From: from, Until: until, Fate: Fate(r.Fate), Cents: r.Cents}
	if err := json.Unmarshal([]byte(r.Said), &d.Lines); err != nil {
		return d, fault.Wrap(fault.Internal, "internal", err)
	}
	d.Reason, err = reasonOf(r.Reason)
	return d, err
}

// Documents are those that a preview names after one, of a fate when one is asked for.
func (s *Service) Documents(ctx context.Context, runID int64, f Fate, after int64, limit int) ([]Document, error) {
	from := s.DB.Read(ctx).Where("run_id = ? AND n > ?", runID, after).Order("n").Limit(limit)
	if f != "" {
		from = from.Where("fate = ?", f)
	}
	var rows []documentRow
	if err := from.Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	all := make([]Document, len(rows))
	for n, r := range rows {
		d, err := r.document()
		if err != nil {
			return nil, err
		}
		all[n] = d
	}
	return all, nil
}

// oldPreviews are at their end, and asked for before a time.
func (s *Service) oldPreviews(ctx context.Context, before time.Time) (ids []int64, err error) {
	err = s.DB.Read(ctx).Model(&runRow{}).Where("kind = ? AND id < ? AND moves_key <> ?", Preview, db.IDAt(before), movesKey).Order("id").Limit(mostCleaned).Pluck("id", &ids).Error
	return ids, db.Fault(err)
}

// atOnce is how many documents one statement writes, and one transaction removes.
const atOnce = 500

// drop removes a preview, its documents first.
func (s *Service) drop(ctx context.Context, id int64) error {
	for {
		var last []int64
		if err := s.DB.Read(ctx).Model(&documentRow{}).Where("run_id = ?", id).Order("n").Limit(atOnce).Pluck("n", &last).Error; err != nil {
			return db.Fault(err)
		}
		if len(last) == 0 {
			return s.DB.InTx(ctx, func(tx *db.Tx) error { return db.Fault(tx.Gorm().Where("id = ?", id).Delete(&runRow{}).Error) })
		}
		err := s.DB.InTx(ctx, func(tx *db.Tx) error {
			return db.Fault(tx.Gorm().Where("run_id = ? AND n <= ?", id, last[len(last)-1]).Delete(&documentRow{}).Error)
		})
		if err != nil {
			return err
		}
	}
}
