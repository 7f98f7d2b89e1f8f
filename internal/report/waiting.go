package report

import (
	"context"
	"strconv"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/money"
)

// Queue is money, or the word about money, that has not come to its end: what a clearing account holds, or what waits for
// somebody. Oldest is zero for an account and for an empty queue.
type Queue struct {
	Name   string
	Count  int64
	Amount money.Amount
	Oldest time.Time
}

// Age is how long the oldest has waited.
func (q Queue) Age(c clock.Clock) time.Duration {
	if q.Oldest.IsZero() {
		return 0
	}
	return c.Now().Sub(q.Oldest).Round(time.Second)
}

// Queues lists all that waits, with what each till holds; what holds nothing is left out.
func (s *Proofs) Queues(ctx context.Context) ([]Queue, error) {
	tills, err := s.heldByTills(ctx)
	if err != nil {
		return nil, err
	}
	var all []Queue
	for _, t := range tills {
		all = append(all, Queue{Name: "in till " + t.name(), Amount: money.KES(t.Cents)})
	}
	for _, w := range waits {
		found, err := s.waiting(ctx, w)
		if err != nil {
			return nil, err
		}
		if found.Count > 0 {
			all = append(all, found)
		}
	}
	return all, nil
}

func (t tillProof) name() string {
	if t.TillKey == "" {
		return strconv.FormatInt(t.ID, 10)
	}
	return t.TillKey + " (" + t.ShortCode + ")"
}
