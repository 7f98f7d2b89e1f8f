package invoices

import (
	"cmp"
	"context"
	"slices"

	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// ages sums what is open by how late it is. The index invoices_open has all that it reads.
const ages = " SUM(CASE WHEN due_day >= ? THEN open_cents ELSE 0 END) AS current_cents, SUM(CASE WHEN due_day < ? AND due_day >= ? THEN open_cents ELSE 0 END) AS days30," +
	" SUM(CASE WHEN due_day < ? AND due_day >= ? THEN open_cents ELSE 0 END) AS days60, SUM(CASE WHEN due_day < ? AND due_day >= ? THEN open_cents ELSE 0 END) AS days90," +
	" SUM(CASE WHEN due_day < ? THEN open_cents ELSE 0 END) AS older FROM invoices"

type ageRow struct {
	CustomerID                                  int64
	CurrentCents, Days30, Days60, Days90, Older *int64
}

func (r ageRow) age() Age {
	n := func(p *int64) int64 {
		if p == nil {
			return 0
		}
		return *p
	}
	return Age{r.CustomerID, n(r.CurrentCents), n(r.Days30), n(r.Days60), n(r.Days90), n(r.Older)}
}

func ageArgs(today clock.Day, customers []int64) (args []any) {
	day := func(n clock.Day) string { return (today - n).String() }
	return []any{day(0), day(0), day(30), day(30), day(60), day(60), day(90), day(90), Issued, customers}
}

// Ageing tells who owes, after a place in the list, and how late it is on a day: most overdue first, and who is not late at its end.
func (s *Service) Ageing(ctx context.Context, today clock.Day, after Overdue, limit int) ([]Age, error) {
	ids, err := s.owing(ctx, today, after, limit)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	all, err := s.AgesOf(ctx, today, ids)
	slices.SortFunc(all, func(a, b Age) int { // a payment meanwhile moves nobody to another page
		return cmp.Or(cmp.Compare(b.Overdue().Cents, a.Overdue().Cents), cmp.Compare(b.CustomerID, a.CustomerID))
	})
	return all, err
}

// AgesOf tells how late what some customers owe is on a day, in any order; who owes nothing is left out.
func (s *Service) AgesOf(ctx context.Context, today clock.Day, customers []int64) ([]Age, error) {
	var rows []ageRow
	query := "SELECT customer_id," + ages + s.DB.ByIndex("invoices_open") + " WHERE state = ? AND customer_id IN ? GROUP BY customer_id"
	err := s.DB.Read(ctx).Raw(query, ageArgs(today, customers)...).Scan(&rows).Error
	all := make([]Age, len(rows))
	for n, r := range rows {
		all[n] = r.age()
	}
	return all, db.Fault(err)
}

// AgeOf tells how late what one customer owes is on a day.
func (s *Service) AgeOf(ctx context.Context, customerID int64, today clock.Day) (Age, error) {
	all, err := s.AgesOf(ctx, today, []int64{customerID})
	if err != nil || len(all) == 0 {
		return Age{CustomerID: customerID}, err
	}
	return all[0], nil
}

// AgeingTotal tells what all customers owe together, and how late it is. It is summed by due days: each comparison of texts for each bill took longer than the reading.
func (s *Service) AgeingTotal(ctx context.Context, today clock.Day) (Age, error) {
	var rows []struct {
		DueDay string
		Cents  int64
	}
	query, args := s.latenessSQL()
	err := s.DB.Sums(ctx).Raw(query, args...).Scan(&rows).Error
	var sum Age
	for _, r := range rows {
		switch due := r.DueDay; {
		case due >= today.String():
			sum.Current += r.Cents
		case due >= (today - 30).String():
			sum.Days30 += r.Cents
		case due >= (today - 60).String():
			sum.Days60 += r.Cents
		case due >= (today - 90).String():
			sum.Days90 += r.Cents
		default:
			sum.Older += r.Cents
		}
	}
	return sum, db.Fault(err)
}

// latenessSQL sums what is open by the day on which it was due.
func (s *Service) latenessSQL() (string, []any) {
	return "SELECT due_day, SUM(open_cents) AS cents FROM invoices" + s.DB.ByIndex("invoices_late") + " WHERE state = ? GROUP BY due_day", []any{Issued}
}
