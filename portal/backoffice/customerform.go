package backoffice

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// Rows of contacts and addresses on a form: those that there are, and one more.
const (
	mostContactRows = 12
	mostAddressRows = 8
)

// customerForm is the form of a customer: what is stored, or, when it is shown again, what was typed.
type customerForm struct {
	*formPage
	q       *request
	profile customers.Profile
	paper   customers.IdentityKind
	parent  string // the number of whose account it is a part of
}

// storedProfile is a customer as stored; one without an id is new, at the site that is looked at.
func (b *Backoffice) storedProfile(q *request) (p customers.Profile, paper customers.IdentityKind, parent string, err error) {
	if q.Params("id") == "" {
		p.Lang, p.Kind, p.BillDay, p.SiteID = words.English, customers.Person, 1, q.seen.site
		p.Contacts = []customers.Contact{{ForBills: true, ForAlerts: true}}
		return p, "", "", nil
	}
	if p.Customer, err = b.theCustomer(q, staff.CustomersEdit); err != nil {
		return p, "", "", err
	}
	if p.State == customers.Merged {
		return p, "", "", notHere()
	}
	if p.Contacts, err = b.Customers.Contacts(q.ctx, p.ID); err != nil {
		return p, "", "", err
	}
	if p.Addresses, err = b.Customers.Addresses(q.ctx, p.ID); err != nil {
		return p, "", "", err
	}
	if p.Tags, err = b.Customers.Tags(q.ctx, p.ID); err != nil {
		return p, "", "", err
	}
	if p.ParentID != 0 {
		above, err := b.Customers.Get(q.ctx, p.ParentID)
		if err != nil {
			return p, "", "", err
		}
		parent = above.Number
	}
	paper, err = b.Customers.HasIdentity(q.ctx, p.ID)
	return p, paper, parent, err
}

func (f *customerForm) text(name, stored string) string {
	if f.q.Method() == post {
		return f.q.FormValue(name)
	}
	return stored
}

func (f *customerForm) field(name string, as kindOf, stored string, most int) formField {
	base, row, _ := strings.Cut(name, "-")
	v := formField{Name: name, As: as, Label: f.T("office.customer_field." + base), Value: f.text(name, stored), Most: most}
	if hint := "office.customer_field." + base + "_hint"; words.Has(hint) && (row == "" || row == "0") {
		v.Hint = f.T(hint)
	}
	return v
}

func (f *customerForm) pick(name, stored, texts string, values ...string) formField {
	v := f.field(name, asPick, stored, 0)
	for _, value := range values {
		v.Choices = append(v.Choices, choice{Name: f.T(texts + strings.ReplaceAll(value, "-", "_")), Value: value, Here: value == v.Value})
	}
	return v
}

func (f *customerForm) tick(name string, stored bool) formField {
	v := f.field(name, asTick, "", 0)
	v.Value = ""
	if stored && f.q.Method() != post || f.q.FormValue(name) == "true" {
		v.Value = "true"
	}
	return v
}

func texts[S ~string](all []S) (list []string) {
	for _, one := range all {
		list = append(list, string(one))
	}
	return list
}

// customerPage lays the form out: who, how they are reached, where, how they are billed, what they are a part of.
func (b *Backoffice) customerForm(q *request, p customers.Profile, paper customers.IdentityKind, parent string) *customerForm {
	back, at := "/office/customers", "office.customer_new."
	if p.ID != 0 {
		back, at = customerAddress(p.ID), "office.customer_edit."
	}
	f := &customerForm{formPage: q.asking(at, "customers", back, "Name", p.Name), q: q, profile: p, paper: paper, parent: parent}
	f.Danger, f.Text, f.Crumbs = false, "", []crumb{{f.T("office.nav.customers"), "/office/customers"}}
	if p.ID != 0 {
		f.Crumbs = append(f.Crumbs, crumb{p.Name, back})
		f.Hidden = []fact{{"version", number(p.Version)}}
	}
	name := f.field("name", asText, p.Name, 120)
	name.Must = true
	site := f.field("site", asPick, number(p.SiteID), 0)
	for _, s := range b.Sites.Sites() {
		if q.may(staff.CustomersEdit, s.ID) {
			site.Choices = append(site.Choices, choice{Name: s.Name, Value: number(s.ID), Here: number(s.ID) == site.Value})
		}
	}
	if q.may(staff.CustomersEdit, 0) && p.SiteID == 0 && p.ID != 0 {
		site.Choices = append(site.Choices, choice{Name: f.T("office.customer.no_site"), Value: "0", Here: site.Value == "0"})
	}
	f.Sections = []section{{Title: f.T("office.customer.who"), Fields: []formField{name, f.pick("kind", string(p.Kind), "office.customer.kind_", texts(customers.Kinds)...),
		f.pick("segment", string(p.Segment), "office.customer.segment_", texts(customers.Segments)...), site,
		f.languagePick(), f.field("pin", asText, p.PIN, 20)}}}
	f.contactSections()
	f.addressSections()
	f.billingSection()
	f.otherSections(b)
	return f
}

