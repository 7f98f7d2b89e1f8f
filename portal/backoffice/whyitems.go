package backoffice

import (
	"strings"
	"time"

	"mtandao/internal/offline"
	"mtandao/internal/staff"
	"mtandao/radius/access"
)

// whyNext is the button of the next step, when who looks may press it.
func (b *Backoffice) whyNext(q *request, f *frame, s offline.Story, of whyOf) *act {
	customer, line, grant := customerAddress(of.who.ID), lineAt(of.sub.ID), "/office/grants/"+number(of.grant)
	next := map[offline.Step]struct {
		may     staff.Permission
		site    int64
		address string
		posted  bool
	}{
		offline.StepPrompt:   {staff.PaymentsMatch, of.who.SiteID, customer + "/ask", false},
		offline.StepUnpause:  {staff.AccessChange, of.site, line + "/change/resume", false},
		offline.StepPassword: {staff.AccessChange, of.site, line + "/change/login", false},
		offline.StepAddOn:    {staff.AccessChange, of.site, line + "/change/addon", false},
		offline.StepPlan:     {staff.AccessChange, of.site, line + "/change/plan", false},
		offline.StepResume:   {staff.AccessChange, of.site, grant + "/resume", true},
		offline.StepOnline:   {staff.AccessChange, of.site, grant + "/online", true},
		offline.StepExtend:   {staff.AccessChange, of.site, grant + "/extend", false},
		offline.StepMove:     {staff.AccessChange, of.site, grant + "/move", false},
		offline.StepLine:     {staff.AccessView, of.site, line, false},
		offline.StepGrant:    {staff.AccessView, of.site, grant, false},
		offline.StepRouter:   {staff.AccessView, of.site, b.whyRouter(s, of), false},
		offline.StepPools:    {staff.RoutersEdit, of.site, q.reachable("/office/pools"), false},
	}[s.Step]
	if next.address == "" || !q.may(next.may, next.site) {
		return nil
	}
	name := f.T("why.step."+string(s.Step), "Amount", s.Amount.String())
	if s.Step == offline.StepPrompt && !s.Amount.IsPositive() {
		name = f.T("office.ask_money.act")
	}
	return &act{Name: name, Address: next.address, Posted: next.posted, Tone: "primary", Icon: "arrow-right"}
}

// whyRouter is the page of the router that the story is about, or of the line.
func (b *Backoffice) whyRouter(s offline.Story, of whyOf) string {
	id := s.RouterID
	if id == 0 {
		id = of.sub.State.Place.RouterID
	}
	if _, known := b.Routers.Get(id); !known {
		return ""
	}
	return "/office/routers/" + number(id)
}

var whyIcons = map[offline.Kind]string{offline.OfMoney: "banknote", offline.OfAccess: "ticket", offline.OfSession: "wifi", offline.OfRefusal: "ban", offline.OfRouter: "router",
	offline.OfCommand: "network", offline.OfStaff: "user-round", offline.Asked: "clock"}

// whyItem is one thing that happened, in a line.
func (b *Backoffice) whyItem(f *frame, at time.Time, i offline.Item, names map[string]string, money bool) whyItem {
	args := b.whyArgs(f, i.Values, i.At, at, time.Time{})
	w := whyItem{When: b.whyClock(f, i.At, at), Icon: whyIcons[i.Kind], Tone: i.Tone, Here: i.Kind == offline.Asked}
	switch {
	case i.Event != nil:
		w.Text, w.More = f.T("office.line.event_"+string(i.Event.Kind)), b.eventMore(f, *i.Event, names)
		if amount := eventAmount(*i.Event); money && amount != "" {
			w.More = joined(w.More, amount)
		}
	case i.Dunning != nil:
		did := dunnedCell(f, *i.Dunning)
		w.Text, w.More = did.Text, did.More
	case i.Command != nil:
		w.Text = f.T("why.item.told", append(args, "Name", f.T("office.wanted."+i.Command.Wanted))...)
		if i.Command.Cause == string(access.CauseFairUse) {
			w.Text, w.Tone = f.T("why.item.fair_use"), "warn"
		}
		w.More = joined(causeName(f, i.Command.Cause), outcomeName(f, i.Command.Outcome))
	case i.Refusal != nil:
		w.Text = f.T("why.item.refused", append(args, "Name", i.Device)...)
		if i.Name != "" {
			w.Text = f.T("why.item.refused", append(args, "Name", i.Name)...)
		}
		w.More = refusedName(f, *i.Refusal)
		if i.Times > 1 {
			w.More = joined(w.More, f.T("office.why.times", "Count", number(i.Times), "Until", b.whyClock(f, i.Until, at)))
		}
	case i.Deed != nil:
		w.Text, w.More = didName(f, i.Deed.Action), i.Deed.By
	default:
		w.Text = f.T("why.item."+i.What, args...)
		switch {
		case i.What == offline.WentOn:
			w.More = i.Device
		case i.What == offline.WentOff:
			w.More, w.Icon = joined(i.Device, i.Name), "wifi-off"
		case i.What == offline.MoneyNotPaid && i.Name != "":
			w.More = f.T("reason." + i.Name)
		}
	}
	return w
}

// joined are those parts that say something, in one line.
func joined(parts ...string) string {
	var said []string
	for _, p := range parts {
		if p != "" {
			said = append(said, p)
		}
	}
	return strings.Join(said, " · ")
}
