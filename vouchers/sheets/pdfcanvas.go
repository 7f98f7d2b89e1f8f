package sheets

import (
	"bytes"
	"fmt"
	"image/png"
	"strconv"

	"github.com/jung-kurt/gofpdf"

	"mtandao/themes"
)

// pdfCanvas draws with gofpdf from the point x, y of its page on.
type pdfCanvas struct {
	pdf    *gofpdf.Fpdf
	x, y   float64
	height float64 // of the page
	mark   string  // the logo's name
	path   []byte
}

const logoName = "logo"

func (c *pdfCanvas) fill(colour themes.Colour, x, y, w, h float64) {
	c.pdf.SetFillColor(int(colour.Red), int(colour.Green), int(colour.Blue))
	c.pdf.Rect(c.x+x, c.y+y, w, h, "F")
}

func (c *pdfCanvas) text(t *typeface, size float64, colour themes.Colour, x, base float64, s string) {
	c.pdf.SetTextColor(int(colour.Red), int(colour.Green), int(colour.Blue))
	c.pdf.SetFont(t.name, "", size)
	c.pdf.Text(c.x+x, c.y+base, s)
}

func (c *pdfCanvas) logo(x, y, h float64) {
	c.pdf.ImageOptions(c.mark, c.x+x, c.y+y, 0, h, false, gofpdf.ImageOptions{ImageType: "PNG"}, 0, "")
}

// overlap lets the rows of a picture touch in any viewer; more would spoil it for scanners.
const overlap = "1.03"

// code draws one path of runs, in a system of coordinates whose unit is a module, with y downwards.
func (c *pdfCanvas) code(m *matrix, x, y, size float64) {
	const perMM = 72 / 25.4
	module := size / float64(m.n) * perMM
	path := fmt.Appendf(c.path[:0], "q 0 g %.5f 0 0 %.5f %.3f %.3f cm\n", module, -module, (c.x+x)*perMM, (c.height-c.y-y)*perMM)
	for _, r := range m.runs {
		path = strconv.AppendInt(path, int64(r.x), 10)
		path = strconv.AppendInt(append(path, ' '), int64(r.y), 10)
		path = strconv.AppendInt(append(path, ' '), int64(r.n), 10)
		path = append(path, " "+overlap+" re\n"...)
	}
	c.path = append(path, "f Q"...)
	c.pdf.RawWriteBuf(bytes.NewReader(c.path))
}

// fresh is a document with the fonts and the logo.
func (p *Paper) fresh(w, h float64) (*gofpdf.Fpdf, string, error) {
	pdf := gofpdf.NewCustom(&gofpdf.InitType{UnitStr: "mm", Size: gofpdf.SizeType{Wd: w, Ht: h}})
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(p.At)
	pdf.SetModificationDate(p.At)
	pdf.SetTitle(p.footer, true)
	pdf.SetMargins(0, 0, 0)
	pdf.SetAutoPageBreak(false, 0)
	for _, t := range faces {
		pdf.AddUTF8FontFromBytes(t.name, "", t.file)
	}
	if p.mark == nil {
		return pdf, "", pdf.Error()
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, opaque(p.mark)); err != nil {
		return nil, "", err
	}
	pdf.RegisterImageOptionsReader(logoName, gofpdf.ImageOptions{ImageType: "PNG"}, &picture)
	return pdf, logoName, pdf.Error()
}
