package backoffice

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/bulk"
	"mtandao/internal/clock"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// Customers is what the pages ask of customers; what changes something is recorded in the audit trail. *customers.Service satisfies it.
type Customers interface {
	List(ctx context.Context, f customers.Filter) (customers.Page, error)
	Get(ctx context.Context, id int64) (customers.Customer, error)
	MoveBillDay(ctx context.Context, id int64, day, ofWeek int, seen int64, by customers.By) error
	FindNow(ctx context.Context, typed string) (customers.Customer, error)
	FirstPhones(ctx context.Context, ids []int64) (map[int64]customers.Phone, error)
	Contacts(ctx context.Context, customerID int64) ([]customers.Contact, error)
	Addresses(ctx context.Context, customerID int64) ([]customers.Address, error)
	Tags(ctx context.Context, customerID int64) ([]string, error)
	AllTags(ctx context.Context) ([]string, error)
	OldNumbers(ctx context.Context, customerID int64) ([]string, error)
	SomeNow(ctx context.Context, ids []int64) (map[int64]customers.Customer, error)
	Children(ctx context.Context, customerID int64) ([]customers.Customer, error)
	Notes(ctx context.Context, customerID, before int64, limit int) ([]customers.Note, error)
	HasIdentity(ctx context.Context, customerID int64) (customers.IdentityKind, error)
	SeeIdentity(ctx context.Context, customerID int64, by customers.By) (customers.Identity, error)
	Duplicates(ctx context.Context, p customers.Profile) ([]customers.Duplicate, error)
	Keep(ctx context.Context, p customers.Profile, by customers.By) (customers.Customer, error)
	AddNote(ctx context.Context, customerID int64, text string, by customers.By) error
	Held(ctx context.Context, customerID int64) ([]customers.Held, error)
	Merge(ctx context.Context, fromID, toID int64, by customers.By) error
	Close(ctx context.Context, customerID int64, by customers.By) error
	Reopen(ctx context.Context, customerID int64, by customers.By) error
	Export(ctx context.Context, out io.Writer, f customers.Filter, by customers.By) error
}

// customerRoutes: a customer of no site is of all who may see any at every site.
func (b *Backoffice) customerRoutes() []route {
	one := "/office/customers/:id"
	return []route{
		{get, "/office/customers", full, staff.CustomersView, b.customers},
		{post, customersBulk, full, staff.CustomersEdit, b.pickCustomers},
		{post, "/office/customers/export", full, staff.CustomersManage, b.exportCustomers},
		{get, "/office/customers/new", full, staff.CustomersEdit, b.askCustomer}, {post, "/office/customers/new", full, staff.CustomersEdit, b.saveCustomer},
		{get, one, full, staff.CustomersView, b.customer},
		{get, one + "/edit", full, staff.CustomersEdit, b.askCustomer}, {post, one + "/edit", full, staff.CustomersEdit, b.saveCustomer},
		{get, one + "/billday", full, staff.CustomersEdit, b.askBillDay}, {post, one + "/billday", full, staff.CustomersEdit, b.moveBillDay},
		{post, one + "/notes", full, staff.CustomersEdit, b.noteCustomer},
		{post, one + "/identity", full, staff.IdentitiesView, b.seeIdentity},
		{get, one + "/merge", full, staff.CustomersManage, b.askMerge}, {post, one + "/merge", full, staff.CustomersManage, b.mergeCustomer},
		{get, one + "/close", full, staff.CustomersManage, b.askClose}, {post, one + "/close", full, staff.CustomersManage, b.closeCustomer},
		{post, one + "/reopen", full, staff.CustomersManage, b.reopenCustomer},
	}
}

func (q *request) customerBy() customers.By {
	by := q.in.By(q.visit())
	return customers.By{Actor: q.in.Member.Email, From: by.From}
}

// theCustomer is the customer of the address, for who may do something at their site; for anybody else there is none.
func (b *Backoffice) theCustomer(q *request, may staff.Permission) (customers.Customer, error) {
	id, err := q.idOf("id")
	if err != nil {
		return customers.Customer{}, err
	}
	c, err := b.Customers.Get(q.ctx, id)
	if err == nil && !q.may(may, c.SiteID) {
		err = notHere()
	}
	return c, hidden(err)
}

func customerAddress(id int64) string { return "/office/customers/" + number(id) }

// customerCrumbs lead to a page that is about a customer.
func customerCrumbs(f *frame, c customers.Customer) []crumb {
	return []crumb{{f.T("office.nav.customers"), "/office/customers"}, {c.Name, customerAddress(c.ID)}}
}

func customerState(f *frame, s customers.State) stateView {
	return toned(f, "office.customer.state_", s, map[customers.State]string{customers.Active: "good", customers.Closed: "bad"})
}

// customerFilter reads the address; a value that is none of ours restricts nothing.
func (q *request) customerFilter() customers.Filter {
	f := customers.Filter{Typed: cutTyped(q.Query("q")), Tag: strings.ToLower(cutTyped(q.Query("tag"))), Sites: q.scope(), Before: q.before(), After: q.Query("after"), Limit: mostListed}
	if s := customers.State(q.Query("state")); slices.Contains(customers.States, s) {
		f.State = s
	}
	if s := customers.Segment(q.Query("segment")); slices.Contains(customers.Segments, s) {
		f.Segment = s
	}
	return f
}

