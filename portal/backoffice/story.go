package backoffice

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing"
	"mtandao/billing/plans"
	"mtandao/internal/report"
	"mtandao/internal/staff"
	"mtandao/portal/web"
	"mtandao/radius"
	"mtandao/radius/access"
)

// storyPage tells one order from the money to the router, with what mends it.
type storyPage struct {
	frame
	State    stateView
	Finding  findingView
	Acts     []crumb
	Facts    []fact
	Payments []paymentLine
	Receipts []receiptLine
	Typed    []fact
	Access   *accessView // nil: nothing was given
	Sessions []sessionLine
	Enforced []enforcedLine
}

type fact struct{ Name, Value string }

// findingView is the cause in a sentence, and the button that mends it.
type findingView struct {
	Tone, Text, Button, Address string
	Order                       string // whose money it is to be, when the button matches
	Asks                        bool   // the button leads to a page
	Stamp                       string
}

// Icon says the tone without colour.
func (v findingView) Icon() string { return toneIcon(v.Tone) }

type paymentLine struct {
	When, Amount, Said string
	State              stateView
}

type accessView struct {
	State stateView
	Facts []fact
	Slots []slotLine
}

type slotLine struct {
	N    int
	MAC  string
	Free bool
}

type sessionLine struct {
	Began, Ended, Device, Router, Time, Data, Cause string
	State                                           stateView
}

type enforcedLine struct {
	When, Wanted, How, Outcome string
	State                      stateView
}

func (b *Backoffice) order(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	s, err := b.Stories.OfOrder(q.ctx, id)
	if err != nil {
		return hidden(err)
	}
	return b.showStory(q, s, "payments")
}

func (b *Backoffice) grant(q *request) error {
	id, err := q.idOf("id")
	if err != nil {
		return err
	}
	s, err := b.Stories.OfGrant(q.ctx, id)
	if err != nil {
		return hidden(err)
	}
	return b.showStory(q, s, "sessions")
}

func (b *Backoffice) showStory(q *request, s report.Story, here string) error {
	money, online := q.may(staff.PaymentsView, s.SiteID()), q.may(staff.AccessView, s.SiteID())
	if !money && !online {
		return notHere()
	}
	return q.send(fiber.StatusOK, "story", b.storyPage(q.page("office.story.title", here), s, money, online, func(p staff.Permission) bool { return q.may(p, s.SiteID()) }))
}

// storyPage shows of a story what somebody may see.
func (b *Backoffice) storyPage(f frame, s report.Story, money, online bool, may func(staff.Permission) bool) *storyPage {
	p := &storyPage{frame: f}
	p.Finding = b.finding(p, s)
	p.Finding.button(p, s, may)
	p.others(s, may)
	if s.HasOrder {
		p.Title = p.T("office.story.order", "Code", s.Order.Code)
		p.State = orderState(&p.frame, s.Order.State)
		p.Facts = b.orderFacts(p, s.Order)
	} else {
		p.Title, p.State = p.T("office.story.grant", "Plan", s.Access.Grant.Plan), grantState(&p.frame, s.Access.Grant.State)
	}
	if money {
		b.tellMoney(p, s)
	}
	if online {
		b.tellAccess(p, s)
	}
	return p
}

func (b *Backoffice) orderFacts(p *storyPage, o billing.Order) []fact {
	return []fact{{p.T("office.amount"), o.Price.String()}, {p.T("office.plan"), o.PlanName(p.Lang)}, {p.T("office.payer"), o.PhoneMask},
		{p.T("office.site"), b.siteName(o.SiteID)}, {p.T("office.placed_at"), b.when(&p.frame, o.CreatedAt)}, {p.T("office.device"), o.Place.MAC.Colons()}}
}

// finding is green when all is well, red when only a person can help, and else in between.
func (b *Backoffice) finding(p *storyPage, s report.Story) findingView {
	v := findingView{Tone: "warn", Text: p.T("finding."+s.Finding.Name, "Arg", b.findingArg(p, s)), Stamp: p.Stamp}
	switch s.Finding.Name {
	case "online":
		v.Tone = "good"
	case "router_silent", "suspended", "wrong_amount":
		v.Tone = "bad"
	case "not_paid", "ended", "time_used", "data_used", "expired", "queued":
		v.Tone = ""
	}
	return v
}

