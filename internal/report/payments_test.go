package report

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// sell makes payments of both sites in every state, several at the same instant.
func sell(r *rows) {
	orders := []int{r.order(1), r.order(2)}
	for i := range 42 {
		site, order := 1+i%2, orders[i%2]
		attention := ""
		state := []string{"created", "sent", "unknown", "failed", "expired", "paid", "sending"}[i%7]
		if state == "unknown" {
			attention = "unanswered"
		}
		r.add("payments", map[string]any{"order_id": order, "site_id": site, "rail": "stk", "state": state, "attention": attention,
			"amount_cents": 1000, "amount_currency": "KES", "created_at": noon.Add(-time.Duration(i/4) * time.Hour)})
	}
	for i, state := range []string{billing.ClaimAsked, billing.ClaimRefused} { // of the first site it is still asked
		r.add("receipt_claims", map[string]any{"order_id": orders[i], "till_id": 1, "receipt": "UKS000000" + state[:1], "state": state, "secret_hash": state, "secret": []byte{}, "conversation_id": "", "reason": "",
			"created_at": noon, "updated_at": noon})
	}
}

// walk reads all pages of a filter.
func walk(t *testing.T, desk *Desk, f PaymentFilter) (all []PaymentLine) {
	t.Helper()
	for range 100 {
		page, err := desk.Payments(context.Background(), f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page...)
		if len(page) < f.Limit {
			return all
		}
		f.Before = page[len(page)-1].ID
	}
	t.Fatal("the list has no end")
	return nil
}

func TestPaymentsArePagedNewestFirst(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		sell(&rows{T: t, d: d})
		desk := NewDesk(d, clock.NewManual(noon))
		for _, c := range []struct {
			f    PaymentFilter
			want int
		}{{PaymentFilter{}, 42}, {PaymentFilter{Group: PaymentsWaiting}, 18}, {PaymentFilter{Group: PaymentsUnknown}, 6}, {PaymentFilter{Group: PaymentsNotPaid}, 12},
			{PaymentFilter{Group: PaymentsPaid}, 6}, {PaymentFilter{Group: PaymentsAttention}, 6}, {PaymentFilter{Group: PaymentsTyped}, 21}, {PaymentFilter{Scope: Scope{2}, Group: PaymentsTyped}, 0}, {PaymentFilter{Scope: Scope{1}}, 21}, {PaymentFilter{Scope: Scope{1, 2}}, 42},
			{PaymentFilter{Scope: Scope{}}, 0}, {PaymentFilter{Scope: Scope{2}, Group: PaymentsAttention}, 3}, {PaymentFilter{Group: "no such group"}, 0},
			{PaymentFilter{From: noon.Add(-2 * time.Hour), To: noon}, 8}} {
			c.f.Limit = 5
			all := walk(t, desk, c.f)
			sorted := slices.IsSortedFunc(all, func(a, b PaymentLine) int {
				if n := b.CreatedAt.Compare(a.CreatedAt); n != 0 {
					return n
				}
				return int(b.ID - a.ID)
			})
			if len(all) != c.want || !sorted {
				t.Errorf("%+v gives %d, want %d; in order: %v", c.f, len(all), c.want, sorted)
			}
			for _, l := range all {
				if l.OrderID == 0 || l.Amount.Cents != 1000 || c.f.Scope != nil && !slices.Contains(c.f.Scope, l.SiteID) {
					t.Errorf("%+v lists %+v", c.f, l)
				}
			}
		}
	})
}

// TestAPageOfPaymentsReadsARangeOfAnIndex asks the databases for their plans: no sorting of more than ties, no whole table.
func TestAPageOfPaymentsReadsARangeOfAnIndex(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		sell(&rows{T: t, d: d})
		desk := NewDesk(d, clock.NewManual(noon))
		for _, group := range PaymentGroups {
			for _, scope := range []Scope{nil, {1}} {
				f := PaymentFilter{Scope: scope, Group: group, Limit: 5, From: noon.AddDate(0, 0, -1), To: noon}
				for _, r := range f.ranges() {
					query, args := desk.rangeSQL(f, r, paymentKey{ID: 3, CreatedAt: noon})
					plan := strings.ToLower(explain(t, d, query, args))
					sorts := strings.Contains(plan, "filesort") || strings.Contains(strings.ReplaceAll(plan, "temp b-tree for last term", ""), "temp b-tree")
					if !strings.Contains(plan, r.index) || sorts {
						t.Errorf("%+v: %s", r, plan)
					}
				}
			}
		}
	})
}

func explain(t *testing.T, d *db.DB, query string, args []any) string {
	t.Helper()
	word := "EXPLAIN QUERY PLAN "
	if d.Dialect() == db.MySQL {
		word = "EXPLAIN "
	}
	var rows []map[string]any
	if err := d.Read(context.Background()).Raw(word+query, args...).Scan(&rows).Error; err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, r := range rows {
		for column, value := range r {
			if b, ok := value.([]byte); ok {
				value = string(b)
			}
			said = append(said, column+"="+fmt.Sprint(value))
		}
	}
	return strings.Join(said, " ")
}
