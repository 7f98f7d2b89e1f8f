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
	Asks, Whole           bool   // for the end of the number that paid, or for all of it
	Begins, Digits        string // how that number begins, if that may be told, and what was typed of it
	here                  string // the key of the order that they are at; empty for none
}

// ask asks who has paid.
func (p *receiptPage) ask(begins string, whole bool) {
	p.Asks, p.Begins, p.Whole = true, begins, whole
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
	p := g.receiptPage(v, "/o/"+token+"/receipt", "/o/"+token, "receipt", token)
	p.here = token
	return p
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

// paid finds an order by its receipt alone. One that nobody knows yet, or whose money is held, is for the device's open order, to which
// it leads by a pass: the device is what they say it is.
func (g *Guest) paid(c *fiber.Ctx) error {
	v, err := g.atSite(c)
	if err != nil {
		return err
	}
	p := g.paidPage(v)
	return g.take(c, v, p, []string{"paid", v.site.Slug, string(v.visit.MAC)}, func(ctx context.Context, typed, end string) (billing.Claimed, error) {
		claimed, err := g.Orders.FindByReceipt(ctx, typed)
		forAnother := fault.Is(err, fault.NotFound) || err == nil && claimed.State == billing.ClaimHeld
		if !forAnother || v.visit.MAC == "" {
			return claimed, err
		}
		pending, ok, e := g.Orders.PendingFor(ctx, v.site.ID, v.visit.MAC)
		if e != nil || !ok {
			return claimed, err
		}
		claimed, err = g.Orders.EnterReceipt(ctx, pending.Order.Token, typed, end)
		if here := claimed.State != billing.ClaimFound || claimed.Token == pending.Order.Token; err != nil || !here {
			return claimed, err
		}
		if p.here = pending.Order.Token; claimed.State != billing.ClaimFound || end == "" {
			p.here, err = g.pass(pending.Order.Token, v.visit.MAC)
		}
		claimed.Token = p.here
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
	p := g.orderReceiptPage(v, view.Order.Token)
	if view.Claim == billing.ClaimWhose && v.byPass == "" {
		p.Receipt = view.Typed
	}
	return g.send(c, fiber.StatusOK, "receipt", p)
}

func (g *Guest) receipt(c *fiber.Ctx) error {
	ctx, cancel := web.Context()
	defer cancel()
	v, view, err := g.atOrder(ctx, c)
	if err != nil {
		return err
	}
	key := view.Order.Token
	return g.take(c, v, g.orderReceiptPage(v, key), []string{"receipt", key}, func(ctx context.Context, typed, end string) (billing.Claimed, error) {
		claimed, err := g.Orders.EnterReceipt(ctx, g.tokenOf(key), typed, end)
		if here := claimed.Token == g.tokenOf(key); claimed.State != billing.ClaimFound || here && end == "" { // by a pass it stays one
			claimed.Token = key
		}
		return claimed, err
	})
}

// take reads a receipt form, and goes to the order that the receipt leads to.
func (g *Guest) take(c *fiber.Ctx, v *visitor, p *receiptPage, stamp []string, find func(ctx context.Context, typed, end string) (billing.Claimed, error)) error {
	ctx, cancel := web.Context()
	defer cancel()
	p.Receipt, p.Digits = cut(parameter(c, "receipt"), 24), cut(parameter(c, "digits"), 20)
	p.Asks = p.Digits != ""
	claimed, err := billing.Claimed{}, error(fault.New(fault.Invalid, "form.expired"))
	if g.stamps.Valid(parameter(c, "k"), stamp...) {
		err = g.slowReceipts(c, v, stamp, p.Receipt)
	}
	if err == nil {
		claimed, err = find(ctx, p.Receipt, p.Digits)
	}
	open := ""
	switch {
	case claimed.State == billing.ClaimWhose && fault.KeyOf(err) == "receipt.hidden":
		p.Asks = false
	case claimed.State == billing.ClaimWhose:
		p.ask(beginning(claimed.Whose.Begins), claimed.Whose.Whole)
	case err == nil:
		open, err = g.opens(ctx, v, claimed, p)
	}
	if open != "" {
		return c.Redirect(v.address("/o/"+open), fiber.StatusSeeOther)
	}
	if err == nil {
		key := "guest.receipt.whose"
		if p.Whole {
			key = "guest.receipt.whose_whole"
		}
		p.Notes = append(p.Notes, note{Title: p.T(key)})
		return g.send(c, fiber.StatusOK, "receipt", p)
	}
	if !web.ForPerson(err) {
		g.Log.Error("receipt not taken", "request", web.RequestID(c), "error", err)
	}
	field := "receipt"
	if p.Asks {
		field = "digits"
	}
	p.warn(field, words.Fault(v.lang, err))
	return g.send(c, web.Status(err), "receipt", p)
}

// slowReceipts makes it slow to guess receipts, and the end of the number that paid one: by device, by order, by address, and by
// the receipt that is typed, from however many devices.
func (g *Guest) slowReceipts(c *fiber.Ctx, v *visitor, stamp []string, typed string) error {
	if err := g.slowTyping(c, v, g.rates.receipts); err != nil {
		return err
	}
	if err := tooMany(g.rates.receipts.Wait(strings.Join(stamp, " "))); err != nil {
		return err
	}
	number, err := billing.SpellReceipt(typed)
	if err != nil {
		return err
	}
	return tooMany(g.rates.whose.Wait(number))
}

// opens is the key by which somebody comes to the order that their receipt led to: its token with the end of the number that
// paid, a pass from one of its devices, which is only what they say of themselves. A receipt alone, which anybody may have read over
// a shoulder, opens nothing (""); the page then asks for that end.
func (g *Guest) opens(ctx context.Context, v *visitor, claimed billing.Claimed, p *receiptPage) (string, error) {
	if claimed.State != billing.ClaimFound && claimed.State != billing.ClaimHeld || claimed.Token == p.here {
		return claimed.Token, nil // it leads to where they are
	}
	view, err := g.Orders.ByToken(ctx, claimed.Token)
	if err != nil {
		return "", err
	}
	typed := endOf(p.Digits)
	if theirs, err := g.isDeviceOf(ctx, v, view.Order); err != nil {
		return "", err
	} else if theirs && typed == "" {
		return g.pass(claimed.Token, v.device(view.Order))
	}
	payer := claimed.Payer
	if payer == "" {
		payer = view.Order.Phone
	}
	p.ask(begins(payer), false)
	if typed == "" {
		return "", nil
	}
	if ends(payer, typed) || ends(view.Order.Phone, typed) {
		return claimed.Token, nil
	}
	return "", fault.New(fault.Denied, "receipt.not_whose")
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
	return beginning(string(p[:6]))
}

// beginning shows the first digits of a number, 254712 or a mask's 2547, and bullets for the rest; "" when they are no such number's.
func beginning(digits string) string {
	national, ok := strings.CutPrefix(digits, "254")
	if !ok || national == "" || len(national) > 9-digitsAsked {
		return ""
	}
	all := []rune(national + strings.Repeat("•", 9-len(national)))
	return "0" + string(all[:3]) + "\u00a0" + string(all[3:5]) + "\u00a0" + string(all[5:])
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
