package backoffice

import (
	"context"
	"slices"
	"time"

	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/fault"
	"mtandao/portal/web"
	"mtandao/radius/outages"
)

// Outages is what the pages ask of outages that were found out. *outages.Service satisfies it.
type Outages interface {
	List(ctx context.Context, beforeID int64, limit int) ([]outages.Outage, error)
	Get(ctx context.Context, id int64) (outages.Outage, error)
	Within(ctx context.Context, from, until time.Time, sites []int64, limit int) ([]outages.Outage, error)
	Of(ctx context.Context, routerID int64, from, until time.Time) ([]outages.Outage, error)
	Holes(ctx context.Context, from, until time.Time) ([]outages.Span, error)
	Drop(ctx context.Context, id int64, by, from string) error
	GiveNow(ctx context.Context, id int64, by, from string) error
}

var outageTones = map[outages.State]string{outages.Silent: "bad", outages.Back: "warn", outages.Proven: "warn", outages.Given: "good", outages.Doubted: "bad"}

func (b *Backoffice) outageState(f *frame, o outages.Outage) stateView {
	return toned(f, "office.outage.state_", o.State, outageTones)
}

func (b *Backoffice) routerName(id int64) string {
	if r, known := b.Routers.Get(id); known {
		return r.Name
	}
	return "–"
}

// foundCard lists silences that were found out, with what became of each.
func (b *Backoffice) foundCard(q *request, p *recordPage) error {
	all, err := b.Outages.List(q.ctx, q.before(), mostListed+1)
	if err != nil {
		return err
	}
	all, pages := newest(q, all, mostListed, func(o outages.Outage) int64 { return o.ID })
	t := &table{Columns: []column{{p.T("office.when"), "when"}, {Name: p.T("office.router")}, {Name: p.T("office.site")}, {p.T("office.outage.lasted"), "num"}, {Name: p.T("office.state")}}}
	for _, o := range all {
		t.add(cell{Text: b.planWhen(&p.frame, o.From), Address: outageAt(o.ID)}, cell{Text: b.routerName(o.RouterID)}, cell{Text: b.siteName(o.SiteID)}, cell{Text: b.outageSpan(&p.frame, o)}, stated(b.outageState(&p.frame, o)))
	}
	c := card{Name: p.T("office.outage.found"), Lead: p.T("office.outage.found_lead"), Table: t, Older: pages.Older}
	if len(all) == 0 {
		c.After = p.T("office.outage.none")
	}
	p.add(c)
	return nil
}

func outageAt(id int64) string { return "/office/outages/" + number(id) }

func (b *Backoffice) outageSpan(f *frame, o outages.Outage) string {
	end := o.Until
	if end.IsZero() {
		end = b.PlanClock.Now()
	}
	return web.Span(f.Lang, end.Sub(o.From))
}

// outage is one outage: what was found out of it, as a strip and as what is known when, and what people were given.
func (b *Backoffice) outage(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	given, made, err := b.Lines.MadeUp(q.ctx, id)
	if err != nil {
		return err
	}
	p := q.record("office.outages.title", "subscriptions")
	p.Crumbs = []crumb{{p.T("office.outages.title"), "/office/outages"}}
	o, err := b.Outages.Get(q.ctx, id)
	switch {
	case err == nil:
		if err := b.tellFound(q, p, o); err != nil {
			return err
		}
	case fault.Is(err, fault.NotFound) && made:
		p.Title = given.Note
	default:
		return hidden(err)
	}
	if made {
		b.tellGiven(q, p, given)
	}
	return q.show(p)
}

func (b *Backoffice) tellFound(q *request, p *recordPage, o outages.Outage) error {
	p.Title, p.State = b.routerName(o.RouterID), b.outageState(&p.frame, o)
	p.Lead = p.T("office.outage.verdict_"+string(o.State), "Span", b.outageSpan(&p.frame, o))
	if o.State == outages.Proven {
		p.Acts = []act{{Name: p.T("office.outage.give"), Address: outageAt(o.ID) + "/give", Posted: true, Tone: "primary"},
			{Name: p.T("office.outage.drop"), Address: outageAt(o.ID) + "/drop", Posted: true}}
	}
	if o.State == outages.Unproven {
		p.Acts = []act{{Name: p.T("office.outage.by_hand"), Address: "/office/outages", Icon: "clock"}}
	}
	now, zone := b.PlanClock.Now(), b.Zone
	from, until := stripDays(o, now, zone)
	silences, err := b.Outages.Of(q.ctx, o.RouterID, from, until)
	if err != nil {
		return err
	}
	holes, err := b.Outages.Holes(q.ctx, from, soonerTime(now, until))
	if err != nil {
		return err
	}
	p.add(card{Name: p.T("office.outage.day", "Day", o.From.In(zone).Format("2.1.2006")), Strip: stripOf(&p.frame, o, silences, holes, now, zone),
		Facts: []fact{{p.T("office.router"), p.Title}, {p.T("office.site"), b.siteName(o.SiteID)}, {p.T("office.outage.from"), b.planWhen(&p.frame, o.From)}, {p.T("office.outage.until"), b.planWhen(&p.frame, o.Until)},
			{p.T("office.outage.lasted"), b.outageSpan(&p.frame, o)}}})
	t := &table{Columns: []column{{p.T("office.when"), "when"}, {Name: p.T("office.outage.known")}}}
	for _, k := range b.knownOf(&p.frame, o) {
		t.add(cell{Text: b.planWhen(&p.frame, k.at)}, cell{Text: k.text, More: k.more})
	}
	p.add(card{Name: p.T("office.outage.proof"), Table: t})
	return nil
}

