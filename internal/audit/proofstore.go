package audit

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
)

type proofRow struct {
	ID        int64
	AskedAt   time.Time
	DoneAt    *time.Time
	AfterID   int64
	AllEvents bool
	Seq       int64
	Hash      string
	Events    int64
	Problems  int64
	Said      string
}

func (proofRow) TableName() string { return "audit_proofs" }

func (r proofRow) proof() Proof {
	return Proof{ID: r.ID, Asked: r.AskedAt.UTC(), At: db.Instant(r.DoneAt), Events: r.Events, Problems: r.Problems, Said: r.Said, after: r.AfterID, read: r.AllEvents, seq: r.Seq, hash: r.Hash}
}

func (t *Trail) makeProof(tx *db.Tx, p Proof) error {
	return db.Fault(tx.Gorm().Create(&proofRow{ID: p.ID, AskedAt: p.Asked}).Error)
}

// saveProof keeps how far it has come, unless another run has finished it.
func (t *Trail) saveProof(ctx context.Context, p Proof) error {
	var done *time.Time
	if !p.At.IsZero() {
		done = &p.At
	}
	return t.db.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Exec("UPDATE audit_proofs SET done_at = ?, after_id = ?, all_events = ?, seq = ?, hash = ?, events = ?, problems = ?, said = ? WHERE id = ? AND done_at IS NULL",
			done, p.after, p.read, p.seq, p.hash, p.Events, p.Problems, cut(p.Said, 200), p.ID).Error)
	})
}

func newestProof(g *gorm.DB) (Proof, error) {
	var rows []proofRow
	if err := g.Order("id DESC").Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return Proof{}, db.Fault(err)
	}
	return rows[0].proof(), nil
}

func (t *Trail) newestProofTx(tx *db.Tx) (Proof, error) { return newestProof(tx.Gorm()) }

func (t *Trail) proof(ctx context.Context, id int64) (Proof, error) {
	return newestProof(t.db.Read(ctx).Where("id = ?", id))
}

// NewestProof is the newest, which may be made still; its id is zero when there was none.
func (t *Trail) NewestProof(ctx context.Context) (Proof, error) { return newestProof(t.db.Read(ctx)) }

// LastProof is the newest that is done; its time is zero when there was none.
func (t *Trail) LastProof(ctx context.Context) (Proof, error) {
	return newestProof(t.db.Read(ctx).Where("done_at IS NOT NULL"))
}
