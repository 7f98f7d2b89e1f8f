package pdf

import "mtandao/internal/paper"

// column is one of a table: at the left from x on, or at the right up to x.
type column struct {
	x, wide paper.Length
	right   bool
	name    string
}

// cell is what stands in a column: a text and, in smaller letters below it, what explains it.
type cell struct {
	text, below string
	heavy       bool
}

// rows draws a table of so many columns. sums are those to carry, one a row; nil carries none.
func (d *drawing) rows(columns []column, cells [][]cell, sums []string) {
	t := &table{head: d.columnHead(columns)}
	t.carry = func(key, sum string) block {
		return block{high: 85 * paper.MM / 10, draw: func(y paper.Length) {
			d.out.Text(paper.Bold, base, black, edge, y+5*paper.MM, d.say(key))
			d.out.Right(paper.Bold, base, black, right, y+5*paper.MM, sum)
		}}
	}
	head := t.head
	head.keep = true
	d.add(head, 3*paper.MM)
	for n, row := range cells {
		b := d.row(columns, row)
		b.last = n == len(cells)-1
		b.keep = !b.last && (row[0].heavy && row[len(row)-1].text == "" || cells[n+1][0].heavy && cells[n+1][len(row)-1].text != "") // a heading with what it heads, a sum with what it sums
		if sums != nil {
			b.rows, b.sum = t, sums[n]
		}
		d.add(b, 0)
	}
}

func (d *drawing) columnHead(columns []column) block {
	most := 1
	for _, c := range columns {
		most = max(most, len(paper.Bold.Lines(small, c.wide, c.name)))
	}
	high := 4*paper.MM + paper.Length(most)*leading*8/10
	return block{high: high, draw: func(y paper.Length) {
		for _, c := range columns {
			lines := paper.Bold.Lines(small, c.wide, c.name)
			for n, line := range lines {
				d.put(c, paper.Bold, small, y+high-3*paper.MM-paper.Length(len(lines)-1-n)*leading*8/10, line)
			}
		}
		d.out.Fill(black, edge, y+high-15*paper.MM/10, room, paper.MM*6/10)
	}}
}

func (d *drawing) put(c column, face *paper.Face, size paper.Size, y paper.Length, s string) {
	if c.right {
		d.out.Right(face, size, black, c.x, y, s)
		return
	}
	d.out.Text(face, size, black, c.x, y, s)
}

// row is as high as its highest cell; a rule ends it.
func (d *drawing) row(columns []column, row []cell) block {
	type line struct {
		c    column
		face *paper.Face
		size paper.Size
		y    paper.Length
		s    string
	}
	var lines []line
	high := leading
	for n, c := range columns {
		y, face := leading*3/4, paper.Regular
		if row[n].heavy {
			face = paper.Bold
		}
		for _, s := range face.Lines(base, c.wide, row[n].text) {
			lines = append(lines, line{c, face, base, y, s})
			y += leading
		}
		for _, s := range paper.Regular.Lines(small, c.wide, row[n].below) {
			lines = append(lines, line{c, paper.Regular, small, y, s})
			y += leading * 9 / 10
		}
		high = max(high, y-leading*3/4)
	}
	high += 24 * paper.MM / 10
	return block{high: high, draw: func(y paper.Length) {
		for _, l := range lines {
			d.put(l.c, l.face, l.size, y+l.y, l.s)
		}
		d.out.Fill(black, edge, y+high-15*paper.MM/10, room, paper.MM*3/10)
	}}
}

// total is a line of the sums below a table. A heavy one is what they come to.
func (d *drawing) total(name, amount string, heavy, keep bool) {
	face, size, high := paper.Regular, base, 55*paper.MM/10
	if heavy {
		face, size, high = paper.Bold, 110, 8*paper.MM
	}
	const wide = 105 * paper.MM // of names and amounts
	names := face.Lines(size, wide-face.Wide(size, amount)-4*paper.MM, name)
	high += paper.Length(len(names)-1) * leading
	d.add(block{high: high, keep: keep, draw: func(y paper.Length) {
		if heavy {
			d.out.Fill(black, right-wide, y+paper.MM*2/10, wide, paper.MM*6/10)
		}
		at := y + high - 15*paper.MM/10
		for n, s := range names {
			d.out.Text(face, size, black, right-wide, at-paper.Length(len(names)-1-n)*leading, s)
		}
		d.out.Right(face, size, black, right, at, amount)
	}}, 0)
}
