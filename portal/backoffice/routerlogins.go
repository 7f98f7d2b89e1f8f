package backoffice

import (
	"strconv"
	"strings"

	"mtandao/internal/staff"
	"mtandao/internal/words"
	"mtandao/radius/routers"
)

// RouterLogins are those that a router keeps itself: with them it lets somebody in without asking us.
type RouterLogins struct {
	Ours     []string // of who has a line here, still on
	Unknown  []string // of nobody here
	Switched int      // switched off by us, and to be switched on again
}

// mostLogins are named; there may be more.
const mostLogins = 200

func (b *Backoffice) routerLoginRoutes() []route {
	at := "/office/routers/:id/logins"
	return []route{{get, at, full, staff.RoutersEdit, b.routerLogins},
		{get, at + "/off", full, staff.RoutersEdit, b.askLoginsOff}, {post, at + "/off", full, staff.RoutersEdit, b.loginsOff},
		{get, at + "/on", full, staff.RoutersEdit, b.askLoginsOn}, {post, at + "/on", full, staff.RoutersEdit, b.loginsOn}}
}

func loginsAt(r routers.Router) string { return "/office/routers/" + number(r.ID) + "/logins" }

func (b *Backoffice) routerLogins(q *request) error {
	r, err := b.theirRouter(q, false)
	if err != nil {
		return err
	}
	found, err := b.Machines.OwnLogins(q.ctx, r.ID)
	if err != nil {
		return q.unanswered(r, err)
	}
	p := q.recordOf(r, "office.router_logins.title")
	p.Lead = p.T("office.router_logins.lead")
	if len(found.Ours) > 0 {
		p.Acts = append(p.Acts, act{Name: p.T("office.router_logins.switch_off"), Address: loginsAt(r) + "/off", Icon: "check", Tone: "primary"})
	}
	if found.Switched > 0 {
		p.Acts = append(p.Acts, act{Name: p.T("office.router_logins.switch_on"), Address: loginsAt(r) + "/on", Icon: "history"})
	}
	p.Acts = append(p.Acts, act{Name: p.T("office.router.look_again"), Address: q.Path(), Icon: "refresh-cw"})
	p.add(card{Facts: []fact{{p.T("office.router_logins.ours"), strconv.Itoa(len(found.Ours))}, {p.T("office.router_logins.unknown"), strconv.Itoa(len(found.Unknown))},
		{p.T("office.router_logins.switched"), strconv.Itoa(found.Switched)}}})
	if len(found.Ours) == 0 {
		p.add(card{Empty: &blank{Icon: "circle-check", Title: p.T("office.router_logins.none"), Text: p.T("office.router_logins.none_text")}})
	}
	p.names("office.router_logins.ours", found.Ours)
	p.names("office.router_logins.unknown", found.Unknown)
	return q.show(p)
}

// names is a card with log-in names; of very many the first.
func (p *recordPage) names(title string, all []string) {
	if len(all) == 0 {
		return
	}
	text := strings.Join(all[:min(len(all), mostLogins)], "\n")
	if more := len(all) - mostLogins; more > 0 {
		text += "\n" + p.T("office.router_logins.more", "N", more)
	}
	p.add(card{Name: p.T(title), Text: text})
}

func (b *Backoffice) askLoginsOff(q *request) error {
	r, err := b.theirRouter(q, true)
	if err != nil {
		return err
	}
	found, err := b.Machines.OwnLogins(q.ctx, r.ID)
	if err != nil {
		return q.unanswered(r, err)
	}
	if len(found.Ours) == 0 {
		return led(loginsAt(r))
	}
	p := q.asking("office.router_logins_off.", "network", loginsAt(r), "Name", r.Name)
	p.Facts = []fact{{p.T("office.router_logins.ours"), strconv.Itoa(len(found.Ours))}, {p.T("office.router_logins.unknown"), strconv.Itoa(len(found.Unknown))}}
	return q.showForm(p)
}

func (b *Backoffice) loginsOff(q *request) error {
	r, err := b.theirRouter(q, true)
	if err != nil {
		return err
	}
	n, err := b.Machines.TakeLogins(q.ctx, q.author(), r.ID)
	return q.switchedLogins(r, "office.router_logins_off.", n, err)
}

func (b *Backoffice) askLoginsOn(q *request) error {
	r, err := b.theirRouter(q, true)
	if err != nil {
		return err
	}
	return q.showForm(q.asking("office.router_logins_on.", "network", loginsAt(r), "Name", r.Name))
}

func (b *Backoffice) loginsOn(q *request) error {
	r, err := b.theirRouter(q, true)
	if err != nil {
		return err
	}
	n, err := b.Machines.GiveLogins(q.ctx, q.author(), r.ID)
	return q.switchedLogins(r, "office.router_logins_on.", n, err)
}

// switchedLogins tells what was done, and of what was done in part why it stopped.
func (q *request) switchedLogins(r routers.Router, texts string, n int, err error) error {
	switch {
	case err != nil && n > 0:
		q.tell("warn", texts+"part", "", "Name", r.Name, "N", strconv.Itoa(n), "Why", words.Fault(q.lang(), err))
	case err != nil:
		return q.unanswered(r, err)
	default:
		q.tell("good", texts+"done", "", "Name", r.Name, "N", strconv.Itoa(n))
	}
	return led(loginsAt(r))
}
