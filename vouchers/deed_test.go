package vouchers

import (
	"context"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/fault"
	"mtandao/radius/access"
)

// TestTheLifeOfASheet: made, printed, signed out, half sold, stolen, killed, returned; the books hold after each step.
func TestTheLifeOfASheet(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		b := k.batch(Wish{SiteID: k.here, Size: 100})
		k.do(Deed{Kind: DeedPrint, BatchID: b.ID, First: 1, Last: 100})
		first, last := b.Sheet(2, 24)
		if first != 25 || last != 48 {
			t.Fatal(first, last)
		}
		k.do(Deed{Kind: DeedSignOut, BatchID: b.ID, First: first, Last: last, Holder: "mama"})
		k.balance(ledger.Vouchers, 0)
		k.do(Deed{Kind: DeedSell, BatchID: b.ID, First: 25, Last: 36})
		k.balance(ledger.Vouchers, -12000)
		codes := k.codes(b)
		grant, err := k.redeemBy(codes[24], 1)
		if err != nil || k.logIn(string(codes[24]), "", 1).Cause != access.CauseOK {
			t.Fatal(err)
		}
		killed := k.do(Deed{Kind: DeedVoid, BatchID: b.ID, First: first, Last: last, Cut: true, Reason: "stolen"})
		if killed.Moved != 23 || killed.Ended != 1 {
			t.Errorf("%+v", killed)
		}
		k.balance(ledger.Breakage, -11000)
		if g, _, _, err := k.access.View(context.Background(), grant); err != nil || g.State != access.Ended {
			t.Errorf("%+v, %v", g, err)
		}
		if _, err := k.redeemBy(codes[30], 2); fault.KeyOf(err) != "code.unknown" {
			t.Error(err)
		}
		undone, err := k.Undo(context.Background(), killed.ID, office)
		if err != nil || undone.Moved != 23 {
			t.Errorf("%+v, %v", undone, err)
		}
		k.prove()
		k.balance(ledger.Vouchers, -11000)
		k.balance(ledger.Breakage, 0)
		back := k.do(Deed{Kind: DeedReturn, BatchID: b.ID, First: first, Last: last, Holder: "mama"})
		if back.Moved != 23 || back.Cents != 11000 {
			t.Errorf("%+v", back)
		}
		k.balance(ledger.Cash, 1000)
		k.idle()
		k.balance(ledger.InternetSales, -1000)
		k.states(b, map[State]int{Printed: 76, Returned: 23, Used: 1})
		k.prove()
	})
}

func TestKillingAllThatSomebodyHas(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		a, b := k.batch(Wish{SiteID: k.here, Size: 300}), k.batch(Wish{SiteID: k.here, Size: 10})
		k.do(Deed{Kind: DeedSignOut, BatchID: a.ID, First: 10, Last: 290, Holder: "thief", Money: true})
		k.do(Deed{Kind: DeedSignOut, BatchID: a.ID, First: 1, Last: 9, Holder: "mama", Money: true})
		k.do(Deed{Kind: DeedSignOut, BatchID: b.ID, First: 3, Last: 4, Holder: "thief"})
		deeds, err := k.VoidOf(context.Background(), "thief", "ran away", false, office)
		if err != nil || len(deeds) != 2 {
			t.Fatal(deeds, err)
		}
		k.states(a, map[State]int{Made: 10, SignedOut: 9, Void: 281})
		k.states(b, map[State]int{Made: 8, Void: 2})
		k.prove()
	})
}

// A deed that was cut anywhere is gone on with by its job, and does nothing twice.
func TestADeedThatWasCut(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		b := k.batch(Wish{SiteID: k.here, Size: 700})
		ctx, cancel := context.WithCancel(context.Background())
		d := Deed{Kind: DeedSignOut, BatchID: b.ID, First: 1, Last: 700, Money: true}
		cancel()
		if _, err := k.Do(ctx, d, office); err == nil {
			t.Fatal("done without a database")
		}
		whole := k.do(d)
		if whole.Moved != 700 || whole.Cents != 700_000 {
			t.Errorf("%+v", whole)
		}
		k.clock.Advance(time.Minute)
		k.idle()
		again, err := k.DeedOf(context.Background(), whole.ID)
		if err != nil || again != whole {
			t.Errorf("%+v, %v", again, err)
		}
		if _, err := k.Do(context.Background(), Deed{Kind: DeedVoid, BatchID: b.ID, First: 1, Last: 701, Reason: "x"}, office); fault.KeyOf(err) != "voucher.range" {
			t.Error(err)
		}
		refunded := k.do(Deed{Kind: DeedVoid, BatchID: b.ID, First: 1, Last: 10, Money: true, Reason: "returned by post"})
		k.balance(ledger.Cash, 690_000)
		if _, err := k.Undo(context.Background(), refunded.ID, office); fault.KeyOf(err) != "voucher.money_back" {
			t.Error(err)
		}
	})
}

// Whoever changes a row of the books' vouchers is found out.
func TestATamperedVoucherIsNamed(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		b := k.out(4)
		if _, err := k.redeemBy(k.codes(b)[0], 1); err != nil {
			t.Fatal(err)
		}
		k.prove()
		for _, change := range [][2]string{
			{"UPDATE vouchers SET state = 'sold' WHERE serial = 1", "UPDATE vouchers SET state = 'used' WHERE serial = 1"},
			{"UPDATE vouchers SET state = 'void' WHERE serial = 2", "UPDATE vouchers SET state = 'signed_out' WHERE serial = 2"},
			{"UPDATE vouchers SET paid = 0 WHERE serial = 2", "UPDATE vouchers SET paid = 1 WHERE serial = 2"},
			{"UPDATE voucher_batches SET price_cents = 999", "UPDATE voucher_batches SET price_cents = 1000"},
			{"UPDATE voucher_batches SET made = 3", "UPDATE voucher_batches SET made = 4"},
			{"INSERT INTO vouchers SELECT id + 1, batch_id, 5, 'x', code, state, was, paid, holder, deed_id, grant_id, earned_cents, above_cents, expires_at, used_at, alarmed_at FROM vouchers WHERE serial = 4",
				"DELETE FROM vouchers WHERE serial = 5"},
		} {
			exec := func(query string) {
				if _, err := k.DB.SQL().Exec(query); err != nil {
					t.Fatal(err)
				}
			}
			exec(change[0])
			named := 0
			if err := k.Audit(context.Background(), func(string) { named++ }); err != nil || named == 0 {
				t.Errorf("%s: nothing named (%v)", change[0], err)
			}
			exec(change[1])
		}
		k.prove()
	})
}
