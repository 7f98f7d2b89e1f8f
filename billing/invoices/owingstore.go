package invoices

import (
	"context"
	"slices"

	"gorm.io/gorm/clause"

	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// owingRow is a customer's place in the list of who owes: how much of their open invoices is late, NULL when nothing is open; and the first day on which one of
// those that are not late yet is due, NULL when there is none. Once that day is over the row must be written anew. It is always written from all of the
// invoices, in each transaction that changes what is open on one.
type owingRow struct {
	CustomerID int64 `gorm:"primaryKey;autoIncrement:false"`
	LateCents  *int64
	TurnsDay   *string
}

func (owingRow) TableName() string { return "owing" }

// weigh writes customers' rows anew. Each is held first, made or found, so that of two who change invoices of a customer the second sees what the first did.
func (s *Service) weigh(tx *db.Tx, customers ...int64) error {
	customers = slices.Clone(customers)
	slices.Sort(customers) // two who hold many wait for each other in one order
	open := " FROM invoices" + s.DB.ByIndex("invoices_open") + " WHERE state = ? AND customer_id = owing.customer_id"
	today := s.today().String()
	for some := range db.Pieces(slices.Compact(customers)) {
		rows := make([]owingRow, len(some))
		for n, id := range some {
			rows[n].CustomerID = id
		}
		if err := tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error; err != nil {
			return db.Fault(err)
		}
		err := tx.Gorm().Exec("UPDATE owing SET late_cents = (SELECT SUM(CASE WHEN due_day < ? THEN open_cents ELSE 0 END)"+open+"), turns_day = (SELECT MIN(due_day)"+open+" AND due_day >= ?) WHERE customer_id IN ?",
			today, Issued, Issued, today, some).Error
		if err != nil {
			return db.Fault(err)
		}
	}
	return nil
}

// turned are customers of whose open invoices a day has made more late since their row was written.
func (s *Service) turned(ctx context.Context, today clock.Day, limit int) (ids []int64, err error) {
	err = s.DB.Read(ctx).Model(&owingRow{}).Where("turns_day < ?", today.String()).Order("turns_day").Limit(limit).Pluck("customer_id", &ids).Error
	return ids, db.Fault(err)
}

// owing finds a page of who owes: from the list, or from all invoices when the list is not of that day.
func (s *Service) owing(ctx context.Context, today clock.Day, after Overdue, limit int) ([]int64, error) {
	turned, err := s.turned(ctx, today, 1)
	if err != nil {
		return nil, err
	}
	if len(turned) > 0 || today < s.today() {
		query, args := s.owingSQL(today, after, limit)
		return s.customersOf(ctx, query, args)
	}
	var ids []int64
	for _, part := range s.listSQL(after) {
		if left := limit - len(ids); left > 0 {
			some, err := s.customersOf(ctx, part.query+" LIMIT ?", append(part.args, left))
			if err != nil {
				return nil, err
			}
			ids = append(ids, some...)
		}
	}
	return ids, nil
}

func (s *Service) customersOf(ctx context.Context, query string, args []any) (ids []int64, err error) {
	err = s.DB.Read(ctx).Raw(query, args...).Scan(&ids).Error
	return ids, db.Fault(err)
}

type asked struct {
	query string
	args  []any
}

// listSQL reads the list after a place, in parts that follow each other: who has as much that is late comes before who has less. One query for both would sort, or
// go through all who have as much.
func (s *Service) listSQL(after Overdue) []asked {
	from := "SELECT customer_id FROM owing" + s.DB.ByIndex("owing_late") + " WHERE late_cents "
	const order = " ORDER BY late_cents DESC, customer_id DESC"
	if after.CustomerID == 0 {
		return []asked{{from + ">= 0" + order, nil}}
	}
	return []asked{{from + "= ? AND customer_id < ?" + order, []any{after.Cents, after.CustomerID}}, {from + "< ?" + order, []any{after.Cents}}}
}

// owingSQL finds a page of who owes from the invoices. One comparison of days for each, and no row of one is read.
func (s *Service) owingSQL(today clock.Day, after Overdue, limit int) (string, []any) {
	query := "SELECT customer_id FROM (SELECT customer_id, SUM(CASE WHEN due_day < ? THEN open_cents ELSE 0 END) AS late FROM invoices" + s.DB.ByIndex("invoices_open") + " WHERE state = ? GROUP BY customer_id) list"
	args := []any{today.String(), Issued}
	if after.CustomerID != 0 {
		query, args = query+" WHERE late < ? OR late = ? AND customer_id < ?", append(args, after.Cents, after.Cents, after.CustomerID)
	}
	return query + " ORDER BY late DESC, customer_id DESC LIMIT ?", append(args, limit)
}

// owingOtherwise are customers whose rows do not say what their invoices do, but for those that only have turned.
func (s *Service) owingOtherwise(ctx context.Context, today clock.Day, limit int) ([]int64, error) {
	day, open := today.String(), " FROM invoices"+s.DB.ByIndex("invoices_open")+" WHERE state = ?"
	ids, err := s.customersOf(ctx, "SELECT b.customer_id FROM (SELECT customer_id, SUM(CASE WHEN due_day < ? THEN open_cents ELSE 0 END) AS late, MIN(CASE WHEN due_day >= ? THEN due_day END) AS turns"+open+" GROUP BY customer_id) b"+
		" LEFT JOIN owing o ON o.customer_id = b.customer_id WHERE (o.late_cents IS NULL OR o.late_cents <> b.late OR COALESCE(o.turns_day, '') <> COALESCE(b.turns, '')) AND COALESCE(o.turns_day, ?) >= ? LIMIT ?", []any{day, day, Issued, day, day, limit})
	if err != nil {
		return nil, err
	}
	nothing, err := s.customersOf(ctx, "SELECT customer_id FROM owing"+s.DB.ByIndex("owing_late")+" WHERE late_cents >= 0 AND NOT EXISTS (SELECT 1"+open+" AND customer_id = owing.customer_id) AND COALESCE(turns_day, ?) >= ? LIMIT ?", []any{Issued, day, day, limit})
	return append(ids, nothing...), err
}
