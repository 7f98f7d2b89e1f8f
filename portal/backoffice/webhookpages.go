package backoffice

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/internal/webhooks"
)

// Webhooks are the addresses that events are sent to; what changes something is recorded in the audit trail. *webhooks.Service satisfies it.
type Webhooks interface {
	All(ctx context.Context) ([]webhooks.Endpoint, error)
	Get(ctx context.Context, id int64) (webhooks.Endpoint, error)
	Add(ctx context.Context, e webhooks.Endpoint, request string, by webhooks.By) (made webhooks.Endpoint, secret string, err error)
	Save(ctx context.Context, e webhooks.Endpoint, by webhooks.By) (webhooks.Endpoint, error)
	Hold(ctx context.Context, id int64, by webhooks.By) error
	Resume(ctx context.Context, id int64, by webhooks.By) error
	Delete(ctx context.Context, id int64, by webhooks.By) error
	Rotate(ctx context.Context, id int64, atOnce bool, request string, by webhooks.By) (secret string, err error)
	SendTest(ctx context.Context, id int64, by webhooks.By) (deliveryID int64, err error)
	Deliveries(ctx context.Context, endpointID int64, state string, before int64, limit int) ([]webhooks.Delivery, error)
	Delivery(ctx context.Context, id int64) (d webhooks.Delivery, body string, all []webhooks.Attempt, err error)
	Replay(ctx context.Context, id int64, by webhooks.By) error
	ReplayFailed(ctx context.Context, endpointID int64, from, to time.Time, by webhooks.By) (int, error)
}

const hooksAt = "/office/webhooks"

// An endpoint hears what happens as a key reads it: who makes one is who decides who works here.
func (b *Backoffice) hookRoutes() []route {
	one, of := hooksAt+"/:id", deliveriesAt+"/:id"
	return []route{
		{get, hooksAt, everywhere, staff.StaffManage, b.hookList},
		{get, hooksAt + "/new", everywhere, staff.StaffManage, b.askHook}, {post, hooksAt + "/new", everywhere, staff.StaffManage, b.makeHook},
		{get, one, everywhere, staff.StaffManage, b.hookRecord},
		{get, one + "/edit", everywhere, staff.StaffManage, b.askSaveHook}, {post, one + "/edit", everywhere, staff.StaffManage, b.saveHook},
		{post, one + "/test", everywhere, staff.StaffManage, b.testHook},
		{post, one + "/pause", everywhere, staff.StaffManage, b.onHook(Webhooks.Hold, "office.hook.paused_now")},
		{post, one + "/resume", everywhere, staff.StaffManage, b.onHook(Webhooks.Resume, "office.hook.resumed_now")},
		{get, one + "/secret", everywhere, staff.StaffManage, b.askHookSecret}, {post, one + "/secret", everywhere, staff.StaffManage, b.newHookSecret},
		{get, one + "/delete", everywhere, staff.StaffManage, b.askDeleteHook}, {post, one + "/delete", everywhere, staff.StaffManage, b.deleteHook},
		{get, one + "/deliveries", everywhere, staff.StaffManage, b.hookLog},
		{get, one + "/again", everywhere, staff.StaffManage, b.askReplay}, {post, one + "/again", everywhere, staff.StaffManage, b.replayFailed},
		{get, of, everywhere, staff.StaffManage, b.deliveryRecord}, {post, of + "/again", everywhere, staff.StaffManage, b.replayOne},
	}
}

func hookAt(id int64) string { return hooksAt + "/" + number(id) }

func (q *request) hookBy() webhooks.By {
	return webhooks.By{Actor: q.in.Member.Email, From: q.in.By(q.visit()).From}
}

func kindName(f *frame, k webhooks.Kind) string {
	return f.T("office.hook.kind_" + strings.ReplaceAll(string(k), ".", "_"))
}

func kindNames(f *frame, all []webhooks.Kind) string {
	var names []string
	for _, k := range all {
		names = append(names, kindName(f, k))
	}
	return strings.Join(names, ", ")
}

