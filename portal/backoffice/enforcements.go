package backoffice

import (
	"slices"
	"strconv"

	"mtandao/internal/staff"
	"mtandao/internal/words"
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
	p := q.listing("office.enforcements.title", "sessions")
	p.Lead = p.T("office.enforcements.lead")
	p.Crumbs = []crumb{{p.T("office.nav.sessions"), "/office/sessions"}}
	p.Acts = []act{{Name: p.T("office.overruns.title"), Icon: "hourglass", Address: "/office/overruns"}}
	p.Chips = [][]chip{q.chips("state", []choice{{Name: p.T("office.enforcement.outstanding")}, {Value: "given_up", Name: p.T("office.enforcement.given_up")}, {Value: "all", Name: p.T("office.all")}})}
	p.Empty = blank{Icon: "circle-check", Title: p.T("office.enforcements.none"), Text: p.T("office.enforcements.none_text")}
	if typing != nil {
		return q.refuse(typing, "list", p, "")
	}
	all, err := b.Network.Enforcements(q.ctx, w)
	if err != nil {
		return err
	}
	p.Columns = []column{{p.T("office.when"), "when"}, {p.T("office.wanted"), ""}, {p.T("office.device"), "code"}, {Name: p.T("office.router")},
		{Name: p.T("office.outcome")}, {p.T("office.tries"), "num"}, {Name: p.T("office.state")}}
	all, p.pager = newest(q, all, mostListed, func(e radius.Enforcement) int64 { return e.ID })
	for _, e := range all {
		router, _ := b.Routers.Get(e.RouterID)
		p.add(cell{Text: b.planWhen(&p.frame, e.At)}, cell{Text: p.T("office.wanted." + e.Wanted), Address: "/office/enforcements/" + number(e.ID), More: causeName(&p.frame, e.Cause)},
			cell{Text: e.MAC.Colons(), Address: storyAddress(e.GrantID)}, cell{Text: router.Name, More: b.siteName(router.SiteID)}, cell{Text: outcomeName(&p.frame, e.Outcome), More: methodName(&p.frame, e.Method)},
			cell{Text: strconv.FormatInt(e.Attempts, 10)}, stated(enforcementState(&p.frame, e.State)))
	}
	return q.list(p)
}

// becauses are causes that only staff are told.
var becauses = []access.Cause{radius.CauseStaff, radius.CauseLoggedOut, radius.CauseTerms, access.CauseFairUse, radius.CauseShareUsed, radius.CauseChanged, access.CauseAddress, access.CauseArrears, access.CauseRestored}

func causeName(p *frame, cause string) string {
	switch {
	case slices.Contains(becauses, access.Cause(cause)):
		return p.T("office.because." + cause)
	case words.Has("cause." + cause):
		return p.T("cause." + cause)
	}
	return ""
}

func outcomeName(p *frame, outcome string) string {
	if outcome == "" {
		return p.T("office.enforcements.not_tried")
	}
	return p.T("office.outcome." + outcome)
}

func methodName(p *frame, method string) string {
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
	p := q.record("office.enforcements.title", "sessions")
	p.Crumbs = []crumb{{p.T("office.nav.sessions"), "/office/sessions"}, {p.Title, "/office/enforcements"}}
	p.Title, p.State = p.T("office.wanted."+e.Wanted)+": "+e.MAC.Colons(), enforcementState(&p.frame, e.State)
	if e.State != radius.Done && q.may(staff.AccessChange, router.SiteID) {
		p.Acts = []act{{Name: p.T("office.retry"), Icon: "refresh-cw", Address: q.Path() + "/retry", Posted: true}}
	}
	if storyAddress(e.GrantID) != "" {
		p.Acts = append(p.Acts, act{Name: p.T("office.story.title"), Icon: "arrow-right", Address: storyAddress(e.GrantID)})
	}
	p.add(card{Facts: []fact{{p.T("office.router"), router.Name}, {p.T("office.site"), b.siteName(router.SiteID)}, {p.T("office.enforcements.why"), causeName(&p.frame, e.Cause)},
		{p.T("office.enforcements.asked"), b.planWhen(&p.frame, e.CreatedAt)}, {p.T("office.tries"), strconv.FormatInt(e.Attempts, 10)}}})
	p.add(b.attempts(p, attempts))
	return q.show(p)
}

func (b *Backoffice) attempts(p *recordPage, attempts []radius.Attempt) card {
	t := &table{Columns: []column{{p.T("office.enforcements.try"), "num"}, {p.T("office.when"), "when"}, {Name: p.T("office.how")}, {Name: p.T("office.outcome")}, {Name: p.T("office.said_by_router")}}}
	for _, a := range attempts {
		t.add(cell{Text: strconv.FormatInt(a.Attempt, 10)}, cell{Text: b.planWhen(&p.frame, a.At)}, cell{Text: methodName(&p.frame, a.Method)}, cell{Text: outcomeName(&p.frame, a.Outcome)}, cell{Text: a.Detail})
	}
	s := card{Name: p.T("office.tries"), Table: t}
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
