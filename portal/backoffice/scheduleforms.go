package backoffice

import (
	"strconv"
	"strings"

	"mtandao/internal/fault"
	"mtandao/internal/scheduled"
	"mtandao/internal/staff"
)

// usualSchedule is what a new one begins with.
var usualSchedule = scheduled.Schedule{Every: scheduled.Weekly, Day: 1, Hour: 7, Format: scheduled.PDF}

// scheduleForm is the form of the schedule of the address, or of a new one of the report that the address names; no form: no report is chosen yet.
func (b *Backoffice) scheduleForm(q *request) (sc scheduled.Schedule, p *formPage, err error) {
	sc, addresses, texts, cancel := usualSchedule, q.in.Member.Email, "office.schedule_new.", schedulesAt
	if q.Params("id") != "" {
		id, err := q.idOf("id")
		if err != nil {
			return sc, nil, err
		}
		var to []scheduled.Recipient
		if sc, to, err = b.Schedules.Get(q.ctx, q.scheduleBy(), id); err != nil {
			return sc, nil, hidden(err)
		}
		if addresses, err = b.addressesOf(q, to); err != nil {
			return sc, nil, err
		}
		texts, cancel = "office.schedule_edit.", scheduleAt(id)
	} else {
		sc.Report = q.Query("report")
	}
	r, known := b.Schedules.Report(sc.Report)
	if !known {
		return sc, nil, nil
	}
	p = q.asking(texts, "reports", cancel, "Report", q.T(r.Title))
	p.Action = q.OriginalURL()
	p.Danger, p.Crumbs = false, []crumb{{p.T("office.nav.reports"), "/office/reports"}, {p.T("office.schedule.title"), schedulesAt}}
	version := number(sc.Version)
	if q.Method() == post {
		version = q.FormValue("version")
	}
	p.Hidden = []fact{{"version", version}}
	p.ask(q.scheduleFields(p, sc, r, addresses)...)
	return sc, p, nil
}

// T is the text of a key in the language of who asks.
func (q *request) T(key string, args ...any) string {
	f := frame{Lang: q.lang()}
	return f.T(key, args...)
}

// addressesOf are the addresses of who gets a report or is to get it, one a line.
func (b *Backoffice) addressesOf(q *request, to []scheduled.Recipient) (string, error) {
	var all []string
	for _, r := range to {
		if r.State == scheduled.Refuses {
			continue
		}
		if r.MemberID != 0 {
			m, err := b.Staff.Member(q.ctx, r.MemberID)
			if err != nil {
				return "", err
			}
			r.Address = m.Email
		}
		all = append(all, r.Address)
	}
	return strings.Join(all, "\n"), nil
}

func (q *request) scheduleFields(p *formPage, sc scheduled.Schedule, r scheduled.Report, addresses string) []formField {
	f := &p.frame
	var every, week, month, hours, spans, formats []choice
	for _, e := range scheduled.Rhythms {
		every = append(every, choice{Name: f.T("office.schedule.is_" + string(e)), Value: string(e)})
	}
	for n, day := range weekdays {
		week = append(week, choice{Name: f.T("office.day." + day), Value: strconv.Itoa(n + 1)})
	}
	for day := range 31 {
		month = append(month, choice{Name: strconv.Itoa(day + 1), Value: strconv.Itoa(day + 1)})
	}
	for hour := range 24 {
		hours = append(hours, choice{Name: hourText(hour), Value: strconv.Itoa(hour)})
	}
	for _, s := range r.Spans {
		spans = append(spans, choice{Name: f.T("office.schedule.span_" + string(s)), Value: string(s)})
	}
	for _, as := range scheduled.Formats {
		formats = append(formats, choice{Name: f.T("office.schedule.format_" + string(as)), Value: string(as)})
	}
	onWeek, onMonth := "1", "1"
	switch sc.Every {
	case scheduled.Weekly:
		onWeek = strconv.Itoa(sc.Day)
	case scheduled.Monthly:
		onMonth = strconv.Itoa(sc.Day)
	}
	span := string(sc.Span)
	if span == "" {
		span = string(r.Spans[0])
	}
	field := func(name string, as kindOf, all []choice, usual string) formField {
		return formField{Name: name, As: as, Label: f.T("office.schedule." + name), Choices: chosen(all, q.typedOr(name, usual)), Must: true}
	}
	monthly := field("month_day", asPick, month, onMonth)
	monthly.Hint = f.T("office.schedule.month_day_hint")
	return []formField{field("every", asRadio, every, string(sc.Every)), field("week_day", asPick, week, onWeek), monthly, field("hour", asPick, hours, strconv.Itoa(sc.Hour)),
		field("span", asPick, spans, span), field("format", asRadio, formats, string(sc.Format)),
		{Name: "to", As: asLong, Label: f.T("office.schedule.addresses"), Hint: f.T("office.schedule.addresses_hint"), Value: q.typedOr("to", addresses), Most: 4000, Must: true}}
}

