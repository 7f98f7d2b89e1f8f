package report

import (
	"context"
	"fmt"

	"mtandao/billing"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
)

// Problem is one disagreement between payments, receipts, grants and the books.
type Problem struct{ What string }

const (
	maxProblems = 100
	verifyPage  = 500
)

// Proofs compares what the domains keep with each other and with the books.
type Proofs struct {
	db     *db.DB
	ledger *ledger.Ledger
}

// NewProofs makes them.
func NewProofs(d *db.DB, l *ledger.Ledger) *Proofs { return &Proofs{db: d, ledger: l} }

// proof collects what is wrong.
type proof struct{ problems []Problem }

func (p *proof) add(format string, args ...any) {
	if len(p.problems) < maxProblems {
		p.problems = append(p.problems, Problem{What: fmt.Sprintf(format, args...)})
	}
}

// Prove shows that each receipt has exactly one entry that brought it in, each paid order one grant fed by it once and
// each grant a source, and that credit, suspense and service not yet used are in the books what they are in the tables.
func (s *Proofs) Prove(ctx context.Context) ([]Problem, error) {
	p := &proof{}
	for _, step := range []func(context.Context, *proof) error{s.proveReceipts, s.proveOrders, s.proveGrants, s.proveCredit, s.proveSuspense, s.proveTills} {
		if err := step(ctx, p); err != nil {
			return p.problems, err
		}
	}
	return p.problems, nil
}

func (s *Proofs) proveReceipts(ctx context.Context, p *proof) error {
	return s.eachReceipt(ctx, func(r receiptProof) {
		switch {
		case r.Entries != 1:
			p.add("receipt %d has %d entries that brought it in", r.ID, r.Entries)
		case r.Placed == billing.PlacedMoving:
			p.add("receipt %d is between two places", r.ID)
		case r.Placed == billing.PlacedOrder && r.OrderState != string(billing.OrderPaid):
			p.add("receipt %d is placed on order %d, which is %q", r.ID, r.OrderID, r.OrderState)
		}
	})
}

func (s *Proofs) proveOrders(ctx context.Context, p *proof) error {
	return s.eachPaidOrder(ctx, func(o orderProof) {
		switch {
		case o.Receipts != 1:
			p.add("order %d is paid by %d receipts", o.ID, o.Receipts)
		case o.Sources != 1 || o.SourceGrant != o.GrantID:
			p.add("order %d feeds %d grants, and names grant %d where its source names %d", o.ID, o.Sources, o.GrantID, o.SourceGrant)
		}
	})
}

func (s *Proofs) proveGrants(ctx context.Context, p *proof) error {
	without, err := s.grantsWithoutSource(ctx, maxProblems)
	for _, id := range without {
		p.add("grant %d has no source", id)
	}
	if err != nil {
		return err
	}
	unpaid, err := s.sourcesWithoutOrder(ctx, maxProblems)
	for _, key := range unpaid {
		p.add("a grant was fed by order %s, which is not paid", key)
	}
	return err
}

func (s *Proofs) proveCredit(ctx context.Context, p *proof) error {
	differ, err := s.creditsThatDiffer(ctx, maxProblems)
	for _, c := range differ {
		p.add("credit of %s… is %d cents, the books say %d", c.Party[:min(8, len(c.Party))], c.Held, c.Books)
	}
	return err
}

func (s *Proofs) proveSuspense(ctx context.Context, p *proof) error {
	books, err := s.ledger.Balance(ctx, ledger.Suspense, "")
	if err != nil {
		return err
	}
	waiting, err := s.sumPlaced(ctx, billing.PlacedSuspense)
	if err == nil && waiting != -books.Cents {
		p.add("suspense holds receipts of %d cents, the books say %d", waiting, -books.Cents)
	}
	return err
}

// proveTills: what the tills hold is what arrived and was not counted twice.
func (s *Proofs) proveTills(ctx context.Context, p *proof) error {
	books, err := s.ledger.Balance(ctx, ledger.TillClearing, "")
	if err != nil {
		return err
	}
	all, err := s.sumPlaced(ctx, billing.PlacedOrder, billing.PlacedCredit, billing.PlacedSuspense)
	if err == nil && all != books.Cents {
		p.add("receipts of %d cents arrived, the books say %d", all, books.Cents)
	}
	return err
}
