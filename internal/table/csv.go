package table

import (
	"bufio"
	"io"
	"regexp"
	"strings"
)

// CSV writes comma-separated values (RFC 4180), whose lines end as encoding/csv ends them.
type CSV struct{ out *bufio.Writer }

// NewCSV begins a table. Flush ends it.
func NewCSV(w io.Writer) *CSV { return &CSV{bufio.NewWriter(w)} }

// Write adds a row.
func (c *CSV) Write(cells []string) error {
	for i, cell := range cells {
		if i > 0 {
			_ = c.out.WriteByte(',') // the last error says it for all
		}
		_, _ = c.out.WriteString(`"` + strings.ReplaceAll(harmless(cell), `"`, `""`) + `"`)
	}
	return c.out.WriteByte('\n')
}

// Cells adds a row of cells, as Write of a workbook does: an amount as a number of the whole.
func (c *CSV) Cells(cells []Cell) error {
	texts := make([]string, len(cells))
	for n, one := range cells {
		if texts[n] = one.Text; one.Money {
			texts[n] = decimal(one.Cents)
		}
	}
	return c.Write(texts)
}

// Flush writes what is left.
func (c *CSV) Flush() error { return c.out.Flush() }

// formulas is how a cell begins that a spreadsheet may compute: signs, their wide twins, and what some programs strip before they look.
var formulas = regexp.MustCompile("^[\\s\"'\\x00\u00a0\u200b\ufeff]*[=+\\-@|%\t\r\n＝＋－＠]|^[\t\r\n\\x00]")

// number is what looks like a formula and is none.
var number = regexp.MustCompile(`^[+-]?[0-9][0-9,]*(\.[0-9]+)?$`)

// harmless marks a text that a spreadsheet might compute as text.
func harmless(cell string) string {
	if formulas.MatchString(cell) && !number.MatchString(cell) {
		return "'" + cell
	}
	return cell
}
