package sheets

import (
	"mtandao/internal/paper"
	"mtandao/themes"
)

// canvas is what cards are drawn on: a PDF or a picture.
type canvas interface {
	fill(c themes.Colour, x, y, w, h float64)
	text(t *paper.Face, size float64, c themes.Colour, x, base float64, s string)
	logo(x, y, h float64) // as wide as its picture
	code(m *paper.Matrix, x, y, size float64)
}

var (
	black = themes.Colour{}
	white = themes.Colour{Red: 0xff, Green: 0xff, Blue: 0xff}
)

// left writes a text from x, in at most w; right ends it there, center sets it between.
func left(c canvas, t *paper.Face, size, least float64, ink themes.Colour, x, base, w float64, s string) {
	size, s = t.Fit(size, least, w, s)
	c.text(t, size, ink, x, base, s)
}

func right(c canvas, t *paper.Face, size, least float64, ink themes.Colour, x, base, w float64, s string) (wide float64) {
	size, s = t.Fit(size, least, w, s)
	wide = t.Width(size, s)
	c.text(t, size, ink, x-wide, base, s)
	return wide
}

func center(c canvas, t *paper.Face, size, least float64, ink themes.Colour, x, base, w float64, s string) {
	size, s = t.Fit(size, least, w, s)
	c.text(t, size, ink, x+(w-t.Width(size, s))/2, base, s)
}

// box is the edge of a field.
func box(c canvas, ink themes.Colour, x, y, w, h, thick float64) {
	c.fill(ink, x, y, w, thick)
	c.fill(ink, x, y+h-thick, w, thick)
	c.fill(ink, x, y, thick, h)
	c.fill(ink, x+w-thick, y, thick, h)
}
