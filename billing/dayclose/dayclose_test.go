package dayclose

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/incoming"
	"mtandao/internal/testdb"
)

const till = 7

var paidDay = clock.Date(2027, 3, 5)

type oneTill struct{}

func (oneTill) Tills(context.Context) ([]billing.Till, error) {
	return []billing.Till{{ID: till, Key: "main", ShortCode: "600100"}}, nil
}

// office is a provider with a till and a site, whose rows are written by hand.
type office struct {
	testing.TB
	*Service
	clock *clock.Manual
	rows  map[string][]map[string]any
	n     int
}

func open(t testing.TB, d *db.DB) *office {
	o := &office{TB: t, clock: clock.NewManual((paidDay + 2).Start()), rows: map[string][]map[string]any{}}
	o.Service = New(Options{DB: d, Clock: o.clock, Tills: oneTill{}, Books: ledger.New(d, o.clock)})
	o.add("sites", map[string]any{"id": 3, "site_key": "town", "name": "Town", "brand_id": 1, "state": "live"})
	return o
}

// add keeps a row for write; what it does not say of a column is nothing.
func (o *office) add(table string, row map[string]any) int {
	if o.n++; row["id"] == nil {
		row["id"] = o.n
	}
	o.rows[table] = append(o.rows[table], row)
	return o.n
}

// write writes what was added.
func (o *office) write() {
	o.Helper()
	for _, table := range slices.Sorted(maps.Keys(o.rows)) {
		columns := testdb.Columns(o, o.DB, table)
		for some := range slices.Chunk(o.rows[table], 100) {
			for _, row := range some {
				maps.DeleteFunc(row, func(c string, _ any) bool { return !slices.Contains(columns, c) })
				for _, c := range columns {
					if _, said := row[c]; !said {
						row[c] = o.usual(c)
					}
				}
			}
			if err := o.DB.InTx(context.Background(), func(tx *db.Tx) error { return tx.Gorm().Table(table).Create(some).Error }); err != nil {
				o.Fatal(table, err)
			}
		}
	}
	clear(o.rows)
}

func (o *office) usual(column string) any {
	switch {
	case column == "at" || strings.HasSuffix(column, "_at"):
		return o.clock.Now()
	case strings.HasSuffix(column, "_id"), strings.HasSuffix(column, "_cents"), slices.Contains([]string{"row_n", "merged_into", "member", "version"}, column):
		return 0
	}
	return ""
}

// told is a line of the statement.
func (o *office) told(kind, receipt string, at time.Time, in, out int64) {
	o.add("statement_lines", map[string]any{"till_id": till, "file_id": 1, "receipt": receipt, "kind": kind, "at": at.UTC(), "in_cents": in, "out_cents": out})
}

// came is a receipt and the entry that brought it in.
func (o *office) came(receipt any, at time.Time, cents int64, placed string, order int) int {
	id := o.add("receipts", map[string]any{"till_id": till, "receipt": receipt, "came_by": "confirm", "amount_cents": cents, "amount_currency": "KES", "order_id": order, "placed": placed, "arrived_at": at.UTC()})
	o.posted(id, cents)
	return id
}

func (o *office) posted(receipt int, cents int64) {
	entry := o.add("ledger_entries", map[string]any{"kind": billing.EntryMoneyIn, "source": fmt.Sprint("receipt:", receipt), "day": paidDay.String(), "currency": "KES"})
	for n, account := range []string{ledger.TillClearing, ledger.Suspense} {
		o.add("ledger_postings", map[string]any{"entry_id": entry, "n": n, "account": account, "party": "till:7", "cents": []int64{cents, -cents}[n]})
	}
}

// bought is an order that was paid.
func (o *office) bought(at time.Time, cents int64) int {
	o.n++
	return o.add("orders", map[string]any{"code": fmt.Sprint("C", o.n), "token_hash": fmt.Sprint("T", o.n), "once_hash": fmt.Sprint("O", o.n), "site_id": 3, "state": billing.OrderPaid, "price_cents": cents, "price_currency": "KES", "paid_at": at.UTC()})
}

// returned is a reversal.
func (o *office) returned(code string, at time.Time, cents int64, by string, state billing.ReversalState) {
	o.add("reversals", map[string]any{"till_id": till, "code": code, "receipt": "SKO" + code[3:], "amount_cents": cents, "amount_currency": "KES", "at": at.UTC(), "came_by": by, "state": state, "settled_at": at.UTC()})
}

