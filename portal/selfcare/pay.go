package selfcare

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/billing/prompts"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// pay is how money is asked for on a phone, how far the last prompt is, and how to pay by hand.
type pay struct {
	Owe           string
	Bill          *bill  // the one that is paid first; nil: the oldest
	Amount, Phone string // as they stand in the form
	Once          string // empty: nobody is asked now
	Step          prompts.Step
	Sum           string
	Mask, Why     string
	Go            string // what is done after, as the form sends it
	GoOn          goOn
	hand
}

// hand is where money is sent to by hand; without a till none is taken.
type hand struct{ PayTo, Till, Steps, Account string }

func (f *Face) askPay(q *request) error {
	p := q.page("my.pay.title")
	st, err := f.Bills.StandingOf(q.ctx, q.who.ID, q.today())
	if err != nil {
		return err
	}
	asked, err := f.Prompts.Asks(q.ctx, q.who.ID, 1)
	if err != nil {
		return err
	}
	p.Pay = &pay{Owe: st.Open.String()}
	if p.Pay.Bill, err = f.paidFirst(q); err != nil {
		return err
	}
	if p.Pay.hand, err = f.byHand(q); err != nil {
		return err
	}
	waits := p.Pay.Till == ""
	if len(asked) == 1 && asked[0].Told() {
		last := asked[0]
		p.Pay.Step, p.Pay.Sum, p.Pay.Mask, p.Pay.Why = last.Step(), last.Sum().String(), last.Order.PhoneMask, last.Why(q.lang)
		waits = waits || last.Waits()
	}
	p.Pay.GoOn, p.Pay.Go = q.goingOn()
	if every := p.Pay.Step.Again(); every != "" {
		q.Set("Refresh", every+"; url="+goes(p.Pay.Go, p.Pay.Bill))
	}
	if !waits {
		err = f.fillPay(q, p.Pay)
	}
	if err != nil {
		return err
	}
	if p.Pay.Go != "" && p.Pay.Step == prompts.Failed && q.failed == nil { // so much as before
		p.Pay.Amount = typable(asked[0].Order.Price)
	}
	return q.send("pay", p)
}

// fillPay fills the form with what is likely to be paid, and from which phone, else with what was typed.
func (f *Face) fillPay(q *request, to *pay) error {
	to.Once = q.once()
	if q.failed != nil {
		to.Amount, to.Phone = q.typed("amount"), q.typed("phone")
		return nil
	}
	wanting, err := f.wanting(q, to.Bill)
	if err != nil {
		return err
	}
	if wanting.IsPositive() {
		to.Amount = typable(wanting)
	}
	phones, err := f.Customers.FirstPhones(q.ctx, []int64{q.who.ID})
	if phones[q.who.ID] != "" {
		to.Phone = phones[q.who.ID].Local()
	}
	return err
}

// wanting is what is likely to be paid: what is open of the bill that is paid first, else all that is.
func (f *Face) wanting(q *request, first *bill) (money.Amount, error) {
	if first != nil {
		return prompts.Whole(first.open), nil
	}
	return f.Prompts.Wanting(q.ctx, q.who.ID)
}

// paidFirst is the customer's own bill that the page or its form names; nil when it names none, or one of which nothing is open any more.
func (f *Face) paidFirst(q *request) (*bill, error) {
	named := q.Query("bill")
	if q.Method() == fiber.MethodPost {
		named = q.typed("bill")
	}
	if named == "" {
		return nil, nil
	}
	d, err := f.ownBill(q, named)
	if err != nil || d.Open <= 0 {
		return nil, err
	}
	b := q.billOf(d)
	return &b, nil
}

// typable is an amount as it stands in a form.
func typable(a money.Amount) string {
	return strings.ReplaceAll(strings.TrimPrefix(a.String(), money.Shilling+" "), ",", "")
}

// byHand is the till of the customer's site, as people say it.
func (f *Face) byHand(q *request) (h hand, err error) {
	t, err := f.Tills.TillFor(q.ctx, q.who.SiteID)
	if fault.KeyOf(err) == "till.missing" {
		return h, nil
	}
	if err != nil {
		return h, err
	}
	h = hand{q.T("my.paybill"), t.ShortCode, q.T("my.paybill_steps"), customers.Grouped(q.who.Number)}
	if t.Type == billing.TillBuyGoods {
		h.PayTo, h.Till, h.Steps = q.T("my.till"), t.PartyB, q.T("my.till_steps")
	}
	return h, nil
}

// askPhone asks a phone for money. The same form is one prompt; where it leads to says how far that is.
func (f *Face) askPhone(q *request) error {
	amount, err := money.Parse(q.typed("amount"), money.Shilling)
	if err != nil {
		return err
	}
	asks := strconv.FormatInt(q.who.ID, 10)
	if f.phones.Peek(asks) > 0 {
		return fault.New(fault.TooMany, "paper.slow")
	}
	first, err := f.paidFirst(q)
	if err != nil {
		return err
	}
	r := prompts.Request{CustomerID: q.who.ID, Cause: prompts.Self, Phone: q.typed("phone"), Amount: amount, Once: q.typed("once")}
	if first != nil {
		r.InvoiceID = first.ID
	}
	_, err = f.Prompts.Ask(q.ctx, r, prompts.By{})
	if err != nil {
		return err
	}
	f.phones.Wait(asks) // what was refused rang nowhere
	_, after := q.goingOn()
	return led(goes(after, first))
}
