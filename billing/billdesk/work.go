package billdesk

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"mtandao/billing/invoices"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/jobs"
	"mtandao/internal/words"
)

// A stretch of work, well within what a job may take; and how many read and write at once.
const (
	stretch = 20 * time.Second
	workers = 2
)

// work handles "bill run asked". It may be cut at any point and run again.
func (s *Service) work(ctx context.Context, j jobs.Job) error {
	var fact askedFact
	if err := j.Decode(&fact); err != nil {
		return err
	}
	r, err := s.Run(ctx, fact.RunID)
	if fault.Is(err, fault.NotFound) || err == nil && !r.Moving() {
		return nil
	}
	if err == nil {
		err = s.takeUp(ctx, r)
	}
	if err != nil {
		return err
	}
	within, cut := context.WithTimeout(ctx, stretch)
	defer cut()
	err = s.goOn(within, r)
	if err == nil || fault.KeyOf(err) == "bill_run.stopped" {
		return nil
	}
	if within.Err() != nil && ctx.Err() == nil {
		if err := s.rest(ctx, r.ID, nil); err != nil {
			return err
		}
		return jobs.Again(0, errors.New("more to bill"))
	}
	if failed := s.rest(ctx, r.ID, err); failed != nil {
		return failed
	}
	return err
}

// goOn does what is left of a run.
func (s *Service) goOn(ctx context.Context, r Run) error {
	if r.Kind == Preview {
		return s.preview(ctx, r)
	}
	if s.Paused() {
		return fault.New(fault.Conflict, "bill_run.paused")
	}
	parked := int64(0)
	if r.State != Issuing {
		sum, err := s.Bills.Run(ctx, r.AsOf, s.Due, invoices.RunOptions{Workers: workers, Wrote: func(tx *db.Tx, some invoices.Drafted) error {
			return s.count(tx, r.ID, some.Drafts, some.Nothing)
		}})
		if err != nil {
			return err
		}
		parked = sum.Parked
		if err := s.advance(ctx, r.ID, Drafting, Issuing, parked); err != nil {
			return err
		}
	}
	_, err := s.Bills.IssueTelling(ctx, func(tx *db.Tx, some invoices.Outcome) error { return s.countIssued(tx, r.ID, some.Issued, some.Parked) })
	if err != nil {
		return err
	}
	return s.advance(ctx, r.ID, Issuing, Done, 0)
}

// preview keeps what would be made, page by page.
func (s *Service) preview(ctx context.Context, r Run) error {
	for {
		var p page
		last, err := s.Bills.TryPage(ctx, r.AsOf, s.Due, r.after, func(d invoices.Due, b invoices.Bill, err error) { p.add(d, b, err) })
		if err != nil {
			return err
		}
		if last == 0 {
			return s.advance(ctx, r.ID, Drafting, Done, 0)
		}
		p.sort()
		if err := s.keepPage(ctx, r, p, last); err != nil {
			return err
		}
		r.after = last
	}
}

// add adds the document that a due period would become, or the part of one.
func (p *page) add(d invoices.Due, b invoices.Bill, failed error) {
	var lines []Line
	for _, l := range b.Lines {
		lines = append(lines, Line{l.CalledAndSays(words.English), l.CalledAndSays(words.Swahili), l.Gross})
	}
	if d.Together {
		p.parts = append(p.parts, Part{SubscriptionID: d.SubscriptionID, CustomerID: d.CustomerID, Line: d.Line, From: d.Period.From, Until: d.Period.Until, Cents: b.Gross, Lines: lines, payerID: d.PayerID})
		return
	}
	doc := Document{SubscriptionID: d.SubscriptionID, CustomerID: d.CustomerID, From: d.Period.From, Until: d.Period.Until, Fate: Billed, Cents: b.Gross, Lines: lines}
	switch {
	case failed != nil:
		doc.Fate, doc.Reason = Parked, failed
	case len(b.Lines) == 0:
		doc.Fate = Nothing
	}
	p.documents = append(p.documents, doc)
}

func (p *page) sort() {
	slices.SortStableFunc(p.documents, func(a, b Document) int {
		return cmp.Or(cmp.Compare(a.SubscriptionID, b.SubscriptionID), cmp.Compare(a.From, b.From))
	})
	slices.SortStableFunc(p.parts, func(a, b Part) int {
		return cmp.Or(cmp.Compare(a.SubscriptionID, b.SubscriptionID), cmp.Compare(a.From, b.From))
	})
}
