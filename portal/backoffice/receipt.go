package backoffice

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/staff"
)

// receiptPage is one sum of money that came: where it is, and whose it may be.
type receiptPage struct {
	frame
	State     stateView
	Facts     []fact
	Order     string // address of the order that it is on
	Code      string
	Stray     *strayView // nil: it is somebody's
	Typed     string     // an order looked for by hand
	Found     []offerView
	Homes     []homeView // customers, the same
	Unmatch   string     // where a match by hand is taken back
	NotFound  string
	SearchFor string
	Refunds   table
	Refund    string // where one is asked for
}

// receiptFor reads the receipt of an address, if who asks may do that with it; else it does not exist.
func (b *Backoffice) receiptFor(q *request, p staff.Permission) (billing.Receipt, error) {
	id, err := q.idOf("id")
	if err != nil {
		return billing.Receipt{}, err
	}
	r, err := b.Money.ReceiptByID(q.ctx, id)
	if err != nil {
		return r, hidden(err)
	}
	may, err := q.mayReceipt(p, r)
	if err == nil && !may {
		err = notHere()
	}
	return r, err
}

func (b *Backoffice) receipt(q *request) error {
	r, err := b.receiptFor(q, staff.PaymentsView)
	if err != nil {
		return err
	}
	p := b.receiptPage(q.page("office.receipt.title", "payments"), r)
	if err := b.tellRefunds(q, p, r); err != nil {
		return err
	}
	if err := b.tellReversals(q, p, r); err != nil {
		return err
	}
	if r.Placed == billing.PlacedSuspense {
		stray, err := b.stray(q, &p.frame, r)
		if err != nil {
			return err
		}
		p.Stray = &stray
		return b.lookForOrder(q, p, r)
	}
	if r.OrderID != 0 {
		m, err := b.Money.OrderMoney(q.ctx, r.OrderID)
		if err != nil {
			return err
		}
		p.Order, p.Code = "/office/orders/"+number(r.OrderID), m.Order.Code
	}
	matched, err := b.Money.Matched(q.ctx, r.ID)
	if err != nil {
		return err
	}
	if matched && staff.MaySomewhere(q.in.Member, staff.PaymentsMatch) {
		p.Unmatch = "/office/receipts/" + number(r.ID) + "/unmatch"
	}
	return q.send(fiber.StatusOK, "receipt", p)
}

func (b *Backoffice) receiptPage(f frame, r billing.Receipt) *receiptPage {
	p := &receiptPage{frame: f, State: placedState(&f, r.Placed), SearchFor: "/office/receipts/" + number(r.ID)}
	p.Crumbs = []crumb{{p.T("office.nav.payments"), "/office/payments"}, {p.T("office.suspense.title"), "/office/suspense"}}
	if r.Number != "" {
		p.Title = r.Number
	}
	p.Facts = []fact{{p.T("office.amount"), r.Amount.String()}, {p.T("office.when"), b.when(&p.frame, r.ArrivedAt)},
		{p.T("office.payer"), shownPayer(r.Payer)}, {p.T("office.reference"), r.Reference}}
	return p
}

// tellReversals shows what of the money the rail took back.
func (b *Backoffice) tellReversals(q *request, p *receiptPage, r billing.Receipt) error {
	all, err := b.Money.ReversalsOf(q.ctx, r.ID)
	for _, v := range all {
		if v.State != billing.ReversalTaken {
			continue
		}
		p.Facts = append(p.Facts, fact{p.T("office.receipt.reversed"), p.T("office.receipt.reversed_on", "Amount", v.Amount.String(), "Day", b.when(&p.frame, v.At), "Code", v.Code)})
		if v.Lost.IsPositive() {
			p.Facts = append(p.Facts, fact{p.T("office.receipt.lost"), v.Lost.String()})
		}
		p.State = stateView{"bad", p.T("office.placed.reversed")}
	}
	return err
}

// tellRefunds shows what of the money was, or is to be, paid back.
func (b *Backoffice) tellRefunds(q *request, p *receiptPage, r billing.Receipt) error {
	all, err := b.Money.RefundsOf(q.ctx, r.ID)
	open := false
	p.Refunds.Columns = refundColumns(&p.frame)
	for _, f := range all {
		cells, err := b.refundCells(q, &p.frame, f, r)
		if err != nil {
			return err
		}
		p.Refunds.add(cells...)
		open = open || f.State != billing.RefundRefused && f.State != billing.RefundCancelled
	}
	here := r.Placed == billing.PlacedOrder || r.Placed == billing.PlacedCredit || r.Placed == billing.PlacedSuspense || r.Placed == billing.PlacedAccount
	if here && !open && staff.MaySomewhere(q.in.Member, staff.PaymentsRefund) {
		p.Refund = "/office/receipts/" + number(r.ID) + "/refund"
	}
	return err
}

