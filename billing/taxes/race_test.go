package taxes

import (
	"context"
	"sync"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

// TestOneOfManyFirstRatesWins: eight people write down the first rate at once.
func TestOneOfManyFirstRatesWins(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		s := New(d, clock.NewManual(time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)))
		for round := range 10 {
			var all sync.WaitGroup
			errs := make([]error, 8)
			for n := range errs {
				all.Go(func() {
					_, errs[n] = s.Save(context.Background(), Rate{Kind: VAT, Share: 1600, From: long, On: []Supply{Internet}, Note: "VAT Act"}, By{Actor: "owner"})
				})
			}
			all.Wait()
			won := 0
			for _, err := range errs {
				switch {
				case err == nil:
					won++
				case fault.KeyOf(err) != "tax.overlap":
					t.Error(err)
				}
			}
			kept, err := s.All(context.Background())
			if err != nil || won != 1 || len(kept) != 1 {
				t.Fatalf("round %d: %d won, %d rates are kept, %v", round, won, len(kept), err)
			}
			if err := s.Remove(context.Background(), kept[0].ID, By{Actor: "owner"}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
