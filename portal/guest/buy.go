package guest

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/internal/pace"
	"mtandao/internal/words"
	"mtandao/portal/web"
)

// buyForm is what a person typed and what their page carried.
type buyForm struct {
	plan  int64
	typed string // the number
	once  string
	stamp string
}

func readBuy(c *fiber.Ctx) buyForm {
	plan, _ := strconv.ParseInt(parameter(c, "plan"), 10, 64)
	return buyForm{plan: plan, typed: cut(parameter(c, "phone"), 40), once: parameter(c, "n"), stamp: parameter(c, "k")}
}

func (g *Guest) buy(c *fiber.Ctx) error {
	v, err := g.atSite(c)
	if err != nil {
		return err
	}
	form := readBuy(c)
	field, err := g.checkBuy(c, v, form)
	if err != nil {
		return g.buyAgain(c, v, form, field, err)
	}
	ctx, cancel := web.Context()
	defer cancel()
	placed, err := g.Orders.PlaceOrder(ctx, billing.OrderRequest{SiteID: v.site.ID, PlanID: form.plan, Phone: form.typed,
		Place: v.place(), Visit: v.query, Lang: v.lang, Once: form.once})
	if err != nil {
		return g.buyAgain(c, v, form, fieldOf(err), err)
	}
	return c.Redirect(v.address("/o/"+placed.Token), fiber.StatusSeeOther)
}

// checkBuy names the field that is wrong, or none when it is the form as a whole.
func (g *Guest) checkBuy(c *fiber.Ctx, v *visitor, form buyForm) (field string, err error) {
	if !g.stamps.Valid(form.stamp, "buy", v.site.Slug, string(v.visit.MAC)) || !nonce(form.once) {
		return "", fault.New(fault.Invalid, "form.expired")
	}
	if form.plan == 0 {
		return "plan", fault.New(fault.Invalid, "plan.missing")
	}
	phone, err := customers.ParsePhone(form.typed)
	if err != nil {
		return "phone", err
	}
	return "", g.slow(c, v, "buy:"+string(phone))
}

func nonce(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 16
}

// slow makes somebody who presses too often wait: by device, by the number that would be prompted, and (generously, for
// a whole site may come from one) by address.
func (g *Guest) slow(c *fiber.Ctx, v *visitor, who string) error {
	if wait := g.rates.address.Wait(pace.Network(g.Proxies.Peer(c))); wait > 0 { // first: the other keys are the caller's own choice
		return tooMany(wait)
	}
	wait := g.rates.device.Wait(who)
	if v.visit.MAC != "" {
		wait = max(wait, g.rates.device.Wait("device:"+string(v.visit.MAC)))
	}
	return tooMany(wait)
}

func tooMany(wait time.Duration) error {
	if wait == 0 {
		return nil
	}
	return fault.New(fault.TooMany, "rate.wait", "Seconds", int(math.Ceil(wait.Seconds())))
}

func fieldOf(err error) string {
	switch key := fault.KeyOf(err); {
	case strings.HasPrefix(key, "phone."):
		return "phone"
	case strings.HasPrefix(key, "plan."):
		return "plan"
	}
	return ""
}

// buyAgain shows the price list again with what was typed, the sentence on top and beside its field.
func (g *Guest) buyAgain(c *fiber.Ctx, v *visitor, form buyForm, field string, why error) error {
	if !web.ForPerson(why) {
		g.Log.Error("order not placed", "request", web.RequestID(c), "error", why)
	}
	ctx, cancel := web.Context()
	defer cancel()
	p, err := g.landingPage(ctx, v, strconv.FormatInt(form.plan, 10))
	if err != nil {
		return why
	}
	p.Number = form.typed
	if nonce(form.once) && fault.KeyOf(why) != "form.expired" {
		p.Once = form.once // the same wish: an order that was placed after all is found again
	}
	p.warn(field, words.Fault(v.lang, why))
	return g.send(c, web.Status(why), "landing", p)
}
