package sheets

import (
	"mtandao/internal/paper"
	"mtandao/themes"
)

// nothing stands on a card that is dead but its serial and why.
func nothing(c canvas, v printedCard, w, h, size float64) {
	c.fill(white, 0.5, 0.5, w-1, h-1)
	center(c, paper.Bold, size, 5, black, 1, h/2, w-2, v.serial)
	center(c, paper.Regular, size, 5, black, 1, h/2+size*0.5, w-2, v.dead)
}

// head is a field of the brand's colour with its logo and name at the left and the price at the right.
func (p *Paper) head(c canvas, x, y, w, h, name, price float64) {
	c.fill(p.tokens.Accent, x, y, w, h)
	pad := h * 0.16
	base := func(size float64) float64 { return y + h/2 + size*paper.Point*paper.CapHeight/2 }
	wide := right(c, paper.Bold, price, price*0.6, p.tokens.OnAccent, x+w-pad*1.6, base(price), w*0.46, p.price)
	at := x + pad*1.6
	if p.mark != nil {
		tile := h - 2*pad
		c.fill(white, x+pad, y+pad, p.markWide(tile*0.86)+tile*0.14, tile)
		c.logo(x+pad+tile*0.07, y+pad+tile*0.07, tile*0.86)
		at = x + pad*2 + p.markWide(tile*0.86) + tile*0.14
	}
	left(c, paper.Bold, name, name*0.75, p.tokens.OnAccent, at, base(name), x+w-at-wide-pad*4, p.brand)
}

// markWide is the width of the logo at a height.
func (p *Paper) markWide(h float64) float64 {
	if p.mark == nil {
		return 0
	}
	size := p.mark.Bounds().Size()
	return h * float64(size.X) / float64(size.Y)
}

// numbered writes the steps, each with its number, in lines of its own.
func (p *Paper) numbered(c canvas, x, base, w, size, leading float64) {
	for i, step := range p.steps {
		number := string(rune('1' + i))
		c.text(paper.Bold, size, p.tokens.Link, x, base, number)
		left(c, paper.Regular, size, size*0.8, black, x+size*paper.Point*0.95, base, w-size*paper.Point*0.95, step)
		base += leading
	}
}

// written sets a code in one line, in the middle of a field.
func written(c canvas, v printedCard, x, y, w, h, size float64) {
	size, code := paper.Mono.Fit(size, 7, w, v.code)
	center(c, paper.Mono, size, size, black, x, y+(h+size*paper.Point*paper.CapHeight)/2, w+0.1, code)
}

// band is a card with a band of the brand's colour across its top: 24 of a sheet.
type band struct{}

func (band) shared(c canvas, p *Paper) {
	p.head(c, 1.5, 1.5, 63, 6.4, 9, 11)
	if paper.Bold.Width(7, p.plan) <= 35.3 {
		left(c, paper.Bold, 8, 7, black, 29.2, 11.6, 35.3, p.plan)
		left(c, paper.Regular, 6, 5, black, 29.2, 14.3, 35.3, p.gives)
	} else {
		for n, line := range paper.Bold.Wrap(6, 35.3, p.plan, 2) {
			left(c, paper.Bold, 6, 6, black, 29.2, 10.4+float64(n)*2.3, 35.3, line)
		}
		left(c, paper.Regular, 5.2, 4.5, black, 29.2, 14.8, 35.3, p.gives)
	}
	box(c, p.tokens.Accent, 29.2, 15.6, 35.3, 6.6, 0.4)
	p.numbered(c, 29.2, 25.2, 35.3, 6, 2.55)
	ends := paper.Regular.Wrap(5.2, 35.3, joined(p.valid, p.help), 2)
	for n, line := range ends {
		left(c, paper.Regular, 5.2, 5.2, black, 29.2, 34.3-float64(len(ends)-1-n)*2, 35.3, line)
	}
}

func (band) own(c canvas, p *Paper, v printedCard) {
	if v.dead != "" {
		nothing(c, v, 66, 35.25, 8)
		return
	}
	c.code(v.matrix, 4, 10.4, 21)
	written(c, v, 29.8, 15.6, 34.1, 6.6, 14)
	center(c, paper.Regular, 5.5, 4.5, black, 1.5, 34, 26, v.named())
}

// strip is a low, wide card: 36 of a sheet.
type strip struct{}

