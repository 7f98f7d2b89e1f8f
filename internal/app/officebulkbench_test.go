package app

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mtandao/billing/subscriptions"
	"mtandao/internal/bulk"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// BenchmarkMany pauses as many lines as one run may be of, from the console, lets them go on by the undo, and gives their customers a tag, while somebody reloads the page of the run.
// MTANDAO_BENCH_ITEMS takes another number. `go test -run '^$' -bench BenchmarkMany -benchtime 1x -timeout 60m ./internal/app`.
func BenchmarkMany(b *testing.B) {
	n := bulk.Most
	if some, err := strconv.Atoi(os.Getenv("MTANDAO_BENCH_ITEMS")); err == nil {
		n = min(n, some)
	}
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		b.Run(dialect, func(b *testing.B) {
			s := stageOn(b, dialect, 1)
			if err := s.seedLines(b.Context()); err != nil {
				b.Fatal(err)
			}
			s.crowded(b, n)
			c := s.hire(b, "many@demo.example", nil, "owner")
			b.ResetTimer()
			for range b.N {
				m := &manyBench{B: b, s: s, c: c}
				m.goes("pause", "/office/subscriptions/bulk?state=active", url.Values{"kind": {"pause"}}, n)
				m.goes("undo", m.at+"/undo", nil, n)
				m.goes("tag", "/office/customers/bulk", url.Values{"kind": {"tag"}, "named": {fmt.Sprint("many", b.N)}}, n)
				b.ReportMetric(m.heap, "MB-heap")
			}
		})
	}
}

// crowded copies a line that is paid by invoice, its grant, its history and its customer, until there are so many. None is to be billed beside it.
func (s *Stage) crowded(b *testing.B, n int) {
	b.Helper()
	all, err := s.Main.Lines.List(b.Context(), subscriptions.Which{Status: subscriptions.Active}, 0, 100)
	at := slices.IndexFunc(all, func(sub subscriptions.Subscription) bool { return !sub.State.Prepaid() })
	if err != nil || at < 0 {
		b.Fatal(len(all), err)
	}
	one, id := all[at], "1000000 + k.n"
	for _, t := range []struct {
		name, which string
		of          int64
		change      map[string]string
	}{
		{"customers", "id", one.CustomerID, map[string]string{"id": id, "number": "CONCAT('', 10000000 + k.n)"}}, {"customer_accounts", "customer_id", one.CustomerID, map[string]string{"customer_id": id}},
		{"grants", "id", one.GrantID, map[string]string{"id": id}}, {"billing_positions", "subscription_id", one.ID, map[string]string{"subscription_id": id, "due_day": "'2099-01-01'"}},
		{"subscriptions", "id", one.ID, map[string]string{"id": id, "customer_id": id, "grant_id": id, "login_name": "CONCAT('many', k.n)"}},
		{"subscription_events", "subscription_id", one.ID, map[string]string{"id": "(" + id + ") * 100 + o.seq", "subscription_id": id}},
	} {
		s.copies(b, t.name, fmt.Sprintf("%s = %d", t.which, t.of), n-len(all), t.change)
	}
}

// copies has the rows of a table so many times more, some of their columns another for each n.
func (s *Stage) copies(b *testing.B, table, which string, n int, change map[string]string) {
	b.Helper()
	var columns, values []string
	for _, c := range testdb.Columns(b, s.Main.DB, table) {
		value := "o." + c
		if other, changed := change[c]; changed {
			value = other
		}
		columns, values = append(columns, c), append(values, value)
	}
	for from := 0; from < n; from += 1000 {
		q := fmt.Sprintf("INSERT INTO %s (%s) WITH RECURSIVE k AS (SELECT %d AS n UNION ALL SELECT n + 1 FROM k WHERE n < %d) SELECT %s FROM k, (SELECT * FROM %s WHERE %s) o",
			table, strings.Join(columns, ", "), from+1, min(from+1000, n), strings.Join(values, ", "), table, which)
		if _, err := s.Main.DB.SQL().Exec(q); err != nil {
			b.Fatal(err, q)
		}
	}
}

type manyBench struct {
	*testing.B
	s    *Stage
	c    *colleague
	at   string  // the page of the run before
	heap float64 // in use at most
}

// goes has one thing looked at and done from the console, and tells how long its request, its preview and its doing took, and what waited at most for its page meanwhile.
func (m *manyBench) goes(name, path string, form url.Values, n int) {
	m.Helper()
	if form != nil {
		form.Set("which", "all")
		form.Set("once", fmt.Sprint("bench", name, time.Now().UnixNano()))
	}
	watch := clock.Stopwatch()
	got := m.c.send(path, form)
	m.ReportMetric(float64(watch().Milliseconds()), "ms-"+name+"-asks")
	if m.at = got.location; got.status != http.StatusSeeOther || !strings.HasPrefix(m.at, bulkPages) {
		m.Fatal(got.status, m.at)
	}
	r := m.rests(name + "-looks")
	if r.Would < int64(n)*9/10 {
		m.Fatalf("%+v", r)
	}
	if got := m.c.send(m.at+"/start", url.Values{"reason": {"the mast is moved"}}); got.status != http.StatusSeeOther {
		m.Fatal(got.status)
	}
	if r = m.rests(name + "-works"); r.State != bulk.Done || r.Done != r.Would || r.Cuts > 0 {
		m.Fatalf("%+v", r)
	}
	m.Logf("%s: %d changed, %d left", name, r.Done, r.Left)
}

const bulkPages = "/office/bulk/"

// rests waits until a run does, and reloads its page as the browser does.
func (m *manyBench) rests(name string) bulk.Run {
	m.Helper()
	id, err := strconv.ParseInt(strings.TrimPrefix(m.at, bulkPages), 10, 64)
	if err != nil {
		m.Fatal(err)
	}
	watch, told, slowest := clock.Stopwatch(), time.Duration(0), time.Duration(0)
	for {
		began := watch()
		if got := m.c.ask(http.MethodGet, m.at, nil); got.status != http.StatusOK {
			m.Fatal(got.status)
		}
		slowest = max(slowest, watch()-began)
		r, err := m.s.Main.Bulk.Run(m.Context(), id)
		if err != nil || r.Trouble != nil {
			m.Fatal(err, r.Trouble)
		}
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		m.heap = max(m.heap, float64(now.HeapInuse)/1e6)
		if !r.Moving() {
			m.ReportMetric(watch().Seconds(), "s-"+name)
			m.ReportMetric(float64(slowest.Milliseconds()), "ms-page-"+name)
			return r
		}
		if watch()-told > 10*time.Second {
			told = watch()
			m.Logf("%s: %d found, %d of %d done, after %v", name, r.Found, r.Done, r.Would, told.Round(time.Second))
		}
		time.Sleep(time.Second)
	}
}
