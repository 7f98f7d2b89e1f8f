package app

import (
	"fmt"
	"sync"
	"testing"

	"mtandao/billing/customers"
	"mtandao/billing/subscriptions"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// TestNobodyWhoIsClosedHasALine: a line is begun and its customer closed at once; whoever comes second is refused.
func TestNobodyWhoIsClosedHasALine(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			s := stageOn(t, dialect, 1)
			m := s.Main
			if err := s.seedLines(t.Context()); err != nil {
				t.Fatal(err)
			}
			begun := 0
			for round := range 12 {
				var c customers.Customer
				err := m.DB.InTx(t.Context(), func(tx *db.Tx) (err error) {
					c, err = m.Customers.Create(tx, customers.Customer{Name: "Round " + fmt.Sprint(round)}, nil, customers.By{Actor: "test"})
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				var both sync.WaitGroup
				var starting, closing error
				both.Go(func() {
					_, starting = m.Lines.Start(t.Context(), subscriptions.Opening{CustomerID: c.ID, PlanKey: "home-10", Place: subscriptions.Place{SiteID: s.seeded.sites["kasarani"].ID},
						Login: subscriptions.Login{Kind: subscriptions.PPPoE, Name: fmt.Sprint("round-", round)}, Secret: "s3cret-s3cret"}, subscriptions.By{Actor: "test"})
				})
				both.Go(func() { closing = m.Customers.Close(t.Context(), c.ID, customers.By{Actor: "test"}) })
				both.Wait()
				switch {
				case starting == nil && fault.KeyOf(closing) == "customer.close_service":
					begun++
				case closing == nil && fault.KeyOf(starting) == "customer.not_active":
				default:
					t.Fatalf("round %d: started with %v, closed with %v", round, starting, closing)
				}
			}
			t.Logf("the line came first in %d of 12 rounds", begun)
		})
	}
}
