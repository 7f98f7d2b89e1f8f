package billing_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"mtandao/billing"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

// TestARefundWhileItsMoneyIsUsed: a refund is approved and its credit spent at once; one of the two has the money.
func TestARefundWhileItsMoneyIsUsed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		h, ctx := openHomes(s), context.Background()
		for n := range 6 {
			s.hear(s.confirmation(fmt.Sprintf("SJ9000000%d", n), "Acc: "+h.one.Number, "254712000001", 400))
			s.idle()
			all, err := s.bill.ReceiptsOfCustomer(ctx, h.one.ID, 0, 1)
			if err != nil || len(all) != 1 {
				t.Fatal(all, err)
			}
			f, err := s.askRefund(all[0].ID, 400)
			if err != nil {
				t.Fatal(err)
			}
			var both sync.WaitGroup
			var approved, spent error
			took := false
			both.Go(func() { approved = s.approve(f, juma) })
			both.Go(func() { took, spent = h.spendFor(fmt.Sprint("month:", n), h.one, 400) })
			both.Wait()
			if spent != nil || took == (approved == nil) || took && fault.KeyOf(approved) != "refund.spent" {
				t.Errorf("spent: %v (%v), approved: %v", took, spent, approved)
			}
			if took {
				s.in(func(tx *db.Tx) error { _, err := s.bill.RefusePayback(tx, f.ID, juma, true); return err })
			} else if err := s.payBack(f, billing.RefundByCash, ""); err != nil {
				t.Error(err)
			}
			h.have(h.one, 0)
		}
	})
}

// TestDeathAtEachWriteOfARefund: whichever write of asking, approving, refusing, taking back and paying is the last of a dying process, the step is done whole when
// it is tried again, once, and the books say the same.
func TestDeathAtEachWriteOfARefund(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		killer, kills, n := testdb.NewKiller(t, s.db), 0, 0
		var f billing.Refund
		var receipt int64
		ask := func() (err error) { f, err = s.askRefund(receipt, 10); return err }
		approve := func() error { return s.approve(f, juma) }
		refuse := func() error { _, err := s.decides(f, juma, false, true); return err }
		cancel := func() error { return s.cancel(f, asha) }
		pay := func() error { return s.payBack(f, billing.RefundByCash, "") }
		for state, steps := range map[billing.RefundState][]func() error{billing.RefundAsked: {ask}, billing.RefundApproved: {ask, approve}, billing.RefundRefused: {ask, refuse},
			billing.RefundCancelled: {ask, cancel}, billing.RefundPaid: {ask, approve, pay}} {
			for write := 0; ; write++ {
				o := s.order(fmt.Sprintf("02a1b2c3%04x", n))
				s.hear(s.success(n, fmt.Sprintf("SKD%07d", n), 10))
				s.idle()
				n++
				receipt = s.onlyReceipt(o).ID
				before := killer.Deaths()
				s.stop() // a job that died would be waited for until its lease ends
				for k, step := range steps {
					if k == len(steps)-1 {
						killer.Once(write)
					}
					if err := step(); err != nil && killer.Deaths() == before {
						t.Fatal(state, err)
					} else if err != nil {
						killer.Spare()
						if err := step(); err != nil {
							t.Errorf("%s, dead at write %d, and again: %v", state, write, err)
						}
					}
				}
				killer.Spare()
				s.run()
				if got, err := s.bill.RefundByID(context.Background(), f.ID); err != nil || got.State != state {
					t.Errorf("%s, dead at write %d: %+v %v", state, write, got, err)
				}
				if killer.Deaths() == before {
					break // it made no more writes than that
				}
				kills++
			}
		}
		if t.Log(kills, "deaths"); kills < 12 {
			t.Errorf("only %d deaths", kills)
		}
		s.idle()
		s.prove()
	})
}