// finds looks at the day and wants these items, by cause and receipt.
func (o *office) finds(want ...string) Day {
	o.Helper()
	o.write()
	d, err := o.Look(context.Background(), paidDay)
	if err != nil {
		o.Fatal(err)
	}
	got := []string{}
	for _, i := range d.Items {
		what := i.Receipt
		if what == "" {
			what = fmt.Sprint(i.ReceiptID + i.OrderID)
		}
		got = append(got, fmt.Sprint(i.Cause, " ", what))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		o.Errorf("found %d, planted %d:\n%v\n%v", len(got), len(want), got, want)
	}
	return d
}

// TestWhatWasPlantedIsFound: of a random day exactly the faults that were planted are told, each with its cause, and no query reads a whole table.
func TestWhatWasPlantedIsFound(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.WatchPlans(t, d)
		o := open(t, d)
		dice := rand.New(rand.NewPCG(1, 2))
		var want []string
		for n := range 1300 {
			want = append(want, o.plant(n, dice.IntN(26))...)
		}
		o.told(incoming.LineIn, "SKZ0000000", (paidDay + 1).Start().Add(time.Hour), 1, 0)
		found := o.finds(want...)
		if sum := found.Total(); sum.Charged != 1300*5 || sum.Ledger == sum.Books || len(found.Sites) != 1 || found.Sites[0].Orders == 0 {
			t.Errorf("%+v %+v", sum, found.Sites)
		}
		keys := map[string]bool{}
		for _, i := range found.Items {
			keys[i.Key()] = true
		}
		if len(keys) != len(found.Items) {
			t.Errorf("%d items have %d names", len(found.Items), len(keys))
		}
	})
}

// plant makes a payment and what belongs to it, with a fault or without, and says what is to be found.
func (o *office) plant(n, fault int) []string {
	receipt, at := fmt.Sprintf("SKA%07d", n), paidDay.Start().Add(time.Duration(n)*time.Minute)
	is := func(c Cause) []string { return []string{fmt.Sprint(c, " ", receipt)} }
	line := func(cents int64) { o.told(incoming.LineIn, receipt, at, cents, 0) }
	o.told(incoming.LineCharge, receipt, at, 0, 7)
	o.told(incoming.LineChargeBack, receipt, at, 2, 0)
	switch fault {
	case 0:
		o.came(receipt, at, 1000, billing.PlacedCredit, 0)
		return is(NotOnStatement)
	case 1:
		line(1000)
		return is(NotInBooks)
	case 2:
		line(1000)
		o.came(receipt, at, 1001, billing.PlacedCredit, 0)
		return is(AmountDiffers)
	case 3:
		line(1000)
		o.came(receipt, at, 1000, billing.PlacedSuspense, 0)
		return is(NoService)
	case 4:
		line(1000)
		o.came(receipt, at.Add(48*time.Hour), 1000, billing.PlacedCredit, 0)
		return is(OtherDay)
	case 5: // a prompt's success that no receipt names yet
		return []string{fmt.Sprint(NoNumber, " ", o.came(nil, at, 1000, billing.PlacedCredit, 0))}
	case 6:
		line(1000)
		o.add("receipts", map[string]any{"till_id": till, "receipt": receipt, "came_by": "confirm", "amount_cents": 1000, "amount_currency": "KES", "placed": billing.PlacedCredit, "arrived_at": at.UTC()})
		return is(NotInLedger)
	case 7:
		return []string{fmt.Sprint(NoMoney, " ", o.bought(at, 500))}
	case 8:
		line(1000)
		o.came(receipt, at, 1000, billing.PlacedOrder, 999_999) // on no order that is paid
		return is(NoService)
	case 9:
		o.told(incoming.LineReversal, receipt, at, 0, 1000)
		o.returned(receipt, at, 1000, billing.ReversedOnStatement, billing.ReversalFound)
		return is(NotTakenBack)
	case 10:
		o.told(incoming.LineReversal, receipt, at, 0, 1000)
		o.returned(receipt, at, 700, billing.ReversedOnStatement, billing.ReversalTaken)
		return is(BackDiffers)
	case 11:
		o.returned(receipt, at, 1000, billing.ReversedByStatus, billing.ReversalTaken)
		return is(BackNotTold)
	case 12: // taken back, and both say so
		o.told(incoming.LineReversal, receipt, at, 0, 1000)
		o.returned(receipt, at, 1000, billing.ReversedByStatus, billing.ReversalTaken)
	case 13: // an order paid from credit: a receipt of nothing
		o.came(nil, at, 0, billing.PlacedOrder, o.bought(at, 500))
	case 14: // counted once under its number
		line(1000)
		o.came(receipt, at, 1000, billing.PlacedCredit, 0)
		o.came(nil, at, 1000, countedTwice, 0)
	case 15: // money that left, and money that was given back to the provider
		o.told(incoming.LineOut, receipt, at, 0, 1000)
		o.told(incoming.LineBack, receipt, at, 1000, 0)
	default:
		line(1000)
		o.came(receipt, at, 1000, billing.PlacedOrder, o.bought(at, 1000))
	}
	return nil
}

