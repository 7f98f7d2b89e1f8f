package backoffice

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/radius/mikrotik"
	"mtandao/radius/routers"
)

// Machines is what is known of routers and done to them. What reaches a router is refused while this copy is paused, and what
// changes one is recorded.
type Machines interface {
	Health(ctx context.Context, ids []int64) (map[int64]routers.Health, error)
	TunnelOf(r routers.Router) TunnelView
	// Chosen are the choices of the last set-up that the router fetched; false when it fetched none.
	Chosen(ctx context.Context, id int64) (mikrotik.Choices, bool, error)
	SetupLine(ctx context.Context, by Author, id int64, c mikrotik.Choices) (SetupLine, error)
	Holes(ctx context.Context, id int64) ([]mikrotik.Finding, error)
	Differences(ctx context.Context, id int64) (Differences, error)
	// Repair mends the differences with that stamp.
	Repair(ctx context.Context, by Author, id int64, stamp string) error
	// OwnLogins are those that the router keeps itself; TakeLogins switches off those of who has a line here, GiveLogins on again those that it switched off. Both
	// say how many were switched, also when the line to the router failed in between.
	OwnLogins(ctx context.Context, id int64) (RouterLogins, error)
	TakeLogins(ctx context.Context, by Author, id int64) (int, error)
	GiveLogins(ctx context.Context, by Author, id int64) (int, error)
	LeaveTunnel(ctx context.Context, by Author, id int64) error
	RotateTunnel(ctx context.Context, by Author) error
}

// TunnelView is a router's tunnel as this node has it.
type TunnelView struct {
	Open, Up         bool // the tunnel is switched on here; the router was in it a moment ago
	Handshake        time.Time
	Endpoint         string
	Rotating, OldKey bool // our key is being changed; the router does not have the new one yet
}

// SetupLine is what is pasted into a router, once, and what undoes it.
type SetupLine struct {
	Line, Undo string
	Until      time.Time
}

// Differences are those of a router from its set-up, and hosts of log-in pages that we do not have.
type Differences struct {
	Found []mikrotik.Drift
	Hosts []string
	Stamp string // of what was found
}

// theirRouter finds the router of the address, if it is somebody's to change and in use. Who asks has proved themself lately, where
// that is asked.
func (b *Backoffice) theirRouter(q *request, proof bool) (routers.Router, error) {
	r, err := b.seenRouter(q)
	if err == nil && (!q.may(staff.RoutersEdit, r.SiteID) || r.State != routers.StateActive) {
		err = notHere()
	}
	if err == nil && proof {
		err = q.proven()
	}
	return r, err
}

func (b *Backoffice) machineRoutes() []route {
	at := "/office/routers/:id"
	return []route{
		{get, at + "/setup", full, staff.RoutersEdit, b.askSetupLine}, {post, at + "/setup", full, staff.RoutersEdit, b.makeSetupLine},
		{get, at + "/check", full, staff.RoutersEdit, b.holes},
		{get, at + "/differences", full, staff.RoutersEdit, b.differences},
		{get, at + "/repair", full, staff.RoutersEdit, b.askRepair}, {post, at + "/repair", full, staff.RoutersEdit, b.repair},
		{get, at + "/tunnel/leave", full, staff.RoutersEdit, b.askLeave}, {post, at + "/tunnel/leave", full, staff.RoutersEdit, b.leave},
		{get, at + "/tunnel/rotate", everywhere, staff.RoutersEdit, b.askRotate}, {post, at + "/tunnel/rotate", everywhere, staff.RoutersEdit, b.rotateTunnel},
	}
}

const kindRouterSetup = "router_setup"

var routerSetupSheets = []sheet{
	{specs: []spec{{name: "ros", as: asPick, choices: []string{"7", "7old", "6"}, usual: "7"}, {name: "serves", as: asPick, choices: []string{"hotspot", "pppoe", "both"}, usual: "hotspot"}}},
	{title: "office.router_setup.hotspot", specs: []spec{{name: "hotspot_port", as: asText, most: 60, usual: "bridge"}, {name: "hotspot_address", as: asText, most: 20, usual: "10.5.50.1/24"}}},
	{title: "office.router_setup.pppoe", folded: true, specs: []spec{{name: "pppoe_port", as: asText, most: 60, usual: "ether5"}, {name: "pppoe_pool", as: asText, most: 20, usual: "100.64.0.0/20"}, {name: "pppoe_dns", as: asText, most: 20, usual: "1.1.1.1"}}},
	{title: "office.router_setup.more", folded: true, specs: []spec{{name: "dns_name", as: asText, most: 100}}},
}

// choicesOf reads what a router is to be set up for.
func choicesOf(fields map[string]string) (c mikrotik.Choices, err error) {
	c.Version, c.Unchecked = 7, fields["ros"] != "7" // RouterOS knows no authorities before 7.19
	if fields["ros"] == "6" {
		c.Version = 6
	}
	if serves := fields["serves"]; serves == "hotspot" || serves == "both" {
		address, _ := netip.ParsePrefix(fields["hotspot_address"]) // an unset one is refused below
		c.Hotspot = &mikrotik.Hotspot{Interface: fields["hotspot_port"], Address: address, DNSName: fields["dns_name"]}
	}
	if serves := fields["serves"]; serves == "pppoe" || serves == "both" {
		pool, _ := netip.ParsePrefix(fields["pppoe_pool"])
		dns, _ := netip.ParseAddr(fields["pppoe_dns"])
		c.PPPoE = &mikrotik.PPPoE{Interface: fields["pppoe_port"], Pool: pool, DNS: dns}
	}
	err = c.Validate()
	if field := map[string]string{"setup.hotspot": "hotspot_address", "setup.pppoe": "pppoe_pool", "setup.nothing": "serves"}[fault.KeyOf(err)]; field != "" {
		err = &WrongField{Kind: kindRouterSetup, Field: field, Cause: err}
	}
	return c, err
}

