package backoffice

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// Trail is who changed what.
type Trail interface {
	List(ctx context.Context, f audit.Filter) ([]audit.Event, error)
	Get(ctx context.Context, id int64) (audit.Event, error)
	LastProof(ctx context.Context) (audit.Proof, error)
	NewestProof(ctx context.Context) (audit.Proof, error)
	AskProof(ctx context.Context) error
}

func (b *Backoffice) auditRoutes() []route {
	return []route{
		{get, "/office/audit", everywhere, staff.AuditView, b.audit}, {post, "/office/audit/proof", everywhere, staff.AuditView, b.proveTrail},
		{get, "/office/audit/:id", everywhere, staff.AuditView, b.auditEvent},
	}
}

var dayShape = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

func (b *Backoffice) audit(q *request) error {
	f := audit.Filter{Actor: cutTyped(q.Query("actor")), Object: cutTyped(q.Query("object")), ObjectID: cutTyped(q.Query("object_id")), Before: q.before(), Limit: mostListed + 1}
	if day := q.Query("day"); dayShape.MatchString(day) {
		f.Day = day
	}
	events, err := b.Trail.List(q.ctx, f)
	if err != nil {
		return err
	}
	p := q.listing("office.audit.title", "audit")
	if err := b.chainNote(q, p); err != nil {
		return err
	}
	p.Find = &find{Action: "/office/audit", Fields: []formField{{Name: "actor", As: asSearch, Label: p.T("office.audit.who"), Value: f.Actor},
		{Name: "day", As: asDay, Label: p.T("office.audit.day"), Value: f.Day}}, Keep: q.keep("object", "object_id")}
	p.Chips = [][]chip{q.chips("object", b.auditObjects(p, f.Object))}
	names, err := b.memberNames(q)
	if err != nil {
		return err
	}
	b.fillAudit(q, p, events, names)
	return q.list(p)
}

// cutTyped keeps of what was typed into a search as much as any name has.
func cutTyped(s string) string {
	s = strings.TrimSpace(s)
	return s[:min(len(s), 100)]
}

// auditKinds are the things that most changes are about.
var auditKinds = []string{"member", "role", "site", "plan", "till", "router", "pool", "customer", "session", "order", "grant", "receipt", "refund", "enforcement", "job", "message", "alert", "carrier", "setting"}

func (b *Backoffice) auditObjects(p *listPage, chosen string) []choice {
	kinds := slices.Clone(auditKinds)
	if chosen != "" && !slices.Contains(kinds, chosen) {
		kinds = append(kinds, chosen)
	}
	all := []choice{{Name: p.T("office.all")}}
	for _, k := range kinds {
		all = append(all, choice{Value: k, Name: objectName(&p.frame, k)})
	}
	return all
}

// objectName and didName are the words of the trail in the page's language; what has none is shown as it is stored.
func objectName(f *frame, object string) string { return trailWord(f, "office.object.", object) }

func didName(f *frame, action string) string { return trailWord(f, "office.did.", action) }

func trailWord(f *frame, prefix, stored string) string {
	if key := prefix + strings.NewReplacer(" ", "_", "-", "_").Replace(stored); words.Has(key) {
		return words.Text(f.Lang, key)
	}
	return stored
}

// chainNote says whether the trail was whole when it was last proved, and follows a proof that is being made.
func (b *Backoffice) chainNote(q *request, p *listPage) error {
	proof, err := b.Trail.LastProof(q.ctx)
	if err != nil {
		return err
	}
	newest, err := b.Trail.NewestProof(q.ctx)
	if err != nil {
		return err
	}
	switch {
	case proof.At.IsZero():
		p.State = stateView{"", p.T("office.audit.not_proved")}
	case proof.Problems > 0:
		p.State = stateView{"bad", p.T("office.audit.broken")}
		p.Lead = p.T("office.audit.broken_text", "N", int(proof.Problems), "Said", proof.Said, "Time", b.when(&p.frame, proof.At))
	default:
		p.State = stateView{"good", p.T("office.audit.whole")}
		p.Lead = p.T("office.audit.whole_text", "N", int(proof.Events), "Time", b.when(&p.frame, proof.At))
	}
	if newest.Doing() {
		p.Lead = strings.TrimSpace(p.Lead + " " + p.T("office.audit.proving", "N", int(newest.Events)))
		p.Live = q.OriginalURL()
		return nil
	}
	if q.Get("HX-Request") == "true" { // what followed it loads the whole page once more
		q.Set("HX-Refresh", "true")
	}
	p.Acts = []act{{Name: p.T("office.audit.prove"), Icon: "shield-check", Address: "/office/audit/proof", Posted: true}}
	return nil
}

