package backoffice

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/subscriptions"
	"mtandao/internal/bulk"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
)

// Bulk does one thing to many. *bulk.Service satisfies it.
type Bulk interface {
	Ask(ctx context.Context, a bulk.Ask, request string, by bulk.By) (bulk.Run, error)
	Start(ctx context.Context, id int64, reason string, by bulk.By) (bulk.Run, error)
	Stop(ctx context.Context, id int64, by bulk.By) error
	Undo(ctx context.Context, id int64, by bulk.By) (bulk.Run, error)
	KeptUntil(r bulk.Run) time.Time
	Run(ctx context.Context, id int64) (bulk.Run, error)
	UndoneBy(ctx context.Context, id int64) (bulk.Run, error)
	Runs(ctx context.Context, member, before int64, limit int) ([]bulk.Run, error)
	Items(ctx context.Context, runID int64, f bulk.Fate, after bulk.Place, limit int) ([]bulk.Item, error)
	Causes(ctx context.Context, runID int64, f bulk.Fate) ([]bulk.Cause, error)
	Sums(ctx context.Context, runID int64) (bulk.Sums, error)
}

const (
	bulkAt        = "/office/bulk"
	customersBulk = "/office/customers/bulk"
	linesBulk     = linesAt + "/bulk"
)

// bulkRoutes: a run is of its member, and of who may do everywhere what it does.
func (b *Backoffice) bulkRoutes() []route {
	const one = bulkAt + "/:id"
	return []route{
		{get, bulkAt, full, "", b.bulkRuns}, {get, one, full, "", b.bulkRun},
		{post, one + "/start", full, "", b.startBulk}, {post, one + "/stop", full, "", b.stopBulk}, {post, one + "/undo", full, "", b.undoBulk},
	}
}

func bulkAddress(id int64) string { return bulkAt + "/" + number(id) }

// bulkPlace is where a kind of objects is listed, and the place in the rail.
var bulkPlace = map[bulk.Object]struct{ address, nav, pick string }{
	bulk.Customers: {"/office/customers", "customers", customersBulk},
	bulk.Lines:     {linesAt, "subscriptions", linesBulk},
}

// bulkKinds are what may be done to each sort of objects, in the order in which it is offered.
var bulkKinds = map[bulk.Object][]bulk.Kind{bulk.Customers: {bulk.Tag, bulk.Untag}, bulk.Lines: {bulk.Pause, bulk.Resume, bulk.Replan}}

func (q *request) bulkBy() bulk.By {
	return bulk.By{Actor: q.in.Member.Email, From: q.in.By(q.visit()).From, Member: q.in.Member.ID}
}

// bulkBar is under a list: what is done to those picked, or to all that the list finds.
type bulkBar struct {
	Action  string
	Hidden  []fact
	Choices []choice
}

// pickable puts a box before each row of a list, and the bar under it, for who may change some of them.
func (q *request) pickable(p *listPage, of bulk.Object, one func(n int) pick) {
	if len(p.Rows) == 0 || !staff.MaySomewhere(q.in.Member, bulkKinds[of][0].May()) {
		return
	}
	p.Columns = slices.Insert(p.Columns, 0, column{Class: "pick"})
	for n := range p.Rows {
		box := one(n)
		p.Rows[n] = slices.Insert(p.Rows[n], 0, cell{Column: p.Columns[0], Pick: &box})
	}
	at := bulkPlace[of]
	p.Many = &bulkBar{Action: strings.Replace(q.with("before", ""), at.address, at.pick, 1), Hidden: q.onceOf()}
	for _, k := range bulkKinds[of] {
		p.Many.Choices = append(p.Many.Choices, choice{Name: p.T("office.bulk.do_" + string(k)), Value: string(k)})
	}
	p.Acts = append(p.Acts, act{Name: p.T("office.bulk.title"), Icon: "history", Address: bulkAt})
}

// pickedFor reads what is to be done to which. fault.Invalid "bulk.nothing".
func (q *request) pickedFor(of bulk.Object, all bulk.Filter) (bulk.Ask, error) {
	a := bulk.Ask{Kind: bulk.Kind(q.FormValue("kind"))}
	if !slices.Contains(bulkKinds[of], a.Kind) {
		return a, fault.New(fault.Invalid, "bulk.nothing")
	}
	if q.FormValue("which") == "all" {
		a.All = &all
		return a, nil
	}
	for _, typed := range q.values("pick") {
		if id := idIn(typed); id > 0 {
			a.Picked = append(a.Picked, id)
		}
	}
	if len(a.Picked) == 0 {
		return a, fault.New(fault.Invalid, "bulk.nothing")
	}
	return a, nil
}

func (b *Backoffice) pickCustomers(q *request) error {
	f := q.customerFilter()
	a, err := q.pickedFor(bulk.Customers, bulk.Filter{Typed: f.Typed, State: string(f.State), Segment: string(f.Segment), Tag: f.Tag, Sites: f.Sites})
	if err != nil {
		return q.refusal(err, q.backFrom(bulk.Customers))
	}
	if len(q.values(tagField)) == 0 {
		p, err := b.tagForm(q, a)
		if err != nil {
			return err
		}
		return q.showForm(p)
	}
	tags, err := customers.CheckTags([]string{q.FormValue(tagField)})
	if err == nil && len(tags) != 1 {
		err = fault.New(fault.Invalid, "bulk.no_tag")
	}
	if err != nil {
		p, e := b.tagForm(q, a)
		if e != nil {
			return e
		}
		return q.refuse(err, "form", p, tagField)
	}
	a.Argument = tags[0]
	return b.askBulk(q, a)
}

