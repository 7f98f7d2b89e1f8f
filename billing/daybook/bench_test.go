package daybook

import (
	"context"
	"fmt"
	"testing"

	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// Of a region: 40 plans at 20 sites, each sold in one or two ways every day, for two years.
const (
	benchPlans = 40
	benchSites = 20
	benchDays  = 730
)

// BenchmarkReports reads the pages' longest ranges from a daybook of 876,000 lines, which is that of a provider with 100,000 customers and millions of entries.
func BenchmarkReports(b *testing.B) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		b.Run(dialect, func(b *testing.B) {
			d := testdb.Open(b, dialect)
			book, last := New(d, nil), clock.Date(2026, 11, 27)
			fillDaybook(b, d, book, last)
			for name, a := range map[string]Asked{"30 days": {First: last - 29, Last: last}, "92 days": {First: last - 91, Last: last}, "12 months": MonthsUntil(last, 12),
				"12 months of a site": {First: last - 364, Last: last, Months: true, Sites: []int64{3}}} {
				for _, by := range []By{ByPlan, BySite, ByWay} {
					b.Run(fmt.Sprint(name, " by ", by), func(b *testing.B) {
						for b.Loop() {
							if sums, err := book.Earned(context.Background(), by, a); err != nil || len(sums) == 0 {
								b.Fatal(len(sums), err)
							}
						}
					})
				}
			}
		})
	}
}

func fillDaybook(b *testing.B, d *db.DB, book *Book, last clock.Day) {
	b.Helper()
	for day := last - benchDays + 1; day <= last; day++ {
		var lines []Line
		for plan := range benchPlans {
			for site := range benchSites {
				for way := range 1 + (plan+site)%2 {
					lines = append(lines, Line{ledger.DaySum{Account: ledger.InternetSales, Day: day.String(), Kind: "service used", CreditCents: int64(1000 + plan), Postings: 3},
						Of{PlanKey: fmt.Sprint("plan-", plan), SiteID: int64(1 + site), Way: Ways[way]}})
				}
			}
		}
		if err := d.InTx(context.Background(), func(tx *db.Tx) error { return book.add(tx, lines) }); err != nil {
			b.Fatal(err)
		}
	}
}
