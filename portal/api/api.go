package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/internal/apikeys"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/pace"
	"mtandao/internal/report"
	"mtandao/internal/seal"
	"mtandao/internal/site"
	"mtandao/portal/web"
)

// Keys judges the key of a call, and keeps what keys asked for by a name of their own. *apikeys.Service satisfies it.
type Keys interface {
	Judge(ctx context.Context, secret string) (apikeys.Key, error)
	Begin(ctx context.Context, a apikeys.Asked) (c *apikeys.Call, until time.Time, err error)
	Within(ctx context.Context, c *apikeys.Call) context.Context
	Answer(ctx context.Context, c *apikeys.Call, status int, answer []byte) error
	Let(ctx context.Context, c *apikeys.Call) error
}

// Sites are the places. *site.Service satisfies it.
type Sites interface{ Sites() []site.Site }

// Customers reads and keeps customers. *customers.Service satisfies it.
type Customers interface {
	Keep(ctx context.Context, p customers.Profile, by customers.By) (customers.Customer, error)
	Tags(ctx context.Context, customerID int64) ([]string, error)
	List(ctx context.Context, f customers.Filter) (customers.Page, error)
	Get(ctx context.Context, id int64) (customers.Customer, error)
	Contacts(ctx context.Context, customerID int64) ([]customers.Contact, error)
	Addresses(ctx context.Context, customerID int64) ([]customers.Address, error)
}

// Plans reads what is sold. *plans.Service satisfies it.
type Plans interface {
	All(ctx context.Context) ([]plans.Plan, error)
	Get(ctx context.Context, id int64) (plans.Plan, error)
}

// Invoices reads invoices. *invoices.Service satisfies it.
type Invoices interface {
	Newest(ctx context.Context, f invoices.Filter, before int64, limit int) ([]invoices.Document, error)
	Get(ctx context.Context, id int64) (invoices.Document, error)
	StatementAfter(ctx context.Context, customerID int64, from, until clock.Day, last invoices.StatementLine, limit int) (invoices.Statement, error)
}

// Payments lists payments. *report.Desk satisfies it.
type Payments interface {
	Payments(ctx context.Context, f report.PaymentFilter) ([]report.PaymentLine, error)
}

// Options are what the addresses stand on.
type Options struct {
	Keys      Keys
	Sites     Sites
	Customers Customers
	Plans     Plans
	Invoices  Invoices
	Payments  Payments
	Counter   Counter
	Money     Money
	Lines     Lines
	Usage     Usage
	Orders    Orders
	Vouchers  Vouchers
	Resellers Resellers
	Network   Network
	Cutter    Cutter
	Routers   Routers
	Tickets   Tickets
	Reports   Reports
	Seal      *seal.Keys // signs cursors
	Clock     clock.Clock
	Log       *slog.Logger
	PublicURL string
	Proxies   web.Proxies
}

// API answers programs.
type API struct {
	Options
	calls     *pace.Limiter // of one key
	strangers *pace.Limiter // of one network, with no good key
	document  []byte

	page       []byte // of the reference
	pagePolicy string
}

// Base is where the addresses begin.
const Base = "/api/v1"

// A key may call so often at once, and once more each so often; who has no good key, less.
const (
	callsAtOnce    = 120
	callEvery      = 250 * time.Millisecond
	strangerAtOnce = 20
	strangerEvery  = 3 * time.Second
)

// New makes the addresses and their document.
func New(o Options) (*API, error) {
	a := &API{Options: o, calls: pace.New(o.Clock, callsAtOnce, callEvery), strangers: pace.New(o.Clock, strangerAtOnce, strangerEvery)}
	var err error
	if a.document, err = json.Marshal(a.describe()); err != nil {
		return nil, err
	}
	a.page, a.pagePolicy, err = a.refer()
	return a, err
}

