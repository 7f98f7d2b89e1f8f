package backoffice

import (
	"strconv"

	"mtandao/billing/subscriptions"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/words"
	"mtandao/portal/web"
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
	if err := b.foundCard(q, p); err != nil {
		return p, err
	}
	t := &table{Columns: []column{{p.T("office.when"), "when"}, {Name: p.T("office.site")}, {p.T("office.outage.time"), "num"}, {Name: p.T("office.line_field.note")}, {Name: p.T("office.batch.by")}, {p.T("office.outages.lines"), "num"}, {Name: ""}}}
	going := false
	for _, o := range all {
		last := cell{Acts: []act{{Name: p.T("office.outages.undo"), Address: outageAt(o.ID) + "/undo", Posted: true, Tone: "plain"}}}
		if !o.UndoneAt.IsZero() {
			last = cell{Text: p.T("office.outages.undone")}
		}
		lines := cell{Text: many(o.Lines)}
		if o.Going {
			lines, going = cell{Fill: &fill{Percent: min(99, 100*o.Lines/max(1, o.Of)), Text: many(o.Lines), Going: true}}, true
		}
		t.add(cell{Text: b.planWhen(&p.frame, o.At)}, cell{Text: b.siteName(o.SiteID)}, cell{Text: givenTime(&p.frame, o)}, cell{Text: o.Note, Address: outageAt(o.ID)}, cell{Text: b.givenBy(&p.frame, o)}, lines, last)
	}
	given := card{Name: p.T("office.outages.given"), Table: t}
	if len(all) == 0 {
		given = card{Name: given.Name, Lead: p.T("office.outages.none")}
	}
	p.add(given)
	q.follow(p, going)
	return p, nil
}

// givenTime is what is given for an outage: days by hand, or as long as it was.
func givenTime(f *frame, o subscriptions.Outage) string {
	if o.Days > 0 {
		return words.Text(f.Lang, "unit.day", "Count", o.Days)
	}
	return web.Span(f.Lang, o.Until.Sub(o.From))
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
	given, err := b.Lines.Suffered(q.ctx, site.ID, days)
	if err != nil {
		return err
	}
	names, err := b.planNames(q)
	if err != nil {
		return err
	}
	n, worth := int64(0), money.Shillings(0)
	for _, g := range given {
		n += g.Lines
		if worth, err = worth.Add(g.Worth); err != nil {
			return err
		}
	}
	p := q.asking("office.outage_ask.", "subscriptions", "/office/outages", "Count", int(n), "Days", words.Text(q.lang(), "unit.day", "Count", days), "Site", site.Name, "Worth", worth.String())
	p.Action, p.Danger, p.Table = "/office/outages/days", false, sufferingTable(&p.frame, given, names)
	p.Crumbs = []crumb{{p.T("office.outages.title"), "/office/outages"}}
	p.Hidden = append(q.onceOf(), fact{"site", number(site.ID)}, fact{"days", strconv.Itoa(days)}, fact{"note", q.said("note")})
	return q.showForm(p)
}

// sufferingTable says plan by plan how many lines have the days, and what those cost by the plan's price.
func sufferingTable(f *frame, given []subscriptions.Suffering, names map[string]string) *table {
	t := &table{Columns: []column{{Name: f.T("office.plan")}, {Name: f.T("office.outages.paid")}, {f.T("office.outages.lines"), "num"}, {f.T("office.outages.worth"), "num"}}}
	for _, g := range given {
		t.add(cell{Text: names[g.PlanKey]}, cell{Text: f.T("office.pick.mode_" + string(g.Mode))}, cell{Text: many(g.Lines)}, cell{Text: g.Worth.String()})
	}
	return t
}

func (b *Backoffice) compensate(q *request) error {
	days, err := strconv.Atoi(q.said("days"))
	if err != nil {
		return notHere()
	}
	by := q.lineBy()
	by.Request = q.once()
	o, err := b.Lines.Compensate(q.ctx, idIn(q.said("site")), days, q.said("note"), by)
	if err != nil {
		return q.refusal(err, "/office/outages")
	}
	return q.toldOutage(o.ID)
}

func (b *Backoffice) undoOutage(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	if err := b.Lines.UndoOutage(q.ctx, id, q.lineBy()); err != nil {
		return q.refusal(err, "/office/outages")
	}
	return q.toldOutage(id)
}

// toldOutage shows how lines are gone through.
func (q *request) toldOutage(id int64) error {
	q.tell("good", "office.outages.goes_on", "")
	return led(outageAt(id))
}
