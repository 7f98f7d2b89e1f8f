package invoices

import (
	"context"

	"mtandao/internal/db"
)

// Bounds of what is found by a number.
const (
	mostSeries = 64 // the newest years' are asked of a number alone
	mostFound  = 20
)

// Meant are the documents of a number that somebody typed, the newest first; none when it is no number. A series that is not there by its whole name is the beginning of one: "INV 12"
// is of each year's.
func (s *Service) Meant(ctx context.Context, typed string) ([]Document, error) {
	series, number, ok := readNumber(typed)
	if !ok {
		return nil, nil
	}
	var names []string
	from := s.DB.Read(ctx).Table("invoice_series").Where("last >= ?", number).Order("name DESC").Limit(mostSeries)
	if series != "" {
		from = from.Where("name = ? OR name >= ? AND name < ?", series, series+"-", series+".") // a dot comes after a dash
	}
	if err := from.Pluck("name", &names).Error; err != nil || len(names) == 0 {
		return nil, db.Fault(err)
	}
	return documents(s.DB.Read(ctx).Where("series IN ? AND number = ?", names, number).Order("id DESC").Limit(mostFound))
}
