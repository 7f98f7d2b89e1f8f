package customers

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/seal"
	"mtandao/internal/testdb"
)

var (
	firstNames = []string{"Mary", "John", "Wanjiku", "Peter", "Grace", "Brian", "Faith", "Kevin", "Amina", "Joseph", "Lucy", "Samuel", "Caroline", "Hassan", "Mercy", "David", "Akinyi", "Esther", "Collins", "Ruth"}
	lastNames  = []string{"Kamau", "Otieno", "Mwangi", "Njoroge", "Chebet", "Kiplagat", "Mutua", "Wairimu", "Ouma", "Njeri", "Hassan", "Noor", "Kioko", "Mueni", "Gitau", "Odhiambo", "Kariuki", "Wambui", "Barasa", "Achieng"}
)

const benchCustomers = 100_000

// BenchmarkCustomers times what the console asks, among a hundred thousand customers.
func BenchmarkCustomers(b *testing.B) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		b.Run(dialect, func(b *testing.B) {
			keys, err := seal.New()
			if err != nil {
				b.Fatal(err)
			}
			d, err := db.Open(context.Background(), testdb.URL(b, dialect), db.Options{})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = d.Close() })
			s := New(Options{DB: d, Keys: keys, Clock: clock.System()})
			all := fill(b, s)
			benchAsk(b, s, all)
		})
	}
}

// fill makes the customers, as an import would: many in one transaction.
func fill(b *testing.B, s *Service) (all []Customer) {
	b.Helper()
	watch := clock.Stopwatch()
	for len(all) < benchCustomers {
		err := s.DB.InTx(ctx, func(tx *db.Tx) error {
			for range 200 {
				n := len(all)
				p := Profile{Customer: Customer{Name: fmt.Sprintf("%s %s %s", firstNames[rand.IntN(20)], lastNames[rand.IntN(20)], lastNames[rand.IntN(20)]), SiteID: int64(1 + n%20)},
					Contacts: []Contact{{Kind: ByPhone, Value: fmt.Sprintf("2547%08d", n)}}, Tags: []string{[]string{"fibre", "wireless"}[n%2]}, OldNumbers: []string{fmt.Sprintf("OLD%06d", n)}}
				c, err := s.KeepTx(tx, p, asha)
				if err != nil {
					return err
				}
				all = append(all, c)
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.Logf("%d customers made in %v", len(all), watch())
	return all
}

func benchAsk(b *testing.B, s *Service, all []Customer) {
	one := func() Customer { return all[rand.IntN(len(all))] }
	list := func(f func() Filter) func() error {
		return func() error { _, err := s.List(ctx, withLimit(f(), 50)); return err }
	}
	for _, q := range []struct {
		name string
		ask  func() error
	}{
		{"newest", list(func() Filter { return Filter{} })},
		{"page in the middle", list(func() Filter { return Filter{Before: one().ID} })},
		{"one site", list(func() Filter { return Filter{Sites: []int64{7}} })},
		{"five sites", list(func() Filter { return Filter{Sites: []int64{1, 2, 3, 4, 5}} })},
		{"a tag", list(func() Filter { return Filter{Tag: "fibre"} })},
		{"segment and site", list(func() Filter { return Filter{Segment: Home, Sites: []int64{7}} })},
		{"one letter", list(func() Filter { return Filter{Typed: "k"} })},
		{"the beginning of a name", list(func() Filter { return Filter{Typed: "mar"} })},
		{"two names", list(func() Filter { return Filter{Typed: "wanjiku kam"} })},
		{"a name at a site", list(func() Filter { return Filter{Typed: "mary", Sites: []int64{7}} })},
		{"a number", list(func() Filter { return Filter{Typed: "acc " + one().Number} })},
		{"the beginning of a number", list(func() Filter { return Filter{Typed: one().Number[:4]} })},
		{"a phone", list(func() Filter { return Filter{Typed: fmt.Sprintf("07%08d", rand.IntN(benchCustomers))} })},
		{"nobody", list(func() Filter { return Filter{Typed: "zzz"} })},
		{"find", func() error { _, err := s.FindNow(ctx, "A/C "+one().Number); return err }},
		{"duplicates", func() error {
			_, err := s.Duplicates(ctx, Profile{Customer: Customer{Name: one().Name, SiteID: 7}})
			return err
		}},
	} {
		b.Run(q.name, func(b *testing.B) {
			var took []int64
			for b.Loop() {
				watch := clock.Stopwatch()
				if err := q.ask(); err != nil {
					b.Fatal(err)
				}
				took = append(took, watch().Microseconds())
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100])/1000, "p95-ms")
		})
	}
}
