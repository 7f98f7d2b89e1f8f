package invoices

import (
	"context"
	"strings"

	"gorm.io/gorm/clause"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type seriesRow struct {
	Name string `gorm:"primaryKey"`
	Last int64
}

func (seriesRow) TableName() string { return "invoice_series" }

// drafts are the oldest that are to be issued.
func (s *Service) drafts(ctx context.Context, limit int) ([]Document, error) {
	return documents(s.DB.Read(ctx).Where("state = ?", Draft).Order("id").Limit(limit))
}

// take reads documents anew, those that are drafts still, with their lines. Whoever changes the series first goes first: the drafts are read
// after its row is held, so that what another issuer has numbered meanwhile is seen.
func (s *Service) take(tx *db.Tx, all []Document) (fresh []Document, err error) {
	if err := s.hold(tx, s.series(Invoice, s.today())); err != nil {
		return nil, err
	}
	ids := make([]int64, len(all))
	for n, d := range all {
		ids[n] = d.ID
	}
	for some := range db.Pieces(ids) {
		found, err := documents(tx.Gorm().Where("id IN ? AND state = ?", some, Draft).Order("id"))
		if err != nil {
			return nil, err
		}
		fresh = append(fresh, found...)
	}
	return withLines(tx.Gorm(), fresh)
}

// rehome makes a draft another customer's.
func (s *Service) rehome(tx *db.Tx, id, customerID int64) error {
	if err := tx.Gorm().Exec("UPDATE invoices SET customer_id = ? WHERE id = ? AND state = ?", customerID, id, Draft).Error; err != nil {
		return db.Fault(err)
	}
	return s.rehomeParts(tx, id, customerID)
}

// hold keeps every other issuer from a series until the transaction ends.
func (s *Service) hold(tx *db.Tx, name string) error {
	held, err := db.Won(tx.Gorm().Exec("UPDATE invoice_series SET last = last WHERE name = ?", name))
	if err != nil || held {
		return db.Fault(err)
	}
	if err := tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&seriesRow{Name: name}).Error; err != nil {
		return db.Fault(err)
	}
	return db.Fault(tx.Gorm().Exec("UPDATE invoice_series SET last = last WHERE name = ?", name).Error)
}

// reserve takes the next n numbers of a series, and tells the last of them.
func (s *Service) reserve(tx *db.Tx, name string, n int) (last int64, err error) {
	if err := s.hold(tx, name); err != nil {
		return 0, err
	}
	if err := tx.Gorm().Exec("UPDATE invoice_series SET last = last + ? WHERE name = ?", n, name).Error; err != nil {
		return 0, db.Fault(err)
	}
	err = tx.Gorm().Model(&seriesRow{}).Where("name = ?", name).Pluck("last", &last).Error
	return last, db.Fault(err)
}

// setNumbers stores what issuing decided, for those that share all but their numbers in one statement; fault.Conflict "invoice.moved" when one is no draft any more.
func (s *Service) setNumbers(tx *db.Tx, all []Document) error {
	type same struct{ state, series, day, due string }
	groups, order := map[same][]Document{}, []same(nil)
	for _, d := range all {
		g := same{d.State, d.Series, d.Day.String(), d.DueDay.String()}
		if groups[g] == nil {
			order = append(order, g)
		}
		groups[g] = append(groups[g], d)
	}
	for _, g := range order {
		for some := range db.Pieces(groups[g]) {
			if err := setNumbersOf(tx, g.state, g.series, g.day, g.due, some); err != nil {
				return err
			}
		}
	}
	return nil
}

func setNumbersOf(tx *db.Tx, state, series, day, due string, all []Document) error {
	open := "0"
	if state == Issued {
		open = "gross_cents"
	}
	args, ids := []any{state, series}, make([]int64, len(all))
	for n, d := range all {
		args, ids[n] = append(args, d.ID, d.Number), d.ID
	}
	args = append(args, day, due, all[0].IssuedAt, ids, Draft)
	result := tx.Gorm().Exec("UPDATE invoices SET state = ?, series = ?, number = CASE id"+strings.Repeat(" WHEN ? THEN ?", len(all))+" END, open_cents = "+open+
		", day = ?, due_day = ?, issued_at = ? WHERE id IN ? AND state = ?", args...)
	if result.Error == nil && result.RowsAffected != int64(len(all)) {
		return fault.New(fault.Conflict, "invoice.moved")
	}
	return db.Fault(result.Error)
}

func (s *Service) byCause(tx *db.Tx, cause string) (Document, error) {
	return document(tx.Gorm().Where("cause = ?", cause))
}

// besides are documents of a customer that have other causes; one is enough.
func (s *Service) besides(tx *db.Tx, customerID int64, causes ...string) ([]Document, error) {
	return documents(tx.Gorm().Where("customer_id = ? AND cause NOT IN ?", customerID, causes).Order("id").Limit(1))
}

// setControl puts a control number in the place of another, or of none; false when something else is there, or the document has no number of its own.
func (s *Service) setControl(tx *db.Tx, id int64, was string, c control) (bool, error) {
	won, err := db.Won(tx.Gorm().Exec("UPDATE invoices SET control_number = ?, control_qr = ? WHERE id = ? AND number IS NOT NULL AND control_number = ?", c.number, c.qr, id, was))
	return won, db.Fault(err)
}
