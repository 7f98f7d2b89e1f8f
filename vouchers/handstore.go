package vouchers

import (
	"bytes"
	"context"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/radius/access"
)

// UnsoldIn counts what of some serials a reseller has and has not sold.
func (s *Service) UnsoldIn(ctx context.Context, batchID int64, holder string, first, last int) (n int, err error) {
	err = s.DB.Read(ctx).Raw("SELECT COUNT(*) FROM vouchers WHERE batch_id = ? AND serial BETWEEN ? AND ? AND state = ? AND holder = ?", batchID, first, last, SignedOut, holder).Scan(&n).Error
	return n, db.Fault(err)
}

// unearn is how much of the prices of what a deed has just taken back had stayed with whoever sold it; now it has not. Before the deed there is no
// telling: a guest may use one in between.
func (s *Service) unearn(tx *db.Tx, d Deed) (earned, above int64, err error) {
	var sums struct{ Earned, Above int64 }
	err = doneBy(tx, d, d.First, d.Last).Model(&voucherRow{}).Select("COALESCE(SUM(earned_cents), 0) AS earned, COALESCE(SUM(above_cents), 0) AS above").Scan(&sums).Error
	if err == nil {
		err = doneBy(tx, d, d.First, d.Last).Model(&voucherRow{}).Updates(map[string]any{"earned_cents": 0, "above_cents": 0}).Error
	}
	return sums.Earned, sums.Above, db.Fault(err)
}

// Stayed is how much of the prices of all that a reseller paid for stayed with them, and with the one above.
func (s *Service) Stayed(ctx context.Context, holder string) (earned, above int64, err error) {
	var sums struct{ Earned, Above int64 }
	err = s.DB.Read(ctx).Raw("SELECT COALESCE(SUM(earned_cents), 0) AS earned, COALESCE(SUM(above_cents), 0) AS above FROM vouchers WHERE holder = ? AND paid = 1", holder).Scan(&sums).Error
	return sums.Earned, sums.Above, db.Fault(err)
}

// Entrusted is what a reseller has or guests have used, and nobody has paid for, in cents.
func (s *Service) Entrusted(tx *db.Tx, holder string) (cents int64, err error) {
	err = tx.Gorm().Raw(entrusted, holder, []State{SignedOut, Sold, Used}).Scan(&cents).Error
	return cents, db.Fault(err)
}

const entrusted = "SELECT COALESCE(SUM(b.price_cents), 0) FROM vouchers v JOIN voucher_batches b ON b.id = v.batch_id WHERE v.holder = ? AND v.paid = 0 AND v.state IN ?"

// EntrustedTo is Entrusted outside a transaction.
func (s *Service) EntrustedTo(ctx context.Context, holder string) (cents int64, err error) {
	err = s.DB.Read(ctx).Raw(entrusted, holder, []State{SignedOut, Sold, Used}).Scan(&cents).Error
	return cents, db.Fault(err)
}

// Held is what a reseller has of one batch and has not sold.
type Held struct {
	BatchID     int64
	First, Last int
	Count       int
}

// heldPage is how many batches of one reseller are listed.
const heldPage = 200

// HeldBy lists by batch what a reseller has and has not sold.
func (s *Service) HeldBy(ctx context.Context, holder string) (all []Held, err error) {
	err = s.DB.Read(ctx).Raw("SELECT batch_id, MIN(serial) AS first, MAX(serial) AS last, COUNT(*) AS count FROM vouchers WHERE holder = ? AND paid IN (0, 1) AND state = ?"+
		" GROUP BY batch_id ORDER BY batch_id LIMIT ?", holder, SignedOut, heldPage).Scan(&all).Error
	return all, db.Fault(err)
}

// UsedUnpaid lists by batch what guests used of a reseller's and nobody has paid for.
func (s *Service) UsedUnpaid(ctx context.Context, holder string) (all []Held, err error) {
	err = s.DB.Read(ctx).Raw("SELECT batch_id, MIN(serial) AS first, MAX(serial) AS last, COUNT(*) AS count FROM vouchers WHERE holder = ? AND paid = 0 AND state = ?"+
		" GROUP BY batch_id ORDER BY batch_id LIMIT ?", holder, Used, heldPage).Scan(&all).Error
	return all, db.Fault(err)
}

// Shelf is the batch from which vouchers of a plan at a site are sold one by one, made when there is none.
func (s *Service) Shelf(tx *db.Tx, p plans.Plan, siteID int64, by By) (Batch, error) {
	open, err := batchesOf(tx.Gorm().Where("state = ? AND plan_id = ? AND site_id = ?", Open, p.ID, siteID).Order("id DESC"), 20)
	if err != nil {
		return Batch{}, err
	}
	for _, b := range open {
		if b.Made < b.Size && b.Price == p.Price && b.NameEN == p.NameEN && b.NameSW == p.NameSW && bytes.Equal(access.EncodeLimits(b.Limits), access.EncodeLimits(p.Limits)) {
			return b, nil
		}
	}
	if err := s.mayBeMade(p, siteID); err != nil {
		return Batch{}, err
	}
	w := Wish{SiteID: siteID, Size: largest}.withUsual()
	if err := s.holdStyle(tx, w.Style); err != nil {
		return Batch{}, err
	}
	live, err := liveCodes(tx.Gorm(), w)
	if err != nil {
		return Batch{}, err
	}
	if odds := (Odds{Live: live + largest, Codes: codesOf(w.Style), Shortest: w.Style.Random + 1}); !odds.Enough() {
		return Batch{}, odds.tooEasy(w.Style)
	}
	b := Batch{ID: tx.ID(), PlanID: p.ID, PlanKey: p.Key, NameEN: p.NameEN, NameSW: p.NameSW, Segment: p.Segment, Limits: p.Limits, Price: p.Price, SiteID: siteID,
		Size: largest, Style: w.Style, Group: w.Group, UnusedFor: shelfUnused * 24 * time.Hour, State: Open, By: by.Actor, CreatedAt: s.Clock.Now()}
	return b, s.insertBatch(tx, &b)
}

// takeShelf wins the next serial of a shelf; fault.Conflict "conflict" when another call filled it.
func (s *Service) takeShelf(tx *db.Tx, id int64) (Batch, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE voucher_batches SET made = made + 1 WHERE id = ? AND state = ? AND made < size", id, Open))
	if err != nil {
		return Batch{}, db.Fault(err)
	}
	if !won {
		return Batch{}, fault.New(fault.Conflict, "conflict")
	}
	if err := s.sealBatch(tx, id); err != nil {
		return Batch{}, err
	}
	return s.batchIn(tx, id)
}

// SoldOne is the voucher of a sale, with its code, for whoever sold it: holder.
func (s *Service) SoldOne(ctx context.Context, batchID int64, serial int, holder string) (Batch, Voucher, error) {
	b, err := s.Batch(ctx, batchID)
	if err != nil {
		return b, Voucher{}, err
	}
	found, err := s.clear(ctx, batchID, serial-1, serial)
	if err != nil || len(found) == 0 || found[0].Holder != holder || b.State != Open {
		return b, Voucher{}, orNotFound(err)
	}
	return b, found[0], nil
}

func orNotFound(err error) error {
	if err != nil {
		return err
	}
	return notFound()
}

// BatchIn is a batch in a transaction; fault.NotFound "voucher.no_batch".
func (s *Service) BatchIn(tx *db.Tx, id int64) (Batch, error) { return s.batchIn(tx, id) }
