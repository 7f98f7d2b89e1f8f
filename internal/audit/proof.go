package audit

import (
	"context"
	"time"

	"mtandao/internal/chain"
	"mtandao/internal/db"
)

// Proof is what a proof of the trail found, or has found so far.
type Proof struct {
	ID        int64
	Asked, At time.Time // At is when it was done: zero while it is made
	Events    int64
	Problems  int64
	Said      string // the first problem

	after int64 // the last event that was read
	read  bool  // all were: links follow
	seq   int64 // the last link that was read, and its hash
	hash  string
}

// Doing says that it is being made.
func (p Proof) Doing() bool { return p.ID != 0 && p.At.IsZero() }

// proveEvery is how old the last proof may become.
const proveEvery = 24 * time.Hour

// piecesAtOnce is how many pieces one job proves; the next goes on where it stood.
const piecesAtOnce = 40

// AskProof has the trail proved, unless that is being done already. emit leaves the job that calls Prove, in the same transaction.
func (t *Trail) AskProof(ctx context.Context, emit func(tx *db.Tx, id int64) error) error {
	return t.db.InTx(ctx, func(tx *db.Tx) error {
		last, err := t.newestProofTx(tx)
		if err != nil || last.Doing() && t.clock.Now().Sub(last.Asked) < proveEvery { // one whose job was dropped is no proof for ever
			return err
		}
		p := Proof{ID: tx.ID(), Asked: t.clock.Now()}
		if err := t.makeProof(tx, p); err != nil {
			return err
		}
		return emit(tx, p.ID)
	})
}

// ProveDaily asks for a proof when the last one is a day old; one node calls it every hour.
func (t *Trail) ProveDaily(ctx context.Context, emit func(tx *db.Tx, id int64) error) error {
	last, err := t.NewestProof(ctx)
	if err != nil || t.clock.Now().Sub(last.Asked) < proveEvery {
		return err
	}
	return t.AskProof(ctx, emit)
}

// Prove goes on with a proof, and says whether it is done.
func (t *Trail) Prove(ctx context.Context, id int64) (done bool, err error) {
	p, err := t.proof(ctx, id)
	if err != nil || !p.Doing() {
		return true, err
	}
	for n := 0; n < t.pieces && p.Doing(); n++ {
		if err := t.proveSome(ctx, &p); err != nil {
			return false, err
		}
	}
	return !p.Doing(), t.saveProof(ctx, p)
}

// proveSome proves the next piece: first of the events, then of the links.
func (t *Trail) proveSome(ctx context.Context, p *Proof) error {
	r := t.chain.Begun(p.seq, p.hash)
	more := true
	var err error
	if !p.read {
		p.after, more, err = t.chain.SomeItems(ctx, &r, p.after)
		p.read = !more
	} else if more, err = t.chain.SomeLinks(ctx, &r); err == nil && !more {
		p.At = t.clock.Now()
	}
	p.seq, p.hash = r.HeadSeq, r.HeadHash
	p.see(r)
	return err
}

func (p *Proof) see(r chain.Report) {
	p.Events, p.Problems = p.Events+r.Items, p.Problems+int64(len(r.Problems))
	if p.Said == "" && len(r.Problems) > 0 {
		p.Said = r.Problems[0].String()
	}
}
