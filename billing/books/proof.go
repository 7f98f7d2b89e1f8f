package books

import (
	"context"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
)

// FactProofAsked is emitted when the books are to be proved.
const FactProofAsked = "books proof asked"

// Proof is what a proof of the books found, or has found so far: each entry as it was posted and balanced, the chain whole, and the sums of days what their entries say.
type Proof struct {
	ID          int64
	Asked, Done time.Time // Done is zero while it is made
	Entries     int64
	Problems    int64
	Said        string // the first problem
	ledger.Proving
	day string // the last whose sums were proved
}

// Doing says that it is being made.
func (p Proof) Doing() bool { return p.ID != 0 && p.Done.IsZero() }

// LastProof is the newest; its id is 0 when there was none.
func (b *Books) LastProof(ctx context.Context) (Proof, error) { return b.lastProof(ctx) }

// AskProof has the books proved, unless that is being done already. by records who asked, in the same transaction.
func (b *Books) AskProof(ctx context.Context, by func(*db.Tx) error) error {
	return b.db.InTx(ctx, func(tx *db.Tx) error {
		last, err := b.lastProofTx(tx)
		if err != nil || last.Doing() && b.clock.Now().Sub(last.Asked) < proveEvery { // one whose job was dropped is no proof for ever
			return err
		}
		p := Proof{ID: tx.ID(), Asked: b.clock.Now()}
		if err := b.makeProof(tx, p); err != nil {
			return err
		}
		if err := b.jobs.Emit(tx, FactProofAsked, "", struct{ ID int64 }{p.ID}); err != nil {
			return err
		}
		return by(tx)
	})
}

// proveEvery is how old the last proof may become.
const proveEvery = 24 * time.Hour

// ProveDaily asks for a proof when the last one is a day old; one node calls it every hour.
func (b *Books) ProveDaily(ctx context.Context) error {
	last, err := b.lastProof(ctx)
	if err != nil || b.clock.Now().Sub(last.Asked) < proveEvery {
		return err
	}
	return b.AskProof(ctx, func(*db.Tx) error { return nil })
}

// slice is for how long one job proves; the next goes on where it stood.
const slice = 30 * time.Second

// Prove goes on with a proof, and says whether it is done.
func (b *Books) Prove(ctx context.Context, id int64) (done bool, err error) {
	p, err := b.proof(ctx, id)
	if err != nil || !p.Doing() {
		return true, err
	}
	for until := b.clock.Now().Add(slice); p.Doing() && b.clock.Now().Before(until); {
		if err := b.proveSome(ctx, &p); err != nil {
			return false, err
		}
	}
	return !p.Doing(), b.saveProof(ctx, p)
}

func (b *Books) proveSome(ctx context.Context, p *Proof) (err error) {
	if !p.Proving.Done {
		next, found, err := b.ledger.ProveSome(ctx, p.Proving)
		for _, problem := range found.Problems {
			p.see(problem.String())
		}
		p.Proving, p.Entries = next, p.Entries+found.Items
		return err
	}
	day, err := b.ledger.NextDay(ctx, p.day)
	if err != nil {
		return err
	}
	if day != "" {
		p.day = day
		return b.daybook.AuditDay(ctx, day, p.see)
	}
	for _, a := range Chart {
		if err := b.daybook.AuditMonths(ctx, a.Code, p.see); err != nil {
			return err
		}
	}
	p.Done = b.clock.Now()
	return nil
}

func (p *Proof) see(what string) {
	if p.Problems++; p.Said == "" {
		p.Said = what
	}
}