// TestTheDayIsTheProviders: a payment a second before midnight in Nairobi is the day's, one at midnight is the next one's; two clocks that differ over midnight make no item.
func TestTheDayIsTheProviders(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		first, end := paidDay.Start(), (paidDay + 1).Start()
		if first.UTC().Hour() != 21 {
			t.Fatal(first.UTC())
		}
		for n, at := range []time.Time{first.Add(-time.Second), first, end.Add(-time.Second), end} {
			receipt := fmt.Sprint("SKD000000", n)
			o.told(incoming.LineIn, receipt, at, 1000, 0)
			o.came(receipt, at, 1000, billing.PlacedCredit, 0)
		}
		o.told(incoming.LineIn, "SKD0000010", end.Add(-time.Minute), 300, 0)
		o.came("SKD0000010", end.Add(time.Minute), 300, billing.PlacedCredit, 0)
		o.told(incoming.LineIn, "SKD0000011", first.Add(-time.Minute), 200, 0)
		o.came("SKD0000011", first.Add(time.Minute), 200, billing.PlacedCredit, 0)
		if got := o.finds().Total(); got.In != 2300 || got.Books != 2200 || got.Elsewhere != 300 || got.Strayed != 200 || got.In-got.Elsewhere != got.Books-got.Strayed {
			t.Errorf("%+v", got)
		}
	})
}

// TestAStatementThatEndsEarly: what arrived after it is one item for all of it, which goes when more is read; a till without a statement is one too.
func TestAStatementThatEndsEarly(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		noon := paidDay.Start().Add(12 * time.Hour)
		for n, after := range []time.Duration{time.Second, time.Minute, time.Hour} {
			o.came(fmt.Sprint("SKE000000", n), noon.Add(after), 1000, billing.PlacedCredit, 0)
		}
		if got := o.finds("untold 0").Total(); got.Untold != 3 || got.UntoldCents != 3000 || !got.Until.IsZero() {
			t.Errorf("%+v", got)
		}
		o.told(incoming.LineIn, "SKE0000000", noon.Add(time.Second), 1000, 0)
		if got := o.finds("untold 0"); got.Total().Untold != 2 || !got.Tills[0].Until.Equal(noon.Add(time.Second)) || got.Items[0].Cents() != 2000 {
			t.Errorf("%+v", got)
		}
		o.told(incoming.LineIn, "SKE0000001", noon.Add(time.Minute), 1000, 0)
		o.told(incoming.LineIn, "SKE0000009", (paidDay + 1).Start(), 1000, 0)
		o.finds("not_on_statement SKE0000002")
		if _, err := o.Look(context.Background(), paidDay+2); fault.KeyOf(err) != "dayclose.not_over" {
			t.Errorf("a day that is not over: %v", err)
		}
	})
}

// TestMoneyOfATillThatIsGone is in the figures and among the items all the same.
func TestMoneyOfATillThatIsGone(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		o.came("SKG0000001", paidDay.Start().Add(time.Hour), 1000, billing.PlacedSuspense, 0)
		o.rows["receipts"][0]["till_id"] = 8
		got := o.finds("no_service SKG0000001", "untold 0")
		if len(got.Tills) != 2 || got.Tills[1].ID != 8 || got.Tills[1].Books != 1000 {
			t.Errorf("%+v", got.Tills)
		}
	})
}

// BenchmarkLook looks at a day of twenty thousand payments.
func BenchmarkLook(b *testing.B) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		b.Run(dialect, func(b *testing.B) {
			o := open(b, testdb.Open(b, dialect))
			for n := range 20_000 {
				receipt, at := fmt.Sprintf("SKB%07d", n), paidDay.Start().Add(time.Duration(n)*4*time.Second)
				o.told(incoming.LineIn, receipt, at, 1000, 0)
				o.came(receipt, at, 1000, billing.PlacedOrder, o.bought(at, 1000))
			}
			o.told(incoming.LineIn, "SKZ0000000", (paidDay + 1).Start(), 1, 0)
			o.write()
			for b.Loop() {
				if d, err := o.Look(context.Background(), paidDay); err != nil || len(d.Items) > 0 || d.Total().Receipts != 20_000 {
					b.Fatal(err, len(d.Items), d.Total())
				}
			}
		})
	}
}
