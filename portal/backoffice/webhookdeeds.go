package backoffice

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/webhooks"
)

const deliveriesAt = "/office/deliveries"

func (b *Backoffice) saveHookForm(q *request, e webhooks.Endpoint) *formPage {
	p := q.asking("office.hook_edit.", "settings", hookAt(e.ID), "Name", e.Name)
	p.Danger, p.Crumbs, p.Hidden = false, hookCrumbs(&p.frame, e), []fact{{"version", number(e.Version)}}
	b.hookFields(q, p, e)
	return p
}

// provenHook is theHook for who has proved just now that it is they: with another address they would take along what is sent, also of before.
func (b *Backoffice) provenHook(q *request) (webhooks.Endpoint, error) {
	e, err := b.theHook(q)
	if err == nil {
		err = q.proven()
	}
	return e, err
}

func (b *Backoffice) askSaveHook(q *request) error {
	e, err := b.provenHook(q)
	if err != nil {
		return err
	}
	return q.showForm(b.saveHookForm(q, e))
}

func (b *Backoffice) saveHook(q *request) error {
	e, err := b.provenHook(q)
	if err != nil {
		return err
	}
	e.Version = idIn(q.FormValue("version"))
	wish, err := b.typedHook(q, e)
	if err == nil {
		_, err = b.Webhooks.Save(q.ctx, wish, q.hookBy())
	}
	if err != nil {
		return q.refuse(err, "form", b.saveHookForm(q, wish), hookFault(err))
	}
	q.tell("good", "office.hook.saved_now", "", "Name", wish.Name)
	return led(hookAt(e.ID))
}

// onHook does what asks nothing, and says that it is done.
func (b *Backoffice) onHook(do func(Webhooks, context.Context, int64, webhooks.By) error, said string) func(*request) error {
	return func(q *request) error {
		e, err := b.theHook(q)
		if err != nil {
			return err
		}
		if err := do(b.Webhooks, q.ctx, e.ID, q.hookBy()); err != nil {
			return q.refusal(err, hookAt(e.ID))
		}
		q.tell("good", said, "", "Name", e.Name)
		return led(hookAt(e.ID))
	}
}

func (b *Backoffice) testHook(q *request) error {
	e, err := b.theHook(q)
	if err != nil {
		return err
	}
	id, err := b.Webhooks.SendTest(q.ctx, e.ID, q.hookBy())
	if err != nil {
		return q.refusal(err, hookAt(e.ID))
	}
	q.tell("good", "office.hook.tested_now", "")
	return led(deliveriesAt + "/" + number(id))
}

func (b *Backoffice) hookSecretForm(q *request, e webhooks.Endpoint) *formPage {
	p := q.asking("office.hook_secret.", "settings", hookAt(e.ID), "Name", e.Name)
	p.Crumbs, p.Hidden = hookCrumbs(&p.frame, e), q.onceOf()
	p.ask(formField{Name: "old", As: asRadio, Must: true, Label: p.T("office.hook.old"),
		Choices: chosen([]choice{{Name: p.T("office.hook.old_day"), Value: "day"}, {Name: p.T("office.hook.old_now"), Value: "now"}}, q.typedOr("old", "day"))})
	return p
}

func (b *Backoffice) askHookSecret(q *request) error {
	e, err := b.provenHook(q)
	if err != nil {
		return err
	}
	return q.showForm(b.hookSecretForm(q, e))
}

// newHookSecret shows the new secret, once.
func (b *Backoffice) newHookSecret(q *request) error {
	e, err := b.provenHook(q)
	if err != nil {
		return err
	}
	secret, err := b.Webhooks.Rotate(q.ctx, e.ID, q.FormValue("old") == "now", q.FormValue("once"), q.hookBy())
	if err != nil {
		return q.refuse(err, "form", b.hookSecretForm(q, e), "old")
	}
	return q.showHookSecret(e, secret)
}

// askDeleteHook asks first: what waits is not sent, and the log goes.
func (b *Backoffice) askDeleteHook(q *request) error {
	e, err := b.theHook(q)
	if err != nil {
		return err
	}
	p := q.asking("office.hook_delete.", "settings", hookAt(e.ID), "Name", e.Name)
	p.Crumbs, p.Facts = hookCrumbs(&p.frame, e), []fact{{p.T("office.hook.kinds"), kindNames(&p.frame, e.Kinds)}}
	return q.showForm(p)
}

