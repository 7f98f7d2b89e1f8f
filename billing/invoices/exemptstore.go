package invoices

import (
	"context"

	"gorm.io/gorm"

	"mtandao/internal/db"
)

// mostTaxed bounds the documents of one customer that are looked through for taxes: of a bill a month that is more than a life.
const mostTaxed = 5_000

// taxed reads what was billed to a customer, and the notes that somebody's word took from each invoice, by the ids of these.
func (s *Service) taxed(tx *db.Tx, customerID int64) ([]Document, map[int64][]Document, error) {
	return taxedBy(tx.Gorm(), customerID)
}

// taxedNow is taxed outside a transaction.
func (s *Service) taxedNow(ctx context.Context, customerID int64) ([]Document, map[int64][]Document, error) {
	return taxedBy(s.DB.Read(ctx), customerID)
}

func taxedBy(g *gorm.DB, customerID int64) (docs []Document, notes map[int64][]Document, err error) {
	g = g.Session(&gorm.Session{NewDB: true})
	all, err := documents(g.Where("customer_id = ? AND number IS NOT NULL AND kind <> ?", customerID, ProForma).Order("id").Limit(mostTaxed))
	if err != nil {
		return nil, nil, err
	}
	if all, err = withLines(g, all); err != nil {
		return nil, nil, err
	}
	notes = map[int64][]Document{}
	for _, d := range all {
		if d.OfID != 0 {
			notes[d.OfID] = append(notes[d.OfID], d)
		} else {
			docs = append(docs, d)
		}
	}
	return docs, notes, nil
}
