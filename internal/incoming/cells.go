package incoming

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/xuri/excelize/v2"

	"mtandao/internal/fault"
)

// Bounds of a table that is read row by row.
const (
	mostStreamed = 64 << 20 // octets, as they come and unpacked
	mostRows     = 1_000_000
	longestCell  = 1_000
	widest       = 60 // cells of a row that are looked at
	peeked       = 32 << 10
	longestRun   = 1 << 20 // octets of a workbook without a tag: a cell has 32,767 characters
)

// cells reads a table row by row, and tells of each its line and its cells, or what is wrong with it: comma-separated values as spreadsheets of any
// country write them, or the first sheet of a workbook (XLSX). headed tells the row with the headings, by which values are parted. fault.Invalid
// "incoming.not_table" (a PDF, an old workbook), "incoming.too_large" or "incoming.torn".
func cells(in io.Reader, headed func(line string) bool, see func(line int, row []string, wrong error) error) error {
	r := bufio.NewReaderSize(&bounded{in, mostStreamed}, peeked)
	head, err := r.Peek(8)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return sheetCells(r, see)
	case bytes.HasPrefix(head, []byte("%PDF")), bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")), bytes.HasPrefix(bytes.ToLower(head), []byte("<html")), bytes.HasPrefix(bytes.ToLower(head), []byte("<!doct")):
		return invalid("incoming.not_table")
	}
	text, err := unpacked(r)
	if err != nil {
		return err
	}
	return csvCells(&bounded{text, mostStreamed}, headed, see)
}

// errUnended is told of the last row of a file that does not end with a line: it may have been cut there.
var errUnended = errors.New("the file ends within this row")

// counted counts the octets read, and remembers the last.
type counted struct {
	in   io.Reader
	n    int64
	last byte
	done bool
}

func (c *counted) Read(p []byte) (n int, err error) {
	n, err = c.in.Read(p)
	if c.n += int64(n); n > 0 {
		c.last = p[n-1]
	}
	c.done = c.done || errors.Is(err, io.EOF)
	return n, err
}

func csvCells(in io.Reader, headed func(line string) bool, see func(line int, row []string, wrong error) error) error {
	whole := &counted{in: in}
	r := bufio.NewReaderSize(whole, peeked)
	start, err := r.Peek(peeked)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return err
	}
	c := csv.NewReader(r)
	c.FieldsPerRecord, c.LazyQuotes, c.TrimLeadingSpace, c.ReuseRecord = -1, true, true, true
	for line := range strings.Lines(string(start)) {
		if headed(line) {
			c.Comma = delimiter(line)
			break
		}
	}
	for n := 0; ; n++ {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if n == mostRows {
			return invalid("incoming.too_large")
		}
		broken, line := (*csv.ParseError)(nil), 0
		switch {
		case errors.As(err, &broken):
			err, line = invalid("incoming.open_quote"), broken.StartLine
		case err != nil:
			return err
		default:
			line, _ = c.FieldPos(0)
			if whole.done && c.InputOffset() == whole.n && whole.last != '\n' {
				err = errUnended
			}
		}
		if err := see(line, cutCells(row), err); err != nil {
			return err
		}
	}
}

func sheetCells(in io.Reader, see func(line int, row []string, wrong error) error) error {
	packed, err := io.ReadAll(in)
	if err == nil {
		err = shortRuns(packed)
	}
	if err != nil {
		return err
	}
	book, err := excelize.OpenReader(bytes.NewReader(packed), excelize.Options{UnzipSizeLimit: mostUnpacked, UnzipXMLSizeLimit: 16 << 20, RawCellValue: true, TmpDir: os.TempDir()})
	if err != nil {
		return invalid("incoming.torn", "Line", 1)
	}
	defer func() { _ = book.Close() }()
	rows, err := book.Rows(book.GetSheetName(0))
	if err != nil {
		return invalid("incoming.torn", "Line", 1)
	}
	defer func() { _ = rows.Close() }()
	for n := 1; rows.Next(); n++ {
		if n > mostRows {
			return invalid("incoming.too_large")
		}
		row, err := rows.Columns()
		if err != nil {
			return invalid("incoming.torn", "Line", n)
		}
		if err := see(n, cutCells(row), nil); err != nil {
			return err
		}
	}
	if rows.Error() != nil {
		return invalid("incoming.torn", "Line", 1)
	}
	return nil
}

// shortRuns refuses a workbook of which too much would be held in memory: of its sheets no more than one cell is, of all else, pictures too, the
// whole. fault.Invalid "incoming.too_large" or "incoming.torn".
func shortRuns(packed []byte) error {
	all, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return invalid("incoming.torn", "Line", 1)
	}
	sheets, others := &bounded{left: mostUnpacked}, &bounded{left: mostStreamed}
	for _, part := range all.File {
		text, err := part.Open()
		if err != nil {
			return invalid("incoming.torn", "Line", 1)
		}
		if name := strings.ToLower(part.Name); strings.HasPrefix(name, "xl/worksheets/sheet") || name == "xl/sharedstrings.xml" {
			sheets.in = text
			err = shortRun(sheets)
		} else {
			others.in = text
			_, err = io.Copy(io.Discard, others)
		}
		_ = text.Close()
		if err != nil && fault.KeyOf(err) != "incoming.too_large" {
			err = invalid("incoming.torn", "Line", 1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func shortRun(in io.Reader) error {
	r, run := bufio.NewReaderSize(in, peeked), 0
	for {
		piece, err := r.ReadSlice('<')
		switch {
		case err == nil:
			run = 0
		case errors.Is(err, io.EOF):
			return nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return err
		default:
			if run += len(piece); run > longestRun {
				return invalid("incoming.too_large")
			}
		}
	}
}

// cutCells makes cells readable, and no longer than a text may be.
func cutCells(row []string) []string {
	all := make([]string, min(len(row), widest))
	for n := range all {
		text := row[n]
		if len(text) > longestCell {
			text = strings.ToValidUTF8(text[:longestCell], "")
		}
		all[n] = strings.TrimSpace(strings.Trim(readable(text), "\ufeff"))
	}
	return all
}
