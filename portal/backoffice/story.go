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
	Acts     []act
	Facts    []fact
	Payments table
	Receipts *table
	Typed    []fact
	Access   *accessView // nil: nothing was given
	Usage    []usageChart
	Sessions table
	Enforced table
	Refused  table
}

// findingView is the cause in a sentence, and the button that mends it.
type findingView struct {
	Tone, Text, Button, Address string
	Order                       string // whose money it is to be, when the button matches
	Asks                        bool   // the button leads to a page
}

// Icon says the tone without colour.
func (v findingView) Icon() string { return toneIcon(v.Tone) }

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
	if g := s.Access.Grant; online && g.ID != 0 {
		p.Acts = append(p.Acts, act{Name: p.T("office.why.act"), Icon: "wifi-off", Address: storyAddress(g.ID) + "/why"})
	}
	if s.HasOrder {
		p.Title = p.T("office.story.order", "Code", s.Order.Code)
		p.State = orderState(&p.frame, s.Order.State)
		p.Facts = append(b.orderFacts(p, s.Order), b.graceFacts(p, s)...)
	} else {
		p.Title, p.State = p.T("office.story.grant", "Plan", s.Access.Grant.Plan), grantState(&p.frame, s.Access.Grant.State)
		p.Facts = b.graceFacts(p, s)
		if s.GraceOf.ID != 0 {
			p.Title = p.T("office.story.grace")
		}
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

// graceFacts tells that somebody was let online before they paid, and what of it was charged.
func (b *Backoffice) graceFacts(p *storyPage, s report.Story) (facts []fact) {
	if s.Grace.GrantID == 0 {
		return nil
	}
	if s.GraceOf.ID != 0 {
		facts = []fact{{p.T("office.grace.of"), s.GraceOf.Code}}
	}
	said := p.T("office.grace.unpaid")
	if charged := s.Grace.Charged; !s.Grace.ChargedAt.IsZero() {
		lasted, data := web.Span(p.Lang, charged.Time), plans.Bytes(charged.Bytes)
		switch {
		case charged.Time > 0 && charged.Bytes > 0:
			said = p.T("office.grace.charged", "Time", lasted, "Data", data)
		case charged.Bytes > 0:
			said = data
		default:
			said = lasted
		}
	}
	return append(facts, fact{p.T("office.grace.given"), b.when(&p.frame, s.Grace.At)}, fact{p.T("office.grace.charge"), said})
}

// finding is green when all is well, red when only a person can help, and else in between.
func (b *Backoffice) finding(p *storyPage, s report.Story) findingView {
	v := findingView{Tone: "warn", Text: p.T("finding."+s.Finding.Name, "Arg", b.findingArg(p, s))}
	switch s.Finding.Name {
	case "online", "raised":
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
	p.Payments.Columns = []column{{p.T("office.when"), "when"}, {p.T("office.amount"), "num"}, {p.T("office.state"), ""}, {p.T("office.said"), ""}}
	for _, m := range s.Payments {
		said := ""
		if m.Reason != billing.ReasonNone {
			said = p.T("reason." + string(m.Reason))
		}
		if m.ResultCode != "" && m.State != billing.PaymentPaid {
			said = strings.TrimSpace(said + " (" + m.ResultCode + ")")
		}
		p.Payments.add(cell{Text: b.when(&p.frame, m.CreatedAt)}, cell{Text: m.Amount.String()}, stated(paymentState(&p.frame, m.State)), cell{Text: said})
	}
	p.Receipts = b.receiptTable(&p.frame, s.Receipts)
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
	if g.Cause == access.CauseArrears {
		p.Access.State = stateView{"warn", p.T("office.grant.arrears")}
	}
	for _, slot := range g.Slots {
		p.Access.Slots = append(p.Access.Slots, slotLine{N: slot.N, MAC: slot.MAC.Colons(), Free: slot.MAC == ""})
	}
	p.Sessions.Columns = []column{{p.T("office.state"), ""}, {p.T("office.began"), "when"}, {p.T("office.ended"), "when"}, {p.T("office.device"), "code"}, {p.T("office.router"), ""},
		{p.T("office.time"), "num"}, {p.T("office.data"), "num"}}
	for _, o := range g.Online {
		b.addSession(p, b.sessionState(&p.frame, o), o.Session, cell{})
	}
	for _, o := range g.Past {
		b.addSession(p, stateView{"", p.T("office.session.closed")}, o.Session, cell{Text: b.planWhen(&p.frame, o.EndedAt), More: o.Cause})
	}
	p.Usage = usageCharts(&p.frame, g.Used)
	b.tellRefused(p, g.Refused)
	p.Enforced.Columns = []column{{p.T("office.when"), "when"}, {p.T("office.wanted"), ""}, {p.T("office.how"), ""}, {p.T("office.outcome"), ""}, {p.T("office.state"), ""}}
	for _, e := range g.Enforced {
		p.Enforced.add(cell{Text: b.planWhen(&p.frame, e.At)}, cell{Text: p.T("office.wanted." + e.Wanted), More: causeName(&p.frame, e.Cause)}, cell{Text: methodName(&p.frame, e.Method)},
			cell{Text: outcomeName(&p.frame, e.Outcome)}, stated(enforcementState(&p.frame, e.State)))
	}
}

func (b *Backoffice) accessFacts(p *storyPage, g report.Granted) []fact {
	facts := []fact{{p.T("office.first_used"), b.planWhen(&p.frame, g.Grant.FirstUsedAt)}, {p.T("office.until"), b.planWhen(&p.frame, g.Grant.Until)}}
	if g.Left.Timed {
		facts = append(facts, fact{p.T("guest.time_left"), web.Span(p.Lang, g.Left.Time)})
	}
	if g.Left.Capped {
		facts = append(facts, fact{p.T("guest.data_left"), plans.Bytes(g.Left.Bytes)})
	}
	return append(facts, fact{p.T("office.used"), plans.Bytes(g.Grant.UsedBytes)}, fact{p.T("office.devices"), strconv.Itoa(g.Grant.Limits.DeviceCount())})
}

func (b *Backoffice) addSession(p *storyPage, state stateView, s radius.Session, ended cell) {
	router, _ := b.Routers.Get(s.RouterID)
	p.Sessions.add(stated(state), cell{Text: b.planWhen(&p.frame, s.StartedAt)}, ended, cell{Text: s.MAC.Colons()}, cell{Text: router.Name},
		cell{Text: web.Span(p.Lang, secondsOf(s.Seconds))}, cell{Text: plans.Bytes(s.Bytes())})
}
