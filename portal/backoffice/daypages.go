package backoffice

import (
	"context"
	"time"

	"mtandao/billing/dayclose"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// Days compares days of money. *dayclose.Service satisfies it.
type Days interface {
	See(ctx context.Context, day clock.Day) (dayclose.View, error)
	Days(ctx context.Context, before clock.Day, limit int) ([]dayclose.Kept, error)
	Unexplained(ctx context.Context, at time.Time, id int64, limit int) ([]dayclose.Difference, error)
	Difference(ctx context.Context, id int64) (dayclose.Difference, error)
	Refresh(ctx context.Context, day clock.Day) (dayclose.View, error)
	Close(ctx context.Context, day clock.Day, seen string, by dayclose.By) (dayclose.View, error)
	Explain(ctx context.Context, id int64, reason string, by dayclose.By) (dayclose.Difference, error)
	Withdraw(ctx context.Context, id int64, by dayclose.By) (dayclose.Difference, error)
	Own(ctx context.Context, id int64, by dayclose.By) (dayclose.Difference, error)
}

const (
	daysAt        = "/office/money/days"
	differencesAt = "/office/money/differences"
)

func (b *Backoffice) dayRoutes() []route {
	const day, one = daysAt + "/:day", differencesAt + "/:id"
	return []route{
		{get, daysAt, everywhere, staff.PaymentsView, b.moneyDays},
		{get, day, everywhere, staff.PaymentsView, b.moneyDay},
		{get, day + "/close", everywhere, staff.PaymentsClose, b.askCloseDay}, {post, day + "/close", everywhere, staff.PaymentsClose, b.closeDay},
		{post, day + "/keep", everywhere, staff.PaymentsClose, b.keepDifferences},
		{get, differencesAt, everywhere, staff.PaymentsView, b.unexplained},
		{get, one, everywhere, staff.PaymentsView, b.difference},
		{post, one + "/explain", everywhere, staff.PaymentsClose, b.explainDifference}, {post, one + "/withdraw", everywhere, staff.PaymentsClose, b.withdrawExplanation},
		{post, one + "/own", everywhere, staff.PaymentsClose, b.ownDifference},
	}
}

func dayAddress(d clock.Day) string { return daysAt + "/" + d.String() }

func differenceAddress(id int64) string { return differencesAt + "/" + number(id) }

func (q *request) dayBy() dayclose.By {
	return dayclose.By{Actor: q.in.Member.Email, From: q.in.By(q.visit()).From, Member: q.in.Member.ID}
}

func dayCrumbs(f *frame) []crumb {
	return []crumb{{f.T("office.nav.payments"), "/office/payments"}, {f.T("office.money_in.title"), "/office/money"}, {f.T("office.money_day.title"), daysAt}}
}

// dayState says whether a day is closed, and whether somebody has to see to it.
func dayState(f *frame, k dayclose.Kept) stateView {
	switch {
	case k.State == dayclose.Open:
		return stateView{"warn", f.T("office.money_day.open")}
	case k.Left > 0:
		return stateView{"bad", f.T("office.money_day.closed_left")}
	}
	return stateView{"good", f.T("office.money_day.closed")}
}

// moneyDays lists the days.
func (b *Backoffice) moneyDays(q *request) error {
	if typed := q.Query("day"); typed != "" {
		day, known := clock.ParseDay(typed)
		if !known {
			return notHere()
		}
		return led(dayAddress(day))
	}
	before, _ := clock.ParseDay(q.Query("before"))
	all, err := b.Days.Days(q.ctx, before, mostListed+1)
	if err != nil {
		return err
	}
	yesterday := clock.DayOf(b.Clock.Now()) - 1
	p := q.listing("office.money_day.title", "payments")
	p.Crumbs, p.Lead = dayCrumbs(&p.frame)[:2], p.T("office.money_day.lead")
	p.Acts = []act{{Name: p.T("office.difference.title"), Icon: "list", Address: differencesAt}}
	if q.reachable(railBookAt+"/new") != "" {
		p.Acts = append(p.Acts, act{Name: p.T("office.money_statement.new"), Icon: "plus", Address: railBookAt + "/new", Tone: "primary"})
	}
	p.Find = &find{Action: daysAt, Button: p.T("office.statement.show"), Fields: []formField{{Name: "day", As: asDay, Label: p.T("office.payments.day"), Value: yesterday.String()}}}
	p.Columns = []column{{Name: p.T("office.payments.day")}, {p.T("office.money_day.statement"), "num"}, {p.T("office.money_day.ledger"), "num"}, {p.T("office.money_day.left"), "num"}, {Name: p.T("office.money_day.closed_by")}, {Name: p.T("office.state")}}
	if before != 0 {
		p.First = daysAt
	}
	if len(all) > mostListed {
		all = all[:mostListed]
		p.Older = q.with("before", all[mostListed-1].Day.String())
	}
	for _, k := range all {
		sum, unexplained, by := k.Figures.Total(), cell{Text: "–"}, cell{}
		if k.Left > 0 {
			unexplained = cell{Text: number(k.Left), More: kes(k.LeftCents)}
		}
		if k.ClosedBy != "" {
			by = cell{Text: k.ClosedBy, More: b.when(&p.frame, k.ClosedAt)}
		}
		p.add(cell{Text: words.DateOf(p.Lang, k.Day), Address: dayAddress(k.Day)}, cell{Text: kes(sum.In)}, cell{Text: kes(sum.Ledger)}, unexplained, by, stated(dayState(&p.frame, k)))
	}
	p.Empty = blank{Icon: "banknote", Title: p.T("office.money_day.none"), Text: p.T("office.money_day.none_text"), Address: q.reachable(railBookAt + "/new"), Button: p.T("office.money_statement.new")}
	return q.list(p)
}

// theDay looks at the day of an address; one that is not over yet is not there.
func (b *Backoffice) theDay(q *request) (v dayclose.View, err error) {
	day, known := clock.ParseDay(q.Params("day"))
	if !known {
		return v, notHere()
	}
	v, err = b.Days.See(q.ctx, day)
	if fault.KeyOf(err) == "dayclose.not_over" {
		q.tellFault(err)
		return v, led(daysAt)
	}
	return v, err
}

// askCloseDay says what is closed.
func (b *Backoffice) askCloseDay(q *request) error {
	v, err := b.theDay(q)
	if err != nil {
		return err
	}
	if v.State == dayclose.Closed {
		return led(dayAddress(v.Look.Day))
	}
	return q.showForm(b.closeForm(q, v))
}

func (b *Backoffice) closeForm(q *request, v dayclose.View) *formPage {
	p := q.asking("office.money_close.", "payments", dayAddress(v.Look.Day), "Day", words.DateOf(q.lang(), v.Look.Day))
	p.Crumbs, p.Danger = append(dayCrumbs(&p.frame), crumb{words.DateOf(p.Lang, v.Look.Day), dayAddress(v.Look.Day)}), false
	sum := v.Look.Total()
	p.Facts = []fact{{p.T("office.money_day.statement"), kes(sum.In)}, {p.T("office.money_day.ledger"), kes(sum.Ledger)}, {p.T("office.money_day.service"), kes(sum.Given())},
		{p.T("office.money_day.waits"), kes(sum.Held)}, {p.T("office.money_day.left"), p.T("office.money_day.left_of", "Left", v.Left, "Amount", kes(v.LeftCents))}}
	p.Hidden = []fact{{"seen", v.Digest()}}
	return p
}

func (b *Backoffice) closeDay(q *request) error {
	day, known := clock.ParseDay(q.Params("day"))
	if !known {
		return notHere()
	}
	v, err := b.Days.Close(q.ctx, day, q.FormValue("seen"), q.dayBy())
	if err != nil {
		return q.refusal(err, dayAddress(day))
	}
	q.tell("good", "office.money_close.done", "", "Day", words.DateOf(q.lang(), day), "Count", number(v.SeenLeft))
	return led(dayAddress(day))
}
