package backup

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// What stays: each step for two hours, each hour for a day, each day for a month, counted back from the newest piece, so
// that copies which nobody makes any more do not go; and at least as many as that is, so that a clock that jumps ahead does
// not take them all.
var (
	stays = map[Level]time.Duration{Step: 2 * hourLasts, Hour: dayLasts + hourLasts, Day: 31 * dayLasts}
	least = map[Level]int{Step: 24, Hour: 25, Day: 31}
)

// surplus lists the pieces that may go: those past their time on which no piece that stays is built.
func surplus(pieces []Piece) (gone []Piece) {
	if len(pieces) == 0 {
		return nil
	}
	newest := slices.MaxFunc(pieces, byTime)
	needed, later := map[string]bool{}, map[Level]int{}
	kept := func(p Piece) bool {
		return newest.At.Sub(p.At) <= stays[p.Level] || later[p.Level] <= least[p.Level] || needed[p.Hash]
	}
	pieces = slices.SortedFunc(slices.Values(pieces), byTime)
	slices.Reverse(pieces)
	for _, level := range []Level{Step, Hour, Day} { // children before their parents
		for _, p := range pieces {
			if p.Level != level {
				continue
			}
			later[level]++
			if !kept(p) {
				gone = append(gone, p)
			} else if parent, ok := parentOf(p, pieces); ok {
				needed[parent.Hash] = true
			}
		}
	}
	return gone
}

// missing names what should be at a place and is not, in a sentence each: pieces that others are built upon, and those that
// the next one names and whose time is not over.
func missing(pieces []Piece) (gone []string) {
	if len(pieces) == 0 {
		return nil
	}
	newest := slices.MaxFunc(pieces, byTime)
	there := map[string]bool{}
	for _, p := range pieces {
		there[p.Hash[:beforeLength]] = true
	}
	for _, p := range pieces {
		if _, ok := parentOf(p, pieces); !ok && p.Level != Day {
			gone = append(gone, fmt.Sprintf("%s %d, on which %s is built", p.Chain, p.Parent, p))
		}
		if b := p.Before; b.Hash != "" && !there[b.Hash] && newest.At.Sub(b.At) <= stays[b.Level] {
			gone = append(gone, fmt.Sprintf("the %s of %s, before %s", b.Level, b.At.Format(time.RFC3339), p))
		}
	}
	return gone
}

func parentOf(p Piece, pieces []Piece) (Piece, bool) {
	i := slices.IndexFunc(pieces, func(o Piece) bool { return o.Chain == p.Chain && o.Number == p.Parent && o.Number != p.Number })
	if i < 0 {
		return Piece{}, false
	}
	return pieces[i], true
}

func byTime(a, b Piece) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Chain, b.Chain), cmp.Compare(a.Number, b.Number))
}

// listed is what lies at the place.
func listed(ctx context.Context, place Place, by signer) (seen Seen, err error) {
	names, err := place.List(ctx)
	for _, name := range names {
		p, ok := readName(name)
		switch {
		case ok && by.signed(p):
			seen.Pieces = append(seen.Pieces, p)
		case ok:
			seen.Strangers = append(seen.Strangers, name)
		}
	}
	slices.SortFunc(seen.Pieces, byTime)
	seen.Missing = missing(seen.Pieces)
	return seen, err
}
