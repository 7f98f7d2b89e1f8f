package invoices

import (
	"context"

	"mtandao/internal/db"
)

// after lists all documents with their lines, after an id.
func (s *Service) after(ctx context.Context, id int64, limit int) ([]Document, error) {
	all, err := documents(s.DB.Read(ctx).Where("id > ?", id).Order("id").Limit(limit))
	if err != nil {
		return nil, err
	}
	return withLines(s.DB.Read(ctx), all)
}

// sums are what allocations and credit notes say of documents.
func (s *Service) sums(ctx context.Context, page []Document) (paid, credited map[int64]int64, err error) {
	paid, credited = map[int64]int64{}, map[int64]int64{}
	ids := make([]int64, len(page))
	for n, d := range page {
		ids[n] = d.ID
	}
	for some := range db.Pieces(ids) {
		for query, into := range map[string]map[int64]int64{"SELECT invoice_id AS id, SUM(cents - back_cents) AS cents FROM invoice_allocations WHERE invoice_id IN ? GROUP BY invoice_id": paid,
			"SELECT of_id AS id, SUM(gross_cents) AS cents FROM invoices WHERE of_id IN ? GROUP BY of_id": credited} {
			var rows []struct{ ID, Cents int64 }
			if err := s.DB.Read(ctx).Raw(query, some).Scan(&rows).Error; err != nil {
				return nil, nil, db.Fault(err)
			}
			for _, r := range rows {
				into[r.ID] = r.Cents
			}
		}
	}
	return paid, credited, nil
}

// allocationsOfNothing are those of an invoice that is not there, or is another customer's.
func (s *Service) allocationsOfNothing(ctx context.Context, limit int) ([]Allocation, error) {
	return allocations(s.DB.Read(ctx).Where("NOT EXISTS (SELECT 1 FROM invoices i WHERE i.id = invoice_allocations.invoice_id AND i.customer_id = invoice_allocations.customer_id)").Order("id").Limit(limit))
}

func (s *Service) allSeries(ctx context.Context) (rows []seriesRow, err error) {
	err = s.DB.Read(ctx).Order("name").Limit(mostLines).Find(&rows).Error
	return rows, db.Fault(err)
}
