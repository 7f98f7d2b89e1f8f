package backoffice

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/report"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// Bills tells when the next bills are made. *billrun.Source satisfies it.
type Bills interface {
	NextBills(ctx context.Context, subscriptionIDs []int64) (map[int64]clock.Day, error)
	Moving(to customers.Customer) invoices.Source
}

const (
	fewPayments = 10
	fewInvoices = 10
)

// moneyFacts are what a customer has, owes and is late with.
func (b *Backoffice) moneyFacts(q *request, f *frame, c customers.Customer) ([]fact, error) {
	credit, err := b.Accounts.Balances(q.ctx, []int64{c.ID})
	if err != nil {
		return nil, err
	}
	st, err := b.Invoices.StandingOf(q.ctx, c.ID, b.planDay())
	if err != nil {
		return nil, err
	}
	held, word := credit[c.ID], "office.money.credit"
	if held.Cents < 0 {
		held, word = held.Neg(), "office.money.debt"
	}
	facts := []fact{{f.T(word), kes(held.Cents)}, {f.T("office.money.owed"), st.Open.String()}}
	if st.Late.IsPositive() {
		facts = append(facts, fact{f.T("office.money.late"), f.T("office.money.late_by", "Amount", st.Late.String(), "Count", st.LateBy(b.planDay()))})
	}
	return facts, nil
}

// moneyState is the word for how a customer stands: kept from service, late, promised, or nothing owed.
func (b *Backoffice) moneyState(f *frame, st invoices.Standing, terms invoices.Terms, promised *invoices.Promised) stateView {
	switch {
	case promised != nil && !promised.Over(b.planDay()) && st.Open.IsPositive():
		return stateView{"warn", f.T("office.money.promised", "Day", words.DateOf(f.Lang, promised.Until))}
	case st.Barred:
		return stateView{"bad", f.T("office.money.barred")}
	case st.Late.IsPositive() && terms.VIP:
		return stateView{"warn", f.T("office.money.late_vip")}
	case st.Late.IsPositive():
		return stateView{"bad", f.T("office.money.is_late")}
	case st.Open.IsPositive():
		return stateView{"", f.T("office.money.is_owing")}
	}
	return stateView{"good", f.T("office.money.is_clear")}
}

