package vouchers

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/witness"
	"mtandao/radius/access"
)

// voucherRow: Code is sealed ("voucher"), CodeHash is the keyed look-up hash of the code.
type voucherRow struct {
	ID          int64
	BatchID     int64
	Serial      int64
	CodeHash    string
	Code        []byte
	State       State
	Was         State
	Paid        int64
	Holder      string
	DeedID      int64
	GrantID     int64
	EarnedCents int64
	AboveCents  int64
	ExpiresAt   *time.Time
	UsedAt      *time.Time
	AlarmedAt   *time.Time
}

func (voucherRow) TableName() string { return "vouchers" }

const vouchersPage = 500

func (r voucherRow) voucher() Voucher {
	return Voucher{ID: r.ID, BatchID: r.BatchID, Serial: int(r.Serial), State: r.State, Was: r.Was, Paid: r.Paid != 0, Holder: readSpelled(r.Holder), GrantID: r.GrantID,
		ExpiresAt: db.Instant(r.ExpiresAt), UsedAt: db.Instant(r.UsedAt), AlarmedAt: db.Instant(r.AlarmedAt)}
}

// voucherRows are fresh vouchers as they are stored, with what witnesses them.
type voucherRows struct {
	rows   []voucherRow
	proofs []witness.Proof
}

// rowsToStore seals codes and takes digests: more work than storing them, and none for a transaction.
func (s *Service) rowsToStore(fresh []Voucher) (voucherRows, error) {
	rows := make([]voucherRow, len(fresh))
	for i, v := range fresh {
		sealed, err := s.Keys.Seal(codePurpose, []byte(v.Code))
		if err != nil {
			return voucherRows{}, err
		}
		rows[i] = voucherRow{ID: v.ID, BatchID: v.BatchID, Serial: int64(v.Serial), CodeHash: s.Keys.Lookup(codePurpose, string(v.Code)), Code: sealed, State: v.State,
			Holder: spellHolder(v.Holder), Paid: bit(v.Paid), DeedID: v.deedID, EarnedCents: v.earned, AboveCents: v.above, ExpiresAt: db.Nullable(v.ExpiresAt)}
	}
	return voucherRows{rows, s.seen.vouchers.Prove(rowsOf(rows, idOfVoucher)...)}, nil
}

// storeVouchers stores fresh ones; db.IsDuplicate when a code is there already.
func (s *Service) storeVouchers(tx *db.Tx, fresh voucherRows) error {
	for some := range db.Pieces(fresh.rows) {
		if err := tx.Gorm().Create(&some).Error; err != nil {
			return err
		}
	}
	return s.seen.vouchers.KeepProven(tx, fresh.proofs)
}

func vouchersOf(from *gorm.DB) ([]Voucher, error) {
	var rows []voucherRow
	err := from.Find(&rows).Error
	all := make([]Voucher, len(rows))
	for i, r := range rows {
		all[i] = r.voucher()
	}
	return all, db.Fault(err)
}

// byCode finds a voucher with its batch; one that is not there takes as many questions. fault.NotFound "voucher.not_found".
func (s *Service) byCode(ctx context.Context, code access.Code) (full, error) {
	return s.withBatch(ctx, "code_hash IN ?", s.Keys.Lookups(codePurpose, string(code)))
}

// Holds says that a voucher which may still be used has the code.
func (s *Service) Holds(tx *db.Tx, code access.Code) (bool, error) {
	var ids []int64
	err := tx.Gorm().Model(&voucherRow{}).Where("code_hash IN ? AND state IN ?", s.Keys.Lookups(codePurpose, string(code)), unused).Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, db.Fault(err)
}

func (s *Service) firstOfGrant(ctx context.Context, grantID int64) (full, error) {
	return s.withBatch(ctx, "grant_id = ?", grantID)
}

func (s *Service) withBatch(ctx context.Context, where string, value any) (full, error) {
	var r voucherRow
	if err := s.DB.Read(ctx).Where(where, value).Order("id").Limit(1).Find(&r).Error; err != nil {
		return full{}, db.Fault(err)
	}
	var batch batchRow
	if err := s.DB.Read(ctx).Where("id = ?", r.BatchID).Limit(1).Find(&batch).Error; err != nil {
		return full{}, db.Fault(err)
	}
	if r.ID == 0 {
		return full{}, notFound()
	}
	b, err := batch.batch()
	return full{r.voucher(), b}, err
}

