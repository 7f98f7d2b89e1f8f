package cutover

import (
	"context"
	"fmt"
	"time"

	"mtandao/internal/db"
)

// toldRow is some rows of an account that the same was done with, packed and sealed.
type toldRow struct {
	SourceID int64  `gorm:"primaryKey;autoIncrement:false"`
	Done     string `gorm:"primaryKey"`
	N        int    `gorm:"primaryKey;autoIncrement:false"`
	Content  []byte
	ToldAt   time.Time
}

func (toldRow) TableName() string { return "import_told" }

// Bounds of the rows of an account: so many of each kind are kept, and so many are read at once.
const (
	mostRowsTold = 50_000
	rowsOfPiece  = 250
	piecesAtOnce = 50
)

func toldPurpose(id int64, done string, n int) string {
	return fmt.Sprintf("import.told:%d:%s:%d", id, done, n)
}

// keepRows keeps rows in the place of those that were told before.
func (d *Desk) keepRows(tx *db.Tx, id int64, all map[string][]AccountRow) error {
	if err := forgetRows(tx, id); err != nil {
		return err
	}
	var kept []toldRow
	for done, rows := range all {
		for n := 0; n*rowsOfPiece < len(rows); n++ {
			body, err := pack(rows[n*rowsOfPiece : min(len(rows), (n+1)*rowsOfPiece)])
			if err != nil {
				return err
			}
			sealed, err := d.Keys.Seal(toldPurpose(id, done, n), body)
			if err != nil {
				return err
			}
			kept = append(kept, toldRow{id, done, n, sealed, d.Clock.Now()})
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return db.Fault(tx.Gorm().CreateInBatches(kept, piecesAtOnce).Error)
}

func forgetRows(tx *db.Tx, id int64) error {
	return db.Fault(tx.Gorm().Where("source_id = ?", id).Delete(&toldRow{}).Error)
}

// Rows are those of a source's account that the same was done with, from so many on. They are kept for a while only.
func (d *Desk) Rows(ctx context.Context, id int64, done string, from, limit int) (all []AccountRow, err error) {
	from = max(from, 0)
	for n := from / rowsOfPiece; len(all) < limit; n++ {
		var kept []toldRow
		if err := d.DB.Read(ctx).Where("source_id = ? AND done = ? AND n = ?", id, done, n).Limit(1).Find(&kept).Error; err != nil {
			return nil, db.Fault(err)
		}
		if len(kept) == 0 {
			break
		}
		body, err := d.Keys.Open(toldPurpose(id, done, n), kept[0].Content)
		if err != nil {
			return nil, err
		}
		var some []AccountRow
		if err := unpack(body, &some); err != nil {
			return nil, err
		}
		skip := min(len(some), max(0, from-n*rowsOfPiece))
		all = append(all, some[skip:]...)
	}
	return all[:min(len(all), limit)], nil
}

// forgetTold removes the rows of accounts that were told before an instant, and with them the sources of which nothing is here.
func forgetTold(tx *db.Tx, before time.Time) (int, error) {
	var ids []int64
	err := tx.Gorm().Model(&toldRow{}).Distinct("source_id").Where("told_at < ?", before).Limit(mostForgotten).Pluck("source_id", &ids).Error
	if err != nil {
		return 0, db.Fault(err)
	}
	for _, id := range ids {
		if err := forgetRows(tx, id); err != nil {
			return 0, err
		}
		if _, err := dropSource(tx, id); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}
