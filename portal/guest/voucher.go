package guest

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing"
	"mtandao/internal/fault"
	"mtandao/radius/access"
	"mtandao/vouchers"
)

// Vouchers is what the pages ask of vouchers.
type Vouchers interface {
	// Redeem gives a code's grant, its first use or not.
	Redeem(ctx context.Context, r vouchers.Redemption) (grantID int64, err error)
	// OfGrant is the voucher that a grant was made of; fault.NotFound when it was none.
	OfGrant(ctx context.Context, grantID int64) (vouchers.Card, error)
}

// A voucher's grant has no order, whose token leads to its pages. Its key says at which site it was brought, which grant it gave, and when.
const voucherPurpose = "guest.voucher"

func (g *Guest) voucherKey(siteID, grantID int64, at time.Time) (string, error) {
	sealed, err := g.Keys.Seal(voucherPurpose, fmt.Appendf(nil, "%d %d %d", siteID, grantID, at.Unix()))
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// viewOf finds the order of a token, or what stands for one behind a voucher's key: no payment, no phone, nothing to buy again.
func (g *Guest) viewOf(ctx context.Context, token string) (billing.OrderView, error) {
	var siteID, grantID, at int64
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err == nil {
		sealed, err = g.Keys.Open(voucherPurpose, sealed)
	}
	if err != nil {
		return g.Orders.ByToken(ctx, token)
	}
	if _, err := fmt.Sscanf(string(sealed), "%d %d %d", &siteID, &grantID, &at); err != nil {
		return billing.OrderView{}, fault.Wrap(fault.NotFound, "page.unknown", err)
	}
	card, err := g.Vouchers.OfGrant(ctx, grantID)
	if err != nil {
		return billing.OrderView{}, err
	}
	grant, _, _, err := g.Grants.View(ctx, grantID)
	return billing.OrderView{Order: billing.Order{SiteID: siteID, GrantID: grantID, Token: token, PlanNameEN: card.Batch.NameEN, PlanNameSW: card.Batch.NameSW,
		Price: card.Batch.Price, Place: grant.Place, PaidAt: time.Unix(at, 0).UTC()}}, err
}

// tokenOfGrant leads to the pages of a grant, whatever it was bought with.
func (g *Guest) tokenOfGrant(ctx context.Context, siteID, grantID int64) (string, error) {
	token, err := g.Orders.TokenOfGrant(ctx, grantID)
	if !fault.Is(err, fault.NotFound) {
		return token, err
	}
	if _, e := g.Vouchers.OfGrant(ctx, grantID); e != nil {
		return "", e
	}
	return g.voucherKey(siteID, grantID, g.Clock.Now())
}

// grantOfCode is the grant behind a log-in code, or behind a voucher's, whose first use this may be. onto leads to a plan of the same person's that more is
// to be added to.
func (g *Guest) grantOfCode(ctx context.Context, v *visitor, code access.Code, from, onto string) (int64, error) {
	r := vouchers.Redemption{Code: code, SiteID: v.site.ID, Place: v.place(), Address: from,
		Live: func(ctx context.Context) (int64, error) { return g.Grants.ByCode(ctx, v.site.ID, code) }} // after whoever guesses was held up
	if onto != "" {
		view, byPass, err := g.orderBehind(ctx, onto)
		if err != nil {
			return 0, err
		}
		if byPass == "" && view.Order.SiteID == v.site.ID {
			r.Onto = view.Order.GrantID
		}
	}
	return g.Vouchers.Redeem(ctx, r)
}

// scanned is where a voucher's picture leads: to the page of codes, with the code filled in. Nothing is used up by looking.
func (g *Guest) scanned(c *fiber.Ctx) error {
	v, err := g.atSite(c)
	if err != nil {
		return err
	}
	return c.Redirect(v.address(v.home()+"/code", "code", cut(c.Params("code"), longestCode)), fiber.StatusFound)
}

// longestCode is how much of a typed code is read.
const longestCode = 32
