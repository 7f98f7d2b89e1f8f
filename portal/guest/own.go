package guest

import (
	"context"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing"
	"mtandao/internal/fault"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/radius/access"
)

// onceLife is how long a one-time log-in may lie between our page and the router's.
const onceLife = 2 * time.Minute

// connect sends the browser to the router with a one-time secret: the second way online. An HTTPS page must not post a
// form to a plain-HTTP router, so it is a redirect.
func (g *Guest) connect(c *fiber.Ctx) error {
	ctx, cancel := web.Context()
	defer cancel()
	v, view, err := g.atOrder(ctx, c)
	if err != nil {
		return err
	}
	if view.Order.GrantID == 0 {
		return c.Redirect(v.address("/o/"+view.Order.Token), fiber.StatusFound)
	}
	return g.logIn(ctx, c, v, view, view.Order.GrantID)
}

// logIn sends the order's device to its router with a log-in to a grant that works once.
func (g *Guest) logIn(ctx context.Context, c *fiber.Ctx, v *visitor, view billing.OrderView, grantID int64) error {
	router, visit, ok := g.entry(v, view.Order)
	if !ok {
		return g.refuse(ctx, c, v, view, "", fault.New(fault.Conflict, "login.no_link"))
	}
	if err := tooMany(g.rates.codes.Wait("connect:" + view.Order.Token)); err != nil { // each makes a row
		return g.refuse(ctx, c, v, view, "", err)
	}
	name, secret, err := g.Grants.OnceLogin(ctx, grantID, v.byPass, onceLife)
	if err != nil {
		return g.refuse(ctx, c, v, view, "", err)
	}
	link, err := g.Dialects[router.Dialect].LoginLink(router, visit, name, secret)
	if err != nil {
		return g.refuse(ctx, c, v, view, "", err)
	}
	return c.Redirect(link, fiber.StatusFound)
}

// own reads the visitor of a form on a status page, which only an order with a grant has.
func (g *Guest) own(ctx context.Context, c *fiber.Ctx) (*visitor, billing.OrderView, error) {
	v, view, err := g.atOrder(ctx, c)
	if err != nil {
		return nil, view, err
	}
	if view.Order.GrantID == 0 {
		return nil, view, fault.New(fault.NotFound, "page.unknown")
	}
	return v, view, nil
}

func (g *Guest) devices(c *fiber.Ctx) error {
	ctx, cancel := web.Context()
	defer cancel()
	v, view, err := g.own(ctx, c)
	if err == nil && v.byPass != "" {
		err = fault.New(fault.NotFound, "page.unknown")
	}
	if err != nil {
		return err
	}
	typed := cut(parameter(c, "mac"), 24)
	did, err := g.changeDevices(ctx, c, v, view.Order, typed)
	if err != nil {
		return g.refuseDevice(ctx, c, v, view, typed, err)
	}
	if _, _, linked := g.entry(v, view.Order); linked && did == "moved" {
		return c.Redirect(v.address("/s/"+view.Order.Token+"/connect"), fiber.StatusSeeOther)
	}
	return c.Redirect(v.address("/s/"+view.Order.Token, "did", did), fiber.StatusSeeOther)
}

func (g *Guest) changeDevices(ctx context.Context, c *fiber.Ctx, v *visitor, o billing.Order, typed string) (did string, err error) {
	if !g.stamps.Valid(parameter(c, "k"), "order", o.Token) {
		return "", fault.New(fault.Invalid, "form.expired")
	}
	if err := tooMany(g.rates.codes.Wait("devices:" + o.Token)); err != nil {
		return "", err
	}
	if slot, err := strconv.Atoi(parameter(c, "remove")); err == nil {
		return "removed", g.Grants.Move(ctx, o.GrantID, slot, "")
	}
	if slot, err := strconv.Atoi(parameter(c, "instead")); err == nil && v.visit.MAC != "" {
		return "moved", g.Grants.Move(ctx, o.GrantID, slot, v.visit.MAC)
	}
	mac, err := access.ParseMAC(typed)
	if err != nil {
		return "", err
	}
	return "added", g.Grants.BindDevice(ctx, o.GrantID, mac)
}

func (g *Guest) refuseDevice(ctx context.Context, c *fiber.Ctx, v *visitor, view billing.OrderView, typed string, why error) error {
	if !web.ForPerson(why) {
		g.Log.Error("device not changed", "request", web.RequestID(c), "error", why)
	}
	s, err := g.statusScreen(ctx, v, view, false)
	if err != nil {
		return why
	}
	if p, ok := s.page.(*statusPage); ok {
		p.TypedMAC, p.DevicesOpen, p.Refresh = typed, true, ""
		p.warn("mac", words.Fault(v.lang, why))
	}
	return g.show(c, web.Status(why), s)
}

// logOut ends this device's session; the page it leads to has the way back.
func (g *Guest) logOut(c *fiber.Ctx) error {
	ctx, cancel := web.Context()
	defer cancel()
	v, view, err := g.own(ctx, c)
	if err != nil {
		return err
	}
	if !g.stamps.Valid(parameter(c, "k"), "order", view.Order.Token) {
		return g.refuse(ctx, c, v, view, "", fault.New(fault.Invalid, "form.expired"))
	}
	if err := g.Sessions.LogOut(ctx, view.Order.GrantID, v.device(view.Order)); err != nil {
		return g.refuse(ctx, c, v, view, "", err)
	}
	return c.Redirect(v.address("/s/"+view.Order.Token, "out", "1"), fiber.StatusSeeOther)
}
