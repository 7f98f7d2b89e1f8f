package backoffice

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"time"

	"mtandao/internal/staff"
	"mtandao/internal/words"
	"mtandao/radius"
	"mtandao/radius/routers"
)

// Refusals tells who was kept off, and why. *radius.Service satisfies it.
type Refusals interface {
	Refusals(ctx context.Context, w radius.WhichRefusals) ([]radius.Refusal, error)
	RefusedToday(ctx context.Context, routerID int64, most int) ([]radius.Refusal, error)
}

const (
	mostRefused = 8                // on the page of a router or a grant, or found by a search
	wrongLately = 15 * time.Minute // a wrong secret is a warning for so long
)

func (b *Backoffice) refusals(q *request) error {
	p := q.listing("office.refusals.title", "sessions")
	p.Lead = p.T("office.refusals.lead")
	p.Crumbs = []crumb{{p.T("office.nav.sessions"), "/office/sessions"}}
	w := radius.WhichRefusals{Sites: q.scope(), Typed: cutTyped(q.Query("who")), Before: q.before(), Limit: mostListed + 1}
	w.RouterID, _ = strconv.ParseInt(q.Query("router"), 10, 64)
	if w.About = radius.AboutCustomers; slices.Contains([]string{radius.AboutStrangers, radius.AboutRouters}, q.Query("about")) {
		w.About = q.Query("about")
	}
	if w.Typed != "" || w.RouterID != 0 || q.Query("about") == "all" {
		w.About = ""
	}
	p.Chips = [][]chip{q.chips("about", []choice{{Name: p.T("office.refusals.customers")}, {Value: radius.AboutStrangers, Name: p.T("office.refusals.strangers")},
		{Value: radius.AboutRouters, Name: p.T("office.refusals.routers")}, {Value: "all", Name: p.T("office.refusals.everybody")}})}
	p.Find = &find{Action: "/office/refusals", Fields: []formField{{Name: "who", As: asSearch, Label: p.T("office.refusals.who"), Value: w.Typed}}}
	p.Empty = blank{Icon: "circle-check", Title: p.T("office.refusals.none"), Text: p.T("office.refusals.none_text")}
	all, err := b.Refused.Refusals(q.ctx, w)
	if err != nil {
		return err
	}
	all, p.pager = newest(q, all, mostListed, func(w radius.Refusal) int64 { return w.ID })
	b.fillRefusals(&p.frame, &p.table, all, false)
	return q.list(p)
}

// fillRefusals makes a line of each; on the page of a router all are its own.
func (b *Backoffice) fillRefusals(f *frame, t *table, all []radius.Refusal, ofOne bool) {
	t.Columns = []column{{f.T("office.refusals.device"), "code"}, {Name: f.T("office.refusals.why")}, {f.T("office.refusals.last"), "when"}, {f.T("office.refusals.times"), "num"}}
	if !ofOne {
		t.Columns = append(t.Columns, column{Name: f.T("office.router")})
	}
	for _, w := range all {
		router, _ := b.Routers.Get(w.RouterID)
		who := cell{Text: w.MAC.Colons(), More: w.Name, Address: storyAddress(w.GrantID)}
		switch {
		case w.MAC == "" && w.Name == "":
			who = cell{Text: f.T("office.refusals.many")}
		case w.MAC == "" || w.Name == who.Text: // told by one of both
			who.Text, who.More = w.Name, ""
		}
		first := ""
		if w.Times > 1 {
			first = f.T("office.refusals.since", "Time", b.planWhen(f, w.FirstAt))
		}
		t.add([]cell{who, {Text: refusedName(f, w)}, {Text: b.planWhen(f, w.LastAt), More: first}, {Text: number(w.Times)},
			{Text: router.Name, More: b.siteName(w.SiteID)}}[:len(t.Columns)]...)
	}
}

// refusedName says a cause to staff: some are theirs alone.
func refusedName(f *frame, w radius.Refusal) string {
	if words.Has("office.refused." + w.Cause) {
		return f.T("office.refused."+w.Cause, "Other", w.Name)
	}
	if words.Has("cause." + w.Cause) {
		return f.T("cause." + w.Cause)
	}
	return w.Cause
}

// secretTroubles say that a router's packets are signed with a wrong secret.
var secretTroubles = []string{radius.CauseBadSecret, radius.CauseEndedSecret, radius.CauseOthersSecret, radius.CauseGarbled}

// tellRefusals puts what a router's day refused on its page, and on top that its secret is wrong.
func (b *Backoffice) tellRefusals(q *request, p *routerPage, r routers.Router) error {
	today, err := b.Refused.RefusedToday(q.ctx, r.ID, mostRefused)
	if err != nil {
		return err
	}
	for _, w := range today {
		if age := b.PlanClock.Now().Sub(w.LastAt); slices.Contains(secretTroubles, w.Cause) && age < wrongLately {
			p.Warnings = append(p.Warnings, p.T("office.router.secret_wrong", "Router", r.Name, "Why", refusedName(&p.frame, w), "N", w.Times, "Time", ago(&p.frame, age)))
		}
	}
	b.fillRefusals(&p.frame, &p.Refused, today, true)
	return nil
}

// tellRefused puts on a story what was refused to its grant.
func (b *Backoffice) tellRefused(p *storyPage, all []radius.Refusal) {
	b.fillRefusals(&p.frame, &p.Refused, all[:min(len(all), mostRefused)], false)
}

// foundRefusals are what was refused to a device or a name.
func (b *Backoffice) foundRefusals(q *request, f *frame, typed string) (card, error) {
	c := card{Name: f.T("office.refusals.title"), Table: &table{}}
	if !staff.MaySomewhere(q.in.Member, staff.AccessView) {
		return c, nil
	}
	all, err := b.Refused.Refusals(q.ctx, radius.WhichRefusals{Sites: q.scope(), Typed: typed, Limit: mostRefused})
	if err != nil {
		return c, err
	}
	b.fillRefusals(f, c.Table, all, false)
	c.Acts = []act{{Name: f.T("office.refusals.all"), Address: "/office/refusals?who=" + url.QueryEscape(typed), Icon: "list", Tone: "plain"}}
	return c, nil
}
