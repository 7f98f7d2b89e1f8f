package billing_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/radius/access"
	"mtandao/vouchers"
	"mtandao/vouchers/resellers"
)

// reversed brings the word that a receipt's money was taken back, and waits until it is.
func (s *shop) reversed(code, receipt string, shillings int64) billing.Reversal {
	s.t.Helper()
	v := billing.Reversal{TillID: s.till.ID, Code: code, Receipt: receipt, Amount: money.Shillings(shillings), At: s.clock.Now(), CameBy: billing.ReversedOnStatement, By: "asha", From: "10.0.0.1", Member: asha}
	s.in(func(tx *db.Tx) (err error) {
		v, _, err = s.bill.FindReversal(tx, v)
		return err
	})
	s.idle()
	v, err := s.bill.ReversalByID(context.Background(), v.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return v
}

func (s *shop) isReversal(v billing.Reversal, state billing.ReversalState, service, lost int64) {
	s.t.Helper()
	if v.State != state || v.Service.Cents != service*100 || v.Lost.Cents != lost*100 {
		s.t.Errorf("reversal %s of %s is %s, with %v of the service and %v lost; want %s, %d, %d", v.Code, v.Receipt, v.State, v.Service, v.Lost, state, service, lost)
	}
}

func (s *shop) chained() {
	s.t.Helper()
	if err := s.ledger.Chain(context.Background()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) balance(account string, shillings int64) {
	s.t.Helper()
	if got, err := s.ledger.Balance(context.Background(), account, ""); err != nil || got.Cents != shillings*100 {
		s.t.Errorf("account %s holds %v, want %d (%v)", account, got, shillings, err)
	}
}

func (s *shop) cause(grantID int64, mac string, want access.Cause) {
	s.t.Helper()
	if a := s.grants.Admit(context.Background(), access.Attempt{Name: mac, SiteID: s.site, MAC: access.MAC(mac), MACLogin: true}); a.Cause != want {
		s.t.Errorf("grant %d: %s, want %s", grantID, a.Cause, want)
	}
}

// TestAReversalSuspendsWhatItPaid, once, and tells why; staff may resume it, and in the end nothing is earned.
func TestAReversalSuspendsWhatItPaid(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		const mac = "02a1b2c3d4aa"
		o := s.order(mac)
		s.hear(s.success(0, "SKA0000001", 10))
		grant := s.view(o).Order.GrantID
		s.use(grant, mac)
		for range 3 { // the same word again
			s.isReversal(s.reversed("SKR0000001", "SKA0000001", 10), billing.ReversalTaken, 10, 0)
		}
		s.holds(0, 0, 0, 0)
		s.cause(grant, mac, access.CauseReversed)
		g, _, _, err := s.grants.View(context.Background(), grant)
		if err != nil || g.State != access.Suspended {
			t.Errorf("the grant is %s (%v)", g.State, err)
		}
		s.isReversal(s.reversed("SKR0000002", "SKA0000001", 10), billing.ReversalNothing, 0, 0)
		s.hear(s.success(0, "SKA0000001", 10), s.confirmation("SKA0000001", o.Code, "254712345678", 10)) // the old word
		s.holds(0, 0, 0, 0)
		s.in(func(tx *db.Tx) error { _, err := s.grants.Resume(tx, grant); return err })
		s.cause(grant, mac, access.CauseOK)
		s.clock.Advance(2 * time.Hour)
		if err := s.grants.Sweep(context.Background()); err != nil {
			t.Fatal(err)
		}
		s.idle()
		s.chained()
		s.holds(0, 0, 0, 0)
		s.balance(ledger.InternetSales, 0)
	})
}

// TestAReversalOfWhatNobodyUsed ends it; of what is over and earned takes the sale back.
func TestAReversalOfWhatNobodyUsed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order("02a1b2c3d4aa")
		s.hear(s.success(0, "SKA0000001", 10))
		s.isReversal(s.reversed("SKR0000001", "SKA0000001", 10), billing.ReversalTaken, 10, 0)
		if g, _, _, err := s.grants.View(context.Background(), s.view(o).Order.GrantID); err != nil || g.State != access.Ended || g.EndCause != string(access.CauseReversed) {
			t.Errorf("the grant is %s by %s (%v)", g.State, g.EndCause, err)
		}
		late := s.order("02a1b2c3d4bb")
		s.hear(s.success(1, "SKA0000002", 10))
		s.use(s.view(late).Order.GrantID, "02a1b2c3d4bb")
		s.clock.Advance(2 * time.Hour)
		if err := s.grants.Sweep(context.Background()); err != nil {
			t.Fatal(err)
		}
		s.idle()
		s.balance(ledger.InternetSales, -10)
		s.isReversal(s.reversed("SKR0000002", "SKA0000002", 10), billing.ReversalTaken, 10, 0)
		s.balance(ledger.InternetSales, 0)
		s.chained()
		s.holds(0, 0, 0, 0)
	})
}

