package sheets

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/jung-kurt/gofpdf"

	"mtandao/internal/fault"
	"mtandao/internal/paper"
)

// pdf writes a document sheet by sheet. Its beginning is gofpdf's; each sheet is appended, and the list of pages comes at the end.
type pdf struct {
	p             *Paper
	out           *counted
	doc           *gofpdf.Fpdf
	face          gofpdf.Template
	w, h          float64
	base          int64 // where the beginning's table of objects is
	root, info    string
	next          int     // number of the next object
	offsets       []int64 // of the objects from first on
	first         int
	pages         []int
	cards         []printedCard
	sheet, sheets int
	packed        bytes.Buffer
	zip           *zlib.Writer
}

// counted counts what is written.
type counted struct {
	io.Writer
	n int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.n += int64(n)
	return n, err
}

// openPDF writes the beginning of a document of the batch's serials first to last.
func (p *Paper) openPDF(w io.Writer, first, last int) (*pdf, error) {
	d := &pdf{p: p, out: &counted{Writer: w}, w: pageWidth, h: pageHeight, sheet: (first - 1) / p.Cards(), sheets: (p.Batch.Size + p.Cards() - 1) / p.Cards()}
	if p.cols == 0 {
		d.w, d.h = p.w, slip(ruler{}, p, p.sample, p.w, slipEdge(p.w))
		d.sheet, d.sheets = 0, last-first+1
	}
	var err error
	if d.doc, err = paper.Begin(d.w, d.h, p.footer, p.At, p.mark); err != nil {
		return nil, err
	}
	d.zip, _ = zlib.NewWriterLevel(&d.packed, zlib.BestSpeed) // fails for unknown levels only
	return d, d.begin()
}

// slipEdge is what a thermal printer leaves free at each side.
func slipEdge(w float64) float64 {
	if w < 70 {
		return 5
	}
	return 4
}

// begin makes gofpdf write a page that shows the shared face and every letter there will be, so that it embeds them; the page itself is
// then left out of the list of pages.
func (d *pdf) begin() error {
	d.doc.AddPage()
	all := &pdfCanvas{pdf: d.doc, height: d.h}
	if d.p.cols > 0 {
		size := gofpdf.SizeType{Wd: d.p.w, Ht: d.p.h}
		d.face = d.doc.CreateTemplateCustom(gofpdf.PointType{}, size, func(t *gofpdf.Tpl) {
			d.p.face.shared(&pdfCanvas{pdf: &t.Fpdf, height: d.p.h}, d.p)
		})
		d.doc.UseTemplateScaled(d.face, gofpdf.PointType{}, size)
	}
	if d.p.mark != nil {
		all.logo(0, 0, 10)
	}
	letters := printableASCII + strings.Join(d.p.texts(), "")
	paper.Embed(d.doc, letters)
	var start bytes.Buffer
	if err := d.doc.Output(&start); err != nil {
		return err
	}
	tail := trailer.FindSubmatch(start.Bytes())
	if tail == nil {
		return fault.New(fault.Internal, "internal")
	}
	d.next, _ = strconv.Atoi(string(tail[1]))
	d.first, d.root, d.info = d.next, string(tail[2]), string(tail[3])
	d.base, _ = strconv.ParseInt(string(tail[4]), 10, 64)
	_, err := d.out.Write(start.Bytes())
	return err
}

const printableASCII = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~·–…"

// trailer is the end of what gofpdf writes.
var trailer = regexp.MustCompile(`trailer\n<<\n/Size (\d+)\n/Root (\d+ 0 R)\n/Info (\d+ 0 R)\n[^>]*>>\nstartxref\n(\d+)\n%%EOF\s*$`)

