package resellers

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/pin"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
	"mtandao/radius/access"
	"mtandao/vouchers"
)

// TestASaleIsAnsweredAgainThoughItMayNotBeMadeAnyMore: whose answer was lost on its way gets it, whatever staff changed meanwhile.
func TestASaleIsAnsweredAgainThoughItMayNotBeMadeAnyMore(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		mama := w.reseller("Mama Njeri", "254722000001", "10%", nil)
		w.did(w.PayIn(ctx, w.ask(mama), money.Shillings(75), office))
		asked, sale := w.ask(mama), Sale{PlanID: w.hour.ID, SiteID: w.here}
		first, err := w.SellOne(ctx, asked, sale, office)
		if err != nil {
			t.Fatal(err)
		}
		now, err := w.Get(ctx, mama.ID)
		if err != nil {
			t.Fatal(err)
		}
		now.Plans = []int64{w.hour.ID + 1} // while the answer was lost on its way
		if _, err := w.Save(ctx, now, office); err != nil {
			t.Fatal(err)
		}
		again, err := w.SellOne(ctx, asked, sale, office)
		if err != nil || again.Event.ID != first.Event.ID {
			t.Errorf("%+v, %v", again.Event, err)
		}
		if _, err := w.SellOne(ctx, w.ask(mama), sale, office); fault.KeyOf(err) != "reseller.not_sold" {
			t.Error("another is sold:", err)
		}
		w.prove()
	})
}

// TestTwentyAtOnceNeverOverspend: float for seven sales, twenty callers; then credit for three, of sub-resellers who share a parent.
func TestTwentyAtOnceNeverOverspend(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		mama := w.reseller("Mama Njeri", "254722000001", "10%", nil)
		boy := w.reseller("Kiosk boy", "254722000002", "0%", func(r *Reseller) { r.ParentID = mama.ID })
		w.did(w.PayIn(ctx, w.ask(boy), money.Shillings(75), office))
		var done sync.WaitGroup
		var sold atomic.Int64
		for n := range 20 {
			done.Go(func() {
				for range 2 { // each is sent twice
					_, err := w.SellOne(ctx, Request{Key: fmt.Sprint("tap", n), ResellerID: boy.ID}, Sale{PlanID: w.hour.ID, SiteID: w.here}, office)
					if err == nil {
						sold.Add(1)
					} else if fault.KeyOf(err) != "reseller.short" {
						t.Error(err)
					}
				}
			})
		}
		done.Wait()
		w.prove()
		w.balance(boy, 5)
		w.balance(mama, 7)
		all, err := w.Events(ctx, boy.ID, 0, 100)
		if err != nil || len(all) != 8 || sold.Load() != 14 {
			t.Errorf("%d events, %d answers, %v", len(all), sold.Load(), err)
		}
		shop := w.reseller("Ngong market", "254722000003", "0%", func(r *Reseller) { r.Terms, r.Limit = Consignment, money.Shillings(30) })
		b := w.batch(40)
		sold.Store(0)
		for n := range 20 {
			done.Go(func() {
				_, err := w.SignOut(ctx, Request{Key: fmt.Sprint("out", n), ResellerID: shop.ID}, Range{b.ID, n + 1, n + 1}, office)
				if err == nil {
					sold.Add(1)
				} else if fault.KeyOf(err) != "reseller.short" {
					t.Error(err)
				}
			})
		}
		done.Wait()
		w.prove()
		if sold.Load() != 3 {
			t.Errorf("%d were signed out on credit for three", sold.Load())
		}
	})
}

