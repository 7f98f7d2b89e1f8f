package backoffice

import (
	"slices"
	"strings"
)

// fact is a name with its value: what stands in a record, or a hidden field of a form.
type fact struct{ Name, Value string }

// act is a link, or a button of its own form when it changes something.
type act struct {
	Name, Address, Icon string
	Posted              bool
	Tone                string // primary, danger, plain
	Form, Do            string // it sends this form of the page, with what was typed into it, instead
	Tel, Geo            string // a phone number to call, or a place to go to, instead of an address
	Away                bool   // leads to somebody else's site, which is not told from where
}

// chip is a filter that an address keeps.
type chip struct {
	Name, Address string
	Here          bool
}

// choice is one of several; Value is what choosing it sends.
type choice struct {
	Name, Value, Hint string
	Here              bool
}

// find is a search within a list; Keep are the filters that stay.
type find struct {
	Action string
	Button string // empty: that it looks for something
	Fields []formField
	Keep   []fact
	Live   bool // brings the list while one types
}

// table folds on a phone: each cell carries the name of its column there.
type table struct {
	Columns []column
	Rows    [][]cell
}

// column has the class of its cells: when, code, num, yes or empty. One without a name holds acts.
type column struct{ Name, Class string }

// cell is a text, a link, a state or acts; More stands under it.
type cell struct {
	Column              column
	Text, Address, More string
	Facts               []string // under it, a line each
	Earlier             string   // folded: what it repeats
	State               stateView
	Acts                []act
	Colours             []swatch
	Fill                *fill
	Pick                *pick
	leads, stands       bool
}

// pick is a box by which a row is picked for what is done to many: what it sends, and whom it names.
type pick struct{ ID, Name string }

// fill is how full something is, drawn as a bar beside its words.
type fill struct {
	Percent int64
	Text    string
	Going   bool // it is how far something is done: full is no fault
}

// Tone is warn from 85 percent on, bad from 95.
func (f fill) Tone() string {
	switch {
	case f.Going:
	case f.Percent >= 95:
		return "bad"
	case f.Percent >= 85:
		return "warn"
	}
	return ""
}

type swatch struct {
	X    int
	Fill string
}

// Filled says that something stands in the cell.
func (c cell) Filled() bool {
	return c.Text != "" || c.More != "" || c.State.Text != "" || len(c.Acts) > 0 || len(c.Colours) > 0 || c.Fill != nil || c.Pick != nil
}

// Class is of the cell: its column's, and what a phone makes of it, where the name of a row and its state stand on top.
func (c cell) Class() string {
	class := c.Column.Class
	switch {
	case c.leads:
		class += " leads"
	case c.stands:
		class += " stands"
	}
	return strings.TrimSpace(class)
}

func (t *table) add(cells ...cell) {
	for i := range cells {
		cells[i].Column = t.Columns[i]
	}
	cells[max(0, slices.IndexFunc(cells, func(c cell) bool { return c.Address != "" }))].leads = true
	for i := len(cells) - 1; i >= 0; i-- {
		if cells[i].State.Text != "" {
			cells[i].stands = true
			break
		}
	}
	t.Rows = append(t.Rows, cells)
}

// drop leaves a column out.
func (t *table) drop(n int) {
	t.Columns = slices.Delete(t.Columns, n, n+1)
	for i := range t.Rows {
		t.Rows[i] = slices.Delete(t.Rows[i], n, n+1)
	}
}

func stated(v stateView) cell { return cell{State: v} }

// on gives a part of a page the page that it stands on, for its words and its stamp.
func on(page, part any) struct{ Page, Part any } { return struct{ Page, Part any }{page, part} }
