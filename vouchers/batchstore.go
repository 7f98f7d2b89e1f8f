package vouchers

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/radius/access"
)

type batchRow struct {
	ID            int64
	Number        int64
	PlanID        int64
	PlanKey       string
	NameEN        string `gorm:"column:name_en"`
	NameSW        string `gorm:"column:name_sw"`
	Segment       string
	Limits        string
	Price         money.Amount `gorm:"embedded;embeddedPrefix:price_"`
	SiteID        int64
	Size          int64
	Made          int64
	CodeRandom    int64
	CodeDigits    int64
	CodePrefix    string
	CodeGroup     int64
	Live          int64
	UnsoldUntil   *time.Time
	UnusedSeconds int64
	State         string
	CreatedBy     string
	CreatedAt     time.Time
}

func (batchRow) TableName() string { return "voucher_batches" }

const batchesPage = 50

func (r batchRow) batch() (Batch, error) {
	limits, err := access.DecodeLimits([]byte(r.Limits))
	return Batch{ID: r.ID, Number: r.Number, PlanID: r.PlanID, PlanKey: r.PlanKey, NameEN: r.NameEN, NameSW: r.NameSW, Segment: r.Segment, Limits: limits,
		Price: r.Price, SiteID: r.SiteID, Size: int(r.Size), Made: int(r.Made), Group: int(r.CodeGroup), Live: r.Live != 0,
		Style:       access.CodeStyle{Random: int(r.CodeRandom), Digits: r.CodeDigits != 0, Prefix: r.CodePrefix},
		UnsoldUntil: db.Instant(r.UnsoldUntil), UnusedFor: time.Duration(r.UnusedSeconds) * time.Second, State: r.State, By: r.CreatedBy, CreatedAt: r.CreatedAt.UTC()}, err
}

