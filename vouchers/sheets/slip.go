package sheets

import (
	"mtandao/internal/paper"
	"mtandao/themes"
)

// slip draws a strip of w mm, its paper left free at the edges, and tells how long it is.
func slip(c canvas, p *Paper, v printedCard, w, edge float64) (long float64) {
	x, room := edge, w-2*edge
	y := 3.0
	if p.mark != nil {
		h := 11.0
		c.logo(x+(room-p.markWide(h))/2, y, h)
		y += h + 1
	}
	line := func(t *paper.Face, size, least, before float64, s string) {
		if s != "" {
			y += before + size*paper.Point*paper.CapHeight
			center(c, t, size, least, black, x, y, room, s)
		}
	}
	for _, part := range paper.Bold.Wrap(13, room, p.brand, 2) {
		line(paper.Bold, 13, 9, 1.7, part)
	}
	for _, part := range paper.Bold.Wrap(10.5, room, p.plan, 3) {
		line(paper.Bold, 10.5, 8, 2, part)
	}
	line(paper.Bold, 18, 10, 2.6, p.price)
	for _, part := range paper.Regular.Wrap(8, room, p.gives, 4) {
		line(paper.Regular, 8, 7, 1.8, part)
	}
	size := min(room*0.76, 40)
	y += 4
	c.code(v.matrix, x+(room-size)/2, y, size)
	y += size + 2.6
	line(paper.Mono, 20, 9, 1.6, v.code)
	y += 2.4
	c.fill(black, x, y, room, 0.4)
	y += 0.6
	for i, step := range p.steps {
		for n, part := range paper.Regular.Wrap(8.5, room-4, step, 3) {
			y += 8.5*paper.Point*paper.CapHeight + 1.5
			if n == 0 {
				c.text(paper.Bold, 8.5, black, x, y, string(rune('1'+i)))
			}
			c.text(paper.Regular, 8.5, black, x+4, y, part)
		}
	}
	y += 1.2
	for _, part := range paper.Regular.Wrap(8, room, p.valid, 2) {
		line(paper.Regular, 8, 7, 1.6, part)
	}
	line(paper.Bold, 8.5, 6, 1.8, p.help)
	line(paper.Regular, 8, 6, 1.8, v.named())
	return y + 4
}

// ruler draws nothing: what is drawn on it is only measured.
type ruler struct{}

func (ruler) fill(themes.Colour, float64, float64, float64, float64)             {}
func (ruler) text(*paper.Face, float64, themes.Colour, float64, float64, string) {}
func (ruler) logo(float64, float64, float64)                                     {}
func (ruler) code(*paper.Matrix, float64, float64, float64)                      {}
