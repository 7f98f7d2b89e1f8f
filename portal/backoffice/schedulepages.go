package backoffice

import (
	"context"
	"fmt"
	"strings"

	"mtandao/internal/fault"
	"mtandao/internal/scheduled"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// Schedules are the reports that are sent by e-mail; what changes something is recorded in the audit trail. *scheduled.Service satisfies it.
type Schedules interface {
	Report(name string) (scheduled.Report, bool)
	OpenTo(m staff.Member) []scheduled.Report
	List(ctx context.Context, by scheduled.By, before int64, limit int) ([]scheduled.Schedule, error)
	Get(ctx context.Context, by scheduled.By, id int64) (scheduled.Schedule, []scheduled.Recipient, error)
	Sendings(ctx context.Context, by scheduled.By, id int64) ([]scheduled.Sending, error)
	Save(ctx context.Context, by scheduled.By, sc scheduled.Schedule, addresses []string) (scheduled.Schedule, error)
	SetState(ctx context.Context, by scheduled.By, id int64, to scheduled.State) error
	Remove(ctx context.Context, by scheduled.By, id int64) error
	Confirm(ctx context.Context, by scheduled.By, scheduleID, recipientID int64) error
}

const schedulesAt = "/office/schedules"

// Who sees a report may have it sent; whom it may go to outside, owners say.
func (b *Backoffice) scheduleRoutes() []route {
	one := schedulesAt + "/:id"
	return []route{
		{get, schedulesAt, full, staff.ReportsView, b.scheduleList},
		{get, schedulesAt + "/new", full, staff.ReportsView, b.askSchedule}, {post, schedulesAt + "/new", full, staff.ReportsView, b.saveSchedule},
		{get, one, full, staff.ReportsView, b.scheduleRecord},
		{get, one + "/edit", full, staff.ReportsView, b.askSchedule}, {post, one + "/edit", full, staff.ReportsView, b.saveSchedule},
		{post, one + "/pause", full, staff.ReportsView, b.setSchedule(scheduled.Paused)}, {post, one + "/resume", full, staff.ReportsView, b.setSchedule(scheduled.On)},
		{get, one + "/remove", full, staff.ReportsView, b.askRemoveSchedule}, {post, one + "/remove", full, staff.ReportsView, b.removeSchedule},
		{post, one + "/confirm/:who", everywhere, staff.StaffManage, b.confirmAddress},
	}
}

func (q *request) scheduleBy() scheduled.By {
	return scheduled.By{Member: q.in.Member, From: q.in.By(q.visit()).From}
}

func scheduleAt(id int64) string { return schedulesAt + "/" + number(id) }

// reportTitle is what a report is called; its name when this program does not know it.
func (b *Backoffice) reportTitle(f *frame, name string) string {
	if r, known := b.Schedules.Report(name); known {
		return f.T(r.Title)
	}
	return name
}

func hourText(hour int) string { return fmt.Sprintf("%02d:00", hour) }

// rhythmText is how often something is sent, as people say it.
func rhythmText(f *frame, sc scheduled.Schedule) string {
	day := ""
	switch sc.Every {
	case scheduled.Weekly:
		day = f.T("office.day." + weekdays[sc.Day-1])
	case scheduled.Monthly:
		day = number(int64(sc.Day))
	}
	return f.T("office.schedule.every_"+string(sc.Every), "Day", day, "Hour", hourText(sc.Hour))
}

func scheduleState(f *frame, s scheduled.State) stateView {
	tone := map[scheduled.State]string{scheduled.On: "good", scheduled.Paused: "warn", scheduled.Stopped: "bad"}
	return stateView{tone[s], f.T("office.schedule.state_" + string(s))}
}

func (b *Backoffice) scheduleList(q *request) error {
	all, err := b.Schedules.List(q.ctx, q.scheduleBy(), q.before(), mostListed+1)
	if err != nil {
		return err
	}
	p := q.listing("office.schedule.title", "reports")
	p.Lead, p.Crumbs = p.T("office.schedule.lead"), []crumb{{p.T("office.nav.reports"), "/office/reports"}}
	p.Acts = []act{{Name: p.T("office.schedule.new"), Icon: "plus", Address: schedulesAt + "/new", Tone: "primary"}}
	p.Empty = blank{Icon: "mail", Title: p.T("office.schedule.none"), Text: p.T("office.schedule.lead")}
	p.Columns = []column{{Name: p.T("office.reports.report")}, {Name: p.T("office.schedule.every")}, {Name: p.T("office.schedule.span")}, {p.T("office.schedule.next"), "when"}, {Name: p.T("office.schedule.whose")}, {Name: p.T("office.state")}}
	all, p.pager = newest(q, all, mostListed, func(sc scheduled.Schedule) int64 { return sc.ID })
	for _, sc := range all {
		whose, err := b.memberName(q, sc.MemberID)
		if err != nil {
			return err
		}
		p.add(cell{Text: b.reportTitle(&p.frame, sc.Report), Address: scheduleAt(sc.ID)}, cell{Text: rhythmText(&p.frame, sc)}, cell{Text: p.T("office.schedule.span_" + string(sc.Span))},
			cell{Text: b.nextText(&p.frame, sc)}, cell{Text: whose}, stated(scheduleState(&p.frame, sc.State)))
	}
	return q.list(p)
}

func (b *Backoffice) nextText(f *frame, sc scheduled.Schedule) string {
	if sc.State != scheduled.On {
		return "–"
	}
	return b.when(f, sc.NextAt)
}

// memberName is a member's name; nothing for who is no more.
func (b *Backoffice) memberName(q *request, id int64) (string, error) {
	m, err := b.Staff.Member(q.ctx, id)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return m.Name, err
}

// scheduleRecord is one schedule: what is sent to whom, and what became of it.
func (b *Backoffice) scheduleRecord(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	sc, to, err := b.Schedules.Get(q.ctx, q.scheduleBy(), id)
	if err != nil {
		return hidden(err)
	}
	p := q.record("office.schedule.title", "reports")
	p.Title, p.State = b.reportTitle(&p.frame, sc.Report), scheduleState(&p.frame, sc.State)
	p.Crumbs = []crumb{{p.T("office.nav.reports"), "/office/reports"}, {p.T("office.schedule.title"), schedulesAt}}
	p.Acts = []act{{Name: p.T("office.schedule.edit"), Icon: "settings", Address: scheduleAt(id) + "/edit", Tone: "primary"}}
	if sc.State == scheduled.On {
		p.Acts = append(p.Acts, act{Name: p.T("office.schedule.pause"), Icon: "ban", Address: scheduleAt(id) + "/pause", Posted: true})
	} else {
		p.Acts = append(p.Acts, act{Name: p.T("office.schedule.resume"), Icon: "play", Address: scheduleAt(id) + "/resume", Posted: true})
	}
	p.Acts = append(p.Acts, act{Name: p.T("office.schedule_remove.button"), Icon: "x", Address: scheduleAt(id) + "/remove"})
	whose, err := b.memberName(q, sc.MemberID)
	if err != nil {
		return err
	}
	facts := []fact{{p.T("office.schedule.every"), rhythmText(&p.frame, sc)}, {p.T("office.schedule.span"), p.T("office.schedule.span_" + string(sc.Span))},
		{p.T("office.schedule.format"), p.T("office.schedule.format_" + string(sc.Format))}, {p.T("office.schedule.next"), b.nextText(&p.frame, sc)}, {p.T("office.schedule.whose"), whose}, {p.T("office.apikey.sites"), b.sitesText(&p.frame, sc.Sites)}}
	about := card{Name: p.T("office.schedule.about"), Facts: facts}
	if sc.State == scheduled.Stopped {
		about.Lead = p.T("office.schedule.stopped_text")
	}
	p.add(about)
	names, err := b.recipientsCard(q, p, sc, to)
	if err != nil {
		return err
	}
	if err := b.sendingsCard(q, p, id, names); err != nil {
		return err
	}
	return q.show(p)
}

func (b *Backoffice) sitesText(f *frame, sites []int64) string {
	if len(sites) == 0 {
		return f.T("office.apikey.all_sites")
	}
	var names []string
	for _, id := range sites {
		names = append(names, b.siteName(id))
	}
	return strings.Join(names, ", ")
}

// recipientsCard lists whom it goes to, and tells their addresses by their ids.
func (b *Backoffice) recipientsCard(q *request, p *recordPage, sc scheduled.Schedule, to []scheduled.Recipient) (map[int64]string, error) {
	names, t := map[int64]string{}, &table{Columns: []column{{Name: p.T("office.schedule.to")}, {Name: p.T("office.state")}}}
	tones := map[scheduled.RecipientState]string{scheduled.Gets: "good", scheduled.Waits: "warn"}
	for _, r := range to {
		who := cell{Text: r.Address, More: p.T("office.schedule.outside")}
		if r.MemberID != 0 {
			m, err := b.Staff.Member(q.ctx, r.MemberID)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			who = cell{Text: m.Email, More: m.Name}
		} else if r.SaidBy != "" {
			who.More = p.T("office.schedule.confirmed_by", "By", r.SaidBy)
		}
		names[r.ID] = who.Text
		state := stated(stateView{tones[r.State], p.T("office.schedule.gets_" + string(r.State))})
		if r.State == scheduled.Waits && q.in.Member.IsOwner() {
			state.Acts = []act{{Name: p.T("office.schedule.confirm"), Icon: "check", Address: scheduleAt(sc.ID) + "/confirm/" + number(r.ID), Posted: true}}
		}
		t.add(who, state)
	}
	p.add(card{Name: p.T("office.schedule.recipients"), Lead: p.T("office.schedule.recipients_lead"), Table: t})
	return names, nil
}

// sendingsCard lists what was sent, and what became of it.
func (b *Backoffice) sendingsCard(q *request, p *recordPage, id int64, names map[int64]string) error {
	sent, err := b.Schedules.Sendings(q.ctx, q.scheduleBy(), id)
	if err != nil {
		return hidden(err)
	}
	var ids []int64
	for _, one := range sent {
		ids = append(ids, one.MessageID)
	}
	lines, err := b.Messages.Lines(q.ctx, ids)
	if err != nil {
		return err
	}
	c := card{Name: p.T("office.schedule.sent"), Empty: &blank{Icon: "mail", Title: p.T("office.schedule.sent_none")}}
	if len(sent) > 0 {
		c.Table, c.Empty = &table{Columns: []column{{p.T("office.when"), "when"}, {Name: p.T("office.schedule.days")}, {Name: p.T("office.schedule.to")}, {Name: p.T("office.state")}}}, nil
	}
	for _, one := range sent {
		days := words.DateOf(p.Lang, one.Last)
		if one.First != one.Last {
			days = words.DateOf(p.Lang, one.First) + " – " + days
		}
		state, more := stateView{"bad", p.T("office.schedule.left_out")}, ""
		if line, there := lines[one.MessageID]; there {
			state, more = messageState(&p.frame, line.State), reasonOf(&p.frame, line.Reason)
		} else if one.MessageID != 0 {
			state = stateView{"", p.T("office.schedule.forgotten")}
		}
		c.Table.add(cell{Text: b.when(&p.frame, one.Due)}, cell{Text: days}, cell{Text: names[one.RecipientID]}, cell{State: state, More: more})
	}
	p.add(c)
	return nil
}
