package books

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
)

type proofRow struct {
	ID       int64
	AskedAt  time.Time
	DoneAt   *time.Time
	AfterID  int64
	Seq      int64
	Hash     string
	Day      string
	Entries  int64
	Problems int64
	Said     string
}

func (proofRow) TableName() string { return "book_proofs" }

// What the column of the day says before days are proved: entries are read, then links.
const (
	atEntries = ""
	atLinks   = "links"
	atDays    = "0"
)

func (r proofRow) proof() Proof {
	p := Proof{ID: r.ID, Asked: r.AskedAt.UTC(), Entries: r.Entries, Problems: r.Problems, Said: r.Said,
		Proving: ledger.Proving{After: r.AfterID, Seq: r.Seq, Hash: r.Hash, Entries: r.Day != atEntries, Done: r.Day != atEntries && r.Day != atLinks}}
	if p.Proving.Done {
		p.day = r.Day
	}
	if r.DoneAt != nil {
		p.Done = r.DoneAt.UTC()
	}
	return p
}

func (p Proof) row() proofRow {
	r := proofRow{ID: p.ID, AskedAt: p.Asked, AfterID: p.After, Seq: p.Seq, Hash: p.Hash, Day: p.day, Entries: p.Entries, Problems: p.Problems, Said: cut(p.Said)}
	switch {
	case p.Proving.Done && p.day == "":
		r.Day = atDays
	case !p.Proving.Done && p.Proving.Entries:
		r.Day = atLinks
	}
	if !p.Done.IsZero() {
		r.DoneAt = &p.Done
	}
	return r
}

// cut keeps as much of a text as its column holds.
func cut(text string) string {
	const most = 255
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most])
	}
	return text
}

func newestProof(g *gorm.DB) (Proof, error) {
	var rows []proofRow
	if err := g.Order("id DESC").Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return Proof{}, db.Fault(err)
	}
	return rows[0].proof(), nil
}

func (b *Books) lastProof(ctx context.Context) (Proof, error) { return newestProof(b.db.Read(ctx)) }

func (b *Books) lastProofTx(tx *db.Tx) (Proof, error) { return newestProof(tx.Gorm()) }

func (b *Books) makeProof(tx *db.Tx, p Proof) error {
	r := p.row()
	return db.Fault(tx.Gorm().Create(&r).Error)
}

func (b *Books) proof(ctx context.Context, id int64) (Proof, error) {
	var r proofRow
	err := b.db.Read(ctx).Where("id = ?", id).Take(&r).Error
	return r.proof(), db.Fault(err)
}

// saveProof keeps how far it has come, unless another run has finished it.
func (b *Books) saveProof(ctx context.Context, p Proof) error {
	r := p.row()
	return b.db.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Exec("UPDATE book_proofs SET done_at = ?, after_id = ?, seq = ?, hash = ?, day = ?, entries = ?, problems = ?, said = ? WHERE id = ? AND done_at IS NULL",
			r.DoneAt, r.AfterID, r.Seq, r.Hash, r.Day, r.Entries, r.Problems, r.Said, r.ID).Error)
	})
}
