package arrears

import (
	"context"

	"mtandao/billing/customers"
	"mtandao/billing/invoices"
	"mtandao/billing/subscriptions"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/settings"
	"mtandao/radius/access"
)

// Reason is why lines end, in their history.
const Reason = "arrears"

// Follow implements invoices.Enforcer.
func (s *Service) Follow(tx *db.Tx, customerID int64) error {
	concerned, err := s.concerned(tx, customerID)
	if err != nil {
		return err
	}
	for _, c := range concerned {
		if err := s.followOne(tx, c); err != nil {
			return err
		}
	}
	return nil
}

// concerned are those whose lines a customer's debts concern. Whom the tables do not know may have lines all the same.
func (s *Service) concerned(tx *db.Tx, customerID int64) ([]customers.Customer, error) {
	known, err := s.Customers.Some(tx, []int64{customerID})
	if err != nil {
		return nil, err
	}
	c := known[customerID]
	c.ID = customerID
	children, err := s.Customers.PaidFor(tx, customerID)
	return append([]customers.Customer{c}, children...), err
}

func (s *Service) followOne(tx *db.Tx, c customers.Customer) error {
	level, err := s.level(tx, c)
	if err != nil {
		return err
	}
	return s.Lines.Keep(tx, c.ID, s.kept(level))
}

// End implements invoices.Enforcer.
func (s *Service) End(tx *db.Tx, customerID int64) error {
	concerned, err := s.concerned(tx, customerID)
	if err != nil {
		return err
	}
	for _, c := range concerned {
		if err := s.Lines.EndInvoiced(tx, c.ID, Reason, subscriptions.By{Actor: "dunning"}); err != nil {
			return err
		}
	}
	return nil
}

// level is the hardest thing over the debts that concern a customer's lines: their own, and those of who pays for them.
func (s *Service) level(tx *db.Tx, c customers.Customer) (invoices.Action, error) {
	level, err := s.Invoices.Level(tx, c.ID)
	if err != nil || !c.ParentPays {
		return level, err
	}
	above, err := s.Invoices.Level(tx, c.ParentID)
	return level.Or(above), err
}

// kept is how a step keeps a line.
func (s *Service) kept(level invoices.Action) subscriptions.Kept {
	switch level {
	case invoices.Throttle:
		return subscriptions.Kept{Kbps: int64(s.Settings.Int(settings.InvoiceThrottle))}
	case invoices.Garden:
		return subscriptions.Kept{Barred: access.Garden}
	case invoices.SuspendService, invoices.Terminate:
		return subscriptions.Kept{Barred: access.Closed}
	}
	return subscriptions.Kept{}
}

// keptNow tells how a line is to be kept that has just begun to be invoiced. Its customer's account is held; that of who pays for them is taken.
func (s *Service) keptNow(tx *db.Tx, customerID int64) (subscriptions.Kept, error) {
	c, err := s.Customers.GetTx(tx, customerID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return subscriptions.Kept{}, err
	}
	if c.ID = customerID; c.ParentPays {
		if _, err := s.Invoices.Purse.Held(tx, c.ParentID); err != nil {
			return subscriptions.Kept{}, err
		}
	}
	level, err := s.level(tx, c)
	return s.kept(level), err
}

// payerChanged follows that somebody else pays for a customer from now on.
func (s *Service) payerChanged(tx *db.Tx, c customers.Customer) error {
	if _, err := s.Invoices.Purse.Held(tx, c.ID); err != nil {
		return err
	}
	kept, err := s.keptNow(tx, c.ID)
	if err != nil {
		return err
	}
	return s.Lines.Keep(tx, c.ID, kept)
}

// isKept says whether the lines that a customer's debts concern are as they are to be.
func (s *Service) isKept(ctx context.Context, customerID int64) (bool, error) {
	want := map[int64]subscriptions.Kept{}
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		concerned, err := s.concerned(tx, customerID)
		for _, c := range concerned {
			level, err := s.level(tx, c)
			if err != nil {
				return err
			}
			want[c.ID] = s.kept(level)
		}
		return err
	})
	if err != nil {
		return false, err
	}
	for id, kept := range want {
		if right, err := s.Lines.AreKept(ctx, id, kept); err != nil || !right {
			return false, err
		}
	}
	return true, nil
}
