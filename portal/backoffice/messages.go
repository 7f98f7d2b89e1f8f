package backoffice

import (
	"context"
	"strconv"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/internal/notify"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// Messages are what people and the owner were sent, and what went wrong. What changes something is recorded in the trail.
type Messages interface {
	List(ctx context.Context, p notify.Page) ([]notify.Line, error)
	Lines(ctx context.Context, ids []int64) (map[int64]notify.Line, error)
	Read(ctx context.Context, id int64) (line notify.Line, subject, text string, err error)
	Retry(ctx context.Context, by staff.By, id int64) error
	SendTest(ctx context.Context, by staff.By, c notify.Channel, to string, l words.Lang) (id int64, err error)
	Explain(ctx context.Context, by staff.By, c customers.Customer, to, text string, at time.Time) error
	Waiting(ctx context.Context) (unknown, failed int64, err error)
	Balance(ctx context.Context) (left notify.Cost, known bool, err error)
	OpenAlerts(ctx context.Context) ([]notify.Alert, error)
	Alerts(ctx context.Context, before int64, limit int) ([]notify.Alert, error)
	Acknowledge(ctx context.Context, by staff.By, id int64) error
	Carrier(ctx context.Context, c notify.Channel) (notify.Carrier, error)
	SaveCarrier(ctx context.Context, by staff.By, c notify.Carrier) error
	ReportAddress() string // where an SMS carrier tells what became of a message; a secret
	Setting(name string) string
	SaveSettings(ctx context.Context, by staff.By, values map[string]string) error
	Consents(ctx context.Context, c notify.Channel, to string) (map[notify.Class]bool, error)
	SaveConsent(ctx context.Context, by staff.By, c notify.Consent) error
	Said(ctx context.Context, c notify.Channel, to string) ([]notify.Word, error)
}

func (b *Backoffice) messageRoutes() []route {
	return []route{
		{get, "/office/messages", everywhere, staff.PaymentsView, b.messages}, {get, "/office/messages/:id", everywhere, staff.PaymentsView, b.message},
		{get, "/office/messages/:id/retry", everywhere, staff.JobsManage, b.askRetryMessage}, {post, "/office/messages/:id/retry", everywhere, staff.JobsManage, b.retryMessage},
		{get, "/office/carriers", everywhere, staff.SettingsEdit, b.carriers},
		{get, "/office/carriers/:channel", everywhere, staff.SettingsEdit, b.carrier}, {post, "/office/carriers/:channel", everywhere, staff.SettingsEdit, b.saveCarrier},
		{post, "/office/carriers/:channel/test", everywhere, staff.SettingsEdit, b.testCarrier},
		{get, "/office/consent", everywhere, staff.AccessChange, b.consent}, {post, "/office/consent", everywhere, staff.AccessChange, b.saveConsent},
		{get, "/office/alerts", everywhere, staff.AlertsManage, b.alerts}, {post, "/office/alerts/:id/known", everywhere, staff.AlertsManage, b.acknowledge},
		{get, "/office/alerts/whom", everywhere, staff.AlertsManage, b.alertSettings}, {post, "/office/alerts/whom", everywhere, staff.AlertsManage, b.saveAlertSettings},
	}
}

func (b *Backoffice) messages(q *request) error {
	page := notify.Page{State: notify.State(q.Query("state")), Limit: mostListed + 1}
	if id := q.before(); id != 0 {
		last, _, _, err := b.Messages.Read(q.ctx, id)
		if err != nil {
			return hidden(err)
		}
		page.Before, page.BeforeID = last.CreatedAt, id
	}
	lines, err := b.Messages.List(q.ctx, page)
	if err != nil {
		return err
	}
	p := q.listing("office.nav.messages", "messages")
	if err := b.aboutMessages(q, p); err != nil {
		return err
	}
	chips := []choice{{Name: p.T("office.all")}}
	for _, s := range notify.States {
		chips = append(chips, choice{Value: string(s), Name: p.T("office.message." + string(s))})
	}
	p.Chips = [][]chip{q.chips("state", chips)}
	b.fillMessages(q, p, lines)
	return q.list(p)
}

// aboutMessages says what credit is left, and leads to what belongs to messages.
func (b *Backoffice) aboutMessages(q *request, p *listPage) error {
	left, known, err := b.Messages.Balance(q.ctx)
	if err != nil {
		return err
	}
	if known {
		p.Lead = p.T("office.messages.balance", "Amount", left.String())
	}
	if q.reachable("/office/consent") != "" {
		p.Acts = append(p.Acts, act{Name: p.T("office.consent.title"), Icon: "check", Address: "/office/consent"})
	}
	if q.reachable("/office/carriers") != "" {
		p.Acts = append(p.Acts, act{Name: p.T("office.carriers.title"), Icon: "settings", Address: "/office/carriers"})
	}
	return nil
}

func (b *Backoffice) fillMessages(q *request, p *listPage, lines []notify.Line) {
	p.Columns = []column{{p.T("office.when"), "when"}, {Name: p.T("office.messages.to")}, {Name: p.T("office.messages.purpose")}, {p.T("office.messages.cost"), "num"}, {Name: p.T("office.state")}}
	lines, p.pager = newest(q, lines, mostListed, func(l notify.Line) int64 { return l.ID })
	for _, l := range lines {
		p.add(cell{Text: b.when(&p.frame, l.CreatedAt)}, cell{Text: l.To, Address: "/office/messages/" + number(l.ID), More: p.T("office.channel." + string(l.Channel))},
			cell{Text: p.T("office.purpose." + string(l.Purpose)), More: reasonOf(&p.frame, l.Reason)}, cell{Text: costOf(l)}, stated(messageState(&p.frame, l.State)))
	}
	p.Empty = blank{Icon: "mail", Title: p.T("office.messages.none"), Text: p.T("office.messages.none_text")}
}

func costOf(l notify.Line) string {
	if l.Cost.TenThousandths == 0 {
		return "–"
	}
	return l.Cost.String()
}

// reasonOf is a carrier's short name of what went wrong, in words where we have some.
func reasonOf(f *frame, reason string) string {
	if reason == "" {
		return ""
	}
	return trailWord(f, "office.unsent.", reason)
}

func messageState(f *frame, s notify.State) stateView {
	return toned(f, "office.message.", s, map[notify.State]string{notify.Delivered: "good", notify.Failed: "bad", notify.Unknown: "warn", notify.Queued: "warn"})
}

// theMessage is the message of an address. Messages are of no site.
func (b *Backoffice) theMessage(q *request) (line notify.Line, subject, text string, err error) {
	id, err := q.idOf("id")
	if err != nil {
		return line, "", "", err
	}
	line, subject, text, err = b.Messages.Read(q.ctx, id)
	return line, subject, text, hidden(err)
}

func (b *Backoffice) message(q *request) error {
	l, subject, text, err := b.theMessage(q)
	if err != nil {
		return err
	}
	p := q.record("office.nav.messages", "messages")
	p.Crumbs = []crumb{{p.Title, "/office/messages"}}
	p.Title, p.State = p.T("office.messages.one", "To", l.To), messageState(&p.frame, l.State)
	if (l.State == notify.Failed || l.State == notify.Unknown) && q.may(staff.JobsManage, 0) {
		p.Acts = []act{{Name: p.T("office.retry"), Icon: "refresh-cw", Address: q.Path() + "/retry"}}
	}
	p.add(card{Facts: []fact{{p.T("office.messages.channel"), p.T("office.channel." + string(l.Channel))}, {p.T("office.messages.purpose"), p.T("office.purpose." + string(l.Purpose))},
		{p.T("office.when"), b.when(&p.frame, l.CreatedAt)}, {p.T("office.tries"), strconv.Itoa(l.Attempts)}, {p.T("office.messages.parts"), strconv.Itoa(l.Parts)},
		{p.T("office.messages.cost"), costOf(l)}, {p.T("office.jobs.error"), reasonOf(&p.frame, l.Reason)}}})
	if text == "" {
		p.add(card{Name: p.T("office.messages.text"), Lead: p.T("office.messages.hidden")})
	} else {
		p.add(card{Name: p.T("office.messages.text"), Lead: subject, Text: text})
	}
	return q.show(p)
}

func (b *Backoffice) askRetryMessage(q *request) error {
	l, _, _, err := b.theMessage(q)
	if err != nil {
		return err
	}
	at := "/office/messages/" + number(l.ID)
	p := q.asking("office.message_retry.", "messages", at, "To", l.To)
	p.Crumbs = []crumb{{p.T("office.nav.messages"), "/office/messages"}, {p.T("office.messages.one", "To", l.To), at}}
	if l.State != notify.Unknown {
		p.Text, p.Danger = p.T("office.message_retry.failed"), false
	}
	return q.showForm(p)
}

func (b *Backoffice) retryMessage(q *request) error {
	l, _, _, err := b.theMessage(q)
	if err != nil {
		return err
	}
	if err := b.Messages.Retry(q.ctx, q.in.By(q.visit()), l.ID); err != nil {
		return err
	}
	q.tell("good", "office.messages.sent_again", "")
	return led("/office/messages/" + number(l.ID))
}

func (b *Backoffice) consent(q *request) error {
	p, err := b.consentPage(q, cutTyped(q.Query("to")))
	if fault.Is(err, fault.Invalid) {
		return q.refuse(err, "record", p, "to")
	}
	if err != nil {
		return err
	}
	return q.show(p)
}

func (b *Backoffice) consentPage(q *request, to string) (*recordPage, error) {
	p := q.record("office.consent.title", "messages")
	p.Crumbs = []crumb{{p.T("office.nav.messages"), "/office/messages"}}
	p.Lead = p.T("office.consent.lead")
	p.Find = &find{Action: "/office/consent", Fields: []formField{{Name: "to", As: asSearch, Label: p.T("office.consent.number"), Value: to}}}
	if to == "" {
		return p, nil
	}
	allowed, err := b.Messages.Consents(q.ctx, notify.SMS, to)
	if err != nil {
		return p, err
	}
	for _, class := range []notify.Class{notify.Services, notify.Offers} {
		p.add(consentSection(p, to, class, allowed[class]))
	}
	return p, nil
}

func consentSection(p *recordPage, to string, class notify.Class, given bool) card {
	s := card{Name: p.T("office.consent." + string(class)), Lead: p.T("office.consent." + string(class) + "_text"), State: stateView{"bad", p.T("office.consent.no")}}
	f := &shortForm{Action: "/office/consent", Button: p.T("office.consent.say_yes"), Hidden: []fact{{"to", to}, {"class", string(class)}, {"given", "1"}},
		Fields: []formField{{Name: "wording-" + string(class), Label: p.T("office.consent.wording"), Hint: p.T("office.consent.wording_hint"), Most: 200, Must: class == notify.Offers}}}
	if given {
		s.State = stateView{"good", p.T("office.consent.yes")}
		f.Button, f.Fields, f.Hidden[2].Value = p.T("office.consent.say_no"), nil, "0"
	}
	s.Form = f
	return s
}

func (b *Backoffice) saveConsent(q *request) error {
	to, class := cutTyped(q.FormValue("to")), notify.Class(q.FormValue("class"))
	c := notify.Consent{Channel: notify.SMS, To: to, Class: class, Given: q.FormValue("given") == "1", Wording: q.FormValue("wording-" + string(class)), From: "agent"}
	if err := b.Messages.SaveConsent(q.ctx, q.in.By(q.visit()), c); err != nil {
		p, _ := b.consentPage(q, to)
		field := ""
		if fault.KeyOf(err) == "message.consent" {
			field = "wording-" + string(class)
		}
		return q.refuse(err, "record", p, field)
	}
	q.tell("good", "office.saved", "")
	return led("/office/consent")
}
