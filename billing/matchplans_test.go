package billing_test

import (
	"context"
	"strings"
	"testing"

	"mtandao/billing"
	"mtandao/internal/testdb"
)

// TestTheMoneyDeskReadsNoTableWhole walks suspense, match and refund with every statement's plan watched.
func TestTheMoneyDeskReadsNoTableWhole(t *testing.T) {
	s, ctx := open(t, testdb.SQLite(t)), context.Background()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	o := s.order("02a1b2c3d4aa")
	s.hear(s.confirmation("RKT1", mistyped(o), stranger, 10))
	r := s.lost()
	_, err := s.bill.Suspense(ctx, []int64{s.till.ID}, r.ID, 10)
	ok(err)
	_, err = s.bill.Suggest(ctx, r)
	ok(err)
	_, _, err = s.bill.StrayFor(ctx, o)
	ok(err)
	serve := billing.Matching{ReceiptID: r.ID, OrderID: o.ID, Serve: true}
	_, err = s.match(serve)
	ok(err)
	ok(s.unmatch(r.ID))
	_, err = s.match(serve)
	ok(err)
	f, err := s.askRefund(r.ID, 10)
	ok(err)
	s.openRefund(billing.RefundAsked)
	ok(s.approve(f, juma))
	ok(s.payBack(f, billing.RefundByCash, ""))
	_, err = s.bill.RefundsOf(ctx, r.ID)
	ok(err)
}

// TestADevicesOrdersAreFoundByItsMAC: WatchPlans lets pass what walks an index up to a LIMIT, which for a device with few
// orders is the whole table.
func TestADevicesOrdersAreFoundByItsMAC(t *testing.T) {
	s := open(t, testdb.SQLite(t))
	o := s.order("02a1b2c3d4aa")
	found, err := s.bill.OrdersOfDevice(t.Context(), "02A1B2C3D4AA")
	if err != nil || len(found) != 1 || found[0].ID != o.ID {
		t.Fatal(found, err)
	}
	plan := s.planOf("SELECT * FROM orders WHERE mac = '02a1b2c3d4aa' ORDER BY id DESC LIMIT 20")
	if !strings.HasPrefix(plan, "SEARCH orders USING INDEX orders_mac") {
		t.Error(plan)
	}
}

// planOf is how SQLite would answer a query.
func (s *shop) planOf(query string) string {
	s.t.Helper()
	rows, err := s.db.SQL().Query("EXPLAIN QUERY PLAN " + query)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			s.t.Fatal(err)
		}
		steps = append(steps, step)
	}
	return strings.Join(steps, "\n")
}
