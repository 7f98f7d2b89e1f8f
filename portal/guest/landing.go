package guest

import (
	"context"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/plans"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
	"mtandao/internal/site"
	"mtandao/internal/words"
	"mtandao/portal/web"
)

type landingPage struct {
	page
	Welcome string
	Picture template.URL
	Connect bool // explain how to join the Wi-Fi
	Closed  bool
	Plans   []planCard
	Number  string // as typed
	Buy     string
	Once    string
}

type planCard struct {
	N                          int
	ID                         string
	Currency, Price, Name, Pay string
	Gives                      []string
	Chosen                     bool
}

func (g *Guest) landing(c *fiber.Ctx) error {
	v, err := g.atSite(c)
	if err != nil {
		return err
	}
	ctx, cancel := web.Context()
	defer cancel()
	p, err := g.landingPage(ctx, v, parameter(c, "p"))
	if err != nil {
		return err
	}
	if parameter(c, "more") == "" {
		if address := g.whereToGo(ctx, v, p); address != "" {
			return c.Redirect(address, fiber.StatusFound)
		}
	}
	if proxied(c.Get(fiber.HeaderUserAgent)) {
		p.Notes = append(p.Notes, note{Title: p.T("guest.proxy.title"), Text: p.T("guest.proxy.text")})
	}
	return g.send(c, fiber.StatusOK, "landing", p)
}

// toSite and toOrder bring somebody back who opens the address of a form: by reloading after a failure, by the language
// switch there, or in another browser.
func (g *Guest) toSite(c *fiber.Ctx) error {
	v, err := g.atSite(c)
	if err != nil {
		return err
	}
	return c.Redirect(v.address(v.home()), fiber.StatusFound)
}

// landingPage is the price list with one plan chosen, so that the button always names an amount.
func (g *Guest) landingPage(ctx context.Context, v *visitor, chosen string) (*landingPage, error) {
	offered, err := g.offered(ctx, v)
	if err != nil {
		return nil, err
	}
	p := &landingPage{page: g.newPage(v, "guest.title", v.home(), "more", "1"), Welcome: v.brand.WelcomeEN}
	if v.lang == words.Swahili {
		p.Welcome = v.brand.WelcomeSW
	}
	if len(v.brand.Picture) > 0 {
		p.Picture = inPage("image/jpeg", v.brand.Picture)
	}
	p.Step = 1
	p.Closed = v.site.State == site.Closed
	p.Connect = v.visit.MAC == "" && !p.Closed
	p.Buy, p.Once = v.home()+"/buy", seal.RandomHex(16)
	p.Stamp = g.stamps.Make("buy", v.site.Slug, string(v.visit.MAC))
	p.routerSaid(v.visit.Error)
	p.setPlans(offered, chosen)
	return p, nil
}

// offered is what may be bought here; nothing at a closed site.
func (g *Guest) offered(ctx context.Context, v *visitor) ([]plans.Plan, error) {
	if v.site.State == site.Closed {
		return nil, nil
	}
	return g.Plans.Listed(ctx, v.site.ID)
}

func (p *landingPage) setPlans(offered []plans.Plan, chosen string) {
	first := 0
	for i, plan := range offered {
		if chosen != "" && strconv.FormatInt(plan.ID, 10) == chosen {
			first = i
		}
	}
	for i, plan := range offered {
		p.Plans = append(p.Plans, p.card(i+1, plan, i == first))
	}
	p.Rules = amountRules(len(offered))
}

func (p *landingPage) card(n int, plan plans.Plan, chosen bool) planCard {
	name := plan.Name(p.Lang)
	currency, price, _ := strings.Cut(plan.Price.String(), " ")
	return planCard{N: n, ID: strconv.FormatInt(plan.ID, 10), Currency: currency, Price: price,
		Name: name, Gives: gives(name, plans.Sentence(p.Lang, plan)),
		Pay: p.T("guest.pay", "Amount", plan.Price.String()), Chosen: chosen}
}

// gives is the parts of a plan's sentence, without the one that its name says already.
func gives(name, sentence string) []string {
	parts := strings.Split(sentence, " · ")
	if len(parts) > 1 && strings.EqualFold(sorted(parts[0]), sorted(name)) {
		parts = parts[1:]
	}
	return parts
}

// sorted is a text's words in one order: "GB 1" and "1 GB" say the same.
func sorted(text string) string {
	words := strings.Fields(text)
	slices.Sort(words)
	return strings.Join(words, " ")
}

// amountRules lets the button name the amount of the chosen plan without a script.
func amountRules(n int) string {
	if n == 0 {
		return ""
	}
	var rules []string
	for i := 1; i <= n; i++ {
		rules = append(rules, fmt.Sprintf("#p%d:checked~.pay .s%d", i, i))
	}
	return ".pick:checked~.pay .s0{display:none}" + strings.Join(rules, ",") + "{display:inline}"
}

// whereToGo sends a device that has paid, or is about to, to its own page; a payment that hangs is only pointed at. Not
// to know is no reason to refuse the price list.
func (g *Guest) whereToGo(ctx context.Context, v *visitor, p *landingPage) string {
	if v.visit.MAC == "" {
		return ""
	}
	if token, ok := g.liveToken(ctx, v); ok {
		return g.byPass(v, "/s/", token)
	}
	pending, ok, err := g.Orders.PendingFor(ctx, v.site.ID, v.visit.MAC)
	if err != nil {
		g.Log.Warn("pending order not known", "error", err)
	}
	if !ok {
		return ""
	}
	address := g.byPass(v, "/o/", pending.Order.Token)
	if pending.Age < slowAfter {
		return address
	}
	p.Notes = append(p.Notes, note{Title: p.T("guest.pending.title", "Amount", pending.Order.Price.String()),
		Text: p.T("guest.pending.text"), Address: address})
	return ""
}

// byPass is the address of an order's page for somebody of whom only the MAC is known.
func (g *Guest) byPass(v *visitor, page, token string) string {
	pass, err := g.pass(token, v.visit.MAC)
	if err != nil {
		g.Log.Error("pass not made", "error", err)
		return ""
	}
	return v.address(page + pass)
}

func (g *Guest) liveToken(ctx context.Context, v *visitor) (string, bool) {
	live, err := g.Grants.LiveFor(ctx, v.site.ID, v.visit.MAC)
	if err != nil {
		g.Log.Warn("live grants not known", "error", err)
	}
	for _, grant := range live {
		token, err := g.tokenOfGrant(ctx, v.site.ID, grant.ID)
		if err == nil {
			return token, true
		}
		if !fault.Is(err, fault.NotFound) {
			g.Log.Warn("order of grant not known", "grant", grant.ID, "error", err)
		}
	}
	return "", false
}

// proxied browsers fetch pages through their maker's computers, which cannot reach a captive network.
func proxied(agent string) bool { return strings.Contains(agent, "Opera Mini") }

// cut shortens a text that came from outside.
func cut(s string, runes int) string {
	if r := []rune(s); len(r) > runes {
		return string(r[:runes]) + "…"
	}
	return s
}
