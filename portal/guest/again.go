package guest

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing"
	"mtandao/internal/fault"
	"mtandao/internal/site"
	"mtandao/internal/words"
	"mtandao/portal/web"
)

// again buys the same plan with the same number once more: after a failure, or when the plan is over.
func (g *Guest) again(c *fiber.Ctx) error {
	ctx, cancel := web.Context()
	defer cancel()
	v, view, err := g.atOrder(ctx, c)
	if err != nil {
		return err
	}
	if v.byPass != "" {
		return c.Redirect(v.address(v.home(), "more", "1"), fiber.StatusSeeOther)
	}
	placed, err := g.placeAgain(ctx, c, v, view.Order)
	if err == nil {
		return c.Redirect(v.address("/o/"+placed.Token), fiber.StatusSeeOther)
	}
	return g.refuse(ctx, c, v, view, "", err)
}

// again is the address that buys an order's plan once more; "" where nothing is sold.
func (v *visitor) again(key string) string {
	if v.site.State == site.Closed {
		return ""
	}
	return "/o/" + key + "/again"
}

func (g *Guest) placeAgain(ctx context.Context, c *fiber.Ctx, v *visitor, o billing.Order) (billing.Order, error) {
	once := parameter(c, "n")
	if !g.stamps.Valid(parameter(c, "k"), "order", o.Token) || !nonce(once) {
		return billing.Order{}, fault.New(fault.Invalid, "form.expired")
	}
	if err := g.slow(c, v, "buy:"+string(o.Phone)); err != nil {
		return billing.Order{}, err
	}
	wish := billing.OrderRequest{SiteID: o.SiteID, PlanID: o.PlanID, Phone: string(o.Phone), Place: o.Place, Visit: o.Visit,
		Lang: v.lang, Once: once}
	if v.visit.MAC != "" {
		wish.Place, wish.Visit = v.place(), v.query
	}
	return g.Orders.PlaceOrder(ctx, wish)
}

// refuse shows the page of the order again, with what was wrong on top and beside its field.
func (g *Guest) refuse(ctx context.Context, c *fiber.Ctx, v *visitor, view billing.OrderView, field string, why error) error {
	if !web.ForPerson(why) {
		g.Log.Error("guest form failed", "request", web.RequestID(c), "path", c.Route().Path, "error", why)
	}
	s := g.orderScreen(v, view)
	if s.redirect != "" {
		var err error
		if s, err = g.statusScreen(ctx, v, view, false); err != nil {
			return why
		}
	}
	s.base.warn(field, words.Fault(v.lang, why))
	return g.show(c, web.Status(why), s)
}
