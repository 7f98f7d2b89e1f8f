package pdf

import (
	"strings"
	"time"

	"mtandao/internal/paper"
)

// Report is a report as its page shows it: figures, a chart and a table.
type Report struct {
	Common
	Title, Lead, Means string
	From, To           time.Time // [From, To)
	Figures            []Figure
	Bars               []Bar
	Columns            []Column
	Rows               [][]string // as many texts as there are columns
}

// Figure is what matters most, with what it is compared with.
type Figure struct{ Name, Value, Detail string }

// Bar is one of a chart; of less than nothing none is drawn.
type Bar struct {
	Label string
	Size  int64
}

// Column is one of the table; numbers stand at the right.
type Column struct {
	Name    string
	Numbers bool
}

// PDF is the document; what paper has no letters for is refused as on an invoice.
func (r Report) PDF() ([]byte, error) {
	d := begin(r.Common, "")
	r.normal(d)
	d.Common, d.title = r.Common, d.given(r.Title)
	d.figures(r.Figures)
	d.chart(r.Bars)
	r.table(d)
	d.prose(d.say("pdf.report.means"), d.given(r.Means))
	return d.write(func() paper.Length {
		y := d.masthead(d.title, "")
		for _, line := range paper.Regular.Lines(base, room, d.given(r.Lead)) {
			d.out.Text(paper.Regular, base, black, edge, y, line)
			y += leading
		}
		d.out.Text(paper.Bold, base, black, edge, y, d.say("pdf.report.made", "Period", d.period(r.From, r.To), "Day", d.day(d.Day)))
		return y + leading
	})
}

// figures stand side by side, three in a row.
func (d *drawing) figures(all []Figure) {
	const wide, gap = (room - 10*paper.MM) / 3, 5 * paper.MM
	for n := 0; n < len(all); n += 3 {
		row := all[n:min(n+3, len(all))]
		most := 0
		var details [][]string
		for _, f := range row {
			details = append(details, paper.Regular.Lines(small, wide, d.given(f.Detail)))
			most = max(most, len(details[len(details)-1]))
		}
		high := 12*paper.MM + paper.Length(most)*leading
		d.add(block{high: high, keep: true, draw: func(y paper.Length) {
			for i, f := range row {
				x := edge + paper.Length(i)*(wide+gap)
				d.out.Text(paper.Regular, small, black, x, y+4*paper.MM, first(paper.Regular, small, wide, f.Name))
				d.out.Text(paper.Bold, 130, black, x, y+10*paper.MM, first(paper.Bold, 130, wide, f.Value))
				for k, line := range details[i] {
					d.out.Text(paper.Regular, small, black, x, y+14*paper.MM+paper.Length(k)*leading*9/10, line)
				}
			}
		}}, 2*paper.MM)
	}
}

// chart draws a bar for each day or month, with the first, the middle and the last of their names below.
func (d *drawing) chart(bars []Bar) {
	if len(bars) == 0 {
		return
	}
	const high = 42 * paper.MM
	var most int64 = 1
	for _, b := range bars {
		most = max(most, b.Size)
	}
	step := room / paper.Length(len(bars))
	d.add(block{high: high + 6*paper.MM, draw: func(y paper.Length) {
		for n, b := range bars {
			if b.Size <= 0 {
				continue
			}
			tall := max(paper.MM/2, part(high, b.Size, most))
			d.out.Fill(d.accent, edge+paper.Length(n)*step, y+high-tall, max(step*8/10, paper.MM/5), tall)
		}
		d.out.Fill(black, edge, y+high, room, paper.MM*4/10)
		at := y + high + 5*paper.MM
		d.out.Text(paper.Regular, small, black, edge, at, d.given(bars[0].Label))
		if len(bars) > 2 {
			d.out.Text(paper.Regular, small, black, edge+paper.Length(len(bars)/2)*step, at, d.given(bars[len(bars)/2].Label))
		}
		if len(bars) > 1 {
			d.out.Right(paper.Regular, small, black, right, at, d.given(bars[len(bars)-1].Label))
		}
	}}, 4*paper.MM)
}

// part is how much of a length a size is of the most; sizes of money are cut to thousandths first, so that nothing overflows.
func part(of paper.Length, size, most int64) paper.Length {
	for most > 1_000_000_000 {
		size, most = size/1000, most/1000
	}
	return paper.Length(int64(of) * size / most)
}

// table gives the first column what the others leave.
func (r Report) table(d *drawing) {
	if len(r.Columns) == 0 || len(r.Rows) == 0 {
		return
	}
	const gap = 3 * paper.MM
	others := paper.Length(len(r.Columns) - 1)
	wide := min(30*paper.MM, room*7/10/max(1, others))
	columns := make([]column, len(r.Columns))
	columns[0] = column{x: edge, wide: room - others*wide - gap, name: d.given(r.Columns[0].Name)}
	for n, c := range r.Columns[1:] {
		from := right - (others-paper.Length(n))*wide
		columns[n+1] = column{x: from, wide: wide - gap, name: d.given(c.Name)}
		if c.Numbers {
			columns[n+1].x, columns[n+1].right = from+wide, true
		}
	}
	t := &table{head: d.columnHead(columns), carry: func(string, string) block { return block{draw: func(paper.Length) {}} }} // nothing is carried but the head
	head := t.head
	head.keep = true
	d.add(head, 3*paper.MM)
	for n, row := range r.Rows {
		var line []cell
		for _, text := range row {
			line = append(line, cell{text: strings.TrimSpace(d.given(text))})
		}
		b := d.row(columns, line)
		b.rows, b.last = t, n == len(r.Rows)-1
		d.add(b, 0)
	}
}
