package backoffice

import (
	"context"
	"slices"
	"strings"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/bulk"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/staff"
)

// Lines is what the pages ask of subscriptions; what changes one is recorded in the audit trail. *subscriptions.Service satisfies it.
type Lines interface {
	List(ctx context.Context, w subscriptions.Which, before int64, limit int) ([]subscriptions.Subscription, error)
	Get(ctx context.Context, id int64) (subscriptions.Subscription, error)
	Some(ctx context.Context, ids []int64) (map[int64]subscriptions.Subscription, error)
	Of(ctx context.Context, customerID int64) ([]subscriptions.Subscription, error)
	Events(ctx context.Context, id int64) ([]subscriptions.Event, error)
	TaxesPaid(ctx context.Context, customerID int64) ([]subscriptions.TaxPaid, error)
	CreditTaxes(ctx context.Context, customerID int64, seen money.Amount, by subscriptions.By) error
	Cost(ctx context.Context, sub subscriptions.Subscription) ([]plans.Charge, error)
	Start(ctx context.Context, n subscriptions.Opening, by subscriptions.By) (subscriptions.Subscription, error)
	Preview(ctx context.Context, id int64, c subscriptions.Change) (subscriptions.Preview, error)
	ChangePlan(ctx context.Context, id int64, c subscriptions.Change, by subscriptions.By) (subscriptions.Subscription, error)
	Pause(ctx context.Context, id int64, at time.Time, reason string, by subscriptions.By) (subscriptions.Subscription, error)
	Resume(ctx context.Context, id int64, at time.Time, by subscriptions.By) (subscriptions.Subscription, error)
	Move(ctx context.Context, id int64, to subscriptions.Place, by subscriptions.By) (subscriptions.Subscription, error)
	ChangeLogin(ctx context.Context, id int64, to subscriptions.Login, secret string, by subscriptions.By) (subscriptions.Subscription, error)
	Bind(ctx context.Context, id int64, c subscriptions.Contract, by subscriptions.By) (subscriptions.Subscription, error)
	HandOver(ctx context.Context, id int64, q subscriptions.Equipment, by subscriptions.By) (subscriptions.Subscription, error)
	HandBack(ctx context.Context, id int64, serial string, by subscriptions.By) (subscriptions.Subscription, error)
	AddOns(ctx context.Context, sub subscriptions.Subscription) ([]plans.AddOn, error)
	AddOn(ctx context.Context, id int64, key string, by subscriptions.By) (subscriptions.Subscription, error)
	DropAddOn(ctx context.Context, id int64, key string, by subscriptions.By) (subscriptions.Subscription, error)
	Redeem(ctx context.Context, id int64, code string, by subscriptions.By) (subscriptions.Subscription, error)
	Discount(ctx context.Context, id int64, d plans.Discount, reason string, by subscriptions.By) (subscriptions.Subscription, error)
	TakeDeposit(ctx context.Context, id int64, amount money.Amount, by subscriptions.By) (subscriptions.Subscription, error)
	ReturnDeposit(ctx context.Context, id int64, amount money.Amount, kept bool, reason string, by subscriptions.By) (subscriptions.Subscription, error)
	Extend(ctx context.Context, id int64, by subscriptions.By) (subscriptions.Subscription, error)
	Reprice(ctx context.Context, id int64, by subscriptions.By) (subscriptions.Subscription, error)
	PreviewEnd(ctx context.Context, id int64, how subscriptions.Ending) (subscriptions.Farewell, error)
	End(ctx context.Context, id int64, how subscriptions.Ending, by subscriptions.By) (subscriptions.Subscription, error)
	Outdated(ctx context.Context, planKey string) (int64, error)
	RepriceAll(ctx context.Context, planKey string, by subscriptions.By) (int, error)
	Suffered(ctx context.Context, siteID int64, days int) ([]subscriptions.Suffering, error)
	Compensate(ctx context.Context, siteID int64, days int, note string, by subscriptions.By) (subscriptions.Outage, error)
	UndoOutage(ctx context.Context, id int64, by subscriptions.By) error
	KeptAs(ctx context.Context, sub subscriptions.Subscription) (subscriptions.Kept, error)
	OfGrants(ctx context.Context, grantIDs []int64) (map[int64]int64, error)
	Outages(ctx context.Context) ([]subscriptions.Outage, error)
	MadeUp(ctx context.Context, id int64) (o subscriptions.Outage, given bool, err error)
}

const linesAt = "/office/subscriptions"