// lookForOrder shows the orders that somebody looks for by hand.
func (b *Backoffice) lookForOrder(q *request, p *receiptPage, r billing.Receipt) error {
	typed := cutSearch(q.Query("order"))
	if p.Typed = typed; typed == "" {
		return q.send(fiber.StatusOK, "receipt", p)
	}
	m, err := b.Stories.Find(q.ctx, typed)
	if err != nil {
		return err
	}
	if p.Homes, err = b.homes(q, &p.frame, billing.Receipt{Reference: typed}); err != nil {
		return err
	}
	for _, o := range m.Orders {
		if !q.may(staff.PaymentsView, o.SiteID) {
			continue
		}
		enough, err := r.Amount.Compare(o.Price)
		p.Found = append(p.Found, b.offerView(&p.frame, billing.Suggestion{Order: o, Serve: err == nil && enough >= 0 && o.State != billing.OrderPaid}))
	}
	if len(p.Found)+len(p.Homes) == 0 {
		p.NotFound = p.T("office.search.nothing")
	}
	return q.send(fiber.StatusOK, "receipt", p)
}

// cutSearch bounds what somebody looks for.
func cutSearch(typed string) string {
	if n := []rune(typed); len(n) > longestSearch {
		return string(n[:longestSearch])
	}
	return typed
}

func (b *Backoffice) match(q *request) error {
	r, err := b.receiptFor(q, staff.PaymentsMatch)
	if err != nil {
		return err
	}
	here := "/office/receipts/" + number(r.ID)
	if typed := q.FormValue("customer"); typed != "" {
		return b.matchCustomer(q, r, typed, here)
	}
	orderID := idIn(q.FormValue("order"))
	m, err := b.Money.OrderMoney(q.ctx, orderID)
	if err != nil || !q.may(staff.PaymentsMatch, m.Order.SiteID) {
		return hiddenUnlessOurs(err)
	}
	out, err := b.Deeds.Match(q.ctx, q.in.Member, q.in.By(q.visit()), billing.Matching{ReceiptID: r.ID, OrderID: orderID, Serve: q.FormValue("serve") == "1"})
	if err != nil {
		return q.refusal(err, here)
	}
	told := "office.suspense.matched"
	if out.Placed == billing.PlacedCredit {
		told = "office.suspense.held"
	}
	q.tell("good", told, here+"/unmatch", "Amount", r.Amount.String(), "Code", m.Order.Code)
	return led("/office/orders/" + number(orderID))
}

// matchCustomer gives money to one of the customers that the page offered, or whom somebody looked for by hand.
func (b *Backoffice) matchCustomer(q *request, r billing.Receipt, customerID, here string) error {
	looked := r
	if typed := q.FormValue("typed"); typed != "" {
		looked = billing.Receipt{Reference: cutSearch(typed)}
	}
	near, err := b.Money.SuggestCustomers(q.ctx, looked)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(near, func(c customers.Customer) bool {
		return number(c.ID) == customerID && q.may(staff.PaymentsMatch, c.SiteID)
	})
	if i < 0 {
		return notHere()
	}
	if err := b.Deeds.MatchAccount(q.ctx, q.in.Member, q.in.By(q.visit()), r.ID, near[i]); err != nil {
		return q.refusal(err, here)
	}
	q.tell("good", "office.suspense.credited", here+"/unmatch", "Amount", r.Amount.String(), "Name", near[i].Name, "Number", customers.Grouped(near[i].Number))
	return led(here)
}

func (b *Backoffice) unmatch(q *request) error {
	r, err := b.receiptFor(q, staff.PaymentsMatch)
	if err != nil {
		return err
	}
	here := "/office/receipts/" + number(r.ID)
	if err := b.Deeds.Unmatch(q.ctx, q.in.Member, q.in.By(q.visit()), r.ID); err != nil {
		return q.refusal(err, here)
	}
	q.tell("good", "office.suspense.unmatched", "", "Amount", r.Amount.String())
	return led(here)
}
