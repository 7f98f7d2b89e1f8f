package billing_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/radius/access"
)

const asha, juma, pendo = 1, 2, 3 // members

func (s *shop) askRefund(receiptID, shillings int64) (f billing.Refund, err error) {
	err = s.db.InTx(context.Background(), func(tx *db.Tx) error {
		f, err = s.bill.AskRefund(tx, billing.Refund{ReceiptID: receiptID, Amount: money.Shillings(shillings), Reason: "the router was down", AskedBy: asha})
		return err
	})
	return f, err
}

func (s *shop) approve(f billing.Refund, member int64) error {
	return s.db.InTx(context.Background(), func(tx *db.Tx) error { _, err := s.bill.ApproveRefund(tx, f.ID, member, true); return err })
}

func (s *shop) payBack(f billing.Refund, how, reference string) error {
	return s.db.InTx(context.Background(), func(tx *db.Tx) error { _, err := s.bill.PayRefund(tx, f.ID, pendo, how, reference); return err })
}

// refunded pays some of an order's money back from the cash box, as two members decided.
func (s *shop) refunded(o billing.Order, shillings int64) billing.Refund {
	s.t.Helper()
	f, err := s.askRefund(s.onlyReceipt(o).ID, shillings)
	if err == nil {
		err = s.approve(f, juma)
	}
	if err == nil {
		err = s.payBack(f, billing.RefundByCash, "")
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.idle()
	return f
}

func (s *shop) owed(shillings int64) {
	s.t.Helper()
	if got, err := s.ledger.Balance(context.Background(), ledger.RefundsPayable, ""); err != nil || got.Cents != -shillings*100 {
		s.t.Errorf("owed %v: %v", got, err)
	}
}

// onlyReceipt is the receipt of an order.
func (s *shop) onlyReceipt(o billing.Order) billing.Receipt {
	s.t.Helper()
	m, err := s.bill.OrderMoney(context.Background(), o.ID)
	if err != nil || len(m.Receipts) != 1 {
		s.t.Fatal(m.Receipts, err)
	}
	return m.Receipts[0]
}

func TestTwoPersonsPayBack(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order("02a1b2c3d4aa")
		s.hear(s.success(0, "RKR1", 10))
		s.use(s.view(o).Order.GrantID, "02a1b2c3d4aa")
		r := s.onlyReceipt(o)
		if _, err := s.askRefund(r.ID, 11); fault.KeyOf(err) != "refund.amount" {
			t.Errorf("more than was paid: %v", err)
		}
		f, err := s.askRefund(r.ID, 10)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.askRefund(r.ID, 10); fault.KeyOf(err) != "refund.open" {
			t.Errorf("asked twice: %v", err)
		}
		s.holds(10, 10, 0, 0)
		if err := s.approve(f, asha); fault.KeyOf(err) != "approval.same_person" {
			t.Errorf("approved by who asked: %v", err)
		}
		if err := s.payBack(f, billing.RefundByCash, ""); fault.KeyOf(err) != "refund.not_owed" {
			t.Errorf("paid unapproved: %v", err)
		}
		if err := s.approve(f, juma); err != nil {
			t.Fatal(err)
		}
		s.idle()
		s.holds(10, 0, 0, 0)
		s.owed(10)
		g, _, _, err := s.grants.View(context.Background(), s.view(o).Order.GrantID)
		if err != nil || g.State != access.Ended || g.EndCause != string(access.CauseRefunded) {
			t.Errorf("the grant is %q by %q: %v", g.State, g.EndCause, err)
		}
		if err := s.payBack(f, billing.RefundByMPesa, "no"); fault.KeyOf(err) != "refund.reference" {
			t.Errorf("a reversal without its code: %v", err)
		}
		if err := s.payBack(f, billing.RefundByMPesa, "skj7 abc123"); err != nil {
			t.Fatal(err)
		}
		s.holds(0, 0, 0, 0)
		s.owed(0)
		if _, err := s.askRefund(r.ID, 10); fault.KeyOf(err) != "refund.placed" {
			t.Errorf("once more: %v", err)
		}
	})
}

func TestAPartIsPaidBackFromWhatWasEarned(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order("02a1b2c3d4aa")
		s.hear(s.success(0, "RKP1", 10))
		s.use(s.view(o).Order.GrantID, "02a1b2c3d4aa")
		s.afterwards(2 * time.Hour)
		if err := s.grants.Sweep(context.Background()); err != nil {
			t.Fatal(err)
		}
		s.idle()
		s.refunded(o, 4)
		s.holds(10, 0, 0, 0)
		for account, want := range map[string]int64{ledger.Cash: -400, ledger.InternetSales: -600} {
			if got, err := s.ledger.Balance(context.Background(), account, ""); err != nil || got.Cents != want {
				t.Errorf("%s holds %v: %v", account, got, err)
			}
		}
	})
}

