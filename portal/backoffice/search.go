package backoffice

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"mtandao/billing"
	"mtandao/internal/fault"
	"mtandao/internal/report"
	"mtandao/internal/staff"
	"mtandao/radius/access"
)

// Stories tells what happened. *report.Stories satisfies it.
type Stories interface {
	Find(ctx context.Context, typed string) (report.Matches, error)
	OfOrder(ctx context.Context, orderID int64) (report.Story, error)
	OfGrant(ctx context.Context, grantID int64) (report.Story, error)
}

// orderLine and receiptLine are an order and a sum of money as the pages say them.
type orderLine struct {
	Address, When, Code, Payer, Plan, Amount, Site string
	State                                          stateView
}

type receiptLine struct {
	Address, When, Number, Amount, Payer, Reference string
	State                                           stateView
}

const longestSearch = 80

func (b *Backoffice) search(q *request) error {
	typed := strings.TrimSpace(q.Query("q"))
	if r := []rune(typed); len(r) > longestSearch {
		typed = string(r[:longestSearch])
	}
	p := q.record("office.search.title", "")
	p.Search = typed
	if typed == "" {
		p.add(card{Empty: &blank{Icon: "search", Title: p.T("office.search.ask"), Text: p.T("office.search.ask_text")}})
		return q.show(p)
	}
	if slip, err := b.foundSlip(q, typed); slip != "" || err != nil {
		return cmp.Or(err, led(slip))
	}
	m, err := b.Stories.Find(q.ctx, typed)
	if err != nil {
		return err
	}
	p.add(b.foundOrders(q, &p.frame, m.Orders))
	p.add(b.foundReceipts(q, &p.frame, m.Receipts))
	p.add(b.foundGrants(q, &p.frame, m.Grants))
	people, err := b.foundCustomers(q, &p.frame, typed)
	if err != nil {
		return err
	}
	p.Cards = slices.Insert(p.Cards, 0, people)
	found, err := b.foundVoucher(q, &p.frame, typed)
	if err != nil {
		return err
	}
	p.add(found)
	if found, err = b.foundTickets(q, &p.frame, typed); err != nil {
		return err
	}
	p.add(found)
	p.Cards = slices.DeleteFunc(p.Cards, func(c card) bool { return len(c.Table.Rows) == 0 })
	if len(p.Cards) == 1 && len(p.Cards[0].Table.Rows) == 1 {
		return led(p.Cards[0].Address)
	}
	kept, err := b.foundRefusals(q, &p.frame, typed)
	if err != nil {
		return err
	}
	if len(kept.Table.Rows) > 0 {
		p.add(kept)
	}
	if len(p.Cards) == 0 {
		p.add(card{Empty: &blank{Icon: "search", Title: p.T("office.search.nothing"), Text: p.T("office.search.nothing_text")}})
	}
	return q.show(p)
}

// foundOrders are those at sites of who asks; the card's address is that of the last.
func (b *Backoffice) foundOrders(q *request, f *frame, orders []billing.Order) card {
	c := card{Name: f.T("office.orders"), Table: &table{Columns: orderColumns(f)}}
	for _, o := range orders {
		if q.may(staff.PaymentsView, o.SiteID) || q.may(staff.AccessView, o.SiteID) {
			l := b.orderLine(f, o)
			c.Table.add(cell{Text: l.When}, cell{Text: l.Code, Address: l.Address}, cell{Text: l.Payer}, cell{Text: l.Plan}, cell{Text: l.Site}, cell{Text: l.Amount}, stated(l.State))
			c.Address = l.Address
		}
	}
	return c
}

func orderColumns(f *frame) []column {
	return []column{{f.T("office.when"), "when"}, {f.T("office.order_code"), "code"}, {f.T("office.payer"), "when"}, {f.T("office.plan"), ""}, {f.T("office.site"), ""},
		{f.T("office.amount"), "num"}, {f.T("office.state"), ""}}
}

func (b *Backoffice) foundReceipts(q *request, f *frame, receipts []billing.Receipt) card {
	if !q.may(staff.PaymentsView, 0) { // of no order, so of no site
		receipts = nil
	}
	c := card{Name: f.T("office.receipts_alone"), Table: b.receiptTable(f, receipts)}
	for _, r := range receipts {
		c.Address = "/office/receipts/" + number(r.ID)
	}
	return c
}

func (b *Backoffice) receiptTable(f *frame, receipts []billing.Receipt) *table {
	t := &table{Columns: []column{{f.T("office.when"), "when"}, {f.T("office.receipt"), "code"}, {f.T("office.payer"), ""}, {f.T("office.reference"), ""},
		{f.T("office.amount"), "num"}, {f.T("office.where"), ""}}}
	for _, r := range receipts {
		l := b.receiptLine(f, r)
		name := cell{Text: l.Number, Address: l.Address}
		if l.Number == "" {
			name.Text = f.T("office.receipt_pending")
		}
		t.add(cell{Text: l.When}, name, cell{Text: l.Payer}, cell{Text: l.Reference}, cell{Text: l.Amount}, stated(l.State))
	}
	return t
}

func (b *Backoffice) foundGrants(q *request, f *frame, grants []access.Grant) card {
	c := card{Name: f.T("office.grants"), Table: &table{Columns: []column{{f.T("office.when"), "when"}, {f.T("office.plan"), ""}, {f.T("office.device"), "code"}, {f.T("office.state"), ""}}}}
	for _, g := range grants {
		if q.may(staff.AccessView, g.SiteID) {
			c.Address = "/office/grants/" + number(g.ID)
			c.Table.add(cell{Text: b.when(f, g.CreatedAt)}, cell{Text: g.Plan, Address: c.Address}, cell{Text: g.Place.MAC.Colons()}, stated(grantState(f, g.State)))
		}
	}
	return c
}

// may says whether the person who asks may do something at a site.
func (q *request) may(p staff.Permission, siteID int64) bool {
	return staff.May(q.in.Member, p, siteID)
}

func (b *Backoffice) orderLine(f *frame, o billing.Order) orderLine {
	return orderLine{Address: "/office/orders/" + number(o.ID), When: b.when(f, o.CreatedAt), Code: o.Code, Payer: o.PhoneMask, Plan: o.PlanName(f.Lang),
		Amount: o.Price.String(), Site: b.siteName(o.SiteID), State: orderState(f, o.State)}
}

func (b *Backoffice) receiptLine(f *frame, r billing.Receipt) receiptLine {
	return receiptLine{Address: "/office/receipts/" + number(r.ID), When: b.when(f, r.ArrivedAt), Number: r.Number, Amount: r.Amount.String(),
		Payer: shownPayer(r.Payer), Reference: r.Reference, State: placedState(f, r.Placed)}
}

func (b *Backoffice) siteName(id int64) string {
	if id == 0 {
		return ""
	}
	s, _, err := b.Sites.Get(id)
	if err != nil {
		return ""
	}
	return s.Name
}

// number is an id as addresses carry it.
func number(id int64) string { return strconv.FormatInt(id, 10) }

// idOf reads the id of an address; whatever is none is a page that does not exist.
func (q *request) idOf(name string) (int64, error) {
	id, err := strconv.ParseInt(q.Params(name), 10, 64)
	if err != nil || id <= 0 {
		return 0, notHere()
	}
	return id, nil
}

// hidden turns what is outside somebody's scope into what does not exist.
func hidden(err error) error {
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Denied) {
		return notHere()
	}
	return err
}
