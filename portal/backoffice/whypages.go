package backoffice

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/customers"
	"mtandao/billing/subscriptions"
	"mtandao/internal/offline"
	"mtandao/internal/staff"
	"mtandao/internal/words"
	"mtandao/radius"
)

// Whys tells why somebody was offline. *offline.Teller satisfies it.
type Whys interface {
	OfLine(ctx context.Context, sub subscriptions.Subscription, who customers.Customer, at time.Time) (offline.Story, error)
	OfGrant(ctx context.Context, grantID int64, at time.Time) (offline.Story, error)
}

func (b *Backoffice) whyRoutes() []route {
	return []route{
		{get, "/office/customers/:id/why", full, staff.AccessView, b.whyCustomer}, {post, "/office/customers/:id/why", full, staff.CustomersEdit, b.tellWhy},
		{get, "/office/grants/:id/why", full, staff.AccessView, b.whyGrant},
	}
}

// whyPage is the story of an instant: the sentence, the next step, what happened, and the words for the customer.
type whyPage struct {
	frame
	Find  *find
	Empty *blank // nothing that could be offline
	Tone  string
	Says  []string
	Next  *act // nil: not for who looks, or Done
	Done  bool // there is nothing to do
	Items []whyItem
	Short string
	Send  *shortForm // sends Short to the customer; nil: they have no phone, or it is not for who looks
}

// Icon says the tone without colour.
func (p *whyPage) Icon() string {
	if p.Tone == "" {
		return "clock"
	}
	return toneIcon(p.Tone)
}

type whyItem struct {
	When, Icon, Tone, Text, More string
	Here                         bool // the instant itself
}

// whyOf is whose story it is.
type whyOf struct {
	who   customers.Customer // a guest has no ID
	sub   subscriptions.Subscription
	site  int64
	grant int64 // the guest's, or the line's
}

func whyAddress(customerID, lineID int64) string {
	return customerAddress(customerID) + "/why?line=" + number(lineID)
}

// whyCustomer is of one of a customer's lines, the first when none is chosen.
func (b *Backoffice) whyCustomer(q *request) error {
	c, err := b.theCustomer(q, staff.CustomersView)
	if err != nil {
		return err
	}
	all, err := b.Lines.Of(q.ctx, c.ID)
	if err != nil {
		return err
	}
	p := &whyPage{frame: q.page("office.why.title", "customers")}
	p.Title = p.T("office.why.of", "Name", c.Name)
	p.Crumbs = customerCrumbs(&p.frame, c)
	chosen, lines := q.whyLine(all, q.Query("line"))
	if chosen == nil {
		p.Empty = &blank{Icon: "wifi-off", Title: p.T("office.why.none"), Text: p.T("office.why.none_text")}
		return q.send(fiber.StatusOK, "why", p)
	}
	var which []formField
	if len(lines) > 1 {
		which = []formField{{Name: "line", As: asPick, Label: p.T("office.why.line"), Choices: lines}}
	}
	at := b.whyWhen(q, p, customerAddress(c.ID)+"/why", which)
	s, err := b.Whys.OfLine(q.ctx, *chosen, c, at)
	if err != nil {
		return err
	}
	if err := b.maySendWhy(q, p, c, *chosen, at); err != nil {
		return err
	}
	return b.showWhy(q, p, s, whyOf{who: c, sub: *chosen, site: chosen.State.Place.SiteID, grant: chosen.GrantID})
}

// whyLine is the line that is asked about, the first when it is none of those that somebody may see.
func (q *request) whyLine(all []subscriptions.Subscription, wanted string) (chosen *subscriptions.Subscription, lines []choice) {
	for _, sub := range all {
		if !q.may(staff.AccessView, sub.State.Place.SiteID) {
			continue
		}
		here := wanted == number(sub.ID)
		if here || chosen == nil {
			chosen = &sub
		}
		lines = append(lines, choice{Name: sub.State.Login.Name, Value: number(sub.ID), Here: here})
	}
	return chosen, lines
}

