package resellers

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/vouchers"
)

// TestPaperThatIsBroughtBack: nothing moves until it is counted; what was sold meanwhile stays sold; float, debt and shares are right after it.
func TestPaperThatIsBroughtBack(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		mama := w.reseller("Mama", "254722000001", "10%", nil)
		boy := w.reseller("Boy", "254722000002", "6%", func(r *Reseller) { r.ParentID = mama.ID })
		late := w.reseller("Late", "254722000003", "5%", func(r *Reseller) { r.Terms, r.Limit = Consignment, money.Shillings(10_000) })
		b := w.batch(1000)
		w.did(w.PayIn(ctx, w.ask(mama), money.Shillings(5000), office))
		w.did(w.PayIn(ctx, w.ask(boy), money.Shillings(1000), office))
		w.did(w.SignOut(ctx, w.ask(mama), Range{b.ID, 1, 400}, office))   // 3600 of 4000
		w.did(w.SignOut(ctx, w.ask(boy), Range{b.ID, 401, 450}, office))  // 470 of 500, and 20 to Mama
		w.did(w.SignOut(ctx, w.ask(late), Range{b.ID, 501, 600}, office)) // nothing yet
		w.balance(mama, 1420)
		ask := w.ask(mama)
		g, err := w.AskReturn(ctx, ask, Range{b.ID, 1, 400}, office)
		w.did(g, err)
		again, err := w.AskReturn(ctx, ask, Range{b.ID, 1, 400}, office)
		if err != nil || again.ID != g.ID || g.Count != 400 {
			t.Errorf("%+v and %+v, %v", g, again, err)
		}
		if _, err := w.AskReturn(ctx, ask, Range{b.ID, 1, 3}, office); fault.KeyOf(err) != "reseller.request" {
			t.Error("the key of another wish gives", err)
		}
		w.balance(mama, 1420)
		w.did(w.Sell(ctx, w.ask(mama), Range{b.ID, 1, 260}, office)) // the whole first piece and some of the second
		count, cents, err := w.TakeReturn(ctx, g, vouchers.By{Actor: "cashier"})
		w.did(count, err)
		if count != 140 || cents != 126_000 {
			t.Errorf("%d cards for %d cents came back", count, cents)
		}
		w.balance(mama, 2680)
		if _, _, err := w.TakeReturn(ctx, g, office); fault.KeyOf(err) != "reseller.return_decided" {
			t.Error("taken twice:", err)
		}
		if g, err = w.ReturnOf(ctx, g.ID); err != nil || g.State != ReturnTaken || g.Taken != 140 || g.By != "cashier" {
			t.Errorf("%+v, %v", g, err)
		}
		g, err = w.AskReturn(ctx, w.ask(boy), Range{b.ID, 441, 450}, office)
		w.did(g, err)
		w.did(w.takes(ctx, g))
		w.balance(boy, 1000-470+94)
		w.balance(mama, 2680-4)
		g, err = w.AskReturn(ctx, w.ask(late), Range{b.ID, 551, 600}, office)
		w.did(g, err)
		w.did(w.takes(ctx, g))
		w.balance(late, 0)
		if _, err := w.AskReturn(ctx, w.ask(late), Range{b.ID, 551, 600}, office); fault.KeyOf(err) != "reseller.nothing" {
			t.Error("what is back gives", err)
		}
		if _, err := w.AskReturn(ctx, w.ask(late), Range{b.ID, 1, 1001}, office); fault.KeyOf(err) != "voucher.range" {
			t.Error("a wrong range gives", err)
		}
		g, err = w.AskReturn(ctx, w.ask(late), Range{b.ID, 501, 510}, office)
		w.did(g, err)
		w.did(w.Sell(ctx, w.ask(late), Range{b.ID, 501, 510}, office))
		if _, _, err := w.TakeReturn(ctx, g, office); fault.KeyOf(err) != "reseller.nothing" {
			t.Error("all sold meanwhile gives", err)
		}
		w.did(nil, w.RefuseReturn(ctx, g, office))
		if all, err := w.ReturnsAsked(ctx); err != nil || len(all) != 0 {
			t.Error(all, err)
		}
		if all, err := w.ReturnsOf(ctx, late.ID); err != nil || len(all) != 2 || all[0].State != ReturnRefused {
			t.Error(all, err)
		}
	})
}

// takes is TakeReturn for did.
func (w *town) takes(ctx context.Context, g Giveback) (int64, error) {
	_, cents, err := w.TakeReturn(ctx, g, office)
	return cents, err
}

// TestAReturnIsDecidedOnce however many cashiers take it and refuse it while its reseller withdraws it; cut in the middle it goes on.
func TestAReturnIsDecidedOnce(t *testing.T) {
	eachTown(t, func(w *town) {
		ctx := context.Background()
		mama := w.reseller("Mama", "254722000001", "10%", nil)
		b := w.batch(300)
		w.did(w.PayIn(ctx, w.ask(mama), money.Shillings(3000), office))
		w.did(w.SignOut(ctx, w.ask(mama), Range{b.ID, 1, 300}, office))
		g, err := w.AskReturn(ctx, w.ask(mama), Range{b.ID, 1, 100}, office)
		w.did(g, err)
		var won, taken atomic.Int64
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				if n, _, err := w.TakeReturn(ctx, g, office); err == nil {
					won.Add(1)
					taken.Add(int64(n))
				}
			})
			all.Go(func() {
				if w.RefuseReturn(ctx, g, office) == nil {
					won.Add(1)
				}
			})
			all.Go(func() {
				if w.WithdrawReturn(ctx, mama.ID, g.ID, office) == nil {
					won.Add(1)
				}
			})
		}
		all.Wait()
		w.did(nil, nil)
		if won.Load() != 1 {
			t.Errorf("%d have decided", won.Load())
		}
		w.balance(mama, float64(300+taken.Load()*9))
		g, err = w.AskReturn(ctx, w.ask(mama), Range{b.ID, 101, 300}, office)
		w.did(g, err)
		w.did(nil, w.decide(ctx, g, ReturnAsked, returnTaking, office))
		if err := w.WithdrawReturn(ctx, mama.ID, g.ID, office); fault.KeyOf(err) != "reseller.return_decided" {
			t.Error("withdrawn while it is counted:", err)
		}
		if err := w.WithdrawReturn(ctx, mama.ID+1, g.ID, office); fault.KeyOf(err) != "reseller.no_return" {
			t.Error("withdrawn by another:", err)
		}
		if g, err = w.ReturnOf(ctx, g.ID); err != nil || !g.Open() {
			t.Fatal(g, err)
		}
		w.did(w.takes(ctx, g))
		w.balance(mama, float64(300+taken.Load()*9+1800))
	})
}