func (b *Backoffice) deleteHook(q *request) error {
	e, err := b.theHook(q)
	if err == nil {
		err = b.Webhooks.Delete(q.ctx, e.ID, q.hookBy())
	}
	if err != nil {
		return hidden(err)
	}
	q.tell("good", "office.hook.deleted_now", "", "Name", e.Name)
	return led(hooksAt)
}

func deliveryState(f *frame, d webhooks.Delivery) stateView {
	tone := map[string]string{webhooks.Taken: "good", webhooks.Failed: "bad", webhooks.Waiting: "warn"}[d.State]
	if d.State == webhooks.Waiting && d.Tries == 0 {
		tone = ""
	}
	return stateView{tone, f.T("office.hook.is_" + d.State)}
}

// hookReason says why an attempt was not taken; nothing of one that was.
func hookReason(f *frame, reason string) string {
	if status, ok := strings.CutPrefix(reason, "http_"); ok {
		return f.T("office.hook.why_http", "Status", status)
	}
	if reason == "" {
		return ""
	}
	return f.T("office.hook.why_" + reason)
}

// statusText is the status of an answer; a dash for none.
func statusText(status int) string {
	if status == 0 {
		return "–"
	}
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}

func tookText(f *frame, d time.Duration) string {
	return f.T("office.hook.took_ms", "N", d.Milliseconds())
}

func (b *Backoffice) deliveryTable(f *frame, all []webhooks.Delivery) *table {
	t := &table{Columns: []column{{f.T("office.when"), "when"}, {Name: f.T("office.hook.event")}, {Name: f.T("office.state")}, {Name: f.T("office.hook.status")}, {f.T("office.hook.attempts"), "num"}}}
	for _, d := range all {
		state := stated(deliveryState(f, d))
		state.More = hookReason(f, d.Reason)
		status := cell{Text: statusText(d.Status)}
		if !d.TriedAt.IsZero() {
			status.More = tookText(f, d.Took)
		}
		t.add(cell{Text: b.when(f, d.HappenedAt), Address: deliveriesAt + "/" + number(d.ID)}, cell{Text: kindName(f, d.Kind), More: d.Event()}, state, status, cell{Text: number(int64(d.Attempts))})
	}
	return t
}

// hookLog is what was sent to an endpoint, the newest first.
func (b *Backoffice) hookLog(q *request) error {
	e, err := b.theHook(q)
	if err != nil {
		return err
	}
	p := q.listing("office.hook.log", "settings")
	p.Lead, p.Crumbs = p.T("office.hook.log_lead"), hookCrumbs(&p.frame, e)
	all := []choice{{Name: p.T("office.all")}}
	state := ""
	for _, s := range webhooks.Outcomes {
		all = append(all, choice{Name: p.T("office.hook.is_" + s), Value: s})
		if q.Query("state") == s {
			state = s
		}
	}
	p.Chips = [][]chip{q.chips("state", all)}
	p.Acts = []act{{Name: p.T("office.hook_again.button"), Icon: "refresh-cw", Address: hookAt(e.ID) + "/again"}}
	p.Empty = blank{Icon: "activity", Title: p.T("office.hook.log_none"), Text: p.T("office.hook.log_lead")}
	some, err := b.Webhooks.Deliveries(q.ctx, e.ID, state, q.before(), mostListed+1)
	if err != nil {
		return err
	}
	some, p.pager = newest(q, some, mostListed, func(d webhooks.Delivery) int64 { return d.ID })
	p.table = *b.deliveryTable(&p.frame, some)
	return q.list(p)
}