// known is a fact and when it was.
type known struct {
	at         time.Time
	text, more string
}

// knownOf tells in words what the verdict goes by, in order.
func (b *Backoffice) knownOf(f *frame, o outages.Outage) (all []known) {
	pr := o.Proof
	add := func(at time.Time, text, more string) {
		if !at.IsZero() {
			all = append(all, known{at, text, more})
		}
	}
	add(pr.Heard, f.T("office.outage.heard"), f.T("office.outage.open", "Count", pr.Open))
	for _, h := range pr.Holes {
		add(h.From, f.T("office.outage.hole", "Until", b.planWhen(f, h.Until)), "")
	}
	if !pr.Boot.IsZero() {
		add(pr.Boot, f.T("office.outage.boot"), f.T("office.outage.boot_"+pr.BootBy))
	}
	add(pr.Again, f.T("office.outage.again"), "")
	measured := ""
	if pr.Spoke > 0 {
		measured = f.T("office.outage.measured", "Count", pr.Spoke, "Carried", plans.Bytes(pr.Carried), "Usual", plans.Bytes(pr.Usual))
	}
	if pr.Around > 0 {
		measured += " " + f.T("office.outage.around", "Count", pr.Around, "Booted", pr.Booted)
	}
	if pr.Why != "" && o.State != outages.Withdrawn {
		add(o.JudgedAt, f.T("office.outage.why_"+pr.Why), measured)
	}
	add(pr.Late.At, f.T("office.outage.late", "Carried", plans.Bytes(pr.Late.Octets)), "")
	slices.SortStableFunc(all, func(a, b known) int { return a.at.Compare(b.at) })
	return all
}

// tellGiven tells how far lines were gone through.
func (b *Backoffice) tellGiven(q *request, p *recordPage, o subscriptions.Outage) {
	undone := !o.UndoneAt.IsZero()
	if !undone {
		p.Acts = append(p.Acts, act{Name: p.T("office.outages.undo"), Address: outageAt(o.ID) + "/undo", Posted: true, Icon: "undo-2"})
	}
	key := "office.outages.has"
	if undone {
		key = "office.outages.gave_back"
	}
	c := card{Name: p.T("office.outage.what"), Facts: []fact{{p.T("office.when"), b.planWhen(&p.frame, o.At)}, {p.T("office.batch.by"), b.givenBy(&p.frame, o)}, {p.T("office.line_field.note"), o.Note},
		{p.T("office.outages.undone"), planWhenIf(b, &p.frame, o.UndoneAt)}}}
	if !o.Going {
		c.Facts = append(c.Facts, fact{p.T("office.outages.lines"), p.T(key, "Count", int(o.Lines))})
	} else {
		c.Fill = &fill{Percent: min(99, 100*o.Lines/max(1, o.Of)), Text: p.T("office.outages.going", "Count", int(o.Lines)), Going: true}
	}
	p.add(c)
	q.follow(p, o.Going)
}

func planWhenIf(b *Backoffice, f *frame, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return b.planWhen(f, at)
}

// givenBy is who gave; the program names itself in the page's language.
func (b *Backoffice) givenBy(f *frame, o subscriptions.Outage) string {
	if o.Days == 0 {
		return f.T("office.outages.itself")
	}
	return o.By
}

func (b *Backoffice) giveOutage(q *request) error {
	return b.decideOutage(q, b.Outages.GiveNow, "office.outage.is_given")
}

func (b *Backoffice) dropOutage(q *request) error {
	return b.decideOutage(q, b.Outages.Drop, "office.outage.is_dropped")
}

func (b *Backoffice) decideOutage(q *request, do func(ctx context.Context, id int64, by, from string) error, said string) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	by := q.lineBy()
	if err := do(q.ctx, id, by.Actor, by.From); err != nil {
		return q.refusal(err, outageAt(id))
	}
	q.tell("good", said, "")
	return led(outageAt(id))
}
