package ledger

import (
	"context"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Whole is an entry with its place in the books; Seq is 0 and Hash empty until it is chained.
type Whole struct {
	Chained
	Day, Hash string
}

// Read reads one entry; fault.NotFound when there is none.
func (l *Ledger) Read(ctx context.Context, id int64) (Whole, error) { return l.whole(ctx, id) }

// Place is where a posting stands in its account: by day, then as it was posted.
type Place struct {
	Day     string
	EntryID int64
	N       int
}

// Line is one posting of an account, with the entry that it is of.
type Line struct {
	Place
	Entry
	Cents int64
}

// Lines lists what moved in an account from a day until another, both included, the newest first, before a place when one is given.
func (l *Ledger) Lines(ctx context.Context, account, from, to string, before Place, most int) ([]Line, error) {
	places, err := l.linesOf(ctx, account, from, to, before, most)
	if err != nil || len(places) == 0 {
		return nil, err
	}
	ids := make([]int64, len(places))
	for n, p := range places {
		ids[n] = p.EntryID
	}
	entries, err := l.entriesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	lines := make([]Line, len(places))
	for n, p := range places {
		e, there := entries[p.EntryID]
		if !there || p.N >= len(e.Postings) {
			return nil, fault.New(fault.Internal, "ledger.entry", "Source", e.Source)
		}
		lines[n] = Line{Place: p.Place, Entry: e, Cents: p.Cents}
	}
	return lines, nil
}

// Upto is what moved in an account on the day of a place until it, that with it.
func (l *Ledger) Upto(ctx context.Context, account string, at Place) (int64, error) {
	return l.upto(ctx, account, at)
}

// Behind is what moved in an account before a day by entries that are not among the links up to a number: chained later, or not yet.
func (l *Ledger) Behind(ctx context.Context, seq int64, account, day string) (int64, error) {
	ids, err := l.notAmong(ctx, seq)
	if err != nil {
		return 0, err
	}
	cents := int64(0)
	for some := range db.Pieces(ids) {
		entries, err := l.entriesOf(ctx, some)
		if err != nil {
			return 0, err
		}
		for _, e := range entries {
			for _, p := range e.Postings {
				if p.Account == account && clock.DayOf(e.At).String() < day {
					cents += p.Amount.Cents
				}
			}
		}
	}
	return cents, nil
}

// Newest lists all entries from a day until another, both included, the newest first, before a place when one is given.
func (l *Ledger) Newest(ctx context.Context, from, to string, before Place, most int) ([]Entry, error) {
	ids, err := l.newest(ctx, from, to, before, most)
	return l.inOrder(ctx, ids, err)
}

// OfDay lists a day's entries in order of their ids, those behind one; of an account when one is named.
func (l *Ledger) OfDay(ctx context.Context, day, account string, after int64, most int) ([]Entry, error) {
	ids, err := l.idsOfDay(ctx, day, account, after, most)
	return l.inOrder(ctx, ids, err)
}

func (l *Ledger) inOrder(ctx context.Context, ids []int64, err error) ([]Entry, error) {
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	entries, err := l.entriesOf(ctx, ids)
	all := make([]Entry, 0, len(ids))
	for _, id := range ids {
		all = append(all, entries[id])
	}
	return all, err
}
