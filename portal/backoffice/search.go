package backoffice

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"mtandao/billing"
	"mtandao/internal/fault"
	"mtandao/internal/money"
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

// readSearch is what somebody typed as it is looked for: without signs that are not seen, and with one space between words.
func readSearch(typed string) string {
	typed = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == unicode.ReplacementChar || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs):
			return -1
		}
		return r
	}, typed[:min(len(typed), 8*longestSearch)])
	typed = strings.Join(strings.Fields(typed), " ")
	if r := []rune(typed); len(r) > longestSearch {
		typed = strings.TrimSpace(string(r[:longestSearch]))
	}
	return typed
}

func (b *Backoffice) search(q *request) error {
	typed := readSearch(q.Query("q"))
	p := q.record("office.search.title", "")
	p.Search = typed
	if typed == "" {
		p.add(card{Empty: &blank{Icon: "search", Title: p.T("office.search.ask"), Text: p.T("office.search.ask_text")}})
		return q.show(p)
	}
	if slip, err := b.foundSlip(q, typed); slip != "" || err != nil {
		return cmp.Or(err, led(slip))
	}
	if a, ok, timely := readAddress(typed, b.Zone, b.PlanClock.Now()); ok && staff.MaySomewhere(q.in.Member, staff.AccessView) {
		return b.searchAddress(q, p, a, timely)
	}
	if err := b.findAll(q, p, typed); err != nil {
		return err
	}
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

// findAll asks each kind for what was typed. Those that it names whole come before those of which it only begins a name; a card that has nothing is left out.
func (b *Backoffice) findAll(q *request, p *recordPage, typed string) error {
	f := &p.frame
	m, err := b.Stories.Find(q.ctx, typed)
	if err != nil {
		return err
	}
	lines, rest, err := b.foundLines(q, f, typed, m.Grants)
	if err != nil {
		return err
	}
	some := []card{lines, b.foundOrders(q, f, m.Orders), b.foundReceipts(q, f, m.Receipts), b.foundGrants(q, f, rest)}
	for _, find := range []func(*request, *frame, string) (card, error){b.foundInvoices, b.foundVoucher, b.foundTickets, b.foundLeads, b.foundEquipment, b.foundRouters, b.foundResellers} {
		found, err := find(q, f, typed)
		if err != nil {
			return err
		}
		some = append(some, found)
	}
	people, err := b.foundCustomers(q, f, typed)
	if err != nil {
		return err
	}
	all := append([]card{people}, some...)
	slices.SortStableFunc(all, func(x, y card) int { return cmp.Compare(x.lacks(typed), y.lacks(typed)) })
	for _, c := range all {
		if len(c.Table.Rows) > 0 {
			p.add(c)
		}
	}
	return nil
}

// lacks is 0 for a card that has just what was typed in a cell.
func (c card) lacks(typed string) int {
	for _, row := range c.Table.Rows {
		if slices.ContainsFunc(row, func(one cell) bool { return strings.EqualFold(one.Text, typed) }) {
			return 0
		}
	}
	return 1
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

// many is a count as people read it.
func many(n int64) string { return money.Thousands(number(n)) }

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
