package witness

import (
	"context"

	"gorm.io/gorm/clause"

	"mtandao/internal/db"
)

// proofRow is the digest of a row of another table.
type proofRow struct {
	OfTable string `gorm:"primaryKey"`
	RowID   int64  `gorm:"primaryKey;autoIncrement:false"`
	Proof   []byte
}

func (proofRow) TableName() string { return "row_proofs" }

// Proof is the digest of a row, ready to be kept.
type Proof struct{ row proofRow }

// Prove takes the digests of rows that are about to be written, for KeepProven: it may be done before the transaction.
func (w *Witness) Prove(rows ...Row) []Proof {
	proofs := make([]Proof, len(rows))
	for i, r := range rows {
		proofs[i].row = proofRow{OfTable: w.table, RowID: r.ID, Proof: w.proof(r)}
	}
	return proofs
}

// Keep writes down what rows are from now on.
func (w *Witness) Keep(tx *db.Tx, rows ...Row) error { return w.KeepProven(tx, w.Prove(rows...)) }

// KeepProven writes down digests of rows that the transaction writes.
func (w *Witness) KeepProven(tx *db.Tx, all []Proof) error {
	for some := range db.Pieces(all) {
		proofs := make([]proofRow, len(some))
		for i, p := range some {
			proofs[i] = p.row
		}
		err := tx.Gorm().Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "of_table"}, {Name: "row_id"}}, DoUpdates: clause.AssignmentColumns([]string{"proof"})}).
			Create(&proofs).Error
		if err != nil {
			return db.Fault(err)
		}
	}
	return nil
}

// What Wrong says of a row.
const (
	changed   = "is not as it was written"
	unwritten = "has no digest: it was made up, or is older than digests"
)

// Wrong are those of some rows that are not what was kept of them, or of which nothing was, by id, and which of the two is true of each.
func (w *Witness) Wrong(ctx context.Context, rows ...Row) (map[int64]string, error) {
	wrong := map[int64]string{}
	for some := range db.Pieces(rows) {
		ids := make([]int64, len(some))
		for i, r := range some {
			ids[i] = r.ID
		}
		var kept []proofRow
		if err := w.db.Read(ctx).Where("of_table = ? AND row_id IN ?", w.table, ids).Find(&kept).Error; err != nil {
			return nil, db.Fault(err)
		}
		proofs := map[int64][]byte{}
		for _, p := range kept {
			proofs[p.RowID] = p.Proof
		}
		for _, r := range some {
			switch proof, known := proofs[r.ID]; {
			case !known:
				wrong[r.ID] = unwritten
			case !w.right(r, proof):
				wrong[r.ID] = changed
			}
		}
	}
	return wrong, nil
}

// mostGone is how many rows that are gone are told.
const mostGone = 100

// Gone are rows that were kept and are not there any more.
func (w *Witness) Gone(ctx context.Context) (ids []int64, err error) {
	err = w.db.Read(ctx).Raw("SELECT p.row_id FROM row_proofs p WHERE p.of_table = ? AND NOT EXISTS (SELECT 1 FROM "+w.table+" t WHERE t.id = p.row_id) ORDER BY p.row_id LIMIT ?",
		w.table, mostGone).Scan(&ids).Error
	return ids, db.Fault(err)
}
