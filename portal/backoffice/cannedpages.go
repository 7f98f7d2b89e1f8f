package backoffice

import (
	"strings"

	"mtandao/internal/fault"
	"mtandao/internal/support"
	"mtandao/internal/words"
)

const answersAt = "/office/answers"

// cannedAnswers lists the answers that are written beforehand.
func (b *Backoffice) cannedAnswers(q *request) error {
	all, err := b.Tickets.Canned(q.ctx)
	if err != nil {
		return err
	}
	p := q.listing("office.canned.title", "settings")
	p.Lead, p.Crumbs = p.T("office.canned.lead"), []crumb{{p.T("office.nav.tickets"), ticketsAt}}
	p.Acts = []act{{Name: p.T("office.canned_new.title"), Icon: "plus", Address: answersAt + "/new", Tone: "primary"}}
	p.Empty = blank{Icon: "mail", Title: p.T("office.canned.none"), Text: p.T("office.canned.lead")}
	p.Columns = []column{{Name: p.T("office.canned.name")}, {Name: p.T("office.canned.text")}}
	for _, c := range all {
		p.add(cell{Text: c.Name, Address: answersAt + "/" + number(c.ID)}, cell{More: c.Texts[p.Lang]})
	}
	return q.list(p)
}

// cannedForm is the form of the answer of the address, or of a new one.
func (b *Backoffice) cannedForm(q *request) (c support.Canned, p *formPage, err error) {
	texts := "office.canned_new."
	if q.Params("id") != "" {
		texts = "office.canned_edit."
		id, err := q.idOf("id")
		if err != nil {
			return c, nil, err
		}
		all, err := b.Tickets.Canned(q.ctx)
		if err != nil {
			return c, nil, err
		}
		for _, one := range all {
			if one.ID == id {
				c = one
			}
		}
		if c.ID == 0 {
			return c, nil, notHere()
		}
	}
	p = q.asking(texts, "settings", answersAt, "Name", c.Name)
	p.Danger, p.Crumbs = false, []crumb{{p.T("office.canned.title"), answersAt}}
	version := number(c.Version)
	if q.Method() == post {
		version = q.FormValue("version")
	}
	p.Hidden = []fact{{"version", version}}
	if c.ID != 0 {
		p.Acts = []act{{Name: p.T("office.canned.remove"), Address: answersAt + "/" + number(c.ID) + "/remove", Posted: true, Icon: "x"}}
	}
	field := func(name, usual string, as kindOf, most int) formField {
		return formField{Name: name, As: as, Label: p.T("office.canned." + name), Value: q.typedOr(name, usual), Most: most, Must: true}
	}
	english, swahili := field("en", c.Texts[words.English], asLong, 4000), field("sw", c.Texts[words.Swahili], asLong, 4000)
	english.Hint = p.T("office.canned.places", "Places", strings.Join(support.Placeholders, " "))
	p.ask(field("name", c.Name, asText, 80), english, swahili)
	return c, p, nil
}

func (b *Backoffice) askCanned(q *request) error {
	_, p, err := b.cannedForm(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) saveCanned(q *request) error {
	c, p, err := b.cannedForm(q)
	if err != nil {
		return err
	}
	c.Name, c.Version = q.FormValue("name"), idIn(q.FormValue("version"))
	c.Texts = map[words.Lang]string{words.English: q.FormValue("en"), words.Swahili: q.FormValue("sw")}
	if c, err = b.Tickets.SaveCanned(q.ctx, c, q.ticketBy()); err != nil {
		field := map[string]string{"ticket.canned_name": "name", "ticket.canned_taken": "name", "ticket.canned_en": "en", "ticket.placeholder": "en", "ticket.canned_sw": "sw"}[fault.KeyOf(err)]
		return q.refuse(err, "form", p, field)
	}
	q.tell("good", "office.canned.saved", "", "Name", c.Name)
	return led(answersAt)
}

func (b *Backoffice) removeCanned(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	if err := b.Tickets.RemoveCanned(q.ctx, id, q.ticketBy()); err != nil {
		return hidden(err)
	}
	q.tell("good", "office.canned.removed", "")
	return led(answersAt)
}
