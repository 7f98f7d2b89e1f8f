package portal

import (
	"runtime/debug"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"mtandao/portal/web"
)

func (s *Server) health() []web.Route {
	get := func(path string, h fiber.Handler) web.Route {
		return web.Route{Method: fiber.MethodGet, Path: path, Policy: web.Health, Handle: h}
	}
	metrics := adaptor.HTTPHandler(promhttp.HandlerFor(s.options.Metrics, promhttp.HandlerOpts{}))
	return []web.Route{
		get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok\n") }),
		get("/readyz", s.ready),
		get("/metrics", func(c *fiber.Ctx) error {
			if !local(c) {
				return fiber.ErrNotFound
			}
			return metrics(c)
		}),
	}
}

// challenge answers who asks whether this host is ours.
func (s *Server) challenge() []web.Route {
	if s.options.Issued == nil {
		return nil
	}
	return []web.Route{{Method: fiber.MethodGet, Path: "/.well-known/acme-challenge/:token", Policy: web.Machine, Handle: adaptor.HTTPHandler(s.options.Issued.Challenge)}}
}

// ready says whether this node should get requests; the reason why not goes to the log.
func (s *Server) ready(c *fiber.Ctx) error {
	ctx, cancel := web.Context()
	defer cancel()
	if err := s.options.Ready(ctx); err != nil {
		s.options.Log.Warn("not ready", "error", err)
		return c.Status(fiber.StatusServiceUnavailable).SendString("not ready\n")
	}
	if s.options.Note != nil {
		return c.SendString("ready\n" + s.options.Note())
	}
	return c.SendString("ready\n")
}

// local is a request of this machine itself. A proxy on this machine comes from here too, but for somebody else.
func local(c *fiber.Ctx) bool {
	return c.Context().RemoteIP().IsLoopback() && c.Get(fiber.HeaderXForwardedFor) == "" && c.Get("Forwarded") == "" &&
		c.Get("X-Real-IP") == ""
}

func stack() string { return string(debug.Stack()) }
