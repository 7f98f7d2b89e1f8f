package report

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// noon is 12:30 in Nairobi.
var (
	nairobi = time.FixedZone("EAT", 3*60*60)
	noon    = time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC)
)

type rows struct {
	*testing.T
	d    *db.DB
	next int
}

// add inserts a row; columns that are not named get nothing of their kind, or the time or a key of the row.
func (r *rows) add(table string, values map[string]any) int {
	r.Helper()
	r.next++
	values["id"] = r.next
	none, err := r.d.SQL().Query("SELECT * FROM " + table + " WHERE 1 = 0")
	if err != nil {
		r.Fatal(err)
	}
	columns, err := none.ColumnTypes()
	if err := errors.Join(err, none.Close()); err != nil {
		r.Fatal(err)
	}
	var names, marks []string
	var args []any
	for _, column := range columns {
		value, ok := values[column.Name()]
		if !ok {
			value = r.nothing(column)
		}
		names, marks, args = append(names, column.Name()), append(marks, "?"), append(args, value)
	}
	if _, err := r.d.SQL().Exec("INSERT INTO "+table+" ("+strings.Join(names, ", ")+") VALUES ("+strings.Join(marks, ", ")+")", args...); err != nil {
		r.Fatalf("%s: %v", table, err)
	}
	return r.next
}

func (r *rows) nothing(column *sql.ColumnType) any {
	switch name := column.Name(); {
	case strings.HasSuffix(name, "_at") || name == "at":
		return noon
	case strings.HasSuffix(name, "_hash") || name == "code" || name == "source" || name == "session_key" || name == "receipt" || name == "checkout_request_id":
		return strings.Repeat("x", r.next) // unique
	case strings.Contains(column.DatabaseTypeName(), "INT") || strings.Contains(column.DatabaseTypeName(), "BOOL"):
		return 0
	}
	return ""
}

func (r *rows) order(site int) int { return r.add("orders", map[string]any{"site_id": site}) }

func (r *rows) receipt(order, till int, placed string, shillings int, at time.Time) {
	r.add("receipts", map[string]any{"order_id": order, "till_id": till, "placed": placed, "amount_cents": shillings * 100, "amount_currency": "KES", "arrived_at": at, "created_at": at})
}

func (r *rows) payment(order int, state string, at time.Time) {
	r.add("payments", map[string]any{"order_id": order, "site_id": 1, "rail": "stk", "state": state, "created_at": at})
}

// counted is money at the counter, of the customer of site 1.
func (r *rows) counted(how string, shillings int, at time.Time) {
	r.add("customer_events", map[string]any{"customer_id": 7, "seq": r.next, "request": strings.Repeat("y", r.next), "how": how, "reference": nil, "delta_cents": shillings * 100, "at": at, "day": clock.DayOf(at).String()})
}

