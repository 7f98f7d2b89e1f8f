package report

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"mtandao/billing/accounts"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

const till, boss = "till@example.com", "boss@example.com"

// brought makes receipts and events at the counter of two customers, by two cashiers, on two days.
func brought(r *rows) {
	for n := range 60 {
		i := 59 - n // as time goes
		at := noon.Add(-time.Duration(i) * time.Hour)
		day := clock.DayOf(at).String()
		who := 501 + i%2
		if i%3 == 0 {
			placed, holder := "account", who
			if i%2 == 0 {
				placed, holder = "suspense", 0
			}
			r.add("receipts", map[string]any{"till_id": 1, "receipt": fmt.Sprintf("SJ9%07d", i), "came_by": "confirmation", "amount_cents": 1000, "amount_currency": "KES", "placed": placed, "holder_id": holder, "arrived_at": at})
			continue
		}
		how, kind, delta := Rails[1+i%4], "counter", 1000
		if i%10 == 1 {
			kind, delta = "returned", -1000
		}
		by := till
		if i%5 == 0 {
			by = boss
		}
		r.add("customer_events", map[string]any{"customer_id": who, "seq": 100 - i, "kind": kind, "request": fmt.Sprint("r", i), "input": "", "how": how, "reference": fmt.Sprint("n", i), "delta_cents": delta,
			"balance_cents": 0, "other_id": 0, "note": "", "done_by": by, "at": at, "day": day})
	}
	r.add("customer_events", map[string]any{"customer_id": 501, "seq": 200, "kind": "renewed", "request": "x", "input": "", "how": "", "delta_cents": -5, "balance_cents": 0, "other_id": 0, "note": "", "done_by": "subscriptions", "at": noon, "day": clock.DayOf(noon).String()})
}

// TestMoneyInIsPagedNewestFirst: each filter gives each of its lines once, whatever table it is from.
func TestMoneyInIsPagedNewestFirst(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		brought(&rows{T: t, d: d})
		desk, today := NewDesk(d, clock.NewManual(noon)), clock.DayOf(noon)
		all := walkMoney(t, desk, MoneyFilter{})
		if len(all) != 60 {
			t.Fatalf("%d lines of 60", len(all))
		}
		for _, f := range []MoneyFilter{{Rail: ByMPesa}, {Rail: accounts.ByCheque}, {CustomerID: 501}, {CustomerID: 502, Rail: accounts.ByCash}, {Cashier: till}, {Cashier: boss, Rail: accounts.ByBank}, {Day: today},
			{Day: today - 1, Rail: accounts.ByCash}, {Cashier: till, Day: today}, {CustomerID: 501, Cashier: till, Day: today - 1}, {CustomerID: 501, Rail: ByMPesa, Day: today}, {CustomerID: -1}} {
			got := walkMoney(t, desk, f)
			want := slices.DeleteFunc(slices.Clone(all), func(l MoneyLine) bool {
				return f.Rail != "" && l.Rail != f.Rail || f.CustomerID != 0 && l.CustomerID != f.CustomerID || f.Cashier != "" && l.By != f.Cashier || f.Day != 0 && clock.DayOf(l.At) != f.Day
			})
			if !slices.Equal(got, want) {
				t.Errorf("%+v gives %d lines, want %d", f, len(got), len(want))
			}
		}
	})
}

func walkMoney(t *testing.T, desk *Desk, f MoneyFilter) (all []MoneyLine) {
	t.Helper()
	for f.Limit = 7; ; {
		page, err := desk.MoneyIn(context.Background(), f)
		if err != nil || len(all) > 100 {
			t.Fatal(len(all), err)
		}
		if all = append(all, page...); len(page) < f.Limit {
			return all
		}
		f.Before = page[len(page)-1].ID
	}
}

