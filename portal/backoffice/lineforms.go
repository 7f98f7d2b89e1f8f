package backoffice

import (
	"strconv"
	"strings"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/fault"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// linePlans are the plans that may be subscribed to, and their service levels.
func (b *Backoffice) linePlans(q *request, l words.Lang, siteID int64) (sold, levels []choice, err error) {
	all, err := b.Plans.All(q.ctx)
	levels = []choice{{Name: words.Text(l, "office.line.no_level")}}
	seen := map[string]bool{}
	for _, p := range all {
		if !p.Subscribed() || p.State != plans.Live || siteID != 0 && len(p.Sites) > 0 && !hasSite(p, siteID) {
			continue
		}
		sold = append(sold, choice{Name: p.Name(l) + " · " + p.Price.String() + " · " + plans.Sentence(l, p), Value: p.Key})
		for _, level := range priceOf(p).Levels() {
			if !seen[level] {
				levels, seen[level] = append(levels, choice{Name: level, Value: level}), true
			}
		}
	}
	return sold, levels, err
}

func hasSite(p plans.Plan, id int64) bool {
	for _, site := range p.Sites {
		if site == id {
			return true
		}
	}
	return false
}

func (q *request) levelField(f *frame, usual string, levels []choice) []formField {
	if len(levels) == 1 {
		return nil
	}
	return []formField{q.pick(f, "level", usual, levels)}
}

func planFields(b *Backoffice, q *request, f *frame, sub subscriptions.Subscription) ([]formField, error) {
	sold, levels, err := b.linePlans(q, f.Lang, sub.State.Place.SiteID)
	if err != nil {
		return nil, err
	}
	when := []choice{{Name: f.T("office.line.now"), Value: "now"}, {Name: f.T("office.line.at_end"), Value: "end"}, {Name: f.T("office.line.back_dated"), Value: "date"}}
	fields := append([]formField{q.pick(f, "plan", sub.State.Sold.PlanKey, sold)}, q.levelField(f, sub.State.Sold.Level, levels)...)
	fields = append(fields, q.pick(f, "when", "now", when), q.lineField(f, "at", ""))
	if sub.State.Prepaid() {
		worth := []choice{{Name: f.T("office.line.worth_time"), Value: ""}, {Name: f.T("office.line.worth_money"), Value: "1"}}
		fields = append(fields, q.pick(f, "keep", "", worth))
	}
	return fields, nil
}

func (b *Backoffice) typedChange(q *request) (c subscriptions.Change, err error) {
	c = subscriptions.Change{PlanKey: q.said("plan"), Level: q.said("level"), AtEnd: q.said("when") == "end", KeepDate: q.said("keep") != ""}
	if q.said("when") != "date" {
		return c, nil
	}
	if c.At, err = b.typedMoment(q, "at"); err == nil && c.At.IsZero() {
		err = fault.New(fault.Invalid, "apply.until", "Value", "–")
	}
	return c, err
}

// changeLinePlan shows first what a change would do, with its price, and then does what was shown.
func (b *Backoffice) changeLinePlan(q *request, sub subscriptions.Subscription, a lineAct, by subscriptions.By) error {
	c, err := b.typedChange(q)
	if err == nil && q.FormValue("sure") != "" {
		if _, err = b.Lines.ChangePlan(q.ctx, sub.ID, c, by); err == nil {
			q.tell("good", "office.line.done", "")
			return led(lineAt(sub.ID))
		}
	}
	var shown subscriptions.Preview
	if err == nil {
		shown, err = b.Lines.Preview(q.ctx, sub.ID, c)
	}
	if err != nil {
		return b.lineRefused(q, sub, a, err)
	}
	names, err := b.planNames(q)
	if err != nil {
		return err
	}
	p := &formPage{frame: q.page("office.line_do.plan", "subscriptions"), Action: q.Path(), Cancel: lineAt(sub.ID) + "/change/plan", Button: words.Text(q.lang(), "office.line.sure")}
	p.Crumbs = []crumb{{p.T("office.nav.subscriptions"), linesAt}, {sub.State.Login.Name, lineAt(sub.ID)}}
	p.Facts = []fact{{p.T("office.line.from_plan"), names[sub.State.Sold.PlanKey] + " · " + shown.Old.String()}, {p.T("office.line.to_plan"), names[c.PlanKey] + " · " + shown.New.String()},
		{p.T("office.line.since"), b.planWhen(&p.frame, shown.At)}}
	if sub.State.Prepaid() {
		p.Facts = append(p.Facts, fact{p.T("office.line.old_end"), b.planWhen(&p.frame, shown.OldEnd)}, fact{p.T("office.line.new_end"), b.planWhen(&p.frame, shown.NewEnd)})
	}
	p.Text = p.T("office.line.costs_nothing")
	if shown.Due.IsPositive() {
		p.Text = p.T("office.line.costs", "Amount", shown.Due.String())
	} else if !shown.Due.IsZero() {
		p.Text = p.T("office.line.gives_back", "Amount", shown.Due.Neg().String())
	}
	p.Hidden = []fact{{"seen", strconv.FormatInt(shown.Seen, 10)}, {"sure", "1"}}
	for _, name := range []string{"plan", "level", "when", "at", "keep"} {
		p.Hidden = append(p.Hidden, fact{name, q.FormValue(name)})
	}
	return q.showForm(p)
}

func addonFields(b *Backoffice, q *request, f *frame, sub subscriptions.Subscription) ([]formField, error) {
	all, err := b.Lines.AddOns(q.ctx, sub)
	var choices []choice
	for _, a := range all {
		choices = append(choices, choice{Name: a.Name(f.Lang) + " · " + a.Price.String() + " · " + f.T("office.addon."+map[bool]string{true: "once", false: "each"}[a.Once]), Value: a.Key})
	}
	return []formField{q.pick(f, "addon", "", choices)}, err
}

func hadFields(_ *Backoffice, q *request, f *frame, sub subscriptions.Subscription) ([]formField, error) {
	var choices []choice
	for _, a := range sub.State.AddOns {
		choices = append(choices, choice{Name: a.Name(f.Lang), Value: a.Key})
	}
	return []formField{q.pick(f, "addon", "", choices)}, nil
}

func loanFields(_ *Backoffice, q *request, f *frame, sub subscriptions.Subscription) ([]formField, error) {
	var choices []choice
	for _, e := range onLoan(sub.State) {
		choices = append(choices, choice{Name: e.Name + " · " + e.Serial, Value: e.Serial})
	}
	return []formField{q.pick(f, "serial", "", choices)}, nil
}

// placeFields: a line stands at a site where somebody may change access.
func placeFields(b *Backoffice, q *request, f *frame, sub subscriptions.Subscription) ([]formField, error) {
	at := sub.State.Place
	sites, boxes := []choice{}, []choice{{Name: f.T("office.line.any_router"), Value: "0"}}
	for _, s := range b.Sites.Sites() {
		if q.may(staff.AccessChange, s.ID) {
			sites = append(sites, choice{Name: s.Name, Value: number(s.ID)})
		}
	}
	for _, r := range b.Routers.All() {
		if q.may(staff.AccessChange, r.SiteID) {
			boxes = append(boxes, choice{Name: r.Name + " · " + b.siteName(r.SiteID), Value: number(r.ID)})
		}
	}
	return []formField{q.pick(f, "site", number(at.SiteID), sites), q.pick(f, "router", number(at.RouterID), boxes), q.lineField(f, "installed", at.Installed)}, nil
}

func (b *Backoffice) typedPlace(q *request) (subscriptions.Place, error) {
	to := subscriptions.Place{SiteID: idIn(q.said("site")), RouterID: idIn(q.said("router")), Installed: q.said("installed")}
	if _, _, err := b.Sites.Get(to.SiteID); err != nil || !q.may(staff.AccessChange, to.SiteID) {
		return to, fault.New(fault.Invalid, "setup.not_yours")
	}
	if r, ok := b.Routers.Get(to.RouterID); to.RouterID != 0 && (!ok || r.SiteID != to.SiteID) {
		return to, fault.New(fault.Invalid, "subscription.router")
	}
	return to, nil
}

func loginFields(_ *Backoffice, q *request, f *frame, sub subscriptions.Subscription) ([]formField, error) {
	l := sub.State.Login
	var kinds []choice
	for _, kind := range []string{subscriptions.PPPoE, subscriptions.Static, subscriptions.ByMAC, subscriptions.OnSpot} {
		kinds = append(kinds, choice{Name: f.T("office.pick.kind_" + kind), Value: kind})
	}
	name, secret := q.lineField(f, "name", l.Name), q.lineField(f, "secret", "")
	if sub.ID == 0 {
		name.Hint, secret.Hint = f.T("office.line_hint.name_new"), f.T("office.line_hint.secret_new")
	}
	return []formField{q.pick(f, "kind", l.Kind, kinds), name, secret, q.lineField(f, "ipv4", l.Own.IPv4),
		q.lineField(f, "routes", strings.Join(l.Own.Routes, "\n")), q.lineField(f, "ipv6", l.Own.IPv6), q.lineField(f, "delegated", l.Own.Delegated)}, nil
}

func (q *request) typedLogin() subscriptions.Login {
	return subscriptions.Login{Kind: q.said("kind"), Name: q.said("name"), Own: subscriptions.Own{IPv4: q.said("ipv4"), IPv6: q.said("ipv6"), Delegated: q.said("delegated"), Routes: strings.Fields(q.FormValue("routes"))}}
}

// lineForm is the form of a new subscription.
func (b *Backoffice) lineForm(q *request) (*formPage, error) {
	p := &formPage{frame: q.page("office.lines.new", "subscriptions"), Action: linesAt + "/new", Cancel: linesAt, Button: words.Text(q.lang(), "office.lines.start")}
	p.Crumbs = []crumb{{p.T("office.nav.subscriptions"), linesAt}}
	sold, levels, err := b.linePlans(q, p.Lang, 0)
	if err != nil {
		return p, err
	}
	if len(sold) == 0 {
		p.Notes = append(p.Notes, note{Tone: "warn", Text: p.T("office.lines.no_plans")})
	}
	who := q.lineField(&p.frame, "customer", q.Query("customer"))
	who.Must = true
	fresh := subscriptions.Subscription{State: subscriptions.State{Login: subscriptions.Login{Kind: subscriptions.PPPoE}}}
	place, err := placeFields(b, q, &p.frame, fresh)
	if err != nil {
		return p, err
	}
	login, err := loginFields(b, q, &p.frame, fresh)
	what := append([]formField{who, q.pick(&p.frame, "plan", "", sold)}, q.levelField(&p.frame, "", levels)...)
	p.Sections = []section{{Title: p.T("office.lines.what"), Fields: what}, {Title: p.T("office.lines.where"), Fields: place}, {Title: p.T("office.lines.how"), Fields: login[:3]},
		{Title: p.T("office.lines.own"), Folded: true, Fields: login[3:]},
		{Title: p.T("office.lines.terms"), Folded: true, Fields: []formField{q.lineField(&p.frame, "at", ""), q.lineField(&p.frame, "code", ""), q.lineField(&p.frame, "until", ""), q.lineField(&p.frame, "fee", "")}}}
	return p, err
}

func (b *Backoffice) askLine(q *request) error {
	p, err := b.lineForm(q)
	if err != nil {
		return err
	}
	return q.showForm(p)
}

func (b *Backoffice) typedLine(q *request) (n subscriptions.Opening, err error) {
	n = subscriptions.Opening{PlanKey: q.said("plan"), Level: q.said("level"), Login: q.typedLogin(), Secret: q.FormValue("secret"), Coupon: q.said("code")}
	var who customers.Customer
	if who, err = b.Customers.FindNow(q.ctx, q.said("customer")); err != nil {
		if fault.Is(err, fault.NotFound) {
			err = fault.New(fault.Invalid, "customer.unknown")
		}
		return n, err
	}
	n.CustomerID, n.Segment = who.ID, string(who.Segment)
	if n.Place, err = b.typedPlace(q); err != nil {
		return n, err
	}
	if n.At, err = b.typedMoment(q, "at"); err != nil {
		return n, err
	}
	var until time.Time
	if until, err = b.typedMoment(q, "until"); err != nil || until.IsZero() {
		return n, err
	}
	n.Contract = &subscriptions.Contract{Until: until}
	n.Contract.Fee, err = amountTyped(q.FormValue("fee"))
	return n, err
}

func (b *Backoffice) startLine(q *request) error {
	n, err := b.typedLine(q)
	var sub subscriptions.Subscription
	if err == nil {
		sub, err = b.Lines.Start(q.ctx, n, q.lineBy())
	}
	if err != nil {
		p, e := b.lineForm(q)
		if e != nil {
			return e
		}
		return q.refuse(err, "form", p, lineWrong[fault.KeyOf(err)])
	}
	q.tell("good", "office.lines.started", "")
	return led(lineAt(sub.ID))
}
