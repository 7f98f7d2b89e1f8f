package invoices

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

type choiceRow struct {
	CustomerID int64  `gorm:"primaryKey;autoIncrement:false"`
	FromDay    string `gorm:"primaryKey"`
	One        int64
	DoneBy     string
	At         time.Time
}

func (choiceRow) TableName() string { return "family_bills" }

// partRow is that a document is a part of a bill, or waits for one while that is 0.
type partRow struct {
	PartID  int64 `gorm:"primaryKey;autoIncrement:false"`
	BillID  int64
	ChildID int64
	Whose   string
}

func (partRow) TableName() string { return "invoice_parts" }

func (s *Service) choose(tx *db.Tx, customerID int64, c Choice) error {
	return db.Fault(tx.Gorm().Save(&choiceRow{CustomerID: customerID, FromDay: c.From.String(), One: bit(c.One), DoneBy: c.By, At: s.now()}).Error)
}

func (s *Service) moveChoices(tx *db.Tx, from, to int64) error {
	return db.Fault(tx.Gorm().Exec("UPDATE family_bills SET customer_id = ? WHERE customer_id = ?", to, from).Error)
}

// choices are those of some accounts.
func (s *Service) choices(tx *db.Tx, ids []int64) (map[int64]Choices, error) {
	return choicesBy(tx.Gorm(), ids)
}

// ChoicesOf are those of an account.
func (s *Service) ChoicesOf(ctx context.Context, customerID int64) (Choices, error) {
	all, err := choicesBy(s.DB.Read(ctx), []int64{customerID})
	return all[customerID], err
}

func choicesBy(g *gorm.DB, ids []int64) (map[int64]Choices, error) {
	all := map[int64]Choices{}
	for some := range db.Pieces(ids) {
		var rows []choiceRow
		if err := g.Session(&gorm.Session{NewDB: true}).Where("customer_id IN ?", some).Order("customer_id, from_day").Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			all[r.CustomerID] = append(all[r.CustomerID], Choice{dayIn(r.FromDay), r.One != 0, r.DoneBy})
		}
	}
	return all, nil
}

// insertParts notes which of new documents wait for a bill.
func insertParts(tx *db.Tx, all []Document, added map[int64]bool) error {
	var rows []partRow
	for _, d := range all {
		if d.State == Gathering && added[d.ID] {
			rows = append(rows, partRow{PartID: d.ID, ChildID: d.childID, Whose: d.whose})
		}
	}
	for some := range db.Pieces(rows) {
		if err := tx.Gorm().Create(&some).Error; err != nil {
			return db.Fault(err)
		}
	}
	return nil
}

// gathering is a bill that parts wait for.
type gathering struct {
	CustomerID int64
	PeriodDay  string
}

func (s *Service) gatherings(ctx context.Context, asOf clock.Day, limit int) (all []gathering, err error) {
	err = s.DB.Read(ctx).Model(&documentRow{}).Distinct("customer_id", "period_day").Where("state = ? AND period_day <= ?", Gathering, asOf.String()).
		Order("period_day, customer_id").Limit(limit).Scan(&all).Error
	return all, db.Fault(err)
}

// waiting are the parts that wait for a bill, with their lines.
func (s *Service) waiting(tx *db.Tx, g gathering) ([]Document, error) {
	return parts(tx.Gorm(), func(from *gorm.DB) *gorm.DB {
		return from.Where("state = ? AND customer_id = ? AND period_day = ?", Gathering, g.CustomerID, g.PeriodDay).Order("id").Limit(mostParts)
	})
}

// waitingAfter are parts of some subscriptions that wait for a bill, of periods that begin on a day or before, after an id, with their lines.
func (s *Service) waitingAfter(ctx context.Context, asOf clock.Day, after, last, id int64) ([]Document, error) {
	return parts(s.DB.Read(ctx), func(from *gorm.DB) *gorm.DB {
		return from.Where("state = ? AND id > ? AND period_day <= ? AND subscription_id > ? AND subscription_id <= ?", Gathering, id, asOf.String(), after, last).Order("id").Limit(duePage)
	})
}

// parts are documents that are parts, with their lines and whose they are.
func parts(g *gorm.DB, which func(*gorm.DB) *gorm.DB) ([]Document, error) {
	all, err := documents(which(g.Session(&gorm.Session{NewDB: true})))
	if err != nil {
		return nil, err
	}
	rows, err := partsBy(g, all)
	for n := range all {
		all[n].childID, all[n].whose = rows[all[n].ID].ChildID, rows[all[n].ID].Whose
	}
	if err != nil {
		return nil, err
	}
	return withLines(g, all)
}

// partsBy are the rows of documents that are parts.
func partsBy(g *gorm.DB, all []Document) (map[int64]partRow, error) {
	ids, by := make([]int64, len(all)), map[int64]partRow{}
	for n, d := range all {
		ids[n] = d.ID
	}
	for some := range db.Pieces(ids) {
		var rows []partRow
		if err := g.Session(&gorm.Session{NewDB: true}).Where("part_id IN ?", some).Find(&rows).Error; err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			by[r.PartID] = r
		}
	}
	return by, nil
}

