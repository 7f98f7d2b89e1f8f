package backoffice

import (
	"strconv"
	"time"

	"mtandao/billing/plans"
	"mtandao/portal/web"
)

const overrunDays = 30

// overruns tells how exactly each router stops what has to stop.
func (b *Backoffice) overruns(q *request) error {
	p := q.listing("office.overruns.title", "sessions")
	p.Lead = p.T("office.overruns.lead")
	p.Crumbs = []crumb{{p.T("office.nav.sessions"), "/office/sessions"}, {p.T("office.enforcements.title"), "/office/enforcements"}}
	all, err := b.Network.Overruns(q.ctx, b.PlanClock.Now().Add(-overrunDays*24*time.Hour))
	if err != nil {
		return err
	}
	p.Columns = []column{{Name: p.T("office.router")}, {p.T("office.overruns.stops"), "num"}, {p.T("office.overruns.bytes"), "num"}, {p.T("office.overruns.late"), "num"}}
	mean := func(text string) string { return p.T("office.overruns.mean", "Value", text) }
	for _, o := range all {
		router, _ := b.Routers.Get(o.RouterID)
		if !q.sees(router.SiteID) {
			continue
		}
		p.add(cell{Text: router.Name, More: b.siteName(router.SiteID)}, cell{Text: strconv.FormatInt(o.Stops, 10)},
			cell{Text: plans.Bytes(o.MostBytes), More: mean(plans.Bytes(o.SumBytes / o.Stops))},
			cell{Text: web.Span(p.Lang, o.MostLate), More: mean(web.Span(p.Lang, o.SumLate/time.Duration(o.Stops)))})
	}
	p.Empty = blank{Icon: "circle-check", Title: p.T("office.overruns.none"), Text: p.T("office.overruns.none_text")}
	return q.list(p)
}
