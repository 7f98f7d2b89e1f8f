package backoffice

import (
	"errors"
	"html/template"
	"slices"

	"github.com/gofiber/fiber/v2"
)

// formPage is a form: one column of sections, help under the fields, errors beside them and on top.
type formPage struct {
	frame
	Lead      string
	State     stateView
	Facts     []fact
	Acts      []act
	Chips     [][]chip
	Text      string // what is asked, or will happen
	Sections  []section
	Hidden    []fact
	Action    string // where it is sent
	Button    string
	Do        string   // what the button sends as "do"; empty: nothing
	Also      []choice // other buttons, with what they send
	Table     *table   // what will happen, line by line
	Danger    bool
	Cancel    string // where it leads when nothing is to change
	Skip      string // where it leads without being sent, until later
	Multipart bool
	Colours   []colourLine
	Preview   string // address of the price list as guests see it
	Look      string // address that tells how it would come out
	Proof     *proof // of what would be printed
	Reads     []reading
	Week      template.HTML
	Steps     []step
	Offers    []offer
}

// proof is paper as it would come out, or why it would not.
type proof struct {
	Picture template.URL
	Said    string
}

type section struct {
	Title  string
	Fields []formField
	Folded bool // its fields are seldom needed
	Open   bool
}

// sheet is the table of a form: its sections of fields.
type sheet struct {
	title  string // words key; empty: none
	specs  []spec
	folded bool
	opened func(fields map[string]string) bool // whether a folded one is open; nil: it is not
}

func specsOf(sheets []sheet) []spec {
	var all []spec
	for _, s := range sheets {
		all = append(all, s.specs...)
	}
	return all
}

// lay puts the fields of a form on its page. What is fixed once made is left out of something that is there.
func (p *formPage) lay(f form, sheets []sheet, isNew bool) {
	for _, sh := range sheets {
		var specs []spec
		for _, s := range sh.specs {
			if isNew || !s.onlyNew {
				specs = append(specs, s)
			}
			p.Multipart = p.Multipart || s.as == asFile
		}
		s := section{Fields: f.shown(p.Lang, specs), Folded: sh.folded, Open: sh.opened != nil && sh.opened(f.fields)}
		if sh.title != "" {
			s.Title = p.T(sh.title)
		}
		p.Sections = append(p.Sections, s)
	}
}

// usual are the fields of something new.
func usual(sheets []sheet) Object {
	o := Object{Fields: map[string]string{}, Set: map[string]bool{}}
	for _, s := range specsOf(sheets) {
		o.Fields[s.name] = s.usual
	}
	return o
}

// ask adds one section of fields without a title.
func (p *formPage) ask(fields ...formField) { p.Sections = append(p.Sections, section{Fields: fields}) }

// blame opens the section where the field stands, too.
func (p *formPage) blame(field, sentence string) {
	for i := range p.Sections {
		s := &p.Sections[i]
		blame(s.Fields, field, sentence)
		s.Open = slices.ContainsFunc(s.Fields, func(f formField) bool { return f.Wrong != "" })
	}
}

func (q *request) showForm(p *formPage) error { return q.send(fiber.StatusOK, "form", p) }

// submit reads a form and hands what was typed to save. A refused form is shown again by show, as it was typed.
func (q *request) submit(f form, sheets []sheet, show func(form) (*formPage, error), save func(fields map[string]string) error) error {
	typed, err := f.read(specsOf(sheets))
	if err == nil {
		err = save(typed)
	}
	if err == nil {
		return nil
	}
	field, cause, mendable := wrong(err)
	if !mendable {
		return cause
	}
	for name, value := range typed {
		f.fields[name] = value
	}
	f.again = true
	p, err := show(f)
	if err != nil {
		return err
	}
	if err := q.refuse(cause, "form", p, field); err != nil {
		return err
	}
	return errAnswered
}

// errAnswered says that the request has its answer already.
var errAnswered = errors.New("answered")

// asking is a page that says what will happen, and asks before it does. texts begins the keys of its title, lead and button.
func (q *request) asking(texts, here, cancel string, args ...any) *formPage {
	p := &formPage{frame: q.page(texts+"title", here), Action: q.Path(), Cancel: cancel, Danger: true}
	p.Title, p.Text, p.Button = p.T(texts+"title", args...), p.T(texts+"lead", args...), p.T(texts+"button")
	return p
}
