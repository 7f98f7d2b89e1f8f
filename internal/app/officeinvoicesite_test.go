package app

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/taxes"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// TestAnInvoiceIsOfItsCustomersSite: a cashier of one site opens what her customers owe, sends it and has its file; another site's is to her as one that is not
// there, and so is the list of all. The customer sees on her own first page what is held for her.
func TestAnInvoiceIsOfItsCustomersSite(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			here, there := s.seeded.sites["kasarani"].ID, s.seeded.sites["ngong"].ID
			cashier, manager := s.hire(t, "cashier@demo.example", []int64{here}, "cashier"), s.hire(t, "manager@demo.example", []int64{here}, "manager")
			var at []string
			var mine customers.Customer
			for n, siteID := range []int64{here, there} {
				var c customers.Customer
				err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) (err error) {
					c, err = s.Main.Customers.Create(tx, customers.Customer{Name: fmt.Sprint("Asha ", n), SiteID: siteID}, []customers.Contact{{Kind: customers.ByPhone, Value: fmt.Sprint("071234500", n)}}, customers.By{Actor: "test"})
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				d, err := s.Main.Invoices.Write(t.Context(), invoices.NewDocument{Request: fmt.Sprint("site:", n), Kind: invoices.Invoice, CustomerID: c.ID,
					Lines: []invoices.NewLine{{Name: "Internet", Supply: taxes.Internet, Quantity: 1, Amount: money.Shillings(700), Inclusive: true}}}, invoices.By{Actor: "test"})
				if err == nil {
					d, err = s.Main.Invoices.IssueOne(t.Context(), d.ID)
				}
				if err != nil {
					t.Fatal(err)
				}
				if at = append(at, "/office/invoices/"+number(d.ID)); n == 0 {
					mine = c
				}
			}
			page := cashier.look(at[0])
			cashier.expect(page, http.StatusOK, "Asha 0", "KES 700", at[0]+"/send")
			if strings.Contains(page.body, `href="/office/invoices"`) || strings.Contains(page.body, at[0]+"/credit") {
				t.Error("leads to what she may not see")
			}
			cashier.expect(cashier.look(at[0]+"/pdf"), http.StatusOK, "%PDF")
			cashier.expect(cashier.look(at[0]+"/send"), http.StatusOK, "Asha 0")
			for _, path := range []string{"", "/pdf", "/send", "/control", "/approve"} {
				cashier.expect(cashier.look(at[1]+path), http.StatusNotFound)
				manager.expect(manager.look(at[1]+path), http.StatusNotFound)
			}
			for _, path := range []string{"/send", "/control", "/retry", "/credit", "/writeoff"} {
				if got := manager.send(at[1]+path, url.Values{"reason": {"no"}, "control": {"1"}}); got.status != http.StatusNotFound && got.status != http.StatusForbidden {
					t.Errorf("%s of another site: %d", path, got.status)
				}
			}
			cashier.expect(cashier.look("/office/invoices"), http.StatusForbidden)
			if _, err := s.Main.Accounts.TakeAtCounter(t.Context(), accounts.Taking{Request: "more", CustomerID: mine.ID, How: accounts.ByCash, Amount: money.Shillings(940)}, accounts.By{Actor: "test"}); err != nil {
				t.Fatal(err)
			}
			if err := s.Main.Accounts.Spend(t.Context(), mine.ID); err != nil {
				t.Fatal(err)
			}
			s.signsIn(t, mine).opens("/my", "You owe", "KES 0", "Held for you", "KES 240")
		})
	}
}
