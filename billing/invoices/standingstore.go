package invoices

import (
	"context"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
)

// standing reads the index invoices_open alone.
const standing = "SELECT COUNT(*) AS count, SUM(open_cents) AS open_cents, SUM(CASE WHEN due_day < ? THEN open_cents ELSE 0 END) AS late_cents, MIN(due_day) AS oldest" +
	" FROM invoices WHERE state = ? AND customer_id = ?"

// StandingOf tells how a customer stands on a day.
func (s *Service) StandingOf(ctx context.Context, customerID int64, today clock.Day) (st Standing, err error) {
	var r struct {
		Count                int64
		OpenCents, LateCents *int64
		Oldest               *string
	}
	if err := s.DB.Read(ctx).Raw(standing, today.String(), Issued, customerID).Scan(&r).Error; err != nil {
		return st, db.Fault(err)
	}
	if st.Count = r.Count; st.Count > 0 {
		st.Open, st.Late, st.Oldest = money.KES(*r.OpenCents), money.KES(*r.LateCents), dayIn(*r.Oldest)
	} else {
		st.Open, st.Late = money.KES(0), money.KES(0)
	}
	var barred []int64
	err = s.DB.Read(ctx).Model(&doneRow{}).Where("customer_id = ? AND state = ?", customerID, barring).Limit(1).Pluck("invoice_id", &barred).Error
	st.Barred = len(barred) > 0
	return st, db.Fault(err)
}

// OpenOf are a customer's invoices of which something is open, the oldest due first.
func (s *Service) OpenOf(ctx context.Context, customerID int64) ([]Document, error) {
	return documents(s.DB.Read(ctx).Where("state = ? AND customer_id = ?", Issued, customerID).Order("due_day, id").Limit(mostOpen))
}

// OpenIn is OpenOf in a transaction.
func (s *Service) OpenIn(tx *db.Tx, customerID int64) ([]Document, error) {
	return s.open(tx, customerID, nil)
}

// PaidBy are the invoices that allocations paid, by the allocations' ids.
func (s *Service) PaidBy(ctx context.Context, allocationIDs []int64) (map[int64]int64, error) {
	paid := map[int64]int64{}
	for some := range db.Pieces(allocationIDs) {
		var rows []allocationRow
		if err := s.DB.Read(ctx).Select("id, invoice_id").Where("id IN ?", some).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			paid[r.ID] = r.InvoiceID
		}
	}
	return paid, nil
}

// OwedBy is what is open of customers, by their ids; who owes nothing is not among them.
func (s *Service) OwedBy(ctx context.Context, customerIDs []int64) (map[int64]money.Amount, error) {
	owed := map[int64]money.Amount{}
	for some := range db.Pieces(customerIDs) {
		var rows []struct{ CustomerID, Cents int64 }
		err := s.DB.Read(ctx).Raw("SELECT customer_id, SUM(open_cents) AS cents FROM invoices WHERE state = ? AND customer_id IN ? GROUP BY customer_id", Issued, some).Scan(&rows).Error
		if err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			owed[r.CustomerID] = money.KES(r.Cents)
		}
	}
	return owed, nil
}

// DueBetween are those of some customers who have an invoice that is due from a day on and before another, and of which something is open.
func (s *Service) DueBetween(ctx context.Context, customerIDs []int64, from, until clock.Day) (found []int64, err error) {
	for some := range db.Pieces(customerIDs) {
		var ids []int64
		if err := s.DB.Read(ctx).Model(&documentRow{}).Where("customer_id IN ? AND state = ? AND open_cents > 0 AND due_day >= ? AND due_day < ?", some, Issued, from.String(), until.String()).Distinct().Pluck("customer_id", &ids).Error; err != nil {
			return nil, db.Fault(err)
		}
		found = append(found, ids...)
	}
	return found, nil
}