// maySendWhy puts the button that sends the sentences on the page, for a customer who has a phone.
func (b *Backoffice) maySendWhy(q *request, p *whyPage, c customers.Customer, sub subscriptions.Subscription, at time.Time) error {
	if !q.may(staff.CustomersEdit, c.SiteID) {
		return nil
	}
	phones, err := b.Customers.FirstPhones(q.ctx, []int64{c.ID})
	if err != nil || phones[c.ID] == "" {
		return err
	}
	p.Send = &shortForm{Action: customerAddress(c.ID) + "/why", Button: p.T("office.why.send", "Phone", phones[c.ID].Local()),
		Hidden: []fact{{"line", number(sub.ID)}, {"at", at.In(b.Zone).Format(whyForm)}}}
	return nil
}

// tellWhy sends the customer what is told of an instant, worked out anew: no text comes from the browser.
func (b *Backoffice) tellWhy(q *request) error {
	c, err := b.theCustomer(q, staff.CustomersEdit)
	if err != nil {
		return err
	}
	all, err := b.Lines.Of(q.ctx, c.ID)
	if err != nil {
		return err
	}
	sub, _ := q.whyLine(all, q.FormValue("line"))
	at, wrong := time.ParseInLocation(whyForm, cutTyped(q.FormValue("at")), b.Zone)
	if sub == nil || wrong != nil || at.After(b.PlanClock.Now()) {
		return notHere()
	}
	phones, err := b.Customers.FirstPhones(q.ctx, []int64{c.ID})
	if err != nil {
		return err
	}
	s, err := b.Whys.OfLine(q.ctx, *sub, c, at.UTC())
	if err != nil {
		return err
	}
	here := whyAddress(c.ID, sub.ID) + "&at=" + at.In(b.Zone).Format(whyForm)
	if err := b.Messages.Explain(q.ctx, q.in.By(q.visit()), c, string(phones[c.ID]), b.whyShort(c.Lang, s), at.UTC()); err != nil {
		return q.refusal(err, here)
	}
	q.tell("good", "office.why.sent", "")
	return led(here)
}

// whyForm is how a browser writes an instant.
const whyForm = "2006-01-02T15:04"

// whyGrant is of a guest's grant; that of a line is told with its customer.
func (b *Backoffice) whyGrant(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	told, err := b.Stories.OfGrant(q.ctx, id)
	if err != nil {
		return hidden(err)
	}
	g := told.Access.Grant
	if !q.may(staff.AccessView, g.SiteID) {
		return notHere()
	}
	lines, err := b.Lines.OfGrants(q.ctx, []int64{id})
	if err != nil {
		return err
	}
	if line := lines[id]; line != 0 {
		sub, err := b.Lines.Get(q.ctx, line)
		if err != nil {
			return hidden(err)
		}
		return led(whyAddress(sub.CustomerID, line))
	}
	name := g.Place.MAC.Colons()
	if name == "" {
		name = g.Plan
	}
	p := &whyPage{frame: q.page("office.why.title", "sessions")}
	p.Title = p.T("office.why.of", "Name", name)
	p.Crumbs = []crumb{{p.T("office.story.grant", "Plan", g.Plan), storyAddress(id)}}
	at := b.whyWhen(q, p, storyAddress(id)+"/why", nil)
	s, err := b.Whys.OfGrant(q.ctx, id, at)
	if err != nil {
		return hidden(err)
	}
	return b.showWhy(q, p, s, whyOf{site: g.SiteID, grant: id})
}

// whyWhen reads the instant that is asked about, in the provider's time, and puts the form with it on the page. Without one, and for one that is
// still to come, it is now.
func (b *Backoffice) whyWhen(q *request, p *whyPage, action string, more []formField) time.Time {
	now := b.PlanClock.Now()
	at, wrong := now, ""
	if typed := cutTyped(q.Query("at")); typed != "" {
		got, err := time.ParseInLocation(whyForm, typed, b.Zone)
		switch {
		case err != nil:
			wrong = p.T("office.why.bad_time")
		case got.After(now):
			p.Notes = append(p.Notes, note{Tone: "warn", Text: p.T("office.why.future")})
		default:
			at = got.UTC()
		}
	}
	when := formField{Name: "at", As: asMoment, Label: p.T("office.why.when"), Value: at.In(b.Zone).Format(whyForm), Wrong: wrong}
	p.Find = &find{Action: action, Button: p.T("office.why.button"), Fields: append([]formField{when}, more...)}
	if now.Sub(at) > radius.RefusalsKept {
		p.Notes = append(p.Notes, note{Text: p.T("office.why.refusals_kept")})
	}
	return at
}

