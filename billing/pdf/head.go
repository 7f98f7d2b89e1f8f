package pdf

import (
	"strings"

	"mtandao/internal/paper"
)

// fact is a name and a value at the head of a paper.
type fact struct{ name, value string }

// facts leaves out what has no value.
func facts(all ...fact) (some []fact) {
	for _, f := range all {
		if f.value != "" {
			some = append(some, f)
		}
	}
	return some
}

// normal makes the texts of a paper what paper can have.
func (c *Common) normal(d *drawing) {
	for _, s := range []*string{&c.Brand.Name, &c.Account, &c.Number, &c.Notes, &c.Pay.Paybill, &c.Pay.Till, &c.Pay.Bank, &c.Pay.Link} {
		*s = d.given(*s)
	}
	for _, p := range []*Party{&c.Seller, &c.Buyer} {
		for _, s := range []*string{&p.Name, &p.PIN, &p.Address, &p.Phone, &p.Email} {
			*s = d.given(*s)
		}
	}
}

// party is a seller or buyer as lines; the first is the name.
func (d *drawing) party(p Party) (lines []string) {
	for _, s := range []string{p.Name, p.Address} {
		if s != "" {
			lines = append(lines, strings.Split(s, "\n")...)
		}
	}
	if p.PIN != "" {
		lines = append(lines, d.say("pdf.pin", "PIN", p.PIN))
	}
	return append(lines, filled(p.Phone, p.Email)...)
}

func filled(all ...string) (some []string) {
	for _, s := range all {
		if s != "" {
			some = append(some, s)
		}
	}
	return some
}

// masthead draws the brand at the left and the title at the right, and tells where it ends.
func (d *drawing) masthead(title, warning string) paper.Length {
	y := 16 * paper.MM
	x := edge
	if wide := d.out.Logo(edge, y, 40*paper.MM, 16*paper.MM); wide > 0 {
		x += wide + 4*paper.MM
	}
	titles := paper.Bold.Lines(large, room/2, title)
	half := right - room/2 - 4*paper.MM
	for n, line := range paper.Bold.Lines(140, half-x, d.Brand.Name) {
		d.out.Text(paper.Bold, 140, black, x, y+7*paper.MM+paper.Length(n)*6*paper.MM, line)
	}
	for n, line := range titles {
		d.out.Right(paper.Bold, large, d.ink, right, y+7*paper.MM+paper.Length(n)*8*paper.MM, line)
	}
	at := y + 6*paper.MM + paper.Length(len(titles))*8*paper.MM
	if d.Number != "" {
		d.out.Right(paper.Bold, 110, black, right, at, d.Number)
	}
	for _, line := range paper.Regular.Lines(small, room/2, warning) {
		at += 4 * paper.MM
		d.out.Right(paper.Regular, small, black, right, at, line)
	}
	at = max(at, y+18*paper.MM) + 3*paper.MM
	d.out.Fill(d.accent, edge, at, room, paper.MM*12/10)
	return at + 7*paper.MM
}

// parties draws seller, buyer and facts side by side.
func (d *drawing) parties(y paper.Length, all []fact) paper.Length {
	const wide, gap = 52 * paper.MM, 6 * paper.MM
	end := max(d.column(edge, y, wide, d.say("pdf.from"), d.party(d.Seller)), d.column(edge+wide+gap, y, wide, d.say("pdf.to"), d.party(d.Buyer)))
	x := edge + 2*(wide+gap)
	at := y + leading*3/4
	for _, f := range all {
		d.out.Text(paper.Regular, base, black, x, at, f.name)
		values := paper.Bold.Lines(base, right-x-paper.Regular.Wide(base, f.name)-3*paper.MM, f.value)
		if len(values) > 1 { // too long for a place beside its name
			at += leading
			values = paper.Bold.Lines(base, right-x, f.value)
		}
		for _, line := range values {
			d.out.Right(paper.Bold, base, black, right, at, line)
			at += leading
		}
	}
	return max(end, at) + 4*paper.MM
}

func (d *drawing) column(x, y, wide paper.Length, name string, lines []string) paper.Length {
	y += leading * 3 / 4
	d.out.Text(paper.Regular, small, black, x, y, name)
	for n, s := range lines {
		face := paper.Regular
		if n == 0 {
			face = paper.Bold
		}
		for _, line := range face.Lines(base, wide, s) {
			y += leading
			d.out.Text(face, base, black, x, y, line)
		}
	}
	return y
}

// banner is what matters most, in a frame: an amount, and what it is.
func (d *drawing) banner(y paper.Length, name, amount, note string) paper.Length {
	const high = 15 * paper.MM
	d.out.Box(black, edge, y, room, high, paper.MM*6/10)
	d.out.Text(paper.Regular, base, black, edge+4*paper.MM, y+high/2+base.Cap()/2, name)
	d.out.Right(paper.Bold, large, black, right-4*paper.MM, y+high/2+large.Cap()/2, amount)
	if note != "" {
		x := edge + 4*paper.MM + paper.Regular.Wide(base, name) + 5*paper.MM
		d.out.Text(paper.Bold, base, black, x, y+high/2+base.Cap()/2, note)
	}
	return y + high + 3*paper.MM
}
