package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"mtandao/billing"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/plans"
	"mtandao/internal/apikeys"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/report"
	"mtandao/internal/seal"
	"mtandao/internal/site"
	"mtandao/internal/testdb"
	"mtandao/portal/web"
)

var now = time.Date(2026, 11, 27, 6, 0, 0, 0, time.UTC)

// world is the provider behind the face: three customers, invoices and payments, and two plans, at sites 1 and 2 and at none.
type world struct {
	*apikeys.Service // keeps what was asked for
	down             bool
	refusal          error
	keys             map[string]apikeys.Key
	kept             []customers.Profile
	by               customers.By
	deeds            deeds
}

func (w *world) Judge(_ context.Context, secret string) (apikeys.Key, error) {
	if k, ok := w.keys[secret]; ok {
		return k, nil
	}
	return apikeys.Key{}, fault.New(fault.Denied, "apikey.refused")
}

func (w *world) List(_ context.Context, f customers.Filter) (p customers.Page, err error) {
	for id := int64(3); id > 0; id-- {
		c := customers.Customer{ID: id, Number: "1000008", Kind: customers.Person, Name: "Asha", State: customers.Active, Segment: customers.Home, SiteID: id - 1, Lang: "sw", BillDay: 1, CreatedAt: now, Version: 4}
		if f.Before != 0 && id >= f.Before || f.Sites != nil && (apikeys.Key{Sites: f.Sites}).Sees(c.SiteID) == false {
			continue
		}
		if len(p.Customers) == f.Limit {
			p.Older = p.Customers[f.Limit-1].ID
			break
		}
		p.Customers = append(p.Customers, c)
	}
	if w.down {
		err = fault.Wrap(fault.Unavailable, "unavailable", io.ErrUnexpectedEOF)
	}
	return p, err
}

type people struct{ *world }

func (w people) Get(ctx context.Context, id int64) (customers.Customer, error) {
	p, err := w.List(ctx, customers.Filter{Limit: 9})
	for _, c := range p.Customers {
		if c.ID == id {
			return c, err
		}
	}
	return customers.Customer{}, fault.New(fault.NotFound, "customer.unknown")
}

func (w people) Keep(ctx context.Context, p customers.Profile, by customers.By) (customers.Customer, error) {
	if w.refusal != nil {
		return customers.Customer{}, w.refusal
	}
	if p.ID == 0 {
		p.ID = 2
	}
	w.kept, w.by = append(w.kept, p), by
	return p.Customer, nil
}

func (people) Tags(context.Context, int64) ([]string, error) { return []string{"vip"}, nil }

func (w *world) Sites() []site.Site { return []site.Site{{ID: 1, Name: "One"}, {ID: 2, Name: "Two"}} }

func (people) Contacts(context.Context, int64) ([]customers.Contact, error) {
	return []customers.Contact{{Kind: customers.ByPhone, Value: "254722000001", ForBills: true}}, nil
}

func (people) Addresses(context.Context, int64) ([]customers.Address, error) {
	return []customers.Address{{Kind: customers.Premises, Line: "House 4", Area: "Kasarani"}}, nil
}

type offers struct{}

func (offers) All(context.Context) ([]plans.Plan, error) {
	return []plans.Plan{{ID: 2, Key: "b", NameEN: "B", State: plans.Live, Price: money.KES(1000), Sites: []int64{2}}, {ID: 1, Key: "a", NameEN: "A", State: plans.Retired, Price: money.KES(99)},
		{ID: 3, Key: "home", NameEN: "Home", Segment: plans.Home, State: plans.Live, Price: money.KES(5000), Terms: plans.Terms{Mode: plans.Prepaid, Interval: plans.Interval{Unit: plans.Month, Every: 1}}, Sites: []int64{3}}}, nil
}

func (o offers) Get(ctx context.Context, id int64) (plans.Plan, error) {
	all, err := o.All(ctx)
	for _, p := range all {
		if p.ID == id {
			return p, err
		}
	}
	return plans.Plan{}, fault.New(fault.NotFound, "plan.unknown")
}

