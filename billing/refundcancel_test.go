package billing_test

import (
	"context"
	"sync"
	"testing"

	"mtandao/billing"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

func (s *shop) cancel(f billing.Refund, member int64) error {
	return s.db.InTx(context.Background(), func(tx *db.Tx) error { _, err := s.bill.CancelRefund(tx, f.ID, member); return err })
}

// TestWhoAskedTakesARefundBack while nobody has decided, and nobody else does: the money stays where it was, and it may be asked for anew. Of those who
// decide and who takes it back at once, one wins, and the books say the same.
func TestWhoAskedTakesARefundBack(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order("02a1b2c3d4aa")
		s.hear(s.success(0, "RKC1", 10))
		r := s.onlyReceipt(o)
		f, err := s.askRefund(r.ID, 10)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.cancel(f, juma); fault.KeyOf(err) != "refund.not_yours" || fault.KindOf(err) != fault.Denied {
			t.Errorf("another took it back: %v", err)
		}
		if err := s.cancel(f, asha); err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{"approved": s.approve(f, juma), "cancelled": s.cancel(f, asha)} {
			if fault.KeyOf(err) != "refund.decided" {
				t.Errorf("%s after it was taken back: %v", name, err)
			}
		}
		if got, err := s.bill.RefundByID(context.Background(), f.ID); err != nil || got.State != billing.RefundCancelled || got.DecidedBy != 0 || got.DecidedAt.IsZero() {
			t.Errorf("%+v %v", got, err)
		}
		s.idle()
		s.holds(10, 10, 0, 0)
		s.owed(0)
		s.prove()
		if f, err = s.askRefund(r.ID, 10); err != nil {
			t.Fatalf("asked anew: %v", err)
		}
		var all sync.WaitGroup
		errs := make([]error, 6)
		for n := range errs {
			all.Go(func() {
				if n%2 == 0 {
					errs[n] = s.cancel(f, asha)
				} else {
					errs[n] = s.approve(f, juma)
				}
			})
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if fault.KeyOf(err) != "refund.decided" {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d won", won)
		}
		s.idle()
		s.prove()
	})
}

// TestOpenRefundsOfSites: whoever looks after some sites is shown their refunds, those of money of nobody by its till, though a hundred others wait longer.
func TestOpenRefundsOfSites(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order("02a1b2c3d4aa")
		s.hear(s.success(0, "RKC2", 10))
		f, err := s.askRefund(s.onlyReceipt(o).ID, 10)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 100 {
			s.exec("INSERT INTO refunds (id, receipt_id, order_id, grant_id, account, amount_cents, amount_currency, reason, state, asked_by, decided_by, paid_by, alone, how, sending, reference, asked_at) VALUES (?, 7, 7, 0, '', 100, 'KES', 'x', 'asked', 1, 0, 0, 0, '', 0, '', '2026-01-01 00:00:00')", n+1)
		}
		for name, c := range map[string]struct {
			sites []int64
			want  bool
		}{"its own": {[]int64{o.SiteID}, true}, "another": {[]int64{o.SiteID + 1}, false}, "none": {[]int64{}, false}} {
			all, err := s.bill.OpenRefunds(context.Background(), billing.RefundAsked, c.sites)
			if err != nil || c.want != (len(all) == 1 && all[0].ID == f.ID) || !c.want && len(all) != 0 {
				t.Errorf("%s: %v %v", name, all, err)
			}
		}
	})
}