func (b *Backoffice) lineRoutes() []route {
	return []route{
		{get, linesAt, full, staff.AccessView, b.lineList},
		{post, linesBulk, full, staff.AccessChange, b.pickLines},
		{get, linesAt + "/new", full, staff.AccessChange, b.askLine}, {post, linesAt + "/new", full, staff.AccessChange, b.startLine},
		{get, "/office/outages", everywhere, staff.AccessChange, b.outages}, {post, "/office/outages", everywhere, staff.AccessChange, b.askOutage},
		{post, "/office/outages/days", everywhere, staff.AccessChange, b.compensate}, {post, "/office/outages/:id/undo", everywhere, staff.AccessChange, b.undoOutage},
		{get, "/office/outages/:id", everywhere, staff.AccessChange, b.outage}, {post, "/office/outages/:id/give", everywhere, staff.AccessChange, b.giveOutage},
		{post, "/office/outages/:id/drop", everywhere, staff.AccessChange, b.dropOutage},
		{get, linesAt + "/:id", full, staff.AccessView, b.line},
		{get, linesAt + "/:id/change/:what", full, staff.AccessChange, b.askLineAct}, {post, linesAt + "/:id/change/:what", full, staff.AccessChange, b.doLineAct},
	}
}

func (q *request) lineBy() subscriptions.By {
	by := q.voucherBy()
	return subscriptions.By{Actor: by.Actor, From: by.From}
}

func lineAt(id int64) string { return linesAt + "/" + number(id) }

// lapsed says that money is what a line waits for: its paid time is over, or nobody paid yet.
func lapsed(s subscriptions.State, now time.Time, zone *time.Location) bool {
	return s.Status == subscriptions.Active && s.Prepaid() && !s.End(zone).After(now)
}

func lineState(f *frame, s subscriptions.State, now time.Time, zone *time.Location) stateView {
	switch {
	case lapsed(s, now, zone) && s.End(zone).IsZero():
		return stateView{"warn", f.T("office.line.new")}
	case lapsed(s, now, zone):
		return stateView{"bad", f.T("office.line.ran_out")}
	}
	return toned(f, "office.line.state_", s.Status, map[subscriptions.Status]string{subscriptions.Active: "good", subscriptions.Paused: "warn", subscriptions.Pending: "warn"})
}

func (b *Backoffice) lineList(q *request) error {
	p := q.listing("office.nav.subscriptions", "subscriptions")
	p.Lead = p.T("office.lines.lead")
	if staff.MaySomewhere(q.in.Member, staff.AccessChange) {
		p.Acts = []act{{Name: p.T("office.lines.new"), Icon: "plus", Address: linesAt + "/new", Tone: "primary"}}
	}
	if q.may(staff.AccessChange, 0) {
		p.Acts = append(p.Acts, act{Name: p.T("office.outages.title"), Icon: "clock", Address: "/office/outages"})
	}
	var states []choice
	for _, s := range []subscriptions.Status{"", subscriptions.Active, subscriptions.Paused, subscriptions.Pending, subscriptions.Ended} {
		name := p.T("office.lines.all")
		if s != "" {
			name = p.T("office.line.state_" + string(s))
		}
		states = append(states, choice{Name: name, Value: string(s)})
	}
	p.Chips = [][]chip{q.chips("state", states)}
	p.Find = &find{Action: linesAt, Keep: q.keep("state"), Fields: []formField{{Name: "find", As: asSearch, Label: p.T("office.lines.find"), Value: q.Query("find"), Most: 100}}}
	p.Columns = []column{{Name: p.T("office.line.login")}, {Name: p.T("office.line.customer")}, {Name: p.T("office.plan")}, {Name: p.T("office.site")}, {p.T("office.line.until"), "when"}, {Name: p.T("office.state")}}
	p.Empty = blank{Icon: "wifi", Title: p.T("office.lines.none"), Text: p.T("office.lines.none_text")}
	all, err := b.linesFound(q)
	if err != nil {
		return err
	}
	all, p.pager = newest(q, all, mostListed, func(sub subscriptions.Subscription) int64 { return sub.ID })
	names, err := b.planNames(q)
	if err != nil {
		return err
	}
	for _, sub := range all {
		st := sub.State
		who, err := b.payer(q, sub.CustomerID)
		if err != nil {
			return err
		}
		p.add(cell{Text: st.Login.Name, Address: lineAt(sub.ID)}, cell{Text: who.Name, More: who.Number}, cell{Text: names[st.Sold.PlanKey]}, cell{Text: b.siteName(st.Place.SiteID)},
			cell{Text: b.planWhen(&p.frame, st.End(b.zoneOf(sub)))}, stated(lineState(&p.frame, st, b.PlanClock.Now(), b.zoneOf(sub))))
	}
	q.pickable(p, bulk.Lines, func(n int) pick { return pick{number(all[n].ID), all[n].State.Login.Name} })
	return q.list(p)
}

func (b *Backoffice) zoneOf(sub subscriptions.Subscription) *time.Location {
	return b.zoneAt(sub.State.Place.SiteID)
}

func (b *Backoffice) zoneAt(siteID int64) *time.Location {
	s, _, err := b.Sites.Get(siteID)
	if err != nil {
		return b.Zone
	}
	return s.Location()
}