// hookState says what an endpoint does; one that takes nothing now is told although it is not paused yet.
func (b *Backoffice) hookState(f *frame, e webhooks.Endpoint) stateView {
	switch {
	case e.State == webhooks.Failing:
		return stateView{"bad", f.T("office.hook.stopped")}
	case e.State == webhooks.Paused:
		return stateView{"warn", f.T("office.hook.paused")}
	case !e.FailingSince.IsZero():
		return stateView{"bad", f.T("office.hook.failing")}
	}
	return stateView{"good", f.T("office.hook.good")}
}

func (b *Backoffice) hookList(q *request) error {
	all, err := b.Webhooks.All(q.ctx)
	if err != nil {
		return err
	}
	p := q.listing("office.hook.title", "settings")
	p.Lead, p.Crumbs = p.T("office.hook.lead"), []crumb{{p.T("office.nav.settings"), "/office/settings"}}
	p.Acts = []act{{Name: p.T("office.hook_new.title"), Icon: "plus", Address: hooksAt + "/new", Tone: "primary"}}
	p.Empty = blank{Icon: "activity", Title: p.T("office.hook.none"), Text: p.T("office.hook.lead")}
	p.Columns = []column{{Name: p.T("office.hook.name")}, {Name: p.T("office.hook.kinds")}, {Name: p.T("office.apikey.sites")}, {Name: p.T("office.state")}}
	for _, e := range all {
		p.add(cell{Text: e.Name, Address: hookAt(e.ID), More: e.Host()}, cell{Text: kindNames(&p.frame, e.Kinds)}, cell{Text: b.sitesText(&p.frame, e.Sites)}, stated(b.hookState(&p.frame, e)))
	}
	return q.list(p)
}

// hookFields are what is typed of an endpoint.
func (b *Backoffice) hookFields(q *request, p *formPage, e webhooks.Endpoint) {
	kinds := formField{Name: "kinds", As: asTicks, Label: p.T("office.hook.kinds"), Must: true}
	for _, k := range webhooks.Kinds {
		kinds.Choices = append(kinds.Choices, choice{Name: kindName(&p.frame, k), Value: string(k), Here: slices.Contains(e.Kinds, k)})
	}
	sites := formField{Name: "sites", As: asTicks, Label: p.T("office.apikey.sites"), Hint: p.T("office.hook.sites_hint")}
	for _, s := range b.Sites.Sites() {
		sites.Choices = append(sites.Choices, choice{Name: s.Name, Value: number(s.ID), Here: slices.Contains(e.Sites, s.ID)})
	}
	p.ask(formField{Name: "name", Most: 80, Must: true, Label: p.T("office.apikey.name"), Value: e.Name},
		formField{Name: "url", Most: 1000, Must: true, Label: p.T("office.hook.url"), Hint: p.T("office.hook.url_hint"), Value: e.URL}, kinds, sites)
}

// typedHook is the endpoint that a form describes.
func (b *Backoffice) typedHook(q *request, e webhooks.Endpoint) (webhooks.Endpoint, error) {
	e.Name, e.URL, e.Kinds, e.Sites = q.FormValue("name"), q.FormValue("url"), nil, nil
	for _, typed := range q.values("kinds") {
		e.Kinds = append(e.Kinds, webhooks.Kind(typed))
	}
	for _, typed := range q.values("sites") {
		if _, _, err := b.Sites.Get(idIn(typed)); err != nil {
			return e, err
		}
		e.Sites = append(e.Sites, idIn(typed))
	}
	return e, nil
}

// hookFault is the field that a fault is about.
func hookFault(err error) string {
	return map[string]string{"webhook.name": "name", "webhook.url": "url", "webhook.url_private": "url", "webhook.kinds": "kinds"}[fault.KeyOf(err)]
}

func (b *Backoffice) hookForm(q *request, e webhooks.Endpoint) *formPage {
	p := q.asking("office.hook_new.", "settings", hooksAt)
	p.Danger, p.Crumbs, p.Hidden = false, []crumb{{p.T("office.hook.title"), hooksAt}}, q.onceOf()
	b.hookFields(q, p, e)
	return p
}

func (b *Backoffice) askHook(q *request) error {
	if err := q.proven(); err != nil {
		return err
	}
	return q.showForm(b.hookForm(q, webhooks.Endpoint{}))
}

