package railbook

import (
	"context"
	"log/slog"
	"time"

	"mtandao/billing"
	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/seal"
)

// Money knows tills and what came to them. *billing.Service satisfies it.
type Money interface {
	Tills(ctx context.Context) ([]billing.Till, error)
	FindReversal(tx *db.Tx, v billing.Reversal) (billing.Reversal, bool, error)
	Foresee(ctx context.Context, v billing.Reversal) (billing.Reversal, error)
	TakeBack(ctx context.Context, reversalID int64) (billing.Reversal, error)
	ReversalsByCode(ctx context.Context, tillID int64, codes []string) (map[string]billing.Reversal, error)
}

// Options are a Service's collaborators. Clock is the machine's.
type Options struct {
	DB     *db.DB
	Jobs   *jobs.Queue
	Keys   *seal.Keys
	Clock  clock.Clock
	Log    *slog.Logger
	Ledger *ledger.Ledger
	Money  Money
}

// Service is what can be done with statements.
type Service struct{ Options }

const factFile = "statement moved"

// FactTold is that lines of a statement are kept. The payload is a ToldFact.
const FactTold = "statement told"

// ToldFact names the till, and the first and the last instant that its statement tells of.
type ToldFact struct {
	TillID      int64
	First, Last time.Time
}

type fileFact struct{ FileID int64 }

// New makes the service and subscribes its job.
func New(o Options) *Service {
	s := &Service{o}
	o.Jobs.On(factFile, "read", s.run)
	return s
}
