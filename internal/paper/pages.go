package paper

import (
	"image"
	"io"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jung-kurt/gofpdf"

	"mtandao/themes"
)

// Length is hundredths of a millimetre.
type Length int

// Size is how large letters are, in tenths of a point.
type Size int

// The lengths of a page.
const (
	MM     Length = 100
	Width         = 210 * MM
	Height        = 297 * MM
)

func (l Length) mm() float64 { return float64(l) / float64(MM) }

func (s Size) points() float64 { return float64(s) / 10 }

// Cap is how high the capitals of a size are.
func (s Size) Cap() Length {
	return Length(math.Round(s.points() * Point * CapHeight * float64(MM)))
}

// Pages are sheets of A4 that are written one after the other.
type Pages struct {
	pdf   *gofpdf.Fpdf
	shape image.Point // of the logo
}

// NewPages begins a document.
func NewPages(title string, at time.Time, logo image.Image) (*Pages, error) {
	pdf, err := Begin(Width.mm(), Height.mm(), title, at, logo)
	if err != nil {
		return nil, err
	}
	p := &Pages{pdf: pdf}
	if logo != nil {
		p.shape = logo.Bounds().Size()
	}
	return p, nil
}

// Add begins the next page.
func (p *Pages) Add() { p.pdf.AddPage() }

// Output ends the document and gives its bytes to w.
func (p *Pages) Output(w io.Writer) error { return p.pdf.Output(w) }

// Fill is a field of one colour.
func (p *Pages) Fill(c themes.Colour, x, y, w, h Length) {
	p.pdf.SetFillColor(int(c.Red), int(c.Green), int(c.Blue))
	p.pdf.Rect(x.mm(), y.mm(), w.mm(), h.mm(), "F")
}

// Box is the edge of a field.
func (p *Pages) Box(c themes.Colour, x, y, w, h, thick Length) {
	p.Fill(c, x, y, w, thick)
	p.Fill(c, x, y+h-thick, w, thick)
	p.Fill(c, x, y, thick, h)
	p.Fill(c, x+w-thick, y, thick, h)
}

// Text writes from x on; Right ends there.
func (p *Pages) Text(t *Face, size Size, c themes.Colour, x, base Length, s string) {
	p.pdf.SetTextColor(int(c.Red), int(c.Green), int(c.Blue))
	t.Use(p.pdf, size.points())
	p.pdf.Text(x.mm(), base.mm(), s)
}

// Right writes a text that ends at x.
func (p *Pages) Right(t *Face, size Size, c themes.Colour, x, base Length, s string) {
	p.Text(t, size, c, x-t.Wide(size, s), base, s)
}

// Logo draws the logo as high as h and no wider than w, and tells how wide it is; nothing when there is none.
func (p *Pages) Logo(x, y, w, h Length) Length {
	if p.shape.X == 0 {
		return 0
	}
	if wide := h * Length(p.shape.X) / Length(p.shape.Y); wide < w {
		w = wide
	}
	h = w * Length(p.shape.Y) / Length(p.shape.X)
	p.pdf.ImageOptions(LogoName, x.mm(), y.mm(), w.mm(), h.mm(), false, gofpdf.ImageOptions{ImageType: "PNG"}, 0, "")
	return w
}

// Code draws a QR code; what is around it is its quiet zone, and is left free.
func (p *Pages) Code(m *Matrix, x, y, size Length) {
	m.Draw(p.pdf, Height.mm(), x.mm(), y.mm(), size.mm())
}

// Wide is how wide a text is.
func (t *Face) Wide(size Size, s string) Length {
	return Length(math.Ceil(t.Width(size.points(), s) * float64(MM)))
}

// Lines breaks a text into lines no wider than w, at spaces where it can, and leaves nothing out. Lines of the text stay lines.
func (t *Face) Lines(size Size, w Length, s string) (lines []string) {
	for part := range strings.SplitSeq(s, "\n") {
		line := ""
		for word := range strings.FieldsSeq(part) {
			longer := strings.TrimSpace(line + " " + word)
			if t.Wide(size, longer) <= w {
				line = longer
				continue
			}
			if line != "" {
				lines = append(lines, line)
			}
			for t.Wide(size, word) > w {
				head := t.part(size, w, word)
				lines, word = append(lines, head), word[len(head):]
			}
			line = word
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// part is the beginning of a word that fits into w: a letter at least.
func (t *Face) part(letters Size, w Length, word string) string {
	end := 0
	for end < len(word) {
		_, size := utf8.DecodeRuneInString(word[end:])
		if end > 0 && t.Wide(letters, word[:end+size]) > w {
			break
		}
		end += size
	}
	return word[:end]
}
