package portal

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/recover"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/valyala/fasthttp"

	"mtandao/internal/clock"
	"mtandao/portal/web"
)

// Options are what the server stands on.
type Options struct {
	Routes  []web.Route
	Fail    fiber.ErrorHandler // answers an error with a page
	Ready   func(ctx context.Context) error
	Note    func() string // what /readyz says besides; nil: nothing
	Metrics *prometheus.Registry
	Proxies web.Proxies // whose X-Forwarded-For and -Proto are believed
	Clock   clock.Clock
	Log     *slog.Logger
	// CertFile and KeyFile are the server's own certificate; empty: plain HTTP, behind a proxy.
	CertFile, KeyFile string
	Issued            *Issued // nil: no certificate that is issued to us
	PublicURL         string  // scheme and host that people know
}

// Issued is a certificate that comes, and is renewed, while the server runs.
type Issued struct {
	TLS       *tls.Config
	Ready     func() bool  // before it nobody is sent to HTTPS
	Challenge http.Handler // of HTTP-01, RFC 8555 §8.3
}

// Server is the portal's HTTP server.
type Server struct {
	app     *fiber.App
	options Options
	tls     *tls.Config
	meter   *meter
}

const (
	maxBody     = 64 << 10 // bytes
	maxUpload   = 1 << 20  // bytes: above what a page takes, so that it can say so; the time to read in bounds the rest
	maxHeader   = 16 << 10 // bytes, with the address: a router's redirect is long
	readFor     = 10 * time.Second
	writeFor    = 20 * time.Second
	idleFor     = 60 * time.Second
	connections = 20_000
)

// New assembles the server. It fails on a route without a policy, and on a certificate that does not load.
func New(o Options) (*Server, error) {
	s := &Server{options: o, meter: newMeter(o.Metrics)}
	if o.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(o.CertFile, o.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("portal: certificate: %w", err)
		}
		s.tls = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	if o.Issued != nil {
		s.tls = o.Issued.TLS
	}
	s.app = fiber.New(s.config())
	s.app.Server().HeaderReceived = (&rooms{clock: o.Clock}).give
	s.app.Server().ErrorHandler = orSilence(s.app.Server().ErrorHandler)
	s.app.Use(web.Identify, s.meter.measure, web.Secure)
	s.app.Use(recover.New(recover.Config{EnableStackTrace: true, StackTraceHandler: s.panicked}))
	s.app.Use(packed)
	return s, s.register()
}

func (s *Server) config() fiber.Config {
	return fiber.Config{
		Immutable: true, DisableStartupMessage: true, StrictRouting: false, CaseSensitive: false,
		BodyLimit: maxBody, ReadBufferSize: maxHeader, Concurrency: connections,
		ReadTimeout: readFor, WriteTimeout: writeFor, IdleTimeout: idleFor,
		EnableTrustedProxyCheck: true, TrustedProxies: texts(s.options.Proxies),
		ErrorHandler: s.fail,
	}
}

// orSilence answers a request that could not be read, and closes a connection on which nothing was ever said: browsers open some ahead, and would take
// an error that came unasked for the answer to what they ask next.
func orSilence(answer func(*fasthttp.RequestCtx, error)) func(*fasthttp.RequestCtx, error) {
	return func(c *fasthttp.RequestCtx, err error) {
		if failed, bare := err.(*net.OpError); bare && failed.Op == "read" { // wrapped once a part of a request has come
			_ = c.Conn().Close()
			return
		}
		answer(c, err)
	}
}

// packed compresses an answer for who can read it. Gzip alone: of a page of ours it makes less than quick brotli does, and
// sooner; better brotli takes four times as long for 3 % less.
func packed(c *fiber.Ctx) error {
	err := c.Next()
	if err == nil {
		pack(c.Context())
	}
	return err
}

var pack = fasthttp.CompressHandlerLevel(func(*fasthttp.RequestCtx) {}, fasthttp.CompressDefaultCompression)

func texts(prefixes []netip.Prefix) []string {
	var out []string
	for _, p := range prefixes {
		out = append(out, p.String())
	}
	return out
}

// register adds the routes, each with its policy, and the server's own.
func (s *Server) register() error {
	routes := slices.Concat(s.health(), s.challenge(), s.options.Routes)
	for _, r := range routes {
		if !r.Declared() {
			return fmt.Errorf("portal: route %s %s declares no policy", r.Method, r.Path)
		}
		s.app.Add(r.Method, r.Path, s.policed(r))
		if r.Method == fiber.MethodGet { // RFC 9110 §9.1; monitors and link previews ask so
			s.app.Add(fiber.MethodHead, r.Path, s.policed(r))
		}
	}
	s.app.Use(func(*fiber.Ctx) error { return fiber.ErrNotFound })
	return nil
}

const policyKey = "policy"

// policed remembers the policy for whoever answers an error: a machine gets no page.
func (s *Server) policed(r web.Route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Locals(policyKey, r.Policy)
		if r.Policy == web.Guest && s.inTheClear(c) {
			return c.Redirect(s.options.PublicURL+string(c.Context().URI().RequestURI()), fiber.StatusFound)
		}
		return r.Handle(c)
	}
}

// inTheClear is a page asked for without encryption although we have it ourselves: a captive landing may begin so, and
// nobody should type there. Behind a proxy it is the proxy's to know.
func (s *Server) inTheClear(c *fiber.Ctx) bool {
	if s.options.Issued != nil && !s.options.Issued.Ready() {
		return false
	}
	return s.tls != nil && strings.HasPrefix(s.options.PublicURL, "https://") && !c.Context().IsTLS() && !c.IsProxyTrusted() &&
		(c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead)
}

func (s *Server) fail(c *fiber.Ctx, err error) error {
	defer pack(c.Context()) // an error's page is made when every middleware has returned
	c.Set(fiber.HeaderCacheControl, "no-store")
	switch policy, _ := c.Locals(policyKey).(web.Policy); policy {
	case web.Machine, web.Health:
		return c.SendStatus(web.Status(err))
	case web.Program:
		return web.Problem(c, web.Status(err), err)
	}
	return s.options.Fail(c, err)
}

func (s *Server) panicked(c *fiber.Ctx, p any) {
	s.meter.panics.Inc()
	s.options.Log.Error("panic in a handler", "request", web.RequestID(c), "route", c.Route().Path, "panic", p, "stack", stack())
}

// Listen serves on an address until Shutdown, with TLS when there is a certificate.
func (s *Server) Listen(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	if s.tls != nil {
		return s.ServeTLS(listener)
	}
	return s.Serve(listener)
}

// Serve serves plain HTTP on a listener until Shutdown.
func (s *Server) Serve(listener net.Listener) error { return s.app.Listener(listener) }

// ServeTLS serves HTTPS on a listener until Shutdown; it may run beside Serve.
func (s *Server) ServeTLS(listener net.Listener) error {
	if s.tls == nil {
		return errors.New("portal: HTTPS without a certificate")
	}
	return s.app.Listener(tls.NewListener(listener, s.tls))
}

// Shutdown stops taking connections, and waits for the requests in hand until ctx ends.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.app.ShutdownWithContext(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("portal: requests were still running: %w", err)
	}
	return err
}