func (s *Service) bySerial(ctx context.Context, number int64, serial int) (Batch, Voucher, error) {
	b, err := s.ByNumber(ctx, number)
	if err != nil {
		return b, Voucher{}, notFound()
	}
	found, err := vouchersOf(s.DB.Read(ctx).Where("batch_id = ? AND serial = ?", b.ID, serial).Limit(1))
	if err == nil && len(found) == 0 {
		return b, Voucher{}, notFound()
	}
	if err != nil {
		return b, Voucher{}, err
	}
	return b, found[0], nil
}

// clear is a page of a batch's vouchers after a serial, up to another, with their codes.
func (s *Service) clear(ctx context.Context, batchID int64, after, last int) ([]Voucher, error) {
	var rows []voucherRow
	err := s.DB.Read(ctx).Where("batch_id = ? AND serial > ? AND serial <= ?", batchID, after, last).Order("serial").Limit(vouchersPage).Find(&rows).Error
	all := make([]Voucher, len(rows))
	for i := 0; i < len(rows) && err == nil; i++ {
		var code []byte
		all[i] = rows[i].voucher()
		code, err = s.Keys.Open(codePurpose, rows[i].Code)
		all[i].Code = access.Code(code)
	}
	return all, db.Fault(err)
}

// takeVoucher is the conditional UPDATE in which all doors end. It tells whether the voucher was paid for.
func (s *Service) takeVoucher(tx *db.Tx, v full, now time.Time) (paid, won bool, err error) {
	won, err = db.Won(tx.Gorm().Exec("UPDATE vouchers SET was = state, state = ?, used_at = ? WHERE id = ? AND state IN ? AND (expires_at IS NULL OR expires_at > ?)",
		Used, now, v.ID, v.batch.usableIn(), now))
	if err != nil || !won {
		return false, won, db.Fault(err)
	}
	var r voucherRow
	err = tx.Gorm().Where("id = ?", v.ID).Limit(1).Find(&r).Error
	return r.Paid != 0, true, db.Fault(err)
}

func (s *Service) setGrant(tx *db.Tx, id, grantID int64) error {
	if err := tx.Gorm().Exec("UPDATE vouchers SET grant_id = ? WHERE id = ?", grantID, id).Error; err != nil {
		return db.Fault(err)
	}
	return s.sealVouchers(tx, tx.Gorm().Where("id = ?", id))
}

// worthOfGrant is what the vouchers that a grant was made of cost.
func (s *Service) worthOfGrant(tx *db.Tx, grantID int64) (sum money.Amount, err error) {
	err = tx.Gorm().Raw("SELECT COALESCE(SUM(b.price_cents), 0) AS cents, COALESCE(MAX(b.price_currency), '') AS currency"+
		" FROM vouchers v JOIN voucher_batches b ON b.id = v.batch_id WHERE v.grant_id = ?", grantID).Scan(&sum).Error
	return sum, db.Fault(err)
}

// ofGrant are the vouchers that fed a grant.
func (s *Service) ofGrant(tx *db.Tx, grantID int64) (ids []int64, err error) {
	err = tx.Gorm().Raw("SELECT id FROM vouchers WHERE grant_id = ? ORDER BY id", grantID).Scan(&ids).Error
	return ids, db.Fault(err)
}

// Stock counts a batch.
func (s *Service) Stock(ctx context.Context, batchID int64) (Stock, error) {
	var rows []struct {
		State   State
		Paid, N int64
	}
	err := s.DB.Read(ctx).Raw("SELECT state, paid, COUNT(*) AS n FROM vouchers WHERE batch_id = ? GROUP BY state, paid", batchID).Scan(&rows).Error
	stock := Stock{}
	for _, r := range rows {
		stock[StockKey{r.State, r.Paid != 0}] += int(r.N)
	}
	return stock, db.Fault(err)
}

// dueIn lists vouchers of a state whose date is past.
func (s *Service) dueIn(ctx context.Context, state State, now time.Time) ([]Voucher, error) {
	return vouchersOf(s.DB.Read(ctx).Where("state = ? AND expires_at <= ?", state, now).Order("expires_at").Limit(largestPiece))
}

// expireVouchers tells how many of those that expired were paid for.
func (s *Service) expireVouchers(tx *db.Tx, ids []int64, state State, now time.Time) (lost int, err error) {
	for _, paid := range []int64{0, 1} {
		done := tx.Gorm().Exec("UPDATE vouchers SET was = state, state = ? WHERE id IN ? AND state = ? AND paid = ? AND expires_at <= ?", Expired, ids, state, paid, now)
		if done.Error != nil {
			return 0, db.Fault(done.Error)
		}
		lost = int(done.RowsAffected) // of the paid ones, which come last
	}
	return lost, s.sealVouchers(tx, tx.Gorm().Where("id IN ? AND state = ?", ids, Expired)) // an expired one stays so
}
