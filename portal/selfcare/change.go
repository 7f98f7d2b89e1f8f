package selfcare

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/portal/web"
)

// Lines are what customers subscribe to. *subscriptions.Service satisfies it.
type Lines interface {
	Of(ctx context.Context, customerID int64) ([]subscriptions.Subscription, error)
	Get(ctx context.Context, id int64) (subscriptions.Subscription, error)
	Events(ctx context.Context, id int64) ([]subscriptions.Event, error)
	KeptAs(ctx context.Context, sub subscriptions.Subscription) (subscriptions.Kept, error)
	Cost(ctx context.Context, sub subscriptions.Subscription) ([]plans.Charge, error)
	Preview(ctx context.Context, id int64, c subscriptions.Change) (subscriptions.Preview, error)
	ChangePlan(ctx context.Context, id int64, c subscriptions.Change, by subscriptions.By) (subscriptions.Subscription, error)
	AddOns(ctx context.Context, sub subscriptions.Subscription) ([]plans.AddOn, error)
	PreviewAddOn(ctx context.Context, id int64, key string) (money.Amount, int64, error)
	AddOn(ctx context.Context, id int64, key string, by subscriptions.By) (subscriptions.Subscription, error)
	DropAddOn(ctx context.Context, id int64, key string, by subscriptions.By) (subscriptions.Subscription, error)
	Pause(ctx context.Context, id int64, at time.Time, reason string, by subscriptions.By) (subscriptions.Subscription, error)
	Resume(ctx context.Context, id int64, at time.Time, by subscriptions.By) (subscriptions.Subscription, error)
	ChangeLogin(ctx context.Context, id int64, to subscriptions.Login, secret string, by subscriptions.By) (subscriptions.Subscription, error)
	Extend(ctx context.Context, id int64, by subscriptions.By) (subscriptions.Subscription, error)
}

// Plans are what is sold. *plans.Service satisfies it.
type Plans interface {
	ByKey(ctx context.Context, key string) (plans.Plan, error)
	All(ctx context.Context) ([]plans.Plan, error)
	AddOns(ctx context.Context) ([]plans.AddOn, error)
}

// manage is what a customer may do with a line of their own.
type manage struct {
	line
	Plans, AddOns, Had    []offer
	Pause, Resume, Extend bool
	Changes, Prepaid      bool   // another plan may be had; and how the line is paid
	PausedUntil           string // it was paused in this month, and from this day can be again
	Sure                  *sure  // what is about to be done, with its price
	Wants, How, Request   string // of the form
	Seen, Cost            int64
}

type offer struct{ Key, Name, Gives, Price string }

// sure is shown before something is done that costs.
type sure struct {
	Do, Title, Costs string
	Facts            []owedLine
	Pay              *toPay // money is missing
}

func (f *Face) manage(q *request) error {
	sub, err := f.theLine(q)
	if err != nil {
		return err
	}
	p := q.page("my.line.title")
	if p.Manage, err = f.managed(q, sub); err != nil {
		return err
	}
	return q.send("line", p)
}

func (f *Face) managed(q *request, sub subscriptions.Subscription) (m *manage, err error) {
	m = &manage{Request: q.once()}
	if m.line, err = f.lineOf(q, sub); err != nil {
		return m, err
	}
	active := sub.State.Status == subscriptions.Active
	m.Resume, m.Extend = sub.State.Status == subscriptions.Paused, active && sub.State.Prepaid()
	m.Changes, m.Prepaid = sub.State.Status != subscriptions.Ended, sub.State.Prepaid()
	if !m.Changes {
		return m, nil
	}
	if active {
		request, again := f.pauseOf(q, sub)
		did, err := f.did(q, sub.ID, request)
		if err != nil {
			return m, err
		}
		if m.Pause = !did; did {
			m.PausedUntil = again
		}
	}
	all, err := f.Plans.All(q.ctx)
	if err != nil {
		return m, err
	}
	for _, plan := range all {
		if mayHave(plan, sub.State) && plan.Key != sub.State.Sold.PlanKey {
			m.Plans = append(m.Plans, offer{plan.Key, plan.Name(q.lang), plans.Sentence(q.lang, plan), amountOf(plan, sub.State).String()})
		}
	}
	addons, err := f.Lines.AddOns(q.ctx, sub)
	for _, a := range addons {
		had := slices.ContainsFunc(sub.State.AddOns, func(one plans.AddOn) bool { return one.Key == a.Key })
		if a.Once || !had {
			gives := q.T("my.addon.each")
			if a.Once {
				gives = q.T("my.addon.once")
			}
			m.AddOns = append(m.AddOns, offer{a.Key, a.Name(q.lang), gives, a.Price.String()})
		}
	}
	for _, a := range sub.State.AddOns {
		if !a.Once {
			m.Had = append(m.Had, offer{Key: a.Key, Name: a.Name(q.lang)})
		}
	}
	return m, err
}