// deliveryRecord is one event for an endpoint: what was sent, and what was answered each time.
func (b *Backoffice) deliveryRecord(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	d, body, tries, err := b.Webhooks.Delivery(q.ctx, id)
	var e webhooks.Endpoint
	if err == nil {
		e, err = b.Webhooks.Get(q.ctx, d.EndpointID)
	}
	if err != nil {
		return hidden(err)
	}
	p := q.record("office.hook.delivery", "settings")
	p.Title, p.State, p.Crumbs = kindName(&p.frame, d.Kind), deliveryState(&p.frame, d), append(hookCrumbs(&p.frame, e), crumb{p.T("office.hook.log"), hookAt(e.ID) + "/deliveries"})
	p.Acts = []act{{Name: p.T("office.hook.send_again"), Icon: "refresh-cw", Address: deliveriesAt + "/" + number(id) + "/again", Posted: true, Tone: "primary"}}
	facts := []fact{{p.T("office.hook.event"), d.Event()}, {p.T("office.hook.happened"), b.when(&p.frame, d.HappenedAt)}, {p.T("office.hook.attempts"), number(int64(d.Attempts))}}
	if d.State == webhooks.Waiting && e.State == webhooks.Active {
		facts = append(facts, fact{p.T("office.hook.next"), b.when(&p.frame, d.NextAt)})
	}
	p.add(card{Name: p.T("office.hook.event"), Facts: facts})
	answers := card{Name: p.T("office.hook.attempts"), Empty: &blank{Icon: "activity", Title: p.T("office.hook.untried")}}
	if len(tries) > 0 {
		answers.Empty, answers.Table = nil, &table{Columns: []column{{p.T("office.hook.number"), "num"}, {p.T("office.when"), "when"}, {Name: p.T("office.hook.status")}, {Name: p.T("office.hook.answer")}}}
	}
	for _, a := range tries {
		answers.Table.add(cell{Text: number(int64(a.Number))}, cell{Text: b.when(&p.frame, a.At), More: tookText(&p.frame, a.Took)}, cell{Text: statusText(a.Status), More: hookReason(&p.frame, a.Reason)}, cell{Text: a.Answer})
	}
	p.add(answers)
	p.add(card{Name: p.T("office.hook.sent"), Text: indented(body), Raw: true})
	q.follow(p, d.State == webhooks.Waiting && d.Tries == 0 && e.State == webhooks.Active)
	return q.show(p)
}

// indented is JSON as people read it.
func indented(body string) string {
	var v any
	if json.Unmarshal([]byte(body), &v) != nil {
		return body
	}
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return body
	}
	return string(out)
}

func (b *Backoffice) replayOne(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	if err := b.Webhooks.Replay(q.ctx, id, q.hookBy()); err != nil {
		return hidden(err)
	}
	q.tell("good", "office.hook.again_now", "")
	return led(deliveriesAt + "/" + number(id))
}

func (b *Backoffice) replayForm(q *request, e webhooks.Endpoint) *formPage {
	p := q.asking("office.hook_again.", "settings", hookAt(e.ID), "Name", e.Name)
	p.Danger, p.Crumbs = false, hookCrumbs(&p.frame, e)
	now := b.Clock.Now().In(b.Zone)
	p.ask(formField{Name: "from", As: asMoment, Must: true, Label: p.T("office.hook.from"), Value: q.typedOr("from", now.AddDate(0, 0, -7).Format(whyForm))},
		formField{Name: "to", As: asMoment, Must: true, Label: p.T("office.hook.to"), Value: q.typedOr("to", now.Add(time.Minute).Format(whyForm))})
	return p
}

func (b *Backoffice) askReplay(q *request) error {
	e, err := b.theHook(q)
	if err != nil {
		return err
	}
	return q.showForm(b.replayForm(q, e))
}

func (b *Backoffice) replayFailed(q *request) error {
	e, err := b.theHook(q)
	if err != nil {
		return err
	}
	from, e1 := time.ParseInLocation(whyForm, cutTyped(q.FormValue("from")), b.Zone)
	to, e2 := time.ParseInLocation(whyForm, cutTyped(q.FormValue("to")), b.Zone)
	if e1 != nil || e2 != nil || !from.Before(to) {
		return q.refuse(fault.New(fault.Invalid, "webhook.times"), "form", b.replayForm(q, e), "from")
	}
	n, err := b.Webhooks.ReplayFailed(q.ctx, e.ID, from, to, q.hookBy())
	if err != nil {
		return q.refusal(err, hookAt(e.ID))
	}
	q.tell("good", "office.hook.all_again_now", "", "N", number(int64(n)))
	return led(hookAt(e.ID) + "/deliveries")
}
