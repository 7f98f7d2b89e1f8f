package backoffice

import (
	"strings"
	"time"

	"mtandao/billing/dayclose"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/internal/words"
	"mtandao/portal/web"
)

// unexplained lists what is unexplained of all days, the oldest first, with its age and whose it is.
func (b *Backoffice) unexplained(q *request) error {
	ms, id, _ := strings.Cut(q.Query("after"), "-")
	var at time.Time
	if idIn(id) != 0 {
		at = time.UnixMilli(idIn(ms)).UTC()
	}
	all, err := b.Days.Unexplained(q.ctx, at, idIn(id), mostListed+1)
	if err != nil {
		return err
	}
	p := q.listing("office.difference.title", "payments")
	p.Crumbs, p.Lead = dayCrumbs(&p.frame), p.T("office.difference.lead")
	if len(all) > mostListed {
		all = all[:mostListed]
		last := all[mostListed-1]
		p.Next = q.with("after", number(last.At.UnixMilli())+"-"+number(last.ID))
	}
	if len(all) > 0 {
		t, err := b.differenceTable(q, &p.frame, all, true)
		if err != nil {
			return err
		}
		p.table = *t
	}
	p.Empty = blank{Icon: "circle-check", Title: p.T("office.difference.none"), Text: p.T("office.difference.none_text"), Address: daysAt, Button: p.T("office.money_day.title")}
	return q.list(p)
}

// differenceTable lists differences; the days say whose each is.
func (b *Backoffice) differenceTable(q *request, f *frame, all []dayclose.Difference, days bool) (*table, error) {
	t := &table{Columns: []column{{f.T("office.when"), "when"}, {Name: f.T("office.account.what")}, {f.T("office.difference.about"), "code"}, {f.T("office.money_day.statement"), "num"}, {f.T("office.money_day.books"), "num"},
		{Name: f.T("office.difference.owner")}, {Name: f.T("office.state")}}}
	owners := map[int64]string{}
	for _, d := range all {
		owner, err := b.ownerName(q, d.Owner, owners)
		if err != nil {
			return nil, err
		}
		when := cell{Text: b.when(f, d.At)}
		if d.Standing == dayclose.Left {
			when.More = f.T("office.difference.age", "Age", b.age(f, d.At))
		}
		what := cell{Text: f.T("dayclose.cause." + string(d.Cause))}
		if d.ID != 0 {
			what.Address = differenceAddress(d.ID)
		}
		if days {
			what.More = words.DateOf(f.Lang, d.Day)
		}
		whose := cell{Text: owner}
		if d.Standing == dayclose.Explained {
			whose = cell{Text: d.Reason, More: d.MovedBy}
		}
		t.add(when, what, b.aboutDifference(q, f, d), amountOr(d.Statement), amountOr(d.Books), whose, stated(differenceState(f, d)))
	}
	return t, nil
}

func amountOr(cents int64) cell {
	if cents == 0 {
		return cell{Text: "–"}
	}
	return cell{Text: kes(cents)}
}

// age is how long ago something was, in words.
func (b *Backoffice) age(f *frame, at time.Time) string {
	return web.Span(f.Lang, b.Clock.Now().Sub(at).Truncate(time.Hour))
}

// ownerName is who sees to a difference.
func (b *Backoffice) ownerName(q *request, id int64, known map[int64]string) (string, error) {
	if name, is := known[id]; is || id == 0 {
		return name, nil
	}
	m, err := b.Staff.Member(q.ctx, id)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	known[id] = m.Name
	return m.Name, err
}

// aboutDifference leads to the receipt, or the order, that a difference is about.
func (b *Backoffice) aboutDifference(q *request, f *frame, d dayclose.Difference) cell {
	c := cell{Text: d.Receipt}
	switch {
	case d.ReceiptID != 0:
		if c.Address = q.reachable("/office/receipts/" + number(d.ReceiptID)); c.Text == "" {
			c.Text = f.T("office.difference.receipt")
		}
	case d.OrderID != 0:
		c = cell{Text: f.T("office.difference.order"), Address: q.reachable("/office/orders/" + number(d.OrderID))}
	case d.Receipt == "":
		c = cell{Text: f.T("office.difference.till")}
	}
	return c
}

func differenceState(f *frame, d dayclose.Difference) stateView {
	switch {
	case d.Standing != dayclose.Left:
		return stateView{"good", f.T("office.difference.state_" + string(d.Standing))}
	case d.Late:
		return stateView{"bad", f.T("office.difference.late")}
	}
	return stateView{"warn", f.T("office.difference.state_left")}
}

func (b *Backoffice) theDifference(q *request) (d dayclose.Difference, err error) {
	id, err := q.idOf("id")
	if err != nil {
		return d, err
	}
	d, err = b.Days.Difference(q.ctx, id)
	return d, hidden(err)
}

