package invoices

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
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
func (s *Service) credited(tx *db.Tx, id, part int64) error {
	won, err := db.Won(tx.Gorm().Exec("UPDATE invoices SET state = CASE WHEN credited_cents + ? = gross_cents THEN ? WHEN open_cents > ? THEN ? WHEN written_cents > 0 THEN ? ELSE ? END,"+
		" credited_cents = credited_cents + ?, open_cents = open_cents - ? WHERE id = ? AND open_cents >= ?", part, Void, part, Issued, Written, Paid, part, part, id, part))
	if err == nil && !won {
		err = fault.New(fault.Conflict, "invoice.moved")
	}
	return db.Fault(err)
}

func (s *Service) writeOff(tx *db.Tx, d Document, why string) error {
	won, err := db.Won(tx.Gorm().Exec("UPDATE invoices SET state = ?, written_cents = written_cents + ?, open_cents = 0, note = ? WHERE id = ? AND state = ? AND open_cents = ?",
		Written, d.Open, why, d.ID, Issued, d.Open))
	if err == nil && !won {
		err = fault.New(fault.Conflict, "invoice.moved")
	}
	return db.Fault(err)
}

// Notes are the credit notes of an invoice, without their lines, the oldest first.
func (s *Service) Notes(ctx context.Context, invoiceID int64) ([]Document, error) {
	return documents(s.DB.Read(ctx).Where("of_id = ?", invoiceID).Order("id").Limit(mostLines))
}

// creditedSince reads what later bills took of the periods of an invoice.
func (s *Service) creditedSince(tx *db.Tx, d Document) (Document, error) {
	return s.laterBills(tx.Gorm(), d)
}

func (s *Service) creditedSinceNow(ctx context.Context, d Document) (Document, error) {
	return s.laterBills(s.DB.Read(ctx), d)
}

func (s *Service) laterBills(from *gorm.DB, d Document) (Document, error) {
	if !strings.HasPrefix(d.Cause, runCause) {
		return Document{}, nil
	}
	since := forever
	for _, l := range d.Lines {
		since = min(since, l.PeriodDay)
	}
	all, notes, err := s.bills(from, []int64{d.SubscriptionID}, Period{since, lastDay}, func(other Document) bool { return trackOf(other) == trackOf(d) })
	if err != nil {
		return Document{}, err
	}
	return d.creditedSince(all, notes)
}
