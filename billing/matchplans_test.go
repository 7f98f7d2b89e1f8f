package billing_test

import (
	"context"
	"testing"

	"mtandao/billing"
	"mtandao/internal/testdb"
)

// TestTheMoneyDeskReadsNoTableWhole walks suspense, match and refund with every statement's plan watched.
func TestTheMoneyDeskReadsNoTableWhole(t *testing.T) {
	s, ctx := open(t, testdb.SQLite(t)), context.Background()
	testdb.WatchPlans(t, s.db)
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
