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
	State   string
	Target  string // see Service.target
	Name    string // empty until it is kept
	Bytes   int64
	Blocks  int
	TakenAt time.Time // the next piece's is later, whatever the clock does
}

func (record) TableName() string { return "backup_pieces" }

// mostKept is far more pieces than stay at a place.
const mostKept = 5000

// begin takes the next number of a chain, and a time behind that of the piece before. It returns the latter.
func (s *Service) begin(ctx context.Context, r *record) (before Before, err error) {
	return before, s.DB.InTx(ctx, func(tx *db.Tx) error {
		before, err = s.behind(tx, r)
		if err != nil {
			return err
		}
		var last struct{ Number *int }
		if err := tx.Gorm().Model(&record{}).Select("MAX(number) AS number").Where("chain = ?", r.Chain).Scan(&last).Error; err != nil {
			return db.Fault(err)
		}
		r.ID, r.State, r.Number = tx.ID(), begun, 0
		if last.Number != nil {
			r.Number = *last.Number + 1
		}
		return db.Fault(tx.Gorm().Create(r).Error)
	})
}

func (s *Service) behind(tx *db.Tx, r *record) (Before, error) {
	var rows []record
	err := tx.Gorm().Where("state = ? AND target = ?", kept, r.Target).Order("taken_at DESC, id DESC").Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return Before{}, db.Fault(err)
	}
	p, ok := readName(rows[0].Name)
	if !ok {
		return Before{}, nil
	}
	if !r.TakenAt.After(p.At.Add(time.Second)) {
		r.TakenAt = p.At.Add(time.Second)
	}
	return before(p), nil
}

// done says that the piece lies at its place.
func (s *Service) done(ctx context.Context, r record) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Model(&record{}).Where("id = ? AND state = ?", r.ID, begun).
			Select("State", "Name", "Bytes", "Blocks").Updates(&record{State: kept, Name: r.Name, Bytes: r.Bytes, Blocks: r.Blocks}).Error)
	})
}

// Last is the newest piece that was put to the place that is set up now; false when there is none.
func (s *Service) Last(ctx context.Context) (Piece, bool, error) {
	all, err := s.known(ctx, 1)
	if err != nil || len(all) == 0 {
		return Piece{}, false, err
	}
	return all[0], true, nil
}

// known are the newest pieces that were put to the place and not removed by this program, the newest first.
func (s *Service) known(ctx context.Context, most int) (all []Piece, err error) {
	var names []string
	err = s.DB.Read(ctx).Model(&record{}).Where("state = ? AND target = ?", kept, s.target()).Order("taken_at DESC, id DESC").Limit(most).Pluck("name", &names).Error
	for _, name := range names {
		if p, ok := readName(name); ok {
			all = append(all, p)
		}
	}
	return all, db.Fault(err)
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
