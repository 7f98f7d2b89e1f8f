package resellers

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/approval"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/staff"
	"mtandao/radius/access"
	"mtandao/vouchers"
)

// crew are a cashier and two who may decide.
type crew struct{}

func (c crew) Active(context.Context) ([]staff.Member, error) { return c.ActiveTx(nil) }

func (crew) ActiveTx(*db.Tx) (all []staff.Member, err error) {
	return []staff.Member{member(1, staff.VouchersManage).Member, member(2, staff.PaymentsApprove).Member, member(3, staff.PaymentsApprove).Member}, nil
}

func member(id int64, may staff.Permission) approval.By {
	return approval.By{Member: staff.Member{ID: id, State: staff.Active, Roles: []staff.Role{{Permissions: []staff.Permission{may}}}}, Actor: fmt.Sprintf("m%d@example.com", id)}
}

var cashier, second = member(1, staff.VouchersManage), member(2, staff.PaymentsApprove)

// decides approves all that waits.
func (w *town) decides() {
	w.Helper()
	open, err := w.approvals.Open(context.Background(), 100)
	if err != nil {
		w.Fatal(err)
	}
	for _, a := range open {
		if _, err := w.approvals.Decide(context.Background(), a.ID, true, "", second); err != nil {
			w.Error(a.Kind, err)
		}
	}
	w.prove()
}

// TestWhatIsProposedChangesNothing of the reseller before a second person approved it, in whatever order; a limit that sinks does so at once, and what is
// another by then is not overwritten.
func TestWhatIsProposedChangesNothing(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		ten, _ := ReadCommission("10%")
		mama, waiting, err := w.Propose(ctx, Reseller{Name: "Mama", Phone: "254722000001", Terms: Consignment, Commission: ten, Limit: money.Shillings(50)}, "new", cashier)
		if err != nil || len(waiting) != 2 || mama.Limit.Cents != 0 || mama.Commission.String() != "0%" {
			t.Fatal(mama, waiting, err)
		}
		b := w.batch(9)
		if _, err := w.SignOut(ctx, w.ask(mama), Range{b.ID, 1, 1}, office); fault.KeyOf(err) != "reseller.short" {
			t.Error("sold on a limit that nobody approved:", err)
		}
		w.decides()
		w.did(w.SignOut(ctx, w.ask(mama), Range{b.ID, 1, 5}, office))
		is := func(commission string, limit int64) {
			t.Helper()
			if now, err := w.Get(ctx, mama.ID); err != nil || now.Commission.String() != commission || now.Limit != money.Shillings(limit) {
				t.Errorf("%s, %s, %v", now.Commission, now.Limit, err)
			}
		}
		is("10%", 50)
		mama, err = w.Get(ctx, mama.ID)
		w.did(mama, err)
		mama.Limit = money.Shillings(900)
		_, waiting, err = w.Propose(ctx, mama, "", cashier)
		w.did(waiting, err)
		lower := mama
		lower.Limit, lower.Name = money.Shillings(20), "Mama Njeri"
		if _, waiting, err := w.Propose(ctx, lower, "", cashier); err != nil || len(waiting) != 0 {
			t.Error(waiting, err)
		}
		is("10%", 20)
		if _, err := w.approvals.Decide(ctx, waiting[0].ID, true, "", second); fault.KeyOf(err) != "approval.changed" {
			t.Error("a limit that was lowered since is raised:", err)
		}
		is("10%", 20)
		w.prove()
	})
}

