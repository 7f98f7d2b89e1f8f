package backoffice

import (
	"slices"
	"strconv"

	"mtandao/internal/staff"
	"mtandao/radius"
	"mtandao/radius/access"
)

func (b *Backoffice) enforcements(q *request) error {
	w, typing := q.which()
	if w.State = radius.Outstanding; q.Query("state") == "given_up" {
		w.State = radius.GivenUp
	} else if q.Query("state") == "all" {
		w.State = ""
	}
	p := b.board(q, "office.enforcements.title", "sessions")
	p.Lead = p.T("office.enforcements.lead")
	p.Crumbs = []crumb{{p.T("office.nav.sessions"), "/office/sessions"}}
	p.Acts = []act{{Name: p.T("office.overruns.title"), Icon: "hourglass", Address: "/office/overruns"}}
	p.Chips = q.chips("state", []boardOption{{Name: p.T("office.enforcement.outstanding")}, {Value: "given_up", Name: p.T("office.enforcement.given_up")}, {Value: "all", Name: p.T("office.all")}})
	if typing != nil {
		return q.refuse(typing, p, nil)
	}
	all, err := b.Network.Enforcements(q.ctx, w)
	if err != nil {
		return err
	}
	t := &table{Columns: []boardColumn{texted(p.T("office.when"), "when"), {Name: p.T("office.wanted")}, texted(p.T("office.device"), "code"), {Name: p.T("office.router")},
		{Name: p.T("office.outcome")}, texted(p.T("office.tries"), "num"), {Name: p.T("office.state")}}}
	for _, e := range all {
		router, _ := b.Routers.Get(e.RouterID)
		t.add(boardCell{Text: b.planWhen(p, e.At), Address: "/office/enforcements/" + number(e.ID)}, boardCell{Text: p.T("office.wanted." + e.Wanted), Detail: causeName(p, e.Cause)},
			boardCell{Text: e.MAC.Colons(), Address: storyAddress(e.GrantID)}, boardCell{Text: router.Name, Detail: b.siteName(router.SiteID)}, boardCell{Text: outcomeName(p, e.Outcome), Detail: methodName(p, e.Method)},
			boardCell{Text: strconv.FormatInt(e.Attempts, 10)}, stated(enforcementState(&p.frame, e.State)))
	}
	s := boardSection{Table: t}
	if len(all) == 0 {
		s.Empty = &blank{Icon: "circle-check", Title: p.T("office.enforcements.none"), Text: p.T("office.enforcements.none_text")}
	} else {
		s.Older = q.older(len(all) == mostListed, all[len(all)-1].ID)
	}
	p.add(s)
	return q.show(p)
}

// becauses are causes that only staff are told.
var becauses = []string{"staff", "logged_out", "terms", "fair_use", "share_used", "changed"}

func causeName(p *boardPage, cause string) string {
	switch {
	case slices.Contains(becauses, cause):
		return p.T("office.because." + cause)
	case known(access.Cause(cause)):
		return p.T("cause." + cause)
	}
	return ""
}

func outcomeName(p *boardPage, outcome string) string {
	if outcome == "" {
		return p.T("office.enforcements.not_tried")
	}
	return p.T("office.outcome." + outcome)
}

func methodName(p *boardPage, method string) string {
	if method == "" {
		return ""
	}
	return p.T("office.method." + method)
}

// theEnforcement is the one of an address, with the site of its router, if that is a site of whoever asks.
func (b *Backoffice) theEnforcement(q *request, may staff.Permission) (radius.Enforcement, error) {
	id, err := q.idOf("id")
	if err != nil {
		return radius.Enforcement{}, err
	}
	e, err := b.Network.Enforcement(q.ctx, id)
	if err != nil {
		return e, hidden(err)
	}
	router, _ := b.Routers.Get(e.RouterID) // of a router that is gone: no site's
	if !q.may(may, router.SiteID) {
		return e, notHere()
	}
	return e, nil
}

func (b *Backoffice) enforcement(q *request) error {
	e, err := b.theEnforcement(q, staff.AccessView)
	if err != nil {
		return err
	}
	attempts, err := b.Network.AttemptsOf(q.ctx, e.ID)
	if err != nil {
		return err
	}
	router, _ := b.Routers.Get(e.RouterID)
	p := b.board(q, "office.enforcements.title", "sessions")
	p.Crumbs = []crumb{{p.T("office.nav.sessions"), "/office/sessions"}, {p.Title, "/office/enforcements"}}
	state := enforcementState(&p.frame, e.State)
	p.Title, p.State = p.T("office.wanted."+e.Wanted)+": "+e.MAC.Colons(), &state
	if e.State != radius.Done && q.may(staff.AccessChange, router.SiteID) {
		p.Acts = []act{{Name: p.T("office.retry"), Icon: "refresh-cw", Address: q.Path() + "/retry", Post: true}}
	}
	if storyAddress(e.GrantID) != "" {
		p.Acts = append(p.Acts, act{Name: p.T("office.story.title"), Icon: "arrow-right", Address: storyAddress(e.GrantID)})
	}
	p.add(boardSection{Facts: []fact{{p.T("office.router"), router.Name}, {p.T("office.site"), b.siteName(router.SiteID)}, {p.T("office.enforcements.why"), causeName(p, e.Cause)},
		{p.T("office.enforcements.asked"), b.planWhen(p, e.CreatedAt)}, {p.T("office.tries"), strconv.FormatInt(e.Attempts, 10)}}})
	p.add(b.attempts(p, attempts))
	return q.show(p)
}

func (b *Backoffice) attempts(p *boardPage, attempts []radius.Attempt) boardSection {
	t := &table{Columns: []boardColumn{texted(p.T("office.enforcements.try"), "num"), texted(p.T("office.when"), "when"), {Name: p.T("office.how")}, {Name: p.T("office.outcome")}, {Name: p.T("office.said_by_router")}}}
	for _, a := range attempts {
		t.add(boardCell{Text: strconv.FormatInt(a.Attempt, 10)}, boardCell{Text: b.planWhen(p, a.At)}, boardCell{Text: methodName(p, a.Method)}, boardCell{Text: outcomeName(p, a.Outcome)}, boardCell{Text: a.Detail})
	}
	s := boardSection{Name: p.T("office.tries"), Table: t}
	if len(attempts) == 0 {
		s.Empty = &blank{Icon: "hourglass", Title: p.T("office.enforcements.not_tried"), Text: p.T("office.enforcements.soon")}
	}
	return s
}

func (b *Backoffice) retryEnforcement(q *request) error {
	e, err := b.theEnforcement(q, staff.AccessChange)
	if err != nil {
		return err
	}
	if err := b.Network.TryAgain(q.ctx, q.in.By(q.visit()), e.ID); err != nil {
		return err
	}
	q.tell("good", "office.retried", "")
	return led("/office/enforcements/" + number(e.ID))
}
