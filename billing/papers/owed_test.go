package papers

import (
	"fmt"
	"strings"
	"testing"

	"mtandao/billing/accounts"
	"mtandao/billing/invoices"
	"mtandao/internal/clock"
	"mtandao/internal/money"
	"mtandao/internal/words"
)

// TestNobodyIsAskedForWhatIsNotOwed: an invoice that is credited before its turn comes is not sent, and the page of a statement asks for what is
// owed when it is opened.
func TestNobodyIsAskedForWhatIsNotOwed(t *testing.T) {
	each(t, func(w *world) {
		c := w.customer(words.English)
		first, second := w.issue("a", c.ID, 1000), w.issue("b", c.ID, 2000)
		if _, err := w.Invoices.Credit(w.ctx, invoices.CreditNote{Request: "n", InvoiceID: second.ID, Amount: money.Shillings(2000), Why: "by mistake"}, invoices.By{Actor: "clerk"}); err != nil {
			w.Fatal(err)
		}
		w.settle()
		var about []string
		for _, m := range w.got(herMail) {
			about = append(about, m.Subject)
		}
		if said := strings.Join(about, "; "); !strings.Contains(said, "invoice "+first.Text()) || strings.Contains(said, "invoice "+second.Text()) {
			w.Errorf("sent: %s", said)
		}
		today := clock.DayOf(w.clock.Now())
		p, err := w.MakeStatement(w.ctx, c.ID, today-30, today)
		if err != nil {
			w.Fatal(err)
		}
		for _, step := range []struct {
			brings int64
			asks   string
		}{{0, "1,000"}, {400, "600"}, {600, ""}} {
			if step.brings > 0 {
				taking := accounts.Taking{Request: fmt.Sprint("cash", step.brings), CustomerID: c.ID, How: accounts.ByCash, Amount: money.Shillings(step.brings)}
				if _, err := w.Accounts.TakeAtCounter(w.ctx, taking, accounts.By{Actor: "cashier"}); err != nil {
					w.Fatal(err)
				}
				w.settle()
			}
			if step.brings == 400 { // it says something else now
				if now, err := w.MakeStatement(w.ctx, c.ID, today-30, today); err != nil || now.ID == p.ID {
					w.Error("a statement stays as it was when money came", err)
				}
			}
			v, err := w.View(w.ctx, p)
			if err != nil || (v.Pay == "") != (step.asks == "") || !strings.Contains(v.Pay, step.asks) {
				w.Errorf("after %d more: %q %v", step.brings, v.Pay, err)
			}
		}
	})
}
