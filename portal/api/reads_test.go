package api

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/plans"
	"mtandao/billing/subscriptions"
	"mtandao/internal/apikeys"
	"mtandao/internal/clock"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/support"
	"mtandao/internal/table"
	"mtandao/radius"
	"mtandao/radius/access"
	"mtandao/radius/routers"
	"mtandao/vouchers"
	"mtandao/vouchers/resellers"
)

var cursorIn = regexp.MustCompile(`"next":"([^"]+)"`)

// Each of the provider's things is there three times: 1 is at site 1, 2 at site 2, and 3 of none.
func siteOf(id int64) int64 { return id % 3 }

// things are those before an id that a key with sites reaches, the newest first.
func things[T any](sites []int64, before int64, limit int, make func(id int64) T) (all []T) {
	for id := int64(3); id > 0 && len(all) < limit; id-- {
		if (before == 0 || id < before) && (apikeys.Key{Sites: sites}).Sees(siteOf(id)) {
			all = append(all, make(id))
		}
	}
	return all
}

func thing[T any](id int64, make func(id int64) T) (one T, err error) {
	if id < 1 || id > 3 {
		return one, fault.New(fault.NotFound, "not_found")
	}
	return make(id), nil
}

type lines struct{ *deeds }

// deeds are what was done with the provider's things, in words.
type deeds struct{ done []string }

func (d *deeds) note(format string, args ...any) {
	d.done = append(d.done, fmt.Sprintf(format, args...))
}

func line(id int64) subscriptions.Subscription {
	return subscriptions.Subscription{ID: id, CustomerID: 2, GrantID: 10 * id, Seq: 5, CreatedAt: now, State: subscriptions.State{Status: subscriptions.Active, Place: subscriptions.Place{SiteID: siteOf(id)},
		Login: subscriptions.Login{Kind: subscriptions.PPPoE, Name: "asha"}, AddOns: []plans.AddOn{{Key: "static"}}, StartedAt: now}}
}

func (lines) List(_ context.Context, w subscriptions.Which, before int64, limit int) ([]subscriptions.Subscription, error) {
	return things(w.Sites, before, limit, line), nil
}

func (lines) Get(_ context.Context, id int64) (subscriptions.Subscription, error) {
	return thing(id, line)
}

func (lines) Of(context.Context, int64) ([]subscriptions.Subscription, error) {
	return things(nil, 0, 9, line), nil
}

func (lines) OfGrants(context.Context, []int64) (map[int64]int64, error) {
	return map[int64]int64{10: 1}, nil
}

func (lines) Until(subscriptions.Subscription) time.Time { return now.AddDate(0, 1, 0) }

func (lines) EachDay(_ context.Context, grants []int64, from, until clock.Day, tell func(int64, clock.Day, int64, int64)) error {
	for _, g := range grants {
		tell(g, from, g, 60)
		tell(g, until-1, 1, 1)
	}
	return nil
}

type shop struct{}

func order(id int64) billing.Order {
	return billing.Order{ID: id, Code: "ABC", SiteID: siteOf(id), Price: money.KES(1000), Phone: "254722000001", PhoneMask: "0722 *** 001", Token: "secret", State: billing.OrderPaid, CreatedAt: now, PaidAt: now}
}

func (shop) Orders(_ context.Context, w billing.WhichOrders, before int64, limit int) ([]billing.Order, error) {
	return things(w.Sites, before, limit, order), nil
}

func (shop) OrderByID(_ context.Context, id int64) (billing.Order, error) { return thing(id, order) }

type stock struct{ *deeds }

func batch(id int64) vouchers.Batch {
	return vouchers.Batch{ID: id, Number: id, SiteID: siteOf(id), Size: 10, Made: 10, Price: money.KES(1000), State: vouchers.Ready, CreatedAt: now}
}

func (stock) Newest(_ context.Context, before int64, limit int) ([]vouchers.Batch, error) {
	return things(nil, before, limit, batch), nil
}

func (stock) Batch(_ context.Context, id int64) (vouchers.Batch, error) { return thing(id, batch) }

func (stock) Stock(context.Context, int64) (vouchers.Stock, error) {
	return vouchers.Stock{{State: vouchers.Made}: 9, {State: vouchers.Used, Paid: true}: 1}, nil
}