// makeHook shows the secret, once.
func (b *Backoffice) makeHook(q *request) error {
	if err := q.proven(); err != nil {
		return err
	}
	e, err := b.typedHook(q, webhooks.Endpoint{})
	made, secret := e, ""
	if err == nil {
		made, secret, err = b.Webhooks.Add(q.ctx, e, q.FormValue("once"), q.hookBy())
	}
	if err != nil {
		return q.refuse(err, "form", b.hookForm(q, e), hookFault(err))
	}
	return q.showHookSecret(made, secret)
}

func (q *request) showHookSecret(e webhooks.Endpoint, secret string) error {
	p := &codesPage{frame: q.page("office.hook.secret", "settings"), Codes: []string{secret}, Back: hookAt(e.ID)}
	p.Lead = p.T("office.hook.secret_lead", "Name", e.Name)
	return q.send(fiber.StatusOK, "codes", p)
}

// theHook is the endpoint of the address.
func (b *Backoffice) theHook(q *request) (e webhooks.Endpoint, err error) {
	id, err := q.idOf("id")
	if err == nil {
		e, err = b.Webhooks.Get(q.ctx, id)
	}
	if err != nil {
		err = hidden(err)
	}
	return e, err
}

func hookCrumbs(f *frame, e webhooks.Endpoint) []crumb {
	return []crumb{{f.T("office.hook.title"), hooksAt}, {e.Name, hookAt(e.ID)}}
}

func (b *Backoffice) hookRecord(q *request) error {
	e, err := b.theHook(q)
	if err != nil {
		return err
	}
	latest, err := b.Webhooks.Deliveries(q.ctx, e.ID, "", 0, 10)
	if err != nil {
		return err
	}
	p := q.record("office.hook.title", "settings")
	p.Title, p.State, p.Crumbs = e.Name, b.hookState(&p.frame, e), []crumb{{p.T("office.hook.title"), hooksAt}}
	p.Acts = b.hookActs(&p.frame, e)
	about := card{Name: p.T("office.hook.about"), Facts: []fact{{p.T("office.hook.url"), e.URL}, {p.T("office.hook.kinds"), kindNames(&p.frame, e.Kinds)}, {p.T("office.apikey.sites"), b.sitesText(&p.frame, e.Sites)},
		{p.T("office.hook.made"), b.when(&p.frame, e.MadeAt) + ", " + e.MadeBy}}}
	switch {
	case e.State == webhooks.Failing:
		about.Lead = p.T("office.hook.stopped_text", "When", b.when(&p.frame, e.FailingSince))
	case e.State == webhooks.Paused:
		about.Lead = p.T("office.hook.paused_text")
	case !e.FailingSince.IsZero():
		about.Lead = p.T("office.hook.failing_text", "When", b.when(&p.frame, e.FailingSince))
	}
	if e.OldUntil.After(b.Clock.Now()) {
		about.Facts = append(about.Facts, fact{p.T("office.hook.old_until"), b.when(&p.frame, e.OldUntil)})
	}
	p.add(about)
	events := card{Name: p.T("office.hook.latest"), Acts: []act{{Name: p.T("office.hook.log"), Icon: "list", Address: hookAt(e.ID) + "/deliveries"}}, Empty: &blank{Icon: "activity", Title: p.T("office.hook.log_none")}}
	if len(latest) > 0 {
		events.Table, events.Empty = b.deliveryTable(&p.frame, latest), nil
	}
	p.add(events)
	return q.show(p)
}

func (b *Backoffice) hookActs(f *frame, e webhooks.Endpoint) []act {
	at := hookAt(e.ID)
	turn := act{Name: f.T("office.hook.resume"), Icon: "play", Address: at + "/resume", Posted: true, Tone: "primary"}
	all := []act{turn}
	if e.State == webhooks.Active {
		all = []act{{Name: f.T("office.hook.test"), Icon: "activity", Address: at + "/test", Posted: true, Tone: "primary"}, {Name: f.T("office.hook.pause"), Icon: "ban", Address: at + "/pause", Posted: true}}
	}
	return append(all, act{Name: f.T("office.hook_edit.title"), Icon: "settings", Address: at + "/edit"}, act{Name: f.T("office.hook_secret.button"), Icon: "lock", Address: at + "/secret"},
		act{Name: f.T("office.hook_again.button"), Icon: "refresh-cw", Address: at + "/again"}, act{Name: f.T("office.hook_delete.button"), Icon: "x", Address: at + "/delete"})
}
