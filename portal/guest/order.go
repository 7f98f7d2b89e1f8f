package guest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing"
	"mtandao/internal/money"
	"mtandao/internal/seal"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// slowAfter is when a wait page stops pointing at the phone and offers to take the receipt.
const slowAfter = time.Minute

type orderPage struct {
	page
	token                string
	Amount, Plan, Masked string
	Slow, Checking       bool

	What, Next, Again, Once string     // of a payment that failed, or whose money is kept
	Kept, Spend             bool       // the money is here; it is to be spent on a plan
	Steps                   []numbered // of paying by hand
	Resting                 bool       // nobody was prompted
	Grace                   string     // where a few minutes online are to be had before paying
	GraceMinutes            int
}

type numbered struct {
	N    int
	Text string
}

// ToOrder is an address of this order.
func (p *orderPage) ToOrder(path string) string { return p.who.address("/o/" + p.token + path) }

// ToSite is the price list: who mistyped their number must not have to wait for a stranger's answer.
func (p *orderPage) ToSite() string { return p.who.address(p.who.home(), "more", "1") }

// screen is a page that is ready to be sent, or where to go instead.
type screen struct {
	name     string
	page     web.Framed
	base     *page
	redirect string
}

func (g *Guest) show(c *fiber.Ctx, status int, s screen) error {
	if s.redirect != "" {
		return c.Redirect(s.redirect, fiber.StatusFound)
	}
	return g.send(c, status, s.name, s.page)
}

// atOrder reads the visitor of a page under an order's token.
func (g *Guest) atOrder(ctx context.Context, c *fiber.Ctx) (*visitor, billing.OrderView, error) {
	view, byPass, err := g.orderBehind(ctx, c.Params("token"))
	if err != nil {
		return nil, view, err
	}
	s, brand, err := g.Sites.Get(view.Order.SiteID)
	if err != nil {
		return nil, view, err
	}
	fallback := view.Order.Lang
	if fallback == "" {
		fallback = words.Lang(s.Language)
	}
	v := g.visitorAt(c, s, brand, fallback)
	v.byPass = byPass
	return v, view, nil
}

// entry is where the order's device logs in: as the router said just now, else as it said when the order was placed.
func (g *Guest) entry(v *visitor, o billing.Order) (routers.Router, routers.Visit, bool) {
	if v.visit.Login != "" {
		return v.router, v.visit, true
	}
	router, ok := g.Routers.Get(o.Place.RouterID)
	if !ok || router.SiteID != o.SiteID || o.Visit == "" {
		return routers.Router{}, routers.Visit{}, false
	}
	before := visitor{site: v.site}
	g.read(&before, router, o.Visit, g.PublicURL+v.home()+"?"+o.Visit)
	return router, before.visit, before.visit.Login != ""
}

// device is whose page it is: the one that a pass is for, the one in front of it, else the one that the order was placed from.
func (v *visitor) device(o billing.Order) access.MAC {
	if v.byPass != "" {
		return v.byPass
	}
	if v.visit.MAC != "" {
		return v.visit.MAC
	}
	return o.Place.MAC
}

func (g *Guest) order(c *fiber.Ctx) error {
	ctx, cancel := web.Context()
	defer cancel()
	v, view, err := g.atOrder(ctx, c)
	if err != nil {
		return err
	}
	return g.show(c, fiber.StatusOK, g.orderScreen(v, view))
}

func (g *Guest) toOrder(c *fiber.Ctx) error {
	ctx, cancel := web.Context()
	defer cancel()
	v, view, err := g.atOrder(ctx, c)
	if err != nil {
		return err
	}
	return c.Redirect(v.address("/o/"+view.Order.Token), fiber.StatusFound)
}

// orderScreen picks the page of an order's state. A paid order has its page elsewhere: going there is a full navigation,
// on which an iPhone looks again whether it is online.
func (g *Guest) orderScreen(v *visitor, view billing.OrderView) screen {
	p := g.orderPage(v, view)
	checking := view.Claim == billing.ClaimWaiting || view.Claim == billing.ClaimAsked
	switch {
	case view.Order.GrantID != 0:
		return screen{redirect: v.address("/s/" + p.token)}
	case view.PaidBy != "" && view.Foreign && v.byPass != "": // who came by a pass is not told what somebody typed
		return screen{redirect: v.address(v.home() + "/paid")}
	case view.PaidBy != "" && view.Foreign:
		return screen{redirect: v.address(v.home()+"/paid", "receipt", view.Typed)}
	case view.PaidBy != "" && v.byPass == "": // whoever typed a receipt is led to what it bought
		return screen{redirect: v.address("/o/" + view.PaidBy)}
	case view.Surplus || view.Spent:
		return g.keptScreen(p, view)
	case !checking && (view.Payment.Reason == billing.ReasonNumberRests || view.Payment.Reason == billing.ReasonRailRests):
		return g.restingScreen(p, view)
	case !checking && view.Payment.State.Final():
		return g.failedScreen(p, view)
	}
	return g.waitScreen(p, view, checking)
}

