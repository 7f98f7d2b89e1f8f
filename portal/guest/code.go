package guest

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
	"mtandao/internal/pace"
	"mtandao/internal/words"
	"mtandao/portal/web"
	"mtandao/radius/access"
)

type codePage struct {
	page
	Code, Action string
	Onto         string // the key of a plan that a voucher is added to
}

func (g *Guest) codePage(v *visitor) *codePage {
	path := v.home() + "/code"
	p := &codePage{page: g.newPage(v, "guest.code.title", path), Action: path}
	p.Stamp = g.stamps.Make("code", v.site.Slug, string(v.visit.MAC))
	return p
}

func (g *Guest) askCode(c *fiber.Ctx) error {
	v, err := g.atSite(c)
	if err != nil {
		return err
	}
	p := g.codePage(v)
	p.Code, p.Onto = cut(parameter(c, "code"), longestCode), parameter(c, "onto")
	return g.send(c, fiber.StatusOK, "code", p)
}

// useCode brings this device to the plan behind a log-in code, and from there online.
func (g *Guest) useCode(c *fiber.Ctx) error {
	v, err := g.atSite(c)
	if err != nil {
		return err
	}
	ctx, cancel := web.Context()
	defer cancel()
	typed := cut(parameter(c, "code"), longestCode)
	token, err := g.tokenOfCode(ctx, c, v, typed)
	if err == nil {
		return c.Redirect(v.address("/s/"+token), fiber.StatusSeeOther)
	}
	if !web.ForPerson(err) {
		g.Log.Error("code not taken", "request", web.RequestID(c), "error", err)
	}
	p := g.codePage(v)
	p.Code, p.Onto = typed, parameter(c, "onto")
	p.warn("code", words.Fault(v.lang, err))
	return g.send(c, web.Status(err), "code", p)
}

func (g *Guest) tokenOfCode(ctx context.Context, c *fiber.Ctx, v *visitor, typed string) (string, error) {
	if !g.stamps.Valid(parameter(c, "k"), "code", v.site.Slug, string(v.visit.MAC)) {
		return "", fault.New(fault.Invalid, "form.expired")
	}
	from := pace.Network(g.Proxies.Peer(c))
	if g.rates.address.Wait(from) == 0 { // else vouchers slow down all who come from there, and junk MACs make no keys here
		if err := tooMany(g.rates.codes.Wait(from + " " + string(v.visit.MAC))); err != nil {
			return "", err
		}
	}
	code, ok := access.ReadCode(typed)
	if !ok {
		return "", fault.New(fault.Invalid, "code.invalid")
	}
	grant, err := g.grantOfCode(ctx, v, code, from, parameter(c, "onto"))
	if err == nil {
		var token string
		if token, err = g.tokenOfGrant(ctx, v.site.ID, grant); err == nil {
			return token, nil
		}
	}
	if fault.Is(err, fault.NotFound) {
		err = fault.Wrap(fault.NotFound, "code.unknown", err)
	}
	return "", err
}
