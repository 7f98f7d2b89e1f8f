package backoffice

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"mtandao/billing/plans"
	"mtandao/internal/staff"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

var planSheets = []sheet{
	{title: "office.plan.offer", specs: []spec{{name: "name", as: asText, must: true, most: 100}, {name: "name_sw", as: asText, most: 100},
		{name: "key", as: asText, most: 40, onlyNew: true}, {name: "price", as: asMoney, must: true}, {name: "sites", as: asSites}}},
	{title: "office.plan.subscribed", folded: true, opened: func(fields map[string]string) bool {
		return fields["segment"] != "" && fields["segment"] != plans.Hotspot
	}, specs: []spec{{name: "segment", as: asPick, choices: []string{plans.Hotspot, plans.Home, plans.Business, plans.HighUse}, usual: plans.Hotspot},
		{name: "mode", as: asPick, choices: []string{"", string(plans.Prepaid), string(plans.Postpaid), string(plans.Hybrid)}}, {name: "interval", as: asText, most: 20}, {name: "arrears", as: asTick}, {name: "inclusive", as: asTick},
		{name: "setup", as: asMoney}, {name: "minimum", as: asMoney}, {name: "maximum", as: asMoney}, {name: "rates", as: asLines, most: 2000}, {name: "includes", as: asLines, most: 2000}}},
	{title: "office.plan.per_gb", folded: true, opened: func(fields map[string]string) bool { return fields["per_gb.tiers"]+fields["per_gb.hours"] != "" }, specs: []spec{{name: "per_gb.included", as: asNumber, most: 9}, {name: "per_gb.tiers", as: asLines, most: 2000}, {name: "per_gb.volume", as: asTick}, {name: "per_gb.hours", as: asLines, most: 2000}}},
	{title: "office.plan.per_hour", folded: true, specs: []spec{{name: "per_hour.included", as: asNumber, most: 9}, {name: "per_hour.tiers", as: asLines, most: 2000}, {name: "per_hour.volume", as: asTick}, {name: "per_hour.hours", as: asLines, most: 2000}}},
	{title: "office.plan.gives", specs: []spec{{name: "time", as: asAmount, units: timeIn}, {name: "time_kind", as: asPick, choices: []string{"calendar", "online"}, usual: "calendar"},
		{name: "data", as: asAmount, units: dataIn}, {name: "down", as: asAmount, units: rateIn, usual: "2Mbit"}, {name: "up", as: asAmount, units: rateIn, usual: "1Mbit"},
		{name: "devices", as: asNumber, most: 4, usual: "1"}}},
	{title: "office.plan.ends", folded: true, specs: []spec{{name: "valid", as: asAmount, units: timeIn}, {name: "valid_until", as: asMoment}}},
	{title: "office.plan.when", folded: true, specs: []spec{{name: "hours", as: asHours}}},
	{title: "office.plan.fair_use", folded: true, specs: []spec{{name: "fair_use.data", as: asAmount, units: dataIn}, {name: "fair_use.per", as: asPick, choices: []string{"day", "month"}, usual: "day"},
		{name: "fair_use.down", as: asAmount, units: rateIn}, {name: "fair_use.up", as: asAmount, units: rateIn}, {name: "fair_use.roll_over", as: asTick}}},
	{title: "office.plan.night", folded: true, specs: []spec{{name: "night.hours", as: asHours}, {name: "night.down", as: asAmount, units: rateIn},
		{name: "night.up", as: asAmount, units: rateIn}, {name: "night.free", as: asTick}}},
	{title: "office.plan.more", folded: true, specs: []spec{{name: "burst.down", as: asAmount, units: rateIn}, {name: "burst.up", as: asAmount, units: rateIn},
		{name: "burst.down_threshold", as: asAmount, units: rateIn}, {name: "burst.up_threshold", as: asAmount, units: rateIn},
		{name: "burst.over", as: asAmount, units: []string{"s", "m"}}, {name: "idle", as: asAmount, units: timeIn},
		{name: "pool", as: asText, most: 64}, {name: "ipv6_pool", as: asText, most: 64}, {name: "delegated_pool", as: asText, most: 64}, {name: "address_list", as: asText, most: 64}, {name: "sort", as: asNumber, most: 7}}},
}

