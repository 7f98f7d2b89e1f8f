package audit

import (
	"context"
	"time"
)

// Proof is what the last proof of the trail found.
type Proof struct {
	At       time.Time
	Events   int64
	Problems int64
	Said     string // the first problem
}

// proveEvery is how old the last proof may become.
const proveEvery = 24 * time.Hour

// Prove proves the trail and keeps what was found.
func (t *Trail) Prove(ctx context.Context) (Proof, error) {
	r, err := t.Verify(ctx)
	if err != nil {
		return Proof{}, err
	}
	p := Proof{At: t.clock.Now(), Events: r.Items, Problems: int64(len(r.Problems))}
	if len(r.Problems) > 0 {
		p.Said = r.Problems[0].String()
	}
	return p, t.saveProof(ctx, p)
}

// ProveDaily proves when the last proof is a day old; one node runs it every hour.
func (t *Trail) ProveDaily(ctx context.Context) error {
	last, err := t.LastProof(ctx)
	if err != nil || t.clock.Now().Sub(last.At) < proveEvery {
		return err
	}
	_, err = t.Prove(ctx)
	return err
}
