package backoffice

import (
	"slices"
	"strings"

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
	p := q.recordOf(r, "office.router_differ.title")
	p.Acts = []act{{Name: p.T("office.router.look_again"), Address: q.Path(), Icon: "refresh-cw"}}
	if len(f.Found)+len(f.Hosts) == 0 {
		p.add(card{Empty: &blank{Icon: "circle-check", Title: p.T("office.router_differ.none"), Text: p.T("office.router_differ.none_text")}})
		return q.show(p)
	}
	p.Acts = append([]act{{Name: p.T("office.router_differ.repair"), Address: "/office/routers/" + number(r.ID) + "/repair", Icon: "check", Tone: "primary"}}, p.Acts...)
	p.Lead = p.T("office.router_differ.lead", "N", len(f.Found)+len(f.Hosts))
	t := &table{Columns: []column{{p.T("office.router_differ.part"), ""}, {p.T("office.router_differ.item"), "code"}, {p.T("office.router_differ.is"), "code"}, {p.T("office.router_differ.wanted"), "code"}}}
	for _, d := range f.Found {
		t.add(cell{Text: p.part(d)}, cell{Text: d.Item}, cell{Text: p.value(d.Is)}, cell{Text: p.value(d.Wanted)})
	}
	if len(f.Hosts) > 0 {
		t.add(cell{Text: p.T("office.field.router.login_hosts")}, cell{}, cell{Text: p.value(strings.Join(r.LoginHosts, ", "))}, cell{Text: strings.Join(slices.Concat(r.LoginHosts, f.Hosts), ", ")})
	}
	p.add(card{Table: t})
	p.add(card{Name: p.T("office.router_differ.stays"), Lead: p.T("office.router_differ.note")})
	return q.show(p)
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
	p := q.asking("office.router_repair.", "network", at+"/differences", "Name", r.Name)
	p.Hidden = []fact{{"was", f.Stamp}}
	for _, d := range f.Found {
		p.Facts = append(p.Facts, fact{p.T("office.router_repair.line", "Part", p.part(d), "Item", d.Item), p.value(d.Wanted)})
	}
	if len(f.Hosts) > 0 {
		p.Facts = append(p.Facts, fact{p.T("office.router_repair.host"), strings.Join(f.Hosts, ", ")})
	}
	return q.showForm(p)
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

// inTunnel finds a router that is in the tunnel; of one that is not, only its page has anything to say.
func (b *Backoffice) inTunnel(q *request) (routers.Router, error) {
	r, err := b.theirRouter(q, true)
	if err == nil && !r.Tunnel.Address.IsValid() {
		err = led("/office/routers/" + number(r.ID))
	}
	return r, err
}

func (b *Backoffice) askLeave(q *request) error {
	r, err := b.inTunnel(q)
	if err != nil {
		return err
	}
	return q.showForm(q.asking("office.tunnel_leave.", "network", "/office/routers/"+number(r.ID), "Name", r.Name))
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

// askRotate and rotateTunnel (policy "everywhere") are of our key of the tunnel, which all routers have: those of other sites too.
func (b *Backoffice) askRotate(q *request) error {
	r, err := b.inTunnel(q)
	if err != nil {
		return err
	}
	return q.showForm(q.asking("office.tunnel_rotate.", "network", "/office/routers/"+number(r.ID), "Name", r.Name))
}

func (b *Backoffice) rotateTunnel(q *request) error {
	r, err := b.inTunnel(q)
	if err != nil {
		return err
	}
	if err := b.Machines.RotateTunnel(q.ctx, q.author()); err != nil {
		return q.unanswered(r, err)
	}
	q.tell("good", "office.tunnel_rotate.done", "")
	return led("/office/routers/" + number(r.ID))
}
