package families

import (
	"sync"
	"testing"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// TestAPartIsRenewedFromItsAccount: what a part's own credit lacks comes from the account, before the line ends, up to what was agreed in a month and no more; when the account has
// too little, as soon as it has enough; not before what it owes itself; not when it ends, nor for who is no part any more.
func TestAPartIsRenewedFromItsAccount(t *testing.T) {
	each(t, func(h *house) {
		part, line := h.part()
		if err := h.Agree(h.Context(), h.account.ID, money.Shillings(1), clerk); fault.KeyOf(err) != "family.no_part" {
			t.Error(err)
		}
		if err := h.Agree(h.Context(), part.ID, money.Shillings(-1), clerk); fault.KeyOf(err) != "family.most" {
			t.Error(err)
		}
		h.agrees(part, 1500)
		h.pays(h.account, 5000)
		h.stands("nothing is due yet", 5000, line, "2027-04-01")
		h.pays(part, 400)
		h.at(4, 1, 10)
		h.stands("two hours before its end", 5000, line, "2027-04-01")
		h.at(4, 1, 11)
		h.stands("before its end", 4400, line, "2027-05-01")
		h.uses("what it lacked", part, 600)
		h.agrees(part, 999)
		h.at(5, 1, 11)
		h.at(5, 1, 13)
		h.stands("more than agreed", 4400, line, "2027-05-01")
		h.agrees(part, 1000)
		h.stands("agreed since", 3400, line, "2027-06-01")
		h.uses("in May", part, 1000)
		for n, month := range []time.Month{6, 7, 8} { // its month ends at one in the afternoon, and the line at the noon after
			h.at(month, 2, 11)
			h.stands("month by month", 2400-1000*int64(n), line, []string{"2027-07-01", "2027-08-01", "2027-09-01"}[n])
		}
		bill := h.owes(500)
		h.at(9, 2, 11)
		h.at(9, 3, 9)
		h.stands("too little", 0, line, "2027-09-01")
		h.pays(h.account, 1000)
		h.stands("what it owes first", 900, line, "2027-09-01")
		if now, err := h.bills.Get(h.Context(), bill.ID); err != nil || now.Open != 0 {
			t.Error(now.Open, err)
		}
		h.pays(h.account, 200)
		h.stands("and then the part's line", 100, line, "2027-10-03")
		h.agrees(part, 0)
		h.pays(h.account, 9000)
		h.at(10, 3, 11)
		h.at(10, 3, 13)
		h.stands("no more", 9100, line, "2027-10-03")
		h.agrees(part, 5000)
		h.stands("once more", 8100, line, "2027-11-03")
		h.in(func(tx *db.Tx) error {
			now, err := h.Customers.GetTx(tx, part.ID)
			if err == nil {
				now.ParentID = 0
				_, err = h.Customers.Save(tx, now, customers.By{Actor: "clerk"})
			}
			return err
		})
		h.at(11, 4, 11)
		h.at(11, 5, 9)
		h.stands("no part any more", 8100, line, "2027-11-03")
		if a, _, err := h.Of(h.Context(), part.ID); err != nil || a != nil {
			t.Error(a, err)
		}
		h.prove()
	})
}

// TestManyAtOnceRenewAPartOnce: with money for one line only, and an agreement for one, many workers renew one of a part's two lines, once; and of two parts one.
func TestManyAtOnceRenewAPartOnce(t *testing.T) {
	each(t, func(h *house) {
		one, first := h.part()
		two, other := h.part()
		second := h.line(one)
		h.pays(one, 1000)
		h.agrees(one, 1999)
		h.agrees(two, 1999)
		h.pays(h.account, 2999)
		h.clock.Set(first.CreatedAt.AddDate(0, 1, 0).Add(2 * time.Hour))
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if err := h.Lines.Tick(h.Context()); err != nil {
					t.Error(err)
				}
			})
			all.Go(func() {
				for _, c := range []customers.Customer{one, two} {
					if err := h.renew(h.Context(), c.ID); err != nil {
						t.Error(err)
					}
				}
			})
			all.Go(func() {
				if err := h.Accounts.Spend(h.Context(), h.account.ID); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		h.idle()
		h.uses("one of two lines", one, 1000)
		h.uses("of the other part", two, 1000)
		h.stands("the other part's", 999, other, "2027-05-01")
		renewed := 0
		for _, id := range []int64{first.ID, second.ID} {
			now, err := h.Lines.Get(h.Context(), id)
			if err == nil && now.State.PaidTo.After(h.clock.Now()) {
				renewed++
			}
		}
		if renewed != 1 {
			t.Errorf("%d lines are renewed", renewed)
		}
		h.prove()
	})
}

// TestMoneyThatGoesBackTakesBackWhatItRenewed: a cheque of the account bounces: what it had renewed for a part and was not had yet is taken back, and what was had is owed.
func TestMoneyThatGoesBackTakesBackWhatItRenewed(t *testing.T) {
	each(t, func(h *house) {
		part, line := h.part()
		h.agrees(part, 1000)
		cheque := h.pays(h.account, 1000)
		h.at(4, 1, 11)
		h.stands("renewed", 0, line, "2027-05-01")
		if _, err := h.Accounts.ReturnTaking(h.Context(), h.account.ID, cheque.ID, "bounced", accounts.By{Actor: "clerk"}); err != nil {
			t.Fatal(err)
		}
		h.idle()
		h.stands("it bounced", 0, line, "2027-04-01")
		h.uses("nothing is used", part, 0)
		h.pays(h.account, 1000)
		h.stands("another one", 0, line, "2027-05-01")
		h.prove()
	})
}

// TestDeathAtEachWriteRenewsOnce: whichever write is the last of whoever renews a part, the part is renewed once and its account pays once.
func TestDeathAtEachWriteRenewsOnce(t *testing.T) {
	each(t, func(h *house) {
		part, line := h.part()
		h.agrees(part, 5000)
		h.pays(h.account, 5000)
		h.clock.Set(line.CreatedAt.AddDate(0, 1, 0).Add(2 * time.Hour))
		kills := 0
		for ; ; kills++ {
			h.dying.Once(kills)
			before := h.dying.Deaths()
			err := h.Lines.Tick(h.Context())
			h.dying.Spare()
			if err == nil {
				if h.dying.Deaths() != before {
					t.Fatal("somebody else died")
				}
				break
			}
			h.stands("dead", 5000, line, "2027-04-01")
		}
		h.idle()
		h.stands("at last", 4000, line, "2027-05-01")
		h.uses("once", part, 1000)
		if t.Log(kills, "deaths"); kills < 8 {
			t.Errorf("only %d deaths", kills)
		}
		h.prove()
	})
}
