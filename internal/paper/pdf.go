package paper

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"strconv"
	"time"

	"github.com/jung-kurt/gofpdf"
)

// LogoName is what a logo is called in a PDF.
const LogoName = "logo"

// Begin is a PDF of pages w wide and h high with the fonts, and with a logo if there is one. It says when it was made, so that the same
// paper has the same bytes.
func Begin(w, h float64, title string, at time.Time, logo image.Image) (*gofpdf.Fpdf, error) {
	pdf := gofpdf.NewCustom(&gofpdf.InitType{UnitStr: "mm", Size: gofpdf.SizeType{Wd: w, Ht: h}})
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(at)
	pdf.SetModificationDate(at)
	pdf.SetTitle(title, true)
	pdf.SetMargins(0, 0, 0)
	pdf.SetAutoPageBreak(false, 0)
	for _, t := range faces {
		pdf.AddUTF8FontFromBytes(t.name, "", t.file)
	}
	if logo == nil {
		return pdf, pdf.Error()
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, Opaque(logo)); err != nil {
		return nil, err
	}
	pdf.RegisterImageOptionsReader(LogoName, gofpdf.ImageOptions{ImageType: "PNG"}, &picture)
	return pdf, pdf.Error()
}

// Embed makes a PDF carry the pictures of letters that are written into it later.
func Embed(pdf *gofpdf.Fpdf, letters string) {
	for _, t := range faces {
		t.Use(pdf, 1)
		pdf.Text(0, 1, letters)
	}
}

// Use is what a PDF's next texts are written in.
func (t *Face) Use(pdf *gofpdf.Fpdf, size float64) { pdf.SetFont(t.name, "", size) }

// overlap lets the rows of a picture touch in any viewer; more would spoil it for scanners.
const overlap = "1.03"

// Draw puts a code on a PDF's page of a height: one path of runs, in a system of coordinates whose unit is a module, with y downwards.
func (m *Matrix) Draw(pdf *gofpdf.Fpdf, height, x, y, size float64) {
	const perMM = 72 / 25.4
	module := size / float64(m.N) * perMM
	path := fmt.Appendf(nil, "q 0 g %.5f 0 0 %.5f %.3f %.3f cm\n", module, -module, x*perMM, (height-y)*perMM)
	for _, r := range m.Runs {
		path = strconv.AppendInt(path, int64(r.X), 10)
		path = strconv.AppendInt(append(path, ' '), int64(r.Y), 10)
		path = strconv.AppendInt(append(path, ' '), int64(r.N), 10)
		path = append(path, " "+overlap+" re\n"...)
	}
	pdf.RawWriteBuf(bytes.NewReader(append(path, "f Q"...)))
}
