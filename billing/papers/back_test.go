package papers

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/settings"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
)

// returning has the next money of a customer bring their service back, as a renewal does.
func (w *world) returning(until time.Time, lines int) {
	w.Helper()
	left := lines
	w.Accounts.OnCredit(func(tx *db.Tx, customerID int64) error {
		for ; left > 0; left-- {
			if err := w.Returned(tx, customerID, until.Add(time.Duration(left)*time.Hour)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *world) brings(c customers.Customer, shillings int64) {
	w.Helper()
	taking := accounts.Taking{Request: fmt.Sprint("cash", w.DB.ID()), CustomerID: c.ID, How: accounts.ByCash, Amount: money.Shillings(shillings)}
	if _, err := w.Accounts.TakeAtCounter(w.ctx, taking, accounts.By{Actor: "cashier"}); err != nil {
		w.Fatal(err)
	}
	for range 6 { // who waits for a receipt
		w.clock.Advance(5 * time.Second)
		w.idle()
	}
}

func (w *world) texts(phone string) (all []string) {
	for _, m := range w.got(phone) {
		all = append(all, m.Text)
	}
	return all
}

// TestServiceThatIsBackIsToldOnce: with the receipt when there is one by SMS, alone when there is none, and never by two messages; money that brings
// nothing back has its plain receipt.
func TestServiceThatIsBackIsToldOnce(t *testing.T) {
	each(t, func(w *world) {
		phone := customers.Contact{Kind: customers.ByPhone, ForBills: true} // each has another
		mail := customers.Contact{Kind: customers.ByEmail, Value: herMail, ForBills: true}
		until := clock.Date(2026, 12, 26).Start().Add(12 * time.Hour)
		for n, one := range []struct {
			ways     string
			brings   int64
			contacts []customers.Contact
			want     string
		}{
			{settings.ByBoth, 2500, []customers.Contact{phone}, "thank you, we have received KES 2,500 for account {account}. Your internet is on again until 26 Dec 2026, 13:00. Receipt: https://"},
			{settings.ByEither, 2500, []customers.Contact{phone, mail}, "Baraka Wi-Fi: Your internet is on again until 26 Dec 2026, 13:00."}, // the receipt goes to the mailbox
			{settings.ByNone, 2500, []customers.Contact{phone}, "Baraka Wi-Fi: Your internet is on again until 26 Dec 2026, 13:00."},
			{settings.ByBoth, 5, []customers.Contact{phone}, "we have received KES 5 "},                                              // too small for a receipt
			{settings.ByBoth, 2500, []customers.Contact{{Kind: customers.ByPhone}}, "Baraka Wi-Fi: Your internet is on again until"}, // gets no bills
		} {
			w.setting(settings.PaperReceipt, one.ways)
			one.contacts[0].Value = fmt.Sprintf("2547220004%02d", n)
			c := w.customer(words.English, one.contacts...)
			w.returning(until, 2) // of two lines the one that ends first
			w.brings(c, one.brings)
			all := w.texts(one.contacts[0].Value)
			if want := strings.ReplaceAll(one.want, "{account}", c.Number); len(all) != 1 || !strings.Contains(all[0], want) || !strings.Contains(all[0], "on again until") {
				t.Errorf("%d: %d SMS: %q, not %q", n, len(all), all, want)
			}
			w.brings(c, one.brings)
			if all = w.texts(one.contacts[0].Value); strings.Count(strings.Join(all, ""), "on again") != 1 {
				t.Errorf("%d: told again: %q", n, all)
			}
			var left int64
			if err := w.DB.Read(w.ctx).Model(&backRow{}).Count(&left).Error; err != nil || left != 0 {
				t.Errorf("%d: %d wait to be told: %v", n, left, err)
			}
		}
	})
}

// TestServiceThatIsBackByInvoice: what is paid by invoices has no end that could be told, and Swahili is written so.
func TestServiceThatIsBackByInvoice(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t))
	w.setting(settings.PaperReceipt, settings.ByNone)
	c := w.customer(words.Swahili, customers.Contact{Kind: customers.ByPhone, Value: herPhone, ForBills: true})
	w.tx(func(tx *db.Tx) error { return w.Invoices.Returned(tx, c.ID) })
	w.idle()
	if all := w.texts(herPhone); len(all) != 1 || !strings.Contains(all[0], "Baraka Wi-Fi: Intaneti yako imerudi.") {
		t.Errorf("%q", all)
	}
}

// TestManyWhoTellThatServiceIsBack: of those who would tell it one does.
func TestManyWhoTellThatServiceIsBack(t *testing.T) {
	each(t, func(w *world) {
		w.setting(settings.PaperReceipt, settings.ByBoth)
		c := w.customer(words.English, customers.Contact{Kind: customers.ByPhone, Value: herPhone, ForBills: true})
		w.tx(func(tx *db.Tx) error { return w.keepBack(tx, c.ID, time.Time{}) })
		e, err := w.Accounts.TakeAtCounter(w.ctx, accounts.Taking{Request: "one", CustomerID: c.ID, How: accounts.ByCash, Amount: money.Shillings(2500)}, accounts.By{Actor: "cashier"})
		if err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(waitsForReceipt + time.Second)
		var all sync.WaitGroup
		payload := fmt.Appendf(nil, `{"CustomerID":%d}`, c.ID)
		for range 4 {
			all.Go(func() {
				if err := w.tellBack(w.ctx, jobs.Job{Payload: payload}); err != nil {
					t.Error(err)
				}
			})
			all.Go(func() {
				if err := w.credited(w.ctx, jobs.Job{Key: idText(e.ID), Payload: payload}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.settle()
		told := 0
		for _, text := range w.texts(herPhone) {
			told += strings.Count(text, "on again")
		}
		if told != 1 {
			t.Errorf("told %d times: %q", told, w.texts(herPhone))
		}
	})
}
