package paper

import (
	"slices"
	"strings"
	"sync"
)

// Sums makes the pictures of a print's codes out of a few that go-qrcode drew. Texts of one length and kind differ in a few groups of
// symbols, each of which is a number in the picture's data; data, its correction and the modules they stand in are linear, so that what one
// bit of a group changes is learnt once and added from then on. The result is go-qrcode's own picture, module by module, at a tenth of the
// time: it multiplies polynomials anew for each.
type Sums struct {
	fixed  string // what all begin with
	length int    // of all texts
	digits bool   // what follows is in groups of three digits, not in pairs

	mu     sync.RWMutex
	dress  *dress // nil: nothing has been learnt
	base   grid   // of the text with nothing in its groups
	filler string
	groups []group
}

// group is symbols of a text that are one number.
type group struct {
	at, n int
	empty uint32
	known []effect
}

// effect is what changes in a picture when some bits of a group do; the highest of them is no other effect's highest.
type effect struct {
	bits uint32
	grid grid
}

// NewSums is of texts that begin like this one and go on for so many more symbols; digits: of which all are digits.
func NewSums(fixed string, more int, digits bool) *Sums {
	s := &Sums{fixed: fixed, length: len(fixed) + more}
	run := len(strings.TrimRight(fixed, "0123456789")) // where digits at the end begin
	s.digits = digits && splits(run, s.length-run)
	fill, size, at := "A", 2, len(fixed)/2*2
	if s.digits {
		fill, size, at = "0", 3, run
	}
	s.filler = fixed + strings.Repeat(fill, more)
	for ; at < s.length; at += size {
		g := group{at: at, n: min(size, s.length-at)}
		g.empty, _ = s.number(s.filler, g)
		s.groups = append(s.groups, g)
	}
	return s
}

// splits says that digits at the end take less room as a part of their own, as go-qrcode reckons.
func splits(before, digits int) bool {
	pairs := func(n int) int { return 4 + 9 + 11*(n/2) + 6*(n%2) }
	triples := 4 + 10 + 10*(digits/3)
	if rest := digits % 3; rest > 0 {
		triples += 1 + 3*rest
	}
	return pairs(before+digits) > pairs(before)+triples
}

// longestRun of digits inside a text stays part of it; a longer one go-qrcode may set apart, and the picture is another.
const longestRun = 6

const symbolOrder = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// number is what a group of a text counts as; false when it has a symbol that does not.
func (s *Sums) number(text string, g group) (n uint32, ok bool) {
	base := uint32(len(symbolOrder))
	if s.digits {
		base = 10
	}
	for i := g.at; i < g.at+g.n; i++ {
		value := strings.IndexByte(symbolOrder[:base], text[i])
		if value < 0 {
			return 0, false
		}
		n = n*base + uint32(value)
	}
	return n, true
}

// learnable says that the picture of a text is made of the same parts as all of these.
func (s *Sums) learnable(text string) bool {
	if s.digits {
		text = text[:s.groups[0].at]
	}
	run := 0
	for i := range len(text) {
		if strings.IndexByte(symbolOrder, text[i]) < 0 {
			return false
		}
		if run++; text[i] < '0' || text[i] > '9' {
			run = 0
		}
		if run > longestRun {
			return false
		}
	}
	return true
}

// Of is the picture of a text; what does not fit is left to go-qrcode.
func (s *Sums) Of(text string) (*Matrix, error) {
	if s != nil && len(text) == s.length && strings.HasPrefix(text, s.fixed) {
		s.mu.RLock()
		whole, ok := s.sum(text)
		s.mu.RUnlock()
		if !ok {
			if err := s.learn(text); err != nil {
				return nil, err
			}
			s.mu.RLock()
			whole, ok = s.sum(text)
			s.mu.RUnlock()
		}
		if ok {
			return s.dress.best(&whole).matrix(), nil
		}
	}
	return Encode(text)
}

// sum adds up the picture of a text, without a mask; false when there is something to be learnt first.
func (s *Sums) sum(text string) (whole grid, ok bool) {
	if s.dress == nil {
		return whole, false
	}
	whole = s.base
	for i := range s.groups {
		g := &s.groups[i]
		n, ok := s.number(text, *g)
		if !ok {
			return whole, false
		}
		if g.reduce(n^g.empty, &whole) != 0 {
			return whole, false
		}
	}
	return whole, true
}

// reduce adds the effects of bits to a grid, and tells which bits are left whose effect is not known.
func (g *group) reduce(bits uint32, to *grid) uint32 {
	for i := range g.known {
		if e := &g.known[i]; bits^e.bits < bits {
			bits ^= e.bits
			to.add(&e.grid)
		}
	}
	return bits
}

// learn has go-qrcode draw what is missing for a text.
func (s *Sums) learn(text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dress == nil {
		dark, err := bitmapOf(s.filler)
		d := dressOf(len(dark))
		if err != nil || d == nil || !s.learnable(s.filler) {
			return err
		}
		s.base, s.dress = d.bare(dark), d
	}
	for i := range s.groups {
		g := &s.groups[i]
		n, ok := s.number(text, *g)
		change := grid{n: s.base.n}
		left := g.reduce(n^g.empty, &change)
		probe := s.filler[:g.at] + text[g.at:g.at+g.n] + s.filler[g.at+g.n:]
		if !ok || left == 0 || !s.learnable(probe) {
			continue
		}
		dark, err := bitmapOf(probe)
		if err != nil || len(dark) != s.base.n {
			return err
		}
		seen := s.dress.bare(dark)
		seen.add(&s.base)
		seen.add(&change)
		g.known = append(g.known, effect{bits: left, grid: seen})
		slices.SortFunc(g.known, func(a, b effect) int { return int(b.bits) - int(a.bits) }) // as reduce needs them
	}
	return nil
}