// TestReturnsAndGuestsAtOnce: a reseller gives paper back, tells that it was sold, loses it and is settled with while guests use it, on both terms; after
// each round every voucher is in one state, paid for once, and the books hold.
func TestReturnsAndGuestsAtOnce(t *testing.T) {
	eachTown(t, func(w *town) {
		const each = 10
		ctx := context.Background()
		for n, terms := range []string{Prepaid, Consignment, Prepaid, Consignment} {
			mama := w.reseller("Mama", fmt.Sprintf("25472200001%d", n), "12.5%", nil)
			shop := w.reseller("Shop", fmt.Sprintf("25472200002%d", n), "7%", func(r *Reseller) {
				r.ParentID, r.Terms, r.Limit = mama.ID, terms, money.Shillings(500)
			})
			w.did(w.PayIn(ctx, w.ask(shop), money.Shillings(200), office))
			b := w.batch(each)
			w.did(w.SignOut(ctx, w.ask(shop), Range{b.ID, 1, each}, office))
			var codes []access.Code
			w.did(nil, w.Vouchers.Export(ctx, vouchers.Copying{BatchID: b.ID}, office, func(_ vouchers.Batch, v vouchers.Voucher) error { codes = append(codes, v.Code); return nil }))
			acts := []func(context.Context, Request, Range, vouchers.By) ([]Event, error){w.Return, w.Sell, w.Lose}
			var all sync.WaitGroup
			var used atomic.Int64
			start := make(chan struct{})
			for k := range acts {
				for twin := range 2 {
					all.Go(func() {
						<-start
						act := acts[(k+n)%len(acts)]
						_, err := act(ctx, Request{Key: fmt.Sprintf("r%d-%d-%d", n, k, twin), ResellerID: shop.ID}, Range{b.ID, 1, each}, office)
						if err != nil && fault.KeyOf(err) != "reseller.nothing" {
							t.Error(err)
						}
					})
				}
			}
			for serial, code := range codes {
				all.Go(func() {
					<-start
					_, err := w.Vouchers.Redeem(ctx, vouchers.Redemption{Code: code, SiteID: w.here, Address: fmt.Sprintf("10.0.%d.%d", n, serial), Place: access.Place{MAC: access.MAC(fmt.Sprintf("0b%06d%04d", n, serial))}})
					if err == nil {
						used.Add(1)
					} else if fault.KeyOf(err) != "code.unknown" {
						t.Error(err)
					}
				})
			}
			all.Go(func() {
				<-start
				if err := w.Sweep(ctx); err != nil {
					t.Error(err)
				}
			})
			close(start)
			all.Wait()
			w.did(nil, w.Sweep(ctx))
			w.prove()
			stock, err := w.Vouchers.Stock(ctx, b.ID)
			if err != nil || stock.All() != each || int64(stock.In(vouchers.Used)) != used.Load() || stock.Owed() != 0 {
				t.Errorf("%s: %d guests are served, and %v, %v", terms, used.Load(), stock, err)
			}
		}
	})
}

// TestARequestIsDoneOnce also when it comes again with another wish.
func TestARequestIsDoneOnce(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		mama := w.reseller("Mama Njeri", "254722000001", "10%", nil)
		q := w.ask(mama)
		first, err := w.PayIn(ctx, q, money.Shillings(100), office)
		w.did(first, err)
		again, err := w.PayIn(ctx, q, money.Shillings(100), office)
		if w.did(again, err); again.ID != first.ID {
			t.Errorf("%+v", again)
		}
		if _, err := w.PayIn(ctx, q, money.Shillings(200), office); fault.KeyOf(err) != "reseller.request" {
			t.Error(err)
		}
		w.balance(mama, 100)
		if _, err := w.Save(ctx, Reseller{Name: "Other", Phone: mama.Phone, Terms: Prepaid}, office); fault.KeyOf(err) != "reseller.phone_taken" {
			t.Error(err)
		}
	})
}

