package backup

import (
	"context"
	"time"

	"mtandao/internal/db"
)

// The states of a piece's row.
const (
	begun = "begun" // its number is taken; perhaps nothing came of it
	kept  = "kept"
)

// record is what the database remembers of a piece.
type record struct {
	ID      int64 `gorm:"primaryKey;autoIncrement:false"`
	Chain   string
	Number  int
	Parent  int
	Level   string
	State   string
	Hash    string
	Bytes   int64
	Blocks  int
	TakenAt time.Time
}

func (record) TableName() string { return "backup_pieces" }

func (r record) piece() Piece {
	return Piece{Chain: r.Chain, Number: r.Number, Parent: r.Parent, Level: Level(r.Level), At: r.TakenAt.UTC().Truncate(time.Second), Hash: r.Hash}
}

// begin takes the next number of a chain.
func (s *Service) begin(ctx context.Context, r *record) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		var last struct{ Number *int }
		if err := tx.Gorm().Model(&record{}).Select("MAX(number) AS number").Where("chain = ?", r.Chain).Scan(&last).Error; err != nil {
			return db.Fault(err)
		}
		r.ID, r.State, r.Number = tx.ID(), begun, 0
		if last.Number != nil {
			r.Number = *last.Number + 1
		}
		if r.Level == string(Day) {
			r.Parent = r.Number
		}
		return db.Fault(tx.Gorm().Create(r).Error)
	})
}

// done says that the piece lies at its place.
func (s *Service) done(ctx context.Context, r record) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Model(&record{}).Where("id = ? AND state = ?", r.ID, begun).
			Select("State", "Hash", "Bytes", "Blocks").Updates(&record{State: kept, Hash: r.Hash, Bytes: r.Bytes, Blocks: r.Blocks}).Error)
	})
}

// Last is the newest piece that was kept; false when there is none.
func (s *Service) Last(ctx context.Context) (Piece, bool, error) {
	var rows []record
	err := s.DB.Read(ctx).Where("state = ?", kept).Order("taken_at DESC, id DESC").Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return Piece{}, false, db.Fault(err)
	}
	return rows[0].piece(), true, nil
}

// forget removes the rows of pieces that are gone, and of those that never came.
func (s *Service) forget(ctx context.Context, gone []Piece, before time.Time) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		for _, p := range gone {
			if err := tx.Gorm().Where("chain = ? AND number = ?", p.Chain, p.Number).Delete(&record{}).Error; err != nil {
				return db.Fault(err)
			}
		}
		return db.Fault(tx.Gorm().Where("taken_at < ?", before).Delete(&record{}).Error)
	})
}
