package backoffice

import (
	"slices"
	"strings"

	"mtandao/billing/subscriptions"
	"mtandao/internal/staff"
	"mtandao/internal/words"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// mostFoundOf bounds what is shown of a kind.
const mostFoundOf = 10

// linesOf are the lines of grants, by the grants.
func (b *Backoffice) linesOf(q *request, grants []int64) (map[int64]subscriptions.Subscription, error) {
	ids, err := b.Lines.OfGrants(q.ctx, grants)
	all := make(map[int64]subscriptions.Subscription, len(ids))
	for grant, id := range ids {
		sub, e := b.Lines.Get(q.ctx, id)
		if e != nil {
			return nil, e
		}
		all[grant] = sub
	}
	return all, err
}

// foundLines are the lines of a login, and those whose grants were found; the other grants are left.
func (b *Backoffice) foundLines(q *request, f *frame, typed string, grants []access.Grant) (c card, rest []access.Grant, err error) {
	c = card{Name: f.T("office.nav.subscriptions"), Table: &table{Columns: []column{{Name: f.T("office.search.login")}, {Name: f.T("office.invoice.customer")}, {Name: f.T("office.plan")}, {Name: f.T("office.site")}, {Name: f.T("office.state")}}}}
	if !staff.MaySomewhere(q.in.Member, staff.AccessView) {
		return c, grants, nil
	}
	w := subscriptions.Which{Login: strings.ToLower(typed)}
	if len(q.in.Member.Sites) > 0 {
		w.Sites = slices.Clone(q.in.Member.Sites)
	}
	all, err := b.Lines.List(q.ctx, w, 0, mostFoundOf)
	if err != nil {
		return c, nil, err
	}
	var ids []int64
	for _, g := range grants {
		ids = append(ids, g.ID)
	}
	byGrant, err := b.linesOf(q, ids)
	if err != nil {
		return c, nil, err
	}
	for _, g := range grants {
		sub, is := byGrant[g.ID]
		if !is {
			rest = append(rest, g)
		} else if !slices.ContainsFunc(all, func(have subscriptions.Subscription) bool { return have.ID == sub.ID }) {
			all = append(all, sub)
		}
	}
	return c, rest, b.addLines(q, f, &c, all)
}

// addLines fills a card with lines at sites of who asks; its address is that of the last.
func (b *Backoffice) addLines(q *request, f *frame, c *card, all []subscriptions.Subscription) error {
	var ids []int64
	for _, sub := range all {
		ids = append(ids, sub.CustomerID)
	}
	names, err := b.Invoices.Names(q.ctx, ids)
	for _, sub := range all {
		if st := sub.State; q.may(staff.AccessView, st.Place.SiteID) {
			c.Address = lineAt(sub.ID)
			c.Table.add(cell{Text: st.Login.Name, Address: c.Address}, cell{Text: names[sub.CustomerID]}, cell{Text: st.Sold.PlanKey}, cell{Text: b.siteName(st.Place.SiteID)}, stated(lineState(f, st, b.PlanClock.Now(), b.zoneOf(sub))))
		}
	}
	return err
}

// foundInvoices are documents of a number, as far as who asks may see money at their customers' sites.
func (b *Backoffice) foundInvoices(q *request, f *frame, typed string) (card, error) {
	c := card{Name: f.T("office.nav.invoices"), Table: &table{Columns: []column{{Name: f.T("office.invoice.number")}, {Name: f.T("office.invoice.customer")}, {f.T("office.invoice.due"), "when"},
		{f.T("office.invoice.total"), "num"}, {f.T("office.invoice.open"), "num"}, {Name: f.T("office.state")}}}}
	if q.reachable("/office/invoices/1") == "" {
		return c, nil
	}
	all, err := b.Invoices.Meant(q.ctx, typed)
	if err != nil {
		return c, err
	}
	for _, d := range all {
		whose, err := b.Customers.Get(q.ctx, d.CustomerID)
		if err != nil {
			return c, err
		}
		if !q.may(staff.PaymentsView, whose.SiteID) {
			continue
		}
		c.Address = "/office/invoices/" + number(d.ID)
		c.Table.add(cell{Text: d.Text(), Address: c.Address, More: b.invoiceKind(f, d)}, cell{Text: whose.Name}, cell{Text: words.DateOf(f.Lang, d.DueDay)}, cell{Text: kes(d.Gross)}, cell{Text: openText(d)}, stated(b.invoiceState(f, d)))
	}
	return c, err
}

// foundRouters are those whose names, or words of them, begin so. They are known in memory.
func (b *Backoffice) foundRouters(q *request, f *frame, typed string) (card, error) {
	var found []routers.Router
	wanted := strings.ToLower(typed)
	for _, r := range b.Network.AllRouters() {
		name := strings.ToLower(r.Name)
		words := strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(" -_./", r) })
		if len(wanted) > 1 && (strings.HasPrefix(name, wanted) || slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, wanted) })) {
			found = append(found, r)
		}
	}
	return b.routerCard(q, f, found), nil
}

// routerCard has routers at sites of who asks; its address is that of the last.
func (b *Backoffice) routerCard(q *request, f *frame, all []routers.Router) card {
	c := card{Name: f.T("office.router.list"), Table: &table{Columns: []column{{Name: f.T("office.router")}, {Name: f.T("office.site")}}}}
	for _, r := range all {
		if len(c.Table.Rows) < mostFoundOf && q.may(staff.AccessView, r.SiteID) {
			c.Address = "/office/routers/" + number(r.ID)
			c.Table.add(cell{Text: r.Name, Address: c.Address}, cell{Text: b.siteName(r.SiteID)})
		}
	}
	return c
}

// foundResellers are those of an account, a phone or the beginning of a name.
func (b *Backoffice) foundResellers(q *request, f *frame, typed string) (card, error) {
	c := card{Name: f.T("office.nav.resellers"), Table: &table{Columns: []column{{Name: f.T("office.reseller.name")}, {f.T("office.reseller.account"), "code"}, {f.T("office.reseller.phone"), "when"}, {Name: f.T("office.state")}}}}
	if !staff.MaySomewhere(q.in.Member, staff.VouchersView) {
		return c, nil
	}
	all, err := b.Resellers.Find(q.ctx, typed)
	for _, r := range all {
		if q.mayReseller(staff.VouchersView, r) {
			c.Address = "/office/resellers/" + number(r.ID)
			c.Table.add(cell{Text: r.Name, Address: c.Address}, cell{Text: r.Account()}, cell{Text: r.Phone.Local()}, stated(resellerState(f, r.State)))
		}
	}
	return c, err
}
