package subscriptions

import (
	"context"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/radius/access"
)

// undoes gives back what an event of a line was paid, as when the money behind it went back, and takes that from the purse.
func (w *shop) undoes(sub Subscription, seq, gone int64) {
	w.Helper()
	w.tx(func(tx *db.Tx) error {
		if _, err := w.Credit.Credit(tx, sub.CustomerID); err != nil {
			return err
		}
		if err := w.Undo(tx, sub.request(seq), money.Shillings(gone)); err != nil {
			return err
		}
		return tx.Gorm().Exec("UPDATE purses SET cents = cents - ? WHERE customer = ?", gone*100, sub.CustomerID).Error
	})
}

func (w *shop) renewals(sub Subscription) (seqs []int64) {
	w.Helper()
	all, err := w.Events(context.Background(), sub.ID)
	if err != nil {
		w.Fatal(err)
	}
	for _, e := range all {
		if e.Kind == Renewed {
			seqs = append(seqs, e.Seq)
		}
	}
	return seqs
}

func (w *shop) lapsed(sub Subscription, want bool) {
	w.Helper()
	g := w.grant(sub)
	if is := g.Gardened(w.clock.Now()); is != want {
		w.Errorf("in the walled garden: %v, want %v", is, want)
	}
}

func (w *shop) sold(cents int64) {
	w.Helper()
	if got, err := w.Ledger.Balance(context.Background(), ledger.InternetSales, ""); err != nil || got.Cents != -cents {
		w.Errorf("sold %v, want %d cents (%v)", got, cents, err)
	}
}

// TestReversedMoneyTakesItsTimeBack: at once when nothing else was paid; what was used stays sold and is owed.
func TestReversedMoneyTakesItsTimeBack(t *testing.T) {
	each(t, func(w *shop) {
		sub := w.line("home-10")
		w.pays(anne, 3000)
		w.ends(sub, "2027-02-13 12:00")
		w.lapsed(sub, false)
		w.undoes(sub, w.renewals(sub)[0], 3000)
		w.ends(sub, "")
		w.lapsed(sub, true)
		w.holdsCents(anne, 0)
		w.undoes(sub, w.renewals(sub)[0], 0) // again
		w.holdsCents(anne, 0)
		w.pays(anne, 3000)
		w.ends(sub, "2027-02-13 12:00")
		w.clock.Advance(10 * 24 * time.Hour)
		second := w.renewals(sub)[1]
		w.undoes(sub, second, 3000)
		w.ends(sub, "")
		w.lapsed(sub, true)
		w.holdsCents(anne, -967_74) // 10 of 31 days
		w.sold(967_74)
		if got := w.again(sub); got.HeldCents != 0 {
			t.Errorf("%d cents are held", got.HeldCents)
		}
	})
}

// TestTheTimeInTheMiddle is taken back, and what was paid after it comes earlier; what was paid before it stays.
func TestTheTimeInTheMiddle(t *testing.T) {
	each(t, func(w *shop) {
		sub := w.line("home-10")
		w.pays(anne, 3000)
		w.clock.Advance(20 * 24 * time.Hour)
		w.pays(anne, 3000)
		w.ends(sub, "2027-03-13 12:00")
		w.clock.Advance(30 * 24 * time.Hour) // 4 March: the second period runs
		w.pays(anne, 3000)
		w.ends(sub, "2027-04-13 12:00")
		all := w.renewals(sub)
		w.undoes(sub, all[1], 3000)
		w.lapsed(sub, false)
		end := w.again(sub).State.End(clock.Nairobi)
		if want := time.Date(2027, 4, 4, 9, 0, 0, 0, time.UTC); !end.Equal(want) {
			t.Errorf("it ends %v, want %v", end, want)
		}
		w.undoes(sub, all[0], 3000) // used up long ago
		if again := w.again(sub).State.End(clock.Nairobi); !again.Equal(end) {
			t.Errorf("it ends %v, and ended %v", again, end)
		}
		w.undoes(sub, all[2], 3000) // the rest of it is taken back, and the line ends where it was paid to before
		w.ends(sub, "2027-02-13 12:00")
		w.lapsed(sub, true)
	})
}

// TestWhatElseReversedMoneyPaid: a deposit goes back, the extension of a day goes with its period, a line that is over stays as it is.
func TestWhatElseReversedMoneyPaid(t *testing.T) {
	each(t, func(w *shop) {
		ctx := context.Background()
		sub := w.line("home-10")
		w.pays(anne, 3000)
		renewal := w.renewals(sub)[0]
		if _, err := w.Extend(ctx, sub.ID, By{Actor: "self"}); err != nil {
			t.Fatal(err)
		}
		w.undoes(sub, renewal, 3000)
		w.ends(sub, "")
		if _, err := w.Extend(ctx, sub.ID, By{Actor: "self"}); err != nil {
			t.Errorf("the extension of this month is gone with what it lengthened: %v", err)
		}
		w.tx(func(tx *db.Tx) error {
			return tx.Gorm().Exec("UPDATE purses SET cents = 200000 WHERE customer = ?", anne).Error
		})
		got, err := w.TakeDeposit(ctx, sub.ID, money.Shillings(1500), office)
		if err != nil {
			t.Fatal(err)
		}
		w.undoes(sub, got.Seq, 1000)
		if left := w.again(sub).State.Deposit; left != money.Shillings(500) {
			t.Errorf("%v is left of the deposit", left)
		}
		w.holds(anne, 500)
		if _, err := w.End(ctx, sub.ID, Ending{Reason: "moved"}, office); err != nil {
			t.Fatal(err)
		}
		w.undoes(sub, renewal, 0)
		w.tx(func(tx *db.Tx) error { return w.Undo(tx, "payback:7", money.Shillings(5)) })
		if g := w.grant(sub); g.State != access.Ended {
			t.Errorf("the grant is %s", g.State)
		}
	})
}

// TestReversedWhilePaused: the clock of a paused line stands, and so does what is used of it.
func TestReversedWhilePaused(t *testing.T) {
	each(t, func(w *shop) {
		ctx := context.Background()
		sub := w.line("home-10")
		w.pays(anne, 3000)
		w.clock.Advance(10 * 24 * time.Hour)
		if _, err := w.Pause(ctx, sub.ID, time.Time{}, "", office); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(90 * 24 * time.Hour)
		w.undoes(sub, w.renewals(sub)[0], 3000)
		w.holdsCents(anne, -967_74)
		if _, err := w.Resume(ctx, sub.ID, time.Time{}, office); err != nil {
			t.Fatal(err)
		}
		w.lapsed(sub, true)
		w.pays(anne, 3968)
		w.lapsed(sub, false)
		if got := w.again(sub); got.State.Sold.Mode != plans.Prepaid || got.HeldCents != 3000_00 {
			t.Errorf("%+v", got)
		}
	})
}
