package pdf

import (
	"bytes"
	"image"
	"strconv"
	"strings"
	"time"

	"mtandao/internal/money"
	"mtandao/internal/paper"
	"mtandao/internal/words"
	"mtandao/themes"
)

// drawing is one paper in the making.
type drawing struct {
	Common
	out    *paper.Pages
	logo   image.Image
	accent themes.Colour
	ink    themes.Colour // the accent as text
	title  string
	blocks []block
	err    error // the first text that cannot be printed
}

var black = themes.Colour{}

// Sizes of letters.
const (
	small paper.Size = 80
	base  paper.Size = 92
	large paper.Size = 180
)

const leading = 45 * paper.MM / 10 // from line to line of base

func begin(c Common, title string) *drawing {
	tokens := themes.Pour(c.Brand.Accent, c.Brand.AccentInk, "#ffffff", "#000000")
	d := &drawing{Common: c, logo: paper.Logo(c.Brand.Logo, c.Brand.LogoType), accent: tokens.Accent, ink: tokens.Link, title: title}
	if d.Zone == nil {
		d.Zone = time.UTC
	}
	return d
}

func (d *drawing) say(key string, args ...any) string { return words.Text(d.Lang, key, args...) }

// given is a text of somebody else's as paper has it, its lines apart.
func (d *drawing) given(s string) string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		if line = paper.Plain(line); line != "" {
			lines = append(lines, line)
		}
	}
	for _, line := range lines {
		if err := paper.Printable(line); err != nil && d.err == nil {
			d.err = err
		}
	}
	return strings.Join(lines, "\n")
}

// day is "26 Nov 2026".
func (d *drawing) day(t time.Time) string {
	t = t.In(d.Zone)
	return strconv.Itoa(t.Day()) + " " + strings.Fields(d.say("guest.months"))[t.Month()-1] + " " + strconv.Itoa(t.Year())
}

// period names the first and the last day of [from, to): "1–30 Nov 2026", "15 Nov – 14 Dec 2026".
func (d *drawing) period(from, to time.Time) string {
	first, last := from.In(d.Zone), to.Add(-time.Millisecond).In(d.Zone)
	switch {
	case first.Year() != last.Year():
		return d.day(first) + " – " + d.day(last)
	case first.Month() != last.Month():
		return strings.TrimSuffix(d.day(first), " "+strconv.Itoa(first.Year())) + " – " + d.day(last)
	case first.Day() != last.Day():
		return strconv.Itoa(first.Day()) + "–" + d.day(last)
	}
	return d.day(first)
}

// figure is an amount as it stands in a column: "1,250.00".
func figure(a money.Amount) string {
	s := strings.TrimPrefix(strings.TrimPrefix(a.String(), "-"), a.Currency)
	s = strings.TrimSpace(s)
	if !strings.Contains(s, ".") {
		s += ".00"
	}
	if a.Cents < 0 {
		return "-" + s
	}
	return s
}

// sum is an amount with its currency: "KES 1,250.00".
func sum(a money.Amount) string {
	currency := a.Currency
	if currency == "" {
		currency = money.Shilling
	}
	return currency + " " + figure(a)
}

// add puts a block after the others; space is free room before it.
func (d *drawing) add(b block, space paper.Length) {
	draw := b.draw
	b.high += space
	b.draw = func(y paper.Length) { draw(y + space) }
	d.blocks = append(d.blocks, b)
}

// space leaves some free.
func (d *drawing) space(high paper.Length) {
	d.add(block{high: high, draw: func(paper.Length) {}, keep: true}, 0)
}

// prose adds a heading and a text below it, which may go on to the next page.
func (d *drawing) prose(heading, text string) {
	if text == "" {
		return
	}
	d.add(block{high: leading, keep: true, draw: func(y paper.Length) {
		d.out.Text(paper.Bold, base, black, edge, y+leading*3/4, heading)
	}}, 4*paper.MM)
	for _, line := range paper.Regular.Lines(base, room, text) {
		d.add(block{high: leading, draw: func(y paper.Length) {
			d.out.Text(paper.Regular, base, black, edge, y+leading*3/4, line)
		}}, 0)
	}
}

// write lays the blocks out below a head, draws them and gives the document's bytes.
func (d *drawing) write(head func() paper.Length) ([]byte, error) {
	if d.err != nil {
		return nil, d.err
	}
	var err error
	title := strings.TrimSpace(d.title + " " + d.Number)
	if d.out, err = paper.NewPages(title+" · "+d.Brand.Name, d.Day, d.logo); err != nil {
		return nil, err
	}
	d.out.Add()
	pages := flow(head(), d.blocks)
	for n, page := range pages {
		if n > 0 {
			d.out.Add()
			d.running(title)
		}
		d.foot(n+1, len(pages))
		for _, b := range page {
			b.draw(b.y)
		}
	}
	var out bytes.Buffer
	if err := d.out.Output(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// running is the head of a page that goes on.
func (d *drawing) running(title string) {
	d.out.Text(paper.Bold, base, black, edge, 17*paper.MM, first(paper.Bold, base, room/2, d.Brand.Name))
	d.out.Right(paper.Bold, base, black, right, 17*paper.MM, first(paper.Bold, base, room/2-5*paper.MM, title))
	d.out.Text(paper.Regular, base, black, edge, 22*paper.MM, first(paper.Regular, base, room, d.Buyer.Name))
	d.out.Fill(d.accent, edge, 24*paper.MM, room, paper.MM)
}

func (d *drawing) foot(n, all int) {
	y := paper.Height - 11*paper.MM
	d.out.Fill(black, edge, y-4*paper.MM, room, paper.MM*4/10)
	page := d.say("pdf.page", "N", n, "All", all)
	d.out.Right(paper.Regular, small, black, right, y, page)
	contact := join(d.Seller.Name, d.Seller.Phone, d.Seller.Email)
	left := room - paper.Regular.Wide(small, page) - 5*paper.MM
	d.out.Text(paper.Regular, small, black, edge, y, first(paper.Regular, small, left, contact))
}

// first is the first line of what stands in full elsewhere.
func first(face *paper.Face, size paper.Size, wide paper.Length, s string) string {
	lines := append(face.Lines(size, wide, s), "")
	return lines[0]
}

// join puts dots between what is not empty.
func join(all ...string) string {
	var some []string
	for _, s := range all {
		if s != "" {
			some = append(some, s)
		}
	}
	return strings.Join(some, " · ")
}