// gathered puts parts onto a bill; fault.Conflict "invoice.moved" when one waits no more.
func (s *Service) gathered(tx *db.Tx, billID int64, parts []Document) error {
	ids := make([]int64, len(parts))
	for n, d := range parts {
		ids[n] = d.ID
	}
	for some := range db.Pieces(ids) {
		for _, done := range []*gorm.DB{tx.Gorm().Exec("UPDATE invoices SET state = ? WHERE id IN ? AND state = ?", Gathered, some, Gathering),
			tx.Gorm().Exec("UPDATE invoice_parts SET bill_id = ? WHERE part_id IN ? AND bill_id = 0", billID, some)} {
			if done.Error != nil {
				return db.Fault(done.Error)
			}
			if done.RowsAffected != int64(len(some)) {
				return fault.New(fault.Conflict, "invoice.moved")
			}
		}
	}
	return nil
}

// withParts tells of documents whose lines are of parts what these are.
func withParts(g *gorm.DB, all []Document) error {
	var ids []int64
	for _, d := range all {
		for _, l := range d.Lines {
			if l.Part != 0 {
				ids = append(ids, l.Part)
			}
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	known := map[int64]Part{}
	for some := range db.Pieces(ids) {
		var rows []struct {
			PartID, ChildID, SubscriptionID int64
			Whose, Line, Cause              string
		}
		err := g.Session(&gorm.Session{NewDB: true}).Raw("SELECT p.part_id, p.child_id, p.whose, i.subscription_id, i.line, i.cause FROM invoice_parts p JOIN invoices i ON i.id = p.part_id WHERE p.part_id IN ?", some).
			Scan(&rows).Error
		if err != nil {
			return db.Fault(err)
		}
		for _, r := range rows {
			line := r.Line
			if r.Whose != "" {
				line = strings.TrimPrefix(strings.TrimPrefix(line, r.Whose), ": ")
			}
			known[r.PartID] = Part{ID: r.PartID, SubscriptionID: r.SubscriptionID, ChildID: r.ChildID, Whose: r.Whose, Line: line, Cause: r.Cause}
		}
	}
	for n := range all {
		for _, l := range all[n].Lines {
			if _, seen := all[n].part(l.Part); l.Part == 0 || seen {
				continue
			}
			p, ok := known[l.Part]
			if !ok {
				return fault.Wrap(fault.Internal, "internal", fmt.Errorf("line of document %d is of part %d, which there is not", all[n].ID, l.Part))
			}
			all[n].Parts = append(all[n].Parts, p)
		}
	}
	return nil
}

// billsOf are the bills that parts are on, by the parts' ids: those of which something was given, with their lines.
func billsOf(g *gorm.DB, docs []Document) (map[int64]Document, error) {
	parts := slices.DeleteFunc(slices.Clone(docs), func(d Document) bool { return d.State != Gathered })
	if len(parts) == 0 {
		return nil, nil
	}
	rows, err := partsBy(g, parts)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, r := range rows {
		ids = append(ids, r.BillID)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	bills, by := map[int64]Document{}, map[int64]Document{}
	for some := range db.Pieces(ids) {
		found, err := documents(g.Session(&gorm.Session{NewDB: true}).Where("id IN ? AND (credited_cents <> 0 OR written_cents <> 0)", some))
		if err == nil {
			found, err = withLines(g, found)
		}
		if err != nil {
			return nil, err
		}
		for _, d := range found {
			bills[d.ID] = d
		}
	}
	for id, r := range rows {
		if bill, is := bills[r.BillID]; is {
			by[id] = bill
		}
	}
	return by, nil
}

// rehomeParts makes the parts of a bill another customer's, with it.
func (s *Service) rehomeParts(tx *db.Tx, billID, customerID int64) error {
	return db.Fault(tx.Gorm().Exec("UPDATE invoices SET customer_id = ? WHERE state = ? AND id IN (SELECT part_id FROM invoice_parts WHERE bill_id = ?)", customerID, Gathered, billID).Error)
}

// strayParts are documents that are parts of a bill which does not say what they say, so many at the most.
func (s *Service) strayParts(ctx context.Context, limit int) (ids []int64, err error) {
	err = s.DB.Read(ctx).Raw("SELECT i.id FROM invoices i LEFT JOIN invoice_parts p ON p.part_id = i.id WHERE i.state = ? AND"+
		" (p.bill_id IS NULL OR COALESCE((SELECT SUM(l.gross_cents) FROM invoice_lines l WHERE l.invoice_id = p.bill_id AND l.part_id = i.id), 0) <> i.gross_cents) ORDER BY i.id LIMIT ?", Gathered, limit).
		Scan(&ids).Error
	return ids, db.Fault(err)
}

// SharesOf are what of some documents is of which account; of those of one line there is none.
func (s *Service) SharesOf(ctx context.Context, ids []int64) (map[int64][]Share, error) {
	all := map[int64][]Share{}
	for some := range db.Pieces(ids) {
		var rows []struct {
			BillID int64
			Whose  string
			Cents  int64
		}
		err := s.DB.Read(ctx).Raw("SELECT p.bill_id, p.whose, SUM(i.gross_cents) AS cents FROM invoice_parts p JOIN invoices i ON i.id = p.part_id WHERE p.bill_id IN ? GROUP BY p.bill_id, p.whose ORDER BY p.bill_id, p.whose", some).
			Scan(&rows).Error
		if err != nil {
			return nil, db.Fault(err)
		}
		for _, r := range rows {
			all[r.BillID] = append(all[r.BillID], Share{Whose: r.Whose, Gross: r.Cents})
		}
	}
	return all, nil
}
