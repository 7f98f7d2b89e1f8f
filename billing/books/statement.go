package books

import (
	"context"
	"strconv"
	"strings"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
)

// Side is one of the two or more of an entry: a debit is above zero.
type Side struct {
	Account
	Party string
	Cents int64
}

// Entry is one event in the books.
type Entry struct {
	ID                 int64
	Kind, Source, Memo string
	Day                string
	At                 time.Time
	Sides              []Side
	Seq                int64 // in the chain; 0 when it is not chained yet, or was not asked for
	Hash               string
}

func entryOf(e ledger.Entry) (Entry, error) {
	read := Entry{ID: e.ID, Kind: e.Kind, Source: e.Source, Memo: e.Memo, Day: clock.DayOf(e.At).String(), At: e.At}
	for _, p := range e.Postings {
		a, err := Of(p.Account)
		if err != nil {
			return read, err
		}
		read.Sides = append(read.Sides, Side{a, p.Party, p.Amount.Cents})
	}
	return read, nil
}

// Debits is what an entry moved in all.
func (e Entry) Debits() (cents int64) {
	for _, s := range e.Sides {
		cents += max(0, s.Cents)
	}
	return cents
}

// Entry reads one; fault.NotFound when there is none.
func (b *Books) Entry(ctx context.Context, id int64) (Entry, error) {
	w, err := b.ledger.Read(ctx, id)
	if err != nil {
		return Entry{}, err
	}
	e, err := entryOf(w.Entry)
	e.Seq, e.Hash = w.Seq, w.Hash
	return e, err
}

// Line is one side of an entry as a statement of its account tells it, with what stood in the account after it: debits above zero.
type Line struct {
	Entry
	Cents, Balance int64
	place          ledger.Place
}

// Mark names the line in an address; the next page begins behind it.
func (l Line) Mark() string {
	return l.place.Day + "_" + strconv.FormatInt(l.place.EntryID, 10) + "_" + strconv.Itoa(l.place.N)
}

// placeOf reads a mark; fault.NotFound for what is none.
func placeOf(mark string) (p ledger.Place, err error) {
	if mark == "" {
		return p, nil
	}
	parts := strings.Split(mark, "_")
	wrong := fault.New(fault.NotFound, "page.unknown")
	if len(parts) != 3 {
		return p, wrong
	}
	day, known := clock.ParseDay(parts[0])
	id, err := strconv.ParseInt(parts[1], 10, 64)
	n, no := strconv.Atoi(parts[2])
	if !known || err != nil || no != nil || id <= 0 || n < 0 {
		return p, wrong
	}
	return ledger.Place{Day: day.String(), EntryID: id, N: n}, nil
}

// Statement lists what moved in an account from a day until another, the newest first, behind a mark when one is given.
func (b *Books) Statement(ctx context.Context, account string, first, last clock.Day, mark string, most int) ([]Line, error) {
	before, err := placeOf(mark)
	if err != nil {
		return nil, err
	}
	found, err := b.ledger.Lines(ctx, account, first.String(), last.String(), before, most)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	day, _ := clock.ParseDay(found[0].Day)
	stood, err := b.daybook.Before(ctx, account, day)
	if err != nil {
		return nil, err
	}
	moved, err := b.ledger.Upto(ctx, account, found[0].Place)
	if err != nil {
		return nil, err
	}
	lines, balance := make([]Line, len(found)), stood+moved
	for n, f := range found {
		e, err := entryOf(f.Entry)
		if err != nil {
			return nil, err
		}
		lines[n] = Line{e, f.Cents, balance, f.Place}
		balance -= f.Cents
	}
	return lines, nil
}

// Newest lists all entries from a day until another, the newest first, behind a mark when one is given.
func (b *Books) Newest(ctx context.Context, first, last clock.Day, mark string, most int) ([]Entry, error) {
	before, err := placeOf(mark)
	if err != nil {
		return nil, err
	}
	found, err := b.ledger.Newest(ctx, first.String(), last.String(), before, most)
	if err != nil {
		return nil, err
	}
	all := make([]Entry, len(found))
	for n, e := range found {
		if all[n], err = entryOf(e); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Mark names the entry in an address, as Line.Mark does.
func (e Entry) Mark() string { return Line{place: ledger.Place{Day: e.Day, EntryID: e.ID}}.Mark() }

// piece is how many entries are read at once.
const piece = 500

// Each gives every entry from a day until another to see, in the order of the days; of one account when it is named.
func (b *Books) Each(ctx context.Context, account string, first, last clock.Day, see func(Entry) error) error {
	day := (first - 1).String()
	for {
		var err error
		if day, err = b.ledger.NextDay(ctx, day); err != nil || day == "" || day > last.String() {
			return err
		}
		if err := b.eachOf(ctx, account, day, see); err != nil {
			return err
		}
	}
}

func (b *Books) eachOf(ctx context.Context, account, day string, see func(Entry) error) error {
	for after := int64(0); ; {
		some, err := b.ledger.OfDay(ctx, day, account, after, piece)
		if err != nil {
			return err
		}
		for _, one := range some {
			e, err := entryOf(one)
			if err == nil {
				err = see(e)
			}
			if err != nil {
				return err
			}
			after = one.ID
		}
		if len(some) < piece {
			return nil
		}
	}
}
