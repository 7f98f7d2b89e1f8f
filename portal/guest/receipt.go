package guest

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing"
	"mtandao/internal/fault"
	"mtandao/internal/words"
	"mtandao/portal/web"
)

type receiptPage struct {
	page
	Receipt, Action, Back string
}

// receiptPage asks for the code of the M-Pesa message. It never reloads: somebody is typing.
func (g *Guest) receiptPage(v *visitor, path, back string, stamp ...string) *receiptPage {
	p := &receiptPage{page: g.newPage(v, "guest.receipt.title", path), Action: path, Back: v.address(back)}
	p.Stamp = g.stamps.Make(stamp...)
	return p
}

func (g *Guest) paidPage(v *visitor) *receiptPage {
	return g.receiptPage(v, v.home()+"/paid", v.home(), "paid", v.site.Slug, string(v.visit.MAC))
}

func (g *Guest) orderReceiptPage(v *visitor, token string) *receiptPage {
	return g.receiptPage(v, "/o/"+token+"/receipt", "/o/"+token, "receipt", token)
}

func (g *Guest) askPaid(c *fiber.Ctx) error {
	v, err := g.atSite(c)
	if err != nil {
		return err
	}
	return g.send(c, fiber.StatusOK, "receipt", g.paidPage(v))
}

// paid finds an order by its receipt alone. One that nobody knows yet, or whose money is held, is for the device's open order.
func (g *Guest) paid(c *fiber.Ctx) error {
	v, err := g.atSite(c)
	if err != nil {
		return err
	}
	return g.take(c, v, g.paidPage(v), []string{"paid", v.site.Slug, string(v.visit.MAC)}, func(ctx context.Context, typed string) (billing.Claimed, error) {
		claimed, err := g.Orders.FindByReceipt(ctx, typed)
		forAnother := fault.Is(err, fault.NotFound) || err == nil && claimed.State == billing.ClaimHeld
		if !forAnother || v.visit.MAC == "" {
			return claimed, err
		}
		pending, ok, e := g.Orders.PendingFor(ctx, v.site.ID, v.visit.MAC)
		if e != nil || !ok {
			return claimed, err
		}
		return g.Orders.EnterReceipt(ctx, pending.Order.Token, typed)
	})
}

func (g *Guest) askReceipt(c *fiber.Ctx) error {
	ctx, cancel := web.Context()
	defer cancel()
	v, view, err := g.atOrder(ctx, c)
	if err != nil {
		return err
	}
	return g.send(c, fiber.StatusOK, "receipt", g.orderReceiptPage(v, view.Order.Token))
}

func (g *Guest) receipt(c *fiber.Ctx) error {
	ctx, cancel := web.Context()
	defer cancel()
	v, view, err := g.atOrder(ctx, c)
	if err != nil {
		return err
	}
	key := view.Order.Token
	return g.take(c, v, g.orderReceiptPage(v, key), []string{"receipt", key}, func(ctx context.Context, typed string) (billing.Claimed, error) {
		claimed, err := g.Orders.EnterReceipt(ctx, g.tokenOf(key), typed)
		if claimed.State != billing.ClaimFound { // a receipt that is not found yet proves nothing
			claimed.Token = key
		}
		return claimed, err
	})
}

// take reads a receipt form, and goes to the order that the receipt leads to.
func (g *Guest) take(c *fiber.Ctx, v *visitor, p *receiptPage, stamp []string, find func(context.Context, string) (billing.Claimed, error)) error {
	typed := cut(parameter(c, "receipt"), 24)
	claimed, err := billing.Claimed{}, error(fault.New(fault.Invalid, "form.expired"))
	if g.stamps.Valid(parameter(c, "k"), stamp...) {
		err = g.slowTyping(c, v, g.rates.receipts)
	}
	if err == nil {
		ctx, cancel := web.Context()
		defer cancel()
		claimed, err = find(ctx, typed)
	}
	if err == nil {
		return c.Redirect(v.address("/o/"+claimed.Token), fiber.StatusSeeOther)
	}
	if !forPerson(err) {
		g.Log.Error("receipt not taken", "request", web.RequestID(c), "error", err)
	}
	p.Receipt = typed
	p.warn("receipt", words.Fault(v.lang, err))
	return g.send(c, web.Status(err), "receipt", p)
}

// slowTyping makes guessing slow: by device at its address, and for the address as a whole.
func (g *Guest) slowTyping(c *fiber.Ctx, v *visitor, rate *web.Limiter) error {
	from := web.Network(g.Proxies.Peer(c))
	if wait := g.rates.address.Wait(from); wait > 0 { // first: the MAC is the caller's own choice
		return tooMany(wait)
	}
	return tooMany(rate.Wait(from + " " + string(v.visit.MAC)))
}
