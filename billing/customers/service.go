package customers

import (
	"context"
	"slices"
	"strconv"

	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

// Options are a Service's collaborators. Clock is the machine's.
type Options struct {
	DB    *db.DB
	Keys  *seal.Keys
	Clock clock.Clock
}

// Service is what can be done with customers.
type Service struct {
	Options
	keepers []Keeper
	payers  []func(tx *db.Tx, c Customer) error
	takers  []func(tx *db.Tx, m TakenOver) error
	days    []func(tx *db.Tx, c Customer) error
	sites   []func(tx *db.Tx, c Customer, by By) error
	phones  []func(tx *db.Tx, customerID int64) error
}

// New makes it.
func New(o Options) *Service { return &Service{Options: o} }

// By is who does something, and from where.
type By struct{ Actor, From string }

const (
	purposeContact = "customer.contact"
	mostDraws      = 200
)

// Create makes a customer with a number of their own, which it draws, and their contacts. Faults of Check and CheckContacts, and of a
// parent that cannot be one.
func (s *Service) Create(tx *db.Tx, c Customer, contacts []Contact, by By) (Customer, error) {
	return s.create(tx, c, contacts, nil, by)
}

// create takes the old numbers before it draws.
func (s *Service) create(tx *db.Tx, c Customer, contacts []Contact, old []string, by By) (Customer, error) {
	contacts, err := CheckContacts(contacts)
	if err != nil {
		return c, err
	}
	if c, err = c.Check(); err != nil {
		return c, err
	}
	c.ID, c.State, c.MergedInto, c.CreatedAt, c.Version = tx.ID(), Active, 0, s.Clock.Now(), 1
	if err := s.checkParent(tx, c); err != nil {
		return c, err
	}
	if err := s.addNumbers(tx, c.ID, old, by); err != nil {
		return c, err
	}
	if c.Number, err = s.takeNumber(tx, c.ID); err != nil {
		return c, err
	}
	if err := s.insert(tx, c); err != nil {
		return c, err
	}
	if err := s.writeWords(tx, c); err != nil {
		return c, err
	}
	if err := s.writeContacts(tx, c.ID, contacts); err != nil {
		return c, err
	}
	return c, s.record(tx, by, "customer made", c.ID, nil, told(c, contacts))
}

// Save stores a customer who was read before; contacts have their own SaveContacts. Number, state and time stay as they are. Faults of Check,
// fault.Conflict "customer.changed" when somebody was faster, and of a parent that cannot be one.
func (s *Service) Save(tx *db.Tx, c Customer, by By) (Customer, error) {
	c, err := c.Check()
	if err != nil {
		return c, err
	}
	before, err := s.GetTx(tx, c.ID)
	if err != nil {
		return c, err
	}
	if before.State == Merged {
		return c, fault.New(fault.Conflict, "customer.merged")
	}
	c.Number, c.State, c.MergedInto, c.CreatedAt, c.ClosedAt = before.Number, before.State, before.MergedInto, before.CreatedAt, before.ClosedAt
	if err := s.checkParent(tx, c); err != nil {
		return c, err
	}
	won, err := s.update(tx, c)
	if err == nil && !won {
		err = fault.New(fault.Conflict, "customer.changed")
	}
	if err != nil {
		return c, err
	}
	if c.Version++; c.Name != before.Name || c.SiteID != before.SiteID {
		if err := s.writeWords(tx, c); err != nil {
			return c, err
		}
	}
	if c.SiteID != before.SiteID {
		for _, follow := range s.sites {
			if err := follow(tx, c, by); err != nil {
				return c, err
			}
		}
	}
	if c.ParentPays != before.ParentPays || c.ParentPays && c.ParentID != before.ParentID {
		for _, follow := range s.payers {
			if err := follow(tx, c); err != nil {
				return c, err
			}
		}
	}
	if c.BillDay != before.BillDay || c.BillWeekday != before.BillWeekday {
		for _, follow := range s.days {
			if err := follow(tx, c); err != nil {
				return c, err
			}
		}
	}
	return c, s.record(tx, by, "customer changed", c.ID, told(before, nil), told(c, nil))
}

// MoveBillDay has a customer be billed on another day of the month and of the week, as somebody saw them. Faults of Save.
func (s *Service) MoveBillDay(ctx context.Context, id int64, day, ofWeek int, seen int64, by By) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		c, err := s.GetTx(tx, id)
		if err != nil {
			return err
		}
		c.BillDay, c.BillWeekday, c.Version = day, ofWeek, seen
		_, err = s.Save(tx, c, by)
		return err
	})
}

// AskBillDay has f follow that a customer is billed on another day of the month or of the week, in the transaction in which they are saved; call it at wiring.
func (s *Service) AskBillDay(f func(tx *db.Tx, c Customer) error) { s.days = append(s.days, f) }