// TestAPartIsReversed: what was left over goes first, and harms nobody; then the service stops; what credit has bought since is lost and stops too.
func TestAPartIsReversed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		const mac = "02a1b2c3d4aa"
		o := s.order(mac)
		s.hear(s.confirmation("SKA0000001", o.Code, "254712345678", 25))
		grant := s.view(o).Order.GrantID
		s.use(grant, mac)
		s.holds(25, 10, 15, 0)
		s.isReversal(s.reversed("SKR0000001", "SKA0000001", 5), billing.ReversalTaken, 0, 0)
		s.cause(grant, mac, access.CauseOK)
		s.holds(20, 10, 10, 0)
		second := s.order("02a1b2c3d4bb")
		s.enter(second, "SKA0000001") // the rest pays another order
		other := s.view(second).Order.GrantID
		s.use(other, "02a1b2c3d4bb")
		s.holds(20, 20, 0, 0)
		s.isReversal(s.reversed("SKR0000002", "SKA0000001", 4), billing.ReversalTaken, 4, 0)
		s.cause(grant, mac, access.CauseReversed)
		s.holds(16, 16, 0, 0)
		s.isReversal(s.reversed("SKR0000003", "SKA0000001", 16), billing.ReversalTaken, 6, 10)
		s.cause(other, "02a1b2c3d4bb", access.CauseReversed)
		s.holds(0, 10, 0, 0)
		s.balance(ledger.BadDebts, 10)
	})
}

// TestReversedMoneyOfNobody leaves suspense, wholly or in part; what is left can be matched, and no more.
func TestReversedMoneyOfNobody(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.hear(s.confirmation("SKA0000001", "KIOSK", "2547 ***** 001", 30), s.confirmation("SKA0000002", "KIOSK", "2547 ***** 002", 30))
		s.isReversal(s.reversed("SKR0000001", "SKA0000001", 30), billing.ReversalTaken, 0, 0)
		s.holds(30, 0, 0, 30)
		s.isReversal(s.reversed("SKR0000002", "SKA0000002", 12), billing.ReversalTaken, 0, 0)
		s.holds(18, 0, 0, 18)
		r, o := s.onlySuspense(), s.order("02a1b2c3d4aa")
		s.in(func(tx *db.Tx) error {
			_, err := s.bill.Match(tx, billing.Matching{ReceiptID: r.ID, OrderID: o.ID, Serve: true})
			return err
		})
		s.holds(18, 10, 8, 0)
		if err := s.db.InTx(context.Background(), func(tx *db.Tx) error { return s.bill.Unmatch(tx, r.ID) }); err == nil {
			t.Error("money that was reversed in part was unmatched")
		}
		s.isReversal(s.reversed("SKR0000003", "SKA0000002", 30), billing.ReversalTaken, 10, 0)
		s.holds(0, 0, 0, 0)
	})
}

// TestAReversalBeforeItsMoney waits, and is taken back as soon as the money is told of, by a callback or by a number found later.
func TestAReversalBeforeItsMoney(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.isReversal(s.reversed("SKR0000001", "SKA0000001", 10), billing.ReversalFound, 0, 0)
		s.isReversal(s.reversed("SKR0000002", "SKA0000002", 10), billing.ReversalFound, 0, 0)
		s.holds(0, 0, 0, 0)
		o := s.order("02a1b2c3d4aa")
		s.hear(s.success(0, "SKA0000001", 10))
		s.idle()
		s.holds(0, 0, 0, 0)
		if v := s.view(o); v.Order.State != billing.OrderPaid || v.Payment.State != billing.PaymentPaid {
			t.Errorf("%s, %s", v.Order.State, v.Payment.State)
		}
		s.order("02a1b2c3d4bb")
		s.saysPaid() // a query names no receipt
		s.holds(10, 10, 0, 0)
		s.hear(s.success(1, "SKA0000002", 10))
		s.idle()
		s.holds(0, 0, 0, 0)
		s.in(func(tx *db.Tx) error { // one that slipped through is found by the sweep
			_, _, err := s.bill.FindReversal(tx, billing.Reversal{TillID: s.till.ID, Code: "SKR0000003", Receipt: "SKA0000003", Amount: money.Shillings(5), At: s.clock.Now(), CameBy: "statement", By: "asha"})
			return err
		})
		s.idle()
		s.hear(s.confirmation("SKA0000003", "", "2547 ***** 001", 5))
		if err := s.bill.TakeBackWaiting(context.Background()); err != nil {
			t.Fatal(err)
		}
		s.holds(0, 0, 0, 0)
	})
}

