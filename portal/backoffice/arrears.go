package backoffice

import (
	"slices"
	"strings"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/staff"
	"mtandao/internal/words"
	"mtandao/radius/access"
)

const (
	mostDunned = 30 // entries about one invoice
	mostShort  = 6
	mostUnpaid = 20
)

// tellDunning shows on an invoice what was done because it is not paid, what is next, and why.
func (b *Backoffice) tellDunning(q *request, p *recordPage, d invoices.Document) error {
	if d.Kind != invoices.Invoice || d.Number == 0 {
		return nil
	}
	told, err := b.Invoices.Log(q.ctx, d.CustomerID, d.ID, mostDunned)
	if err != nil {
		return err
	}
	c := card{Name: p.T("office.arrears.title")}
	late := len(told) > 0 || d.DueDay < clock.DayOf(b.PlanClock.Now())
	if !late {
		c.Name = p.T("office.arrears.ahead")
	}
	if d.State == invoices.Issued {
		seen, err := b.Invoices.OutlookOf(q.ctx, d.CustomerID)
		if err != nil {
			return err
		}
		c.Lead = b.aheadText(&p.frame, seen, d.ID, late)
		if late {
			c.State = barredState(&p.frame, seen.Level)
		}
	}
	if c.Table = b.dunned(&p.frame, told, false); c.Table != nil || c.Lead != "" {
		p.add(c)
	}
	return nil
}

// tellArrears shows on a customer what dunning holds them to, and what it does next about each invoice that is not paid.
func (b *Backoffice) tellArrears(q *request, p *recordPage, c customers.Customer) error {
	if !q.may(staff.PaymentsView, 0) {
		return nil
	}
	seen, err := b.Invoices.OutlookOf(q.ctx, c.ID)
	if err != nil {
		return err
	}
	told, err := b.Invoices.Log(q.ctx, c.ID, 0, mostShort)
	if err != nil || len(told) == 0 && len(seen.Unpaid) == 0 {
		return err
	}
	title, today := "office.arrears.unpaid", clock.DayOf(b.PlanClock.Now())
	if len(told) > 0 || slices.ContainsFunc(seen.Unpaid, func(w invoices.Waiting) bool { return w.DueDay < today }) {
		title = "office.arrears.title"
	}
	now := card{Name: p.T(title), State: barredState(&p.frame, seen.Level), Lead: b.heldText(&p.frame, seen)}
	if len(seen.Unpaid) > 0 {
		now.Table = &table{Columns: []column{{Name: p.T("office.invoice.number")}, {p.T("office.invoice.due"), "when"}, {p.T("office.invoice.open"), "num"}, {Name: p.T("office.arrears.next_column")}}}
	}
	for _, w := range seen.Unpaid[:min(len(seen.Unpaid), mostUnpaid)] {
		now.Table.add(cell{Text: w.Text(), Address: "/office/invoices/" + number(w.ID)}, cell{Text: words.DateOf(p.Lang, w.DueDay)}, cell{Text: kes(w.Open)}, cell{Text: nextText(&p.frame, w)})
	}
	p.add(now)
	if happened := b.dunned(&p.frame, told, true); happened != nil {
		p.add(card{Name: p.T("office.arrears.happened"), Table: happened})
	}
	return nil
}

// tellKept says of a line that runs that its customer's debts keep it from service.
func (b *Backoffice) tellKept(q *request, p *recordPage, sub subscriptions.Subscription) error {
	kept, err := b.Lines.KeptAs(q.ctx, sub)
	if err != nil || sub.State.Status != subscriptions.Active {
		return err
	}
	level := map[access.Barred]invoices.Action{access.Garden: invoices.Garden, access.Closed: invoices.SuspendService}[kept.Barred]
	if level == "" && kept.Kbps > 0 {
		level = invoices.Throttle
	}
	if level != "" {
		p.State, p.Lead = barredState(&p.frame, level), p.T("office.arrears.line")
	}
	return nil
}

// barredState says how a customer is kept from service.
func barredState(f *frame, level invoices.Action) stateView {
	if level == "" {
		return stateView{}
	}
	tone := "bad"
	if level == invoices.Throttle {
		tone = "warn"
	}
	return stateView{tone, f.T("office.arrears.level_" + string(level))}
}

// heldText says what holds dunning back.
func (b *Backoffice) heldText(f *frame, seen invoices.Outlook) string {
	switch {
	case seen.Hold.VIP:
		return f.T("office.arrears.vip")
	case seen.Hold.PromiseUntil == 0:
		return ""
	case seen.Hold.PromiseUntil < clock.DayOf(b.PlanClock.Now()):
		return f.T("office.arrears.broken", "Day", words.DateOf(f.Lang, seen.Hold.PromiseUntil))
	}
	return f.T("office.arrears.promised", "Day", words.DateOf(f.Lang, seen.Hold.PromiseUntil))
}

// aheadText says what holds dunning back, and what comes next for one invoice: nothing of one that is not late and has no step ahead.
func (b *Backoffice) aheadText(f *frame, seen invoices.Outlook, id int64, late bool) string {
	held, i := b.heldText(f, seen), slices.IndexFunc(seen.Unpaid, func(w invoices.Waiting) bool { return w.ID == id })
	switch {
	case i < 0 || !late && seen.Unpaid[i].Next.Day == 0:
		return held
	case !late && held == "": // the card's name has said the rest
		return nextText(f, seen.Unpaid[i])
	}
	return strings.TrimSpace(held + " " + f.T("office.arrears.next", "Text", nextText(f, seen.Unpaid[i])))
}

// nextText is the next step of an invoice, with its day and why then.
func nextText(f *frame, w invoices.Waiting) string {
	if w.Next.Day == 0 {
		return f.T("office.arrears.nothing")
	}
	when := "office.arrears.after"
	switch {
	case w.Next.After < 0:
		when = "office.arrears.before"
	case w.Next.After == 0:
		when = "office.arrears.on"
	}
	return f.T(when, "Step", f.T("office.dunning.do_"+string(w.Next.Action)), "Day", words.DateOf(f.Lang, w.Next.Day), "Count", max(w.Next.After, -w.Next.After))
}

// dunnedCell says what dunning did.
func dunnedCell(f *frame, e invoices.Entry) cell {
	what := cell{Text: f.T("office.arrears.log_" + e.What)}
	switch e.What {
	case invoices.LogDone:
		what.Text, what.More = f.T("office.arrears.did_"+string(e.Step.Action)), f.T("office.arrears.was_open", "Amount", e.Note)
	case invoices.LogRestored:
		what.More = f.T("office.arrears.was_open", "Amount", e.Note)
	case invoices.LogReopened:
		what.More = e.Note
	case invoices.LogPromised:
		if day, ok := clock.ParseDay(e.Note); ok {
			what.Text = f.T("office.arrears.promised", "Day", words.DateOf(f.Lang, day))
		}
	case invoices.LogLifted:
		what.More = f.T("office.arrears.held_" + e.Note)
	}
	return what
}

// dunned is what happened, the newest first; nil when nothing did.
func (b *Backoffice) dunned(f *frame, all []invoices.Entry, named bool) *table {
	if len(all) == 0 {
		return nil
	}
	t := &table{Columns: []column{{f.T("office.when"), "when"}, {Name: f.T("office.arrears.what")}}}
	for _, e := range all {
		what := dunnedCell(f, e)
		if named && e.InvoiceID != 0 {
			what.Address = "/office/invoices/" + number(e.InvoiceID)
		}
		t.add(cell{Text: b.when(f, e.At)}, what)
	}
	return t
}