// difference is one of them, where it is explained.
func (b *Backoffice) difference(q *request) error {
	d, err := b.theDifference(q)
	if err != nil {
		return err
	}
	p, err := b.differencePage(q, d)
	if err != nil {
		return err
	}
	return q.show(p)
}

func (b *Backoffice) differencePage(q *request, d dayclose.Difference) (*recordPage, error) {
	p := q.record("office.difference.title", "payments")
	p.Title, p.State = p.T("dayclose.cause."+string(d.Cause)), differenceState(&p.frame, d)
	p.Crumbs = append(dayCrumbs(&p.frame), crumb{words.DateOf(p.Lang, d.Day), dayAddress(d.Day)})
	p.Lead = p.T("office.difference.why_" + string(d.Cause))
	owner, err := b.ownerName(q, d.Owner, map[int64]string{})
	if err != nil {
		return p, err
	}
	about, may, at := b.aboutDifference(q, &p.frame, d), q.may(staff.PaymentsClose, 0), differenceAddress(d.ID)
	if about.Address != "" {
		p.Acts = append(p.Acts, act{Name: about.Text, Icon: "banknote", Address: about.Address})
	}
	if may && d.Standing == dayclose.Left && d.Owner != q.in.Member.ID {
		p.Acts = append(p.Acts, act{Name: p.T("office.difference.own"), Icon: "user-round", Address: at + "/own", Posted: true})
	}
	if may && d.Standing == dayclose.Explained {
		p.Acts = append(p.Acts, act{Name: p.T("office.difference.withdraw"), Icon: "undo-2", Address: at + "/withdraw", Posted: true})
	}
	facts := []fact{{p.T("office.payments.day"), words.DateOf(p.Lang, d.Day)}, {p.T("office.when"), b.when(&p.frame, d.At)}, {p.T("office.difference.about"), about.Text}, {p.T("office.money_day.statement"), amountOr(d.Statement).Text},
		{p.T("office.money_day.books"), amountOr(d.Books).Text}, {p.T("office.difference.owner"), owner}}
	if d.Standing == dayclose.Explained {
		facts = append(facts, fact{p.T("office.difference.reason"), d.Reason}, fact{p.T("office.difference.by"), d.MovedBy + ", " + b.when(&p.frame, d.MovedAt)})
	}
	p.add(card{Facts: facts})
	if may && d.Standing == dayclose.Left {
		p.add(card{Name: p.T("office.difference.explain"), Form: &shortForm{Action: at + "/explain", Button: p.T("office.difference.explain_button"), Fields: []formField{{Name: "reason", As: asLong, Label: p.T("office.difference.reason"),
			Hint: p.T("office.difference.reason_hint"), Value: q.FormValue("reason"), Most: 400, Must: true}}}})
	}
	return p, nil
}

func (b *Backoffice) explainDifference(q *request) error {
	d, err := b.theDifference(q)
	if err != nil {
		return err
	}
	_, err = b.Days.Explain(q.ctx, d.ID, q.FormValue("reason"), q.dayBy())
	if fault.Is(err, fault.Invalid) {
		p, e := b.differencePage(q, d)
		if e != nil {
			return e
		}
		return q.refuse(err, "record", p, "reason")
	}
	if err != nil {
		return q.refusal(err, differenceAddress(d.ID))
	}
	q.tell("good", "office.difference.explained", differenceAddress(d.ID)+"/withdraw")
	return led(dayAddress(d.Day))
}

// onDifference is one deed on a difference without a form.
func (b *Backoffice) onDifference(q *request, done string, do func(d dayclose.Difference) error) error {
	d, err := b.theDifference(q)
	if err != nil {
		return err
	}
	if err := do(d); err != nil {
		return q.refusal(err, differenceAddress(d.ID))
	}
	q.tell("good", done, "")
	return led(differenceAddress(d.ID))
}

func (b *Backoffice) withdrawExplanation(q *request) error {
	return b.onDifference(q, "office.difference.withdrawn", func(d dayclose.Difference) error {
		_, err := b.Days.Withdraw(q.ctx, d.ID, q.dayBy())
		return err
	})
}

func (b *Backoffice) ownDifference(q *request) error {
	return b.onDifference(q, "office.difference.owned", func(d dayclose.Difference) error {
		_, err := b.Days.Own(q.ctx, d.ID, q.dayBy())
		return err
	})
}

// keepDifferences keeps what a look finds now, so that each may be seen to.
func (b *Backoffice) keepDifferences(q *request) error {
	day, known := clock.ParseDay(q.Params("day"))
	if !known {
		return notHere()
	}
	if _, err := b.Days.Refresh(q.ctx, day); err != nil {
		return q.refusal(err, daysAt)
	}
	return led(dayAddress(day))
}