func (b *Backoffice) findingArg(p *storyPage, s report.Story) string {
	if s.Finding.Name == "not_paid" {
		return p.T("reason." + s.Finding.Arg)
	}
	return s.Finding.Arg
}

func (b *Backoffice) tellMoney(p *storyPage, s report.Story) {
	for _, m := range s.Payments {
		line := paymentLine{When: b.when(&p.frame, m.CreatedAt), Amount: m.Amount.String(), State: paymentState(&p.frame, m.State)}
		if m.Reason != billing.ReasonNone {
			line.Said = p.T("reason." + string(m.Reason))
		}
		if m.ResultCode != "" && m.State != billing.PaymentPaid {
			line.Said = strings.TrimSpace(line.Said + " (" + m.ResultCode + ")")
		}
		p.Payments = append(p.Payments, line)
	}
	for _, r := range s.Receipts {
		p.Receipts = append(p.Receipts, b.receiptLine(&p.frame, r))
	}
	for _, c := range s.Claims {
		p.Typed = append(p.Typed, fact{c.Receipt, p.T("office.typed." + c.State)})
	}
}

func (b *Backoffice) tellAccess(p *storyPage, s report.Story) {
	g := s.Access
	if g.Grant.ID == 0 {
		return
	}
	p.Access = &accessView{State: grantState(&p.frame, g.Grant.State), Facts: b.accessFacts(p, g)}
	for _, slot := range g.Slots {
		p.Access.Slots = append(p.Access.Slots, slotLine{N: slot.N, MAC: slot.MAC.Colons(), Free: slot.MAC == ""})
	}
	for _, o := range g.Online {
		line := b.session(p, o.Session)
		line.State = stateView{"good", p.T("office.session.open")}
		p.Sessions = append(p.Sessions, line)
	}
	for _, o := range g.Past {
		line := b.session(p, o.Session)
		line.Ended, line.Cause, line.State = b.planTime(p, o.EndedAt), o.Cause, stateView{"", p.T("office.session.closed")}
		p.Sessions = append(p.Sessions, line)
	}
	for _, e := range g.Enforced {
		p.Enforced = append(p.Enforced, b.enforced(p, e))
	}
}

func (b *Backoffice) accessFacts(p *storyPage, g report.Granted) []fact {
	facts := []fact{{p.T("office.first_used"), b.planTime(p, g.Grant.FirstUsedAt)}, {p.T("office.until"), b.planTime(p, g.Grant.Until)}}
	if g.Left.Timed {
		facts = append(facts, fact{p.T("guest.time_left"), web.Span(p.Lang, g.Left.Time)})
	}
	if g.Left.Capped {
		facts = append(facts, fact{p.T("guest.data_left"), plans.Bytes(g.Left.Bytes)})
	}
	return append(facts, fact{p.T("office.used"), plans.Bytes(g.Grant.UsedBytes)}, fact{p.T("office.devices"), strconv.Itoa(g.Grant.Limits.DeviceCount())})
}

func (b *Backoffice) session(p *storyPage, s radius.Session) sessionLine {
	router, _ := b.Routers.Get(s.RouterID)
	return sessionLine{Began: b.planTime(p, s.StartedAt), Device: s.MAC.Colons(), Router: router.Name, Time: web.Span(p.Lang, secondsOf(s.Seconds)), Data: plans.Bytes(s.Bytes())}
}

func (b *Backoffice) enforced(p *storyPage, e radius.Enforcement) enforcedLine {
	line := enforcedLine{When: b.planTime(p, e.At), Wanted: p.T("office.wanted." + e.Wanted), State: enforcementState(&p.frame, e.State)}
	if e.Method != "" {
		line.How = p.T("office.method." + e.Method)
	}
	if e.Outcome != "" {
		line.Outcome = p.T("office.outcome." + e.Outcome)
	}
	if e.Cause != "" && e.Wanted == radius.WantDisconnect && known(access.Cause(e.Cause)) {
		line.Wanted += ": " + p.T("cause."+e.Cause)
	}
	return line
}