func (stock) Find(_ context.Context, typed string) (b vouchers.Batch, v vouchers.Voucher, err error) {
	number, serial, ok := vouchers.ReadSerial(typed)
	if !ok {
		panic("somebody looks for " + typed)
	}
	b, err = thing(number, batch)
	return b, vouchers.Voucher{Serial: serial, Code: "SECRETCODE", State: vouchers.Made}, err
}

type agents struct{}

func agent(id int64) resellers.Reseller {
	r := resellers.Reseller{ID: id, Number: id, Name: "Mama Njeri", Phone: "254722000003", State: resellers.Active, CreatedAt: now}
	if id < 3 {
		r.Sites = []int64{siteOf(id)}
	}
	return r
}

func (agents) Newest(_ context.Context, before int64, limit int) ([]resellers.Reseller, error) {
	return things(nil, before, limit, agent), nil
}

func (agents) Get(_ context.Context, id int64) (resellers.Reseller, error) { return thing(id, agent) }

type network struct{ *deeds }

func session(id int64) radius.Online {
	return radius.Online{Session: radius.Session{ID: id, SiteID: siteOf(id), GrantID: 10 * id, UserName: "asha", MAC: access.MAC("020000000001"), IP: "10.0.0.2", StartedAt: now, UpdatedAt: now, Seconds: 60}}
}

func (network) OpenSessions(_ context.Context, w radius.Which) ([]radius.Online, error) {
	return things(w.Sites, w.Before, w.Limit, session), nil
}

func (network) OpenSession(_ context.Context, id int64) (radius.Online, error) {
	return thing(id, session)
}

func nas(id int64) routers.Router {
	return routers.Router{ID: id, Name: "Gate", SiteID: siteOf(id), Dialect: routers.MikroTik, State: routers.StateActive, Secret: "SECRETCODE"}
}

func (network) All() []routers.Router { return things(nil, 0, 9, nas) }

func (network) Get(id int64) (routers.Router, bool) {
	r, err := thing(id, nas)
	return r, err == nil
}

func (network) LastHeard(int64) time.Time { return now }

func (network) Health(context.Context, []int64) (map[int64]routers.Health, error) {
	return map[int64]routers.Health{1: {TakenAt: now, Look: routers.Look{Tried: true, Answered: true}}}, nil
}

type desk struct{ *deeds }

func ticket(id int64) support.Ticket {
	return support.Ticket{ID: id, Reference: "T4829173", SiteID: siteOf(id), Subject: "Slow", State: support.Open, Due: now, OpenedAt: now, ChangedAt: now, Version: 1}
}

func (desk) Newest(_ context.Context, w support.Which, before int64, limit int) ([]support.Ticket, error) {
	return things(w.Sites, before, limit, ticket), nil
}

func (desk) Get(_ context.Context, id int64) (support.Ticket, error) { return thing(id, ticket) }

func (desk) History(context.Context, int64, int64, int) ([]support.Event, error) {
	return []support.Event{{ID: 2, Kind: support.Noted, Text: "SECRETCODE", At: now}, {ID: 1, Kind: support.Opened, Text: "It is slow.", At: now}}, nil
}

type reports struct{}

func (reports) ReportNames() []string { return []string{"money", "revenue-sites"} }

func (reports) Report(_ context.Context, name string, sites []int64, _, _ clock.Day) ([][]table.Cell, error) {
	switch {
	case name == "money" && len(sites) > 0:
		return nil, fault.New(fault.Denied, "apikey.all_sites")
	case !slices.Contains(reports{}.ReportNames(), name):
		return nil, fault.New(fault.NotFound, "not_found")
	}
	return [][]table.Cell{{{Text: "Day"}, {Text: "M-Pesa"}}, {{Text: "2026-11-27"}, {Cents: 100, Money: true}}}, nil
}

func withThings(o Options, d *deeds) Options {
	o.Lines, o.Usage, o.Orders, o.Vouchers, o.Resellers, o.Network, o.Routers, o.Tickets, o.Reports = lines{d}, lines{d}, shop{}, stock{d}, agents{}, network{d}, network{d}, desk{d}, reports{}
	o.Cutter, o.Counter = network{d}, till{d}
	return o
}