// TestAPageOfMoneyReadsARangeOfAnIndex asks the databases for their plans: each is read by the index that it names, and no more is sorted than a day.
func TestAPageOfMoneyReadsARangeOfAnIndex(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		brought(&rows{T: t, d: d})
		desk, day := NewDesk(d, clock.NewManual(noon)), clock.DayOf(noon)
		sorts := func(plan string) bool {
			return strings.Contains(plan, "filesort") || strings.Contains(plan, "temp b-tree")
		}
		for _, one := range []struct {
			f                MoneyFilter
			ofEvents, ofTill string
			mayOfDay         bool // a day of receipts is sorted
		}{{MoneyFilter{}, "customer_events_how", "primary", false}, {MoneyFilter{CustomerID: 501}, "customer_events_seq", "receipts_holder", false}, {MoneyFilter{Cashier: till}, "customer_events_by", "", false},
			{MoneyFilter{Day: day}, "customer_events_day", "receipts_came", true}, {MoneyFilter{Cashier: till, Day: day}, "customer_events_by", "", false}} {
			one.f.Limit, one.f.Before = 5, 40
			query, args := desk.countersInSQL(one.f, accounts.ByCash)
			if plan := strings.ToLower(explain(t, d, query, args)); !strings.Contains(plan, one.ofEvents) || sorts(plan) {
				t.Errorf("%+v: %s", one.f, plan)
			}
			if one.ofTill == "" {
				continue
			}
			query, args = desk.receiptsInSQL(one.f)
			if plan := strings.ToLower(strings.ReplaceAll(explain(t, d, query, args), "sqlite_autoindex_receipts_1", "primary")); !strings.Contains(plan, one.ofTill) || sorts(plan) && !one.mayOfDay {
				t.Errorf("%+v: %s", one.f, plan)
			}
		}
	})
}

// TestADayOfCash: what customers and resellers brought, and what was paid back, by who did it.
func TestADayOfCash(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		r := &rows{T: t, d: d}
		brought(r)
		day := clock.DayOf(noon)
		event := func(id int, kind string, cents, other int) {
			r.add("reseller_events", map[string]any{"reseller_id": 9, "seq": id, "batch_id": 0, "first_serial": 0, "last_serial": 0, "vouchers": 0, "kind": kind, "request": fmt.Sprint("q", id), "input": "", "delta_cents": cents, "other_id": other, "note": "", "done_by": till, "at": noon, "day": day.String()})
		}
		event(3001, "paid_in", 5000, 0)
		event(3002, "paid_in", 7000, 88) // by M-Pesa
		event(3003, "sold", -300, 0)
		event(3004, "paid_out", -2000, 0)
		r.add("refunds", map[string]any{"receipt_id": 1, "open_receipt": nil, "amount_cents": 1500, "amount_currency": "KES", "reason": "slow", "state": "paid", "asked_by": 2, "decided_by": 3, "paid_by": 7, "how": "cash", "sending": 0, "alone": false, "asked_at": noon, "paid_at": noon})
		r.add("refunds", map[string]any{"receipt_id": 2, "open_receipt": nil, "amount_cents": 1500, "amount_currency": "KES", "reason": "slow", "state": "paid", "asked_by": 2, "decided_by": 3, "paid_by": 7, "how": "mpesa", "sending": 0, "alone": false, "asked_at": noon, "paid_at": noon})
		r.add("paybacks", map[string]any{"sending": 0, "phone_hash": "", "customer_id": 501, "open_customer": nil, "cents": 400, "reason": "moves", "state": "paid", "asked_by": 2, "decided_by": 3, "paid_by": 7, "alone": false, "how": "cash", "reference": "", "asked_at": noon, "paid_at": noon})
		r.add("partner_payouts", map[string]any{"phone_hash": "", "partner_id": 77, "open_partner": nil, "cents": 300, "note": "", "state": "paid", "asked_by": 2, "decided_by": 3, "paid_by": 7, "alone": false, "how": "cash", "reference": "", "asked_at": noon, "paid_at": noon})
		r.add("partner_payouts", map[string]any{"phone_hash": "", "partner_id": 77, "open_partner": nil, "cents": 300, "note": "", "state": "paid", "asked_by": 2, "decided_by": 3, "paid_by": 8, "alone": false, "how": "cash", "reference": "", "asked_at": noon, "paid_at": noon})
		desk := NewDesk(d, clock.NewManual(noon))
		of := Drawer{Email: till, Member: 7, Day: day}
		all, err := desk.CashOf(context.Background(), of, CashPlace{}, 100)
		if err != nil {
			t.Fatal(err)
		}
		var counted int64
		for _, c := range all {
			if c.How == accounts.ByCash && c.CustomerID != 0 && c.Kind == "counter" {
				counted += c.Amount.Cents
			}
		}
		sums, err := desk.CashSums(context.Background(), of)
		if err != nil {
			t.Fatal(err)
		}
		in, out := InAndOut(sums)
		if counted == 0 || in.Cents != counted+5000 || out.Cents != 2000+1500+400+300 {
			t.Errorf("%v came, %v went, of customers %d: %+v", in, out, counted, all)
		}
		r.pages(desk, of, all)
		if other, err := desk.CashOf(context.Background(), Drawer{till, 7, day - 9}, CashPlace{}, 100); err != nil || len(other) != 0 {
			t.Error(other, err)
		}
		r.staff(11, "boss", boss)
		r.staff(12, "till", till)
		r.staff(7, "paid", "paid@example.com")
		r.staff(13, "counted", "counted@example.com")
		r.staff(14, "idle", "idle@example.com")
		r.add("cash_counts", map[string]any{"cashier": "counted@example.com", "day": day.String(), "n": 1, "float_cents": 0})
		if who, err := desk.CashiersOn(context.Background(), day); err != nil || !slices.Equal(who, []Cashier{{11, "boss"}, {13, "counted"}, {7, "paid"}, {12, "till"}}) {
			t.Error(who, err)
		}
	})
}

