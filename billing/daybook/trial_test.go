package daybook

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// TestATrialBalanceSumsToZero: over any days, cut into months or not, each account is what its entries say, and all together is nothing.
func TestATrialBalanceSumsToZero(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		k := keep(t, d)
		first := clock.Date(2026, 7, 20)
		day := func(n int) clock.Day { return first + clock.Day(n*7) }
		type side struct {
			day     clock.Day
			account string
			cents   int64
		}
		var sides []side
		for n := range 18 {
			cents := int64(100 + n*n)
			post := func(kind, debit, credit string) {
				k.post(kind, fmt.Sprint(kind, ":", n), day(n).Start().Add(time.Hour), to(debit, "", cents), to(credit, "", -cents))
				sides = append(sides, side{day(n), debit, cents}, side{day(n), credit, -cents})
			}
			post("money in", ledger.TillClearing, ledger.PrepaidService)
			if n%3 == 0 {
				post("service used", ledger.PrepaidService, ledger.InternetSales)
			}
		}
		k.fold()
		for _, span := range [][2]clock.Day{{first, first}, {clock.Date(2026, 9, 1), clock.Date(2026, 9, 30)}, {clock.Date(2026, 8, 25), clock.Date(2026, 11, 5)}, {clock.Date(2026, 9, 2), clock.Date(2026, 9, 28)},
			{clock.Date(2026, 9, 1), clock.Date(2026, 10, 15)}, {clock.Date(2026, 9, 15), clock.Date(2026, 10, 31)}, {clock.Date(2026, 9, 15), clock.Date(2026, 10, 2)}, {clock.Date(2025, 1, 1), clock.Date(2027, 1, 1)}} {
			want := map[string]Standing{}
			for _, s := range sides {
				w := want[s.account]
				w.Account = s.account
				switch {
				case s.day > span[1]:
					continue
				case s.day < span[0]:
					w.BeforeCents += s.cents
				case s.cents > 0:
					w.DebitCents, w.Postings = w.DebitCents+s.cents, w.Postings+1
				default:
					w.CreditCents, w.Postings = w.CreditCents-s.cents, w.Postings+1
				}
				want[s.account] = w
			}
			all, err := k.book.Standings(context.Background(), span[0], span[1])
			var before, moved int64
			for _, s := range all {
				before, moved = before+s.BeforeCents, moved+s.DebitCents-s.CreditCents
				if s != want[s.Account] {
					t.Errorf("%v: %+v, the entries say %+v", span, s, want[s.Account])
				}
			}
			if err != nil || len(all) != len(want) || before != 0 || moved != 0 {
				t.Errorf("%v: %d accounts of %d, %d before and %d moved: %v", span, len(all), len(want), before, moved, err)
			}
		}
		if _, err := k.book.Standings(context.Background(), first, first-1); err == nil {
			t.Error("a time that ends before it begins has a trial balance")
		}
	})
}

// TestABalanceKnowsWhatIsNotFoldedYet: a statement of an account begins with what is in the books, whether the daybook has it already or not.
func TestABalanceKnowsWhatIsNotFoldedYet(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		k := keep(t, d)
		post := func(source string, at time.Time) {
			k.post("money in", source, at, to(ledger.TillClearing, "till:1", 100), to(ledger.Suspense, "", -100))
		}
		before := func(want int64) {
			t.Helper()
			if cents, err := k.book.Before(context.Background(), ledger.TillClearing, clock.DayOf(noon)); err != nil || cents != want {
				t.Errorf("%d, want %d: %v", cents, want, err)
			}
		}
		before(0)
		post("receipt:1", noon.AddDate(0, 0, -1))
		before(100) // neither chained nor folded
		k.fold()
		before(100)
		post("receipt:2", noon.AddDate(0, 0, -40))
		k.clock.Advance(10 * time.Second)
		if err := k.books.Chain(context.Background()); err != nil {
			t.Fatal(err)
		}
		before(200) // chained, and not folded
		post("receipt:3", noon)
		before(200) // of the day itself
		k.fold()
		before(200)
	})
}
