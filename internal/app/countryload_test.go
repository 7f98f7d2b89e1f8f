package app

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mtandao/billing/accounts"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
)

// country is a provider of n customers with ten bills each, all but the last paid at the counter or by M-Pesa: fifty entries in the books a customer.
type country struct {
	*testing.T
	s *Stage
	n int
}

// countryBase is the id from which its customers count on.
const countryBase = 1_000_000_000_000

// TestMoneyPagesOfACountry times the pages of customers' money, what is found by the search box, who is online, every list of the console, lists by what narrows them, and why a line was offline. MTANDAO_LONG has a hundred thousand customers, five million entries in the books, five million sessions that are over and fifty thousand that are open;
// otherwise few, so that every page is asked. MTANDAO_BENCH_CUSTOMERS takes another number.
func TestMoneyPagesOfACountry(t *testing.T) {
	n, times := 60, 3
	if long {
		n, times = 100_000, 200
	}
	if some, err := strconv.Atoi(os.Getenv("MTANDAO_BENCH_CUSTOMERS")); err == nil {
		n, times = some, 50
	}
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			c := &country{T: t, s: stageOn(t, dialect, 1), n: n}
			c.s.Main.Staff.Public = "http://localhost:1" // a browser takes no passkey of a number
			watch := clock.Stopwatch()
			c.settle()
			c.dials()
			c.subscribes()
			c.folds()
			var entries int64
			if err := c.s.Main.DB.SQL().QueryRow("SELECT COUNT(*) FROM ledger_entries").Scan(&entries); err != nil {
				t.Fatal(err)
			}
			t.Logf("%d customers, %d entries, written in %v", n, entries, watch().Round(time.Second))
			c.asks(times)
		})
	}
}

// exec runs a statement; NUMBER is a column that counts from 1 to the number of customers, DIV divides whole numbers.
func (c *country) exec(query string, args ...any) {
	c.Helper()
	div := "/"
	if c.s.Main.DB.Dialect() == db.MySQL {
		div = "DIV"
	}
	if _, err := c.s.Main.DB.SQL().ExecContext(context.Background(), strings.ReplaceAll(query, "DIV", div), args...); err != nil {
		c.Fatalf("%s: %v", query, err)
	}
}

