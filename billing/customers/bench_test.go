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

// fill writes the rows of customers by the hundred: made one by one they take minutes.
func fill(b *testing.B, s *Service) (all []Customer) {
	b.Helper()
	used := map[string]bool{}
	for len(all) < benchCustomers {
		var customers []customerRow
		var numbers []numberRow
		var contacts []contactRow
		var words []wordRow
		var sounds []soundRow
		var tags []tagRow
		for range 500 {
			n, number := len(all), drawNumber()
			if used[number] {
				continue
			}
			used[number] = true
			c, err := Customer{ID: s.DB.ID(), Number: number, Name: fmt.Sprintf("%s %s %s", firstNames[rand.IntN(20)], lastNames[rand.IntN(20)], lastNames[rand.IntN(20)]), SiteID: int64(1 + n%20), CreatedAt: s.Clock.Now(), Version: 1}.Check()
			if err != nil {
				b.Fatal(err)
			}
			phone := fmt.Sprintf("2547%08d", n)
			sealed, err := s.Keys.Seal(purposeContact, []byte(phone))
			if err != nil {
				b.Fatal(err)
			}
			customers = append(customers, rowOf(c))
			numbers = append(numbers, numberRow{ID: s.DB.ID(), NumberKey: number, Loose: number, Shown: number, CustomerID: c.ID, Kind: numberOwn, MadeAt: c.CreatedAt})
			contacts = append(contacts, contactRow{ID: s.DB.ID(), CustomerID: c.ID, Kind: string(ByPhone), Value: sealed, ValueHash: s.Keys.Lookup(purposeContact, phone), MadeAt: c.CreatedAt})
			for _, word := range wordsOf(c.Name) {
				words = append(words, wordRow{c.ID, word, soundOf(word)})
				if one := (soundRow{c.SiteID, soundOf(word), c.ID}); !slices.Contains(sounds[max(0, len(sounds)-3):], one) {
					sounds = append(sounds, one)
				}
			}
			tags = append(tags, tagRow{c.ID, []string{"fibre", "wireless"}[n%2]})
			all = append(all, c)
		}
		err := s.DB.InTx(ctx, func(tx *db.Tx) error {
			for _, rows := range []any{&customers, &numbers, &contacts, &words, &sounds, &tags} {
				if err := tx.Gorm().CreateInBatches(rows, 500).Error; err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
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
		{"a tag from the middle", list(func() Filter { return Filter{Tag: "fibre", Before: one().ID} })},
		{"a site from the middle", list(func() Filter { return Filter{Sites: []int64{7}, Before: one().ID} })},
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
