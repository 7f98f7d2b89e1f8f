package sheets

import (
	"slices"

	"mtandao/internal/fault"
	"mtandao/internal/words"
)

// Layout is one kind of paper, or one kind of file that vouchers go into.
type Layout struct {
	Key, Mime  string
	ending     string // of a file's name
	form       form
	cols, rows int     // cards of a sheet; 0: slips
	w, h       float64 // of a card; a slip has no height of its own
	left, top  float64 // of the first card
	face       face
	dots       int // of a thermal printer's line
}

// form is how a layout is written.
type form int

const (
	asPDF form = iota
	asPicture
	asPrinter
	asText
	asCSV
	asXLSX
)

// face draws one card.
type face interface {
	shared(c canvas, p *Paper)             // what all cards of a batch have in common
	own(c canvas, p *Paper, v printedCard) // what one card alone has
}

const (
	pageWidth, pageHeight = 210.0, 297.0
	pdfMime               = "application/pdf"
)

// Layouts are all that there are, the most usual first.
var Layouts = []Layout{
	{Key: "24", Mime: pdfMime, ending: "pdf", cols: 3, rows: 8, w: 66, h: 35.25, left: 6, top: 5.5, face: band{}},
	{Key: "36", Mime: pdfMime, ending: "pdf", cols: 3, rows: 12, w: 66, h: 23.5, left: 6, top: 5.5, face: strip{}},
	{Key: "50", Mime: pdfMime, ending: "pdf", cols: 5, rows: 10, w: 39.6, h: 28.2, left: 6, top: 5.5, face: stamp{}},
	{Key: "counter", Mime: pdfMime, ending: "pdf", cols: 1, rows: 2, w: 198, h: 141, left: 6, top: 5.5, face: counter{}},
	{Key: "slip58", Mime: pdfMime, ending: "pdf", w: 58, dots: 384},
	{Key: "slip80", Mime: pdfMime, ending: "pdf", w: 80, dots: 576},
	{Key: "printer58", Mime: "application/octet-stream", ending: "bin", form: asPrinter, w: 58, dots: 384},
	{Key: "printer80", Mime: "application/octet-stream", ending: "bin", form: asPrinter, w: 80, dots: 576},
	{Key: "picture", Mime: "application/zip", ending: "zip", form: asPicture, w: 58, dots: 384},
	{Key: "text", Mime: "text/plain; charset=utf-8", ending: "txt", form: asText},
	{Key: "csv", Mime: "text/csv; charset=utf-8", ending: "csv", form: asCSV},
	{Key: "xlsx", Mime: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ending: "xlsx", form: asXLSX},
}

// LayoutOf finds a layout; fault.Invalid "paper.layout".
func LayoutOf(key string) (Layout, error) {
	i := slices.IndexFunc(Layouts, func(l Layout) bool { return l.Key == key })
	if i < 0 {
		return Layout{}, fault.New(fault.Invalid, "paper.layout", "Layout", key)
	}
	return Layouts[i], nil
}

// Name is what people call it.
func (l Layout) Name(lang words.Lang) string { return words.Text(lang, "paper.layout."+l.Key) }

// Cards is how many are on a sheet: one, of what has no sheets.
func (l Layout) Cards() int { return max(l.cols*l.rows, 1) }

// Table: rows of a table, and not paper.
func (l Layout) Table() bool { return l.form == asCSV || l.form == asXLSX }

// at is where card n of a sheet lies, counted from 0.
func (l Layout) at(n int) (x, y float64) {
	return l.left + float64(n%l.cols)*l.w, l.top + float64(n/l.cols)*l.h
}
