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

func (l *Ledger) verifyEntries(ctx context.Context, r *chain.Report) (err error) {
	for after, more := int64(0), true; more && err == nil; {
		after, more, err = l.someEntries(ctx, r, after)
	}
	return err
}

func (l *Ledger) someEntries(ctx context.Context, r *chain.Report, after int64) (int64, bool, error) {
	page, err := l.page(ctx, after)
	for _, p := range page {
		p.verify(r)
		after = p.entry.ID
	}
	return after, len(page) > 0, err
}

// Proving is how far a proof of the books has come that is made in pieces: first all entries, then all links, then postings without an entry.
type Proving struct {
	After   int64 // the last entry that was read
	Seq     int64 // the last link that was, and its hash
	Hash    string
	Entries bool // all were read
	Done    bool
}

// ProveSome proves the next piece, and says how far it has come and what is wrong with it.
func (l *Ledger) ProveSome(ctx context.Context, p Proving) (Proving, chain.Report, error) {
	r := l.chain.Begun(p.Seq, p.Hash)
	if !p.Entries {
		_, _, err := l.chain.SomeItems(ctx, &r, p.After)
		if err != nil {
			return p, r, err
		}
		last, more, err := l.someEntries(ctx, &r, p.After)
		p.After, p.Entries = last, !more
		return p, r, err
	}
	more, err := l.chain.SomeLinks(ctx, &r)
	if p.Seq, p.Hash = r.HeadSeq, r.HeadHash; err != nil || more {
		return p, r, err
	}
	p.Done = true
	return p, r, l.verifyPostings(ctx, &r)
}

func (p pageRow) verify(r *chain.Report) {
	e := p.entry
	currency, err := e.check()
	switch {
	case err != nil:
		r.Add(e.ID, "is no balanced entry: %v", err)
	case currency != p.currency || p.day != e.At.In(clock.Nairobi).Format(time.DateOnly):
		r.Add(e.ID, "has another day or currency than it was posted with")
	case p.gaps:
		r.Add(e.ID, "has postings that are not numbered or dated as they were posted")
	case e.digest() != p.content:
		r.Add(e.ID, "was changed after it was posted")
	}
}

func (l *Ledger) verifyPostings(ctx context.Context, r *chain.Report) error {
	orphans, err := l.orphanPostings(ctx)
	for _, id := range orphans {
		r.Add(id, "has postings but is gone")
	}
	return err
}
