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
	p := b.board(q, "office.overruns.title", "sessions")
	p.Lead = p.T("office.overruns.lead")
	p.Crumbs = []crumb{{p.T("office.nav.sessions"), "/office/sessions"}, {p.T("office.enforcements.title"), "/office/enforcements"}}
	all, err := b.Network.Overruns(q.ctx, b.PlanClock.Now().Add(-overrunDays*24*time.Hour))
	if err != nil {
		return err
	}
	t := &table{Columns: []boardColumn{{Name: p.T("office.router")}, texted(p.T("office.overruns.stops"), "num"), texted(p.T("office.overruns.bytes"), "num"), texted(p.T("office.overruns.late"), "num")}}
	rows := 0
	for _, o := range all {
		router, _ := b.Routers.Get(o.RouterID)
		if !q.sees(router.SiteID) {
			continue
		}
		rows++
		mean := func(text string) string { return p.T("office.overruns.mean", "Value", text) }
		t.add(boardCell{Text: router.Name, Detail: b.siteName(router.SiteID)}, boardCell{Text: strconv.FormatInt(o.Stops, 10)},
			boardCell{Text: plans.Bytes(o.MostBytes), Detail: mean(plans.Bytes(o.SumBytes / o.Stops))},
			boardCell{Text: web.Span(p.Lang, o.MostLate), Detail: mean(web.Span(p.Lang, o.SumLate/time.Duration(o.Stops)))})
	}
	s := boardSection{Table: t}
	if rows == 0 {
		s.Empty = &blank{Icon: "circle-check", Title: p.T("office.overruns.none"), Text: p.T("office.overruns.none_text")}
	}
	p.add(s)
	return q.show(p)
}