// memberNames are the names of members by their ids as the trail writes them.
func (b *Backoffice) memberNames(q *request) (map[string]string, error) {
	members, err := b.Staff.Members(q.ctx, 0, mostNamed)
	names := map[string]string{"0": ""} // nobody: an e-mail that is not known
	for _, m := range members {
		names[number(m.ID)] = m.Name
	}
	return names, err
}

const mostNamed = 200

// objectOf names what was changed: a person by name, anything else by its kind and key.
func objectOf(f *frame, e audit.Event, names map[string]string) string {
	if name, known := names[e.ObjectID]; known && e.Object == "member" {
		return name
	}
	return objectName(f, e.Object) + " " + e.ObjectID
}

func (b *Backoffice) fillAudit(q *request, p *listPage, events []audit.Event, names map[string]string) {
	p.Columns = []column{{p.T("office.when"), "when"}, {Name: p.T("office.audit.who")}, {Name: p.T("office.audit.did")}, {Name: p.T("office.audit.what")}, {p.T("office.audit.from"), "code"}}
	events, p.pager = newest(q, events, mostListed, func(e audit.Event) int64 { return e.ID })
	for _, e := range events {
		p.add(cell{Text: b.when(&p.frame, e.At)}, cell{Text: e.Actor}, cell{Text: didName(&p.frame, e.Action), Address: "/office/audit/" + number(e.ID)},
			cell{Text: objectOf(&p.frame, e, names), Address: q.reachable(objectAddress(e))}, cell{Text: e.From})
	}
	p.Empty = blank{Icon: "history", Title: p.T("office.audit.nothing"), Text: p.T("office.audit.nothing_text")}
}

// objectAddress is where what was changed is seen.
func objectAddress(e audit.Event) string {
	switch e.Object {
	case "member":
		if e.ObjectID != "0" {
			return "/office/staff/" + e.ObjectID
		}
	case "money day":
		return daysAt + "/" + e.ObjectID
	case "bill run":
		return billRunAddress(idIn(e.ObjectID))
	case "difference":
		return differenceAddress(idIn(e.ObjectID))
	case "enforcement", "message", "job", "order", "grant", "receipt", "customer":
		return "/office/" + e.Object + "s/" + e.ObjectID
	}
	return ""
}

func (b *Backoffice) proveTrail(q *request) error {
	if err := b.Trail.AskProof(q.ctx); err != nil {
		return err
	}
	return led("/office/audit")
}

func (b *Backoffice) auditEvent(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	e, err := b.Trail.Get(q.ctx, id)
	if err != nil {
		return hidden(err)
	}
	p := q.record("office.audit.title", "audit")
	p.Crumbs = []crumb{{p.Title, "/office/audit"}}
	p.Title = didName(&p.frame, e.Action)
	names, err := b.memberNames(q)
	if err != nil {
		return err
	}
	p.add(card{Facts: []fact{{p.T("office.audit.who"), e.Actor}, {p.T("office.when"), e.At.In(b.Zone).Format(time.DateTime)}, {p.T("office.audit.from"), e.From},
		{p.T("office.audit.what"), objectOf(&p.frame, e, names)}}})
	if sides := sidesOf(e.Before, e.After); len(sides) > 0 {
		p.add(card{Name: p.T("office.audit.changed"), Sides: sides})
	}
	p.Acts = []act{{Name: p.T("office.audit.all_of_it"), Icon: "history", Address: "/office/audit?" + url.Values{"object": {e.Object}, "object_id": {e.ObjectID}}.Encode()}}
	return q.show(p)
}

// sidesOf lays two documents side by side: one line a field, in the order of the names, those that changed marked.
func sidesOf(before, after string) (sides []side) {
	was, is := flat(before), flat(after)
	names := map[string]bool{}
	for name := range was {
		names[name] = true
	}
	for name := range is {
		names[name] = true
	}
	for _, name := range sorted(names) {
		sides = append(sides, side{Name: strings.ReplaceAll(name, "_", " "), Before: was[name], After: is[name], Changed: before != "" && was[name] != is[name]})
	}
	return sides
}

func sorted(names map[string]bool) (all []string) {
	for name := range names {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// flat is a document as names and values; what is no object has one value without a name.
func flat(document string) map[string]string {
	values := map[string]string{}
	if document == "" {
		return values
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(document)))
	decoder.UseNumber() // an id is not a float
	var v any
	if decoder.Decode(&v) != nil {
		return map[string]string{"": document}
	}
	flatten(values, "", v)
	return values
}

func flatten(into map[string]string, name string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			flatten(into, strings.TrimPrefix(name+"."+key, "."), value)
		}
	case []any:
		texts := make([]string, len(v))
		for i, one := range v {
			texts[i] = plain(one)
		}
		into[name] = strings.Join(texts, "\n")
	default:
		into[name] = plain(v)
	}
}

func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case map[string]any, []any:
		text, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(text)
	}
	return fmt.Sprint(v)
}