func (f *customerForm) languagePick() formField {
	v := f.field("language", asPick, string(f.profile.Lang), 0)
	for _, l := range words.Languages {
		v.Choices = append(v.Choices, choice{Name: languageName(l), Value: string(l), Here: string(l) == v.Value})
	}
	return v
}

func (f *customerForm) contactSections() {
	for i := range min(max(len(f.profile.Contacts)+1, 2), mostContactRows) {
		var c customers.Contact
		if i < len(f.profile.Contacts) {
			c = f.profile.Contacts[i]
		}
		row, shown := "-"+strconv.Itoa(i), ""
		if c.Value != "" {
			shown = c.Shown()
		}
		s := section{Title: cmp.Or(shown, f.T("office.customer.contact_more")), Folded: i > 0, Fields: []formField{f.field("contact"+row, asText, shown, 200),
			f.field("person"+row, asText, c.Person, 80), f.tick("bills"+row, c.ForBills), f.tick("alerts"+row, c.ForAlerts)}}
		if i == 0 {
			s.Title = f.T("office.customer.contact_first")
		}
		f.Sections = append(f.Sections, s)
	}
}

func (f *customerForm) addressSections() {
	for i := range min(len(f.profile.Addresses)+1, mostAddressRows) {
		a := customers.Address{Kind: customers.Premises}
		if i < len(f.profile.Addresses) {
			a = f.profile.Addresses[i]
		}
		row := "-" + strconv.Itoa(i)
		s := section{Title: cmp.Or(a.Text(), f.T("office.customer.address_more")), Folded: i > 0, Fields: []formField{
			f.pick("address_kind"+row, string(a.Kind), "office.customer.address_", string(customers.Premises), string(customers.Postal)),
			f.field("line"+row, asText, a.Line, 160), f.field("area"+row, asText, a.Area, 80), f.field("landmark"+row, asText, a.Landmark, 160), f.field("place"+row, asText, a.At.String(), 300)}}
		if i == 0 {
			s.Title = f.T("office.customer.address_first")
		}
		f.Sections = append(f.Sections, s)
	}
}

func (f *customerForm) billingSection() {
	p := f.profile
	f.Sections = append(f.Sections, section{Title: f.T("office.customer.billing"), Folded: true, Fields: []formField{f.field("bill_day", asNumber, strconv.Itoa(p.BillDay), 2), f.weekdayField(f.text("bill_weekday", strconv.Itoa(p.BillWeekday))),
		f.field("payment_days", asNumber, paymentDays(p.Customer), 3), f.tick("tax_exempt", p.TaxExempt), f.field("certificate", asText, p.ExemptCertificate, 60),
		f.field("exempt_from", asDay, p.ExemptFrom, 10), f.field("exempt_until", asDay, p.ExemptUntil, 10), f.tick("purchase_order_needed", p.PurchaseOrderNeeded), f.field("purchase_order", asText, p.PurchaseOrder, 60)}})
}

// paymentDays is nothing for who pays as everybody.
func paymentDays(c customers.Customer) string {
	if c.PaymentDays == nil {
		return ""
	}
	return strconv.Itoa(*c.PaymentDays)
}

func (f *customerForm) otherSections(b *Backoffice) {
	p := f.profile
	f.Sections = append(f.Sections, section{Title: f.T("office.customer_field.parent"), Folded: true, Fields: []formField{f.field("parent", asText, customers.Grouped(f.parent), 64), f.tick("parent_pays", p.ParentPays)}})
	if f.q.may(staff.IdentitiesView, p.SiteID) || p.ID == 0 { // who makes a customer writes down the paper that lies before them
		paper := f.pick("paper", string(cmp.Or(f.paper, customers.NationalID)), "office.customer.paper_", texts(customers.IdentityKinds)...)
		typed := f.field("paper_number", asSecret, "", 40)
		if f.paper != "" {
			typed.Set, typed.SetText = true, f.T("office.is_set")
		}
		f.Sections = append(f.Sections, section{Title: f.T("office.customer.identity"), Folded: true, Fields: []formField{paper, typed}})
	}
	f.Sections = append(f.Sections, section{Title: f.T("office.customer.more"), Folded: true, Fields: []formField{f.field("tags", asText, strings.Join(p.Tags, ", "), 400), f.field("old_numbers", asLines, "", 2000)}})
}

