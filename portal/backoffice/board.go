package backoffice

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
	"mtandao/internal/words"
	"mtandao/portal/web"
)

// boardPage is a page put together from sections: facts, a table, a form. Most lists and records are one.
type boardPage struct {
	frame
	Lead     string
	State    *stateView
	Acts     []act // beside the title
	Chips    []chip
	Find     *find
	Sections []boardSection
	Empty    *blank // in place of the sections
}

// boardSection is one card.
type boardSection struct {
	ID, Name, Lead string
	State          *stateView
	Acts           []act
	Facts          []fact
	Table          *table
	Form           *boardForm
	Once           string // shown once, to be copied
	Sides          []side
	Text           string
	Empty          *blank
	Older          string // address of the next page
}

// act is a link, or a button of its own form when it changes something.
type act struct {
	Name, Icon, Address string
	Post                bool
	Tone                string // primary, danger, plain
}

// chip is a filter that an address keeps.
type chip struct {
	Name, Address string
	Here          bool
}

// find is a search within a list; Keep are the filters that stay.
type find struct {
	Action string
	Fields []input
	Keep   []fact
}

// side is one value of a change, before and after.
type side struct {
	Name, Before, After string
	Changed             bool
}

// table folds on a phone: each cell carries the name of its column there.
type table struct {
	Columns []boardColumn
	Rows    [][]boardCell
}

// boardColumn has the class of its cells: when, code, num or empty.
type boardColumn struct{ Name, Class string }

type boardCell struct {
	Column                boardColumn
	Text, Detail, Address string
	State                 *stateView
	Acts                  []act
}

func (t *table) add(cells ...boardCell) {
	for i := range cells {
		cells[i].Column = t.Columns[i]
	}
	t.Rows = append(t.Rows, cells)
}

// boardForm is one column of fields and a button. Its refused sentence stands on top of it.
type boardForm struct {
	Action, Button string
	Danger         bool
	Cancel         string
	Fields         []boardField
	Hidden         []fact
}

// boardField is an input, or one of the kinds select, ticks, and text for several lines.
type boardField struct {
	input
	Kind    string
	Options []boardOption
}

type boardOption struct {
	Value, Name, Hint string
	Chosen            bool
}

func (b *Backoffice) board(q *request, title, here string) *boardPage {
	return &boardPage{frame: q.page(title, here)}
}

func (p *boardPage) add(s boardSection) { p.Sections = append(p.Sections, s) }

func (q *request) show(p *boardPage) error { return q.send(fiber.StatusOK, "board", p) }

// refuse shows a page again with the sentence on top, and beside the field that the sentence is about.
func (q *request) refuse(err error, p *boardPage, about map[string]string) error {
	if k := fault.KindOf(err); k == fault.Internal || k == fault.Unavailable {
		return err
	}
	sentence := words.Fault(p.Lang, err)
	p.Notes = append(p.Notes, note{Tone: "bad", Text: sentence})
	for _, s := range p.Sections {
		for i := 0; s.Form != nil && i < len(s.Form.Fields); i++ {
			if name := about[fault.KeyOf(err)]; name != "" && s.Form.Fields[i].Name == name {
				s.Form.Fields[i].Wrong = sentence
			}
		}
	}
	return q.send(web.Status(err), "board", p)
}

// with is an address with one value of its query changed; an empty one is left out. A new filter begins at the first page.
func (q *request) with(name, value string) string {
	values := url.Values{}
	for key, v := range q.Queries() {
		if key != "before" {
			values.Set(key, v)
		}
	}
	if values.Set(name, value); value == "" {
		values.Del(name)
	}
	if len(values) == 0 {
		return q.Path()
	}
	return q.Path() + "?" + values.Encode()
}

// chips are the values that a filter may have; the first, of an empty value, is all.
func (q *request) chips(name string, all []boardOption) []chip {
	here := q.Query(name)
	chips := make([]chip, len(all))
	for i, o := range all {
		chips[i] = chip{Name: o.Name, Address: q.with(name, o.Value), Here: o.Value == here}
	}
	return chips
}

// older is the address of the page after the one that an id ended.
func (q *request) older(full bool, last int64) string {
	if !full {
		return ""
	}
	return q.with("before", number(last))
}

// before is the id that the page asked for begins after; 0 is the first page.
func (q *request) before() int64 { return int64(q.QueryInt("before")) }

// asking is a page that names what will happen before it does.
func (b *Backoffice) asking(q *request, title, here, lead, button, cancel string) *boardPage {
	p := b.board(q, title, here)
	p.add(boardSection{Lead: lead, Form: &boardForm{Action: q.Path(), Button: button, Danger: true, Cancel: cancel}})
	return p
}

func texted(name string, class ...string) boardColumn {
	c := boardColumn{Name: name}
	if len(class) > 0 {
		c.Class = class[0]
	}
	return c
}

func stated(v stateView) boardCell { return boardCell{State: &v} }
