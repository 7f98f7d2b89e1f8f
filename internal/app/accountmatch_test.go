package app

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/internal/db"
)

// TestAMistypedAccountIsOneClickFromTheCustomer: money by paybill is the customer's by its account number, and with a wrong digit it lies in
// suspense until somebody presses one button.
func TestAMistypedAccountIsOneClickFromTheCustomer(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			var home customers.Customer
			err := s.Main.DB.InTx(context.Background(), func(tx *db.Tx) (err error) {
				home, err = s.Main.Customers.Create(tx, customers.Customer{Name: "Wanjiku Mwangi"}, nil, customers.By{Actor: "test"})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			has := func(shillings int64) bool {
				all, err := s.Main.Accounts.Balances(context.Background(), []int64{home.ID})
				if err != nil {
					t.Fatal(err)
				}
				return all[home.ID].Cents == shillings*100
			}
			s.payByHand(t, "254799000111", "acc "+customers.Grouped(home.Number), 1500)
			until(t, 10*time.Second, "credit", func() bool { return has(1500) })
			wrong := home.Number[:6] + string('0'+(home.Number[6]-'0'+1)%10)
			s.payByHand(t, "254799000111", wrong, 700)
			cashier := s.hire(t, "cashier@demo.example", nil, "cashier")
			until(t, 10*time.Second, "in suspense", func() bool {
				return strings.Contains(cashier.ask(http.MethodGet, "/office/suspense", nil).body, "Wanjiku Mwangi")
			})
			told := cashier.press("/office/suspense", "/match", nil)
			if told.status != http.StatusSeeOther || !has(2200) {
				t.Fatalf("%d to %q: %s", told.status, told.location, told.body)
			}
			page := cashier.ask(http.MethodGet, told.location, nil)
			if page.status != http.StatusOK || !strings.Contains(page.body, "Credit of a customer") {
				t.Errorf("%d: %s", page.status, page.body)
			}
			verifyBooks(t, s.Main)
			if told := cashier.press(told.location, "/unmatch", nil); told.status != http.StatusSeeOther || !has(1500) {
				t.Fatalf("taken back: %d to %q", told.status, told.location)
			}
			// somebody who looks for the customer by hand finds them
			found := cashier.ask(http.MethodGet, told.location+"?order="+home.Number, nil)
			if found.status != http.StatusOK || strings.Count(found.body, `name="customer"`) < 1 {
				t.Errorf("%d: %s", found.status, found.body)
			}
			verifyBooks(t, s.Main)
		})
	}
}
