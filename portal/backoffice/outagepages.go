package backoffice

import (
	"strconv"

	"mtandao/internal/fault"
	"mtandao/internal/words"
)

// outages shows what lines were given for outages, and the form to give more.
func (b *Backoffice) outages(q *request) error {
	p, err := b.outagePage(q)
	if err != nil {
		return err
	}
	return q.show(p)
}

func (b *Backoffice) outagePage(q *request) (*recordPage, error) {
	p := q.record("office.outages.title", "subscriptions")
	p.Crumbs, p.Lead = []crumb{{p.T("office.nav.subscriptions"), linesAt}}, p.T("office.outages.lead")
	var sites []choice
	for _, s := range b.Sites.Sites() {
		sites = append(sites, choice{Name: s.Name, Value: number(s.ID)})
	}
	days := q.lineField(&p.frame, "days", "1")
	days.As = asNumber
	p.add(card{Name: p.T("office.outages.give"), Form: &shortForm{Action: "/office/outages", Button: p.T("office.outages.see"), Fields: []formField{q.pick(&p.frame, "site", "", sites), days, q.lineField(&p.frame, "note", "")}}})
	all, err := b.Lines.Outages(q.ctx)
	if err != nil {
		return p, err
	}
	t := &table{Columns: []column{{p.T("office.when"), "when"}, {Name: p.T("office.site")}, {p.T("office.line_field.days"), "num"}, {Name: p.T("office.line_field.note")}, {Name: p.T("office.batch.by")}, {Name: ""}}}
	for _, o := range all {
		last := cell{Acts: []act{{Name: p.T("office.outages.undo"), Address: "/office/outages/" + number(o.ID) + "/undo", Posted: true, Tone: "plain"}}}
		if !o.UndoneAt.IsZero() {
			last = cell{Text: p.T("office.outages.undone")}
		}
		t.add(cell{Text: b.planWhen(&p.frame, o.At)}, cell{Text: b.siteName(o.SiteID)}, cell{Text: strconv.Itoa(o.Days)}, cell{Text: o.Note}, cell{Text: o.By}, last)
	}
	p.add(card{Name: p.T("office.outages.given"), Table: t})
	return p, nil
}

// askOutage tells how many lines would have days, and asks before it gives them.
func (b *Backoffice) askOutage(q *request) error {
	site, _, err := b.Sites.Get(idIn(q.said("site")))
	if err != nil {
		return hidden(err)
	}
	days, err := strconv.Atoi(q.said("days"))
	switch {
	case err != nil || days < 1 || days > 31:
		err = fault.New(fault.Invalid, "outage.days", "Most", 31)
	case q.said("note") == "":
		err = fault.New(fault.Invalid, "outage.note")
	}
	if err != nil {
		p, e := b.outagePage(q)
		if e != nil {
			return e
		}
		return q.refuse(err, "record", p, lineWrong[fault.KeyOf(err)])
	}
	n, err := b.Lines.Suffered(q.ctx, site.ID)
	if err != nil {
		return err
	}
	p := q.asking("office.outage_ask.", "subscriptions", "/office/outages", "Count", int(n), "Days", words.Text(q.lang(), "unit.day", "Count", days), "Site", site.Name)
	p.Action, p.Danger = "/office/outages/days", false
	p.Crumbs = []crumb{{p.T("office.outages.title"), "/office/outages"}}
	p.Hidden = []fact{{"site", number(site.ID)}, {"days", strconv.Itoa(days)}, {"note", q.said("note")}}
	return q.showForm(p)
}

func (b *Backoffice) compensate(q *request) error {
	days, err := strconv.Atoi(q.said("days"))
	if err != nil {
		return notHere()
	}
	_, n, err := b.Lines.Compensate(q.ctx, idIn(q.said("site")), days, q.said("note"), q.lineBy())
	if err != nil {
		return q.refusal(err, "/office/outages")
	}
	q.tell("good", "office.outages.done", "", "Count", strconv.Itoa(n))
	return led("/office/outages")
}

func (b *Backoffice) undoOutage(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	n, err := b.Lines.UndoOutage(q.ctx, id, q.lineBy())
	if err != nil {
		return q.refusal(err, "/office/outages")
	}
	q.tell("good", "office.outages.taken_back", "", "Count", strconv.Itoa(n))
	return led("/office/outages")
}
