package app

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/portal/backoffice"
)

// subscribes fills in a line for each customer with what it lived through, a message and a payment for each, a ticket for every tenth, and what was used of ten plans on each day of a year.
func (c *country) subscribes() {
	c.Helper()
	s := c.s
	for _, seed := range []func(context.Context) error{s.seedLines, s.seedTickets, s.seedPost} {
		if err := seed(c.Context()); err != nil {
			c.Fatal(err)
		}
	}
	id := fmt.Sprintf("%d + c.n", countryBase)
	per := func(k string) string { return fmt.Sprintf("%d + (c.n * 100 + %s)", countryBase*10, k) }
	three, day := "counted c JOIN counted k ON k.n <= 3", "CONCAT('2026-0', 1 + c.n % 9, '-1', c.n % 10)"
	site := fmt.Sprint(s.seeded.sites["kasarani"].ID)
	c.like("subscriptions", "state = 'active'", "counted c", map[string]string{"id": id, "customer_id": id, "grant_id": id, "login_name": "CONCAT('line', c.n)", "due_at": "NULL", "plan_key": "CASE WHEN c.n % 100 = 0 THEN 'rare' ELSE t.plan_key END"})
	c.like("subscription_events", "kind = 'started'", three, map[string]string{"id": per("k.n"), "subscription_id": id, "seq": "k.n", "kind": "CASE WHEN k.n = 1 THEN 'started' ELSE 'login' END", "request": "CONCAT('many:', k.n)"})
	c.like("line_moves", "kind = 'started'", three, map[string]string{"subscription_id": id, "n": "k.n", "day": day, "kind": "CASE WHEN k.n = 1 THEN 'started' ELSE 'plan' END",
		"from_plan": "CASE WHEN k.n = 1 THEN '' ELSE CONCAT('plan-', (c.n + k.n) % 10) END", "to_plan": "CONCAT('plan-', (c.n + k.n + 1) % 10)", "to_site": site, "from_site": "CASE WHEN k.n = 1 THEN 0 ELSE " + site + " END"})
	c.like("messages", "1 = 1", "counted c", map[string]string{"id": id, "message_key": "CONCAT('many:', c.n)", "customer_id": id, "state": "'delivered'"})
	c.like("payments", "state = 'paid'", "counted c", map[string]string{"id": id, "secret_hash": "CONCAT('many', c.n)", "checkout_request_id": "NULL",
		"created_at": "CONCAT(" + day + ", ' ', 10 + c.n % 13, ':', 10 + c.n DIV 13 % 50, ':', 10 + c.n DIV 29 % 50, SUBSTR(t.created_at, 20))"}) // a hundred thousand in one instant would be sorted for each page
	c.like("tickets", "1 = 1", "counted c", map[string]string{"id": id, "reference": "CONCAT('MANY', c.n)", "request": "CONCAT('many:', c.n)", "customer_id": id})
	for from := clock.Date(2026, 1, 1); from < clock.Date(2026, 12, 31); from++ {
		c.exec("INSERT INTO usage_sums (day, site_id, plan_key, node, online_seconds, bytes_up, bytes_down) SELECT ?, "+site+" + c.n % 10, CONCAT('plan-', c.n DIV 10), 1001, 3600, 1000000, 90000000 FROM counted c WHERE c.n < ?", from.String(), min(400, c.n))
	}
	if s.Main.DB.Dialect() == db.MySQL {
		c.exec("ANALYZE TABLE subscriptions, subscription_events, line_moves, messages, payments, tickets, usage_sums")
	}
}

// lists are all pages of the console that are of nobody in particular, from the door's own list of routes; and why a line was offline.
func (c *country) lists() map[string]func() string {
	c.Helper()
	office, err := c.s.Main.openOffice(nil)
	if err != nil {
		c.Fatal(err)
	}
	all := map[string]func() string{}
	for _, r := range office.Routes() {
		if r.Method == http.MethodGet && strings.HasPrefix(r.Path, "/office") && !strings.ContainsAny(r.Path, ":*") {
			all["list "+r.Path] = func() string {
				return r.Path + map[string]string{backoffice.FileAdded: fmt.Sprint("?customer=", countryBase+1)}[r.Path]
			}
		}
	}
	if len(all) < 60 {
		c.Fatalf("these are not all pages: %v", slices.Sorted(maps.Keys(all)))
	}
	then := func() string {
		return url.Values{"at": {fmt.Sprintf("2026-0%d-1%dT2%d:14", 1+rand.IntN(9), rand.IntN(9), rand.IntN(4))}}.Encode()
	}
	all["why offline: a line"] = func() string { return fmt.Sprintf("/office/customers/%d/why?", countryBase+1+rand.IntN(c.n)) + then() }
	all["why offline: a grant"] = func() string { return fmt.Sprintf("/office/grants/%d/why?", countryBase+1+rand.IntN(c.n)) + then() }
	for name, query := range map[string]string{"lines": "/office/subscriptions?before=", "invoices, a later page": "/office/invoices?before=", "customers, a later page": "/office/customers?before="} {
		all[name] = func() string { return query + fmt.Sprint(countryBase+c.n/2) }
	}
	return all
}