// AskSite has f follow that a customer is of another site, in the transaction in which they are saved; call it at wiring.
func (s *Service) AskSite(f func(tx *db.Tx, c Customer, by By) error) { s.sites = append(s.sites, f) }

// AskPayer has f follow that somebody else pays for a customer, in the transaction in which they are saved; call it at wiring.
func (s *Service) AskPayer(f func(tx *db.Tx, c Customer) error) { s.payers = append(s.payers, f) }

// AskPhone has f follow that the phone that is a customer's own is another, or none, in the transaction in which contacts are saved; call it at wiring.
func (s *Service) AskPhone(f func(tx *db.Tx, customerID int64) error) { s.phones = append(s.phones, f) }

// SaveContacts puts these contacts in the place of those that a customer has.
func (s *Service) SaveContacts(tx *db.Tx, customerID int64, contacts []Contact, by By) error {
	contacts, err := CheckContacts(contacts)
	if err != nil {
		return err
	}
	before, err := s.contactsTx(tx, customerID)
	if err != nil || slices.EqualFunc(before, contacts, func(a, b Contact) bool { a.ID, b.ID = 0, 0; return a == b }) {
		return err
	}
	if err := s.dropContacts(tx, customerID); err != nil {
		return err
	}
	if err := s.writeContacts(tx, customerID, contacts); err != nil {
		return err
	}
	if OwnPhone(before) != OwnPhone(contacts) {
		for _, follow := range s.phones {
			if err := follow(tx, customerID); err != nil {
				return err
			}
		}
	}
	return s.record(tx, by, "contacts changed", customerID, toldContacts(before), toldContacts(contacts))
}

// checkParent: a part has no parts of its own, and whole accounts are parents only.
func (s *Service) checkParent(tx *db.Tx, c Customer) error {
	if c.ParentID == 0 {
		return nil
	}
	if c.ParentID == c.ID {
		return fault.New(fault.Invalid, "customer.parent_self")
	}
	if _, err := s.hold(tx, c.ID); err != nil && !fault.Is(err, fault.NotFound) { // one who is being made has no row
		return err
	}
	parent, err := s.hold(tx, c.ParentID)
	if err != nil {
		return err
	}
	has, err := s.hasChildren(tx, c.ID)
	switch {
	case err != nil:
		return err
	case parent.ParentID != 0:
		return fault.New(fault.Invalid, "customer.parent_is_child", "Name", parent.Name)
	case parent.State != Active:
		return fault.New(fault.Invalid, "customer.parent_closed", "Name", parent.Name)
	case has:
		return fault.New(fault.Invalid, "customer.parent_has_children")
	}
	return nil
}

// takeNumber draws until a number is free, and no slip away from an old one. The row of the number is unique, so of two who draw the same
// one has it.
func (s *Service) takeNumber(tx *db.Tx, customerID int64) (string, error) {
	for range mostDraws {
		number := drawNumber()
		near, err := s.anyNumber(tx, append(slips(number), number))
		if err != nil {
			return "", err
		}
		if near {
			continue
		}
		took, err := s.insertNumber(tx, numberRow{NumberKey: number, Loose: number, Shown: number, CustomerID: customerID, Kind: numberOwn})
		if err != nil || took {
			return number, err
		}
	}
	return "", fault.New(fault.Unavailable, "customer.numbers_full")
}

// AddNumber lets a customer be found by a number that they had before, or go by elsewhere: fault.Invalid "customer.old_number" when nobody
// can type it, fault.Conflict "customer.number_taken" when it is another's. Their own again changes nothing.
func (s *Service) AddNumber(tx *db.Tx, customerID int64, typed string, by By) error {
	row := numberRow{NumberKey: NumberKey(typed), Shown: shownNumber(typed), CustomerID: customerID, Kind: numberOld}
	if row.NumberKey == "" || len(row.NumberKey) < 2 {
		return fault.New(fault.Invalid, "customer.old_number")
	}
	if row.Loose = row.NumberKey; onlyDigits10(row.NumberKey) {
		row.Loose = trimZeros(row.NumberKey)
	}
	took, err := s.insertNumber(tx, row)
	if err != nil {
		return err
	}
	if took {
		return s.record(tx, by, "old number added", customerID, nil, map[string]any{"number": row.Shown})
	}
	holder, err := s.holderOf(tx, row.NumberKey)
	if err == nil && holder != customerID {
		err = fault.New(fault.Conflict, "customer.number_taken", "Number", row.Shown)
	}
	return err
}

func (s *Service) record(tx *db.Tx, by By, action string, id int64, before, after any) error {
	return audit.Change(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: "customer", ObjectID: strconv.FormatInt(id, 10)}, before, after)
}
