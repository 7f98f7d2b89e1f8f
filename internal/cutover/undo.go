package cutover

import (
	"context"
	"errors"

	"mtandao/billing/accounts"
	"mtandao/billing/customers"
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
	Customers, Lines int
	Stayed           []Stayed
}

// Undo takes an import back: lines end as if they had not begun, balances leave the books by opposite entries, customers go. Who has
// moved since — a changed contact, a payment, a bill — stays as they are, and is named. It may be run again.
func (s *Service) Undo(ctx context.Context, importID int64, by customers.By) (u Undone, err error) {
	if err := s.reopen(ctx, importID); err != nil {
		return u, err
	}
	lines, err := s.rowsOfImport(ctx, importID, kindLine)
	if err != nil {
		return u, err
	}
	people, err := s.rowsOfImport(ctx, importID, kindCustomer)
	if err != nil {
		return u, err
	}
	theirs := map[int64][]rowRow{}
	for _, r := range lines {
		theirs[r.OfID] = append(theirs[r.OfID], r)
	}
	for _, r := range people {
		if err := s.takeBack(ctx, &u, &r, theirs[r.ObjectID], by); err != nil {
			return u, err
		}
		delete(theirs, r.ObjectID)
	}
	for _, some := range theirs { // of customers whom an earlier import made
		if err := s.takeBack(ctx, &u, nil, some, by); err != nil {
			return u, err
		}
	}
	return u, s.undone(ctx, importID, len(u.Stayed) == 0)
}

// takeBack takes lines back, and whose they are, or nothing of it.
func (s *Service) takeBack(ctx context.Context, u *Undone, person *rowRow, lines []rowRow, by customers.By) error {
	of := person
	if of == nil {
		of = &lines[0]
	}
	kept, err := u.keeps(*of, s.DB.InTx(ctx, func(tx *db.Tx) error {
		for _, r := range lines {
			if err := s.Lines.Undo(tx, r.ObjectID, r.Version, by); err != nil {
				return err
			}
			if err := s.deleteRow(tx, r); err != nil {
				return err
			}
		}
		if person == nil {
			return nil
		}
		return s.unmake(tx, *person, by)
	}))
	if err != nil || kept {
		return err
	}
	u.Lines += len(lines)
	if person != nil {
		u.Customers++
	}
	return nil
}

// keeps notes a row that a rule keeps; any other error ends the undoing.
func (u *Undone) keeps(r rowRow, err error) (bool, error) {
	if f := (*fault.Error)(nil); errors.As(err, &f) && (f.Kind == fault.Conflict || f.Kind == fault.Invalid || f.Kind == fault.NotFound) {
		u.Stayed = append(u.Stayed, Stayed{r.RowKey, err})
		return true, nil
	}
	return false, err
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
	if err := s.Credit.Unopen(tx, c.ID, money.KES(r.Cents), accounts.Cause{Kind: accounts.Opened, Request: "import.back", Note: r.Source, By: by.Actor}); err != nil {
		return err
	}
	if err := s.Customers.Forget(tx, c, by); err != nil {
		return err
	}
	return s.deleteRow(tx, r)
}
