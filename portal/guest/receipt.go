package guest

import (
	"context"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/internal/pace"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/radius/access"
)

type receiptPage struct {
	page
	Receipt, Action, Back string
	Whose, Digits         string // how the number begins that is asked for, and what was typed of its end
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
	p := g.paidPage(v)
	p.Receipt = cut(parameter(c, "receipt"), 24)
	return g.send(c, fiber.StatusOK, "receipt", p)
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
		claimed, err = g.Orders.EnterReceipt(ctx, pending.Order.Token, typed)
		if err == nil && claimed.State != billing.ClaimFound { // a receipt that is not found yet proves nothing
			claimed.Token, err = g.pass(pending.Order.Token, v.visit.MAC)
		}
		return claimed, err
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
	ctx, cancel := web.Context()
	defer cancel()
	typed := cut(parameter(c, "receipt"), 24)
	claimed, err := billing.Claimed{}, error(fault.New(fault.Invalid, "form.expired"))
	if g.stamps.Valid(parameter(c, "k"), stamp...) {
		err = g.slowTyping(c, v, g.rates.receipts)
	}
	if err == nil {
		claimed, err = find(ctx, typed)
	}
	if err == nil {
		p.Whose, err = g.mayOpen(ctx, c, v, claimed, typed)
	}
	if err == nil && p.Whose == "" {
		return c.Redirect(v.address("/o/"+claimed.Token), fiber.StatusSeeOther)
	}
	p.Receipt, p.Digits = typed, cut(parameter(c, "digits"), 16)
	if err == nil {
		p.Notes = append(p.Notes, note{Title: p.T("guest.receipt.whose")})
		return g.send(c, fiber.StatusOK, "receipt", p)
	}
	if !forPerson(err) {
		g.Log.Error("receipt not taken", "request", web.RequestID(c), "error", err)
	}
	field := "receipt"
	if p.Whose != "" {
		field = "digits"
	}
	p.warn(field, words.Fault(v.lang, err))
	return g.send(c, web.Status(err), "receipt", p)
}

// mayOpen lets somebody to the order that their receipt led to: from one of its devices, or with the end of the number that
// paid. A receipt alone, which anybody may have read over a shoulder, opens nothing; whose is how the number begins that
// is then asked for.
func (g *Guest) mayOpen(ctx context.Context, c *fiber.Ctx, v *visitor, claimed billing.Claimed, receipt string) (whose string, err error) {
	if key := c.Params("token"); claimed.State != billing.ClaimFound && claimed.State != billing.ClaimHeld || key == claimed.Token {
		return "", nil // it leads to where they are
	}
	view, err := g.Orders.ByToken(ctx, claimed.Token)
	if err != nil {
		return "", err
	}
	if theirs, err := g.isDeviceOf(ctx, v, view.Order); err != nil || theirs {
		return "", err
	}
	payer := claimed.Payer
	if payer == "" {
		payer = view.Order.Phone
	}
	typed := endOf(parameter(c, "digits"))
	if typed == "" {
		return begins(payer), nil
	}
	number, err := billing.SpellReceipt(receipt)
	if err == nil {
		err = tooMany(g.rates.whose.Wait(number))
	}
	if err == nil && (ends(payer, typed) || ends(view.Order.Phone, typed)) {
		return "", nil
	}
	if err == nil {
		err = fault.New(fault.Denied, "receipt.not_whose")
	}
	return begins(payer), err
}

// isDeviceOf says that the visitor's device placed an order, or is on its plan.
func (g *Guest) isDeviceOf(ctx context.Context, v *visitor, o billing.Order) (bool, error) {
	mac := v.visit.MAC
	if v.byPass != "" {
		mac = v.byPass
	}
	if mac == "" || o.Place.MAC == mac || o.GrantID == 0 {
		return mac != "" && o.Place.MAC == mac, nil
	}
	_, slots, _, err := g.Grants.View(ctx, o.GrantID)
	return slices.ContainsFunc(slots, func(s access.Slot) bool { return s.MAC == mac }), err
}

const digitsAsked = 4

// begins is a number without the digits that are asked for: 0712 •• ••••.
func begins(p customers.Phone) string {
	if len(p) != 12 {
		return "•"
	}
	return "0" + string(p[3:6]) + "\u00a0••\u00a0••••"
}

// endOf is what somebody typed of a number's end, or the whole number, in digits alone.
func endOf(typed string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, cut(typed, 16))
}

func ends(p customers.Phone, digits string) bool {
	if len(digits) == 10 && digits[0] == '0' {
		digits = digits[1:]
	}
	return len(digits) >= digitsAsked && strings.HasSuffix(string(p), digits)
}

// slowTyping makes guessing slow: by device at its address, and for the address as a whole.
func (g *Guest) slowTyping(c *fiber.Ctx, v *visitor, rate *pace.Limiter) error {
	from := pace.Network(g.Proxies.Peer(c))
	if wait := g.rates.address.Wait(from); wait > 0 { // first: the MAC is the caller's own choice
		return tooMany(wait)
	}
	return tooMany(rate.Wait(from + " " + string(v.visit.MAC)))
}