func (b *Backoffice) planEditor() *editor {
	return &editor{kind: kindPlan, texts: "office.plan.", list: "/office/plans", here: "plans", may: staff.PlansEdit, sheets: planSheets, local: true, keyField: "key",
		reaches: b.reachesSites, dress: b.dressPlan}
}

// reachesSites says that somebody may change plans at every site that a plan is sold at; one without sites is sold at all.
func (b *Backoffice) reachesSites(q *request, _ int64, fields map[string]string) bool {
	slugs := strings.Fields(fields["sites"])
	if len(slugs) == 0 {
		return q.may(staff.PlansEdit, 0)
	}
	mine := map[string]bool{}
	for _, s := range b.Sites.Sites() {
		mine[s.Slug] = q.may(staff.PlansEdit, s.ID)
	}
	for _, slug := range slugs {
		if !mine[slug] {
			return false
		}
	}
	return true
}

// reading is a plan as a guest reads it.
type reading struct {
	Lang       words.Lang
	Name, Text string
}

func (b *Backoffice) dressPlan(q *request, p *formPage, f form, o Object) error {
	p.Look = "/office/plans/look"
	if o.ID != 0 {
		p.Look = "/office/plans/" + number(o.ID) + "/look"
		p.State = planState(&p.frame, o.Fields["state"])
		at := "/office/plans/" + number(o.ID)
		p.Acts = []act{{Name: p.T("office.plan.archive"), Address: at + "/archive", Icon: "inbox", Posted: true}}
		if o.Fields["state"] == plans.Retired {
			p.Acts = []act{{Name: p.T("office.plan.restore"), Address: at + "/restore", Icon: "undo-2", Posted: true}}
		}
		if o.Fields["segment"] != plans.Hotspot {
			if err := b.dressSubscribed(q, p, o.ID); err != nil {
				return err
			}
		}
	}
	plan, err := b.Setup.ReadPlan(complete(f.fields))
	if err != nil {
		return nil // it says so when it is saved
	}
	p.tellPlan(plan)
	for i, u := range b.Plans.Unable(plan) {
		if i < mostUnable {
			p.Notes = append(p.Notes, note{Tone: "warn", Text: words.Fault(p.Lang, u.Fault())})
		}
	}
	return nil
}

// mostUnable notes stand above a plan: after some the rest is clear.
const mostUnable = 3

// complete makes half a plan readable: a key is not typed yet.
func complete(fields map[string]string) map[string]string {
	whole := map[string]string{"key": "new", "state": plans.Live}
	for name, value := range fields {
		if value != "" {
			whole[name] = value
		}
	}
	return whole
}

func (p *formPage) tellPlan(plan plans.Plan) {
	for _, l := range words.Languages {
		p.Reads = append(p.Reads, reading{l, plan.Name(l) + " · " + plan.Price.String(), plans.Sentence(l, plan)})
	}
	p.tellMonths(plan)
	if len(plan.Limits.Hours) > 0 {
		p.Week = week(p.Lang, plan.Limits.Hours)
	}
}

// week draws the hours of the week in which a plan may be used: a row a day, Monday first, 24 columns of 10.
func week(l words.Lang, hours access.Hours) template.HTML {
	var b strings.Builder
	b.WriteString(`<svg class="week" viewBox="0 0 280 84" role="img" aria-label="` + template.HTMLEscapeString(words.Text(l, "office.plan.week")) + `">`)
	for row, name := range dayNames {
		fmt.Fprintf(&b, `<text x="0" y="%d">%s</text><rect class="none" x="40" y="%d" width="240" height="9" rx="1"></rect>`,
			row*12+8, template.HTMLEscapeString(words.Text(l, "office.day."+name)), row*12+1)
	}
	for _, w := range hours {
		for day, on := range w.Days {
			if on {
				drawWindow(&b, (day+6)%7, w.From, w.To)
			}
		}
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) // numbers of ours and escaped names of days
}