// mayHave says that a customer may take a plan by themselves: one for their like, at their site, that is paid in the same way.
func mayHave(plan plans.Plan, is subscriptions.State) bool {
	return plan.Subscribed() && plan.State == plans.Live && plan.Segment == is.Segment && plan.Terms.Mode == is.Sold.Mode &&
		(len(plan.Sites) == 0 || slices.Contains(plan.Sites, is.Place.SiteID))
}

func amountOf(plan plans.Plan, is subscriptions.State) money.Amount {
	return plans.Price{Amount: plan.Price, Terms: plan.Terms}.AmountFor(is.Segment, levelOf(plan, is.Sold.Level))
}

// levelOf is the service level that a line keeps on a plan that has it.
func levelOf(plan plans.Plan, level string) string {
	if slices.Contains(plans.Price{Terms: plan.Terms}.Levels(), level) {
		return level
	}
	return ""
}

// served is the customer's own line, of a customer who is one now, and who changes it; done is what is said when it was changed.
func (f *Face) served(q *request, done string) (sub subscriptions.Subscription, by subscriptions.By, err error) {
	if sub, err = f.theLine(q); err != nil {
		return sub, by, err
	}
	if q.who.State != customers.Active {
		return sub, by, fault.New(fault.Conflict, "customer.not_active")
	}
	if len(q.typed("request")) != 16 {
		return sub, by, fault.New(fault.Invalid, "form.expired")
	}
	by = subscriptions.By{Actor: "customer " + q.who.Number, From: q.visit().Address.String(), Request: "self:" + q.typed("request")}
	did, err := f.did(q, sub.ID, by.Request)
	if err == nil && did { // the same form again
		err = q.done(done, "/line/"+q.Params("id"))
	}
	return sub, by, err
}

// did says that a line has an event of a request.
func (f *Face) did(q *request, id int64, request string) (bool, error) {
	events, err := f.Lines.Events(q.ctx, id)
	return slices.ContainsFunc(events, func(e subscriptions.Event) bool { return e.Request == request }), err
}

// wantedChange is the change of plan that the form asks for.
func (f *Face) wantedChange(q *request, sub subscriptions.Subscription) (plan plans.Plan, c subscriptions.Change, err error) {
	if plan, err = f.Plans.ByKey(q.ctx, q.typed("plan")); err != nil && !fault.Is(err, fault.NotFound) {
		return plan, c, err
	}
	if err != nil || !mayHave(plan, sub.State) {
		return plan, c, fault.New(fault.Invalid, "my.plan.none")
	}
	how := q.typed("how")
	return plan, subscriptions.Change{PlanKey: plan.Key, Level: levelOf(plan, sub.State.Sold.Level), AtEnd: how == "end", KeepDate: how == "pay"}, nil
}

// sure says that the form was shown what it does, and that this costs no more than was shown.
func (q *request) sure(by *subscriptions.By, cost money.Amount) bool {
	seen, e1 := strconv.ParseInt(q.typed("seen"), 10, 64)
	shown, e2 := strconv.ParseInt(q.typed("cost"), 10, 64)
	by.Seen = seen
	return q.typed("sure") != "" && e1 == nil && e2 == nil && seen > 0 && cost.Cents <= shown
}

// changePlan shows first what a change costs and does, and then does what was shown.
func (f *Face) changePlan(q *request) error {
	done := "plan"
	if q.typed("how") == "end" {
		done = "plan_later"
	}
	sub, by, err := f.served(q, done)
	if err != nil {
		return err
	}
	plan, c, err := f.wantedChange(q, sub)
	if err != nil {
		return err
	}
	shown, err := f.Lines.Preview(q.ctx, sub.ID, c)
	if err != nil {
		return err
	}
	if sub.State.Contract.Until.After(f.Plan.Now()) && (shown.New.Cents < shown.Old.Cents || plan.Terms.Interval != sub.State.Sold.Interval) {
		return fault.New(fault.Conflict, "my.plan.contract")
	}
	if q.sure(&by, shown.Due) {
		if _, err = f.Lines.ChangePlan(q.ctx, sub.ID, c, by); err == nil {
			err = q.done(done, "/line/"+q.Params("id"))
		}
		return unpaid(err)
	}
	return f.showChange(q, sub, plan, shown)
}

