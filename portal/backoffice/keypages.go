package backoffice

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/apikeys"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
)

// APIKeys are the keys of other programs; what changes something is recorded in the audit trail. *apikeys.Service satisfies it.
type APIKeys interface {
	List(ctx context.Context) ([]apikeys.Key, error)
	Get(ctx context.Context, id int64) (apikeys.Key, error)
	Make(ctx context.Context, k apikeys.Key, request string, by apikeys.By) (made apikeys.Key, secret string, err error)
	Revoke(ctx context.Context, id int64, by apikeys.By) (apikeys.Key, error)
}

const keysAt = "/office/apikeys"

// A key lets somebody in as a sign-in does: who makes one is who decides who works here.
func (b *Backoffice) keyRoutes() []route {
	return []route{
		{get, keysAt, everywhere, staff.StaffManage, b.keyList},
		{get, keysAt + "/new", everywhere, staff.StaffManage, b.askKey}, {post, keysAt + "/new", everywhere, staff.StaffManage, b.makeKey},
		{get, keysAt + "/:id/revoke", everywhere, staff.StaffManage, b.askRevokeKey}, {post, keysAt + "/:id/revoke", everywhere, staff.StaffManage, b.revokeKey},
	}
}

func (q *request) keyBy() apikeys.By {
	by := q.in.By(q.visit())
	return apikeys.By{Actor: q.in.Member.Email, From: by.From}
}

func scopeName(f *frame, s apikeys.Scope) string {
	return f.T("office.apikey.scope_" + strings.ReplaceAll(string(s), ".", "_"))
}

func (b *Backoffice) keyState(f *frame, k apikeys.Key) stateView {
	switch {
	case !k.RevokedAt.IsZero():
		return stateView{"bad", f.T("office.apikey.revoked")}
	case !k.Good(b.Clock.Now()):
		return stateView{"bad", f.T("office.apikey.over")}
	}
	return stateView{"good", f.T("office.apikey.good")}
}

func (b *Backoffice) keyList(q *request) error {
	all, err := b.APIKeys.List(q.ctx)
	if err != nil {
		return err
	}
	p := q.listing("office.apikey.title", "settings")
	p.Lead, p.Crumbs = p.T("office.apikey.lead"), []crumb{{p.T("office.nav.settings"), "/office/settings"}}
	p.Acts = []act{{Name: p.T("office.apikey_new.title"), Icon: "plus", Address: keysAt + "/new", Tone: "primary"}, {Name: p.T("office.apikey.docs"), Icon: "book-open", Address: "/api/v1/docs"}}
	p.Empty = blank{Icon: "lock", Title: p.T("office.apikey.none"), Text: p.T("office.apikey.lead")}
	p.Columns = []column{{Name: p.T("office.apikey.name")}, {Name: p.T("office.apikey.scopes")}, {Name: p.T("office.apikey.sites")}, {p.T("office.apikey.used"), "when"}, {p.T("office.apikey.until"), "when"}, {Name: p.T("office.state")}}
	for _, k := range all {
		state := stated(b.keyState(&p.frame, k))
		if k.Good(b.Clock.Now()) {
			state.Acts = []act{{Name: p.T("office.apikey.revoke"), Icon: "x", Address: keysAt + "/" + number(k.ID) + "/revoke"}}
		}
		p.add(cell{Text: k.Name, More: k.MadeBy}, cell{Text: b.scopeNames(&p.frame, k)}, cell{Text: b.keySites(&p.frame, k)}, cell{Text: b.sinceText(&p.frame, k.UsedAt)}, cell{Text: b.sinceText(&p.frame, k.Until)}, state)
	}
	return q.list(p)
}

func (b *Backoffice) scopeNames(f *frame, k apikeys.Key) string {
	var names []string
	for _, s := range k.Scopes {
		names = append(names, scopeName(f, s))
	}
	return strings.Join(names, ", ")
}

func (b *Backoffice) keySites(f *frame, k apikeys.Key) string {
	if len(k.Sites) == 0 {
		return f.T("office.apikey.all_sites")
	}
	var names []string
	for _, id := range k.Sites {
		names = append(names, b.siteName(id))
	}
	return strings.Join(names, ", ")
}

// sinceText is an instant; a dash for none.
func (b *Backoffice) sinceText(f *frame, at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	return b.when(f, at)
}

