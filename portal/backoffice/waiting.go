package backoffice

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"mtandao/internal/report"
	"mtandao/internal/staff"
	"mtandao/internal/support"
	"mtandao/portal/web"
)

// waits keeps what the rail counts for a moment: every page shows it, and nobody needs it to the second.
type waits struct {
	mu     sync.Mutex
	counts map[string]counted // by scope
}

type counted struct {
	at     time.Time
	queues map[string]int64
	alerts int
}

const (
	countedFor = 5 * time.Second
	mostScopes = 1000
)

// queuePlaces says where what waits in a queue is looked at: its page, and the place of the rail that counts it.
var queuePlaces = map[string]struct{ address, place string }{
	report.QueueSuspense:     {"/office/suspense", "payments"},
	report.QueueUnknown:      {"/office/payments?state=unknown", "payments"},
	report.QueueTyped:        {"/office/payments?state=typed", ""},
	report.QueueEnforcements: {"/office/enforcements", "sessions"},
	report.QueueRefunds:      {"/office/refunds", "payments"},
	report.QueueOwed:         {"/office/refunds", "payments"},
	report.QueueApprovals:    {"/office/approvals", "resellers"},
	report.QueueCallbacks:    {"/office/callbacks", "jobs"},
	report.QueueParked:       {"/office/jobs?state=parked", "jobs"},
	report.QueueLateUse:      {lateUseAt, "invoices"},
	queueMessages:            {"/office/messages?state=unknown", "messages"},
	queueTickets:             {ticketsAt + "?show=overdue", "tickets"},
}

// queueMessages are messages to people of which nobody knows whether they arrived; they are of no site.
const queueMessages = "messages"

// queueTickets are tickets that are overdue.
const queueTickets = "tickets"

// count writes how much waits beside the places of the rail. A rail without counts is better than no page.
func (q *request) count(nav []navItem) {
	c, err := q.office.counted(q)
	if err != nil {
		q.office.Log.Warn("what waits is not counted", "error", err)
		return
	}
	c.beside(nav, q.may(staff.AlertsManage, 0))
}

// beside writes what is counted beside places, and those below them.
func (c counted) beside(nav []navItem, alerts bool) {
	for i := range nav {
		for name, n := range c.queues {
			if p := queuePlaces[name].place; p != "" && placeKey(nav[i].Address) == p {
				nav[i].Count += int(n)
			}
		}
		if nav[i].Address == "/office/alerts" && alerts {
			nav[i].Count, nav[i].Alarm = c.alerts, c.alerts > 0
		}
		c.beside(nav[i].Under, alerts)
	}
}

func placeKey(address string) string {
	for _, p := range places {
		if p.address == address {
			return p.key
		}
	}
	return ""
}

func (b *Backoffice) counted(q *request) (counted, error) {
	scope := q.scope()
	key := fmt.Sprint(scope == nil, scope)
	b.waits.mu.Lock()
	c, known := b.waits.counts[key]
	b.waits.mu.Unlock()
	if known && b.Clock.Now().Sub(c.at) < countedFor {
		return c, nil
	}
	c, err := b.countNow(q, scope)
	if err != nil {
		return c, err
	}
	b.waits.mu.Lock()
	defer b.waits.mu.Unlock()
	if b.waits.counts == nil || len(b.waits.counts) >= mostScopes {
		b.waits.counts = map[string]counted{}
	}
	b.waits.counts[key] = c
	return c, nil
}

func (b *Backoffice) countNow(q *request, scope report.Scope) (counted, error) {
	c := counted{at: b.Clock.Now(), queues: map[string]int64{}}
	waiting, err := b.Desk.Queues(q.ctx, scope)
	if err != nil {
		return c, err
	}
	for _, w := range waiting {
		c.queues[w.Name] = w.Count
	}
	late, err := b.Tickets.Count(q.ctx, support.Filter{Sites: scope, Overdue: true})
	if err != nil {
		return c, err
	}
	if c.queues[queueTickets] = int64(late); scope != nil {
		return c, nil
	}
	unknown, failed, err := b.Messages.Waiting(q.ctx)
	if err != nil {
		return c, err
	}
	c.queues[queueMessages] = unknown + failed
	open, err := b.Messages.OpenAlerts(q.ctx)
	c.alerts = len(open)
	return c, err
}

// tellAlarms puts the open alerts on the first page, the newest first, for who may do something about them.
func (b *Backoffice) tellAlarms(q *request, p *todayPage) error {
	if !q.may(staff.AlertsManage, 0) {
		return nil
	}
	open, err := b.Messages.OpenAlerts(q.ctx)
	p.Told, p.Open = true, len(open)
	p.Alarms.Columns = []column{{p.T("office.alerts.what"), ""}, {p.T("office.state"), ""}}
	for i := len(open) - 1; i >= 0 && len(p.Alarms.Rows) < mostAlarms; i-- {
		a := open[i]
		p.Alarms.add(cell{Text: b.alertText(&p.frame, a), More: web.Span(p.Lang, b.Clock.Now().Sub(a.RaisedAt)), Address: "/office/alerts"}, stated(alertState(&p.frame, a.State)))
	}
	return err
}

const mostAlarms = 5

// reachable is an address if there is a page at it that the person may see, else empty: no link leads to a refusal.
func (q *request) reachable(address string) string {
	path, _, _ := strings.Cut(address, "?")
	if i := strings.LastIndexByte(path, '/'); i > 0 && path[i+1:] != "" && strings.Trim(path[i+1:], "0123456789") == "" {
		path = path[:i] + "/:id"
	}
	for _, r := range q.office.routes {
		if r.method == get && r.path == path && (r.may == "" || staff.MaySomewhere(q.in.Member, r.may)) && (r.need != everywhere || q.may(r.may, 0)) {
			return address
		}
	}
	return ""
}
