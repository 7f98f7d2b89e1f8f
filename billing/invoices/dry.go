package invoices

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"mtandao/billing/taxes"
	"mtandao/internal/clock"
	"mtandao/internal/db"
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
	if err != nil || len(page) == 0 {
		return 0, err
	}
	last = page[len(page)-1].SubscriptionID
	o := RunOptions{Tell: tell, dry: newDry(asOf, source)}
	for range mostRounds {
		if _, err := s.runPage(ctx, source, page, rates, o); err != nil || !o.dry.turn() {
			return last, err
		}
		page = o.dry.queue
	}
	return last, nil
}

// tryPage computes the documents of a page and tells of each once, however often the database had it begin again.
func (s *Service) tryPage(ctx context.Context, page []Due, prices map[int64]Price, rates taxes.Rates, o RunOptions) error {
	var told []func()
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		told = told[:0]
		_, err := s.draftPage(tx, page, prices, rates, o.dry, func(d Due, payerID int64, b Bill, err error) {
			told = append(told, func() {
				o.Tell(d, b, err)
				o.dry.tells(d, payerID, b, err)
			})
		})
		return err
	})
	if err != nil {
		return err
	}
	for _, one := range told {
		one()
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
func (a *dryAhead) tells(due Due, payerID int64, b Bill, failed error) {
	next, goesOn := a.After(due)
	if failed != nil || !goesOn || next.Period.From > a.asOf {
		return
	}
	lines := slices.Clone(b.Lines)
	for n := range lines {
		lines[n].Payer = cmp.Or(lines[n].Payer, payerID)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.next, a.told[due.track()] = append(a.next, next), append(a.told[due.track()], lines...)
}