// TestManyCashiersTakeInNoMoreThanOneMay: twenty at once, each with less than the bound; what goes beyond it in a day waits, and is done once when approved
// by many at once.
func TestManyCashiersTakeInNoMoreThanOneMay(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		mama := w.reseller("Mama", "254722000001", "10%", nil)
		var all sync.WaitGroup
		var done, waits atomic.Int64
		for n := range 20 {
			all.Go(func() {
				_, waiting, err := w.Take(ctx, Request{Key: fmt.Sprint("cash", n), ResellerID: mama.ID}, PaidIn, money.Shillings(3000), cashier)
				switch {
				case err == nil && waiting:
					waits.Add(1)
				case err == nil:
					done.Add(1)
				case fault.KeyOf(err) != "approval.open":
					t.Error(err)
				}
			})
		}
		all.Wait()
		if done.Load() != 3 || waits.Load() != 1 {
			t.Errorf("%d were done and %d wait", done.Load(), waits.Load())
		}
		w.balance(mama, 9000)
		open, err := w.approvals.Open(ctx, 10)
		if err != nil || len(open) != 1 {
			t.Fatal(open, err)
		}
		for n := range 8 {
			all.Go(func() {
				if _, err := w.approvals.Decide(ctx, open[0].ID, true, "", member(2+int64(n%2), staff.PaymentsApprove)); err != nil && fault.KeyOf(err) != "approval.decided" {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.prove()
		w.balance(mama, 12000)
		w.clock.Advance(24 * time.Hour)
		if _, waiting, err := w.Take(ctx, w.ask(mama), PaidIn, money.Shillings(10_000), cashier); err != nil || waiting {
			t.Error("a new day:", waiting, err)
		}
		w.balance(mama, 22000)
	})
}

// TestFloatOfAReceiptIsGivenOnce: ten take in one receipt of M-Pesa at once.
func TestFloatOfAReceiptIsGivenOnce(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		mama := w.reseller("Mama", "254722000001", "10%", nil)
		var all sync.WaitGroup
		var won atomic.Int64
		for range 10 {
			all.Go(func() {
				err := w.DB.InTx(ctx, func(tx *db.Tx) error {
					to, err := w.TakeFloat(tx, mama.ID, money.Shillings(500), 77)
					if err == nil {
						_, err = w.Ledger.Post(tx, ledger.Entry{Kind: "test", Source: "mpesa:77", At: w.clock.Now(), Memo: "test", Postings: append(to, posting(ledger.TillClearing, "", 50_000))})
					}
					return err
				})
				if err == nil {
					won.Add(1)
				}
			})
		}
		all.Wait()
		w.prove()
		if w.balance(mama, 500); won.Load() != 1 {
			t.Errorf("%d took the receipt in", won.Load())
		}
	})
}