func bit(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// insertBatch gives the batch the next number; whoever loses the race for it tries the one after.
func (s *Service) insertBatch(tx *db.Tx, b *Batch) error {
	row := batchRow{ID: b.ID, PlanID: b.PlanID, PlanKey: b.PlanKey, NameEN: b.NameEN, NameSW: b.NameSW, Segment: b.Segment, Limits: string(access.EncodeLimits(b.Limits)),
		Price: b.Price, SiteID: b.SiteID, Size: int64(b.Size), CodeRandom: int64(b.Style.Random), CodeDigits: bit(b.Style.Digits), CodePrefix: b.Style.Prefix,
		CodeGroup: int64(b.Group), Live: bit(b.Live), UnsoldUntil: db.Nullable(b.UnsoldUntil), UnusedSeconds: int64(b.UnusedFor / time.Second), State: b.State,
		CreatedBy: b.By, CreatedAt: b.CreatedAt}
	for range 5 {
		var last []int64
		if err := tx.Gorm().Model(&batchRow{}).Order("number DESC").Limit(1).Pluck("number", &last).Error; err != nil {
			return db.Fault(err)
		}
		row.Number = 1
		if len(last) > 0 {
			row.Number = last[0] + 1
		}
		err := tx.Savepoint(func() error { return tx.Gorm().Create(&row).Error })
		if err == nil {
			b.Number = row.Number
			return s.sealBatch(tx, b.ID)
		}
		if !db.IsDuplicate(err) {
			return db.Fault(err)
		}
	}
	return fault.New(fault.Conflict, "conflict")
}

// Batch is one batch; fault.NotFound "voucher.no_batch".
func (s *Service) Batch(ctx context.Context, id int64) (Batch, error) {
	return oneBatch(s.DB.Read(ctx).Where("id = ?", id))
}

// ByNumber is the batch of that number; fault.NotFound "voucher.no_batch".
func (s *Service) ByNumber(ctx context.Context, number int64) (Batch, error) {
	return oneBatch(s.DB.Read(ctx).Where("number = ?", number))
}

func (s *Service) batchIn(tx *db.Tx, id int64) (Batch, error) {
	return oneBatch(tx.Gorm().Where("id = ?", id))
}

func oneBatch(from *gorm.DB) (Batch, error) {
	var r batchRow
	if err := from.Limit(1).Find(&r).Error; err != nil {
		return Batch{}, db.Fault(err)
	}
	if r.ID == 0 {
		return Batch{}, fault.New(fault.NotFound, "voucher.no_batch")
	}
	return r.batch()
}

// Newest lists batches before an id, the newest first.
func (s *Service) Newest(ctx context.Context, before int64, limit int) ([]Batch, error) {
	from := s.DB.Read(ctx).Order("id DESC")
	if before != 0 {
		from = from.Where("id < ?", before)
	}
	return batchesOf(from, limit)
}

func batchesOf(from *gorm.DB, limit int) (all []Batch, err error) {
	var rows []batchRow
	if err := from.Limit(limit).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	for _, r := range rows {
		b, err := r.batch()
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

// advance says that the next vouchers are made, when nobody else has said so.
func (s *Service) advance(tx *db.Tx, b Batch, n int) (bool, error) {
	state := Making
	if b.Made+n == b.Size {
		state = Ready
	}
	won, err := db.Won(tx.Gorm().Model(&batchRow{}).Where("id = ? AND made = ? AND state = ?", b.ID, b.Made, Making).
		Updates(map[string]any{"made": b.Made + n, "state": state}))
	if err != nil || !won {
		return won, err
	}
	return true, s.sealBatch(tx, b.ID)
}

func (s *Service) cancel(tx *db.Tx, id int64) (bool, error) {
	won, err := db.Won(tx.Gorm().Model(&batchRow{}).Where("id = ? AND state = ?", id, Making).Update("state", Cancelled))
	if err != nil || !won {
		return won, db.Fault(err)
	}
	return true, s.sealBatch(tx, id)
}

func (s *Service) liveCodes(ctx context.Context, w Wish) (int64, error) {
	return liveCodes(s.DB.Read(ctx), w)
}

// liveCodes counts the codes of a wish's style that may be found at any site: who tries one that is another site's is told so.
func liveCodes(from *gorm.DB, w Wish) (int64, error) {
	var n int64
	err := from.Raw("SELECT (SELECT COUNT(*) FROM voucher_batches b JOIN vouchers v ON v.batch_id = b.id AND v.state IN ? WHERE b.code_digits = ? AND b.code_random = ?)"+
		" + (SELECT COALESCE(SUM(b.size - b.made), 0) FROM voucher_batches b WHERE b.code_digits = ? AND b.code_random = ? AND b.state = ?) AS n",
		unused, bit(w.Style.Digits), w.Style.Random, bit(w.Style.Digits), w.Style.Random, Making).Scan(&n).Error
	return n, db.Fault(err)
}

// styleRow counts the batches of a style, so that two that are placed at once know of each other.
type styleRow struct {
	CodeDigits int64 `gorm:"primaryKey;autoIncrement:false"`
	CodeRandom int64 `gorm:"primaryKey;autoIncrement:false"`
	Batches    int64
}

func (styleRow) TableName() string { return "voucher_styles" }

func (s *Service) batchesOfStyle(ctx context.Context, style access.CodeStyle) (int64, error) {
	var r styleRow
	err := s.DB.Read(ctx).Where("code_digits = ? AND code_random = ?", bit(style.Digits), style.Random).Limit(1).Find(&r).Error
	return r.Batches, db.Fault(err)
}

// oneMoreOfStyle counts a batch; false when there are not as many as were seen.
func (s *Service) oneMoreOfStyle(tx *db.Tx, style access.CodeStyle, seen int64) (bool, error) {
	if seen == 0 {
		err := tx.Savepoint(func() error {
			return tx.Gorm().Create(&styleRow{CodeDigits: bit(style.Digits), CodeRandom: int64(style.Random), Batches: 1}).Error
		})
		if db.IsDuplicate(err) {
			return false, nil
		}
		return err == nil, db.Fault(err)
	}
	won, err := db.Won(tx.Gorm().Exec("UPDATE voucher_styles SET batches = batches + 1 WHERE code_digits = ? AND code_random = ? AND batches = ?", bit(style.Digits), style.Random, seen))
	return won, db.Fault(err)
}

// holdStyle lets nobody else place a batch of a style until the transaction ends.
func (s *Service) holdStyle(tx *db.Tx, style access.CodeStyle) error {
	won, err := db.Won(tx.Gorm().Exec("UPDATE voucher_styles SET batches = batches + 1 WHERE code_digits = ? AND code_random = ?", bit(style.Digits), style.Random))
	if err != nil || won {
		return db.Fault(err)
	}
	if won, err = s.oneMoreOfStyle(tx, style, 0); err == nil && !won {
		err = fault.New(fault.Conflict, "conflict")
	}
	return err
}
