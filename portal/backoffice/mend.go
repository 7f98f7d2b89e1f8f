package backoffice

import (
	"strconv"

	"mtandao/billing"
	"mtandao/internal/report"
	"mtandao/internal/staff"
	"mtandao/internal/words"
)

// mending is one button of a story: what it does, who may, and at what address.
type mending struct {
	may  staff.Permission
	path string // after the order's or the grant's address
	of   string // orders or grants
	asks bool   // a page comes first that asks how
}

// mendings are the buttons by a finding's action.
var mendings = map[string]mending{
	report.ActionAsk:        {staff.PaymentsMatch, "/ask", "orders", false},
	report.ActionServe:      {staff.PaymentsMatch, "/serve", "orders", false},
	report.ActionPrompt:     {staff.PaymentsMatch, "/prompt", "orders", false},
	report.ActionOnline:     {staff.AccessChange, "/online", "grants", false},
	report.ActionResume:     {staff.AccessChange, "/resume", "grants", false},
	report.ActionMove:       {staff.AccessChange, "/move", "grants", true},
	report.ActionExtend:     {staff.AccessChange, "/extend", "grants", true},
	report.ActionDisconnect: {staff.AccessChange, "/disconnect", "grants", true},
}

// button gives a finding its button, when who looks may press it.
func (v *findingView) button(p *storyPage, s report.Story, may func(staff.Permission) bool) {
	switch s.Finding.Action {
	case report.ActionMatch:
		if may(staff.PaymentsMatch) {
			v.Button, v.Address, v.Order = p.T("office.mend.match"), "/office/receipts/"+number(s.Stray.ID)+"/match", number(s.Order.ID)
		}
		return
	case report.ActionSeeRouter:
		if may(staff.AccessView) {
			v.Button, v.Address, v.Asks = p.T("office.mend.router"), "/office/routers/"+number(s.Router.ID), true
		}
		return
	}
	m, known := mendings[s.Finding.Action]
	if !known || !may(m.may) {
		return
	}
	id := s.Access.Grant.ID
	if m.of == "orders" {
		id = s.Order.ID
	}
	v.Button, v.Address, v.Asks = p.T("office.mend."+s.Finding.Action), "/office/"+m.of+"/"+number(id)+m.path, m.asks
}

// others are what may be done besides the finding's button.
func (p *storyPage) others(s report.Story, may func(staff.Permission) bool) {
	g := s.Access.Grant
	if g.ID == 0 || !may(staff.AccessChange) {
		return
	}
	for _, action := range []string{report.ActionMove, report.ActionExtend, report.ActionDisconnect} {
		if action == s.Finding.Action || action == report.ActionDisconnect && len(s.Access.Online) == 0 || action == report.ActionMove && g.State == "ended" {
			continue
		}
		p.Acts = append(p.Acts, act{Name: p.T("office.mend." + action), Address: "/office/grants/" + number(g.ID) + mendings[action].path})
	}
}

// orderFor is an order of which somebody may do something; else it does not exist.
func (b *Backoffice) orderFor(q *request, p staff.Permission) (billing.Order, string, error) {
	id, err := q.idOf("id")
	if err != nil {
		return billing.Order{}, "", err
	}
	m, err := b.Money.OrderMoney(q.ctx, id)
	if err != nil {
		return billing.Order{}, "", hidden(err)
	}
	if !q.may(p, m.Order.SiteID) {
		err = notHere()
	}
	return m.Order, "/office/orders/" + number(id), err
}

func (b *Backoffice) askRail(q *request) error {
	o, here, err := b.orderFor(q, staff.PaymentsMatch)
	if err != nil {
		return err
	}
	said, err := b.Deeds.AskNow(q.ctx, q.in.Member, q.in.By(q.visit()), o.ID)
	if err != nil {
		return q.refusal(err, here)
	}
	q.tell(map[string]string{billing.AskedVerdict: "good"}[said], "office.asked."+said, "")
	return led(here)
}

func (b *Backoffice) serveHeld(q *request) error {
	o, here, err := b.orderFor(q, staff.PaymentsMatch)
	if err != nil {
		return err
	}
	if err := b.Deeds.ServeFromCredit(q.ctx, q.in.Member, q.in.By(q.visit()), o.ID); err != nil {
		return q.refusal(err, here)
	}
	q.tell("good", "office.mended.serve", "", "Amount", o.Price.String())
	return led(here)
}

func (b *Backoffice) promptAgain(q *request) error {
	o, here, err := b.orderFor(q, staff.PaymentsMatch)
	if err != nil {
		return err
	}
	next, err := b.Deeds.PromptAgain(q.ctx, q.in.Member, q.in.By(q.visit()), o.ID)
	if err != nil {
		return q.refusal(err, here)
	}
	q.tell("good", "office.mended.prompt", "", "Payer", next.PhoneMask, "Amount", next.Price.String())
	return led("/office/orders/" + number(next.ID))
}

// grantFor is the story of a grant of which somebody may do something; else it does not exist.
func (b *Backoffice) grantFor(q *request) (report.Story, string, error) {
	id, err := q.idOf("id")
	if err != nil {
		return report.Story{}, "", err
	}
	s, err := b.Stories.OfGrant(q.ctx, id)
	if err != nil {
		return s, "", hidden(err)
	}
	if !q.may(staff.AccessChange, s.SiteID()) {
		return s, "", notHere()
	}
	orders, err := b.Money.OrdersOfGrant(q.ctx, id)
	if err == nil && len(orders) > 0 {
		s.Order = orders[0]
		return s, "/office/orders/" + number(orders[0].ID), nil
	}
	return s, "/office/grants/" + number(id), err
}

func (b *Backoffice) putOnline(q *request) error {
	s, here, err := b.grantFor(q)
	if err != nil {
		return err
	}
	if err := b.Deeds.PutOnline(q.ctx, q.in.Member, q.in.By(q.visit()), s.Access.Grant.ID); err != nil {
		return q.refusal(err, here)
	}
	q.tell("", "office.mended.online", "")
	return led(here)
}

func (b *Backoffice) resume(q *request) error {
	s, here, err := b.grantFor(q)
	if err != nil {
		return err
	}
	won, err := b.Deeds.Resume(q.ctx, q.in.Member, q.in.By(q.visit()), s.Access.Grant.ID)
	if err != nil {
		return q.refusal(err, here)
	}
	told := "office.mended.resume"
	if !won {
		told = "office.mended.not_paused"
	}
	q.tell("", told, "")
	return led(here)
}

func (b *Backoffice) disconnect(q *request) error {
	s, here, err := b.grantFor(q)
	if err != nil {
		return err
	}
	n, err := b.Deeds.Disconnect(q.ctx, q.in.Member, q.in.By(q.visit()), s.Access.Grant.ID)
	if err != nil {
		return q.refusal(err, here)
	}
	told := "office.mended.disconnect"
	if n == 0 {
		told = "office.mended.offline"
	}
	q.tell("", told, "", "N", strconv.Itoa(n))
	return led(here)
}

// planName is what a grant's plan is called on its pages.
func planName(s report.Story, l words.Lang) string {
	if s.Order.ID != 0 {
		return s.Order.PlanName(l)
	}
	return s.Access.Grant.Plan
}
