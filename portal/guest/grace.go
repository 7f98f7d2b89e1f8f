package guest

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing"
	"mtandao/internal/fault"
	"mtandao/portal/web"
)

// grace lets somebody online for the few minutes in which they pay by hand.
func (g *Guest) grace(c *fiber.Ctx) error {
	ctx, cancel := web.Context()
	defer cancel()
	v, view, err := g.atOrder(ctx, c)
	if err != nil {
		return err
	}
	if !g.stamps.Valid(parameter(c, "k"), "order", view.Order.Token) || v.byPass != "" {
		return g.refuse(ctx, c, v, view, "", fault.New(fault.Invalid, "form.expired"))
	}
	if err := g.slow(c, v, "grace:"+string(view.Order.Phone)); err != nil {
		return g.refuse(ctx, c, v, view, "", err)
	}
	grantID, err := g.Orders.TakeGrace(ctx, view.Order.Token)
	if err != nil {
		return g.refuse(ctx, c, v, view, "", err)
	}
	if _, _, linked := g.entry(v, view.Order); !linked { // the router is told to let the device on
		return c.Redirect(v.address("/o/"+view.Order.Token), fiber.StatusSeeOther)
	}
	return g.logIn(ctx, c, v, view, grantID)
}

// graced says on the page of an order what grace it gives, or gave.
func (p *orderPage) graced(grace billing.Grace) {
	if p.who.byPass == "" && grace.May > 0 {
		p.Grace, p.GraceMinutes = "/o/"+p.token+"/grace", int(grace.May/time.Minute)
	}
	if grace.GrantID != 0 {
		p.Notes = append(p.Notes, note{Title: p.T("guest.grace.given"), Text: p.T("guest.grace.given.next")})
	}
}