// typedProfile reads the form over what is stored. field says where the error is.
func (b *Backoffice) typedProfile(q *request, p customers.Profile) (customers.Profile, string, error) {
	p.Name, p.Kind, p.Segment, p.SiteID = q.FormValue("name"), customers.Kind(q.FormValue("kind")), customers.Segment(q.FormValue("segment")), idIn(q.FormValue("site"))
	p.Lang, _ = words.Parse(q.FormValue("language"))
	was := p.TaxExempt
	p.PIN, p.TaxExempt, p.ExemptCertificate = q.FormValue("pin"), q.FormValue("tax_exempt") == "true", q.FormValue("certificate")
	if p.ExemptFrom, p.ExemptUntil = q.FormValue("exempt_from"), q.FormValue("exempt_until"); p.TaxExempt && !was && p.ExemptFrom == "" { // what was billed before had its taxes
		p.ExemptFrom = b.planDay().String()
	}
	p.PurchaseOrderNeeded, p.PurchaseOrder = q.FormValue("purchase_order_needed") == "true", q.FormValue("purchase_order")
	if p.ID != 0 {
		p.Version = idIn(q.FormValue("version"))
	}
	if !q.may(staff.CustomersEdit, p.SiteID) {
		return p, "site", fault.New(fault.Invalid, "office.customer.choose_site")
	}
	q.typedBillDays(&p.Customer)
	if p.PaymentDays = nil; q.said("payment_days") != "" {
		p.PaymentDays = new(wholeTyped(q.FormValue("payment_days")))
	}
	var field string
	var err error
	if p.Contacts, field, err = q.typedContacts(); err != nil {
		return p, field, err
	}
	if p.Addresses, field, err = q.typedAddresses(); err != nil {
		return p, field, err
	}
	p.Tags, p.OldNumbers = strings.Split(q.FormValue("tags"), ","), linesOf(q.FormValue("old_numbers"))
	if number := strings.TrimSpace(q.FormValue("paper_number")); number != "" && (p.ID == 0 || q.may(staff.IdentitiesView, p.SiteID)) {
		p.Identity = &customers.Identity{Kind: customers.IdentityKind(q.FormValue("paper")), Number: number}
		if _, err := p.Identity.Check(); err != nil {
			return p, "paper_number", err
		}
	}
	p.ParentID, p.ParentPays = 0, q.FormValue("parent_pays") == "true"
	if typed := strings.TrimSpace(q.FormValue("parent")); typed != "" {
		above, err := b.Customers.FindNow(q.ctx, typed)
		if err == nil && !q.may(staff.CustomersView, above.SiteID) {
			err = fault.New(fault.NotFound, "customer.unknown")
		}
		if err != nil {
			return p, "parent", err
		}
		p.ParentID = above.ID
	}
	_, err = p.Check()
	return p, "", err
}

func linesOf(text string) (all []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// wholeTyped is -1 for what is no number.
func wholeTyped(typed string) int {
	n, err := strconv.Atoi(strings.TrimSpace(typed))
	if err != nil {
		return -1
	}
	return n
}

func (q *request) typedContacts() (all []customers.Contact, field string, err error) {
	for i := range mostContactRows {
		row := "-" + strconv.Itoa(i)
		typed := strings.TrimSpace(q.FormValue("contact" + row))
		if typed == "" {
			continue
		}
		c := customers.Contact{Kind: customers.ByPhone, Value: typed, Person: q.FormValue("person" + row), ForBills: q.FormValue("bills"+row) == "true", ForAlerts: q.FormValue("alerts"+row) == "true"}
		if strings.Contains(typed, "@") {
			c.Kind = customers.ByEmail
		}
		if _, err := customers.CheckContacts([]customers.Contact{c}); err != nil {
			if fault.KeyOf(err) == "customer.contact_person" {
				return nil, "person" + row, err
			}
			return nil, "contact" + row, err
		}
		all = append(all, c)
	}
	return all, "", nil
}

func (q *request) typedAddresses() (all []customers.Address, field string, err error) {
	for i := range mostAddressRows {
		row := "-" + strconv.Itoa(i)
		a := customers.Address{Kind: customers.AddressKind(q.FormValue("address_kind" + row)), Line: q.FormValue("line" + row), Area: q.FormValue("area" + row), Landmark: q.FormValue("landmark" + row)}
		if a.At, err = customers.ReadPlace(q.FormValue("place" + row)); err != nil {
			return nil, "place" + row, err
		}
		if _, err = customers.CheckAddresses([]customers.Address{a}); err != nil {
			return nil, "line" + row, err
		}
		all = append(all, a)
	}
	return slices.DeleteFunc(all, func(a customers.Address) bool { return a.Text() == "" && !a.At.Known() }), "", nil
}