// showWhy puts a story into words, without what is not for who looks.
func (b *Backoffice) showWhy(q *request, p *whyPage, s offline.Story, of whyOf) error {
	money := q.may(staff.PaymentsView, of.site)
	names, err := b.planNames(q)
	if err != nil {
		return err
	}
	p.Tone = whyTone(s)
	if !money {
		s.Amount.Cents = 0
	}
	p.Says = b.whySays(&p.frame, s)
	p.Next, p.Done = b.whyNext(q, &p.frame, s, of), s.Step == offline.StepNone
	for _, i := range s.Items {
		if !money && (i.Kind == offline.OfMoney || i.Dunning != nil) {
			continue
		}
		p.Items = append(p.Items, b.whyItem(&p.frame, s.At, i, names, money))
	}
	p.Short = b.whyShort(p.Lang, s)
	if of.who.ID != 0 {
		p.Short = b.whyShort(of.who.Lang, s)
	}
	return q.send(fiber.StatusOK, "why", p)
}

// whyTone is green when all was well, red while something is still to be mended, and nothing where nothing was wrong with us.
func whyTone(s offline.Story) string {
	switch s.Cause {
	case offline.Online:
		return "good"
	case offline.NotBegun, offline.LineEnded, offline.Left, offline.NeverTried:
		return ""
	}
	if s.Back.IsZero() && s.Cause != offline.Slowed {
		return "bad"
	}
	return "warn"
}

// whySays are the sentences for staff: what it was, and whether it is over.
func (b *Backoffice) whySays(f *frame, s offline.Story) []string {
	args := b.whyArgs(f, s.Values, s.At, s.At, s.Back)
	says := []string{f.T("why.is."+string(s.Cause), whyTimes(s, args)...)}
	if s.Step == offline.StepPrompt && s.Amount.IsPositive() {
		says = append(says, f.T("why.waits", args...))
	}
	if !s.Back.IsZero() && s.Cause != offline.PaidLate && s.Cause != offline.NotBegun {
		says = append(says, f.T("why.back", args...))
	}
	return says
}

// whyTimes adds how often, where a sentence tells it: a count chooses the form of a text, and a text of one form has no other.
func whyTimes(s offline.Story, args []any) []any {
	if s.Cause == offline.WrongPassword || s.Cause == offline.UnknownLogin {
		return append(args, "Count", number(s.Times))
	}
	return args
}

// whyShort is what the customer is told: two sentences, in their language.
func (b *Backoffice) whyShort(l words.Lang, s offline.Story) string {
	f := &frame{Lang: l}
	args := b.whyArgs(f, s.Values, s.At, b.PlanClock.Now(), s.Back)
	then := "why.then." + string(s.Cause)
	if !s.Back.IsZero() && s.Cause != offline.Online && s.Cause != offline.Slowed && s.Cause != offline.NotBegun {
		then = "why.then.back"
	}
	return f.T("why.tell."+string(s.Cause), args...) + " " + f.T(then, args...)
}

// whyArgs fill sentences in; times are short on the day of another instant.
func (b *Backoffice) whyArgs(f *frame, v offline.Values, at, near, back time.Time) []any {
	clock := func(t time.Time) string { return b.whyClock(f, t, near) }
	router := b.routerName(v.RouterID)
	name := v.Name
	if name == "" {
		name = v.Device
	}
	return []any{"At", clock(at), "From", clock(v.From), "Until", clock(v.Until), "Back", clock(back), "Router", router, "Name", name, "Device", v.Device, "Amount", v.Amount.String()}
}

// whyClock is the time, with its day when that is another one.
func (b *Backoffice) whyClock(f *frame, t, near time.Time) string {
	if t.IsZero() {
		return f.T("office.why.still")
	}
	if t.In(b.Zone).Format(time.DateOnly) == near.In(b.Zone).Format(time.DateOnly) {
		return t.In(b.Zone).Format("15:04")
	}
	return moment(f, t, time.Date(near.In(b.Zone).Year(), 12, 31, 0, 0, 0, 0, b.Zone), b.Zone)
}
