package backoffice

import (
	"mtandao/internal/staff"
)

// askAbout is the page before something grave is done to a member. texts begins the keys of its title, lead and button.
func (b *Backoffice) askAbout(q *request, texts string) error {
	m, err := b.theColleague(q)
	if err != nil {
		return err
	}
	if err := q.proven(); err != nil {
		return err
	}
	at := "/office/staff/" + number(m.ID)
	p := q.asking(texts, "staff", at, "Name", m.Name)
	p.Crumbs, p.Danger = []crumb{{p.T("office.staff.title"), "/office/staff"}, {m.Name, at}}, texts != "office.staff.link_ask."
	return q.showForm(p)
}

// doAbout does it, tells it and goes back to the member.
func (b *Backoffice) doAbout(q *request, told, undo string, do func(by staff.By, id int64) error) error {
	if err := q.proven(); err != nil {
		return err
	}
	m, err := b.theColleague(q)
	if err != nil {
		return err
	}
	at := "/office/staff/" + number(m.ID)
	if err := do(q.in.By(q.visit()), m.ID); err != nil {
		p, e := b.colleaguePage(q, m, profileOf(m))
		if e != nil {
			return e
		}
		return q.refuse(outranked(err), "form", p, "")
	}
	if undo != "" {
		undo = at + undo
	}
	q.tell("good", told, undo, "Name", m.Name)
	return led(at)
}

func (b *Backoffice) askDisable(q *request) error { return b.askAbout(q, "office.staff.disable_ask.") }

func (b *Backoffice) disable(q *request) error {
	return b.doAbout(q, "office.staff.is_disabled", "/enable", func(by staff.By, id int64) error { return b.Staff.Disable(q.ctx, by, id) })
}

func (b *Backoffice) enable(q *request) error {
	return b.doAbout(q, "office.staff.is_enabled", "", func(by staff.By, id int64) error { return b.Staff.Enable(q.ctx, by, id) })
}

func (b *Backoffice) askRemoveFactor(q *request) error {
	return b.askAbout(q, "office.staff.lock_ask.")
}

func (b *Backoffice) removeFactor(q *request) error {
	return b.doAbout(q, "office.staff.lock_removed", "", func(by staff.By, id int64) error { return b.Staff.RemoveFactor(q.ctx, by, id) })
}

func (b *Backoffice) askLink(q *request) error { return b.askAbout(q, "office.staff.link_ask.") }

func (b *Backoffice) newLink(q *request) error {
	if err := q.proven(); err != nil {
		return err
	}
	m, err := b.theColleague(q)
	if err != nil {
		return err
	}
	w, err := b.Doorway.NewLink(q.ctx, q.in.By(q.visit()), m.ID)
	if err != nil {
		p, e := b.colleaguePage(q, m, profileOf(m))
		if e != nil {
			return e
		}
		return q.refuse(outranked(err), "form", p, "")
	}
	return b.showLink(q, w)
}
