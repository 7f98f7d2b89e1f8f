package backoffice

import (
	"github.com/gofiber/fiber/v2"

	"mtandao/internal/words"
	"mtandao/portal/web"
)

// recordPage is one thing, or a few lists that belong together: cards of facts, tables and short forms.
type recordPage struct {
	frame
	Lead  string
	State stateView
	Acts  []act    // beside the title
	Chips [][]chip // groups of filters
	Find  *find
	Cards []card
	Steps []step // of the first set-up
	End   []act  // under the cards
	Print bool   // may be printed
	Live  string // address from which the cards bring themselves up to date while something is being done
}

// card is one part of a record.
type card struct {
	Name, Lead string
	Address    string // of what it holds, when that is one thing
	State      stateView
	Acts       []act
	Facts      []fact
	Table      *table
	Form       *shortForm
	Once       string // shown once, to be copied
	Folded     bool   // seldom needed: only its lead and what is to be copied
	After      string // under it
	Sides      []side
	Text       string
	Raw        bool // Text is a machine's
	Empty      *blank
	Older      string // address of the next page
	Fill       *fill
	Strip      *strip
	Strips     []*strip
}

// side is one value of a change, before and after.
type side struct {
	Name, Before, After string
	Changed             bool
}

// shortForm is a form within a card.
type shortForm struct {
	Action, Button string
	ID             string // by which an act sends it
	Fields         []formField
	Hidden         []fact
}

func (q *request) record(title, here string) *recordPage {
	return &recordPage{frame: q.page(title, here)}
}

func (p *recordPage) add(c card) { p.Cards = append(p.Cards, c) }

func (p *recordPage) blame(field, sentence string) {
	if p.Find != nil {
		blame(p.Find.Fields, field, sentence)
	}
	for _, c := range p.Cards {
		if c.Form != nil {
			blame(c.Form.Fields, field, sentence)
		}
	}
}

// follow keeps the cards up to date while something is being done, and then loads the whole page once more.
func (q *request) follow(p *recordPage, doing bool) {
	if doing {
		p.Live = q.Path()
	} else if q.Get("HX-Request") == "true" {
		q.Set("HX-Refresh", "true")
	}
}

func (q *request) show(p *recordPage) error { return q.send(fiber.StatusOK, "record", p) }

// asker is a page with fields: blame puts a sentence beside one of them.
type asker interface {
	framed
	blame(field, sentence string)
}

func blame(fields []formField, name, sentence string) {
	for i := range fields {
		if name != "" && fields[i].Name == name {
			fields[i].Wrong = sentence
		}
	}
}

// refuse shows a page again with the sentence on top, and beside the field that it is about; "" is about none. What is not for a
// person's eyes stays an error.
func (q *request) refuse(err error, name string, p asker, field string) error {
	if !web.ForPerson(err) {
		return err
	}
	f := p.framed()
	sentence := words.Fault(f.Lang, err)
	f.Notes = append(f.Notes, note{Tone: "bad", Text: sentence})
	p.blame(field, sentence)
	return q.send(web.Status(err), name, p)
}