func TestARefundShortensWhatOthersPaidToo(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		first := s.order("02a1b2c3d4aa")
		s.hear(s.success(0, "RKQ1", 10))
		s.use(s.view(first).Order.GrantID, "02a1b2c3d4aa")
		s.afterwards(2 * time.Minute)
		second := s.order("02a1b2c3d4aa")
		s.hear(s.success(1, "RKQ2", 10))
		f, err := s.askRefund(s.onlyReceipt(second).ID, 10)
		if err == nil {
			err = s.approve(f, juma)
		}
		if err != nil {
			t.Fatal(err)
		}
		s.idle()
		g, _, _, err := s.grants.View(context.Background(), s.view(first).Order.GrantID)
		if err != nil || g.State != access.Active || g.Limits.Time != time.Hour {
			t.Errorf("left %v in %q: %v", g.Limits.Time, g.State, err)
		}
		s.holds(20, 10, 0, 0)
		s.owed(10)
		s.afterwards(2 * time.Hour)
		if err := s.grants.Sweep(context.Background()); err != nil {
			t.Fatal(err)
		}
		s.idle()
		s.holds(20, 0, 0, 0)
	})
}

func TestCreditAndMoneyOfNobodyArePaidBack(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.order("02a1b2c3d4aa")
		s.hear(s.confirmation("RKC1", "", "254712345678", 7), s.confirmation("RKC2", "", stranger, 5))
		found, err := s.bill.Find(context.Background(), "0712345678")
		if err != nil || len(found.Receipts) != 1 {
			t.Fatal(found, err)
		}
		for _, c := range []struct{ receipt, shillings int64 }{{found.Receipts[0].ID, 7}, {s.lost().ID, 5}} {
			f, err := s.askRefund(c.receipt, c.shillings)
			if err == nil {
				err = s.approve(f, juma)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		s.holds(12, 0, 0, 0)
		s.owed(12)
	})
}

func TestOfTwoWhoDecideOneWins(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order("02a1b2c3d4aa")
		s.hear(s.success(0, "RKD1", 10))
		var all sync.WaitGroup
		asked := make([]error, 4)
		for i := range asked {
			all.Go(func() { _, asked[i] = s.askRefund(s.onlyReceipt(o).ID, 10) })
		}
		all.Wait()
		f := s.openRefund(billing.RefundAsked)
		decided, paid := make([]error, 6), make([]error, 6)
		for i := range decided {
			all.Go(func() { decided[i] = s.approve(f, juma+int64(i%2)) })
		}
		all.Wait()
		for i := range paid {
			all.Go(func() { paid[i] = s.payBack(f, billing.RefundByCash, "") })
		}
		all.Wait()
		for name, results := range map[string][]error{"refund.open": asked, "refund.decided": decided, "refund.not_owed": paid} {
			won := 0
			for _, err := range results {
				if err == nil {
					won++
				} else if fault.KeyOf(err) != name {
					t.Errorf("a loser is told %v", err)
				}
			}
			if won != 1 {
				t.Errorf("%s: %d won", name, won)
			}
		}
		s.idle()
		s.holds(10, 0, 0, 0)
		s.owed(0)
	})
}

func (s *shop) openRefund(state billing.RefundState) billing.Refund {
	s.t.Helper()
	all, err := s.bill.OpenRefunds(context.Background(), state, nil)
	if err != nil || len(all) != 1 {
		s.t.Fatal(all, err)
	}
	return all[0]
}

func TestATamperedRefundIsNamed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order("02a1b2c3d4aa")
		s.hear(s.success(0, "RKE1", 10))
		s.refunded(o, 10)
		s.prove()
		for column, value := range map[string]any{"amount_cents": 900, "reason": "other", "asked_by": juma, "decided_by": asha, "alone": true, "paid_by": asha, "how": "mpesa",
			"reference": "x", "state": "approved", "account": "2200", "grant_id": 5, "order_id": 5, "receipt_id": 5, "id": 5} {
			var was any
			if err := s.db.SQL().QueryRow("SELECT " + column + " FROM refunds").Scan(&was); err != nil {
				t.Fatal(err)
			}
			s.exec("UPDATE refunds SET "+column+" = ?", value)
			if problems, err := s.proofs().Prove(context.Background()); err != nil || len(problems) == 0 {
				t.Errorf("a changed %s is not found: %v", column, err)
			}
			s.exec("UPDATE refunds SET "+column+" = ?", was)
		}
		s.prove()
	})
}

func TestARefusedRefundMovesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order("02a1b2c3d4aa")
		s.hear(s.success(0, "RKN1", 10))
		f, err := s.askRefund(s.onlyReceipt(o).ID, 10)
		if err != nil {
			t.Fatal(err)
		}
		s.in(func(tx *db.Tx) error { f, err = s.bill.RefusePayback(tx, f.ID, juma, true); return err })
		if err := s.approve(f, pendo); fault.KeyOf(err) != "refund.decided" {
			t.Errorf("approved after it was refused: %v", err)
		}
		s.idle()
		s.holds(10, 10, 0, 0)
		s.owed(0)
		if _, err := s.askRefund(s.onlyReceipt(o).ID, 10); err != nil {
			t.Errorf("asked anew: %v", err)
		}
	})
}