// Routes are the addresses.
func (a *API) Routes() []web.Route {
	all := []web.Route{{Method: fiber.MethodGet, Path: Base + "/openapi.json", Policy: web.Program, Handle: a.tell}, {Method: fiber.MethodGet, Path: Base + "/docs", Policy: web.Public, Handle: a.show}}
	for _, o := range a.operations() {
		path := strings.NewReplacer("{", ":", "}", "").Replace(o.path)
		all = append(all, web.Route{Method: o.method, Path: Base + path, Policy: web.Program, Handle: a.handler(o)})
	}
	nowhere := operation{handle: func(*call) (any, error) { return nil, fault.New(fault.NotFound, "api.unknown") }}
	for _, method := range []string{fiber.MethodGet, fiber.MethodPost, fiber.MethodPut, fiber.MethodPatch, fiber.MethodDelete} {
		all = append(all, web.Route{Method: method, Path: Base + "/*", Policy: web.Program, Handle: a.handler(nowhere)})
	}
	return all
}

// tell answers the document: it holds no secret, and a program reads it before it has a key.
func (a *API) tell(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(a.document)
}

// call is one call of a program whose key was judged.
type call struct {
	*fiber.Ctx
	api *API
	ctx context.Context
	key apikeys.Key
	op  operation

	asked any    // what was sent, of the type that the address takes
	once  string // of a deed: the same is done once
}

func (a *API) handler(o operation) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx, cancel := web.Context()
		defer cancel()
		q := &call{Ctx: c, api: a, ctx: ctx, op: o}
		status, err := a.admit(q)
		if err == nil && o.deed != nil {
			return a.write(q)
		}
		var body any
		if err == nil {
			body, err = o.handle(q)
			status = web.Status(err)
		}
		if err != nil {
			return a.refuse(c, status, err)
		}
		return c.JSON(body)
	}
}

func (a *API) refuse(c *fiber.Ctx, status int, err error) error {
	if !web.ForPerson(err) {
		a.Log.Error("a call of the API failed", "request", web.RequestID(c), "route", c.Route().Path, "error", err)
	}
	body, failed := web.ProblemText(c, status, err, fieldsOf(err)...)
	if failed != nil {
		return failed
	}
	return web.SendProblem(c, status, body)
}

// admit judges the key of a call, how often it calls, and whether the key opens the route and the query names nothing unknown.
func (a *API) admit(q *call) (status int, err error) {
	from := pace.Network(a.Proxies.Peer(q.Ctx))
	if wait := a.strangers.Peek(from); wait > 0 {
		return q.slow(wait)
	}
	secret, ok := strings.CutPrefix(q.Get(fiber.HeaderAuthorization), "Bearer ")
	if !ok || secret == "" {
		err = fault.New(fault.Denied, "apikey.missing")
	} else {
		q.key, err = a.Keys.Judge(q.ctx, secret)
	}
	if fault.Is(err, fault.Denied) {
		a.strangers.Wait(from)
		q.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="Mtandao API"`)
		return http.StatusUnauthorized, err
	}
	if err != nil {
		return web.Status(err), err
	}
	if wait := q.count(); wait > 0 {
		return q.slow(wait)
	}
	if q.op.scope != "" && !q.key.May(q.op.scope) {
		return http.StatusForbidden, fault.New(fault.Denied, "apikey.scope", "Scope", string(q.op.scope))
	}
	err = q.known()
	return web.Status(err), err
}

// known refuses what stands in the query and is none of the route's parameters, by its name.
func (q *call) known() (err error) {
	if q.op.path == "" {
		return nil
	}
	seen := map[string]bool{}
	q.Context().QueryArgs().VisitAll(func(key, _ []byte) {
		name := string(key)
		switch {
		case !slices.ContainsFunc(q.op.params, func(p param) bool { return p.Name == name }):
			err = fault.New(fault.Invalid, "api.parameter_unknown", "Name", shorten(name))
		case seen[name]:
			err = fault.New(fault.Invalid, "api.parameter_twice", "Name", name)
		}
		seen[name] = true
	})
	return err
}

func shorten(s string) string {
	all := []rune(strings.ToValidUTF8(s, "?"))
	return string(all[:min(len(all), 40)])
}
