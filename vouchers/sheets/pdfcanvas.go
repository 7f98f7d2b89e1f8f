package sheets

import (
	"github.com/jung-kurt/gofpdf"

	"mtandao/internal/paper"
	"mtandao/themes"
)

// pdfCanvas draws with gofpdf from the point x, y of its page on.
type pdfCanvas struct {
	pdf    *gofpdf.Fpdf
	x, y   float64
	height float64 // of the page
}

func (c *pdfCanvas) fill(colour themes.Colour, x, y, w, h float64) {
	c.pdf.SetFillColor(int(colour.Red), int(colour.Green), int(colour.Blue))
	c.pdf.Rect(c.x+x, c.y+y, w, h, "F")
}

func (c *pdfCanvas) text(t *paper.Face, size float64, colour themes.Colour, x, base float64, s string) {
	c.pdf.SetTextColor(int(colour.Red), int(colour.Green), int(colour.Blue))
	t.Use(c.pdf, size)
	c.pdf.Text(c.x+x, c.y+base, s)
}

func (c *pdfCanvas) logo(x, y, h float64) {
	c.pdf.ImageOptions(paper.LogoName, c.x+x, c.y+y, 0, h, false, gofpdf.ImageOptions{ImageType: "PNG"}, 0, "")
}

func (c *pdfCanvas) code(m *paper.Matrix, x, y, size float64) {
	m.Draw(c.pdf, c.height, c.x+x, c.y+y, size)
}
