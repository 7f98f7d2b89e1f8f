package invoices

import (
	"context"
	"slices"

	"mtandao/internal/db"
)

// notesOf are the credit notes of an invoice, with their lines.
func (s *Service) notesOf(tx *db.Tx, id int64) ([]Document, error) {
	all, err := documents(tx.Gorm().Where("of_id = ?", id).Order("id").Limit(mostLines))
	if err != nil {
		return nil, err
	}
	return withLines(tx.Gorm(), all)
}

// credited moves a part of what is open to what is credited. The state comes first: MariaDB would see the new amounts in it.
func (s *Service) credited(tx *db.Tx, d Document, part int64) error {
	won, err := db.Won(tx.Gorm().Exec("UPDATE invoices SET state = CASE WHEN credited_cents + ? = gross_cents THEN ? WHEN open_cents > ? THEN ? WHEN written_cents > 0 THEN ? ELSE ? END,"+
		" credited_cents = credited_cents + ?, open_cents = open_cents - ? WHERE id = ? AND open_cents >= ?", part, Void, part, Issued, Written, Paid, part, part, d.ID, part))
	return s.weighed(tx, d.CustomerID, won, err)
}

func (s *Service) writeOff(tx *db.Tx, d Document, why string) error {
	won, err := db.Won(tx.Gorm().Exec("UPDATE invoices SET state = ?, written_cents = written_cents + ?, open_cents = 0, note = ? WHERE id = ? AND state = ? AND open_cents = ?",
		Written, d.Open, why, d.ID, Issued, d.Open))
	return s.weighed(tx, d.CustomerID, won, err)
}

// Notes are the credit notes of an invoice, without their lines, the oldest first.
func (s *Service) Notes(ctx context.Context, invoiceID int64) ([]Document, error) {
	return documents(s.DB.Read(ctx).Where("of_id = ?", invoiceID).Order("id").Limit(mostLines))
}

// creditedSince reads what later bills took of the periods of an invoice.
func (s *Service) creditedSince(tx *db.Tx, d Document) (Document, error) {
	return s.laterBills(s.viewIn(tx), d)
}

func (s *Service) creditedSinceNow(ctx context.Context, d Document) (Document, error) {
	return s.laterBills(s.viewNow(ctx), d)
}

func (s *Service) laterBills(v view, d Document) (later Document, err error) {
	bills := d.bills()
	if len(bills) == 0 {
		return later, nil
	}
	ids, tracks := make([]int64, len(bills)), map[track][]told{}
	for n, of := range bills {
		ids[n], tracks[trackOf(of)] = of.SubscriptionID, nil
	}
	slices.Sort(ids)
	all, err := s.bills(v, slices.Compact(ids), Period{firstOf(d.Lines), lastDay}, func(other Document) bool { _, is := tracks[trackOf(other)]; return is })
	if err != nil {
		return later, err
	}
	for _, one := range all {
		tracks[trackOf(one.Document)] = append(tracks[trackOf(one.Document)], one)
	}
	answers, err := v.answers([]Document{d})
	if err != nil {
		return later, err
	}
	for _, of := range bills {
		some, err := of.creditedSince(tracks[trackOf(of)], answers[d.CustomerID])
		if err != nil {
			return later, err
		}
		for _, l := range some.Lines {
			if d.ofFamily() {
				l.Part = of.ID
			}
			later.Lines = append(later.Lines, l)
		}
	}
	return later, nil
}
