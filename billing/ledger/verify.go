package ledger

import (
	"context"
	"fmt"
	"time"
)

// Report is the proof of the books, or what is wrong with them (at most maxProblems).
type Report struct {
	Entries, Links int64
	HeadSeq        int64
	HeadHash       string
	Problems       []Problem
}

const (
	maxProblems    = 100
	verifyPage     = 500
	unchainedLimit = time.Minute
)

// OK says whether nothing is wrong.
func (r *Report) OK() bool { return len(r.Problems) == 0 }

func (r *Report) add(entryID int64, format string, args ...any) {
	if len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, Problem{EntryID: entryID, What: fmt.Sprintf(format, args...)})
	}
}

// Verify reads the whole of the books in pages: each entry is balanced and as it was posted, each is chained within a
// minute, each link follows from the one before, and no posting is without its entry.
func (l *Ledger) Verify(ctx context.Context) (Report, error) {
	var r Report
	if err := l.verifyEntries(ctx, &r); err != nil {
		return r, err
	}
	if err := l.verifyChain(ctx, &r); err != nil {
		return r, err
	}
	orphans, err := l.orphanPostings(ctx, maxProblems)
	for _, id := range orphans {
		r.add(id, "has postings but is gone")
	}
	return r, err
}

func (l *Ledger) verifyEntries(ctx context.Context, r *Report) error {
	late := l.clock.Now().Add(-unchainedLimit)
	for after := int64(0); ; {
		page, err := l.page(ctx, after, verifyPage)
		if err != nil {
			return err
		}
		for _, p := range page {
			r.Entries++
			r.verifyEntry(p, late)
			after = p.entry.ID
		}
		if len(page) < verifyPage {
			return nil
		}
	}
}

func (r *Report) verifyEntry(p pageRow, late time.Time) {
	e := p.entry
	currency, err := e.check()
	switch {
	case err != nil:
		r.add(e.ID, "is no balanced entry: %v", err)
	case p.gaps:
		r.add(e.ID, "its postings are not numbered as they were posted")
	case e.digest() != p.content:
		r.add(e.ID, "was changed after it was posted")
	case currency != p.currency || p.day != e.At.In(nairobi).Format(time.DateOnly):
		r.add(e.ID, "its day or currency was changed")
	case !p.linked && e.At.Before(late):
		r.add(e.ID, "is older than a minute and not chained")
	}
}

func (l *Ledger) verifyChain(ctx context.Context, r *Report) error {
	previous := ""
	for seq := int64(0); ; {
		links, err := l.links(ctx, seq, verifyPage)
		if err != nil {
			return err
		}
		entries, err := l.entriesOf(ctx, links)
		if err != nil {
			return err
		}
		for _, k := range links {
			r.Links++
			r.verifyLink(k, seq, previous, entries)
			seq, previous = k.Seq, k.Hash
		}
		if len(links) < verifyPage {
			r.HeadSeq, r.HeadHash = seq, previous
			return nil
		}
	}
}

func (r *Report) verifyLink(k linkRow, seq int64, previous string, entries map[int64]Entry) {
	e, ok := entries[k.EntryID]
	switch {
	case k.Seq != seq+1:
		r.add(k.EntryID, "the chain has a gap between links %d and %d", seq, k.Seq)
	case k.Previous != previous:
		r.add(k.EntryID, "link %d does not follow from the one before", k.Seq)
	case !ok:
		r.add(k.EntryID, "is chained as link %d but gone", k.Seq)
	case link(k.Previous, k.Seq, e) != k.Hash:
		r.add(k.EntryID, "is not what link %d says it was", k.Seq)
	}
}