// payer is a customer, without a name when there is none.
func (b *Backoffice) payer(q *request, id int64) (customers.Customer, error) {
	who, err := b.Customers.Get(q.ctx, id)
	if fault.Is(err, fault.NotFound) {
		return customers.Customer{ID: id, Name: number(id)}, nil
	}
	return who, err
}

func (b *Backoffice) planNames(q *request) (map[string]string, error) {
	all, err := b.Plans.All(q.ctx)
	names := map[string]string{}
	for _, p := range all {
		names[p.Key] = p.Name(q.lang())
	}
	return names, err
}

// theLine is the one of the address, if somebody may see it.
func (b *Backoffice) theLine(q *request) (subscriptions.Subscription, error) {
	id, err := q.idOf("id")
	if err != nil {
		return subscriptions.Subscription{}, err
	}
	sub, err := b.Lines.Get(q.ctx, id)
	if err == nil && !q.may(staff.AccessView, sub.State.Place.SiteID) {
		err = notHere()
	}
	return sub, hidden(err)
}

func (b *Backoffice) line(q *request) error {
	sub, err := b.theLine(q)
	if err != nil {
		return err
	}
	p := q.record("office.nav.subscriptions", "subscriptions")
	p.Crumbs = []crumb{{p.Title, linesAt}}
	p.Title, p.State = sub.State.Login.Name, lineState(&p.frame, sub.State, b.PlanClock.Now(), b.zoneOf(sub))
	if q.may(staff.AccessChange, sub.State.Place.SiteID) {
		p.Acts, p.End = lineActs(&p.frame, sub)
	}
	if at := customerAddress(sub.CustomerID) + "/pay"; lapsed(sub.State, b.PlanClock.Now(), b.zoneOf(sub)) && q.may(staff.PaymentsMatch, sub.State.Place.SiteID) {
		for n := range p.Acts {
			p.Acts[n].Tone = ""
		}
		p.Acts = append([]act{{Name: p.T("office.taking.act"), Icon: "banknote", Address: at, Tone: "primary"}}, p.Acts...)
	}
	if q.reachable(customerAddress(sub.CustomerID)) != "" {
		p.Acts = append(p.Acts, act{Name: p.T("office.why.act"), Icon: "wifi-off", Address: whyAddress(sub.CustomerID, sub.ID)})
	}
	if err := b.tellKept(q, p, sub); err != nil {
		return err
	}
	if err := b.lineCards(q, p, sub); err != nil {
		return err
	}
	return q.show(p)
}

func (b *Backoffice) lineCards(q *request, p *recordPage, sub subscriptions.Subscription) error {
	who, err := b.payer(q, sub.CustomerID)
	if err != nil {
		return err
	}
	if at := q.reachable(customerAddress(sub.CustomerID)); at != "" {
		p.Crumbs = append(p.Crumbs, crumb{who.Name, at})
	}
	names, err := b.planNames(q)
	if err != nil {
		return err
	}
	p.add(card{Facts: b.lineFacts(&p.frame, sub, who, names)})
	if sub.State.Status != subscriptions.Ended {
		charges, err := b.Lines.Cost(q.ctx, sub)
		if err != nil {
			return err
		}
		p.add(card{Name: p.T("office.line.next"), Lead: p.T("office.line.next_lead"), Table: chargeTable(&p.frame, charges)})
	}
	if len(sub.State.Equipment) > 0 {
		t := &table{Columns: []column{{Name: p.T("office.line.equipment")}, {p.T("office.line.serial"), "code"}, {p.T("office.line.mac"), "code"}, {Name: p.T("office.state")}}}
		for _, e := range sub.State.Equipment {
			t.add(cell{Text: e.Name}, cell{Text: e.Serial}, cell{Text: e.MAC}, cell{Text: p.T("office.line.equipment_" + equipmentState(e))})
		}
		p.add(card{Name: p.T("office.line.equipment"), Table: t})
	}
	events, err := b.Lines.Events(q.ctx, sub.ID)
	if err != nil {
		return err
	}
	slices.Reverse(events)
	t := &table{Columns: []column{{p.T("office.line.since"), "when"}, {Name: p.T("office.line.event")}, {p.T("office.amount"), "num"}, {p.T("office.line.recorded"), "when"}, {Name: p.T("office.batch.by")}}}
	for i, e := range events {
		if i == mostRows {
			break
		}
		t.add(cell{Text: b.planWhen(&p.frame, e.At)}, cell{Text: p.T("office.line.event_" + string(e.Kind)), More: b.eventMore(&p.frame, e, names)}, cell{Text: eventAmount(e)},
			cell{Text: b.planWhen(&p.frame, e.Recorded)}, cell{Text: e.By})
	}
	p.add(card{Name: p.T("office.line.history"), Table: t})
	return nil
}

