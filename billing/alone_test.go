package billing_test

import (
	"context"
	"slices"
	"testing"

	"mtandao/billing"
	"mtandao/billing/counter"
	"mtandao/billing/partners"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
	"mtandao/internal/staff"
)

// crew are who works here now.
type crew struct{ all []staff.Member }

// newCrew are thirty, each of whom may approve everywhere.
func newCrew() *crew {
	c := &crew{}
	for id := range int64(30) {
		c.all = append(c.all, approver(id+1))
	}
	return c
}

func approver(id int64, sites ...int64) staff.Member {
	return staff.Member{ID: id, State: staff.Active, Sites: sites, Roles: []staff.Role{{Permissions: []staff.Permission{staff.PaymentsApprove}}}}
}

func (c *crew) ActiveTx(*db.Tx) ([]staff.Member, error)        { return slices.Clone(c.all), nil }
func (c *crew) Active(context.Context) ([]staff.Member, error) { return slices.Clone(c.all), nil }

// decides approves or refuses a refund, as a member who proved themself, or did not.
func (s *shop) decides(f billing.Refund, member int64, approve, proven bool) (billing.Refund, error) {
	decide := s.bill.RefusePayback
	if approve {
		decide = s.bill.ApproveRefund
	}
	err := s.db.InTx(context.Background(), func(tx *db.Tx) (err error) { f, err = decide(tx, f.ID, member, proven); return err })
	return f, err
}

// TestWhoIsAloneDecidesARefund that they asked for themself, with a proof, while nobody else may decide about its site; whoever was disabled, or looks after
// another site, may not, and a second one who may ends it. The books say that they were alone.
func TestWhoIsAloneDecidesARefund(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.order("02a1b2c3d4aa")
		s.hear(s.success(0, "RKC1", 10))
		r := s.onlyReceipt(o)
		refuses := func(f billing.Refund, member int64, proven bool, key string) {
			t.Helper()
			for _, approve := range []bool{true, false} {
				if _, err := s.decides(f, member, approve, proven); fault.KeyOf(err) != key || fault.KindOf(err) != fault.Denied {
					t.Errorf("member %d: %v, not %s", member, err, key)
				}
			}
		}
		f, err := s.askRefund(r.ID, 10)
		if err != nil {
			t.Fatal(err)
		}
		s.crew.all = []staff.Member{approver(asha), approver(juma, s.site)}
		refuses(f, asha, true, "approval.same_person")
		refuses(f, pendo, true, "approval.not_yours") // works here no more
		s.crew.all = []staff.Member{approver(asha), approver(juma, s.site+1)}
		refuses(f, asha, false, "approval.proof")
		refuses(f, juma, true, "approval.not_yours") // of another site
		if f, err = s.decides(f, asha, false, true); err != nil || !f.Alone || f.State != billing.RefundRefused {
			t.Fatal(f, err)
		}
		if f, err = s.askRefund(r.ID, 10); err != nil {
			t.Fatal(err)
		}
		if f, err = s.decides(f, asha, true, true); err != nil || !f.Alone || f.State != billing.RefundApproved {
			t.Fatal(f, err)
		}
		s.owed(10)
		s.idle()
		s.prove()
		s.exec("UPDATE refunds SET alone = ? WHERE id = ?", false, f.ID)
		if problems, err := s.proofs().Prove(context.Background()); err != nil || len(problems) == 0 {
			t.Error("nothing is said of a refund that one person decided:", err)
		}
	})
}

// TestWhoIsAloneDecidesAPayout that they asked for themself, and drops one that was approved.
func TestWhoIsAloneDecidesAPayout(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		b, ctx := openBuilding(t, s), context.Background()
		s.sold()
		b.nextDay()
		b.due(2)
		by := partners.By{Member: asha, Actor: "asha"}
		decide := func(p partners.Payout, approve bool) (partners.Payout, error) {
			return b.partners.DecidePayout(ctx, p.ID, approve, by)
		}
		p, err := b.asks(asha, 1)
		if err != nil {
			t.Fatal(err)
		}
		by.Proven = true
		if _, err := decide(p, true); fault.KeyOf(err) != "approval.same_person" {
			t.Error(err)
		}
		s.crew.all = []staff.Member{approver(asha), approver(juma, s.site)} // a payout is about all sites
		by.Proven = false
		if _, err := decide(p, true); fault.KeyOf(err) != "approval.proof" {
			t.Error(err)
		}
		by.Proven = true
		if p, err = decide(p, true); err != nil || !p.Alone || p.State != counter.Approved {
			t.Fatal(p, err)
		}
		if p, err = decide(p, false); err != nil || !p.Alone || p.State != counter.Refused {
			t.Fatal(p, err)
		}
		if p, err = b.asks(asha, 1); err == nil {
			p, err = decide(p, true)
		}
		if err == nil {
			p, err = b.partners.PayPayout(ctx, p.ID, partners.InCash, "", by)
		}
		if err != nil || p.Amount != money.Shillings(1) {
			t.Fatal(p, err)
		}
		b.due(1)
		b.prove()
		s.exec("UPDATE partner_payouts SET alone = ? WHERE id = ?", false, p.ID)
		problems := 0
		if err := b.partners.Audit(ctx, func(string) { problems++ }); err != nil || problems < 2 { // it is not as it was written, and was decided by one person
			t.Error(problems, err)
		}
	})
}
