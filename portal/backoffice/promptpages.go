package backoffice

import (
	"cmp"
	"context"
	"strings"
	"time"

	"mtandao/billing"
	"mtandao/billing/customers"
	asked "mtandao/billing/prompts"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// Prompts asks customers for money on their phones; what changes something is recorded in the audit trail. *prompts.Service satisfies it.
type Prompts interface {
	Agreed(ctx context.Context, customerID int64) (*asked.Consent, error)
	Agree(ctx context.Context, customerID int64, phone, who string, by asked.By) (asked.Consent, error)
	Withdraw(ctx context.Context, customerID int64, by asked.By) (bool, error)
	Ask(ctx context.Context, r asked.Request, by asked.By) (asked.Ask, error)
	Asks(ctx context.Context, customerID int64, limit int) ([]asked.Asked, error)
	Query(ctx context.Context, customerID, orderID int64, by asked.By) (asked.Asked, error)
	Wanting(ctx context.Context, customerID int64) (money.Amount, error)
}

func (b *Backoffice) promptRoutes() []route {
	one := "/office/customers/:id"
	return []route{
		{get, one + "/ask", full, staff.PaymentsMatch, b.askMoneyForm}, {post, one + "/ask", full, staff.PaymentsMatch, b.askMoney},
		{get, one + "/prompts", full, staff.CustomersEdit, b.askConsent}, {post, one + "/prompts", full, staff.CustomersEdit, b.agree},
		{post, one + "/prompts/:order/query", full, staff.PaymentsView, b.queryPrompt},
		{get, one + "/prompts/stop", full, staff.CustomersEdit, b.askStopPrompts}, {post, one + "/prompts/stop", full, staff.CustomersEdit, b.stopPrompts},
	}
}

func (q *request) promptBy() asked.By {
	by := q.in.By(q.visit())
	return asked.By{Actor: q.in.Member.Email, From: by.From}
}

const (
	fewAsks     = 5
	promptMoves = 3 * time.Minute // how long a page waits for a verdict by itself
)

// tellPrompts are whether a customer is asked by itself, and the last prompts with how far each is. While one rings the page moves by itself.
func (b *Backoffice) tellPrompts(q *request, p *recordPage, c customers.Customer) error {
	agreed, err := b.Prompts.Agreed(q.ctx, c.ID)
	if err != nil {
		return err
	}
	last, err := b.Prompts.Asks(q.ctx, c.ID, fewAsks)
	if err != nil {
		return err
	}
	one := card{Name: p.T("office.prompts.title"), State: stateView{"", p.T("office.prompts.off")}, Lead: p.T("office.prompts.off_lead"), Acts: b.promptActs(q, &p.frame, c, agreed != nil)}
	if agreed != nil {
		one.State, one.Lead = stateView{"good", p.T("office.prompts.on")}, ""
		one.Facts = []fact{{p.T("office.prompts.phone"), agreed.Phone.Local()}, {p.T("office.prompts.who"), agreed.Who},
			{p.T("office.prompts.noted"), b.planWhen(&p.frame, agreed.At) + " · " + agreed.By}, {p.T("office.prompts.when"), p.T("office.prompts.when_text")}}
	}
	rings := false
	if len(last) > 0 {
		one.Table = &table{Columns: []column{{p.T("office.when"), "when"}, {p.T("office.amount"), "num"}, {p.T("office.payer"), "when"}, {Name: p.T("office.prompts.cause")}, {Name: p.T("office.state")}}}
	}
	for _, a := range last {
		why := cell{Text: p.T("office.prompts.cause_" + string(a.Cause)), More: a.By}
		state := askedState(&p.frame, a)
		if a.Askable() && q.may(staff.PaymentsView, c.SiteID) {
			state.Acts = []act{{Name: p.T("office.prompts.query"), Icon: "refresh-cw", Address: customerAddress(c.ID) + "/prompts/" + number(a.OrderID) + "/query", Posted: true}}
		}
		one.Table.add(cell{Text: b.planWhen(&p.frame, a.At)}, cell{Text: a.Order.Price.String()}, cell{Text: a.Order.PhoneMask}, why, state)
		rings = rings || a.Open() && a.Age < promptMoves
	}
	p.add(one)
	if q.follow(p, rings); rings {
		p.Live = q.OriginalURL()
	}
	return nil
}

// askedState is how far a prompt is, and why it came to nothing.
func askedState(f *frame, a asked.Asked) cell {
	c := stated(paymentState(f, a.Payment.State))
	switch {
	case a.Came.IsPositive():
		c.State = paymentState(f, billing.PaymentPaid)
		if a.Came != a.Order.Price {
			c.More = a.Came.String()
		}
	case a.Payment.Reason != billing.ReasonNone:
		c.More = f.T("reason." + string(a.Payment.Reason))
	}
	return c
}

func (b *Backoffice) promptActs(q *request, f *frame, c customers.Customer, agreed bool) (acts []act) {
	at := customerAddress(c.ID)
	if c.State != customers.Merged && q.may(staff.PaymentsMatch, c.SiteID) {
		acts = append(acts, act{Name: f.T("office.ask_money.act"), Icon: "smartphone", Address: at + "/ask"})
	}
	switch {
	case !q.may(staff.CustomersEdit, c.SiteID) || c.State != customers.Active && !agreed:
	case agreed:
		acts = append(acts, act{Name: f.T("office.prompts.change"), Address: at + "/prompts"}, act{Name: f.T("office.prompts_stop.act"), Address: at + "/prompts/stop"})
	default:
		acts = append(acts, act{Name: f.T("office.prompts_on.act"), Address: at + "/prompts"})
	}
	return acts
}

// promptForm is a form about the prompts of a customer.
func (b *Backoffice) promptForm(q *request, may staff.Permission, texts string) (c customers.Customer, p *formPage, err error) {
	if c, err = b.theCustomer(q, may); err == nil && c.State == customers.Merged {
		err = led(customerAddress(c.MergedInto))
	}
	if err != nil {
		return c, nil, err
	}
	p = q.asking(texts, "customers", customerAddress(c.ID)+"?tab=money", "Name", c.Name)
	p.Danger = false
	p.Crumbs = customerCrumbs(&p.frame, c)
	return c, p, nil
}

// payingPhone is the number that a customer pays from, as far as it is known.
func (b *Backoffice) payingPhone(q *request, c customers.Customer) (string, error) {
	agreed, err := b.Prompts.Agreed(q.ctx, c.ID)
	if err != nil {
		return "", err
	}
	if agreed != nil && agreed.Phone != "" {
		return agreed.Phone.Local(), nil
	}
	phones, err := b.Customers.FirstPhones(q.ctx, []int64{c.ID})
	return phoneText(phones[c.ID]), err
}

// moneyForm asks whom to ask for how much.
func (b *Backoffice) moneyForm(q *request) (customers.Customer, *formPage, error) {
	c, p, err := b.promptForm(q, staff.PaymentsMatch, "office.ask_money.")
	if err != nil {
		return c, p, err
	}
	p.Hidden = q.onceOf()
	if p.Facts, err = b.moneyFacts(q, &p.frame, c); err != nil {
		return c, p, err
	}
	wanting, err := b.Prompts.Wanting(q.ctx, c.ID)
	if err != nil {
		return c, p, err
	}
	usual := ""
	if wanting.IsPositive() {
		usual = strings.TrimPrefix(wanting.String(), money.Shilling+" ")
	}
	phone, err := b.payingPhone(q, c)
	p.ask(formField{Name: "amount", As: asMoney, Most: 16, Must: true, Label: p.T("office.ask_money.amount"), Hint: p.T("office.ask_money.amount_hint"), Value: q.typedOr("amount", usual)},
		formField{Name: "phone", Most: 24, Must: true, Label: p.T("office.ask_money.phone"), Hint: p.T("office.ask_money.phone_hint"), Value: q.typedOr("phone", phone)})
	return c, p, err
}

func (b *Backoffice) askMoneyForm(q *request) error {
	_, p, err := b.moneyForm(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

// promptField is beside which field a fault stands.
func promptField(err error) string {
	switch key := fault.KeyOf(err); {
	case strings.HasPrefix(key, "phone."), key == "prompt.number_rests":
		return "phone"
	case key == "prompt.amount", key == "money.invalid":
		return "amount"
	case key == "prompt.who":
		return "who"
	}
	return ""
}

func (b *Backoffice) askMoney(q *request) error {
	c, p, err := b.moneyForm(q)
	if err != nil {
		return err
	}
	r := asked.Request{CustomerID: c.ID, Cause: asked.Staff, Phone: q.FormValue("phone"), Once: q.FormValue("once")}
	if r.Amount, err = amountTyped(q.FormValue("amount")); err == nil {
		_, err = b.Prompts.Ask(q.ctx, r, q.promptBy())
	}
	if err != nil {
		return q.refuse(err, "form", p, promptField(err))
	}
	q.tell("", "office.ask_money.done", "", "Amount", r.Amount.String())
	return led(customerAddress(c.ID) + "?tab=money")
}

// consentForm asks who said that which phone may be asked.
func (b *Backoffice) consentForm(q *request) (customers.Customer, *formPage, error) {
	c, p, err := b.promptForm(q, staff.CustomersEdit, "office.prompts_on.")
	if err != nil {
		return c, p, err
	}
	phone, err := b.payingPhone(q, c)
	p.ask(formField{Name: "phone", Most: 24, Must: true, Label: p.T("office.prompts.phone"), Hint: p.T("office.prompts_on.phone_hint"), Value: q.typedOr("phone", phone)},
		formField{Name: "who", Most: 80, Must: true, Label: p.T("office.prompts.who"), Value: q.typedOr("who", c.Name)})
	return c, p, err
}

func (b *Backoffice) askConsent(q *request) error {
	_, p, err := b.consentForm(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) agree(q *request) error {
	c, p, err := b.consentForm(q)
	if err != nil {
		return err
	}
	agreed, err := b.Prompts.Agree(q.ctx, c.ID, q.FormValue("phone"), q.FormValue("who"), q.promptBy())
	if err != nil {
		return q.refuse(err, "form", p, promptField(err))
	}
	q.tell("good", "office.prompts_on.done", "", "Phone", agreed.Phone.Local())
	return led(customerAddress(c.ID) + "?tab=money")
}

// queryPrompt asks M-Pesa what became of a prompt, and tells it.
func (b *Backoffice) queryPrompt(q *request) error {
	c, err := b.theCustomer(q, staff.PaymentsView)
	if err != nil {
		return err
	}
	here := customerAddress(c.ID) + "?tab=money"
	orderID, err := q.idOf("order")
	if err != nil {
		return err
	}
	a, err := b.Prompts.Query(q.ctx, c.ID, orderID, q.promptBy())
	switch {
	case fault.Is(err, fault.NotFound):
		return notHere()
	case err != nil:
		return q.refusal(err, here)
	case a.Open():
		q.tell("", "office.prompts.query_nothing", "")
	case a.Came.IsPositive():
		q.tell("good", "office.prompts.query_paid", "", "Amount", a.Came.String())
	default:
		q.tell("", "office.prompts.query_failed", "", "Why", words.Text(q.lang(), "reason."+string(cmp.Or(a.Payment.Reason, billing.ReasonUnknown))))
	}
	return led(here)
}

func (b *Backoffice) askStopPrompts(q *request) error {
	_, p, err := b.promptForm(q, staff.CustomersEdit, "office.prompts_stop.")
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) stopPrompts(q *request) error {
	c, err := b.theCustomer(q, staff.CustomersEdit)
	if err != nil {
		return err
	}
	if _, err := b.Prompts.Withdraw(q.ctx, c.ID, q.promptBy()); err != nil {
		return q.refusal(err, customerAddress(c.ID))
	}
	q.tell("good", "office.prompts_stop.done", "", "Name", c.Name)
	return led(customerAddress(c.ID) + "?tab=money")
}
