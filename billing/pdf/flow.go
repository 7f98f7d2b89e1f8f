package pdf

import "mtandao/internal/paper"

// block is a piece of a paper that is not torn.
type block struct {
	high paper.Length
	draw func(y paper.Length)
	keep bool // on a page with the next
	rows *table
	last bool   // of its rows
	sum  string // of the rows up to this one
}

// table are blocks under one head, which is repeated on each page with the sum that is carried to it.
type table struct {
	head  block
	carry func(key, sum string) block
}

// The page.
const (
	edge   = 18 * paper.MM
	right  = paper.Width - edge
	room   = right - edge
	top    = 30 * paper.MM // on a page that goes on
	bottom = paper.Height - 20*paper.MM
)

// placed is a block where it belongs.
type placed struct {
	y    paper.Length
	draw func(y paper.Length)
}

// flow lays blocks on pages, the first from y on.
func flow(y paper.Length, blocks []block) (pages [][]placed) {
	var page []placed
	put := func(b block) {
		page = append(page, placed{y, b.draw})
		y += b.high
	}
	turn := func() {
		pages, page, y = append(pages, page), nil, top
	}
	for n, b := range blocks {
		if y+needed(blocks[n:]) <= bottom || y == top {
			put(b)
			continue
		}
		if going := b.rows != nil && n > 0 && blocks[n-1].rows == b.rows; !going {
			turn()
		} else {
			sum := blocks[n-1].sum
			put(b.rows.carry("pdf.carried", sum))
			turn()
			put(b.rows.head)
			put(b.rows.carry("pdf.brought", sum))
		}
		put(b)
	}
	return append(pages, page)
}

// needed is the room that the first of some blocks wants: with what it is kept with, and with the sum that may have to be carried after it.
func needed(blocks []block) (high paper.Length) {
	for _, b := range blocks {
		high += b.high
		if b.keep {
			continue
		}
		if b.rows != nil && !b.last {
			high += b.rows.carry("pdf.carried", b.sum).high
		}
		break
	}
	return high
}
