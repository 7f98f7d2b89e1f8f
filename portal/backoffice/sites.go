package backoffice

import (
	"mtandao/internal/site"
	"mtandao/internal/staff"
)

var siteSheets = []sheet{
	{specs: []spec{{name: "name", as: asText, must: true, most: 80}, {name: "slug", as: asText, most: 32, onlyNew: true},
		{name: "brand", as: asPick}, {name: "language", as: asPick, choices: []string{"en", "sw"}, usual: "en"},
		{name: "phone", as: asText, most: 20}, {name: "timezone", as: asText, most: 60, usual: "Africa/Nairobi"}}},
}

func (b *Backoffice) siteEditor() *editor {
	return &editor{kind: kindSite, texts: "office.site.", list: "/office/sites", here: "settings", may: staff.SitesEdit, sheets: siteSheets, keyField: "slug",
		reaches: func(q *request, id int64, _ map[string]string) bool {
			if id == 0 {
				return q.may(staff.SitesEdit, 0)
			}
			return q.may(staff.SitesEdit, id)
		}, dress: b.dressSite}
}

func siteState(f *frame, state string) stateView {
	if state == site.Closed {
		return stateView{"", f.T("office.site.closed")}
	}
	return stateView{"good", f.T("office.site.open")}
}

func (b *Backoffice) dressSite(q *request, p *formPage, _ form, o Object) error {
	if o.ID == 0 {
		return nil
	}
	at := "/office/sites/" + number(o.ID)
	p.State = siteState(&p.frame, o.Fields["state"])
	p.Acts = []act{{Name: p.T("office.site.close"), Address: at + "/close", Icon: "lock", Tone: "danger"}}
	if o.Fields["state"] == site.Closed {
		p.Acts = []act{{Name: p.T("office.site.reopen"), Address: at + "/open", Icon: "undo-2", Posted: true}}
	}
	tills, err := b.Setup.Objects(q.ctx, kindTill)
	if err != nil {
		return err
	}
	p.Facts = []fact{{p.T("office.field.site.slug"), o.Key}, {p.T("office.column.till"), tillOf(&p.frame, tills, o.Key)}, {p.T("office.site.routers"), b.routersAt(o.ID)}}
	return nil
}

// tillOf names the till that takes a site's money: its own, else the oldest that is for all.
func tillOf(f *frame, tills []Object, slug string) string {
	common, oldest := "", int64(0)
	for _, t := range tills {
		name := t.name() + " · " + shownCode(t)
		switch {
		case t.Fields["state"] != stateLive:
		case listed(t.Fields["sites"], slug):
			return name
		case t.Fields["sites"] == "" && (oldest == 0 || t.ID < oldest):
			common, oldest = name, t.ID
		}
	}
	if common == "" {
		return f.T("office.till.no_till")
	}
	return common
}

func (b *Backoffice) routersAt(siteID int64) string {
	n := 0
	for _, r := range b.Routers.All() {
		if r.SiteID == siteID {
			n++
		}
	}
	return number(int64(n))
}

func (b *Backoffice) siteList(q *request) error {
	all, err := b.Setup.Objects(q.ctx, kindSite)
	if err != nil {
		return err
	}
	tills, err := b.Setup.Objects(q.ctx, kindTill)
	if err != nil {
		return err
	}
	e := b.siteEditor()
	p := e.listing(q)
	p.Columns = []column{{p.T("office.column.name"), ""}, {p.T("office.column.slug"), "code"}, {p.T("office.column.brand"), ""}, {p.T("office.column.till"), ""}, {p.T("office.column.routers"), "num"}, {p.T("office.column.state"), ""}}
	all = kept(all, func(o Object) bool { return q.may(staff.SitesEdit, o.ID) })
	all, p.Next = paged(q, all, Object.key)
	brands := map[string]string{}
	for _, brand := range b.Sites.Brands() {
		brands[brand.Key] = brand.Name
	}
	for _, o := range all {
		p.add(cell{Text: o.Fields["name"], Address: "/office/sites/" + number(o.ID) + "/edit"}, cell{Text: o.Key},
			cell{Text: brands[o.Fields["brand"]]}, cell{Text: tillOf(&p.frame, tills, o.Key)}, cell{Text: b.routersAt(o.ID)}, cell{State: siteState(&p.frame, o.Fields["state"])})
	}
	return q.list(p)
}

func kept(all []Object, keep func(Object) bool) []Object {
	var some []Object
	for _, o := range all {
		if keep(o) {
			some = append(some, o)
		}
	}
	return some
}
