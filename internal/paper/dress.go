package paper

import (
	"math/bits"
	"sync"
)

// mostModules is the side of the largest picture that is summed; larger ones have more than one mark to align them by.
const mostModules = 41

// grid is the modules of a picture, as bits: once by rows, and once by columns.
type grid struct {
	n          int
	rows, cols [mostModules]uint64
}

func (g *grid) set(x, y int) {
	g.rows[y] |= 1 << x
	g.cols[x] |= 1 << y
}

func (g *grid) add(other *grid) {
	for i := range g.n {
		g.rows[i] ^= other.rows[i]
		g.cols[i] ^= other.cols[i]
	}
}

// dress is what a mask adds to pictures of one size: itself, and its number beside the marks in the corners (ISO/IEC 18004, 7.8 and 7.9).
type dress struct{ masks [8]grid }

var (
	dressesMade sync.Mutex
	dresses     = map[int]*dress{}
)

// dressOf is of pictures with a side of n; nil: such are not summed.
func dressOf(n int) *dress {
	if n < 25 || n > mostModules {
		return nil
	}
	dressesMade.Lock()
	defer dressesMade.Unlock()
	d := dresses[n]
	if d != nil {
		return d
	}
	d = &dress{}
	for m := range d.masks {
		g := &d.masks[m]
		g.n = n
		for y := range n {
			for x := range n {
				if holdsData(n, x, y) && masked(m, x, y) {
					g.set(x, y)
				}
			}
		}
		g.number(m)
	}
	dresses[n] = d
	return d
}

// holdsData says that a module is not part of a mark.
func holdsData(n, x, y int) bool {
	corner := x < 9 && y < 9 || x >= n-8 && y < 9 || x < 9 && y >= n-8
	align := x >= n-9 && x <= n-5 && y >= n-9 && y <= n-5
	return !corner && !align && x != 6 && y != 6
}

func masked(m, x, y int) bool {
	switch m {
	case 0:
		return (x+y)%2 == 0
	case 1:
		return y%2 == 0
	case 2:
		return x%3 == 0
	case 3:
		return (x+y)%3 == 0
	case 4:
		return (y/2+x/3)%2 == 0
	case 5:
		return x*y%2+x*y%3 == 0
	case 6:
		return (x*y%2+x*y%3)%2 == 0
	}
	return ((x+y)%2+x*y%3)%2 == 0
}

// number writes which mask it is, at the level Medium, in its two places.
func (g *grid) number(mask int) {
	const divisor, veil = 0x537, 0x5412
	rest := mask << 10
	for bit := 14; bit >= 10; bit-- {
		if rest>>bit&1 == 1 {
			rest ^= divisor << (bit - 10)
		}
	}
	told := (mask<<10 | rest) ^ veil
	for i := range 15 {
		if told>>i&1 == 0 {
			continue
		}
		switch { // down the column, round the corner, and along the row
		case i < 6:
			g.set(8, i)
		case i < 8:
			g.set(8, i+1)
		case i == 8:
			g.set(7, 8)
		default:
			g.set(14-i, 8)
		}
		if i < 8 {
			g.set(g.n-1-i, 8)
		} else {
			g.set(8, g.n-15+i)
		}
	}
}

// bare is a picture without its mask.
func (d *dress) bare(dark [][]bool) grid {
	g := grid{n: len(dark)}
	for y, line := range dark {
		for x, is := range line {
			if is {
				g.set(x, y)
			}
		}
	}
	m := g.rows[8]>>2&1<<2 | g.rows[8]>>3&1<<1 | g.rows[8]>>4&1
	g.add(&d.masks[m^0b101])
	return g
}

// best puts on the mask that go-qrcode would.
func (d *dress) best(bare *grid) *grid {
	var least grid
	cost := 0
	for m := range d.masks {
		g := *bare
		g.add(&d.masks[m])
		if c := g.penalty(); m == 0 || c < cost {
			least, cost = g, c
		}
	}
	return &least
}

// penalty is how hard a picture is to read, as go-qrcode counts it: long lines, blocks, what looks like a corner, and too much of a colour.
func (g *grid) penalty() int {
	inner := uint64(1)<<(g.n-1) - 1
	sum, dark := 0, 0
	for i := range g.n {
		dark += bits.OnesCount64(g.rows[i])
		for _, line := range [2]uint64{g.rows[i], g.cols[i]} {
			same := ^(line ^ line>>1) & inner
			six := same & (same >> 1) & (same >> 2) & (same >> 3) & (same >> 4)
			sum += bits.OnesCount64(six) + 3*bits.OnesCount64(six&^(six<<1)) + 40*corners(line, g.n)
		}
		if i == 0 {
			continue
		}
		above, here := g.rows[i-1], g.rows[i]
		level := ^(above ^ here)
		sum += 3 * bits.OnesCount64(level&(level>>1)&^(above^above>>1)&inner)
	}
	all := g.n * g.n
	off := all/2 - dark
	return sum + 10*(max(off, -off)/(all/20))
}

// corners counts what in a line could be taken for a corner: 1011101 with four light ones beside it.
func corners(line uint64, n int) (found int) {
	if line&(line>>2)&(line>>3)&(line>>4)&(line>>6)&^(line>>1)&^(line>>5) == 0 {
		return 0
	}
	seen := uint64(0)
	for x := range n {
		seen = seen<<1 | line>>x&1
		if last := seen & 0x7ff; last == 0x05d || last == 0x5d0 || x == n-1 && seen&0x7f == 0x5d {
			found++
			seen = 0xff
		}
	}
	return found
}