func (r *rows) staff(id int, name, email string) {
	r.Helper()
	if _, err := r.d.SQL().Exec(`INSERT INTO staff_members (id, email, name, password_hash, state, language, sites, totp_seed, totp_pending, totp_step, passkeys, last_address, version, created_at, changed_at)
		VALUES (?, ?, ?, '', 'active', 'en', '', '', '', 0, 0, '', 1, ?, ?)`, id, email, name, noon, noon); err != nil {
		r.Fatal(err)
	}
}

// pages reads a day three by three: the same movements in the same order.
func (r *rows) pages(desk *Desk, of Drawer, all []Cash) {
	r.Helper()
	var read []Cash
	for after := (CashPlace{}); ; {
		some, err := desk.CashOf(context.Background(), of, after, 3)
		if err != nil {
			r.Fatal(err)
		}
		if read = append(read, some...); len(some) < 3 {
			break
		}
		after = CashPlace{some[2].At, some[2].ID}
	}
	if !slices.Equal(read, all) {
		r.Errorf("three by three %d movements are %d", len(all), len(read))
	}
}

// TestALongDayIsSummedWhole: more movements than a page holds, and than were summed once, are all in the sums.
func TestALongDayIsSummedWhole(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		r := &rows{T: t, d: d}
		day := clock.DayOf(noon)
		r.add("customer_events", map[string]any{"customer_id": 1, "seq": 0, "kind": "counter", "request": "0", "input": "", "how": accounts.ByCash, "reference": "0", "delta_cents": 250, "balance_cents": 0, "other_id": 0,
			"note": "", "done_by": till, "at": noon, "day": day.String()})
		columns := testdb.Columns(t, d, "customer_events")
		for step := 1; step < 8_000; step *= 2 {
			as := slices.Clone(columns)
			for n, column := range columns {
				switch column {
				case "id", "seq":
					as[n] = fmt.Sprint(column, " + ", step)
				case "request":
					as[n] = fmt.Sprintf("CONCAT('r', seq + %d)", step)
				case "reference":
					as[n] = "NULL"
				}
			}
			if _, err := d.SQL().Exec("INSERT INTO customer_events (" + strings.Join(columns, ", ") + ") SELECT " + strings.Join(as, ", ") + " FROM customer_events"); err != nil {
				t.Fatal(err)
			}
		}
		sums, err := NewDesk(d, clock.NewManual(noon)).CashSums(context.Background(), Drawer{till, 7, day})
		if err != nil || len(sums) != 1 || sums[0].Times != 8_192 || sums[0].In.Cents != 8_192*250 || !sums[0].Out.IsZero() {
			t.Errorf("%+v %v", sums, err)
		}
	})
}
