package backoffice

import (
	"cmp"
	"net/netip"
	"regexp"
	"strings"
	"time"

	"mtandao/internal/staff"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/radius"
)

// asked is an address that somebody typed into the search box, and the instant that they asked about; zero: now.
type askedAddress struct {
	ip   netip.Addr
	port bool // they typed one too
	at   time.Time
}

var addressAt = regexp.MustCompile(`(?i)^(\S+)(?:\s+(?:(?:at|on|tarehe|saa|mnamo|kwenye)\s+)?(.+))?$`)

// timeForms are how an instant is typed. The hour is asked for: of a whole day an address has as many holders as it has sessions.
var timeForms = []string{"2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05", "02.01.2006 15:04", "02/01/2006 15:04", "2/1/2006 15:04"}

// readAddress reads "196.201.1.7", "196.201.1.7:4431 at 2026-11-20 20:14" and the like; ok is false for what is no address, and timely for a time that cannot be read, or has not come.
func readAddress(typed string, zone *time.Location, now time.Time) (a askedAddress, ok, timely bool) {
	parts := addressAt.FindStringSubmatch(typed)
	if parts == nil {
		return a, false, false
	}
	ip, err := netip.ParseAddr(parts[1])
	if both, e := netip.ParseAddrPort(parts[1]); err != nil && e == nil {
		ip, a.port, err = both.Addr(), true, nil
	}
	if err != nil || ip.Zone() != "" || ip.IsUnspecified() {
		return a, false, false
	}
	a.ip = ip.Unmap()
	if parts[2] == "" {
		return a, true, true
	}
	when := strings.Join(strings.Fields(parts[2]), " ")
	if at, err := time.Parse(time.RFC3339, when); err == nil {
		a.at = at
		return a, true, !at.After(now)
	}
	for _, form := range timeForms {
		if at, err := time.ParseInLocation(form, when, zone); err == nil {
			a.at = at
			return a, true, !at.After(now)
		}
	}
	return a, true, false
}

// searchAddress tells who has an address or had it. That a person was looked for by it is written into the trail, whatever was found.
func (b *Backoffice) searchAddress(q *request, p *recordPage, a askedAddress, timely bool) error {
	if !timely {
		p.add(card{Empty: &blank{Icon: "clock", Title: p.T("office.search.when"), Text: p.T("office.search.when_text", "Address", a.ip.String())}})
		return q.show(p)
	}
	title := p.T("office.search.holds", "Address", a.ip.String())
	if !a.at.IsZero() {
		title = p.T("office.search.held", "Address", a.ip.String(), "When", words.Date(p.Lang, a.at.In(b.Zone))+a.at.In(b.Zone).Format(" 15:04:05"))
	}
	c := card{Name: title, Lead: p.T("office.search.held_lead")}
	w := radius.WhoHeld{IP: a.ip, At: a.at}
	if len(q.in.Member.Sites) > 0 {
		w.Sites = q.in.Member.Sites
	}
	all, err := b.Network.WhoHeld(q.ctx, q.in.By(q.visit()), w)
	if err != nil {
		return err
	}
	if c.Table, err = b.holders(q, &p.frame, all); err != nil {
		return err
	}
	if len(c.Table.Rows) > 1 || a.port {
		c.Lead = p.T("office.search.no_ports")
	}
	router := b.routerCard(q, &p.frame, b.Network.RoutersAt(a.ip))
	if len(c.Table.Rows) == 0 && len(router.Table.Rows) == 1 && a.at.IsZero() {
		return led(router.Address)
	}
	if len(c.Table.Rows) == 0 {
		c.Table, c.Empty = nil, &blank{Icon: "wifi-off", Title: p.T("office.search.nobody"), Text: p.T("office.search.nobody_text")}
	}
	if p.add(c); len(router.Table.Rows) > 0 {
		p.add(router)
	}
	return q.show(p)
}

// holders are sessions with the lines and customers that they were of.
func (b *Backoffice) holders(q *request, f *frame, all []radius.Over) (*table, error) {
	t := &table{Columns: []column{{Name: f.T("office.search.who")}, {f.T("office.device"), "code"}, {Name: f.T("office.router")}, {f.T("office.began"), "when"}, {f.T("office.search.until"), "when"}, {Name: f.T("office.state")}}}
	var grants []int64
	for _, s := range all {
		if s.GrantID != 0 {
			grants = append(grants, s.GrantID)
		}
	}
	lines, err := b.linesOf(q, grants)
	if err != nil {
		return t, err
	}
	var ids []int64
	for _, sub := range lines {
		ids = append(ids, sub.CustomerID)
	}
	names, err := b.Invoices.Names(q.ctx, ids)
	for _, s := range all {
		if !q.may(staff.AccessView, s.SiteID) {
			continue
		}
		who := cell{Text: cmp.Or(s.MAC.Colons(), s.Shown()), Address: storyAddress(s.GrantID)}
		if sub, is := lines[s.GrantID]; is {
			who = cell{Text: names[sub.CustomerID], More: sub.State.Login.Name, Address: lineAt(sub.ID)}
		}
		until, state := cell{}, stateView{"good", f.T("office.session.open")}
		if s.ClosedBy != "" {
			until, state = cell{Text: b.planWhen(f, s.EndedAt), More: web.Span(f.Lang, s.EndedAt.Sub(s.StartedAt))}, stateView{"", f.T("office.search.over")}
		}
		router, _ := b.Routers.Get(s.RouterID)
		t.add(who, cell{Text: s.MAC.Colons()}, cell{Text: router.Name, More: b.siteName(s.SiteID)}, cell{Text: b.planWhen(f, s.StartedAt)}, until, stated(state))
	}
	return t, err
}
