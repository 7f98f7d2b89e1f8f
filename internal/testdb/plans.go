package testdb

import (
	"context"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm"

	"mtandao/internal/db"
)

// small are the tables that may be read whole: they hold what the provider decides, not what happens.
var small = map[string]bool{"settings": true, "nodes": true, "leases": true, "sites": true, "brands": true, "routers": true,
	"router_addresses": true, "plans": true, "plan_sites": true, "tills": true, "till_sites": true, "rail_tokens": true,
	"router_tunnels": true, "tunnel_keys": true, "message_carriers": true, "staff_roles": true, "staff_members": true,
	"tax_rates": true, "dunning_steps": true, "invoice_series": true}

// proofs read the books from end to end because that is what they are for; commands call them, nothing that serves.
var proofs = []string{"mtandao/internal/report.", "mtandao/billing/ledger.(*Ledger).Verify"}

// WatchPlans fails the test when a statement of the program reads a large table from end to end. It asks SQLite, whose
// planner decides by the indexes alone; MariaDB has the same indexes, and guesses by the few rows of a test.
func WatchPlans(t testing.TB, d *db.DB) {
	t.Helper()
	if d.Dialect() != db.SQLite {
		return
	}
	watch(t, d, serves)
}

func watch(t testing.TB, d *db.DB, counts func() bool) {
	t.Helper()
	w := &planWatch{t: t, counts: counts, seen: map[string]bool{}, tables: tables(t, d)}
	t.Cleanup(w.end)
	w.register(t, d.Read(context.Background()))
	if err := d.InTx(context.Background(), func(tx *db.Tx) error { w.register(t, tx.Gorm()); return nil }); err != nil {
		t.Fatal(err)
	}
}

// tables are those that exist: a plan also speaks of subqueries.
func tables(t testing.TB, d *db.DB) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for _, name := range texts(t, d, "SELECT name FROM sqlite_master WHERE type = 'table'") {
		all[name] = true
	}
	return all
}

// planWatch explains each text of a statement once.
type planWatch struct {
	t      testing.TB
	counts func() bool // whether a statement is to be judged; asked on its own stack
	tables map[string]bool
	mu     sync.Mutex
	seen   map[string]bool
	ended  bool
}

func (w *planWatch) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
}

func (w *planWatch) register(t testing.TB, g *gorm.DB) {
	t.Helper()
	const name = "testdb:plan"
	all := g.Callback()
	for _, err := range []error{all.Query().After("gorm:query").Register(name, w.explain), all.Row().Before("gorm:row").Register(name, w.explain),
		all.Raw().After("gorm:raw").Register(name, w.explain), all.Update().After("gorm:update").Register(name, w.explain),
		all.Delete().After("gorm:delete").Register(name, w.explain)} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (w *planWatch) explain(g *gorm.DB) {
	text := g.Statement.SQL.String()
	w.mu.Lock()
	defer w.mu.Unlock()
	if text == "" || w.seen[text] || w.ended || g.Error != nil || !w.counts() {
		return
	}
	w.seen[text] = true
	rows, err := g.Statement.ConnPool.QueryContext(g.Statement.Context, "EXPLAIN QUERY PLAN "+text, g.Statement.Vars...)
	if err != nil {
		return // a pragma, a savepoint
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			w.t.Error(err)
		} else if table, whole := wholeTable(step, text); whole && w.tables[table] {
			w.t.Errorf("reads all of %s (%s):\n%s", table, step, text)
		}
	}
}

// serves says whether the statement is the program's: not a test's own question, and not a proof's.
func serves() bool {
	var callers [64]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers[:])])
	asked := false
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		if !strings.HasPrefix(f.Function, "mtandao/") || strings.HasPrefix(f.Function, "mtandao/internal/testdb.") {
			continue
		}
		if slices.ContainsFunc(proofs, func(proof string) bool { return strings.HasPrefix(f.Function, proof) }) {
			return false
		}
		if !asked && strings.HasSuffix(f.File, "_test.go") {
			return false
		}
		asked = true
	}
	return true
}

var scan = regexp.MustCompile(`^SCAN (\w+)( USING .*INDEX)?`)

// wholeTable says whether a step of a plan walks through a large table. One that follows an index to a LIMIT does not.
func wholeTable(step, text string) (table string, whole bool) {
	m := scan.FindStringSubmatch(step)
	if m == nil || m[1] == "CONSTANT" {
		return "", false
	}
	table = m[1]
	if named := regexp.MustCompile(fmt.Sprintf("(?i)(?:FROM|JOIN|,)\\s+[`\"]?(\\w+)[`\"]?\\s+(?:AS\\s+)?%s\\b", table)).FindStringSubmatch(text); named != nil {
		table = named[1]
	}
	if small[table] || m[2] != "" && strings.Contains(strings.ToUpper(text), "LIMIT") {
		return table, false
	}
	return table, true
}