func tellOneDay(r *rows) {
	if _, err := r.d.SQL().Exec("UPDATE customers SET id = 7 WHERE id = ?", r.add("customers", map[string]any{"site_id": 1})); err != nil {
		r.Fatal(err)
	}
	r.counted("cash", 300, noon.Add(-30*time.Minute))
	r.counted("cheque", 40, noon.Add(-12*time.Hour))
	r.counted("cheque", -40, noon.Add(-time.Hour))  // returned by the bank
	r.counted("cash", 4000, noon.AddDate(0, 0, -1)) // yesterday
	r.counted("bank", 60, noon.AddDate(0, 0, -7))   // a week ago, at this moment
	r.counted("", 900, noon.Add(-time.Minute))      // no money: what a line cost
	here, there := r.order(1), r.order(2)
	r.receipt(here, 1, "order", 10, noon.Add(-time.Minute))
	r.receipt(there, 1, "order", 50, noon.Add(-time.Minute))
	r.receipt(here, 1, "credit", 20, noon.Add(-12*time.Hour)) // 00:30 in Nairobi
	r.receipt(here, 1, "order", 99, noon.Add(-13*time.Hour))  // yesterday, 23:30
	r.receipt(here, 1, "order", 7, noon.AddDate(0, 0, -7).Add(-time.Hour))
	r.receipt(here, 1, "order", 11, noon.AddDate(0, 0, -7).Add(time.Hour)) // a week ago, later than now
	r.receipt(here, 1, "merged", 1000, noon.Add(-time.Minute))
	r.receipt(0, 2, "suspense", 5, noon.Add(-2*time.Hour))
	for _, p := range []struct {
		state string
		ago   time.Duration
	}{{"paid", time.Minute}, {"paid", 2 * time.Minute}, {"failed", 3 * time.Minute}, {"unknown", 4 * time.Minute}, {"failed", 2 * time.Hour}} {
		r.payment(here, p.state, noon.Add(-p.ago))
	}
	r.add("sessions_open", map[string]any{"site_id": 1})
	r.add("sessions_open", map[string]any{"site_id": 1})
	r.add("sessions_open", map[string]any{"site_id": 2})
	r.add("jobs", map[string]any{"state": "parked", "run_at": noon.Add(-time.Hour)})
	if _, err := r.d.SQL().Exec("INSERT INTO till_sites (site_id, till_id) VALUES (2, 2)"); err != nil {
		r.Fatal(err)
	}
}

func TestTodayCountsTheDayOfItsZone(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		tellOneDay(&rows{T: t, d: d})
		desk := NewDesk(d, clock.NewManual(noon))
		for _, c := range []struct {
			name                            string
			scope                           Scope
			first, noon, later, total, then int64
			rails                           string
			sold, online, all               int
		}{{"all", nil, 60, 360, 11, 385, 7, "mpesa KES 85 cash KES 300", 2, 3, 3}, {"one site", Scope{1}, 60, 310, 11, 330, 7, "mpesa KES 30 cash KES 300", 2, 2, 3},
			{"the other", Scope{2}, 0, 50, 0, 55, 0, "mpesa KES 55", 0, 1, 0}, {"none", Scope{}, 0, 0, 0, 0, 0, "", 0, 0, 0}} {
			got, err := desk.Today(context.Background(), c.scope, nairobi, "KES")
			if err != nil {
				t.Fatal(err)
			}
			online, rails := 0, ""
			for _, n := range got.Online {
				online += n
			}
			for _, r := range got.Rails {
				rails = strings.TrimSpace(rails + " " + r.Rail + " " + r.Amount.String())
			}
			if got.Hours[0].Cents != c.first*100 || got.Hours[12].Cents != c.noon*100 || got.WeekAgo[13].Cents != c.later*100 || got.Total.Cents != c.total*100 || got.ByThen.Cents != c.then*100 ||
				rails != c.rails || got.Sold.Count != c.sold || online != c.online || got.Prompts != c.all {
				t.Errorf("%s: %+v", c.name, got)
			}
		}
	})
}

func TestQueuesHaveAges(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		tellOneDay(&rows{T: t, d: d})
		desk := NewDesk(d, clock.NewManual(noon))
		for _, c := range []struct {
			scope Scope
			want  map[string]time.Duration
			shown int
		}{{nil, map[string]time.Duration{QueueSuspense: 2 * time.Hour, QueueUnknown: 4 * time.Minute, QueueParked: time.Hour}, len(queues) - 1},
			{Scope{1}, map[string]time.Duration{QueueUnknown: 4 * time.Minute}, len(queues) - 4},
			{Scope{2}, map[string]time.Duration{QueueSuspense: 2 * time.Hour}, len(queues) - 4}} {
			got, err := desk.Queues(context.Background(), c.scope)
			if err != nil || len(got) != c.shown {
				t.Fatalf("%v: %+v, %v", c.scope, got, err)
			}
			for _, q := range got {
				age, waits := c.want[q.Name]
				if waits != (q.Count == 1) || waits && noon.Sub(q.Oldest) != age {
					t.Errorf("%v: %+v", c.scope, q)
				}
			}
		}
	})
}
