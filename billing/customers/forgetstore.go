package customers

import (
	"context"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Numbered says whether a number, as NumberKey spells it, is somebody's already.
func (s *Service) Numbered(ctx context.Context, key string) (bool, error) {
	ids, err := holders(s.DB.Read(ctx).Where("number_key = ?", key))
	return len(ids) > 0, err
}

// Hold keeps a customer as they are until the transaction ends, and gives them; fault.NotFound "customer.unknown".
func (s *Service) Hold(tx *db.Tx, id int64) (Customer, error) { return s.hold(tx, id) }

// Serve keeps a customer as they are until the transaction ends, so that something can be given to them; fault.NotFound "customer.unknown",
// fault.Conflict "customer.not_active".
func (s *Service) Serve(tx *db.Tx, id int64) error {
	c, err := s.hold(tx, id)
	if err == nil && c.State != Active {
		err = fault.New(fault.Conflict, "customer.not_active")
	}
	return err
}

// Reached lists by what a customer is found and reached, numbers, contacts and addresses, in the order in which they were written.
func (s *Service) Reached(tx *db.Tx, customerID int64) (all []string, err error) {
	if err := tx.Gorm().Model(&numberRow{}).Where("customer_id = ?", customerID).Order("id").Pluck("number_key", &all).Error; err != nil {
		return nil, db.Fault(err)
	}
	contacts, err := s.contactsTx(tx, customerID)
	if err != nil {
		return nil, err
	}
	for _, c := range contacts {
		all = append(all, string(c.Kind)+" "+c.Value+" "+c.Person)
	}
	addresses, err := s.addressesTx(tx, customerID)
	for _, a := range addresses {
		all = append(all, string(a.Kind)+" "+a.Text()+" "+a.At.String())
	}
	return all, err
}

// written says whether anything was written down about a customer that no import brings: a note, a tag, an identity.
func (s *Service) written(tx *db.Tx, customerID int64) (bool, error) {
	var found []int64
	err := tx.Gorm().Raw("SELECT 1 FROM customer_notes WHERE customer_id = ? UNION SELECT 1 FROM customer_tags WHERE customer_id = ? UNION SELECT 1 FROM customer_identities WHERE customer_id = ? LIMIT 1",
		customerID, customerID, customerID).Scan(&found).Error
	return len(found) > 0, db.Fault(err)
}

// Forget takes back a customer who was brought in and has not moved since: nobody may know their number yet. fault.Conflict
// "customer.changed" when they are not as they were read, "customer.parent_has_children" when they have parts, and what a Keeper says.
func (s *Service) Forget(tx *db.Tx, c Customer, by By) error {
	has, err := s.hasChildren(tx, c.ID)
	if err != nil {
		return err
	}
	if has {
		return fault.New(fault.Conflict, "customer.parent_has_children")
	}
	if has, err = s.written(tx, c.ID); err != nil {
		return err
	}
	if has {
		return fault.New(fault.Conflict, "customer.changed")
	}
	for _, k := range s.keepers {
		if err := k.MayForget(tx, c.ID); err != nil {
			return err
		}
	}
	won, err := db.Won(tx.Gorm().Where("id = ? AND version = ? AND state = ?", c.ID, c.Version, string(Active)).Delete(&customerRow{}))
	if err != nil {
		return db.Fault(err)
	}
	if !won {
		return fault.New(fault.Conflict, "customer.changed")
	}
	for _, of := range []any{&contactRow{}, &numberRow{}, &wordRow{}, &soundRow{}, &addressRow{}} {
		if err := tx.Gorm().Where("customer_id = ?", c.ID).Delete(of).Error; err != nil {
			return db.Fault(err)
		}
	}
	return s.record(tx, by, "customer taken back", c.ID, told(c, nil), nil)
}