type bills struct{}

func (bills) Newest(_ context.Context, f invoices.Filter, before int64, limit int) (all []invoices.Document, err error) {
	for id := int64(3); id > 0 && len(all) < limit; id-- {
		if before == 0 || id < before {
			all = append(all, invoices.Document{ID: id, CustomerID: max(f.CustomerID, 1), Kind: invoices.Invoice, State: invoices.Issued, Series: "INV-2026", Number: id, Gross: 11600, Open: 11600, Day: clock.DayOf(now), CreatedAt: now})
		}
	}
	return all, nil
}

func (b bills) Get(ctx context.Context, id int64) (invoices.Document, error) {
	all, _ := b.Newest(ctx, invoices.Filter{}, id+1, 1)
	if len(all) == 0 || all[0].ID != id {
		return invoices.Document{}, fault.New(fault.NotFound, "invoice.unknown")
	}
	all[0].Lines = []invoices.Line{{Name: "Home 10", Quantity: 1, Amount: 10000}}
	return all[0], nil
}

// StatementAfter is an invoice and two payments of it.
func (bills) StatementAfter(_ context.Context, _ int64, from, until clock.Day, last invoices.StatementLine, limit int) (invoices.Statement, error) {
	st := invoices.Statement{From: from, Until: until, Opening: money.KES(500), Closing: money.KES(-100)}
	for id, l := range []invoices.StatementLine{{Kind: "invoice", Text: "INV-2026-000001", Amount: money.KES(11600)}, {Kind: billing.EntryMoneyIn, Text: "order X", Amount: money.KES(-12000)}, {Kind: "customer", Text: "counter 1", Amount: money.KES(-200)}} {
		if l.EntryID = int64(id + 1); l.EntryID <= last.EntryID || len(st.Lines) == limit {
			continue
		}
		if last.EntryID == 0 {
			last.Balance = st.Opening
		}
		last = invoices.StatementLine{EntryID: l.EntryID, Balance: money.KES(last.Balance.Cents + l.Amount.Cents)}
		l.Day, l.Balance = until, last.Balance
		st.Lines = append(st.Lines, l)
	}
	return st, nil
}

type tills struct{}

func (tills) Payments(_ context.Context, f report.PaymentFilter) (all []report.PaymentLine, err error) {
	for id := int64(3); id > 0 && len(all) < f.Limit; id-- {
		if (f.Before == 0 || id < f.Before) && (apikeys.Key{Sites: f.Scope}).Sees(id) {
			all = append(all, report.PaymentLine{ID: id, OrderID: 9, SiteID: id, State: "paid", Amount: money.KES(1000), PhoneMask: "0722 *** 001", CreatedAt: now})
		}
	}
	return all, nil
}

const everything, narrow, blind = "all", "narrow", "blind"

// front is the face, and the judge of each of its answers.
type front struct {
	t     *testing.T
	api   *API
	app   *fiber.App
	judge validator.Validator
	clock *clock.Manual
	world *world
}

func open(t testing.TB) *API { return openOn(t, clock.NewManual(now), &world{}) }