func (b *Backoffice) keyForm(q *request) *formPage {
	p := q.asking("office.apikey_new.", "settings", keysAt)
	p.Danger, p.Crumbs, p.Hidden = false, []crumb{{p.T("office.apikey.title"), keysAt}}, q.onceOf()
	scopes := formField{Name: "scopes", As: asTicks, Label: p.T("office.apikey.scopes")}
	for _, s := range apikeys.Scopes {
		scopes.Choices = append(scopes.Choices, choice{Name: scopeName(&p.frame, s), Value: string(s), Here: slices.Contains(q.values("scopes"), string(s))})
	}
	sites := formField{Name: "sites", As: asTicks, Label: p.T("office.apikey.sites"), Hint: p.T("office.apikey.sites_hint")}
	for _, s := range b.Sites.Sites() {
		sites.Choices = append(sites.Choices, choice{Name: s.Name, Value: number(s.ID), Here: slices.Contains(q.values("sites"), number(s.ID))})
	}
	p.ask(formField{Name: "name", Most: 80, Must: true, Label: p.T("office.apikey.name"), Value: q.FormValue("name")}, scopes, sites,
		formField{Name: "until", As: asDay, Label: p.T("office.apikey.until"), Hint: p.T("office.apikey.until_hint"), Value: q.FormValue("until")})
	return p
}

func (b *Backoffice) askKey(q *request) error {
	if err := q.proven(); err != nil {
		return err
	}
	return q.showForm(b.keyForm(q))
}

// typedKey is the key that a form asks for: until the end of its last day.
func (b *Backoffice) typedKey(q *request) (k apikeys.Key, err error) {
	k.Name = q.FormValue("name")
	for _, s := range q.values("scopes") {
		k.Scopes = append(k.Scopes, apikeys.Scope(s))
	}
	for _, typed := range q.values("sites") {
		if _, _, err := b.Sites.Get(idIn(typed)); err != nil {
			return k, err
		}
		k.Sites = append(k.Sites, idIn(typed))
	}
	if typed := q.FormValue("until"); typed != "" {
		last, err := time.ParseInLocation(time.DateOnly, typed, b.Zone)
		if err != nil {
			return k, fault.New(fault.Invalid, "apikey.until")
		}
		k.Until = last.AddDate(0, 0, 1)
	}
	return k, nil
}

// makeKey shows the secret, once.
func (b *Backoffice) makeKey(q *request) error {
	if err := q.proven(); err != nil {
		return err
	}
	k, err := b.typedKey(q)
	secret := ""
	if err == nil {
		k, secret, err = b.APIKeys.Make(q.ctx, k, q.FormValue("once"), q.keyBy())
	}
	if err != nil {
		field := map[string]string{"apikey.name": "name", "apikey.scopes": "scopes", "apikey.until": "until"}[fault.KeyOf(err)]
		return q.refuse(err, "form", b.keyForm(q), field)
	}
	p := &codesPage{frame: q.page("office.apikey.made", "settings"), Codes: []string{secret}, Back: keysAt}
	p.Lead = p.T("office.apikey.made_lead", "Name", k.Name)
	return q.send(fiber.StatusOK, "codes", p)
}

// askRevokeKey asks first: what uses the key stops, and nothing brings it back.
func (b *Backoffice) askRevokeKey(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	k, err := b.APIKeys.Get(q.ctx, id)
	if err != nil {
		return hidden(err)
	}
	if !k.Good(b.Clock.Now()) {
		return led(keysAt)
	}
	p := q.asking("office.apikey_revoke.", "settings", keysAt, "Name", k.Name)
	p.Crumbs = []crumb{{p.T("office.apikey.title"), keysAt}}
	p.Facts = []fact{{p.T("office.apikey.scopes"), b.scopeNames(&p.frame, k)}, {p.T("office.apikey.sites"), b.keySites(&p.frame, k)}, {p.T("office.apikey.used"), b.sinceText(&p.frame, k.UsedAt)}}
	return q.showForm(p)
}

func (b *Backoffice) revokeKey(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	k, err := b.APIKeys.Revoke(q.ctx, id, q.keyBy())
	if err != nil {
		return hidden(err)
	}
	q.tell("good", "office.apikey.revoked_now", "", "Name", k.Name)
	return led(keysAt)
}