func (b *Backoffice) askSchedule(q *request) error {
	_, p, err := b.scheduleForm(q)
	if err != nil {
		return err
	}
	if p == nil {
		return b.chooseReport(q)
	}
	return q.showForm(p)
}

// chooseReport lists the reports that somebody may have sent.
func (b *Backoffice) chooseReport(q *request) error {
	p := q.listing("office.schedule.which", "reports")
	p.Crumbs = []crumb{{p.T("office.nav.reports"), "/office/reports"}, {p.T("office.schedule.title"), schedulesAt}}
	p.Columns = []column{{Name: p.T("office.reports.report")}}
	for _, r := range b.Schedules.OpenTo(q.in.Member) {
		p.add(cell{Text: p.T(r.Title), Address: schedulesAt + "/new?report=" + r.Name})
	}
	return q.list(p)
}

// aboutSchedule says beside which field a fault is told.
var aboutSchedule = map[string]string{"scheduled.every": "every", "scheduled.hour": "hour", "scheduled.span": "span", "scheduled.format": "format", "scheduled.day": "month_day",
	"scheduled.nobody": "to", "scheduled.many": "to", "scheduled.address": "to", "scheduled.may_not": "to"}

func (b *Backoffice) saveSchedule(q *request) error {
	sc, p, err := b.scheduleForm(q)
	if err != nil {
		return err
	}
	if p == nil {
		return notHere()
	}
	number := func(name string) int {
		n, err := strconv.Atoi(q.FormValue(name))
		if err != nil {
			return -1
		}
		return n
	}
	sc.Version, sc.Every, sc.Hour = idIn(q.FormValue("version")), scheduled.Every(q.FormValue("every")), number("hour")
	sc.Span, sc.Format, sc.Day = scheduled.Span(q.FormValue("span")), scheduled.Format(q.FormValue("format")), 0
	switch sc.Every {
	case scheduled.Weekly:
		sc.Day = number("week_day")
	case scheduled.Monthly:
		sc.Day = number("month_day")
	}
	if sc, err = b.Schedules.Save(q.ctx, q.scheduleBy(), sc, scheduled.Lines(q.FormValue("to"))); err != nil {
		return q.refuse(err, "form", p, aboutSchedule[fault.KeyOf(err)])
	}
	q.tell("good", "office.saved", "")
	return led(scheduleAt(sc.ID))
}

func (b *Backoffice) setSchedule(to scheduled.State) func(*request) error {
	return func(q *request) error {
		id, err := q.idOf("id")
		if err != nil {
			return err
		}
		if err := b.Schedules.SetState(q.ctx, q.scheduleBy(), id, to); err != nil {
			return hiddenSchedule(err)
		}
		q.tell("good", "office.saved", "")
		return led(scheduleAt(id))
	}
}

// hiddenSchedule keeps the sentence that says why one does not go on.
func hiddenSchedule(err error) error {
	if fault.KeyOf(err) == "scheduled.not_yours" {
		return err
	}
	return hidden(err)
}

func (b *Backoffice) askRemoveSchedule(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	sc, _, err := b.Schedules.Get(q.ctx, q.scheduleBy(), id)
	if err != nil {
		return hidden(err)
	}
	p := q.asking("office.schedule_remove.", "reports", scheduleAt(id), "Report", b.reportTitle(&frame{Lang: q.lang()}, sc.Report))
	return q.showForm(p)
}

func (b *Backoffice) removeSchedule(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	if err := b.Schedules.Remove(q.ctx, q.scheduleBy(), id); err != nil {
		return hidden(err)
	}
	q.tell("good", "office.schedule.removed", "")
	return led(schedulesAt)
}

// confirmAddress lets a report go to an address from outside: an owner says so, after a fresh proof that it is they.
func (b *Backoffice) confirmAddress(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	who, err := q.idOf("who")
	if err != nil {
		return err
	}
	if !q.in.Member.IsOwner() {
		return fault.New(fault.Denied, "denied")
	}
	if err := q.proven(); err != nil {
		return err
	}
	if err := b.Schedules.Confirm(q.ctx, q.scheduleBy(), id, who); err != nil {
		return hidden(err)
	}
	q.tell("good", "office.saved", "")
	return led(scheduleAt(id))
}

// mayHaveSent says whether somebody may have a report sent.
func (b *Backoffice) mayHaveSent(m staff.Member, name string) bool {
	for _, r := range b.Schedules.OpenTo(m) {
		if r.Name == name {
			return true
		}
	}
	return false
}
