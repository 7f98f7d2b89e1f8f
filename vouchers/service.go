package vouchers

import (
	"context"
	"log/slog"
	"strconv"

	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/seal"
	"mtandao/internal/site"
	"mtandao/radius/access"
)

// Grants is what vouchers need of access.
type Grants interface {
	Give(tx *db.Tx, o access.Offer) (access.Given, error)
	Revoke(tx *db.Tx, src, by access.Source) (lived bool, err error)
	View(ctx context.Context, grantID int64) (access.Grant, []access.Slot, access.Left, error)
	CodesTaken(tx *db.Tx, codes []access.Code) (bool, error)
}

// Plans finds plans.
type Plans interface {
	Get(ctx context.Context, id int64) (plans.Plan, error)
}

// Sites finds sites.
type Sites interface {
	Get(id int64) (site.Site, site.Brand, error)
}

// Options are a Service's collaborators. Clock is the machine's, Plan that of plans.
type Options struct {
	DB          *db.DB
	Jobs        *jobs.Queue
	Keys        *seal.Keys
	Clock, Plan clock.Clock
	Log         *slog.Logger
	Ledger      *ledger.Ledger
	Plans       Plans
	Sites       Sites
	Grants      Grants
}

// Service is what can be done with vouchers.
type Service struct {
	Options
	guard *guard
	seen  witnesses
}

// By is who does something: a member's e-mail or a command, and from where.
type By struct{ Actor, From string }

const codePurpose = "voucher" // of sealing and of look-up hashes

// New makes the service and subscribes its jobs.
func New(o Options) *Service {
	s := &Service{Options: o, guard: newGuard(o.Clock)}
	s.seen = s.witnesses()
	s.subscribe()
	return s
}

// Place orders a batch, which a job then makes. fault.Invalid "voucher.…"; "voucher.odds" when its codes could be guessed.
func (s *Service) Place(ctx context.Context, w Wish, by By) (Batch, error) {
	w = w.withUsual()
	if err := w.check(s.Plan.Now()); err != nil {
		return Batch{}, err
	}
	plan, err := s.Plans.Get(ctx, w.PlanID)
	if err != nil {
		return Batch{}, err
	}
	if w.Price == (money.Amount{}) {
		w.Price = plan.Price
	}
	odds, err := s.Odds(ctx, w)
	if err != nil {
		return Batch{}, err
	}
	if !odds.Enough() {
		return Batch{}, odds.tooEasy(w.Style)
	}
	b := Batch{PlanID: plan.ID, PlanKey: plan.Key, NameEN: plan.NameEN, NameSW: plan.NameSW, Segment: plan.Segment, Limits: plan.Limits,
		Price: w.Price, SiteID: w.SiteID, Size: w.Size, Style: w.Style, Group: w.Group, Live: w.Live, UnsoldUntil: w.UnsoldUntil,
		UnusedFor: w.UnusedFor, State: Making, By: by.Actor, CreatedAt: s.Clock.Now()}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		b.ID = tx.ID()
		if err := s.insertBatch(tx, &b); err != nil {
			return err
		}
		if err := s.Jobs.Emit(tx, factBatchPlaced, key(b.ID), batchFact{b.ID}); err != nil {
			return err
		}
		return s.record(tx, by, "vouchers placed", b.ID, map[string]any{"number": b.Number, "plan": b.PlanKey, "site": b.SiteID, "size": b.Size, "price": b.Price.String()})
	})
	return b, err
}

// Odds is how hard the codes of a wish are to guess, with those in use where they could be tried.
func (s *Service) Odds(ctx context.Context, w Wish) (Odds, error) {
	w = w.withUsual()
	live, err := s.liveCodes(ctx, w)
	o := Odds{Live: live + int64(w.Size), Codes: codesOf(w.Style)}
	longer := w
	for longer.Style.Random = 5; err == nil && o.Shortest == 0 && longer.Style.Valid(); longer.Style.Random++ {
		if live, err = s.liveCodes(ctx, longer); enough(codesOf(longer.Style), live+int64(w.Size)) {
			o.Shortest = longer.Style.Random
		}
	}
	return o, err
}

// Cancel stops the making of a batch and voids what is made of it; fault.Conflict "voucher.not_making".
func (s *Service) Cancel(ctx context.Context, batchID int64, by By) error {
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := s.cancel(tx, batchID)
		if err == nil && !won {
			err = fault.New(fault.Conflict, "voucher.not_making")
		}
		if err != nil {
			return err
		}
		return s.record(tx, by, "vouchers cancelled", batchID, nil)
	})
	if err != nil {
		return err
	}
	b, err := s.Batch(ctx, batchID)
	if err != nil || b.Made == 0 {
		return err
	}
	_, err = s.Do(ctx, Deed{Kind: DeedVoid, BatchID: batchID, First: 1, Last: b.Made, Reason: "cancelled"}, by)
	return err
}

// Find is the voucher of a code or serial; fault.NotFound "voucher.not_found".
func (s *Service) Find(ctx context.Context, typed string) (Batch, Voucher, error) {
	if number, serial, ok := ReadSerial(typed); ok {
		return s.bySerial(ctx, number, serial)
	}
	if code, ok := access.ReadCode(typed); ok {
		v, err := s.byCode(ctx, code)
		return v.batch, v.Voucher, err
	}
	return Batch{}, Voucher{}, notFound()
}

func notFound() error { return fault.New(fault.NotFound, "voucher.not_found") }

func key(id int64) string { return strconv.FormatInt(id, 10) }

// record writes the trail; what is said is JSON without secrets.
func (s *Service) record(tx *db.Tx, by By, action string, id int64, said any) error {
	after, err := audit.Text(said)
	if err != nil {
		return err
	}
	return audit.Record(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: "vouchers", ObjectID: key(id), After: after})
}
