package backup

import (
	"cmp"
	"slices"
	"time"
)

// What stays: each step for two hours, each hour for a day, each day for a month, counted back from the newest piece, so
// that copies which nobody makes any more do not go.
var stays = map[Level]time.Duration{Step: 2 * hourLasts, Hour: dayLasts + hourLasts, Day: 31 * dayLasts}

// surplus lists the pieces that may go: those past their time on which no piece that stays is built.
func surplus(pieces []Piece) (gone []Piece) {
	if len(pieces) == 0 {
		return nil
	}
	newest := slices.MaxFunc(pieces, byTime)
	needed := map[string]bool{}
	kept := func(p Piece) bool { return newest.At.Sub(p.At) <= stays[p.Level] || needed[p.Hash] }
	for _, level := range []Level{Step, Hour, Day} { // children before their parents
		for _, p := range pieces {
			if p.Level != level {
				continue
			}
			if !kept(p) {
				gone = append(gone, p)
			} else if parent, ok := parentOf(p, pieces); ok {
				needed[parent.Hash] = true
			}
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