// Each list is paged by its cursor and as long as it is asked for, each thing is told as the document says, and none of them tells a secret.
func TestEachThingIsListedAndRead(t *testing.T) {
	f := stand(t)
	for _, path := range []string{"/subscriptions?customer_id=2&state=active", "/orders?state=paid", "/voucher-batches", "/resellers", "/sessions?router_id=1", "/routers?state=active", "/tickets?state=open&customer_id=2"} {
		bare, _, _ := strings.Cut(path, "?")
		seen, from := 0, ""
		for turn := 0; turn < 4; turn++ {
			mark := "?"
			if strings.Contains(path, "?") {
				mark = "&"
			}
			got := f.get(everything, path+mark+"limit=2"+from)
			if got.status != http.StatusOK || strings.Contains(got.body, "secret") {
				t.Fatal(path, got.status, got.body)
			}
			seen += strings.Count(got.body, `"id":`)
			next := cursorIn.FindStringSubmatch(got.body)
			if next == nil {
				break
			}
			from = "&cursor=" + next[1]
			if got := f.get(everything, "/customers?cursor="+next[1]); got.code() != "api.cursor" {
				t.Errorf("the cursor of %s pages another list: %s", path, got.body)
			}
		}
		if seen != 3 {
			t.Errorf("%s lists %d", path, seen)
		}
		if got := f.get(narrow, bare); strings.Count(got.body, `"id":`) != 1 {
			t.Errorf("%s of a narrow key: %s", bare, got.body)
		}
		if bare == "/voucher-batches" || bare == "/resellers" || bare == "/sessions" {
			continue
		}
		if got := f.get(everything, bare+"?state=ghost"); got.code() != "api.parameter" {
			t.Errorf("%s: %s", bare, got.body)
		}
	}
	for _, path := range []string{"/subscriptions/", "/orders/", "/voucher-batches/", "/resellers/", "/sessions/", "/routers/", "/tickets/"} {
		for key, want := range map[string]string{everything + "1": "", everything + "2": "", everything + "9": "api.gone", everything + "x": "api.gone", narrow + "1": "", narrow + "2": "api.gone", narrow + "3": "api.gone"} {
			id := key[len(key)-1:]
			if got := f.get(strings.TrimSuffix(key, id), path+id); got.code() != want || strings.Contains(strings.ToLower(got.body), "secret") {
				t.Errorf("%s%s of %s: %d %s", path, id, key, got.status, got.body)
			}
		}
	}
}

func TestVouchersUsageAndReportsAreRead(t *testing.T) {
	f := stand(t)
	for path, want := range map[string]string{
		"/vouchers/1-000007": `"id":"1-000007"`, "/vouchers/9-000007": "api.gone", "/vouchers/ABCDEFGHJK": "api.gone", "/voucher-batches/1": `"stock":[{"state":"made","paid":false,"count":9},`,
		"/subscriptions/1/usage?from=2026-11-01&to=2026-11-02": `"data":[{"day":"2026-11-01","bytes":10,"seconds":60},{"day":"2026-11-02","bytes":1,"seconds":1}]`,
		"/subscriptions/1/usage":                               `"from":"2026-10-29","to":"2026-11-27"`,
		"/subscriptions/9/usage":                               "api.gone", "/customers/99/usage": "api.gone", "/customers/2/usage": `"bytes":60`,
		"/subscriptions/1/usage?from=2026-11-02&to=2026-11-01": "api.days", "/subscriptions/1/usage?from=2024-11-02": "api.days", "/subscriptions/1/usage?to=x": "api.parameter",
		"/reports": `[{"name":"money"},`, "/reports/money": `"columns":["Day","M-Pesa"],"rows":[[{"text":"2026-11-27","cents":0,"money":false},{"text":"","cents":100,"money":true}]]`,
		"/reports/ghost": "api.gone", "/tickets/1": `"messages":[{"kind":"opened","by":"","text":"It is slow."`, "/routers/1": `"answers":"yes"`, "/routers/2": `"answers":"unknown"`,
		"/sessions?site_id=2": `"site_id":"2"`, "/sessions/1": `"subscription_id":"1"`,
	} {
		if got := f.get(everything, path); !strings.Contains(got.body, want) {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	for path, want := range map[string]string{"/vouchers/1-000007": `"state":"made"`, "/vouchers/2-000007": "api.gone", "/customers/2/usage": `"bytes":10`, "/reports/money": "apikey.all_sites",
		"/reports/revenue-sites": `"money":true`, "/sessions?site_id=2": `{"data":[],"next":""}`, "/subscriptions/2/usage": "api.gone"} {
		if got := f.get(narrow, path); !strings.Contains(got.body, want) {
			t.Errorf("%s of a narrow key: %d %s", path, got.status, got.body)
		}
	}
}
