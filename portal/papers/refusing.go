package papers

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/fault"
	"mtandao/internal/pace"
	"mtandao/internal/scheduled"
	"mtandao/internal/words"
	"mtandao/portal/web"
)

// Reports are those that come by e-mail. *scheduled.Service satisfies it.
type Reports interface {
	ByLink(ctx context.Context, secret string) (scheduled.Told, error)
	Refuse(ctx context.Context, secret, from string, refuses bool) (scheduled.Told, error)
}

// reportPage asks whether a report is to come no more, or says that it does not.
type reportPage struct {
	page
	Ask, Action, Button string
}

func (f *Face) reportRoutes() []web.Route {
	at := scheduled.LinkPath + ":link"
	return []web.Route{{Method: fiber.MethodGet, Path: at, Policy: web.Public, Handle: f.askReport},
		{Method: fiber.MethodPost, Path: at, Policy: web.Public, Handle: f.refuseReport(true)},
		{Method: fiber.MethodPost, Path: at + "/again", Policy: web.Public, Handle: f.refuseReport(false)}}
}

// askReport only asks: programs that look at mail open every link in it.
func (f *Face) askReport(c *fiber.Ctx) error {
	ctx, cancel := web.Context()
	defer cancel()
	if f.opened.Wait(pace.Network(f.Proxies.Peer(c))) > 0 {
		return f.sorry(c, fault.New(fault.TooMany, "paper.slow"))
	}
	told, err := f.Reports.ByLink(ctx, c.Params("link"))
	if err != nil {
		return f.sorry(c, err)
	}
	return f.reportPage(c, told)
}

// refuseReport is the button of the page, and the one click that mail programs offer (RFC 8058).
func (f *Face) refuseReport(refuses bool) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx, cancel := web.Context()
		defer cancel()
		peer := f.Proxies.Peer(c)
		if f.opened.Wait(pace.Network(peer)) > 0 {
			return f.sorry(c, fault.New(fault.TooMany, "paper.slow"))
		}
		told, err := f.Reports.Refuse(ctx, c.Params("link"), peer.String(), refuses)
		if err != nil {
			return f.sorry(c, err)
		}
		return f.reportPage(c, told)
	}
}

func (f *Face) reportPage(c *fiber.Ctx, told scheduled.Told) error {
	l := told.Lang
	say := func(key string) string { return words.Text(l, key, "Title", told.Title) }
	p := &reportPage{page: page{Frame: framed(f.Brand(told.SiteID), l, words.Text(l, "scheduled.page.title"))}}
	p.Ask, p.Button, p.Action = say("scheduled.page.ask"), words.Text(l, "scheduled.page.stop"), scheduled.LinkPath+c.Params("link")
	if told.Refuses {
		p.Ask, p.Button, p.Action = say("scheduled.page.stopped"), words.Text(l, "scheduled.page.again"), p.Action+"/again"
	}
	c.Set("X-Robots-Tag", "noindex")
	return f.theme.Send(c, fiber.StatusOK, "refuse", p)
}
