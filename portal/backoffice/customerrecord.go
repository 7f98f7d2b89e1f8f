package backoffice

import (
	"cmp"
	"slices"
	"strings"

	"mtandao/billing/customers"
	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/notify"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// customerTab is a part of a customer's record. Its name is words "office.customer.tab_" + key.
type customerTab struct {
	key  string
	may  staff.Permission // who sees it; empty: whoever sees the customer
	fill func(b *Backoffice, q *request, p *recordPage, c customers.Customer) error
}

// customerTabs are the parts in their order; the first stands at the bare address.
var customerTabs = []customerTab{
	{"", "", (*Backoffice).tellCustomer},
	{"money", staff.PaymentsView, (*Backoffice).tellPayments},
	{"account", staff.PaymentsView, (*Backoffice).tellAccount},
	{"tickets", staff.TicketsView, (*Backoffice).tellTickets},
	{"messages", "", (*Backoffice).tellMessages},
	{"files", "", (*Backoffice).tellFiles},
	{"history", "", (*Backoffice).tellHistory},
}

func (b *Backoffice) customer(q *request) error {
	c, err := b.theCustomer(q, staff.CustomersView)
	if err != nil {
		return err
	}
	p, err := b.customerPage(q, c)
	if err != nil {
		return err
	}
	return q.show(p)
}

func (b *Backoffice) customerPage(q *request, c customers.Customer) (*recordPage, error) {
	p := q.record("office.nav.customers", "customers")
	p.Crumbs = []crumb{{p.Title, "/office/customers"}}
	p.Title, p.State, p.Lead = c.Name, customerState(&p.frame, c.State), p.T("office.customer.account", "Number", customers.Grouped(c.Number))
	p.Acts = b.customerActs(q, &p.frame, c)
	var tabs []choice
	shown := slices.DeleteFunc(slices.Clone(customerTabs), func(t customerTab) bool { return t.may != "" && !q.may(t.may, c.SiteID) })
	for _, t := range shown {
		tabs = append(tabs, choice{Name: p.T("office.customer.tab_" + cmp.Or(t.key, "overview")), Value: t.key})
	}
	p.Chips = [][]chip{q.chips("tab", tabs)}
	at := slices.IndexFunc(shown, func(t customerTab) bool { return t.key == q.Query("tab") })
	if at < 0 {
		return p, notHere()
	}
	return p, shown[at].fill(b, q, p, c)
}

// customerActs are the next things to do, the likeliest first.
func (b *Backoffice) customerActs(q *request, f *frame, c customers.Customer) (acts []act) {
	at := customerAddress(c.ID)
	if c.State == customers.Merged {
		return []act{{Name: f.T("office.customer.survivor"), Icon: "arrow-right", Address: customerAddress(c.MergedInto), Tone: "primary"}}
	}
	if q.may(staff.CustomersEdit, c.SiteID) {
		acts = append(acts, act{Name: f.T("office.customer_edit.act"), Address: at + "/edit", Tone: "primary"})
	}
	if q.may(staff.TicketsWork, c.SiteID) {
		acts = append(acts, act{Name: f.T("office.ticket_new.act"), Icon: "life-buoy", Address: ticketsAt + "/new?customer=" + number(c.ID)})
	}
	if q.may(staff.VisitsPlan, c.SiteID) {
		acts = append(acts, act{Name: f.T("office.visit_new.act"), Icon: "calendar", Address: visitsAt + "/new?customer=" + number(c.ID)})
	}
	if staff.MaySomewhere(q.in.Member, staff.AccessView) {
		acts = append(acts, act{Name: f.T("office.why.act"), Icon: "wifi-off", Address: at + "/why"})
	}
	if !q.may(staff.CustomersManage, c.SiteID) {
		return acts
	}
	if c.State == customers.Active {
		acts = append(acts, act{Name: f.T("office.bill_day.act"), Address: at + "/billday"})
	}
	acts = append(acts, act{Name: f.T("office.customer_merge.act"), Address: at + "/merge"})
	if c.State == customers.Closed {
		return append(acts, act{Name: f.T("office.customer.reopen"), Address: at + "/reopen", Posted: true})
	}
	return append(acts, act{Name: f.T("office.customer_close.act"), Address: at + "/close"})
}

// tellCustomer is the first tab: who they are, how they are reached and billed, and what happened lately.
func (b *Backoffice) tellCustomer(q *request, p *recordPage, c customers.Customer) error {
	for _, tell := range []func(*request, *recordPage, customers.Customer) error{b.tellBalance, b.tellWho, b.tellLines, b.tellArrears, b.tellContacts, b.tellAddresses, b.tellBilling, b.tellFamily, b.tellVisits, b.tellThings, b.tellNote} {
		if err := tell(q, p, c); err != nil {
			return err
		}
	}
	return b.timeline(q, p, c, 10)
}

func (b *Backoffice) tellWho(q *request, p *recordPage, c customers.Customer) error {
	tags, err := b.Customers.Tags(q.ctx, c.ID)
	if err != nil {
		return err
	}
	old, err := b.Customers.OldNumbers(q.ctx, c.ID)
	if err != nil {
		return err
	}
	paper, err := b.Customers.HasIdentity(q.ctx, c.ID)
	if err != nil {
		return err
	}
	who := card{Facts: []fact{{p.T("office.customer_field.number"), customers.Grouped(c.Number)}, {p.T("office.customer_field.old_numbers"), strings.Join(old, ", ")},
		{p.T("office.customer_field.kind"), p.T("office.customer.kind_" + string(c.Kind))}, {p.T("office.customer_field.segment"), segmentName(&p.frame, c.Segment)},
		{p.T("office.site"), b.siteName(c.SiteID)}, {p.T("office.customer_field.language"), languageName(c.Lang)}, {p.T("office.customer_field.pin"), c.PIN},
		{p.T("office.customer.since"), words.DateOf(p.Lang, clock.DayOf(c.CreatedAt))}, {p.T("office.customer_field.tags"), strings.Join(tags, ", ")}}}
	if paper != "" {
		who.Facts = append(who.Facts, fact{p.T("office.customer_field.paper"), p.T("office.customer.paper_" + string(paper))})
		if q.may(staff.IdentitiesView, c.SiteID) {
			who.Name, who.Acts = p.T("office.customer.who"), []act{{Name: p.T("office.customer.see_paper"), Icon: "key-round", Address: customerAddress(c.ID) + "/identity", Posted: true}}
		}
	}
	p.add(who)
	return nil
}

func languageName(l words.Lang) string {
	if l == words.Swahili {
		return "Kiswahili"
	}
	return "English"
}

func (b *Backoffice) tellContacts(q *request, p *recordPage, c customers.Customer) error {
	all, err := b.Customers.Contacts(q.ctx, c.ID)
	t := &table{Columns: []column{{p.T("office.customer.contact"), "when"}, {Name: p.T("office.customer_field.person")}, {Name: p.T("office.customer_field.for")}}}
	for _, one := range all {
		var uses []string
		if one.ForBills {
			uses = append(uses, p.T("office.customer.for_bills"))
		}
		if one.ForAlerts {
			uses = append(uses, p.T("office.customer.for_alerts"))
		}
		t.add(cell{Text: one.Shown()}, cell{Text: one.Person}, cell{Text: strings.Join(uses, ", ")})
	}
	found := card{Name: p.T("office.customer.contacts"), Table: t}
	if len(all) == 0 {
		found.Lead = p.T("office.customer.no_contact")
	}
	p.add(found)
	return err
}

func (b *Backoffice) tellAddresses(q *request, p *recordPage, c customers.Customer) error {
	all, err := b.Customers.Addresses(q.ctx, c.ID)
	if len(all) == 0 {
		return err
	}
	t := &table{Columns: []column{{Name: p.T("office.customer_field.address_kind")}, {Name: p.T("office.customer_field.line")}, {p.T("office.customer_field.place"), "code"}}}
	for _, a := range all {
		t.add(cell{Text: p.T("office.customer.address_" + string(a.Kind))}, cell{Text: a.Text()}, cell{Text: a.At.String(), Address: a.At.Link()})
	}
	p.add(card{Name: p.T("office.customer.addresses"), Table: t})
	return err
}

func (b *Backoffice) tellBilling(q *request, p *recordPage, c customers.Customer) error {
	terms, err := b.Invoices.TermsOf(q.ctx, c.ID)
	if err != nil {
		return err
	}
	facts := []fact{{p.T("office.customer_field.bill_day"), p.billDays(c)}, {p.T("office.customer_field.payment_days"), p.T("office.customer.days", "Count", *terms.DueDays)}}
	if c.TaxExempt {
		facts = append(facts, fact{p.T("office.customer_field.certificate"), c.ExemptCertificate}, fact{p.T("office.customer_field.exempt_from"), dayTyped(p.Lang, c.ExemptFrom)}, fact{p.T("office.customer_field.exempt_until"), dayTyped(p.Lang, c.ExemptUntil)})
	}
	if c.PurchaseOrderNeeded || c.PurchaseOrder != "" {
		facts = append(facts, fact{p.T("office.customer_field.purchase_order"), cmp.Or(c.PurchaseOrder, p.T("office.customer.order_missing"))})
	}
	billing := card{Name: p.T("office.customer.billing"), Facts: facts}
	if c.State != customers.Merged && q.may(staff.CustomersManage, c.SiteID) {
		billing.Acts = []act{{Name: p.T("office.treat.act"), Address: customerAddress(c.ID) + "/treat"}}
	}
	if c.TaxExempt && q.may(staff.PaymentsRefund, 0) {
		billing.Acts = append(billing.Acts, act{Name: p.T("office.exemption.act"), Address: customerAddress(c.ID) + "/exemption"})
	}
	p.add(billing)
	return nil
}

// tellFamily shows whose account it is a part of, and its own parts.
func (b *Backoffice) tellFamily(q *request, p *recordPage, c customers.Customer) error {
	children, err := b.Customers.Children(q.ctx, c.ID)
	if err != nil {
		return err
	}
	if c.ParentID != 0 {
		parent, err := b.Customers.Get(q.ctx, c.ParentID)
		if err != nil {
			return err
		}
		pays := p.T("office.customer.pays_itself")
		if c.ParentPays {
			pays = p.T("office.customer.parent_pays")
		}
		found := card{Name: p.T("office.customer_field.parent"), Table: &table{}, Lead: pays}
		if err := b.tellRenewals(q, &p.frame, c, parent, &found); err != nil {
			return err
		}
		p.add(found)
		return b.addCustomers(q, &p.frame, found.Table, []customers.Customer{parent})
	}
	if len(children) == 0 {
		return nil
	}
	found := card{Name: p.T("office.customer.children"), Table: &table{}}
	if err := b.tellFamilyBills(q, &p.frame, c, &found); err != nil {
		return err
	}
	p.add(found)
	if err := b.addCustomers(q, &p.frame, found.Table, children); err != nil {
		return err
	}
	return b.tellFamilyAges(q, p, c, children)
}

func (b *Backoffice) tellNote(q *request, p *recordPage, c customers.Customer) error {
	if c.State != customers.Merged && q.may(staff.CustomersEdit, c.SiteID) {
		p.add(card{Name: p.T("office.customer.note_new"), Form: &shortForm{Action: customerAddress(c.ID) + "/notes", Button: p.T("office.customer.note_add"),
			Fields: []formField{{Name: "note", As: asLong, Label: p.T("office.customer.note"), Value: q.FormValue("note"), Most: 2000, Must: true}}}})
	}
	return nil
}

// tellHistory is everything that was changed or noted, a page at a time.
func (b *Backoffice) tellHistory(q *request, p *recordPage, c customers.Customer) error {
	return b.timeline(q, p, c, mostListed)
}

// customerChanges says what became of which field: "Name: Jane → Jane Akinyi".
func customerChanges(f *frame, e audit.Event) string {
	var said []string
	for _, s := range sidesOf(e.Before, e.After) {
		if !s.Changed {
			continue
		}
		name := s.Name
		if key := "office.customer_field." + strings.ReplaceAll(s.Name, " ", "_"); words.Has(key) {
			name = f.T(key)
		}
		text := sideText(f, s.Before) + " → " + sideText(f, s.After)
		if name != "" {
			text = name + ": " + text
		}
		said = append(said, text)
	}
	return strings.Join(said, " · ")
}

// dayTyped is a day that is kept as it was typed, as people say it.
func dayTyped(l words.Lang, text string) string {
	d, _ := clock.ParseDay(text)
	return words.DateOf(l, d)
}

// sideText is a value of a trail's entry as people say it.
func sideText(f *frame, value string) string {
	switch value {
	case "true":
		return f.T("office.consent.yes")
	case "false":
		return f.T("office.consent.no")
	}
	return cmp.Or(dayTyped(f.Lang, value), strings.ReplaceAll(value, "\n", ", "), "–")
}

// tellConsents says what may be sent to each of a customer's contacts, and what they said when and how.
func (b *Backoffice) tellConsents(q *request, p *recordPage, c customers.Customer) error {
	contacts, err := b.Customers.Contacts(q.ctx, c.ID)
	if err != nil {
		return err
	}
	if len(contacts) == 0 {
		p.add(card{Lead: p.T("office.customer.no_contact")})
	}
	for _, one := range contacts {
		channel := map[customers.ContactKind]notify.Channel{customers.ByPhone: notify.SMS, customers.ByEmail: notify.Email}[one.Kind]
		allowed, err := b.Messages.Consents(q.ctx, channel, one.Value)
		if err != nil {
			return err
		}
		said, err := b.Messages.Said(q.ctx, channel, one.Value)
		if err != nil {
			return err
		}
		yes := map[bool]string{true: p.T("office.consent.yes"), false: p.T("office.consent.no")}
		told := card{Name: one.Shown(), Facts: []fact{{p.T("office.consent.service"), yes[allowed[notify.Services]]}, {p.T("office.consent.offers"), yes[allowed[notify.Offers]]}},
			Table: &table{Columns: []column{{p.T("office.when"), "when"}, {Name: p.T("office.consent.what")}, {Name: p.T("office.consent.said")}, {Name: p.T("office.consent.how")}, {Name: p.T("office.consent.wording")}}}}
		if one.Kind == customers.ByPhone && q.reachable("/office/consent") != "" {
			told.Acts = []act{{Name: p.T("office.customer.consent_act"), Address: "/office/consent?to=" + one.Value}}
		}
		for _, s := range said {
			how := p.T("office.consent.from_" + s.From)
			told.Table.add(cell{Text: b.when(&p.frame, s.At)}, cell{Text: p.T("office.consent." + string(s.Class))}, cell{Text: yes[s.Given]}, cell{Text: how, More: s.Actor}, cell{Text: s.Wording})
		}
		p.add(told)
	}
	return nil
}
