package customers

import (
	"context"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
)

// contactRow: Value is sealed, ValueHash its keyed look-up hash.
type contactRow struct {
	ID         int64
	CustomerID int64
	Kind       string
	Value      []byte
	ValueHash  string
	Person     string
	ForBills   int
	ForAlerts  int
	MadeAt     time.Time
}

func (contactRow) TableName() string { return "customer_contacts" }

func (s *Service) writeContacts(tx *db.Tx, customerID int64, contacts []Contact) error {
	var rows []contactRow
	for _, c := range contacts {
		value, err := s.Keys.Seal(purposeContact, []byte(c.Value))
		if err != nil {
			return err
		}
		rows = append(rows, contactRow{ID: tx.ID(), CustomerID: customerID, Kind: string(c.Kind), Value: value, ValueHash: s.Keys.Lookup(purposeContact, c.Value),
			Person: c.Person, ForBills: yes(c.ForBills), ForAlerts: yes(c.ForAlerts), MadeAt: s.Clock.Now()})
	}
	if len(rows) == 0 {
		return nil
	}
	return db.Fault(tx.Gorm().Create(&rows).Error)
}

func (s *Service) dropContacts(tx *db.Tx, customerID int64) error {
	return db.Fault(tx.Gorm().Where("customer_id = ?", customerID).Delete(&contactRow{}).Error)
}

func (s *Service) contacts(from *gorm.DB) (all []Contact, err error) {
	var rows []contactRow
	if err := from.Order("id").Limit(mostContacts).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	for _, r := range rows {
		value, err := s.Keys.Open(purposeContact, r.Value)
		if err != nil {
			return nil, err
		}
		all = append(all, Contact{ID: r.ID, Kind: ContactKind(r.Kind), Value: string(value), Person: r.Person, ForBills: r.ForBills == 1, ForAlerts: r.ForAlerts == 1})
	}
	return all, nil
}

// Contacts lists how a customer is reached, the first phone theirs.
func (s *Service) Contacts(ctx context.Context, customerID int64) ([]Contact, error) {
	return s.contacts(s.DB.Read(ctx).Where("customer_id = ?", customerID))
}

func (s *Service) contactsTx(tx *db.Tx, customerID int64) ([]Contact, error) {
	return s.contacts(tx.Gorm().Where("customer_id = ?", customerID))
}

// OwnPhone is the phone that is a customer's own, as the transaction sees it; none is empty.
func (s *Service) OwnPhone(tx *db.Tx, customerID int64) (Phone, error) {
	contacts, err := s.contactsTx(tx, customerID)
	return OwnPhone(contacts), err
}

// reachedBy lists the customers who are not merged that a phone or address leads to.
func (s *Service) reachedBy(from *gorm.DB, value string) (ids []int64, err error) {
	err = from.Raw(`SELECT DISTINCT k.customer_id FROM customer_contacts k JOIN customers c ON c.id = k.customer_id
		WHERE k.value_hash IN ? AND c.state <> ? LIMIT ?`, s.Keys.Lookups(purposeContact, value), string(Merged), severalAreEnough).Scan(&ids).Error
	return ids, db.Fault(err)
}

func (s *Service) reached(ctx context.Context, value string) ([]int64, error) {
	return s.reachedBy(s.DB.Read(ctx), value)
}
