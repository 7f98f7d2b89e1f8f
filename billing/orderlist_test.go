package billing

import (
	"slices"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/seal"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

// TestOrdersOfSomeSites: whoever is told of some sites pages through the orders of those, the newest first, and no page sorts all that they have.
func TestOrdersOfSomeSites(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		keys, err := seal.New()
		if err != nil {
			t.Fatal(err)
		}
		s := &Service{Options: Options{DB: d, Keys: keys}}
		at := time.Date(2026, 11, 27, 6, 0, 0, 0, time.UTC)
		for n := range int64(12) { // 0 is at site 0, 1 at site 1, and so on up to site 3
			o := Order{ID: n + 1, Code: string(rune('A' + n)), Token: string(rune('a' + n)), SiteID: n % 4, PlanKey: "hour", Segment: "hotspot", Price: money.KES(1000), Phone: "254722000001", Place: access.Place{RouterID: 1},
				State: []OrderState{OrderPlaced, OrderPaid}[n/4%2], CreatedAt: at}
			if err := d.InTx(t.Context(), func(tx *db.Tx) error { return s.insertOrder(tx, o, "") }); err != nil {
				t.Fatal(err)
			}
		}
		asked := testdb.Statements(t, d)
		for _, c := range []struct {
			w      WhichOrders
			before int64
			want   []int64
		}{
			{WhichOrders{}, 0, []int64{12, 11, 10}}, {WhichOrders{Sites: []int64{1}}, 0, []int64{10, 6, 2}}, {WhichOrders{Sites: []int64{1, 2}}, 0, []int64{11, 10, 7}}, {WhichOrders{Sites: []int64{2, 1}}, 7, []int64{6, 3, 2}},
			{WhichOrders{Sites: []int64{1, 2}, State: OrderPaid}, 0, []int64{7, 6}}, {WhichOrders{Sites: []int64{8, 9}}, 0, nil},
		} {
			all, err := s.Orders(t.Context(), c.w, c.before, 3)
			var ids []int64
			for _, o := range all {
				ids = append(ids, o.ID)
			}
			if err != nil || !slices.Equal(ids, c.want) {
				t.Errorf("%+v before %d: %v %v", c.w, c.before, ids, err)
			}
		}
		if d.Dialect() != db.SQLite { // MariaDB guesses its plans by the rows that there are
			return
		}
		for _, one := range asked() {
			if strings.Contains(one, "site_id") || !strings.Contains(one, "WHERE") {
				sortsNothing(t, d, one)
			}
		}
	})
}

func sortsNothing(t *testing.T, d *db.DB, statement string) {
	t.Helper()
	rows, err := d.SQL().Query("EXPLAIN QUERY PLAN "+statement, make([]any, strings.Count(statement, "?"))...)
	if err != nil {
		t.Fatal(statement, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int64
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil || strings.Contains(detail, "TEMP B-TREE") {
			t.Error(statement, detail, err)
		}
	}
}
