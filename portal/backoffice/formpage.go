package backoffice

import (
	"html/template"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/words"
	"mtandao/portal/web"
)

// formPage is a form: one column of sections, help under the fields, errors beside them and on top.
type formPage struct {
	frame
	Lead      string
	State     stateView
	Facts     []fact
	Acts      []formAct
	Sections  []section
	Action    string // where it is sent
	Button    string
	Skip      string // where it leads without being sent
	Was       string // stamp of the object as shown
	Multipart bool
	Prove     bool // asks for a code too
	ByCode    bool // with a second factor, not a password
	Colours   []colourLine
	Preview   string // address of the price list as guests see it
	Look      string // address that tells how a plan reads
	Reads     []reading
	Week      template.HTML
	Steps     []step
	Offers    []offer
}

// formAct is a further thing to do with what a form is about. One that is Posted is done at once, else it leads somewhere.
type formAct struct {
	Name, Address, Icon string
	Posted, Danger      bool
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
		s := section{Fields: f.shown(p.Lang, specs), Folded: sh.folded}
		if sh.title != "" {
			s.Title = p.T(sh.title)
		}
		for _, field := range s.Fields {
			s.Open = s.Open || field.Wrong != ""
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
	if there, ok := err.(somewhere); ok || !mendable {
		if ok {
			return there
		}
		return cause
	}
	for name, value := range typed {
		f.fields[name] = value
	}
	f.again = true
	f.bad[field] = words.Fault(q.lang(), cause)
	p, err := show(f)
	if err != nil {
		return err
	}
	p.Notes = append(p.Notes, note{Tone: "bad", Text: words.Fault(p.Lang, cause)})
	if err := q.send(web.Status(cause), "form", p); err != nil {
		return err
	}
	return shown{}
}

// shown is no error: the page has been sent already.
type shown struct{}

func (shown) Error() string { return "shown" }

// settle ends a form: the page was shown again, or the person is led on.
func settle(err error, to string) error {
	if _, ok := err.(shown); ok {
		return nil
	}
	if err != nil {
		return err
	}
	return led(to)
}

// surePage asks before something dangerous, naming it and what will happen.
type surePage struct {
	frame
	Text, Action, Button, Back string
	Will                       []string // what will happen, one by one
	Was                        string   // stamp of what was shown
}

// sure asks; texts begins the keys of the title, text and button.
func (q *request) sure(texts, here, name, action, back string) error {
	return q.send(fiber.StatusOK, "sure", q.sureOf(texts, here, name, action, back))
}

func (q *request) sureOf(texts, here, name, action, back string) *surePage {
	p := &surePage{frame: q.page(texts+"title", here), Action: action, Back: back}
	p.Title = p.T(texts+"title", "Name", name)
	p.Text, p.Button = p.T(texts+"text", "Name", name), p.T(texts+"button")
	return p
}