// TestOurOwnReversal: a refund that was paid, or is owed, is recognised and moves nothing twice; one that was paid in cash besides is lost.
func TestOurOwnReversal(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		var all [3]billing.Order
		for n := range all {
			all[n] = s.order(fmt.Sprintf("02a1b2c3d4a%d", n))
			s.hear(s.success(n, fmt.Sprintf("SKA000000%d", n), 10))
		}
		refund := func(o billing.Order) billing.Refund {
			f, err := s.askRefund(s.onlyReceipt(o).ID, 10)
			if err == nil {
				err = s.approve(f, juma)
			}
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
		paid, owed := refund(all[0]), refund(all[1])
		if err := s.payBack(paid, billing.RefundByMPesa, "SKR0000000"); err != nil {
			t.Fatal(err)
		}
		s.holds(20, 10, 0, 0)
		if v := s.reversed("SKR0000000", "SKA0000000", 10); v.State != billing.ReversalOurs || v.RefundID != paid.ID {
			t.Errorf("%+v", v)
		}
		s.holds(20, 10, 0, 0)
		if v := s.reversed("SKR0000001", "SKA0000001", 10); v.State != billing.ReversalOurs || v.RefundID != owed.ID {
			t.Errorf("%+v", v)
		}
		s.holds(10, 10, 0, 0)
		s.owed(0)
		if f, err := s.bill.RefundByID(context.Background(), owed.ID); err != nil || f.State != billing.RefundPaid || f.Reference != "SKR0000001" || f.PaidBy != asha {
			t.Errorf("%+v, %v", f, err)
		}
		cash := s.refunded(all[2], 10)
		s.isReversal(s.reversed("SKR0000002", "SKA0000002", 10), billing.ReversalTaken, 0, 10)
		s.holds(0, 0, 0, 0)
		s.balance(ledger.BadDebts, 10)
		if f, err := s.bill.RefundByID(context.Background(), cash.ID); err != nil || f.How != billing.RefundByCash {
			t.Errorf("%+v, %v", f, err)
		}
	})
}

// TestTwentyReadOneReversal: twenty find and take back the same at once, while others tell of the money, and it goes once.
func TestTwentyReadOneReversal(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		const mac = "02a1b2c3d4aa"
		o := s.order(mac)
		ctx := context.Background()
		var all sync.WaitGroup
		for n := range 20 {
			all.Go(func() {
				if n%4 == 0 {
					if err := s.bill.TakeIn(ctx, []billing.Incoming{s.success(0, "SKA0000001", 10)}); err != nil {
						t.Error(err)
					}
				}
				v := billing.Reversal{TillID: s.till.ID, Code: "SKR0000001", Receipt: "SKA0000001", Amount: money.Shillings(10), At: o.CreatedAt, CameBy: "statement", By: "asha"}
				err := s.db.InTx(ctx, func(tx *db.Tx) (err error) {
					v, _, err = s.bill.FindReversal(tx, v)
					return err
				})
				if err == nil {
					_, err = s.bill.TakeBack(ctx, v.ID)
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		s.idle()
		if err := s.bill.TakeBackWaiting(ctx); err != nil {
			t.Fatal(err)
		}
		s.holds(0, 0, 0, 0)
		if n := s.strings("SELECT COUNT(*) FROM ledger_entries WHERE kind = 'money reversed'"); n[0] != "1" {
			t.Errorf("%s entries", n[0])
		}
	})
}

// TestReversedFloat goes down, below zero when it was sold for.
func TestReversedFloat(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		stock := vouchers.New(vouchers.Options{DB: s.db, Jobs: s.jobs, Keys: s.keys, Clock: s.clock, Plan: s.clock, Ledger: s.ledger})
		sellers := resellers.New(resellers.Options{DB: s.db, Keys: s.keys, Clock: s.clock, Ledger: s.ledger, Vouchers: stock})
		s.bill.AskFloats(sellers)
		s.more = append(s.more, sellers)
		ctx := context.Background()
		by := vouchers.By{Actor: "test"}
		r, err := sellers.Save(ctx, resellers.Reseller{Name: "Mama Njeri", Phone: "254722000001", Terms: resellers.Prepaid}, by)
		if err != nil {
			t.Fatal(err)
		}
		s.hear(s.confirmation("SKA0000001", "R 1001", "254799000111", 500))
		if _, err := sellers.PayOut(ctx, resellers.Request{Key: "out", ResellerID: r.ID}, money.Shillings(200), by); err != nil {
			t.Fatal(err)
		}
		v := s.reversed("SKR0000001", "SKA0000001", 500)
		s.isReversal(v, billing.ReversalTaken, 0, 0)
		s.reversed("SKR0000001", "SKA0000001", 500)
		if r, err = sellers.Get(ctx, r.ID); err != nil || r.Balance != money.Shillings(-200) || v.HolderID != r.ID {
			t.Errorf("the reseller has %v, of %d (%v)", r.Balance, v.HolderID, err)
		}
		s.holds(0, 0, 0, 0)
	})
}

// TestATamperedReversalIsNamed: each column of one that moved money, and one that is taken out.
func TestATamperedReversalIsNamed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.order("02a1b2c3d4aa")
		s.hear(s.success(0, "SKA0000001", 10))
		s.isReversal(s.reversed("SKR0000001", "SKA0000001", 10), billing.ReversalTaken, 10, 0)
		s.prove()
		s.tamperWith("reversals", book{names: "id", insert: ""})
		s.prove()
	})
}