func openOn(t testing.TB, c clock.Clock, w *world) *API {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	if w.keys != nil {
		w.Service = apikeys.New(apikeys.Options{DB: testdb.SQLite(t), Keys: keys, Clock: c})
	}
	a, err := New(withThings(Options{Keys: w, Sites: w, Customers: people{w}, Plans: offers{}, Invoices: bills{}, Payments: tills{}, Seal: keys, Clock: c, Log: slog.New(slog.DiscardHandler), PublicURL: "https://isp.example"}, &w.deeds))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func stand(t *testing.T) *front {
	f := &front{t: t, clock: clock.NewManual(now)}
	f.world = &world{keys: map[string]apikeys.Key{everything: {ID: 1, Name: "Shop", Scopes: apikeys.Scopes}, narrow: {ID: 2, Scopes: apikeys.Scopes, Sites: []int64{1}}, blind: {ID: 3}}}
	f.api = openOn(t, f.clock, f.world)
	f.app = fiber.New(fiber.Config{Immutable: true, ErrorHandler: func(c *fiber.Ctx, err error) error { return web.Problem(c, web.Status(err), err) }})
	for _, r := range f.api.Routes() {
		f.app.Add(r.Method, r.Path, r.Handle)
	}
	document, err := libopenapi.NewDocument(f.api.document)
	if err != nil {
		t.Fatal(err)
	}
	var wrong []error
	if f.judge, wrong = validator.NewValidator(document); len(wrong) > 0 {
		t.Fatal(wrong)
	}
	if ok, found := f.judge.ValidateDocument(); !ok {
		t.Fatal(found)
	}
	return f
}

// answer is what was answered, after the document's schema has judged it.
type answer struct {
	status int
	header http.Header
	body   string
}

func (f *front) get(key, path string) answer {
	f.t.Helper()
	return f.ask(key, httptest.NewRequest(http.MethodGet, "https://isp.example"+Base+path, nil), path)
}

// send sends a body, by a name of the program's own.
func (f *front) send(method, path, once, body string) answer {
	f.t.Helper()
	return f.sendAs(everything, method, path, once, body)
}

func (f *front) sendAs(key, method, path, once, body string) answer {
	f.t.Helper()
	r := httptest.NewRequest(method, "https://isp.example"+Base+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if once != "" {
		r.Header.Set("Idempotency-Key", once)
	}
	return f.ask(key, r, path)
}

func (f *front) ask(key string, r *http.Request, path string) answer {
	f.t.Helper()
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	res, err := f.app.Test(r, 10_000)
	if err != nil {
		f.t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	if ok, wrong := f.judge.ValidateHttpResponse(r, res); !ok {
		for _, w := range wrong {
			if res.StatusCode == http.StatusNotFound && strings.HasSuffix(path, "/nowhere") { // an address that is in no document
				continue
			}
			f.t.Errorf("%s: %d %s is not as the document says: %s %s %v", path, res.StatusCode, body, w.Message, w.Reason, w.SchemaValidationErrors)
		}
	}
	return answer{res.StatusCode, res.Header, string(body)}
}

// code is the code of a problem; empty for an answer.
func (a answer) code() string {
	var p web.ProblemBody
	_ = json.Unmarshal([]byte(a.body), &p)
	if p.Type == "" {
		return ""
	}
	if a.header.Get("Content-Type") != "application/problem+json" || p.Status != a.status || p.Detail == "" || strings.Contains(p.Detail, p.Code) {
		return "no problem: " + a.body
	}
	return p.Code
}

// Each address answers as the document says, well and badly.
func TestEachAnswerIsAsTheDocumentSays(t *testing.T) {
	f := stand(t)
	for path, want := range map[string]string{
		"/customers": "", "/customers?limit=1&q=asha&state=active&segment=home&tag=vip": "", "/customers/2": "", "/plans": "", "/plans?state=live": "", "/plans/1": "",
		"/payments": "", "/payments?group=paid&from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00%2B03:00": "", "/invoices": "", "/invoices?state=issued&customer_id=1": "", "/invoices/1": "",
		"/openapi.json": "", "/nowhere": "api.unknown", "/customers/99": "api.gone", "/customers/x": "api.gone", "/plans/99": "api.gone", "/invoices/99": "api.gone",
		"/customers?limit=0": "api.limit", "/customers?limit=201": "api.limit", "/customers?limit=x": "api.limit", "/customers?cursor=x": "api.cursor", "/payments?group=x": "api.parameter",
		"/payments?from=2026-11-01T00:00:00Z": "api.from_to", "/payments?from=x&to=y": "api.parameter", "/invoices?customer_id=x": "api.parameter", "/customers?nmae=x": "api.parameter_unknown",
		"/customers?q=a&q=b": "api.parameter_twice", "/plans/1?x=1": "api.parameter_unknown",
	} {
		if got := f.get(everything, path); got.code() != want || (want == "") != (got.status == http.StatusOK) {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	f.world.down = true
	if got := f.get(everything, "/customers"); got.status != http.StatusServiceUnavailable || strings.Contains(got.body, "EOF") {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// What is a route is in the document, and the other way round.
func TestTheDocumentAndTheRoutesAreTheSame(t *testing.T) {
	a := open(t)
	var told struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(a.document, &told); err != nil {
		t.Fatal(err)
	}
	routes := 0
	for _, r := range a.Routes() {
		if strings.HasSuffix(r.Path, "/*") || r.Path == Base+"/docs" { // which is for people
			continue
		}
		routes++
		path := strings.ReplaceAll(strings.TrimPrefix(r.Path, Base), ":id", "{id}")
		if told.Paths[path][strings.ToLower(r.Method)] == nil {
			t.Errorf("%s %s is not in the document", r.Method, path)
		}
		if r.Policy != web.Program {
			t.Errorf("%s has another policy", path)
		}
	}
	for path, methods := range told.Paths {
		routes -= len(methods)
		if len(methods) == 0 {
			t.Error(path)
		}
	}
	if routes != 0 {
		t.Errorf("%d routes more than the document tells", routes)
	}
}

// A key opens its scopes, and what is of its sites; anything else is refused or is not there.
func TestAKeyOpensNothingElse(t *testing.T) {
	f := stand(t)
	for path, want := range map[string]string{
		"/customers/1": "api.gone", "/customers/2": "", "/customers/3": "api.gone", "/plans/1": "", "/plans/2": "api.gone", "/invoices": "apikey.all_sites", "/invoices/1": "api.gone", "/customers/1/statement": "api.gone", "/customers/2/statement": "",
	} {
		if got := f.get(narrow, path); got.code() != want {
			t.Errorf("%s of a narrow key: %d %s", path, got.status, got.body)
		}
	}
	for _, path := range []string{"/customers", "/payments", "/plans"} {
		if got := f.get(narrow, path); strings.Count(got.body, `"id"`) != 1 {
			t.Errorf("%s of a narrow key: %s", path, got.body)
		}
	}
	for _, o := range f.api.operations() {
		path := strings.ReplaceAll(o.path, "{id}", "1")
		if got := f.ask(blind, httptest.NewRequest(o.method, "https://isp.example"+Base+path, nil), path); got.status != http.StatusForbidden || got.code() != "apikey.scope" {
			t.Errorf("%s without its scope: %d %s", path, got.status, got.body)
		}
	}
}

func TestWithoutAGoodKeyNothingOpens(t *testing.T) {
	f := stand(t)
	for _, key := range []string{"", "wrong"} {
		if got := f.get(key, "/customers"); got.status != http.StatusUnauthorized || got.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%q: %d %s", key, got.status, got.body)
		}
	}
	for range strangerAtOnce {
		f.get("wrong", "/plans")
	}
	if got := f.get("wrong", "/plans"); got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" {
		t.Errorf("who guesses on: %d", got.status)
	}
}

func TestAKeyIsSlowedDownAndToldSo(t *testing.T) {
	f := stand(t)
	for n := range callsAtOnce {
		if got := f.get(everything, "/plans/1"); got.status != http.StatusOK || n == 0 && got.header.Get("RateLimit") != `"key";r=119;t=1` {
			t.Fatal(n, got.status, got.header)
		}
	}
	if got := f.get(everything, "/plans/1"); got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") != "1" || got.header.Get("RateLimit") != `"key";r=0;t=30` {
		t.Error(got.status, got.header)
	}
	if got := f.get(narrow, "/plans/1"); got.status != http.StatusOK {
		t.Error("another key is slowed down too", got.status)
	}
	f.clock.Advance(time.Second)
	if got := f.get(everything, "/plans/1"); got.status != http.StatusOK {
		t.Error("who waited is refused", got.status)
	}
}
