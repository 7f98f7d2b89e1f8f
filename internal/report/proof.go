package report

import (
	"context"
	"fmt"
	"time"

	"mtandao/billing"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/radius/access"
)

// Problem is one disagreement between payments, receipts, grants and the books.
type Problem struct{ What string }

const (
	maxProblems = 100
	verifyPage  = 500
)

// Stock proves what is sold before it is used, and by whom. *vouchers.Service, *resellers.Service and *partners.Service satisfy it, and so does
// who else keeps what the books have.
type Stock interface {
	Audit(ctx context.Context, see func(what string)) error
}

// Proofs compares what the domains keep with each other and with the books.
type Proofs struct {
	db     *db.DB
	ledger *ledger.Ledger
	bill   *billing.Service
	stock  []Stock
}

// NewProofs makes them.
func NewProofs(d *db.DB, l *ledger.Ledger, b *billing.Service, stock ...Stock) *Proofs {
	return &Proofs{db: d, ledger: l, bill: b, stock: stock}
}

// proof collects what is wrong.
type proof struct{ problems []Problem }

func (p *proof) add(format string, args ...any) {
	if len(p.problems) < maxProblems {
		p.problems = append(p.problems, Problem{What: fmt.Sprintf(format, args...)})
	}
}

// Prove shows that each receipt has exactly one entry that brought it in and is with its order and payment what the books
// say, that each paid order has one grant fed by it once and each grant a source, and that credit, suspense and service not
// yet used are in the books what they are in the tables.
func (s *Proofs) Prove(ctx context.Context) ([]Problem, error) {
	p := &proof{}
	for _, step := range []func(context.Context, *proof) error{s.proveReceipts, s.proveRows, s.proveOrders,
		s.proveGrants, s.proveSources, s.proveService, s.proveCredit, s.proveSuspense, s.proveTills, s.proveRefunds, s.proveReversals, s.proveCharges, s.proveStock} {
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
		raises := billing.RaisesAccount(o.Segment) // all that comes for it does, and it buys no grant
		switch {
		case raises && o.Receipts > 0 && o.Sources == 0 && o.GrantID == 0:
		case o.Receipts != 1:
			p.add("order %d is paid by %d receipts", o.ID, o.Receipts)
		case o.Sources != 1 || o.SourceGrant != o.GrantID:
			p.add("order %d feeds %d grants, and names grant %d where its source names %d", o.ID, o.Sources, o.GrantID, o.SourceGrant)
		}
	})
}

// proveRows: each row is what the books say it was, and each entry that brought money in has its receipt.
func (s *Proofs) proveRows(ctx context.Context, p *proof) error {
	if err := s.bill.Audit(ctx, func(what string) { p.add("%s", what) }); err != nil {
		return err
	}
	lost, err := s.entriesWithoutReceipt(ctx, maxProblems)
	for _, e := range lost {
		p.add("entry %d brought in %s, and there is no such receipt", e.ID, e.Source)
	}
	return err
}

func (s *Proofs) proveGrants(ctx context.Context, p *proof) error {
	without, err := s.grantsWithoutSource(ctx, maxProblems)
	for _, id := range without {
		p.add("grant %d has no source", id)
	}
	return err
}

// proveSources: paid orders feed grants, each the grant that it names with what was bought; what else may is in sources.go.
func (s *Proofs) proveSources(ctx context.Context, p *proof) error {
	return s.eachSource(ctx, func(g sourceProof) {
		if prove := otherSources[g.Kind]; prove != nil {
			prove(p, g)
			return
		}
		bought, err := access.DecodeLimits([]byte(g.Limits))
		switch {
		case g.Kind != "order" || g.OrderState != string(billing.OrderPaid):
			p.add("grant %d was fed by %s %s, which is no paid order", g.GrantID, g.Kind, g.SourceKey)
		case g.Found == 0:
			p.add("order %s feeds grant %d, which does not exist", g.SourceKey, g.GrantID)
		case g.How != g.OrderHow:
			p.add("order %s is %s, and its source says %s", g.SourceKey, g.OrderHow, g.How)
		case err != nil || g.AddedSeconds != seconds(bought.Time) || g.AddedValidSeconds != seconds(bought.Valid) || g.AddedBytes != bought.DataBytes:
			p.add("the source of order %s did not add what was bought", g.SourceKey)
		}
	})
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

// proveService: what is held for a grant is what its orders paid, until the grant has ended and it is earned.
func (s *Proofs) proveService(ctx context.Context, p *proof) error {
	differ, err := s.serviceThatDiffers(ctx, maxProblems)
	for _, g := range differ {
		p.add("for grant %d (%q) %d cents were paid, and the books hold %d", g.ID, g.State, g.Paid, g.Held)
	}
	return err
}

// proveCharges: each entry by which the rail charged something has its line of a statement; that each line is what its entry says, railbook tells.
func (s *Proofs) proveCharges(ctx context.Context, p *proof) error {
	lost, err := s.chargesWithoutLine(ctx, maxProblems)
	for _, e := range lost {
		p.add("entry %d speaks of %s, and there is no such charge on a statement", e.ID, e.Source)
	}
	return err
}

// proveStock: vouchers by state × price are what the books hold, and resellers' and partners' balances are.
func (s *Proofs) proveStock(ctx context.Context, p *proof) error {
	for _, stock := range s.stock {
		if err := stock.Audit(ctx, func(what string) { p.add("%s", what) }); err != nil {
			return err
		}
	}
	return nil
}

func (s *Proofs) proveCredit(ctx context.Context, p *proof) error {
	differ, err := s.creditsThatDiffer(ctx, maxProblems)
	for _, c := range differ {
		p.add("credit of %s… is %d cents of %q, the books say %d", c.Party[:min(8, len(c.Party))], c.Held, c.Currency, c.Books)
	}
	return err
}

func (s *Proofs) proveSuspense(ctx context.Context, p *proof) error {
	differ, err := s.suspenseThatDiffers(ctx, maxProblems)
	for _, r := range differ {
		p.add("receipt %d is placed in %q with %d cents, and suspense holds %d for it", r.ID, r.Placed, r.Cents, r.Held)
	}
	return err
}

// proveTills: what the tills hold is what arrived and was not counted twice, less what the rail charged.
func (s *Proofs) proveTills(ctx context.Context, p *proof) error {
	differ, err := s.tillsThatDiffer(ctx, maxProblems)
	for _, t := range differ {
		p.add("at till %d receipts of %d cents arrived, the books say %d", t.ID, t.Arrived, t.Books)
	}
	return err
}
