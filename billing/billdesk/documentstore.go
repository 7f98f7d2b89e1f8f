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

// row keeps a document of a run.
func (d Document) row(runID int64) (documentRow, error) {
	said, err := json.Marshal(d.Lines)
	if err != nil {
		return documentRow{}, fault.Wrap(fault.Internal, "internal", err)
	}
	return documentRow{RunID: runID, N: d.N, SubscriptionID: d.SubscriptionID, CustomerID: d.CustomerID, FromDay: d.From.String(), UntilDay: d.Until.String(), Fate: string(d.Fate), Cents: d.Cents, Said: string(said),
		Reason: reasonText(d.Reason)}, nil
}

// keepPage keeps the documents of a page, once, with how far the preview is. fault.Conflict "bill_run.stopped" when somebody has stopped it, or looked at the page meanwhile.
func (s *Service) keepPage(ctx context.Context, r Run, p page, last int64) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := db.Won(tx.Gorm().Model(&runRow{}).Where("id = ? AND state = ? AND last_sub = ?", r.ID, Drafting, r.after).Updates(map[string]any{"last_sub": last, "heard_at": s.now()}))
		if err == nil && !won {
			return fault.New(fault.Conflict, "bill_run.stopped")
		}
		if err != nil {
			return db.Fault(err)
		}
		bills, err := s.keepParts(tx, r.ID, p.parts)
		if err != nil {
			return err
		}
		rows, sum := make([]documentRow, 0, len(bills)+len(p.documents)), Run{}
		for _, d := range append(bills, p.documents...) {
			if d.N == 0 {
				d.N = tx.ID()
			}
			row, err := d.row(r.ID)
			if err != nil {
				return err
			}
			rows = append(rows, row)
			sum.add(d)
		}
		for _, part := range p.parts {
			sum.Cents += part.Cents
		}
		if len(rows) > 0 {
			if err := tx.Gorm().CreateInBatches(&rows, atOnce).Error; err != nil {
				return db.Fault(err)
			}
		}
		return db.Fault(tx.Gorm().Model(&runRow{}).Where("id = ?", r.ID).Updates(map[string]any{"drafts": gorm.Expr("drafts + ?", sum.Drafts), "free": gorm.Expr("free + ?", sum.Nothing),
			"parked": gorm.Expr("parked + ?", sum.Parked), "cents": gorm.Expr("cents + ?", sum.Cents)}).Error)
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
	return all, s.tellParts(ctx, runID, all)
}

// oldPreviews are at their end, and asked for before a time.
func (s *Service) oldPreviews(ctx context.Context, before time.Time) (ids []int64, err error) {
	err = s.DB.Read(ctx).Model(&runRow{}).Where("kind = ? AND id < ? AND moves_key <> ?", Preview, db.IDAt(before), movesKey).Order("id").Limit(mostCleaned).Pluck("id", &ids).Error
	return ids, db.Fault(err)
}

// atOnce is how many documents one statement writes, and one transaction removes.
const atOnce = 500

// drop removes a preview, its parts and documents first.
func (s *Service) drop(ctx context.Context, id int64) error {
	for _, of := range []any{&partRow{}, &documentRow{}} {
		for {
			var last []int64
			if err := s.DB.Read(ctx).Model(of).Where("run_id = ?", id).Order("n").Limit(atOnce).Pluck("n", &last).Error; err != nil {
				return db.Fault(err)
			}
			if len(last) == 0 {
				break
			}
			err := s.DB.InTx(ctx, func(tx *db.Tx) error {
				return db.Fault(tx.Gorm().Where("run_id = ? AND n <= ?", id, last[len(last)-1]).Delete(of).Error)
			})
			if err != nil {
				return err
			}
		}
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return db.Fault(tx.Gorm().Where("id = ?", id).Delete(&runRow{}).Error) })
}
