package app

import (
	"testing"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/subscriptions"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// TestADepositIsGivenBackBeforeAMerge: that of a line that has ended would be credit of an account that leads elsewhere.
func TestADepositIsGivenBackBeforeAMerge(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			if err := s.seedLines(t.Context()); err != nil {
				t.Fatal(err)
			}
			m, ctx, by := s.Main, t.Context(), subscriptions.By{Actor: "clerk"}
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			var both [2]customers.Customer
			for n := range both {
				must(m.DB.InTx(ctx, func(tx *db.Tx) (err error) {
					both[n], err = m.Customers.Create(tx, customers.Customer{Name: "Double", SiteID: s.seeded.sites["kasarani"].ID}, nil, customers.By{Actor: "clerk"})
					return err
				}))
			}
			from, to := both[0], both[1]
			line, err := m.Lines.Start(ctx, subscriptions.Opening{CustomerID: from.ID, PlanKey: "home-10", Place: subscriptions.Place{SiteID: from.SiteID},
				Login: subscriptions.Login{Kind: subscriptions.PPPoE, Name: "double"}, Secret: "s3cret"}, by)
			must(err)
			_, err = m.Accounts.TakeAtCounter(ctx, accounts.Taking{Request: "cash", CustomerID: from.ID, How: accounts.ByCash, Amount: money.Shillings(100)}, accounts.By{Actor: "clerk"})
			must(err)
			_, err = m.Lines.TakeDeposit(ctx, line.ID, money.Shillings(100), by)
			must(err)
			_, err = m.Lines.End(ctx, line.ID, subscriptions.Ending{Reason: "moves"}, by)
			must(err)
			merge := func() error { return m.Customers.Merge(ctx, from.ID, to.ID, customers.By{Actor: "clerk"}) }
			if err := merge(); fault.KeyOf(err) != "customer.merge_deposit" {
				t.Fatal("a deposit is held:", err)
			}
			_, err = m.Lines.ReturnDeposit(ctx, line.ID, money.Shillings(100), false, "", by)
			must(err)
			must(merge())
			must(m.DB.InTx(ctx, func(tx *db.Tx) error {
				has, err := m.Accounts.Credit(tx, to.ID)
				if has != money.Shillings(100) {
					t.Errorf("%v came along", has)
				}
				return err
			}))
			verifyBooks(t, m)
		})
	}
}
