package backoffice

import (
	"context"
	"slices"
	"strings"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/internal/status"
	"mtandao/internal/words"
)

// Notices are what staff tell the public. *status.Service satisfies it.
type Notices interface {
	Notices(ctx context.Context) ([]status.Notice, error)
	Write(ctx context.Context, n status.Notice, by status.By) (status.Notice, error)
	End(ctx context.Context, id int64, by status.By) error
}

const statusAt = "/office/status"

func (b *Backoffice) statusRoutes() []route {
	return []route{
		{get, statusAt, everywhere, staff.AlertsManage, b.statusNotices}, {get, statusAt + "/new", everywhere, staff.AlertsManage, b.askNotice},
		{post, statusAt + "/new", everywhere, staff.AlertsManage, b.writeNotice}, {post, statusAt + "/:id/end", everywhere, staff.AlertsManage, b.endNotice},
	}
}

func (b *Backoffice) statusNotices(q *request) error {
	p := q.listing("office.status.title", "network")
	p.Lead = p.T("office.status.lead")
	p.Acts = []act{{Name: p.T("office.status.write"), Icon: "plus", Address: statusAt + "/new", Tone: "primary"}, {Name: p.T("office.status.public"), Icon: "list", Address: "/status"}}
	p.Empty = blank{Icon: "circle-check", Title: p.T("office.status.none"), Text: p.T("office.status.lead")}
	p.Columns = []column{{Name: p.T("office.status.kind")}, {Name: p.T("office.status.text")}, {Name: p.T("office.site")}, {p.T("office.status.from"), "when"}, {p.T("office.search.until"), "when"}, {Name: p.T("office.state")}, {}}
	all, err := b.Notices.Notices(q.ctx)
	if err != nil {
		return err
	}
	now := b.PlanClock.Now()
	for _, n := range all[:min(len(all), mostRows)] {
		where := []string{p.T("status.everywhere")}
		if len(n.Sites) > 0 {
			where = nil
			for _, id := range n.Sites {
				where = append(where, b.siteName(id))
			}
		}
		state, last, until := stateView{"good", p.T("office.status.over")}, cell{}, cell{Text: b.planWhen(&p.frame, n.Over(now))}
		if n.Over(now).IsZero() {
			state, last = stateView{"warn", p.T("office.status.open")}, cell{Acts: []act{{Name: p.T("office.status.end"), Address: statusAt + "/" + number(n.ID) + "/end", Posted: true, Tone: "plain"}}}
			until = cell{Text: b.planWhen(&p.frame, n.Until)}
		}
		p.add(cell{Text: p.T("status.kind_" + n.Kind)}, cell{Text: n.Texts[p.Lang], More: n.By}, cell{Text: strings.Join(where, ", ")}, cell{Text: b.planWhen(&p.frame, n.From)}, until, stated(state), last)
	}
	return q.list(p)
}

// noticeForm is the form of a new notice, with what was typed.
func (b *Backoffice) noticeForm(q *request) *formPage {
	p := &formPage{frame: q.page("office.status.new", "network"), Action: statusAt + "/new", Cancel: statusAt}
	p.Text, p.Button, p.Crumbs = p.T("office.status.lead"), p.T("office.status.write"), []crumb{{p.T("office.status.title"), statusAt}}
	typed := q.values("sites")
	var sites []choice
	for _, s := range b.Sites.Sites() {
		sites = append(sites, choice{Name: s.Name, Value: number(s.ID), Here: slices.Contains(typed, number(s.ID))})
	}
	kinds := chosen([]choice{{Value: status.Planned, Name: p.T("status.kind_planned")}, {Value: status.Trouble, Name: p.T("status.kind_trouble")}}, q.typedOr("kind", status.Planned))
	text := func(name string) formField {
		return formField{Name: name, As: asLong, Label: p.T("office.status." + name), Value: q.FormValue(name), Most: 300, Must: true}
	}
	p.ask(formField{Name: "kind", As: asRadio, Label: p.T("office.status.kind"), Choices: kinds, Must: true}, formField{Name: "sites", As: asTicks, Label: p.T("office.status.sites"), Choices: sites},
		formField{Name: "from", As: asMoment, Label: p.T("office.status.from"), Value: q.typedOr("from", b.PlanClock.Now().In(b.Zone).Format(whyForm))},
		formField{Name: "until", As: asMoment, Label: p.T("office.status.until"), Value: q.FormValue("until")}, text("en"), text("sw"))
	return p
}

func (b *Backoffice) askNotice(q *request) error { return q.showForm(b.noticeForm(q)) }

func (b *Backoffice) writeNotice(q *request) error {
	n := status.Notice{Kind: q.FormValue("kind"), Texts: map[words.Lang]string{words.English: q.FormValue("en"), words.Swahili: q.FormValue("sw")}}
	for _, typed := range q.values("sites") {
		s, _, err := b.Sites.Get(idIn(typed))
		if err != nil {
			return hidden(err)
		}
		n.Sites = append(n.Sites, s.ID)
	}
	var e1, e2 error
	n.From, e1 = time.ParseInLocation(whyForm, cutTyped(q.FormValue("from")), b.Zone)
	if q.FormValue("until") != "" {
		n.Until, e2 = time.ParseInLocation(whyForm, cutTyped(q.FormValue("until")), b.Zone)
	}
	if e1 != nil || e2 != nil {
		return q.refuse(fault.New(fault.Invalid, "status.times"), "form", b.noticeForm(q), "from")
	}
	if _, err := b.Notices.Write(q.ctx, n, q.noticeBy()); err != nil {
		return q.refuse(err, "form", b.noticeForm(q), map[string]string{"status.kind": "kind", "status.text_en": "en", "status.text_sw": "sw", "status.times": "until", "status.sites": "sites"}[fault.KeyOf(err)])
	}
	q.tell("good", "office.status.written", "")
	return led(statusAt)
}

func (b *Backoffice) endNotice(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	if err := b.Notices.End(q.ctx, id, q.noticeBy()); err != nil {
		return q.refusal(err, statusAt)
	}
	q.tell("good", "office.status.ended", "")
	return led(statusAt)
}

func (q *request) noticeBy() status.By {
	return status.By{Actor: q.in.Member.Email, From: q.in.By(q.visit()).From}
}
