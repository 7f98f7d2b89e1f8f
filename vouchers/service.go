package vouchers

import (
	"context"
	"log/slog"
	"slices"
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
	Unable(p plans.Plan) []plans.Unable
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
	Taxes       Taxes // the rates; nil: there are none
}

// Service is what can be done with vouchers.
type Service struct {
	Options
	guard         *guard
	seen          witnesses
	making, doing *pieces
}

// By is who does something: a member's e-mail or a command, and from where.
type By struct{ Actor, From string }

const codePurpose = "voucher" // of sealing and of look-up hashes

// New makes the service and subscribes its jobs.
func New(o Options) *Service {
	s := &Service{Options: o, guard: newGuard(o.Clock), making: newPieces(), doing: newPieces()}
	s.seen = s.witnesses()
	s.subscribe()
	return s
}

// Place orders a batch, which a job then makes. fault.Invalid "voucher.…"; "voucher.odds" when its codes could be guessed; those of mayBeMade.
func (s *Service) Place(ctx context.Context, w Wish, by By) (Batch, error) {
	w = w.withUsual()
	if err := w.check(s.Plan.Now()); err != nil {
		return Batch{}, err
	}
	plan, err := s.Plans.Get(ctx, w.PlanID)
	if err == nil {
		err = s.mayBeMade(plan, w.SiteID)
	} else if fault.Is(err, fault.NotFound) {
		err = fault.Wrap(fault.Invalid, "voucher.no_plan_chosen", err)
	}
	if err != nil {
		return Batch{}, err
	}
	if w.Price == (money.Amount{}) {
		w.Price = plan.Price
	}
	for range placeTries {
		b, placed, err := s.place(ctx, plan, w, by)
		if placed || err != nil {
			return b, err
		}
	}
	return Batch{}, fault.New(fault.Conflict, "conflict")
}

// placeTries: another batch of the style may be placed between the counting of codes and the placing.
const placeTries = 20

// place is false when the codes that were counted are not all any more.
func (s *Service) place(ctx context.Context, plan plans.Plan, w Wish, by By) (b Batch, placed bool, err error) {
	seen, err := s.batchesOfStyle(ctx, w.Style)
	if err != nil {
		return b, false, err
	}
	odds, err := s.Odds(ctx, w)
	if err == nil && !odds.Enough() {
		err = odds.tooEasy(w.Style)
	}
	if err != nil {
		return b, false, err
	}
	b = Batch{PlanID: plan.ID, PlanKey: plan.Key, NameEN: plan.NameEN, NameSW: plan.NameSW, Segment: plan.Segment, Limits: plan.Limits,
		Price: w.Price, SiteID: w.SiteID, Size: w.Size, Style: w.Style, Group: w.Group, Live: w.Live, UnsoldUntil: w.UnsoldUntil,
		UnusedFor: w.UnusedFor, State: Making, By: by.Actor, CreatedAt: s.Clock.Now()}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if placed, err = s.oneMoreOfStyle(tx, w.Style, seen); err != nil || !placed {
			return err
		}
		b.ID = tx.ID()
		if err := s.insertBatch(tx, &b); err != nil {
			return err
		}
		if err := s.Jobs.Emit(tx, factBatchPlaced, key(b.ID), batchFact{b.ID}); err != nil {
			return err
		}
		return s.record(tx, by, "vouchers placed", b.ID, map[string]any{"number": b.Number, "plan": b.PlanKey, "site": b.SiteID, "size": b.Size, "price": b.Price.String()})
	})
	return b, placed && err == nil, err
}

// mayBeMade says whether vouchers of a plan may be made for a site, or for all: fault.Conflict "site.is_closed", fault.Invalid "voucher.not_sold" or
// "voucher.not_everywhere", or what a router there cannot do.
func (s *Service) mayBeMade(p plans.Plan, siteID int64) error {
	if siteID != 0 {
		here, _, err := s.Sites.Get(siteID)
		if err == nil && here.State == site.Closed {
			err = fault.New(fault.Conflict, "site.is_closed")
		}
		if err != nil {
			return err
		}
	}
	end := p.Limits.ValidUntil
	switch {
	case p.Subscribed() || p.State != plans.Live || !end.IsZero() && !s.Plan.Now().Before(end) || siteID != 0 && len(p.Sites) > 0 && !slices.Contains(p.Sites, siteID):
		return fault.New(fault.Invalid, "voucher.not_sold", "Plan", p.NameEN, "Site", s.siteName(siteID))
	case siteID == 0 && len(p.Sites) > 0:
		return fault.New(fault.Invalid, "voucher.not_everywhere", "Plan", p.NameEN)
	case siteID != 0:
		p.Sites = []int64{siteID}
	}
	if unable := s.Plans.Unable(p); len(unable) > 0 {
		return unable[0].Fault()
	}
	return nil
}

// Odds is how hard the codes of a wish are to guess, with those in use.
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
	return audit.Change(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: "vouchers", ObjectID: key(id)}, nil, said)
}