// like copies a row of a table for each number, with some of its columns as expressions.
func (c *country) like(table, which, numbers string, as map[string]string) {
	c.Helper()
	var names, values []string
	for _, column := range testdb.Columns(c.T, c.s.Main.DB, table) {
		names, values = append(names, column), append(values, cmp.Or(as[column], "t."+column))
	}
	watch := clock.Stopwatch()
	defer func() { c.Logf("%-20s %v", table, watch().Round(time.Millisecond)) }()
	for from := 0; from < c.n; from += 1_000 {
		c.exec(fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM (SELECT * FROM %s WHERE %s LIMIT 1) t, %s WHERE c.n > %d AND c.n <= %d", table, strings.Join(names, ", "), strings.Join(values, ", "), table, which, numbers, from, min(c.n, from+1_000)))
	}
}

// settle fills the tables: made one by one it would take days.
func (c *country) settle() {
	ctx, m := c.Context(), c.s.Main
	one := c.s.customer(c.T)
	c.s.invoiced(c.T)
	for n, how := range []string{accounts.ByCash, accounts.ByCheque, accounts.ByBank} {
		if _, err := m.Accounts.TakeAtCounter(ctx, accounts.Taking{Request: fmt.Sprint("like", n), CustomerID: one.ID, How: how, Reference: "1", Amount: money.Shillings(2500)}, accounts.By{Actor: "till@demo.example"}); err != nil {
			c.Fatal(err)
		}
	}
	c.s.bought(c.T, "kasarani-1", "02a1b2c3d4aa")
	if m.DB.Dialect() == db.SQLite { // a gigabyte of cache and no waiting for the disk, while it is filled
		c.exec("PRAGMA cache_size = -1000000; PRAGMA synchronous = OFF")
		defer c.exec("PRAGMA cache_size = -2000; PRAGMA synchronous = FULL")
	}
	c.exec("CREATE TABLE counted (n BIGINT NOT NULL PRIMARY KEY)")
	c.exec("INSERT INTO counted (n) VALUES (1)")
	for have := 1; have < c.n; have *= 2 {
		c.exec(fmt.Sprintf("INSERT INTO counted (n) SELECT n + %d FROM counted WHERE n + %d <= %d", have, have, c.n))
	}
	id := fmt.Sprintf("%d + c.n", countryBase)
	per := func(k string) string { return fmt.Sprintf("%d + (c.n * 100 + %s)", countryBase*10, k) }
	twenty, ten, fifty := "counted c JOIN counted k ON k.n <= 20", "counted c JOIN counted k ON k.n <= 10", "counted c JOIN counted k ON k.n <= 50"
	day := "CONCAT('2026-', CASE WHEN 1 + (k.n DIV 2) < 10 THEN '0' ELSE '' END, 1 + (k.n DIV 2), '-0', 1 + (c.n % 9))"
	at := func(column string) string { return "CONCAT(" + day + ", SUBSTR(t." + column + ", 11))" }
	// a digit more than those that are drawn
	c.like("customers", fmt.Sprint("id = ", one.ID), "counted c", map[string]string{"id": id, "number": "CONCAT('', 10000000 + c.n)"})
	c.like("customer_accounts", "1 = 1", "counted c", map[string]string{"customer_id": id, "balance_cents": "0", "seq": "20"})
	c.like("customer_events", "how = 'cash'", twenty, map[string]string{"id": per("k.n"), "customer_id": id, "seq": "k.n", "kind": "CASE WHEN k.n % 2 = 1 THEN 'counter' ELSE 'invoice' END", "request": "CONCAT('allocation:', " + per("k.n") + ")",
		"how": "CASE WHEN k.n % 2 = 0 THEN '' WHEN c.n % 50 = 0 THEN 'cheque' WHEN c.n % 10 = 0 THEN 'bank' ELSE 'cash' END", "reference": "NULL", "done_by": "CASE WHEN k.n % 2 = 0 THEN 'billing' ELSE CONCAT('till', c.n % 20, '@demo.example') END",
		"delta_cents": "CASE WHEN k.n % 2 = 1 THEN 250000 ELSE -250000 END", "balance_cents": "CASE WHEN k.n % 2 = 1 THEN 250000 ELSE 0 END", "day": day})
	c.like("invoices", "state = 'issued'", ten, map[string]string{"id": per("k.n"), "customer_id": id, "cause": "CONCAT('many:', " + per("k.n") + ")", "series": "'MANY'", "number": "c.n * 10 + k.n", "state": "CASE WHEN k.n < 10 THEN 'paid' ELSE 'issued' END",
		"open_cents": "CASE WHEN k.n < 10 THEN 0 ELSE 250000 END", "due_day": day, "day": day})
	c.exec("INSERT INTO owing (customer_id, late_cents, turns_day) SELECT customer_id, 0, MIN(due_day) FROM invoices WHERE state = 'issued' AND customer_id BETWEEN ? AND ? GROUP BY customer_id", countryBase+1, countryBase+c.n)
	watch := clock.Stopwatch()
	if err := m.Invoices.TurnOwing(ctx); err != nil {
		c.Fatal(err)
	}
	c.Logf("%-20s %v", "who owes, turned", watch().Round(time.Millisecond))
	c.like("invoice_allocations", "1 = 1", ten, map[string]string{"id": per("k.n * 2"), "invoice_id": per("k.n"), "customer_id": id})
	c.like("receipts", "1 = 1", ten, map[string]string{"id": per("k.n"), "receipt": "CONCAT('M', " + per("k.n") + ")", "placed": "CASE WHEN k.n % 2 = 0 THEN 'account' ELSE 'order' END", "holder_id": "CASE WHEN k.n % 2 = 0 THEN " + id + " ELSE 0 END",
		"arrived_at": at("arrived_at"), "created_at": at("created_at")}) // over the year: a million on one day would be another country
	for from := 0; from < c.n; from += 1_000 { // chained before they are written, behind the links that there are: the job that chains would else do it first, and read all of it each second
		c.exec(fmt.Sprintf("INSERT INTO ledger_links (seq, entry_id, previous, hash) SELECT c.n * 100 + k.n - %d, %s, 'x', 'x' FROM %s WHERE c.n > %d AND c.n <= %d", countryBase, per("k.n"), fifty, from, min(c.n, from+1_000)))
	}
	c.like("ledger_entries", "kind = 'customer'", fifty, map[string]string{"id": per("k.n"), "source": "CONCAT('many:', " + per("k.n") + ")", "memo": "CASE WHEN k.n % 2 = 1 THEN 'counter x' ELSE 'invoice x' END", "day": day})
	for posting, party := range []string{"CASE WHEN k.n <= 30 THEN CONCAT('customer:', " + id + ") ELSE '' END", "''"} {
		c.like("ledger_postings", "account = '2210'", fifty, map[string]string{"entry_id": per("k.n"), "n": fmt.Sprint(posting), "party": party, "day": day, "cents": fmt.Sprintf("CASE WHEN k.n %% 2 = %d THEN 250000 ELSE -250000 END", posting),
			"account": fmt.Sprintf("CASE WHEN k.n > 30 THEN '2100' WHEN %d = 1 THEN '1010' WHEN k.n <= 10 THEN '1200' ELSE '2210' END", posting)})
	}
	if m.DB.Dialect() == db.MySQL {
		c.exec("ANALYZE TABLE customers, customer_events, invoices, invoice_allocations, receipts, ledger_entries, ledger_postings")
	}
}

// folds waits until the books are summed by days: with five million entries behind, the job of each five seconds reads them all the while.
func (c *country) folds() {
	watch := clock.Stopwatch()
	if err := c.s.Main.Daybook.Fold(c.Context()); err != nil {
		c.Fatal(err)
	}
	c.Logf("%-20s %v", "daybook, folded", watch().Round(time.Millisecond))
}

// asks times pages as somebody at the counter opens them, of customers drawn at random.
func (c *country) asks(times int) {
	c.Helper()
	owner := c.s.hire(c.T, "country@demo.example", nil, "owner")
	at := func() string { return fmt.Sprintf("/office/customers/%d", countryBase+1+rand.IntN(c.n)) }
	pages := map[string]func() string{
		"customer": at, "customer's money": func() string { return at() + "?tab=money" }, "customer's account": func() string { return at() + "?tab=account" }, "pay": func() string { return at() + "/pay" },
		"statement": func() string { return at() + "/statement?from=2026-02-01&until=2026-12-31" }, "money in": func() string { return "/office/money" }, "money in by cheque": func() string { return "/office/money?rail=cheque" },
		"money in, a day": func() string { return "/office/money?day=2026-04-05" }, "money in, a cashier": func() string { return fmt.Sprintf("/office/money?cashier=till%d@demo.example", rand.IntN(20)) },
		"money in, an old page": func() string { return fmt.Sprintf("/office/money?before=%d", countryBase*10+c.n*50) }, "drawer": func() string { return "/office/cashier/day" }, "invoices": func() string { return "/office/invoices" },
		"invoices to look at": func() string { return "/office/invoices?state=review" }, "ageing": func() string { return "/office/ageing" }, "today": func() string { return "/office" }}
	maps.Copy(pages, c.network())
	maps.Copy(pages, c.lists())
	maps.Copy(pages, c.filters())
	far := c.s.hire(c.T, "far@demo.example", []int64{c.s.seeded.sites["ngong"].ID}, "manager")
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		who := owner
		if strings.HasPrefix(name, elsewhere) {
			who = far
		}
		c.times(name, times, func() int { return who.ask(http.MethodGet, pages[name](), nil).status }, http.StatusOK, http.StatusSeeOther)
	}
	stamp := owner.stamp()
	c.times("what money would do", times, func() int {
		return owner.ask(http.MethodPost, at()+"/pay", url.Values{"k": {stamp}, "once": {fmt.Sprint(rand.Int())}, "amount": {"3,000"}, "how": {"cash"}}).status
	}, http.StatusOK)
}

func (c *country) times(name string, times int, ask func() int, want ...int) {
	c.Helper()
	var took []time.Duration
	for range times {
		watch := clock.Stopwatch()
		if got := ask(); !slices.Contains(want, got) {
			c.Fatalf("%s answers %d", name, got)
		}
		took = append(took, watch())
	}
	slices.Sort(took)
	c.Logf("%-24s p50 %6.1f ms, p95 %6.1f ms", name, took[len(took)/2].Seconds()*1000, took[len(took)*95/100].Seconds()*1000)
}