func equipmentState(e subscriptions.Equipment) string {
	switch {
	case e.Back:
		return "back"
	case e.Loaned:
		return "loaned"
	}
	return "sold"
}

func (b *Backoffice) lineFacts(f *frame, sub subscriptions.Subscription, who customers.Customer, names map[string]string) []fact {
	st := sub.State
	plan := names[st.Sold.PlanKey]
	if st.Sold.Level != "" {
		plan += " · " + st.Sold.Level
	}
	var extras, off []string
	for _, a := range st.AddOns {
		extras = append(extras, a.Name(f.Lang))
	}
	for _, g := range st.Given {
		off = append(off, strings.TrimSpace(discountText(f, g.Discount)+" "+g.Coupon+g.Reason))
	}
	router := ""
	if r, ok := b.Routers.Get(st.Place.RouterID); ok {
		router = r.Name
	}
	facts := []fact{{f.T("office.line.customer"), who.Name + " " + who.Number}, {f.T("office.plan"), plan}, {f.T("office.line.mode"), f.T("office.pick.mode_" + string(st.Sold.Mode))},
		{f.T("office.line.until"), lineUntil(b, f, sub)}, {f.T("office.line.paused_since"), unlessZero(b, f, st.PausedAt)}, {f.T("office.line.began"), b.planWhen(f, st.StartedAt)},
		{f.T("office.line.ended"), unlessZero(b, f, st.EndedAt)}, {f.T("office.line.why"), st.EndCause}, {f.T("office.site"), b.siteName(st.Place.SiteID)}, {f.T("office.router"), router},
		{f.T("office.line.installed"), st.Place.Installed}, {f.T("office.line.login"), f.T("office.pick.kind_"+st.Login.Kind) + " " + st.Login.Name}, {f.T("office.line.ipv4"), st.Login.Own.IPv4},
		{f.T("office.line.routes"), strings.Join(st.Login.Own.Routes, ", ")}, {f.T("office.line.delegated"), st.Login.Own.Delegated}, {f.T("office.line.addons"), strings.Join(extras, ", ")},
		{f.T("office.line.discounts"), strings.Join(off, ", ")}}
	if st.Deposit.IsPositive() {
		facts = append(facts, fact{f.T("office.line.deposit"), st.Deposit.String()})
	}
	if !st.Contract.Until.IsZero() {
		facts = append(facts, fact{f.T("office.line.contract"), f.T("office.line.contract_says", "When", b.planWhen(f, st.Contract.Until), "Fee", st.Contract.Fee.String())})
	}
	if sub.HeldCents > 0 {
		facts = append(facts, fact{f.T("office.line.held"), money.KES(sub.HeldCents).String()})
	}
	return facts
}

func lineUntil(b *Backoffice, f *frame, sub subscriptions.Subscription) string {
	if !sub.State.Prepaid() {
		return f.T("office.line.by_invoice")
	}
	if end := sub.State.End(b.zoneOf(sub)); !end.IsZero() {
		return b.planWhen(f, end)
	}
	return f.T("office.line.unpaid")
}

func unlessZero(b *Backoffice, f *frame, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return b.planWhen(f, at)
}

// tellLines is the card of a customer's subscriptions, those of sites that somebody may see.
func (b *Backoffice) tellLines(q *request, p *recordPage, c customers.Customer) error {
	if !staff.MaySomewhere(q.in.Member, staff.AccessView) {
		return nil
	}
	all, err := b.Lines.Of(q.ctx, c.ID)
	if err != nil {
		return err
	}
	names, err := b.planNames(q)
	if err != nil {
		return err
	}
	t := &table{Columns: []column{{Name: p.T("office.line.login")}, {Name: p.T("office.plan")}, {Name: p.T("office.site")}, {p.T("office.line.until"), "when"}, {Name: p.T("office.state")}}}
	for _, sub := range all {
		if st := sub.State; q.may(staff.AccessView, st.Place.SiteID) {
			t.add(cell{Text: st.Login.Name, Address: lineAt(sub.ID)}, cell{Text: names[st.Sold.PlanKey]}, cell{Text: b.siteName(st.Place.SiteID)}, cell{Text: lineUntil(b, &p.frame, sub)},
				stated(lineState(&p.frame, st, b.PlanClock.Now(), b.zoneOf(sub))))
		}
	}
	lines := card{Name: p.T("office.nav.subscriptions"), Table: t}
	if len(all) == 0 {
		lines.Lead = p.T("office.lines.none_text")
	}
	if c.State == customers.Active && staff.MaySomewhere(q.in.Member, staff.AccessChange) {
		lines.Acts = []act{{Name: p.T("office.lines.new"), Icon: "plus", Address: linesAt + "/new?customer=" + c.Number}}
	}
	p.add(lines)
	return nil
}