// TestATamperedRowIsNamed: each column of events, and the money of resellers.
func TestATamperedRowIsNamed(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		mama := w.reseller("Mama Njeri", "254722000001", "10%", nil)
		w.did(w.PayIn(ctx, w.ask(mama), money.Shillings(100), office))
		sold, err := w.SellOne(ctx, w.ask(mama), Sale{PlanID: w.hour.ID, SiteID: w.here}, office)
		w.did(sold, err)
		exec := func(query string, args ...any) {
			if _, err := w.DB.SQL().Exec(query, args...); err != nil {
				t.Fatal(query, err)
			}
		}
		found := func(what string) {
			named := 0
			if err := w.Audit(ctx, func(string) { named++ }); err != nil || named == 0 {
				t.Errorf("%s: nothing named (%v)", what, err)
			}
		}
		for _, column := range testdb.Columns(t, w.DB, "reseller_events") {
			exec("CREATE TABLE saved AS SELECT * FROM reseller_events")
			set := " = '9' WHERE id = ?"
			if column == "at" {
				set = " = '2026-01-01 00:00:00' WHERE id = ?"
			}
			exec("UPDATE reseller_events SET "+column+set, sold.Event.ID)
			found(column)
			exec("DELETE FROM reseller_events")
			exec("INSERT INTO reseller_events SELECT * FROM saved")
			exec("DROP TABLE saved")
		}
		for _, change := range [][2]string{{"UPDATE resellers SET balance_cents = balance_cents + 1", "UPDATE resellers SET balance_cents = balance_cents - 1"},
			{"UPDATE resellers SET seq = seq + 1", "UPDATE resellers SET seq = seq - 1"},
			{"UPDATE vouchers SET earned_cents = earned_cents + 1", "UPDATE vouchers SET earned_cents = earned_cents - 1"},
			{"UPDATE vouchers SET above_cents = above_cents + 1", "UPDATE vouchers SET above_cents = above_cents - 1"}} {
			exec(change[0])
			found(change[0])
			exec(change[1])
		}
		w.prove()
		exec("DELETE FROM reseller_events WHERE id = ?", sold.Event.ID)
		found("an event taken out")
	})
}

func TestModels(t *testing.T) {
	eachTown(t, func(w *town) { testdb.ModelsMatch(w, w.DB, &resellerRow{}, &eventRow{}, &returnRow{}) })
}

func TestCommissions(t *testing.T) {
	for typed, want := range map[string]string{"": "0%", "10%": "10%", "7.5%": "7.5%", "KES 2.50": "KES 2.50", "5%, 8% from 20,000, 10% from KES 50,000": "5%, 8% from KES 20,000, 10% from KES 50,000"} {
		c, err := ReadCommission(typed)
		if err != nil || c.String() != want {
			t.Errorf("%q reads as %q, %v", typed, c, err)
		}
		if again, err := ReadCommission(c.String()); err != nil || again.String() != want {
			t.Errorf("%q reads again as %q, %v", c, again, err)
		}
	}
	for _, wrong := range []string{"101%", "x", "5% from 10", "5%, 6%", "5%, 6% from 100, 7% from 50", "-1%", "1.234%", "-5", "%", "5%,"} {
		if c, err := ReadCommission(wrong); fault.KeyOf(err) != "reseller.commission" {
			t.Errorf("%q reads as %q", wrong, c)
		}
	}
	for l, want := range map[words.Lang]string{words.English: "5%, 8% from KES 20,000", words.Swahili: "5%, 8% kuanzia KES 20,000"} {
		c, err := ReadCommission(want)
		if err != nil || c.In(l) != want || c.String() != "5%, 8% from KES 20,000" {
			t.Errorf("%q reads as %v and is said as %q: %v", want, c, c.In(l), err)
		}
	}
	tiers, _ := ReadCommission("5%, 8% from 200")
	if a, b := tiers.Of(1000, 19_999), tiers.Of(1000, 20_000); a != 50 || b != 80 {
		t.Errorf("%d and %d", a, b)
	}
}

// shut refuses everybody a way to sign in.
type shut struct{}

func (shut) Keep(*db.Tx, pin.Owner, string, bool) error {
	return fault.New(fault.Conflict, "pin.phone_taken")
}

// TestNobodyIsSavedWhoCannotSignIn: a reseller and their way in are kept together or not at all.
func TestNobodyIsSavedWhoCannotSignIn(t *testing.T) {
	eachTown(t, func(w *town) {
		mama := w.reseller("Mama", "254722000001", "10%", nil)
		w.Doors = shut{}
		mama.Name = "Another"
		for _, r := range []Reseller{mama, {Name: "New", Phone: "254722000009", Terms: Prepaid}} {
			if _, err := w.Save(t.Context(), r, office); fault.KeyOf(err) != "pin.phone_taken" {
				t.Errorf("saving %s gives %v", r.Name, err)
			}
		}
		if all, err := w.Newest(t.Context(), 0, 5); err != nil || len(all) != 1 || all[0].Name != "Mama" {
			t.Errorf("%+v, %v", all, err)
		}
	})
}