// add puts the next card in its place; a full sheet is written.
func (d *pdf) add(c printedCard, serial int) error {
	if d.p.cols == 0 && c.dead != "" {
		return nil
	}
	if d.p.cols > 0 && len(d.cards) == 0 {
		d.cards = append(d.cards, make([]printedCard, (serial-1)%d.p.Cards())...) // what lies before it on its sheet stays free
	}
	if d.cards = append(d.cards, c); len(d.cards) < d.p.Cards() {
		return nil
	}
	return d.flush()
}

// flush writes the sheet.
func (d *pdf) flush() error {
	size := gofpdf.SizeType{Wd: d.w, Ht: d.h}
	page := d.doc.CreateTemplateCustom(gofpdf.PointType{}, size, func(t *gofpdf.Tpl) { d.draw(&pdfCanvas{pdf: &t.Fpdf, height: d.h}) })
	d.cards = d.cards[:0]
	d.packed.Reset()
	d.zip.Reset(&d.packed)
	if _, err := d.zip.Write(page.Bytes()); err != nil {
		return err
	}
	if err := d.zip.Close(); err != nil {
		return err
	}
	content := d.object()
	fmt.Fprintf(d.out, "%d 0 obj\n<</Filter /FlateDecode /Length %d>>\nstream\n", content, d.packed.Len())
	if _, err := d.packed.WriteTo(d.out); err != nil {
		return err
	}
	fmt.Fprint(d.out, "\nendstream\nendobj\n")
	number := d.object()
	d.pages = append(d.pages, number)
	_, err := fmt.Fprintf(d.out, "%d 0 obj\n<</Type /Page /Parent 1 0 R /MediaBox [0 0 %.2f %.2f] /Resources 2 0 R /Contents %d 0 R>>\nendobj\n",
		number, d.w/paper.Point, d.h/paper.Point, content)
	return err
}

// object begins the next object.
func (d *pdf) object() int {
	d.offsets = append(d.offsets, d.out.n)
	d.next++
	return d.next - 1
}

func (d *pdf) draw(c *pdfCanvas) {
	d.sheet++
	if d.p.cols == 0 {
		slip(c, d.p, d.cards[0], d.p.w, slipEdge(d.p.w))
		return
	}
	for n, v := range d.cards {
		if v.serial == "" {
			continue
		}
		c.x, c.y = d.p.at(n)
		if v.dead == "" {
			c.pdf.UseTemplateScaled(d.face, gofpdf.PointType{X: c.x, Y: c.y}, gofpdf.SizeType{Wd: d.p.w, Ht: d.p.h})
		}
		d.p.face.own(c, d.p, v)
	}
	c.x, c.y = 0, 0
	d.p.crosses(c)
	const base = pageHeight - 5
	used := right(c, paper.Bold, 7, 7, black, pageWidth-8, base, 60, d.p.sheetOf(d.sheet, d.sheets))
	left(c, paper.Regular, 7, 6, black, 8, base, pageWidth-20-used, d.p.footer)
}

// close writes the last sheet and the list of pages.
func (d *pdf) close() error {
	if len(d.cards) > 0 {
		if err := d.flush(); err != nil {
			return err
		}
	}
	list := d.out.n
	fmt.Fprint(d.out, "1 0 obj\n<</Type /Pages\n/Kids [")
	for _, n := range d.pages {
		fmt.Fprintf(d.out, "%d 0 R\n", n)
	}
	fmt.Fprintf(d.out, "]\n/Count %d\n/MediaBox [0 0 %.2f %.2f]\n>>\nendobj\n", len(d.pages), d.w/paper.Point, d.h/paper.Point)
	table := d.out.n
	fmt.Fprintf(d.out, "xref\n1 1\n%010d 00000 n \n%d %d\n", list, d.first, len(d.offsets))
	for _, at := range d.offsets {
		fmt.Fprintf(d.out, "%010d 00000 n \n", at)
	}
	_, err := fmt.Fprintf(d.out, "trailer\n<<\n/Size %d\n/Root %s\n/Info %s\n/Prev %d\n>>\nstartxref\n%d\n%%%%EOF\n", d.next, d.root, d.info, d.base, table)
	return err
}
