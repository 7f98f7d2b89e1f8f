package guest

import (
	"context"
	"encoding/base64"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/internal/fault"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/radius/access"
)

// phonePage brings somebody to their plan on another phone, or on one that calls itself by a new address: it asks for the
// number that paid, then for the code that this number was sent, then, if need be, which plan.
type phonePage struct {
	page
	Action, Number, Code string
	Sealed, Masked, Anew string // of the code's form: whom it was sent to
	Plans                []phonePlan
}

type phonePlan struct{ Name, State, Address string }

const toPurpose = "guest.phone"

func (g *Guest) phonePage(v *visitor) *phonePage {
	path := v.home() + "/phone"
	p := &phonePage{page: g.newPage(v, "guest.phone_code.title", path), Action: path}
	p.Stamp = g.stamps.Make("phone", v.site.Slug, string(v.visit.MAC))
	return p
}

func (g *Guest) askPhone(c *fiber.Ctx) error {
	v, err := g.atSite(c)
	if err != nil {
		return err
	}
	return g.send(c, fiber.StatusOK, "phone", g.phonePage(v))
}

// sendCode sends the code, and tells the same to whoever has nothing here.
func (g *Guest) sendCode(c *fiber.Ctx) error {
	v, err := g.atSite(c)
	if err != nil {
		return err
	}
	ctx, cancel := web.Context()
	defer cancel()
	typed := cut(parameter(c, "phone"), 24)
	to, err := g.sendCodeTo(ctx, c, v, typed)
	if err == nil {
		return c.Redirect(v.address(v.home()+"/phone/code", "to", to), fiber.StatusSeeOther)
	}
	if !web.ForPerson(err) {
		g.Log.Error("phone code not sent", "request", web.RequestID(c), "error", err)
	}
	p := g.phonePage(v)
	p.Number = typed
	p.warn("phone", words.Fault(v.lang, err))
	return g.send(c, web.Status(err), "phone", p)
}

func (g *Guest) sendCodeTo(ctx context.Context, c *fiber.Ctx, v *visitor, typed string) (to string, err error) {
	if !g.stamps.Valid(parameter(c, "k"), "phone", v.site.Slug, string(v.visit.MAC)) {
		return "", fault.New(fault.Invalid, "form.expired")
	}
	phone, err := customers.ParsePhone(typed)
	if err == nil {
		err = g.slowTyping(c, v, g.rates.codes)
	}
	if err == nil {
		err = g.Orders.SendPhoneCode(ctx, v.site.ID, phone, v.lang)
	}
	if err != nil {
		return "", err
	}
	sealed, err := g.Keys.Seal(toPurpose, []byte(phone))
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

func (g *Guest) codeSentPage(v *visitor, to string, phone customers.Phone) *phonePage {
	p := g.phonePage(v)
	p.here, p.hereMore = v.home()+"/phone/code", []string{"to", to}
	p.Action, p.Sealed, p.Masked, p.Anew = v.home()+"/phone/code", to, phone.Masked(), v.address(v.home()+"/phone")
	return p
}

// sentTo is the page to type a code on, and whom it was sent to.
func (g *Guest) sentTo(c *fiber.Ctx) (v *visitor, p *phonePage, phone customers.Phone, err error) {
	if v, err = g.atSite(c); err != nil {
		return nil, nil, "", err
	}
	to := parameter(c, "to")
	sealed, err := base64.RawURLEncoding.DecodeString(to)
	if err == nil {
		sealed, err = g.Keys.Open(toPurpose, sealed)
	}
	if err != nil {
		return nil, nil, "", fault.Wrap(fault.NotFound, "page.unknown", err)
	}
	phone = customers.Phone(sealed)
	return v, g.codeSentPage(v, to, phone), phone, nil
}

func (g *Guest) askPhoneCode(c *fiber.Ctx) error {
	_, p, _, err := g.sentTo(c)
	if err != nil {
		return err
	}
	return g.send(c, fiber.StatusOK, "phone", p)
}

// usePhoneCode leads to the plan, or to the choice of plans, that the phone paid for.
func (g *Guest) usePhoneCode(c *fiber.Ctx) error {
	v, p, phone, err := g.sentTo(c)
	if err != nil {
		return err
	}
	ctx, cancel := web.Context()
	defer cancel()
	bought, err := g.takeCode(ctx, c, v, phone)
	if err != nil {
		if !web.ForPerson(err) {
			g.Log.Error("phone code not taken", "request", web.RequestID(c), "error", err)
		}
		p.warn("code", words.Fault(v.lang, err))
		return g.send(c, web.Status(err), "phone", p)
	}
	if len(bought) == 1 {
		return c.Redirect(v.address("/s/"+bought[0].Order.Token), fiber.StatusSeeOther)
	}
	p.choose(bought)
	return g.send(c, fiber.StatusOK, "phone", p)
}

func (g *Guest) takeCode(ctx context.Context, c *fiber.Ctx, v *visitor, phone customers.Phone) ([]billing.Bought, error) {
	if !g.stamps.Valid(parameter(c, "k"), "phone", v.site.Slug, string(v.visit.MAC)) {
		return nil, fault.New(fault.Invalid, "form.expired")
	}
	if err := g.slowTyping(c, v, g.rates.codes); err != nil {
		return nil, err
	}
	bought, err := g.Orders.UsePhoneCode(ctx, v.site.ID, phone, cut(parameter(c, "code"), 12))
	if err == nil && len(bought) == 0 {
		err = fault.New(fault.NotFound, "phone_code.nothing") // it was over by the time the code came
	}
	return bought, err
}

func (p *phonePage) choose(bought []billing.Bought) {
	p.Action = ""
	states := map[access.State]string{access.Active: "guest.phone_code.active", access.Dormant: "guest.phone_code.dormant", access.Suspended: "guest.phone_code.suspended"}
	for _, b := range bought {
		p.Plans = append(p.Plans, phonePlan{Name: b.Order.PlanName(p.Lang), State: p.T(states[b.Grant.State]),
			Address: p.who.address("/s/" + b.Order.Token)})
	}
}