// showChange is the page of what a change costs and does.
func (f *Face) showChange(q *request, sub subscriptions.Subscription, plan plans.Plan, shown subscriptions.Preview) (err error) {
	p := q.page("my.line.title")
	if p.Manage, err = f.managed(q, sub); err != nil {
		return err
	}
	m := p.Manage
	m.Request, m.Wants, m.Cost, m.How, m.Seen = q.typed("request"), plan.Key, shown.Due.Cents, q.typed("how"), shown.Seen
	m.Sure = &sure{Do: "plan", Title: plan.Name(q.lang), Costs: p.T("my.sure.nothing")}
	zone := f.Sites.Location(sub.State.Place.SiteID)
	m.Sure.Facts = []owedLine{{Name: m.Name, Amount: shown.Old.String()}, {Name: plan.Name(q.lang), Amount: shown.New.String()}, {Name: p.T("my.sure.from"), Amount: when(q.lang, shown.At.In(zone))}}
	if !shown.NewEnd.IsZero() {
		m.Sure.Facts = append(m.Sure.Facts, owedLine{Name: p.T("my.until"), Amount: when(q.lang, shown.NewEnd.In(zone))})
	}
	switch {
	case !m.Prepaid:
		m.Sure.Costs = p.T("my.sure.bill")
	case shown.Due.IsPositive():
		m.Sure.Costs = p.T("my.sure.costs", "Amount", shown.Due.String())
	case !shown.Due.IsZero():
		m.Sure.Costs = p.T("my.sure.back", "Amount", shown.Due.Neg().String())
	}
	if err := f.missing(q, m, shown.Due); err != nil {
		return err
	}
	return q.send("line", p)
}

// unpaid is a fault as it is told to who has to pay.
func unpaid(err error) error {
	var is *fault.Error
	if errors.As(err, &is) && is.Key == "subscription.credit" {
		return &fault.Error{Kind: fault.Conflict, Key: "my.credit", Args: is.Args}
	}
	return err
}

// takeAddOn shows first what an add-on costs for the rest of the time that is paid, and then takes it.
func (f *Face) takeAddOn(q *request) error {
	sub, by, err := f.served(q, "addon")
	if err != nil {
		return err
	}
	key := q.typed("addon")
	cost, seen, err := f.Lines.PreviewAddOn(q.ctx, sub.ID, key)
	if err != nil {
		return err
	}
	p := q.page("my.line.title")
	if p.Manage, err = f.managed(q, sub); err != nil {
		return err
	}
	m := p.Manage
	n := slices.IndexFunc(m.AddOns, func(o offer) bool { return o.Key == key })
	if n < 0 {
		return fault.New(fault.Invalid, "my.plan.none")
	}
	if q.sure(&by, cost) {
		if _, err = f.Lines.AddOn(q.ctx, sub.ID, key, by); err == nil {
			err = q.done("addon", "/line/"+q.Params("id"))
		}
		return unpaid(err)
	}
	m.Request, m.Wants, m.Cost, m.Seen = q.typed("request"), key, cost.Cents, seen
	m.Sure = &sure{Do: "addon", Title: m.AddOns[n].Name, Costs: p.T("my.sure.costs", "Amount", cost.String()), Facts: []owedLine{{Name: m.AddOns[n].Gives, Amount: m.AddOns[n].Price}}}
	if !sub.State.Prepaid() {
		m.Sure.Costs = p.T("my.sure.bill")
		return q.send("line", p)
	}
	if err := f.missing(q, m, cost); err != nil {
		return err
	}
	return q.send("line", p)
}

// turn does what needs no price: it ends an add-on, pauses, resumes, or takes the extra day.
func (f *Face) turn(q *request) error {
	done := q.Params("do")
	sub, by, err := f.served(q, done)
	if err != nil {
		return err
	}
	switch q.Params("do") {
	case "drop":
		_, err = f.Lines.DropAddOn(q.ctx, sub.ID, q.typed("addon"), by)
	case "pause":
		err = f.pause(q, sub, by)
	case "resume":
		_, err = f.Lines.Resume(q.ctx, sub.ID, time.Time{}, by)
	case "extend":
		_, err = f.Lines.Extend(q.ctx, sub.ID, by)
	default:
		return notHere()
	}
	if err != nil {
		return unpaid(err)
	}
	return q.done(done, "/line/"+q.Params("id"))
}

// pauseOf is the one request of this month by which a line is paused, and the day from which there is another.
func (f *Face) pauseOf(q *request, sub subscriptions.Subscription) (request, again string) {
	now := f.Plan.Now().In(f.Sites.Location(sub.State.Place.SiteID))
	y, m, _ := now.Date()
	return "self pause:" + now.Format("2006-01"), web.Day(q.lang, time.Date(y, m+1, 1, 0, 0, 0, 0, now.Location()))
}

// pause stops the clock, which customers may once in a month: who could each evening would pay for the hours that they use.
func (f *Face) pause(q *request, sub subscriptions.Subscription, by subscriptions.By) error {
	request, again := f.pauseOf(q, sub)
	by.Request = request
	did, err := f.did(q, sub.ID, by.Request)
	if err != nil {
		return err
	}
	if did {
		if sub, err = f.Lines.Get(q.ctx, sub.ID); err == nil && sub.State.Status != subscriptions.Paused { // else it was this form's first tap
			err = fault.New(fault.Conflict, "my.paused_before", "Day", again)
		}
		return err
	}
	_, err = f.Lines.Pause(q.ctx, sub.ID, time.Time{}, by.Actor, by)
	return err
}