// lastPromise is what a customer promised last; nil when they never did.
func (b *Backoffice) lastPromise(q *request, customerID int64) (*invoices.Promised, error) {
	all, err := b.Invoices.Promises(q.ctx, customerID, 1)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// tellBalance is the card of a customer's money on their first tab.
func (b *Backoffice) tellBalance(q *request, p *recordPage, c customers.Customer) error {
	if !q.may(staff.PaymentsView, c.SiteID) {
		return nil
	}
	one := card{Name: p.T("office.money.title")}
	var err error
	if one.Facts, err = b.moneyFacts(q, &p.frame, c); err != nil {
		return err
	}
	st, err := b.Invoices.StandingOf(q.ctx, c.ID, b.planDay())
	if err != nil {
		return err
	}
	terms, err := b.Invoices.TermsOf(q.ctx, c.ID)
	if err != nil {
		return err
	}
	promised, err := b.lastPromise(q, c.ID)
	if err != nil {
		return err
	}
	one.State = b.moneyState(&p.frame, st, terms, promised)
	if promised != nil && !promised.Over(b.planDay()) {
		one.Facts = append(one.Facts, fact{p.T("office.money.promise"), promisedText(&p.frame, *promised)})
	}
	next, err := b.nextBill(q, &p.frame, c)
	if err != nil {
		return err
	}
	one.Facts = append(one.Facts, next...)
	one.Facts = append(one.Facts, b.termFacts(&p.frame, terms)...)
	if terms.PayerID != c.ID {
		if payer, err := b.Customers.Get(q.ctx, terms.PayerID); err == nil {
			one.Facts = append(one.Facts, fact{p.T("office.money.payer"), payer.Name})
		}
	}
	one.Acts = b.moneyActs(q, &p.frame, c)
	p.add(one)
	return nil
}

func (b *Backoffice) moneyActs(q *request, f *frame, c customers.Customer) (acts []act) {
	at := customerAddress(c.ID)
	if c.State == customers.Merged {
		return nil
	}
	if q.may(staff.PaymentsMatch, c.SiteID) {
		acts = append(acts, act{Name: f.T("office.taking.act"), Icon: "banknote", Address: at + "/pay", Tone: "primary"})
	}
	if q.mayPromise(c) {
		acts = append(acts, act{Name: f.T("office.promise.act"), Address: at + "/promise"})
	}
	return append(acts, act{Name: f.T("office.statement.act"), Icon: "list", Address: at + "/statement"})
}

func promisedText(f *frame, p invoices.Promised) string {
	said := []string{words.DateOf(f.Lang, p.Until)}
	if p.Amount.IsPositive() {
		said = append(said, p.Amount.String())
	}
	return strings.Join(append(said, p.Who), " · ")
}

// termFacts are how a customer is billed, where it differs from how everybody is.
func (b *Backoffice) termFacts(f *frame, t invoices.Terms) (facts []fact) {
	facts = append(facts, fact{f.T("office.customer_field.payment_days"), f.T("office.customer.days", "Count", *t.DueDays)})
	if t.NeedsPO || t.PONumber != "" {
		facts = append(facts, fact{f.T("office.customer_field.purchase_order"), cmp.Or(t.PONumber, f.T("office.customer.order_missing"))})
	}
	var treated []string
	if t.VIP {
		treated = append(treated, f.T("office.treat.is_vip"))
	}
	if t.Review {
		treated = append(treated, f.T("office.treat.is_review"))
	}
	if t.ExemptOn(b.planDay()) {
		treated = append(treated, f.T("office.treat.is_exempt"))
	}
	return append(facts, fact{f.T("office.treat.fact"), strings.Join(treated, ", ")})
}

// nextBill is when the next line has to be renewed, and when the next invoice is made.
func (b *Backoffice) nextBill(q *request, f *frame, c customers.Customer) (facts []fact, err error) {
	lines, err := b.Lines.Of(q.ctx, c.ID)
	if err != nil {
		return nil, err
	}
	var renewal time.Time
	var ids []int64
	for _, sub := range lines {
		ids = append(ids, sub.ID)
		if end := sub.State.End(b.zoneOf(sub)); sub.State.Status == subscriptions.Active && !end.IsZero() && (renewal.IsZero() || end.Before(renewal)) {
			renewal = end
		}
	}
	if !renewal.IsZero() {
		facts = append(facts, fact{f.T("office.money.renewal"), b.planWhen(f, renewal)})
	}
	next, err := b.Bills.NextBills(q.ctx, ids)
	var first clock.Day
	for _, day := range next {
		if first == 0 || day < first {
			first = day
		}
	}
	return append(facts, fact{f.T("office.money.next_bill"), words.DateOf(f.Lang, first)}), err
}

// tellPayments is the tab of a customer's money: invoices, payments, promises and what is to be paid back.
func (b *Backoffice) tellPayments(q *request, p *recordPage, c customers.Customer) error {
	if err := b.tellBalance(q, p, c); err != nil {
		return err
	}
	for _, tell := range []func(*request, *recordPage, customers.Customer) error{b.tellInvoices, b.tellPrompts, b.tellPaid, b.tellPaybacks, b.tellPromises} {
		if err := tell(q, p, c); err != nil {
			return err
		}
	}
	return nil
}

func (b *Backoffice) tellInvoices(q *request, p *recordPage, c customers.Customer) error {
	open, err := b.Invoices.OpenOf(q.ctx, c.ID)
	if err != nil {
		return err
	}
	last, err := b.Invoices.Newest(q.ctx, invoices.Filter{CustomerID: c.ID}, 0, fewInvoices)
	if err != nil {
		return err
	}
	all := open[:min(len(open), mostListed)]
	for _, d := range last {
		if !slices.ContainsFunc(all, func(o invoices.Document) bool { return o.ID == d.ID }) {
			all = append(all, d)
		}
	}
	one := card{Name: p.T("office.nav.invoices"), Table: &table{Columns: []column{{Name: p.T("office.invoice.number")}, {p.T("office.invoice.period"), "when"}, {p.T("office.invoice.due"), "when"}, {p.T("office.invoice.total"), "num"}, {p.T("office.invoice.open"), "num"}, {Name: p.T("office.state")}}}}
	for _, d := range all {
		one.Table.add(cell{Text: b.invoiceTitle(&p.frame, d), Address: q.reachable("/office/invoices/" + number(d.ID)), More: b.invoiceKind(&p.frame, d)}, cell{Text: span(p.Lang, d.Period)}, cell{Text: words.DateOf(p.Lang, d.DueDay)},
			cell{Text: kes(d.Gross)}, cell{Text: openText(d)}, stated(b.invoiceState(&p.frame, d)))
	}
	if len(all) == 0 {
		one.Lead = p.T("office.money.no_invoices")
	}
	if q.may(staff.PaymentsMatch, c.SiteID) && c.State == customers.Active {
		one.Acts = append(one.Acts, act{Name: p.T("office.write.act"), Icon: "plus", Address: customerAddress(c.ID) + "/invoice"})
	}
	if q.reachable("/office/invoices") != "" && len(last) == fewInvoices {
		one.Acts = append(one.Acts, act{Name: p.T("office.money.all_invoices"), Address: "/office/invoices?customer=" + number(c.ID)})
	}
	p.add(one)
	return nil
}

// tellPaid are the last payments: what came by a rail, with who paid it, and what came to the counter.
func (b *Backoffice) tellPaid(q *request, p *recordPage, c customers.Customer) error {
	came, err := b.Money.ReceiptsOfCustomer(q.ctx, c.ID, 0, fewPayments)
	if err != nil {
		return err
	}
	lines, err := b.Desk.MoneyIn(q.ctx, report.MoneyFilter{CustomerID: c.ID, Limit: fewPayments})
	if err != nil {
		return err
	}
	payers := map[int64]string{}
	for _, r := range came {
		payers[r.ID] = shownPayer(r.Payer)
	}
	for n := range lines {
		if lines[n].Receipt {
			lines[n].By = payers[lines[n].ID]
		}
	}
	one := card{Name: p.T("office.money.payments"), Table: &table{}}
	if err := b.addMoney(q, &p.frame, one.Table, lines); err != nil {
		return err
	}
	one.Table.drop(2) // whose it is
	if len(lines) == 0 {
		one.Lead = p.T("office.money.no_payments")
	}
	if len(lines) == fewPayments {
		one.Older = q.reachable("/office/money?customer=" + number(c.ID))
	}
	p.add(one)
	return nil
}

// eventName is what happened to a customer's account.
func eventName(f *frame, e accounts.Event) string {
	key := "office.account.kind_" + strings.ReplaceAll(e.Kind, " ", "_")
	if !words.Has(key) {
		return e.Kind
	}
	return f.T(key)
}

// tellAccount is everything that happened to a customer's credit, with what it was after.
func (b *Backoffice) tellAccount(q *request, p *recordPage, c customers.Customer) error {
	all, err := b.Accounts.Events(q.ctx, c.ID, q.before(), mostListed+1)
	if err != nil {
		return err
	}
	all, pages := newest(q, all, mostListed, func(e accounts.Event) int64 { return e.Seq })
	causes, err := b.causesOf(q, all)
	if err != nil {
		return err
	}
	plans, err := b.planNames(q)
	if err != nil {
		return err
	}
	back, err := b.Accounts.WentBack(q.ctx, slices.DeleteFunc(slices.Clone(all), func(e accounts.Event) bool { return e.Kind != accounts.Counter && e.Kind != accounts.PaidIn }))
	if err != nil {
		return err
	}
	one := card{Name: p.T("office.account.title"), Older: pages.Older, Acts: []act{{Name: p.T("office.statement.act"), Icon: "list", Address: customerAddress(c.ID) + "/statement"}},
		Table: &table{Columns: []column{{p.T("office.when"), "when"}, {Name: p.T("office.account.what")}, {p.T("office.amount"), "num"}, {p.T("office.account.balance"), "num"}, {Name: p.T("office.audit.who")}}}}
	for _, e := range all {
		gone := ""
		if back[e.ID] {
			gone = p.T("office.slip.returned")
		}
		what := cell{Text: eventName(&p.frame, e), Address: causes[e.ID], More: joined(howName(&p.frame, e.How), e.Reference, noteOf(e, plans), gone)}
		one.Table.add(cell{Text: b.when(&p.frame, e.At)}, what, cell{Text: signed(e.Delta)}, cell{Text: kes(e.Balance.Cents)}, cell{Text: personOf(e)})
	}
	if len(all) == 0 {
		one.Empty = &blank{Icon: "banknote", Title: p.T("office.account.none"), Text: p.T("office.account.none_text")}
		if q.may(staff.PaymentsMatch, c.SiteID) && c.State != customers.Merged {
			one.Empty.Address, one.Empty.Button = customerAddress(c.ID)+"/pay", p.T("office.taking.act")
		}
	}
	p.add(one)
	return nil
}

// noteOf is what a person wrote of an event, or which plan or document it is about.
func noteOf(e accounts.Event, plans map[string]string) string {
	if kind, _, _ := strings.Cut(e.Request, ":"); kind == "subscription" {
		return plans[e.Note]
	}
	if e.Kind == "reopened" {
		return ""
	}
	return e.Note
}

// personOf is who did it; what happened by itself, nobody.
func personOf(e accounts.Event) string { return member(e.By) }

// signed is an amount with its sign, as a change is written.
func signed(a money.Amount) string {
	if a.IsPositive() {
		return "+" + a.String()
	}
	return a.String()
}

// causesOf leads from events to what caused them, as far as who asks may go there.
func (b *Backoffice) causesOf(q *request, all []accounts.Event) (map[int64]string, error) {
	causes, paid := map[int64]string{}, map[int64]int64{}
	var parts []int64
	for _, e := range all {
		kind, rest, _ := strings.Cut(e.Request, ":")
		first, _, _ := strings.Cut(rest, ":")
		switch {
		case e.Kind == accounts.Counter:
			causes[e.ID] = slipAddress(e.CustomerID, e.ID)
		case e.Kind == accounts.Returned && e.How != "":
			causes[e.ID] = slipAddress(e.CustomerID, e.OtherID)
		case e.Kind == accounts.PaidIn || e.Kind == accounts.Returned:
			causes[e.ID] = q.reachable("/office/receipts/" + number(e.OtherID))
		case kind == "subscription":
			causes[e.ID] = q.reachable(linesAt + "/" + first)
		case kind == "invoice":
			causes[e.ID] = q.reachable("/office/invoices/" + first)
		case kind == "allocation" || kind == "reopened":
			parts, paid[e.ID] = append(parts, idIn(first)), idIn(first)
		}
	}
	of, err := b.Invoices.PaidBy(q.ctx, parts)
	for event, part := range paid {
		if of[part] != 0 {
			causes[event] = q.reachable("/office/invoices/" + number(of[part]))
		}
	}
	return causes, err
}
