package vouchers

import (
	"context"
	"maps"
	"slices"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/witness"
)

// witnesses keep a digest of every batch, voucher, deed and first use.
type witnesses struct{ batches, vouchers, deeds, uses *witness.Witness }

func (s *Service) witnesses() witnesses {
	of := func(table string) *witness.Witness { return witness.New(s.DB, s.Keys, table) }
	return witnesses{of("voucher_batches"), of("vouchers"), of("voucher_deeds"), of("voucher_uses")}
}

func rowsOf[T any](all []T, id func(T) int64) []witness.Row {
	said := make([]witness.Row, len(all))
	for i, r := range all {
		said[i] = witness.Row{ID: id(r), Columns: r}
	}
	return said
}

func idOfBatch(r batchRow) int64     { return r.ID }
func idOfVoucher(r voucherRow) int64 { return r.ID }
func idOfDeed(r deedRow) int64       { return r.ID }

// sealBatch keeps what a batch is after tx changed it.
func (s *Service) sealBatch(tx *db.Tx, id int64) error {
	var rows []batchRow
	if err := tx.Gorm().Where("id = ?", id).Find(&rows).Error; err != nil {
		return db.Fault(err)
	}
	return s.seen.batches.Keep(tx, rowsOf(rows, idOfBatch)...)
}

func (s *Service) sealDeed(tx *db.Tx, id int64) error {
	var rows []deedRow
	if err := tx.Gorm().Where("id = ?", id).Find(&rows).Error; err != nil {
		return db.Fault(err)
	}
	return s.seen.deeds.Keep(tx, rowsOf(rows, idOfDeed)...)
}

// sealVouchers keeps what vouchers are after tx changed them; which names no others, for those are another's to change.
func (s *Service) sealVouchers(tx *db.Tx, which *gorm.DB) error {
	var rows []voucherRow
	if err := which.Find(&rows).Error; err != nil {
		return db.Fault(err)
	}
	return s.seen.vouchers.Keep(tx, rowsOf(rows, idOfVoucher)...)
}

// doneBy are the vouchers that a deed has just changed.
func doneBy(tx *db.Tx, d Deed, first, last int) *gorm.DB {
	return tx.Gorm().Where("batch_id = ? AND serial BETWEEN ? AND ? AND deed_id = ?", d.BatchID, first, last, d.ID)
}

// rowsAfter is a page of a batch's vouchers as they stand in the table.
func (s *Service) rowsAfter(ctx context.Context, batchID int64, after int64) (rows []voucherRow, err error) {
	err = s.DB.Read(ctx).Where("batch_id = ? AND serial > ?", batchID, after).Order("serial").Limit(vouchersPage).Find(&rows).Error
	return rows, db.Fault(err)
}

// wrongOf tells which rows are not as they were written, and why. What may have changed while it was read is read again.
func wrongOf[T any](ctx context.Context, s *Service, w *witness.Witness, rows []T, id func(T) int64) (map[int64]string, error) {
	wrong, err := w.Wrong(ctx, rowsOf(rows, id)...)
	for try := 0; err == nil && len(wrong) > 0 && try < 3; try++ {
		var again []T
		if err := s.DB.Read(ctx).Where("id IN ?", slices.Collect(maps.Keys(wrong))).Find(&again).Error; err != nil {
			return nil, db.Fault(err)
		}
		wrong, err = w.Wrong(ctx, rowsOf(again, id)...)
	}
	return wrong, err
}

func (s *Service) wrongVouchers(ctx context.Context, rows []voucherRow) (map[int64]string, error) {
	return wrongOf(ctx, s, s.seen.vouchers, rows, idOfVoucher)
}

// counted is a page of batches after an id, whatever their limits say, and which of them are not as they were written.
func (s *Service) counted(ctx context.Context, after int64) (page []Batch, wrong map[int64]string, err error) {
	var rows []batchRow
	if err := s.DB.Read(ctx).Where("id > ?", after).Order("id").Limit(batchesPage).Find(&rows).Error; err != nil {
		return nil, nil, db.Fault(err)
	}
	for _, r := range rows {
		b, _ := r.batch() // limits that cannot be read are not as they were written
		page = append(page, b)
	}
	wrong, err = wrongOf(ctx, s, s.seen.batches, rows, idOfBatch)
	return page, wrong, err
}

func (s *Service) madeOf(ctx context.Context, batchID int64) (n int, err error) {
	err = s.DB.Read(ctx).Raw("SELECT made FROM voucher_batches WHERE id = ?", batchID).Scan(&n).Error
	return n, db.Fault(err)
}

// wrongDeeds is a page of deeds after an id, and which of them are not as they were written.
func (s *Service) wrongDeeds(ctx context.Context, after int64) (page []Deed, wrong map[int64]string, err error) {
	var rows []deedRow
	if err := s.DB.Read(ctx).Where("id > ?", after).Order("id").Limit(vouchersPage).Find(&rows).Error; err != nil {
		return nil, nil, db.Fault(err)
	}
	for _, r := range rows {
		page = append(page, r.deed())
	}
	wrong, err = wrongOf(ctx, s, s.seen.deeds, rows, idOfDeed)
	return page, wrong, err
}