func (b *Backoffice) customers(q *request) error {
	f := q.customerFilter()
	found, err := b.Customers.List(q.ctx, f)
	if err != nil {
		return err
	}
	p := q.listing("office.nav.customers", "customers")
	p.Lead = p.T("office.customers.lead")
	if staff.MaySomewhere(q.in.Member, staff.CustomersEdit) {
		p.Acts = []act{{Name: p.T("office.customer_new.title"), Icon: "plus", Address: "/office/customers/new", Tone: "primary"}}
	}
	if staff.MaySomewhere(q.in.Member, staff.CustomersManage) {
		p.Acts = append(p.Acts, act{Name: p.T("office.customers.export"), Icon: "download", Posted: true, Address: strings.Replace(q.with("q", ""), "/office/customers", "/office/customers/export", 1)})
	}
	if p.Chips, err = b.customerChips(q, &p.frame); err != nil {
		return err
	}
	p.Find = &find{Action: "/office/customers", Live: true, Fields: []formField{{Name: "q", As: asSearch, Label: p.T("office.customers.find"), Value: f.Typed, Most: 80}}, Keep: q.keep("state", "segment", "tag")}
	p.Empty = blank{Icon: "user-round", Title: p.T("office.customers.none"), Text: p.T("office.customers.none_text")}
	if f.Typed != "" || f.Tag != "" || f.Segment != "" || f.State != "" {
		p.Empty = blank{Icon: "search", Title: p.T("office.customers.nobody"), Text: p.T("office.customers.nobody_text")}
	}
	if q.before() != 0 || f.After != "" {
		p.First = q.with("before", "")
	}
	if found.Older != 0 {
		p.Older = q.with("before", number(found.Older))
	}
	if found.Next != "" {
		p.Next = q.with("after", found.Next)
	}
	if err := b.addCustomers(q, &p.frame, &p.table, found.Customers); err != nil {
		return err
	}
	q.pickable(p, bulk.Customers, func(n int) pick { return pick{number(found.Customers[n].ID), found.Customers[n].Name} })
	return q.list(p)
}

// customerChips are the filters: state, segment, and a tag where there are any.
func (b *Backoffice) customerChips(q *request, f *frame) ([][]chip, error) {
	states := []choice{{Name: f.T("office.customer.state_active")}, {Name: f.T("office.customer.state_closed"), Value: string(customers.Closed)}, {Name: f.T("office.customer.state_merged"), Value: string(customers.Merged)}}
	segments := []choice{{Name: f.T("office.all")}}
	for _, s := range customers.Segments {
		segments = append(segments, choice{Name: segmentName(f, s), Value: string(s)})
	}
	chips := [][]chip{q.chips("state", states), q.chips("segment", segments)}
	all, err := b.Customers.AllTags(q.ctx)
	if err != nil || len(all) == 0 {
		return chips, err
	}
	tags := []choice{{Name: f.T("office.customers.any_tag")}}
	for _, tag := range all[:min(len(all), mostTagChips)] {
		tags = append(tags, choice{Name: tag, Value: tag})
	}
	return append(chips, q.chips("tag", tags)), nil
}

const mostTagChips = 8

func segmentName(f *frame, s customers.Segment) string {
	return f.T("office.customer.segment_" + strings.ReplaceAll(string(s), "-", "_"))
}

// addCustomers fills a table with customers and their first phones.
func (b *Backoffice) addCustomers(q *request, f *frame, t *table, all []customers.Customer) error {
	t.Columns = []column{{Name: f.T("office.customer_field.name")}, {f.T("office.customer_field.number"), "code"}, {f.T("office.customer_field.phone"), "when"}, {Name: f.T("office.site")},
		{Name: f.T("office.customer_field.segment")}, {f.T("office.customer.since"), "when"}, {Name: f.T("office.state")}}
	var ids []int64
	for _, c := range all {
		ids = append(ids, c.ID)
	}
	phones, err := b.Customers.FirstPhones(q.ctx, ids)
	for _, c := range all {
		t.add(cell{Text: c.Name, Address: customerAddress(c.ID)}, cell{Text: customers.Grouped(c.Number)}, cell{Text: phoneText(phones[c.ID])}, cell{Text: b.siteName(c.SiteID)},
			cell{Text: segmentName(f, c.Segment)}, cell{Text: words.DateOf(f.Lang, clock.DayOf(c.CreatedAt))}, stated(customerState(f, c.State)))
	}
	return err
}

// foundCustomers are those of a search over everything; the card's address is that of the last.
func (b *Backoffice) foundCustomers(q *request, f *frame, typed string) (card, error) {
	c := card{Name: f.T("office.nav.customers"), Table: &table{}}
	if !staff.MaySomewhere(q.in.Member, staff.CustomersView) {
		return c, nil
	}
	where := customers.Filter{Typed: typed, Limit: 10}
	if len(q.in.Member.Sites) > 0 {
		where.Sites = q.in.Member.Sites
	}
	found, err := b.Customers.List(q.ctx, where)
	if err != nil {
		return c, err
	}
	for _, one := range found.Customers {
		c.Address = customerAddress(one.ID)
	}
	return c, b.addCustomers(q, f, c.Table, found.Customers)
}

const exportFor = 10 * time.Minute

func (b *Backoffice) exportCustomers(q *request) error {
	f, by := q.customerFilter(), q.customerBy()
	f.Typed, f.Before, f.After = "", 0, ""
	return q.download("customers.csv", "text/csv; charset=utf-8", exportFor, func(ctx context.Context, out io.Writer) error { return b.Customers.Export(ctx, out, f, by) })
}
