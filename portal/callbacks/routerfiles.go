package callbacks

import (
	"context"
	"net/netip"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/pace"
	"mtandao/portal/web"
)

// RouterFiles serves what a router fetches when it is set up: its script, once, and the pages of its hotspot.
type RouterFiles struct {
	// Script spends a link and returns the script; a fault says why not.
	Script func(ctx context.Context, token string) (string, error)
	// Page is a file of the hotspot of the router that the token names; false when there is none.
	Page    func(token, name string) (string, bool)
	Proxies web.Proxies

	tries *pace.Limiter
}

// Guesses at links from one network: so many at once, then one more every so often.
const (
	triesBurst = 20
	triesEvery = 10 * time.Second
)

// NewRouterFiles makes the two addresses.
func NewRouterFiles(c clock.Clock, proxies web.Proxies, script func(context.Context, string) (string, error), page func(token, name string) (string, bool)) *RouterFiles {
	return &RouterFiles{Script: script, Page: page, Proxies: proxies, tries: pace.New(c, triesBurst, triesEvery)}
}

// Routes are the addresses. Only GET: a HEAD, with which some programs look at a link first, must not spend it.
func (f *RouterFiles) Routes() []web.Route {
	return []web.Route{
		{Method: fiber.MethodGet, Path: "/r/s/:token", Policy: web.Machine, Handle: f.script},
		{Method: fiber.MethodGet, Path: "/r/p/:token/:name", Policy: web.Machine, Handle: f.page},
	}
}

func (f *RouterFiles) script(c *fiber.Ctx) error {
	if err := f.admit(f.Proxies.Peer(c)); err != nil {
		return err
	}
	ctx, cancel := web.Context()
	defer cancel()
	script, err := f.Script(ctx, c.Params("token"))
	if err != nil {
		return err
	}
	return plain(c, script)
}

// admit slows down whoever tries links; a router tries one.
func (f *RouterFiles) admit(from netip.Addr) error {
	if wait := f.tries.Wait(pace.Network(from)); wait > 0 {
		return fault.New(fault.TooMany, "rate.wait", "Seconds", int(wait/time.Second)+1)
	}
	return nil
}

func (f *RouterFiles) page(c *fiber.Ctx) error {
	text, ok := f.Page(c.Params("token"), c.Params("name"))
	if !ok {
		return fiber.ErrNotFound
	}
	return plain(c, text)
}

// plain answers with a file that nobody on the way may keep, and that no browser shows as a page of ours.
func plain(c *fiber.Ctx, text string) error {
	c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	return c.SendString(text)
}
