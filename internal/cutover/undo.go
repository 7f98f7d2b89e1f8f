package cutover

import (
	"context"
	"errors"
	"slices"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// Stayed is a row that could not be taken back.
type Stayed struct {
	Name string
	Why  error
}

// Undone is what taking an import back did.
type Undone struct {
	Plans, Customers, Lines int
	Stayed                  []Stayed
}

// theirs are rows of one customer: who they are, unless an earlier import made them, and their lines.
type theirs struct {
	person *rowRow
	lines  []rowRow
}

// Undo takes an import back: lines end as if they had not begun, balances leave the books by opposite entries, customers go, and last the plans that
// it made. Who has moved since — a changed contact, a payment, a bill — stays as they are, and is named. It may be run again.
func (s *Service) Undo(ctx context.Context, importID int64, by customers.By, watch Watch) (u Undone, err error) {
	if err := s.reopen(ctx, importID, by); err != nil {
		return u, err
	}
	all, err := s.ofImport(ctx, importID)
	if err != nil {
		return u, err
	}
	done := 0
	for some := range slices.Chunk(all, together) {
		if err := s.takeBack(ctx, &u, some, by); err != nil {
			return u, err
		}
		done += len(some)
		watch.tell(done, len(all))
	}
	if err := s.takeBackPlans(ctx, &u, importID); err != nil {
		return u, err
	}
	return u, s.undone(ctx, importID, len(u.Stayed) == 0)
}

// ofImport are the customers and lines that an import made, the newest first.
func (s *Service) ofImport(ctx context.Context, importID int64) (all []theirs, err error) {
	lines, err := s.rowsOfImport(ctx, importID, kindLine)
	if err != nil {
		return nil, err
	}
	people, err := s.rowsOfImport(ctx, importID, kindCustomer)
	if err != nil {
		return nil, err
	}
	at := make(map[int64]int, len(people))
	for n, r := range people {
		at[r.ObjectID] = n
		all = append(all, theirs{person: &people[n]})
	}
	for _, r := range lines {
		n, known := at[r.OfID]
		if !known { // an earlier import made the customer
			n = len(all)
			at[r.OfID] = n
			all = append(all, theirs{})
		}
		all[n].lines = append(all[n].lines, r)
	}
	return all, nil
}

// takeBack takes some back in one transaction: each with all of theirs, or nothing of it.
func (s *Service) takeBack(ctx context.Context, u *Undone, some []theirs, by customers.By) error {
	var now Undone
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		now = Undone{}
		for _, t := range some {
			err := tx.Savepoint(func() error { return s.takeOneBack(tx, t, by) })
			if err != nil && !keeps(err) {
				return err
			}
			if err != nil {
				name, e := s.nameOf(tx, t)
				if e != nil {
					return e
				}
				now.Stayed = append(now.Stayed, Stayed{name, err})
				continue
			}
			if now.Lines += len(t.lines); t.person != nil {
				now.Customers++
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	u.Customers, u.Lines, u.Stayed = u.Customers+now.Customers, u.Lines+now.Lines, append(u.Stayed, now.Stayed...)
	return nil
}

func (s *Service) takeOneBack(tx *db.Tx, t theirs, by customers.By) error {
	for _, r := range t.lines {
		if err := s.Lines.Undo(tx, r.ObjectID, r.Version, by); err != nil {
			return err
		}
		if err := s.deleteRow(tx, r); err != nil {
			return err
		}
	}
	if t.person == nil {
		return nil
	}
	return s.unmake(tx, *t.person, by)
}

// keeps says that a rule keeps a row; any other error ends the undoing.
func keeps(err error) bool {
	f := (*fault.Error)(nil)
	return errors.As(err, &f) && (f.Kind == fault.Conflict || f.Kind == fault.Invalid || f.Kind == fault.NotFound)
}

// nameOf is whom somebody stays as: the name and number, and where they stood.
func (s *Service) nameOf(tx *db.Tx, t theirs) (string, error) {
	row, id := t.person, int64(0)
	if row == nil {
		row, id = &t.lines[0], t.lines[0].OfID
	} else {
		id = row.ObjectID
	}
	c, err := s.Customers.GetTx(tx, id)
	if fault.Is(err, fault.NotFound) {
		return row.RowKey, nil
	}
	return c.Name + ", " + c.Number + " (" + row.RowKey + ")", err
}

func (s *Service) takeBackPlans(ctx context.Context, u *Undone, importID int64) error {
	rows, err := s.rowsOfImport(ctx, importID, kindPlan)
	if err != nil {
		return err
	}
	for _, r := range rows {
		err := s.DB.InTx(ctx, func(tx *db.Tx) error { return s.unmakePlan(tx, r) })
		switch {
		case err == nil:
			u.Plans++
		case keeps(err):
			u.Stayed = append(u.Stayed, Stayed{r.RowKey, err})
		default:
			return err
		}
	}
	return nil
}

// unmake takes a customer back.
func (s *Service) unmake(tx *db.Tx, r rowRow, by customers.By) error {
	c, err := s.Customers.Hold(tx, r.ObjectID)
	if err != nil {
		return err
	}
	mark, err := s.mark(tx, c.ID)
	if err != nil {
		return err
	}
	others, err := s.othersOf(tx, c.ID)
	if err != nil {
		return err
	}
	if c.Version != r.Version || mark != r.Mark || others {
		return conflict("cutover.customer_moved", "Name", c.Name)
	}
	if err := s.unopen(tx, r, by); err != nil {
		return err
	}
	if err := s.Customers.Forget(tx, c, by); err != nil {
		return err
	}
	return s.deleteRow(tx, r)
}

// unopen takes the balance of a customer back: credit, or what they owed.
func (s *Service) unopen(tx *db.Tx, r rowRow, by customers.By) error {
	owed, err := s.Debts.Unopen(tx, r.ObjectID, invoices.By{Actor: by.Actor, From: by.From})
	if err != nil {
		return err
	}
	balance := money.KES(r.Cents)
	if owed {
		balance = money.KES(0)
	}
	return s.Credit.Unopen(tx, r.ObjectID, balance, accounts.Cause{Kind: accounts.Opened, Request: "import.back", Note: r.Source, By: by.Actor})
}
