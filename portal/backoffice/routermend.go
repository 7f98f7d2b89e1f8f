package backoffice

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/staff"
	"mtandao/radius/mikrotik"
	"mtandao/radius/routers"
)

func (b *Backoffice) differences(q *request) error {
	r, err := b.theirRouter(q, false)
	if err != nil {
		return err
	}
	f, err := b.Machines.Differences(q.ctx, r.ID)
	if err != nil {
		return q.unanswered(r, err)
	}
	p := q.commandsOf(r, "office.router_differ.title")
	p.tellDifferences(r, f)
	return q.send(fiber.StatusOK, "commands", p)
}

func (p *commandPage) tellDifferences(r routers.Router, f Differences) {
	at := "/office/routers/" + number(r.ID)
	p.Acts = []formAct{{Name: p.T("office.router.look_again"), Address: at + "/differences", Icon: "refresh-cw"}}
	if len(f.Found)+len(f.Hosts) == 0 {
		p.Empty = blank{Icon: "circle-check", Title: p.T("office.router_differ.none"), Text: p.T("office.router_differ.none_text")}
		return
	}
	p.Acts = append([]formAct{{Name: p.T("office.router_differ.repair"), Address: at + "/repair", Icon: "check"}}, p.Acts...)
	p.Lead = p.T("office.router_differ.lead", "N", len(f.Found)+len(f.Hosts))
	for i, d := range f.Found {
		p.Items = append(p.Items, commandItem{ID: "difference-" + strconv.Itoa(i), Title: p.part(d), Where: d.Item, Was: p.value(d.Is), Wanted: p.value(d.Wanted)})
	}
	if len(f.Hosts) > 0 {
		p.Items = append(p.Items, commandItem{ID: "hosts", Title: p.T("office.field.router.login_hosts"), Was: strings.Join(r.LoginHosts, ", "), Wanted: strings.Join(append(r.LoginHosts, f.Hosts...), ", ")})
	}
	p.Facts = []string{p.T("office.router_differ.note")}
}

// part names the part of a set-up in the page's language; some are numbered.
func (f *frame) part(d mikrotik.Drift) string {
	title := strings.TrimRight(d.Part, "0123456789")
	if title == "DHCP option " {
		title = d.Part
	}
	number := strings.TrimPrefix(d.Part, title)
	return strings.TrimSpace(f.T("part."+strings.ReplaceAll(shortName(title), "-", "_")) + " " + number)
}

// value is a value of a router as it says it; a few are ours.
func (f *frame) value(v string) string {
	switch v {
	case "":
		return f.T("office.router_differ.missing")
	case "present":
		return f.T("office.router_differ.present")
	case "behind":
		return f.T("office.router_differ.behind")
	case "in front":
		return f.T("office.router_differ.in_front")
	}
	return v
}

func (b *Backoffice) askRepair(q *request) error {
	r, err := b.theirRouter(q, true)
	if err != nil {
		return err
	}
	f, err := b.Machines.Differences(q.ctx, r.ID)
	if err != nil {
		return q.unanswered(r, err)
	}
	at := "/office/routers/" + number(r.ID)
	if len(f.Found)+len(f.Hosts) == 0 {
		return led(at + "/differences")
	}
	p := q.sureOf("office.router_repair.", "network", r.Name, at+"/repair", at+"/differences")
	p.tellRepairs(f)
	return q.send(fiber.StatusOK, "sure", p)
}

func (p *surePage) tellRepairs(f Differences) {
	p.Was = f.Stamp
	for _, d := range f.Found {
		p.Will = append(p.Will, p.T("office.router_repair.line", "Part", p.part(d), "Item", d.Item, "Wanted", p.value(d.Wanted)))
	}
	for _, host := range f.Hosts {
		p.Will = append(p.Will, p.T("office.router_repair.host", "Host", host))
	}
}

func (b *Backoffice) repair(q *request) error {
	r, err := b.theirRouter(q, true)
	if err != nil {
		return err
	}
	if err := b.Machines.Repair(q.ctx, q.author(), r.ID, q.FormValue("was")); err != nil {
		return q.unanswered(r, err)
	}
	q.tell("good", "office.router_repair.done", "", "Name", r.Name)
	return led("/office/routers/" + number(r.ID) + "/differences")
}

// inTunnel finds a router that may be taken out of the tunnel.
func (b *Backoffice) inTunnel(q *request) (routers.Router, error) {
	r, err := b.theirRouter(q, true)
	if err == nil && !r.Tunnel.Address.IsValid() {
		err = notHere()
	}
	return r, err
}

func (b *Backoffice) askLeave(q *request) error {
	r, err := b.inTunnel(q)
	if err != nil {
		return err
	}
	at := "/office/routers/" + number(r.ID)
	return q.sure("office.tunnel_leave.", "network", r.Name, at+"/tunnel/leave", at)
}

func (b *Backoffice) leave(q *request) error {
	r, err := b.inTunnel(q)
	if err != nil {
		return err
	}
	if err := b.Machines.LeaveTunnel(q.ctx, q.author(), r.ID); err != nil {
		return q.unanswered(r, err)
	}
	q.tell("good", "office.tunnel_leave.done", "", "Name", r.Name)
	return led("/office/routers/" + number(r.ID))
}

// keyOfAll says that somebody may change our key of the tunnel, which all routers have: those of other sites too.
func (b *Backoffice) keyOfAll(q *request) (routers.Router, error) {
	r, err := b.inTunnel(q)
	if err == nil {
		err = q.everywhere(staff.RoutersEdit)
	}
	return r, err
}

func (b *Backoffice) askRotate(q *request) error {
	r, err := b.keyOfAll(q)
	if err != nil {
		return err
	}
	at := "/office/routers/" + number(r.ID)
	return q.sure("office.tunnel_rotate.", "network", r.Name, at+"/tunnel/rotate", at)
}

func (b *Backoffice) rotateTunnel(q *request) error {
	r, err := b.keyOfAll(q)
	if err != nil {
		return err
	}
	if err := b.Machines.RotateTunnel(q.ctx, q.author()); err != nil {
		return q.unanswered(r, err)
	}
	q.tell("good", "office.tunnel_rotate.done", "")
	return led("/office/routers/" + number(r.ID))
}