// drawWindow draws one window; what runs past midnight goes on in the row of the next day.
func drawWindow(b *strings.Builder, row, from, to int) {
	const day = 24 * 60
	bar := func(row, from, to int) {
		if to > from {
			fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="9"></rect>`, 40+from/6, row%7*12+1, max(1, (to-from)/6))
		}
	}
	if to > from {
		bar(row, from, to)
		return
	}
	bar(row, from, day)
	bar(row+1, 0, to)
}

func planState(f *frame, state string) stateView {
	if state == plans.Retired {
		return stateView{"", f.T("office.plan.retired")}
	}
	return stateView{"good", f.T("office.plan.live")}
}

// lookAtPlan shows the form again with what the plan says to a guest. Nothing is saved.
func (b *Backoffice) lookAtPlan(q *request) error {
	e := b.planEditor()
	o := usual(e.sheets)
	if q.Params("id") != "" {
		stored, err := e.theirs(q)
		if err != nil {
			return err
		}
		o = stored
	}
	f := q.form(e.kind, o)
	typed, err := f.read(specsOf(e.sheets))
	if err != nil {
		return err
	}
	for name, value := range typed {
		f.fields[name] = value
	}
	f.again = true
	p, err := e.page(q, f, o)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) planList(q *request) error {
	all, err := b.Plans.All(q.ctx)
	if err != nil {
		return err
	}
	e := b.planEditor()
	p := e.listing(q)
	p.Columns = []column{{p.T("office.column.name"), ""}, {p.T("office.column.price"), "num"}, {p.T("office.column.gives"), ""}, {p.T("office.column.sites"), ""}, {p.T("office.column.state"), ""}}
	p.Crumbs = nil
	p.Acts = append(p.Acts, act{Name: p.T("office.addon.list"), Icon: "plus", Address: "/office/addons"}, act{Name: p.T("office.coupon.list"), Icon: "ticket", Address: "/office/coupons"})
	state := q.Query("state")
	p.Chips = [][]chip{q.chips("state", []choice{{Name: p.T("office.plan.live")}, {Name: p.T("office.plan.retired"), Value: plans.Retired}})}
	all = slices.DeleteFunc(all, func(plan plans.Plan) bool {
		return (plan.State == plans.Retired) != (state == plans.Retired) || !q.showsPlan(plan)
	})
	all, p.Next = paged(q, all, func(plan plans.Plan) string { return number(plan.ID) })
	for _, plan := range all {
		name := cell{Text: plan.Name(p.Lang)}
		if b.reachesSites(q, plan.ID, map[string]string{"sites": b.slugs(plan.Sites)}) {
			name.Address = "/office/plans/" + number(plan.ID) + "/edit"
		}
		p.add(name, cell{Text: plan.Price.String()}, cell{Text: plans.Sentence(p.Lang, plan)},
			cell{Text: b.sitesOf(&p.frame, plan.Sites)}, cell{State: planState(&p.frame, plan.State)})
	}
	return q.list(p)
}

// reachesPlan says that somebody may change a plan: at every site that it is sold at.
func (q *request) reachesPlan(plan plans.Plan) bool {
	if len(plan.Sites) == 0 {
		return q.may(staff.PlansEdit, 0)
	}
	return !slices.ContainsFunc(plan.Sites, func(id int64) bool { return !q.may(staff.PlansEdit, id) })
}

// showsPlan says that a plan is sold at a site that somebody looks at.
func (q *request) showsPlan(plan plans.Plan) bool {
	scope := q.scope()
	if scope == nil || len(plan.Sites) == 0 {
		return true
	}
	for _, id := range plan.Sites {
		for _, mine := range scope {
			if id == mine {
				return true
			}
		}
	}
	return false
}

func (b *Backoffice) slugs(ids []int64) string {
	var all []string
	for _, id := range ids {
		if s, _, err := b.Sites.Get(id); err == nil {
			all = append(all, s.Slug)
		}
	}
	return strings.Join(all, "\n")
}

func (b *Backoffice) sitesOf(f *frame, ids []int64) string {
	if len(ids) == 0 {
		return f.T("office.site.all")
	}
	var names []string
	for _, id := range ids {
		names = append(names, b.siteName(id))
	}
	return shortList(names)
}

// shortList names the first of many.
func shortList(names []string) string {
	if len(names) > 3 {
		return strings.Join(names[:3], ", ") + " +" + number(int64(len(names)-3))
	}
	return strings.Join(names, ", ")
}