// backFrom is the list from which something was picked, as it was.
func (q *request) backFrom(of bulk.Object) string {
	at := bulkPlace[of]
	return strings.Replace(q.with("before", ""), at.pick, at.address, 1)
}

// tagField is where the tag is typed; "tag" is the filter of the list.
const tagField = "named"

// askingMany is the form of what has to be known before it can be looked at; those picked go with it.
func (q *request) askingMany(a bulk.Ask) *formPage {
	at := bulkPlace[a.Kind.Of()]
	p := q.asking("office.bulk_"+string(a.Kind)+".", at.nav, q.backFrom(a.Kind.Of()))
	p.Action, p.Danger = q.with("before", ""), false
	p.Crumbs = []crumb{{p.T("office.nav." + at.nav), at.address}}
	p.Hidden = append(q.onceOf(), fact{"kind", string(a.Kind)}, fact{"which", cmp.Or(q.FormValue("which"), "picked")})
	for _, id := range a.Picked {
		p.Hidden = append(p.Hidden, fact{"pick", number(id)})
	}
	return p
}

// tagForm asks which tag.
func (b *Backoffice) tagForm(q *request, a bulk.Ask) (*formPage, error) {
	p := q.askingMany(a)
	all, err := b.Customers.AllTags(q.ctx)
	tag := formField{Name: tagField, Label: p.T("office.bulk.tag"), Hint: p.T("office.bulk.tag_hint"), Value: q.FormValue(tagField), Most: 40, Must: true}
	if a.Kind == bulk.Untag && len(all) > 0 {
		tag.As, tag.Hint = asPick, ""
		for _, one := range all {
			tag.Choices = append(tag.Choices, choice{Name: one, Value: one, Here: one == cmp.Or(tag.Value, q.Query("tag"))})
		}
	}
	p.ask(tag)
	return p, err
}

func (b *Backoffice) pickLines(q *request) error {
	f := bulk.Filter{Typed: q.lineTyped(), State: q.Query("state"), Sites: q.scope()}
	a, err := q.pickedFor(bulk.Lines, f)
	if err != nil {
		return q.refusal(err, q.backFrom(bulk.Lines))
	}
	if a.Kind == bulk.Replan {
		return b.pickPlan(q, a)
	}
	return b.askBulk(q, a)
}

// askBulk has it looked at, and leads to the page that tells.
func (b *Backoffice) askBulk(q *request, a bulk.Ask) error {
	r, err := b.Bulk.Ask(q.ctx, a, q.FormValue("once"), q.bulkBy())
	if err != nil {
		return q.refusal(err, q.backFrom(a.Kind.Of()))
	}
	return led(bulkAddress(r.ID))
}

// theBulk is the run of the address: for its member, and for who may do everywhere what it does.
func (b *Backoffice) theBulk(q *request) (bulk.Run, error) {
	id, err := q.idOf("id")
	if err != nil {
		return bulk.Run{}, err
	}
	r, err := b.Bulk.Run(q.ctx, id)
	if err == nil && r.By.Member != q.in.Member.ID && !q.may(r.Kind.May(), 0) {
		err = notHere()
	}
	return r, hidden(err)
}

func (b *Backoffice) startBulk(q *request) error {
	r, err := b.theBulk(q)
	if err != nil {
		return err
	}
	_, err = b.Bulk.Start(q.ctx, r.ID, q.said("reason"), q.bulkBy())
	if fault.KeyOf(err) == "bulk.reason" {
		p, e := b.bulkPage(q, r)
		if e != nil {
			return e
		}
		return q.refuse(err, "record", p, "reason")
	}
	if err != nil {
		return q.refusal(hidden(err), bulkAddress(r.ID))
	}
	return led(bulkAddress(r.ID))
}

func (b *Backoffice) stopBulk(q *request) error {
	r, err := b.theBulk(q)
	if err != nil {
		return err
	}
	if err := b.Bulk.Stop(q.ctx, r.ID, q.bulkBy()); err != nil {
		return q.refusal(err, bulkAddress(r.ID))
	}
	return led(bulkAddress(r.ID))
}

func (b *Backoffice) undoBulk(q *request) error {
	r, err := b.theBulk(q)
	if err != nil {
		return err
	}
	back, err := b.Bulk.Undo(q.ctx, r.ID, q.bulkBy())
	if err != nil {
		return q.refusal(err, bulkAddress(r.ID))
	}
	return led(bulkAddress(back.ID))
}

// lineNames are the lines of some ids, with their customers.
func (b *Backoffice) lineNames(q *request, ids []int64) (map[int64]subscriptions.Subscription, map[int64]customers.Customer, error) {
	lines, err := b.Lines.Some(q.ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	var of []int64
	for _, sub := range lines {
		of = append(of, sub.CustomerID)
	}
	who, err := b.Customers.SomeNow(q.ctx, of)
	return lines, who, err
}
