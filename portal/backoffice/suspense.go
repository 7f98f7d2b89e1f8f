package backoffice

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/staff"
	"mtandao/portal/web"
)

// suspensePage lists money of nobody, each with whom it may be from.
type suspensePage struct {
	frame
	Receipts []strayView
	Empty    blank
	pager
}

// strayView is money with the orders that it may be meant for.
type strayView struct {
	receiptLine
	Age      string
	Offers   []offerView
	Homes    []homeView
	MayMatch bool
	Action   string
	Stamp    string
	Lead     string // above the offers, or that there are none
}

// offerView is an order that money may be meant for, and why.
type offerView struct {
	orderLine
	ID, Button, Serve string
	Clues             []string
}

// homeView is a customer whom money may be meant for.
type homeView struct{ ID, Number, Name, Button string }

// straysOfPage are few, for each is compared with many orders.
const straysOfPage = 20

func (b *Backoffice) suspense(q *request) error {
	tills, err := q.tills()
	if err != nil {
		return err
	}
	found, err := b.Money.Suspense(q.ctx, tills, q.before(), straysOfPage+1)
	if err != nil {
		return err
	}
	p := &suspensePage{frame: q.page("office.suspense.title", "payments")}
	p.Crumbs = []crumb{{p.T("office.nav.payments"), "/office/payments"}}
	p.Empty = blank{Icon: "circle-check", Title: p.T("office.suspense.none"), Text: p.T("office.suspense.none_text")}
	found, p.pager = newest(q, found, straysOfPage, func(r billing.Receipt) int64 { return r.ID })
	for _, r := range found {
		stray, err := b.stray(q, &p.frame, r)
		if err != nil {
			return err
		}
		p.Receipts = append(p.Receipts, stray)
	}
	return q.send(fiber.StatusOK, "suspense", p)
}

// stray shows money of nobody with its offers at sites of who asks.
func (b *Backoffice) stray(q *request, f *frame, r billing.Receipt) (strayView, error) {
	offers, err := b.Money.Suggest(q.ctx, r)
	if err != nil {
		return strayView{}, err
	}
	offers = slices.DeleteFunc(offers, func(s billing.Suggestion) bool { return !q.may(staff.PaymentsView, s.Order.SiteID) })
	v := b.strayView(f, r, offers)
	if v.Homes, err = b.homes(q, f, r); err != nil {
		return v, err
	}
	if len(v.Homes) > 0 {
		v.Lead = f.T("office.suspense.offers")
	}
	v.MayMatch = staff.MaySomewhere(q.in.Member, staff.PaymentsMatch)
	return v, nil
}

// homes are the customers whom money may be meant for, at sites of who asks.
func (b *Backoffice) homes(q *request, f *frame, r billing.Receipt) (all []homeView, err error) {
	near, err := b.Money.SuggestCustomers(q.ctx, r)
	for _, c := range near {
		if q.may(staff.PaymentsMatch, c.SiteID) {
			all = append(all, homeView{number(c.ID), customers.Grouped(c.Number), c.Name, f.T("office.suspense.match_customer")})
		}
	}
	return all, err
}

func (b *Backoffice) strayView(f *frame, r billing.Receipt, offers []billing.Suggestion) strayView {
	v := strayView{receiptLine: b.receiptLine(f, r), Age: web.Span(f.Lang, b.Clock.Now().Sub(r.ArrivedAt)), Stamp: f.Stamp,
		Action: "/office/receipts/" + number(r.ID) + "/match", Lead: f.T("office.suspense.offers")}
	if len(offers) == 0 {
		v.Lead = f.T("office.suspense.no_offers")
	}
	for _, s := range offers {
		v.Offers = append(v.Offers, b.offerView(f, s))
	}
	return v
}

func (b *Backoffice) offerView(f *frame, s billing.Suggestion) offerView {
	v := offerView{orderLine: b.orderLine(f, s.Order), ID: number(s.Order.ID), Serve: "1", Button: f.T("office.suspense.match")}
	if !s.Serve {
		v.Serve, v.Button = "0", f.T("office.suspense.hold")
	}
	for _, c := range s.Clues {
		v.Clues = append(v.Clues, f.T("clue."+c.Name, "Arg", c.Arg))
	}
	return v
}

// tills are those at sites that a list shows; nil is all of them. A till of no site is for whom sees all.
func (q *request) tills() ([]int64, error) {
	scope := q.scope()
	if scope == nil {
		return nil, nil
	}
	all, err := q.office.Money.Tills(q.ctx)
	seen := []int64{}
	for _, t := range all {
		if slices.ContainsFunc(t.Sites, func(id int64) bool { return slices.Contains(scope, id) }) {
			seen = append(seen, t.ID)
		}
	}
	return seen, err
}

// mayReceipt says whether somebody may do something with a receipt: at its order's site, or at one of its till's.
func (q *request) mayReceipt(p staff.Permission, r billing.Receipt) (bool, error) {
	if r.OrderID == 0 && q.may(p, 0) {
		return true, nil
	}
	sites, err := q.sitesOfReceipt(r)
	return err == nil && slices.ContainsFunc(sites, func(id int64) bool { return q.may(p, id) }), err
}

// sitesOfReceipt are the sites that a receipt is about: its order's, or those of its till; none are all.
func (q *request) sitesOfReceipt(r billing.Receipt) ([]int64, error) {
	if r.OrderID != 0 {
		m, err := q.office.Money.OrderMoney(q.ctx, r.OrderID)
		return []int64{m.Order.SiteID}, err
	}
	all, err := q.office.Money.Tills(q.ctx)
	for _, t := range all {
		if t.ID == r.TillID {
			return t.Sites, err
		}
	}
	return nil, err
}
