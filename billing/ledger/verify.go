package ledger

import (
	"context"
	"time"

	"mtandao/internal/chain"
	"mtandao/internal/clock"
)

// Verify reads the whole of the books in pages: each entry is balanced and as it was posted, no posting is without its
// entry, each entry is chained within a minute, and each link follows from the one before.
func (l *Ledger) Verify(ctx context.Context) (chain.Report, error) {
	return l.chain.Verify(ctx, l.verifyEntries, l.verifyPostings)
}

func (l *Ledger) verifyEntries(ctx context.Context, r *chain.Report) error {
	for after := int64(0); ; {
		page, err := l.page(ctx, after)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, p := range page {
			p.verify(r)
			after = p.entry.ID
		}
	}
}

func (p pageRow) verify(r *chain.Report) {
	e := p.entry
	currency, err := e.check()
	switch {
	case err != nil:
		r.Add(e.ID, "is no balanced entry: %v", err)
	case p.gaps:
		r.Add(e.ID, "has postings that are not numbered as they were posted")
	case e.digest() != p.content:
		r.Add(e.ID, "was changed after it was posted")
	case currency != p.currency || p.day != e.At.In(clock.Nairobi).Format(time.DateOnly):
		r.Add(e.ID, "has another day or currency than it was posted with")
	}
}

func (l *Ledger) verifyPostings(ctx context.Context, r *chain.Report) error {
	orphans, err := l.orphanPostings(ctx)
	for _, id := range orphans {
		r.Add(id, "has postings but is gone")
	}
	return err
}
