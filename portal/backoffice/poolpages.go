package backoffice

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"mtandao/billing/plans"
	"mtandao/internal/fault"
	"mtandao/internal/report"
	"mtandao/internal/staff"
	"mtandao/radius/pools"
)

// Pools is the addresses that the provider gives out, and who has them.
type Pools interface {
	All(ctx context.Context) ([]pools.Pool, error)
	Use(ctx context.Context, p pools.Pool) (report.PoolUse, error)
	// Leases lists those of a pool; typed is an address, a MAC address or a log-in.
	Leases(ctx context.Context, p pools.Pool, typed string, after report.LeaseKey, limit int) ([]report.Lease, error)
	// Free takes an address from its holder, and is recorded; fault.Conflict "pool.in_use" while a session stands on it.
	Free(ctx context.Context, by staff.By, p pools.Pool, l pools.Lease) error
}

var poolSheets = []sheet{
	{specs: []spec{{name: "name", as: asText, must: true, most: 40, onlyNew: true}, {name: "prefixes", as: asLines, most: 4000}, {name: "length", as: asNumber, most: 2}}},
}

func (b *Backoffice) poolEditor() *editor {
	return &editor{kind: kindPool, texts: "office.pool.", list: "/office/pools", here: "network", may: staff.RoutersEdit, sheets: poolSheets, keyField: "name",
		reaches: func(q *request, _ int64, _ map[string]string) bool { return q.may(staff.RoutersEdit, 0) }}
}

// poolRoutes: a pool is of no site, and those of every site stand in it.
func (b *Backoffice) poolRoutes() []route {
	e := b.poolEditor()
	one := e.list + "/:id/leases/:address/free"
	return slices.Concat([]route{{get, e.list, everywhere, staff.AccessView, b.poolList}}, e.routes(b), []route{
		{get, e.list + "/:id", everywhere, staff.AccessView, b.pool},
		{get, one, everywhere, staff.AccessChange, b.askFree}, {post, one, everywhere, staff.AccessChange, b.free},
	})
}

func (b *Backoffice) poolList(q *request) error {
	all, err := b.Pools.All(q.ctx)
	if err != nil {
		return err
	}
	p := b.poolEditor().listing(q)
	p.Crumbs = []crumb{{p.T("office.router.list"), "/office/routers"}}
	p.Columns = []column{{Name: p.T("office.column.name")}, {Name: p.T("office.pool.fill")}, {Name: p.T("office.pool.ranges"), Class: "code"}, {Name: p.T("office.pool.gives")}}
	all, p.Next = paged(q, all, func(one pools.Pool) string { return one.Name })
	for _, one := range all {
		full, err := b.fillOf(q, &p.frame, one)
		if err != nil {
			return err
		}
		p.add(cell{Text: one.Name, Address: poolAddress(one)}, cell{Fill: full}, cell{Text: shortList(rangesOf(one))}, cell{Text: gives(&p.frame, one)})
	}
	return q.list(p)
}

func poolAddress(p pools.Pool) string { return "/office/pools/" + number(p.ID) }

func rangesOf(p pools.Pool) (all []string) {
	for _, prefix := range p.Prefixes {
		all = append(all, prefix.String())
	}
	return all
}

// gives says what one lease of a pool is.
func gives(f *frame, p pools.Pool) string {
	if p.Length == 32 {
		return f.T("office.pool.addresses")
	}
	return f.T("office.pool.networks", "Length", p.Length)
}

func (b *Backoffice) fillOf(q *request, f *frame, p pools.Pool) (*fill, error) {
	use, err := b.Pools.Use(q.ctx, p)
	return &fill{Percent: use.Percent(), Text: f.T("office.pool.held_of", "Held", use.Held, "All", use.All, "Percent", use.Percent())}, err
}