// TestTiersAtTheirEdges: twenty sales at once over the edge of a tier, one at the end of the month in Nairobi and one a millisecond later; a sub-reseller's
// sales count for the one above, too.
func TestTiersAtTheirEdges(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		mama := w.reseller("Mama", "254722000001", "5%, 10% from 100, 20% from 200", nil)
		w.did(w.PayIn(ctx, w.ask(mama), money.Shillings(1000), office))
		sell := func(r Reseller) Event {
			t.Helper()
			sold, err := w.SellOne(ctx, w.ask(r), Sale{PlanID: w.hour.ID, SiteID: w.here}, office)
			if err != nil {
				t.Fatal(err)
			}
			return sold.Event
		}
		var all sync.WaitGroup
		for n := range 20 {
			all.Go(func() {
				if _, err := w.SellOne(ctx, Request{Key: fmt.Sprint("tap", n), ResellerID: mama.ID}, Sale{PlanID: w.hour.ID, SiteID: w.here}, office); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.balance(mama, 1000-200+10*0.5+10*1)
		if e := sell(mama); e.Earned != 200 { // 200 were sold: the edge belongs to the higher tier
			t.Errorf("at 200 it earns %d", e.Earned)
		}
		w.clock.Set(time.Date(2026, 11, 30, 20, 59, 59, 999_000_000, time.UTC))
		last := sell(mama)
		w.clock.Advance(time.Millisecond)
		if first := sell(mama); last.Earned != 200 || first.Earned != 50 || last.Day != "2026-11-30" || first.Day != "2026-12-01" {
			t.Errorf("at the end of the month %d, and then %d", last.Earned, first.Earned)
		}
		boy := w.reseller("Boy", "254722000002", "4%", func(r *Reseller) { r.ParentID = mama.ID })
		w.did(w.PayIn(ctx, w.ask(boy), money.Shillings(1000), office))
		for n := range 10 {
			want := int64(10)
			if n == 9 { // ten of mama's month are sold, one by her
				want = 60
			}
			if e := sell(boy); e.Earned != 40 || e.Above != want {
				t.Errorf("sale %d: %d for the boy, %d above, want %d", n, e.Earned, e.Above, want)
			}
		}
		w.prove()
	})
}

// TestASettlementBesideAReturn: the cashier settles with a shop on consignment while its return is counted, guests use its paper, and the shop tells of
// sales; every voucher is paid for once or back.
func TestASettlementBesideAReturn(t *testing.T) {
	eachTown(t, func(w *town) {
		const each = 12
		ctx := context.Background()
		for round := range 3 {
			shop := w.reseller("Shop", fmt.Sprintf("25472200003%d", round), "10%", func(r *Reseller) { r.Terms, r.Limit = Consignment, money.Shillings(500) })
			b := w.batch(each)
			w.did(w.SignOut(ctx, w.ask(shop), Range{b.ID, 1, each}, office))
			var codes []access.Code
			w.did(nil, w.Vouchers.Export(ctx, vouchers.Copying{BatchID: b.ID}, office, func(_ vouchers.Batch, v vouchers.Voucher) error { codes = append(codes, v.Code); return nil }))
			g, err := w.AskReturn(ctx, w.ask(shop), Range{b.ID, 1, each}, office)
			w.did(g, err)
			var all sync.WaitGroup
			start := make(chan struct{})
			go func() { close(start) }()
			may := func(err error, keys ...string) {
				for _, key := range keys {
					if fault.KeyOf(err) == key {
						return
					}
				}
				if err != nil {
					t.Error(err)
				}
			}
			all.Go(func() { <-start; _, _, err := w.TakeReturn(ctx, g, office); may(err, "reseller.nothing") })
			for n := range 3 {
				all.Go(func() {
					<-start
					_, _, err := w.Take(ctx, Request{Key: fmt.Sprintf("s%d-%d", round, n), ResellerID: shop.ID}, Settled, money.Shillings(10), cashier)
					may(err)
				})
			}
			all.Go(func() {
				<-start
				_, err := w.Sell(ctx, Request{Key: fmt.Sprint("sell", round), ResellerID: shop.ID}, Range{b.ID, 1, 4}, office)
				may(err, "reseller.nothing")
			})
			for serial, code := range codes[6:] {
				all.Go(func() {
					<-start
					_, err := w.Vouchers.Redeem(ctx, vouchers.Redemption{Code: code, SiteID: w.here, Address: fmt.Sprintf("10.1.%d.%d", round, serial), Place: access.Place{MAC: access.MAC(fmt.Sprintf("0c%06d%04d", round, serial))}})
					may(err, "code.unknown")
				})
			}
			all.Wait()
			w.did(nil, w.Sweep(ctx))
			stock, err := w.Vouchers.Stock(ctx, b.ID)
			paid := int64(stock.In(vouchers.Used) + stock.In(vouchers.Sold))
			now, e := w.Get(ctx, shop.ID)
			if err != nil || e != nil || stock.All() != each || now.Balance.Cents != 3000-paid*900 {
				t.Errorf("%d are paid for, the balance is %s; %v %v", paid, now.Balance, err, e)
			}
		}
	})
}

// TestALimitBindsPaperAndSalesTogether: a shop on consignment is given paper and sells one by one at once; what is owed and entrusted stays within the limit.
func TestALimitBindsPaperAndSalesTogether(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		shop := w.reseller("Shop", "254722000003", "0%", func(r *Reseller) { r.Terms, r.Limit = Consignment, money.Shillings(70) })
		b := w.batch(20)
		var all sync.WaitGroup
		var done atomic.Int64
		for n := range 20 {
			all.Go(func() {
				var err error
				if n%2 == 0 {
					_, err = w.SignOut(ctx, Request{Key: fmt.Sprint("out", n), ResellerID: shop.ID}, Range{b.ID, n + 1, n + 1}, office)
				} else {
					_, err = w.SellOne(ctx, Request{Key: fmt.Sprint("one", n), ResellerID: shop.ID}, Sale{PlanID: w.hour.ID, SiteID: w.here}, office)
				}
				if err == nil {
					done.Add(1)
				} else if fault.KeyOf(err) != "reseller.short" {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.prove()
		if done.Load() != 7 {
			t.Errorf("%d of KES 10 on a limit of 70", done.Load())
		}
	})
}

// TestWhoseParentIsStopped sells on from their own float at their own commission; nothing more stays with the one above, who gives no float, and what came
// back of earlier sales is taken from them.
func TestWhoseParentIsStopped(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		mama := w.reseller("Mama", "254722000001", "10%", nil)
		boy := w.reseller("Boy", "254722000002", "4%", func(r *Reseller) { r.ParentID = mama.ID })
		w.did(w.PayIn(ctx, w.ask(boy), money.Shillings(100), office))
		b := w.batch(4)
		w.did(w.SignOut(ctx, w.ask(boy), Range{b.ID, 1, 2}, office)) // paid for: 0.60 each stays above
		w.balance(mama, 1.20)
		closed, err := w.Get(ctx, mama.ID)
		w.did(closed, err)
		closed.State = Closed
		w.did(w.Save(ctx, closed, office))
		sold, err := w.SellOne(ctx, w.ask(boy), Sale{PlanID: w.hour.ID, SiteID: w.here}, office)
		w.did(sold, err)
		w.did(w.SignOut(ctx, w.ask(boy), Range{b.ID, 3, 4}, office))
		if sold.Event.Earned != 40 || sold.Event.Above != 0 {
			t.Errorf("%d for the boy, %d for who was stopped", sold.Event.Earned, sold.Event.Above)
		}
		w.balance(mama, 1.20)
		w.did(w.Return(ctx, w.ask(boy), Range{b.ID, 1, 4}, office))
		w.balance(mama, 0)
		w.balance(boy, 100-9.60)
		if _, err := w.Give(ctx, w.ask(boy), mama.ID, money.Shillings(1), office); fault.KeyOf(err) != "reseller.closed" {
			t.Error(err)
		}
	})
}

// TestShrinkageIsChargedOnce: a shop on consignment cannot find paper, of which guests have used some; told by five at once, each voucher is charged once: what
// was used at its price less commission, what is lost at its price.
func TestShrinkageIsChargedOnce(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		shop := w.reseller("Shop", "254722000003", "10%", func(r *Reseller) { r.Terms, r.Limit = Consignment, money.Shillings(500) })
		b := w.batch(10)
		w.did(w.SignOut(ctx, w.ask(shop), Range{b.ID, 1, 10}, office))
		for serial := range 3 {
			w.did(nil, w.use(b, serial+1))
		}
		var all sync.WaitGroup
		for n := range 5 {
			all.Go(func() {
				_, err := w.Lose(ctx, Request{Key: fmt.Sprint("lost", n), ResellerID: shop.ID, Note: "water"}, Range{b.ID, 1, 10}, office)
				if err != nil && fault.KeyOf(err) != "reseller.nothing" {
					t.Error(err)
				}
			})
			all.Go(func() {
				if err := w.SweepOne(ctx, shop.ID, office); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.did(nil, w.Sweep(ctx))
		w.balance(shop, -(3*9 + 7*10))
		if err := w.use(b, 5); fault.KeyOf(err) != "code.unknown" {
			t.Error("what is lost lets somebody on:", err)
		}
	})
}
