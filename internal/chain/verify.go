package chain

import (
	"context"
	"fmt"
	"time"
)

// Report is the proof of a chain, or what is wrong with it (at most maxProblems).
type Report struct {
	Items, Links int64
	HeadSeq      int64
	HeadHash     string
	Problems     []Problem
	kind         string
}

// Problem is one thing wrong with an item or its link.
type Problem struct {
	Kind string // what the item is called
	Item int64
	What string
}

// String names the item in a list of problems: "event 7 is …".
func (p Problem) String() string { return fmt.Sprintf("%s %d %s", p.Kind, p.Item, p.What) }

const (
	maxProblems    = 100
	unchainedLimit = time.Minute
)

// OK says whether nothing is wrong.
func (r *Report) OK() bool { return len(r.Problems) == 0 }

// Add tells of one more problem; What follows the item's name.
func (r *Report) Add(item int64, format string, args ...any) {
	if len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, Problem{Kind: r.kind, Item: item, What: fmt.Sprintf(format, args...)})
	}
}

// Verify reads the whole chain in pages: each item is linked within a minute, each link follows from the one before and
// its item is what it was. Before that the items' owner proves of them what only the owner knows.
func (c *Chain) Verify(ctx context.Context, owner ...func(context.Context, *Report) error) (Report, error) {
	r := Report{kind: c.Item}
	for _, prove := range append(owner, c.verifyItems, c.verifyLinks) {
		if err := prove(ctx, &r); err != nil {
			return r, err
		}
	}
	return r, nil
}

func (c *Chain) verifyItems(ctx context.Context, r *Report) (err error) {
	for after, more := int64(0), true; more && err == nil; {
		after, more, err = c.SomeItems(ctx, r, after)
	}
	return err
}

// SomeItems proves a page of items behind one, and says which is the last of them and whether there may be more.
func (c *Chain) SomeItems(ctx context.Context, r *Report, after int64) (last int64, more bool, err error) {
	late := c.Clock.Now().Add(-unchainedLimit)
	items, err := c.items(ctx, after)
	for _, i := range items {
		r.Items++
		if after = i.ID; !i.Linked && i.At.Before(late) {
			r.Add(i.ID, "is older than a minute and not chained")
		}
	}
	return after, len(items) == page, err
}

func (c *Chain) verifyLinks(ctx context.Context, r *Report) error {
	for {
		if more, err := c.SomeLinks(ctx, r); err != nil || !more {
			return err
		}
	}
}

// Begun is the report of a proof that goes on behind a link.
func (c *Chain) Begun(seq int64, hash string) Report {
	return Report{kind: c.Item, HeadSeq: seq, HeadHash: hash}
}

// SomeLinks proves a page of links behind the one that the report has come to; false when there are no more.
func (c *Chain) SomeLinks(ctx context.Context, r *Report) (bool, error) {
	links, err := c.links(ctx, r.HeadSeq)
	if err != nil || len(links) == 0 {
		return false, err
	}
	ids := make([]int64, len(links))
	for n, k := range links {
		ids[n] = k.Item
	}
	contents, err := c.Contents(ctx, ids)
	if err != nil {
		return false, err
	}
	for _, k := range links {
		content, there := contents[k.Item]
		r.verifyLink(k, content, there)
	}
	return true, nil
}

func (r *Report) verifyLink(k link, content string, there bool) {
	switch {
	case k.Seq != r.HeadSeq+1:
		r.Add(k.Item, "the chain has a gap between links %d and %d", r.HeadSeq, k.Seq)
	case k.Previous != r.HeadHash:
		r.Add(k.Item, "link %d does not follow from the one before", k.Seq)
	case !there:
		r.Add(k.Item, "is chained as link %d but gone", k.Seq)
	case hash(k.Previous, k.Seq, content) != k.Hash:
		r.Add(k.Item, "is not what link %d says it was", k.Seq)
	}
	r.Links, r.HeadSeq, r.HeadHash = r.Links+1, k.Seq, k.Hash
}