// poolOf finds the pool of the address.
func (b *Backoffice) poolOf(q *request) (pools.Pool, error) {
	id, err := q.idOf("id")
	if err != nil {
		return pools.Pool{}, err
	}
	all, err := b.Pools.All(q.ctx)
	if err != nil {
		return pools.Pool{}, err
	}
	if at := slices.IndexFunc(all, func(p pools.Pool) bool { return p.ID == id }); at >= 0 {
		return all[at], nil
	}
	return pools.Pool{}, notHere()
}

func (b *Backoffice) pool(q *request) error {
	one, err := b.poolOf(q)
	if err != nil {
		return err
	}
	typed := cutTyped(q.Query("q"))
	p := q.record("office.pool.list", "network")
	p.Title, p.Crumbs = one.Name, []crumb{{p.T("office.router.list"), "/office/routers"}, {p.T("office.pool.list"), "/office/pools"}}
	if q.may(staff.RoutersEdit, 0) {
		p.Acts = []act{{Name: p.T("office.pool.edit"), Address: poolAddress(one) + "/edit", Icon: "settings"}}
	}
	if err := b.tellPool(q, p, one); err != nil {
		return err
	}
	p.Find = &find{Action: q.Path(), Fields: []formField{{Name: "q", As: asSearch, Label: p.T("office.pool.find"), Value: typed, Most: 100}}}
	all, err := b.Pools.Leases(q.ctx, one, typed, leaseKey(q.Query("after")), mostListed+1)
	if err != nil {
		return err
	}
	c := card{Name: p.T("office.pool.leases")}
	if len(all) > mostListed {
		all = all[:mostListed]
		last := all[mostListed-1]
		c.Older = q.with("after", strconv.FormatInt(last.Until.UnixMilli(), 10)+" "+last.Prefix.String())
	}
	if c.Table = b.leaseTable(q, &p.frame, one, all); len(all) == 0 {
		c.Empty = &blank{Icon: "network", Title: p.T("office.pool.nobody"), Text: p.T("office.pool.nobody_text")}
		if typed != "" {
			c.Empty = &blank{Icon: "search", Title: p.T("office.pool.not_found"), Text: p.T("office.pool.not_found_text")}
		}
	}
	p.add(c)
	return q.show(p)
}

// leaseKey reads where a page of leases begins.
func leaseKey(text string) (k report.LeaseKey) {
	until, prefix, _ := strings.Cut(text, " ")
	ms, err := strconv.ParseInt(until, 10, 64)
	if _, bad := netip.ParsePrefix(prefix); err == nil && bad == nil {
		k = report.LeaseKey{Until: time.UnixMilli(ms).UTC(), Prefix: prefix}
	}
	return k
}

func (b *Backoffice) tellPool(q *request, p *recordPage, one pools.Pool) error {
	sold, err := b.Plans.All(q.ctx)
	if err != nil {
		return err
	}
	var naming []string
	for _, plan := range sold {
		at := plan.Limits.Address
		if plan.State == plans.Live && slices.Contains([]string{at.Pool, at.IPv6Pool, at.DelegatedPool}, one.Name) {
			naming = append(naming, plan.Name(p.Lang))
		}
	}
	usedBy := shortList(naming)
	if usedBy == "" {
		usedBy = p.T("office.pool.no_plan")
	}
	c := card{Facts: []fact{{p.T("office.pool.ranges"), strings.Join(rangesOf(one), ", ")}, {p.T("office.pool.gives"), gives(&p.frame, one)}, {p.T("office.pool.plans"), usedBy}}}
	c.Fill, err = b.fillOf(q, &p.frame, one)
	p.add(c)
	return err
}

func (b *Backoffice) leaseTable(q *request, f *frame, one pools.Pool, all []report.Lease) *table {
	t := &table{Columns: []column{{f.T("office.pool.address"), "code"}, {Name: f.T("office.state")}, {f.T("office.device"), "code"}, {f.T("office.pool.login"), ""}, {}}}
	for _, l := range all {
		device := cell{Text: l.MAC.Colons(), Address: storyAddress(l.GrantID)}
		if device.Text == "" && l.GrantID != 0 {
			device.Text = f.T("office.pool.no_device")
		}
		t.add(cell{Text: leased(l.Prefix)}, b.leaseState(f, l), device, cell{Text: l.UserName}, cell{Acts: leaseActs(q, f, one, l)})
	}
	return t
}