// fieldsOf is the other way round: the choices of the last time.
func fieldsOf(c mikrotik.Choices) map[string]string {
	fields := usual(routerSetupSheets).Fields
	switch {
	case c.Version == 6:
		fields["ros"] = "6"
	case c.Unchecked:
		fields["ros"] = "7old"
	}
	if h := c.Hotspot; h != nil {
		fields["hotspot_port"], fields["hotspot_address"], fields["dns_name"] = h.Interface, h.Address.String(), h.DNSName
	}
	if p := c.PPPoE; p != nil {
		fields["pppoe_port"], fields["pppoe_pool"], fields["pppoe_dns"] = p.Interface, p.Pool.String(), p.DNS.String()
		fields["serves"] = "pppoe"
		if c.Hotspot != nil {
			fields["serves"] = "both"
		}
	}
	return fields
}

func (q *request) setupLinePage(r routers.Router, f form) *formPage {
	at := "/office/routers/" + number(r.ID)
	p := &formPage{frame: q.page("office.router_setup.title", "network"), Action: at + "/setup"}
	p.Title, p.Crumbs = p.T("office.router_setup.title", "Name", r.Name), []crumb{{p.T("office.router.list"), "/office/routers"}, {r.Name, at}}
	p.Lead, p.Button = p.T("office.router_setup.lead"), p.T("office.router_setup.button")
	p.lay(f, routerSetupSheets, true)
	return p
}

func (b *Backoffice) askSetupLine(q *request) error {
	r, err := b.theirRouter(q, true)
	if err != nil {
		return err
	}
	o := usual(routerSetupSheets)
	if chosen, was, err := b.Machines.Chosen(q.ctx, r.ID); err != nil {
		return err
	} else if was {
		o.Fields = fieldsOf(chosen)
	}
	return q.showForm(q.setupLinePage(r, q.form(kindRouterSetup, o)))
}

func (b *Backoffice) makeSetupLine(q *request) error {
	r, err := b.theirRouter(q, true)
	if err != nil {
		return err
	}
	var line SetupLine
	var chosen mikrotik.Choices
	f := q.form(kindRouterSetup, usual(routerSetupSheets))
	err = q.submit(f, routerSetupSheets, func(f form) (*formPage, error) { return q.setupLinePage(r, f), nil }, func(fields map[string]string) (err error) {
		if chosen, err = choicesOf(fields); err == nil {
			line, err = b.Machines.SetupLine(q.ctx, q.author(), r.ID, chosen)
		}
		return err
	})
	if err != nil {
		return err
	}
	return q.show(q.linePage(r, line, chosen.Version, b.Zone))
}

// linePage shows the line, this once.
func (q *request) linePage(r routers.Router, line SetupLine, version int, zone *time.Location) *recordPage {
	p := q.recordOf(r, "office.router_line.title")
	p.Lead = p.T("office.router_line.lead", "Until", line.Until.In(zone).Format("15:04"))
	p.End = []act{{Name: p.T("office.router_line.other"), Address: "/office/routers/" + number(r.ID) + "/setup", Icon: "settings"}}
	p.add(card{Lead: p.T("office.router_line.line_text"), Once: line.Line})
	if version == 7 {
		p.add(card{Name: p.T("office.router_line.mode"), Lead: p.T("office.router_line.mode_text"), Once: mikrotik.DeviceModeLine, Folded: true})
	} else {
		p.add(card{Name: p.T("office.router_line.six"), Lead: p.T("office.router_line.six_text")})
	}
	p.add(card{Name: p.T("office.router_line.undo"), Lead: p.T("office.router_line.undo_text"), Once: line.Undo, Folded: true})
	return p
}

// recordOf starts a page about a router.
func (q *request) recordOf(r routers.Router, title string) *recordPage {
	p := q.record(title, "network")
	p.Title = p.T(title, "Name", r.Name)
	p.Crumbs = []crumb{{p.T("office.router.list"), "/office/routers"}, {r.Name, "/office/routers/" + number(r.ID)}}
	return p
}

func (b *Backoffice) holes(q *request) error {
	r, err := b.theirRouter(q, false)
	if err != nil {
		return err
	}
	found, err := b.Machines.Holes(q.ctx, r.ID)
	if err != nil {
		return q.unanswered(r, err)
	}
	p := q.recordOf(r, "office.router_check.title")
	p.Acts = []act{{Name: p.T("office.router.look_again"), Address: q.Path(), Icon: "refresh-cw"}}
	if len(found) == 0 {
		p.add(card{Empty: &blank{Icon: "shield-check", Title: p.T("office.router_check.none"), Text: p.T("office.router_check.none_text")}})
		return q.show(p)
	}
	p.Lead = p.T("office.router_check.lead", "N", len(found))
	for _, f := range found {
		p.add(card{Name: p.T(f.Hole), Lead: p.T("office.router_check.where", "Item", f.Item), Once: strings.TrimSpace(f.Command)})
	}
	return q.show(p)
}

// unanswered leads back to the router's page with what it said, or that it said nothing.
func (q *request) unanswered(r routers.Router, err error) error {
	switch fault.KindOf(err) {
	case fault.Unavailable, fault.Denied, fault.Invalid, fault.Conflict, fault.NotFound:
		q.tellFault(err)
		return led("/office/routers/" + number(r.ID))
	}
	return err
}
