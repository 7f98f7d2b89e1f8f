package backoffice

import (
	"slices"
	"strconv"
	"strings"

	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/settings"
)

func (b *Backoffice) alerts(q *request) error {
	p := q.record("office.nav.alerts", "alerts")
	p.Lead = p.T("office.alerts.lead")
	p.Acts = []act{{Name: p.T("office.alerts.whom"), Icon: "bell", Address: "/office/alerts/whom"}}
	if q.reachable(statusAt) != "" {
		p.Acts = append(p.Acts, act{Name: p.T("office.status.title"), Icon: "list", Address: statusAt})
	}
	if q.before() == 0 {
		open, err := b.Messages.OpenAlerts(q.ctx)
		if err != nil {
			return err
		}
		slices.Reverse(open) // the newest first
		s := b.alertTable(p, open)
		s.Name = p.T("office.alerts.open")
		if len(open) == 0 {
			s.Empty = &blank{Icon: "circle-check", Title: p.T("office.today.quiet"), Text: p.T("office.today.quiet_text")}
		}
		p.add(s)
	}
	all, err := b.Messages.Alerts(q.ctx, q.before(), mostListed+1)
	if err != nil {
		return hidden(err)
	}
	all, pages := newest(q, all, mostListed, func(a notify.Alert) int64 { return a.ID })
	over := slices.DeleteFunc(slices.Clone(all), func(a notify.Alert) bool { return a.State != notify.Cleared })
	if s := b.alertTable(p, over); len(over) > 0 {
		s.Name, s.Older = p.T("office.alerts.history"), pages.Older
		p.add(s)
	}
	return q.show(p)
}

func (b *Backoffice) alertTable(p *recordPage, all []notify.Alert) card {
	t := &table{Columns: []column{{Name: p.T("office.alerts.what")}, {p.T("office.alerts.since"), "when"}, {p.T("office.alerts.over"), "when"}, {Name: p.T("office.state")}, {}}}
	for _, a := range all {
		last := cell{}
		if a.State == notify.Raised {
			last.Acts = []act{{Name: p.T("office.alerts.know"), Address: "/office/alerts/" + number(a.ID) + "/known", Posted: true, Tone: "plain"}}
		}
		over := ""
		if a.State == notify.Cleared {
			over = b.when(&p.frame, a.ClearedAt)
		}
		state := stated(alertState(&p.frame, a.State))
		state.More = a.AcknowledgedBy
		t.add(cell{Text: b.alertText(&p.frame, a)}, cell{Text: b.when(&p.frame, a.RaisedAt)}, cell{Text: over}, state, last)
	}
	return card{Table: t}
}

// alertText says an alert in the same words as the message that told it.
func (b *Backoffice) alertText(f *frame, a notify.Alert) string {
	i := slices.IndexFunc(notify.Rules, func(r notify.Rule) bool { return r.Name == a.Rule })
	if i < 0 {
		return a.Rule
	}
	args := []any{"Value", a.Value, "Limit", b.Messages.Setting(notify.Rules[i].Limit), "Names", a.Subject}
	if notify.Rules[i].Many {
		args = append(args, "Count", 1)
	}
	return f.T("alert.say."+a.Rule, args...)
}

func alertState(f *frame, s notify.AlertState) stateView {
	return toned(f, "office.alarm.", s, map[notify.AlertState]string{notify.Raised: "bad", notify.Acknowledged: "warn", notify.Cleared: "good"})
}

func (b *Backoffice) acknowledge(q *request) error {
	id, err := q.idOf("id")
	if err == nil {
		err = b.Messages.Acknowledge(q.ctx, q.in.By(q.visit()), id)
	}
	if fault.Is(err, fault.NotFound) {
		return notHere()
	}
	if err != nil {
		return err
	}
	q.tell("good", "office.alerts.known", "")
	return led("/office/alerts")
}

// whomKeys and limitKeys are the settings of alerts, in the order of the form.
var (
	whomKeys  = []string{settings.AlertSMS, settings.AlertEmail, settings.AlertTelegram, settings.AlertWebhook, settings.AlertLanguage, settings.AlertEscalateMinutes, settings.AlertEscalateSMS}
	limitKeys = []string{settings.AlertPromptSuccess, settings.AlertCallbackSilence, settings.AlertRouterDown, settings.AlertRejects, settings.AlertQueueAge, settings.AlertBalance,
		settings.AlertDiskFree, settings.AlertBackupAge, settings.AlertCertificate, settings.AlertSpoolFull, settings.AlertFlapping, settings.AlertGuessing, settings.AlertEarly, settings.AlertOutage, settings.AlertReversed, settings.AlertDay, settings.AlertComplaint, settings.AlertHooks, settings.AlertMailbox, settings.AlertMailFlood}
)

func (b *Backoffice) alertSettings(q *request) error {
	return q.showForm(b.alertForm(q, b.Messages.Setting))
}

// alertForm is the form with values as stored or as typed. The name of a field is its setting's.
func (b *Backoffice) alertForm(q *request, value func(name string) string) *formPage {
	p := &formPage{frame: q.page("office.alerts.whom", "alerts"), Action: "/office/alerts/whom", Cancel: "/office/alerts"}
	p.Crumbs, p.Button = []crumb{{p.T("office.nav.alerts"), "/office/alerts"}}, p.T("office.save")
	p.Lead = p.T("office.alerts.whom_lead")
	var fields []formField
	for _, key := range slices.Concat(whomKeys, limitKeys) {
		name := strings.TrimPrefix(key, "alert.")
		one := formField{Name: key, Label: p.T("office.alert_setting." + name), Value: value(key), Most: 1000}
		if slices.Contains(limitKeys, key) || key == settings.AlertEscalateMinutes {
			one.As, one.Most = asNumber, 8
		}
		if key == settings.AlertLanguage {
			one.As, one.Choices = asPick, spokenHere(one.Value)
		}
		fields = append(fields, one)
	}
	p.ask(fields...)
	return p
}

func (b *Backoffice) saveAlertSettings(q *request) error {
	typed := map[string]string{}
	for _, key := range slices.Concat(whomKeys, limitKeys) {
		typed[key] = strings.TrimSpace(q.FormValue(key))
		if n, err := strconv.Atoi(typed[key]); err == nil && slices.Contains(limitKeys, key) {
			typed[key] = strconv.Itoa(n)
		}
	}
	if err := b.Messages.SaveSettings(q.ctx, q.in.By(q.visit()), typed); err != nil {
		p := b.alertForm(q, func(name string) string { return typed[name] })
		return q.refuse(err, "form", p, "")
	}
	q.tell("good", "office.saved", "")
	return led("/office/alerts")
}
