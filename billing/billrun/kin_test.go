package billrun

import (
	"context"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// kin are customers who pay for others: two, the first of three lines and the second of two, and what each has chosen since when.
type kin struct {
	parents [2]int64
	chosen  [2]map[clock.Day]bool
}

// relate has the first line's customer pay for the next two, and the fourth for the fifth.
func (s *street) relate() *kin {
	s.Helper()
	k := &kin{chosen: [2]map[clock.Day]bool{{}, {}}}
	for n, of := range []int{0, 0, 0, 3, 3} {
		parent, id := s.lines[of].CustomerID, s.lines[n].CustomerID
		if k.parents[of/3] = parent; id == parent {
			continue
		}
		s.in(func(tx *db.Tx) error {
			c, err := s.Customers.GetTx(tx, id)
			if err == nil {
				c.ParentID, c.ParentPays = parent, true
				_, err = s.Customers.Save(tx, c, customers.By{Actor: "clerk"})
			}
			return err
		})
	}
	return k
}

// choose has them choose on some days of the story.
func (k *kin) choose(s *street, day int) {
	s.Helper()
	for n, days := range [2]map[int]bool{{5: true, 260: false, 330: true}, {100: true, 600: false}} {
		if one, does := days[day]; does {
			s.town.choose(k.parents[n], one)
			k.chosen[n][clock.DayOf(s.clock.Now())+1] = one
		}
	}
}

// on is what was chosen for a period.
func (k *kin) on(n int, d clock.Day) (one bool) {
	last := clock.Day(0)
	for from, choice := range k.chosen[n] {
		if from <= d && from > last {
			last, one = from, choice
		}
	}
	return one
}

// documentsTold are all documents that tell a line's periods, parts of bills too.
func (s *street) documentsTold(sub subscriptions.Subscription) (all []invoices.Document) {
	s.Helper()
	var ids []int64
	if err := s.DB.Read(context.Background()).Raw("SELECT id FROM invoices WHERE subscription_id = ? AND state <> ? ORDER BY id", sub.ID, invoices.Nothing).Scan(&ids).Error; err != nil {
		s.Fatal(err)
	}
	for _, id := range ids {
		d, err := s.invoices.Get(context.Background(), id)
		if err != nil {
			s.Fatal(err)
		}
		all = append(all, d)
	}
	return all
}

// compare holds that each period of their lines is on one bill just when that was chosen for its first day, and each bill says what its parts do; told are those of several lines.
func (k *kin) compare(s *street) (several int) {
	s.Helper()
	onBills := map[int64]int64{} // parts, and what bills say of each
	for n, parent := range k.parents {
		for _, bill := range s.billsOf(parent) {
			if len(bill.Parts) > 1 {
				several++
			}
			if len(bill.Parts) > 0 && !k.on(n, bill.Period.From) {
				s.Errorf("one bill of %v, for which many were chosen", bill.Period.From)
			}
			var sum int64
			for _, l := range bill.Lines {
				if l.Part != 0 {
					onBills[l.Part] += l.Gross
				}
				sum += l.Gross
			}
			if sum != bill.Gross || bill.Gross != bill.Net+bill.Excise+bill.VAT {
				s.Errorf("%s comes to %d, and its lines to %d", bill.Text(), bill.Gross, sum)
			}
		}
	}
	for i, of := range []int{0, 0, 0, 3, 3} {
		for _, d := range s.documentsTold(s.lines[i]) {
			if want := k.on(of/3, d.Period.From); want != (d.State == invoices.Gathered) {
				s.Errorf("line %d, %v: %s, and one bill was chosen: %v", i, d.Period.From, d.State, want)
			}
			if sum, is := onBills[d.ID]; is != (d.State == invoices.Gathered) || is && sum != d.Gross {
				s.Errorf("line %d, %v: %d is billed, and its bill says %d", i, d.Period.From, d.Gross, sum)
			}
		}
	}
	if several < 4 {
		s.Errorf("only %d bills of several lines", several)
	}
	return several
}
