package backoffice

import (
	"context"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

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

// searchPage lists what somebody may have meant.
type searchPage struct {
	frame
	Orders   []orderLine
	Receipts []receiptLine
	Grants   []grantLine
	Empty    blank
}

type orderLine struct {
	Address, When, Code, Payer, Plan, Amount, Site string
	State                                          stateView
}

type receiptLine struct {
	Address, When, Number, Amount, Payer, Reference string
	State                                           stateView
}

type grantLine struct {
	Address, When, Plan, Devices string
	State                        stateView
}

const longestSearch = 80

func (b *Backoffice) search(q *request) error {
	typed := strings.TrimSpace(q.Query("q"))
	if r := []rune(typed); len(r) > longestSearch {
		typed = string(r[:longestSearch])
	}
	p := &searchPage{frame: q.page("office.search.title", "")}
	p.Search = typed
	p.Empty = blank{Icon: "search", Title: p.T("office.search.nothing"), Text: p.T("office.search.nothing_text")}
	if typed == "" {
		p.Empty.Title, p.Empty.Text = p.T("office.search.ask"), p.T("office.search.ask_text")
		return q.send(fiber.StatusOK, "search", p)
	}
	m, err := b.Stories.Find(q.ctx, typed)
	if err != nil {
		return err
	}
	for _, o := range m.Orders {
		if q.may(staff.PaymentsView, o.SiteID) || q.may(staff.AccessView, o.SiteID) {
			p.Orders = append(p.Orders, b.orderLine(&p.frame, o))
		}
	}
	for _, g := range m.Grants {
		if q.may(staff.AccessView, g.SiteID) {
			p.Grants = append(p.Grants, b.grantLine(&p.frame, g))
		}
	}
	for _, r := range m.Receipts {
		if q.may(staff.PaymentsView, 0) { // of no order, so of no site
			p.Receipts = append(p.Receipts, b.receiptLine(&p.frame, r))
		}
	}
	if all := len(p.Orders) + len(p.Grants) + len(p.Receipts); all == 1 {
		return led(p.only())
	}
	return q.send(fiber.StatusOK, "search", p)
}

// only is the address of the one thing found.
func (p *searchPage) only() string {
	switch {
	case len(p.Orders) > 0:
		return p.Orders[0].Address
	case len(p.Grants) > 0:
		return p.Grants[0].Address
	}
	return p.Receipts[0].Address
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

func (b *Backoffice) grantLine(f *frame, g access.Grant) grantLine {
	return grantLine{Address: "/office/grants/" + number(g.ID), When: b.when(f, g.CreatedAt), Plan: g.Plan, Devices: g.Place.MAC.Colons(), State: grantState(f, g.State)}
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