func (g *Guest) orderPage(v *visitor, view billing.OrderView) *orderPage {
	o := view.Order
	p := &orderPage{page: g.newPage(v, "guest.wait.title", "/o/"+o.Token), token: o.Token,
		Amount: o.Price.String(), Plan: o.PlanName(v.lang), Masked: masked(o), Once: seal.RandomHex(16)}
	p.Step = 2
	p.Stamp = g.stamps.Make("order", o.Token)
	if view.Claim == billing.ClaimRefused {
		p.Notes = append(p.Notes, note{Title: p.T("guest.wrong.title"), Text: p.T("guest.receipt.refused"), Alarm: true})
	}
	if view.Claim == billing.ClaimWhose {
		p.Notes = append(p.Notes, note{Title: p.T("guest.receipt.found"), Text: p.T("guest.receipt.found.next"), Address: p.ToOrder("/receipt")})
	}
	return p
}

// masked is the number that was asked to pay, on one line.
func masked(o billing.Order) string {
	mask := o.PhoneMask
	if o.Phone != "" {
		mask = o.Phone.Masked()
	}
	return strings.ReplaceAll(mask, " ", "\u00a0")
}

func (g *Guest) waitScreen(p *orderPage, view billing.OrderView, checking bool) screen {
	p.Checking, p.Slow = checking, !checking && view.Age >= slowAfter
	p.Refresh = fmt.Sprintf("%d;url=%s", pause(view.Age), p.ToOrder(""))
	p.Rules = fmt.Sprintf(".slow i{animation-delay:-%ds}", int(max(view.Age, 0)/time.Second))
	return screen{name: "wait", page: p, base: &p.page}
}

// pause is how many seconds a waiting page rests before it looks again.
func pause(age time.Duration) int {
	switch {
	case age < 2*time.Minute:
		return 4
	case age < 10*time.Minute:
		return 10
	}
	return 30
}

// keptScreen says where money is that did not buy the order: held, or spent on something else. It looks again while the
// prompt may still bring its own.
func (g *Guest) keptScreen(p *orderPage, view billing.OrderView) screen {
	held := money.Amount{Cents: view.Credit, Currency: view.Order.Price.Currency}
	p.Kept, p.Spend, p.What, p.Next = true, true, p.T("guest.kept"), p.T("guest.kept.next", "Amount", held.String(), "Phone", p.Masked)
	if view.Spent {
		p.What, p.Next = p.T("guest.spent"), p.T("guest.spent.next")
	}
	if !view.Payment.State.Final() {
		p.Refresh = fmt.Sprintf("%d;url=%s", pause(view.Age), p.ToOrder(""))
	}
	return screen{name: "failed", page: p, base: &p.page}
}

// failedScreen says what happened to the money first, then what to do: to be asked again, or to pay by hand where it was not the
// payer that failed.
func (g *Guest) failedScreen(p *orderPage, view billing.OrderView) screen {
	key := "guest.fail." + string(view.Payment.Reason)
	if !words.Has(key) {
		key = "guest.fail.unknown"
	}
	p.What, p.Next = p.T(key), p.T(key+".next")
	p.Again = p.who.again(p.token)
	if view.ByHand.Number != "" && p.Again != "" {
		p.byHand(view)
	}
	return screen{name: "failed", page: p, base: &p.page}
}

// restingScreen tells how to pay without a prompt, and looks again whether somebody did.
func (g *Guest) restingScreen(p *orderPage, view billing.OrderView) screen {
	hand, now := view.ByHand, g.Clock.Now()
	key := "guest.fail." + string(view.Payment.Reason)
	p.What = p.T(key, "Phone", p.Masked)
	p.Next = p.T(key+".next", "When", instant(p.Lang, hand.RestUntil, now, p.who.site.Location()))
	p.Resting = true
	p.byHand(view)
	if !now.Before(hand.RestUntil) {
		p.Again = p.who.again(p.token)
	}
	return screen{name: "failed", page: p, base: &p.page}
}

// byHand lists the steps of paying without a prompt. The page looks whether somebody did.
func (p *orderPage) byHand(view billing.OrderView) {
	steps := []string{"guest.hand.paybill_one", "guest.hand.paybill_two", "guest.hand.paybill_three"}
	if view.ByHand.Type == billing.TillBuyGoods {
		steps = []string{"guest.hand.till_one", "guest.hand.till_two", "guest.hand.till_three"}
	}
	for i, step := range steps {
		p.Steps = append(p.Steps, numbered{i + 1, p.T(step, "Number", view.ByHand.Number, "Code", view.Order.Code, "Amount", p.Amount)})
	}
	p.graced(view.Grace)
	p.Refresh = fmt.Sprintf("%d;url=%s", pause(view.Age), p.ToOrder(""))
}
