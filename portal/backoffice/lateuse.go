package backoffice

import (
	"context"
	"strconv"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/clock"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/radius"
)

// LateUse is use that came too late to be billed.
type LateUse interface {
	LostLate(ctx context.Context) ([]radius.UsageLate, error)
	SeeLate(ctx context.Context, grantID int64, actor, from string) error
}

const lateUseAt = "/office/lateuse"

// lateUse lists what came too late to be billed, a line a row, until somebody has seen it.
func (b *Backoffice) lateUse(q *request) error {
	p := q.listing("office.late_use.title", "invoices")
	p.Crumbs, p.Lead = []crumb{{p.T("office.nav.invoices"), "/office/invoices"}}, p.T("office.late_use.lead")
	p.Empty = blank{Icon: "circle-check", Title: p.T("office.late_use.none"), Text: p.T("office.late_use.none_text")}
	all, err := b.LateUse.LostLate(q.ctx)
	if err != nil {
		return err
	}
	var grants []int64
	sums := map[int64]*lost{}
	for _, u := range all {
		one := sums[u.GrantID]
		if one == nil {
			one = &lost{first: u.Day(), last: u.Day()}
			grants, sums[u.GrantID] = append(grants, u.GrantID), one
		}
		one.first, one.last, one.told, one.octets = min(one.first, u.Day()), max(one.last, u.Day()), u, one.octets+u.BytesUp+u.BytesDown
		one.seconds += u.Seconds
	}
	lines, err := b.Lines.OfGrants(q.ctx, grants)
	if err != nil {
		return err
	}
	p.Columns = []column{{Name: p.T("office.bill_day.line")}, {Name: p.T("office.late_use.days")}, {p.T("office.late_use.told"), "when"}, {p.T("office.late_use.data"), "num"}, {p.T("office.late_use.time"), "num"}, {Name: ""}}
	for _, id := range grants {
		one, name := sums[id], strconv.FormatInt(id, 10)
		if sub, err := b.Lines.Get(q.ctx, lines[id]); err == nil {
			name = sub.State.Login.Name
		}
		p.add(cell{Text: name, Address: lineAt(lines[id])}, cell{Text: words.DateOf(p.Lang, one.first) + " – " + words.DateOf(p.Lang, one.last)}, cell{Text: b.planWhen(&p.frame, one.told.ToldAt)}, cell{Text: plans.Bytes(one.octets)},
			cell{Text: web.Span(p.Lang, time.Duration(one.seconds)*time.Second)}, cell{Acts: []act{{Name: p.T("office.late_use.seen"), Address: lateUseAt + "/" + number(id), Posted: true, Tone: "plain"}}})
	}
	return q.list(p)
}

// lost is what came too late of one grant.
type lost struct {
	first, last     clock.Day
	told            radius.UsageLate
	octets, seconds int64
}

func (b *Backoffice) seeLateUse(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	by := q.customerBy()
	if err := b.LateUse.SeeLate(q.ctx, id, by.Actor, by.From); err != nil {
		return err
	}
	return led(lateUseAt)
}