func (strip) shared(c canvas, p *Paper) {
	p.head(c, 24.6, 1.1, 40, 4.5, 7, 8.5)
	left(c, paper.Bold, 6.5, 5.5, black, 24.8, 8.1, 39.6, p.plan)
	left(c, paper.Regular, 5.2, 4.5, black, 24.8, 10.1, 39.6, p.gives)
	p.numbered(c, 24.8, 17.3, 39.6, 5.2, 1.9)
}

func (strip) own(c canvas, p *Paper, v printedCard) {
	if v.dead != "" {
		nothing(c, v, 66, 23.5, 7)
		return
	}
	c.code(v.matrix, 2.2, 1.75, 20)
	written(c, v, 24.8, 10.5, 39.6, 4.1, 14.5)
	left(c, paper.Regular, 5, 4.5, black, 24.8, 22.9, 17, v.named())
	right(c, paper.Regular, 5, 4.5, black, 64.4, 22.9, 22, p.valid)
}

// stamp is the smallest card: 50 of a sheet.
type stamp struct{}

func (stamp) shared(c canvas, p *Paper) {
	c.fill(p.tokens.Accent, 23.4, 1.3, 15.2, 5)
	center(c, paper.Bold, 9, 5.5, p.tokens.OnAccent, 24, 4.9, 14, p.price)
	lines := 2
	if p.sample.deep() {
		lines = 1
	}
	base := 8.9
	for _, line := range paper.Bold.Wrap(5.8, 15.2, p.plan, lines) {
		left(c, paper.Bold, 5.8, 5, black, 23.4, base, 15.2, line)
		base += 2.4
	}
	left(c, paper.Bold, 5.5, 4.5, p.tokens.Link, 1.6, 24.4, 17.5, p.brand)
	left(c, paper.Regular, 5, 4.4, black, 1.6, 26.8, 36.8, p.brief)
}

func (stamp) own(c canvas, _ *Paper, v printedCard) {
	if v.dead != "" {
		nothing(c, v, 39.6, 28.2, 7)
		return
	}
	c.code(v.matrix, 1.3, 1.4, 20)
	base, size, leading := 15.3, 14.0, 5.0
	if v.deep() {
		base, size, leading = 13.2, min(14, 42/float64(len(v.groups))), 13.2/float64(len(v.groups))
	}
	for _, group := range v.groups {
		left(c, paper.Mono, size, 7, black, 23.4, base, 15.4, group)
		base += leading
	}
	right(c, paper.Regular, 5, 4.4, black, 38.4, 24.4, 19, v.named())
}

// deep: the code takes more than two lines where it is set by groups.
func (c printedCard) deep() bool { return len(c.groups) > 2 }

// counter is a card to stand on a counter: two of a sheet.
type counter struct{}

func (counter) shared(c canvas, p *Paper) {
	p.head(c, 6, 6, 186, 24, 28, 32)
	left(c, paper.Bold, 22, 14, black, 96, 44, 96, p.plan)
	left(c, paper.Regular, 13, 9, black, 96, 52, 96, p.gives)
	box(c, p.tokens.Accent, 96, 58, 96, 22, 1)
	p.numbered(c, 96, 92, 96, 13, 8)
	left(c, paper.Regular, 11, 8, black, 96, 117, 96, p.valid)
	left(c, paper.Bold, 13, 9, black, 96, 125, 96, p.help)
}

func (counter) own(c canvas, p *Paper, v printedCard) {
	if v.dead != "" {
		nothing(c, v, 198, 141, 20)
		return
	}
	c.code(v.matrix, 14, 42, 72)
	written(c, v, 98, 58, 92, 22, 36)
	center(c, paper.Regular, 10, 7, black, 6, 127, 88, v.named())
	center(c, paper.Regular, 10, 7, black, 6, 133, 88, p.batch)
}

// joined puts a dot between two texts that may be empty.
func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " · " + b
}

// crosses are the marks to cut at: where cards meet, and short ones at the edge.
func (l Layout) crosses(c canvas) {
	const arm, thick = 1.2, 0.25
	for row := 0; row <= l.rows; row++ {
		for col := 0; col <= l.cols; col++ {
			x, y := l.left+float64(col)*l.w, l.top+float64(row)*l.h
			c.fill(themes.Colour{}, x-arm, y-thick/2, 2*arm, thick)
			c.fill(themes.Colour{}, x-thick/2, y-arm, thick, 2*arm)
		}
	}
}
