package backoffice

import (
	"strings"

	"mtandao/billing/plans"
	"mtandao/internal/staff"
)

var addonSheets = []sheet{
	{specs: []spec{{name: "name", as: asText, must: true, most: 100}, {name: "name_sw", as: asText, most: 100}, {name: "key", as: asText, most: 40, onlyNew: true},
		{name: "price", as: asMoney, must: true}, {name: "once", as: asTick}, {name: "down", as: asAmount, units: rateIn}, {name: "up", as: asAmount, units: rateIn},
		{name: "data", as: asAmount, units: dataIn}, {name: "plans", as: asLines, most: 4000}, {name: "state", as: asPick, choices: []string{plans.Live, plans.Retired}, usual: plans.Live}}},
}

var couponSheets = []sheet{
	{specs: []spec{{name: "code", as: asText, must: true, most: 32, onlyNew: true}, {name: "percent", as: asText, most: 6}, {name: "amount", as: asMoney}, {name: "periods", as: asNumber, most: 3},
		{name: "most", as: asNumber, most: 7, must: true}, {name: "from", as: asMoment}, {name: "until", as: asMoment}, {name: "state", as: asPick, choices: []string{plans.Live, plans.Retired}, usual: plans.Live}}},
}

// ofAllSites: what goes with plans is of no site.
func ofAllSites(q *request, _ int64, _ map[string]string) bool { return q.may(staff.PlansEdit, 0) }

func (b *Backoffice) addonEditor() *editor {
	return &editor{kind: kindAddOn, texts: "office.addon.", list: "/office/addons", here: "plans", may: staff.PlansEdit, sheets: addonSheets, keyField: "key", reaches: ofAllSites}
}

func (b *Backoffice) couponEditor() *editor {
	return &editor{kind: kindCoupon, texts: "office.coupon.", list: "/office/coupons", here: "plans", may: staff.PlansEdit, sheets: couponSheets, keyField: "code", reaches: ofAllSites}
}

func (b *Backoffice) addonList(q *request) error {
	all, err := b.Plans.AddOns(q.ctx)
	if err != nil {
		return err
	}
	p := b.addonEditor().listing(q)
	p.Crumbs = []crumb{{p.T("office.plan.list"), "/office/plans"}}
	p.Columns = []column{{Name: p.T("office.column.name")}, {p.T("office.column.price"), "num"}, {Name: p.T("office.column.gives")}, {Name: p.T("office.addon.with")}, {Name: p.T("office.column.state")}}
	all, p.Next = paged(q, all, func(a plans.AddOn) string { return a.Key })
	for _, a := range all {
		name := cell{Text: a.Name(p.Lang)}
		if q.may(staff.PlansEdit, 0) {
			name.Address = "/office/addons/" + number(a.ID) + "/edit"
		}
		with := shortList(a.Plans)
		if with == "" {
			with = p.T("office.addon.all_plans")
		}
		p.add(name, cell{Text: a.Price.String(), More: p.T("office.addon." + map[bool]string{true: "once", false: "each"}[a.Once])}, cell{Text: addonGives(a)}, cell{Text: with}, cell{State: planState(&p.frame, a.State)})
	}
	return q.list(p)
}

func addonGives(a plans.AddOn) string {
	var parts []string
	if a.DownKbps > 0 {
		parts = append(parts, "+"+plans.Rate(a.DownKbps))
	}
	if a.Bytes > 0 {
		parts = append(parts, "+"+plans.Bytes(a.Bytes))
	}
	return strings.Join(parts, " · ")
}

func (b *Backoffice) couponList(q *request) error {
	all, err := b.Plans.Coupons(q.ctx)
	if err != nil {
		return err
	}
	p := b.couponEditor().listing(q)
	p.Crumbs = []crumb{{p.T("office.plan.list"), "/office/plans"}}
	p.Columns = []column{{p.T("office.coupon.code"), "code"}, {Name: p.T("office.coupon.gives")}, {p.T("office.coupon.used"), "num"}, {p.T("office.coupon.until"), "when"}, {Name: p.T("office.column.state")}}
	all, p.Next = paged(q, all, func(c plans.Coupon) string { return c.Code })
	for _, c := range all {
		p.add(cell{Text: c.Code, Address: "/office/coupons/" + number(c.ID) + "/edit"}, cell{Text: discountText(&p.frame, c.Discount)}, cell{Text: of(int(c.Used), int(c.Most))},
			cell{Text: b.planWhen(&p.frame, c.Until)}, cell{State: planState(&p.frame, c.State)})
	}
	return q.list(p)
}

// discountText is "50 %, 2 periods".
func discountText(f *frame, d plans.Discount) string {
	text := d.Amount.String()
	if d.Percent > 0 {
		text = plans.Percent(d.Percent)
	}
	if d.Periods > 0 {
		text += ", " + f.T("office.coupon.periods", "Count", d.Periods)
	}
	return text
}