// leased is an address, or a prefix with its length.
func leased(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}

func (b *Backoffice) leaseState(f *frame, l report.Lease) cell {
	until := b.planWhen(f, l.Until)
	switch {
	case l.SessionID != 0:
		return stated(stateView{"good", f.T("office.session.open")})
	case l.Owned():
		return stated(stateView{"", f.T("office.pool.owned")})
	case l.GrantID == 0:
		return stated(stateView{"", f.T("office.pool.is_free")})
	case l.Until.After(b.PlanClock.Now()):
		return cell{State: stateView{"warn", f.T("office.pool.kept")}, More: f.T("office.pool.until", "When", until)}
	}
	return cell{State: stateView{"", f.T("office.pool.is_free")}, More: f.T("office.pool.theirs_until", "When", until)}
}

func leaseActs(q *request, f *frame, one pools.Pool, l report.Lease) []act {
	switch {
	case l.SessionID != 0 && q.may(staff.AccessChange, l.SiteID):
		return []act{{Name: f.T("office.sessions.end"), Address: "/office/sessions/" + number(l.SessionID) + "/end", Tone: "plain"}}
	case l.SessionID == 0 && l.GrantID != 0 && !l.Owned() && q.may(staff.AccessChange, 0):
		return []act{{Name: f.T("office.pool.free"), Address: poolAddress(one) + "/leases/" + l.Prefix.Addr().String() + "/free", Tone: "plain"}}
	}
	return nil
}

// theLease is that of the address, which somebody has or had.
func (b *Backoffice) theLease(q *request) (pools.Pool, report.Lease, error) {
	one, err := b.poolOf(q)
	if err != nil {
		return one, report.Lease{}, err
	}
	at, err := netip.ParseAddr(q.Params("address"))
	if err != nil {
		return one, report.Lease{}, notHere()
	}
	found, err := b.Pools.Leases(q.ctx, one, at.String(), report.LeaseKey{}, 1)
	if err == nil && (len(found) == 0 || found[0].GrantID == 0) {
		err = notHere()
	}
	if err != nil {
		return one, report.Lease{}, err
	}
	return one, found[0], nil
}

func (b *Backoffice) askFree(q *request) error {
	one, l, err := b.theLease(q)
	if err != nil {
		return err
	}
	f := q.page("office.pool.list", "network")
	device := l.MAC.Colons()
	if device == "" {
		device = f.T("office.pool.no_device")
	}
	p := q.asking("office.pool_free.", "network", poolAddress(one), "Address", leased(l.Prefix), "Device", device)
	p.Crumbs, p.Hidden = []crumb{{p.T("office.pool.list"), "/office/pools"}, {one.Name, poolAddress(one)}}, []fact{{"was", heldAs(l)}}
	return q.showForm(p)
}

// heldAs is another text after each change of a lease.
func heldAs(l report.Lease) string {
	return number(l.GrantID) + " " + string(l.MAC) + " " + strconv.FormatInt(l.Until.UnixMilli(), 10)
}

func (b *Backoffice) free(q *request) error {
	one, l, err := b.theLease(q)
	if err != nil {
		return err
	}
	if q.FormValue("was") != heldAs(l) {
		return q.refusal(fault.New(fault.Conflict, "conflict"), poolAddress(one))
	}
	if err := b.Pools.Free(q.ctx, q.in.By(q.visit()), one, l.Lease); err != nil {
		return q.refusal(err, poolAddress(one))
	}
	q.tell("good", "office.pool.freed", "", "Address", leased(l.Prefix))
	return led(poolAddress(one))
}
