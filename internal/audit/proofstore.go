package audit

import (
	"context"
	"time"

	"mtandao/internal/db"
)

type proofRow struct {
	ID       int64
	At       time.Time
	Events   int64
	Problems int64
	Said     string
}

func (proofRow) TableName() string { return "audit_proofs" }

func (t *Trail) saveProof(ctx context.Context, p Proof) error {
	return t.db.InTx(ctx, func(tx *db.Tx) error {
		r := proofRow{ID: tx.ID(), At: p.At, Events: p.Events, Problems: p.Problems, Said: cut(p.Said, 200)}
		return db.Fault(tx.Gorm().Create(&r).Error)
	})
}

// LastProof is the newest proof; its time is zero when there was none.
func (t *Trail) LastProof(ctx context.Context) (Proof, error) {
	var rows []proofRow
	err := t.db.Read(ctx).Order("id DESC").Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return Proof{}, db.Fault(err)
	}
	r := rows[0]
	return Proof{At: r.At.UTC(), Events: r.Events, Problems: r.Problems, Said: r.Said}, nil
}
