package invoices

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"sync"

	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// dryAhead is a source that goes on after bills which were only told of: what would be due next, and what earlier bills would have said.
type dryAhead struct {
	Source
	asOf   clock.Day
	behind bool // it tells of the queue, and not of the source any more
	queue  []Due

	mu   sync.Mutex
	next []Due
	told map[track][]Line
}

// dryRun tells of every document that a run would make, period after period, and writes nothing.
func (s *Service) dryRun(ctx context.Context, asOf clock.Day, source Source, o RunOptions) error {
	o.dry = newDry(asOf, source)
	for range mostRounds {
		if _, err := s.runOnce(ctx, asOf, o.dry, o); err != nil || !o.dry.turn() {
			return err
		}
	}
	return nil
}

// TryPage tells what a run would make, period after period, for the next page of who is due after a subscription, and which was the last of them; 0 when nobody is left.
func (s *Service) TryPage(ctx context.Context, asOf clock.Day, source Source, after int64, tell func(Due, Bill, error)) (last int64, err error) {
	rates, err := s.Taxes.All(ctx)
	if err != nil {
		return 0, err
	}
	page, err := source.Due(ctx, asOf, after, duePage)
	if err != nil {
		return 0, err
	}
	if last = lastLine; len(page) > 0 {
		last = page[len(page)-1].SubscriptionID
	}
	if waited, err := s.tellWaiting(ctx, asOf, after, last, tell); err != nil || len(page) == 0 {
		if waited == 0 {
			last = 0
		}
		return last, err
	}
	o := RunOptions{Tell: tell, dry: newDry(asOf, source)}
	for range mostRounds {
		if _, err := s.runPage(ctx, source, page, rates, o); err != nil || !o.dry.turn() {
			return last, err
		}
		page = o.dry.queue
	}
	return last, nil
}

// lastLine is behind all subscriptions.
const lastLine = math.MaxInt64

// TellWaiting tells of parts that a run which died drafted for one bill, of periods that begin on a day or before: the next run makes their bills.
func (s *Service) TellWaiting(ctx context.Context, asOf clock.Day, tell func(Due, Bill, error)) error {
	_, err := s.tellWaiting(ctx, asOf, 0, lastLine, tell)
	return err
}

// tellWaiting is TellWaiting of subscriptions after one and up to another, and counts them.
func (s *Service) tellWaiting(ctx context.Context, asOf clock.Day, after, last int64, tell func(Due, Bill, error)) (waited int, err error) {
	for from := int64(0); ; {
		page, err := s.waitingAfter(ctx, asOf, after, last, from)
		if err != nil || len(page) == 0 {
			return waited, err
		}
		for _, d := range page {
			tell(d.foretold(Due{SubscriptionID: d.SubscriptionID, CustomerID: d.childID, Period: d.Period}))
		}
		waited, from = waited+len(page), page[len(page)-1].ID
	}
}

// foretold is what a run would make of a period: its documents, and what it costs, of whoever that is.
type foretold struct {
	due       Due
	bill      Bill
	failed    error
	documents []Document
}

// foretold is how a dry run tells of a document.
func (d Document) foretold(due Due) (Due, Bill, error) {
	due.PayerID, due.Together, due.Line = d.CustomerID, d.State == Gathering, d.Line
	b := Bill{Net: d.Net, Excise: d.Excise, VAT: d.VAT, Gross: d.Gross}
	switch d.State {
	case Parked:
		return due, b, fault.Wrap(fault.Internal, "internal", errors.New(d.Why))
	case Nothing:
		return due, b, nil
	}
	b.Lines = d.Lines
	return due, b, nil
}

// tryPage computes the documents of a page and tells of each once, however often the database had it begin again.
func (s *Service) tryPage(ctx context.Context, page []Due, prices map[int64]Price, rates taxes.Rates, o RunOptions) error {
	var told []foretold
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		told = told[:0]
		_, err := s.draftPage(tx, page, prices, rates, o.dry, func(f foretold) { told = append(told, f) })
		return err
	})
	if err != nil {
		return err
	}
	for _, f := range told {
		for _, d := range f.documents {
			due, b, failed := d.foretold(f.due)
			if failed != nil && f.failed != nil {
				failed = f.failed
			}
			o.Tell(due, b, failed)
		}
		o.dry.tells(f.due, f.bill, f.failed)
	}
	return nil
}

func newDry(asOf clock.Day, source Source) *dryAhead {
	return &dryAhead{Source: source, asOf: asOf, told: map[track][]Line{}}
}

// turn goes on with those who are behind by another period; false when nobody is.
func (a *dryAhead) turn() bool {
	a.behind, a.queue, a.next = true, a.next, nil
	slices.SortFunc(a.queue, func(x, y Due) int {
		return cmp.Or(cmp.Compare(x.SubscriptionID, y.SubscriptionID), cmp.Compare(x.Track, y.Track))
	})
	return len(a.queue) > 0
}

// Due implements Source.
func (a *dryAhead) Due(ctx context.Context, asOf clock.Day, after int64, limit int) ([]Due, error) {
	if !a.behind {
		return a.Source.Due(ctx, asOf, after, limit)
	}
	from, _ := slices.BinarySearchFunc(a.queue, after+1, func(d Due, id int64) int { return cmp.Compare(d.SubscriptionID, id) })
	until := min(from+limit, len(a.queue))
	for until > from && until < len(a.queue) && a.queue[until].SubscriptionID == a.queue[until-1].SubscriptionID { // those of one together
		until++
	}
	return slices.Clone(a.queue[from:until]), nil
}

// before are the lines of bills that were told of a track before, of periods from a day on.
func (a *dryAhead) before(due Due) []Line {
	h := due.History
	if h.Since == 0 || h.Since >= due.Period.From || h.Cycle.check() != nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return since(nil, a.told[due.track()], h.Cycle.Period(h.Since).From)
}

// tells keeps what a bill would say for those that come after it, and which that is. What cannot be billed has none.
func (a *dryAhead) tells(due Due, b Bill, failed error) {
	next, goesOn := a.After(due)
	if failed != nil || !goesOn || next.Period.From > a.asOf {
		return
	}
	lines := slices.Clone(b.Lines)
	for n := range lines {
		lines[n].Payer = cmp.Or(lines[n].Payer, due.PayerID)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.next, a.told[due.track()] = append(a.next, next), append(a.told[due.track()], lines...)
}
