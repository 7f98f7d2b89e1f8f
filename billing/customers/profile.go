package customers

import (
	"context"
	"slices"
	"strings"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Profile is a customer with all that a form or an import says of them.
type Profile struct {
	Customer
	Contacts   []Contact
	Addresses  []Address
	Tags       []string
	OldNumbers []string  // to be added to those that there are
	Identity   *Identity // nil: as it is
}

const mostTags = 20

// CheckTags brings tags to the form in which they are found: small letters, each once; fault.Invalid "customer.tags".
func CheckTags(typed []string) (all []string, err error) {
	for _, tag := range typed {
		if tag = strings.ToLower(strings.Join(strings.Fields(tag), " ")); tag == "" || slices.Contains(all, tag) {
			continue
		}
		if !isLine(tag, 1, 40) || strings.Contains(tag, ",") || len(all) == mostTags {
			return nil, fault.New(fault.Invalid, "customer.tags")
		}
		all = append(all, tag)
	}
	slices.Sort(all)
	return all, nil
}

// Keep stores a profile whole, or nothing of it: a customer without an id is new. Faults of Create, Save and of each part. Give old numbers
// with a new customer: the number that is drawn then is no slip away from them.
func (s *Service) Keep(ctx context.Context, p Profile, by By) (c Customer, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error { c, err = s.KeepTx(tx, p, by); return err })
	return c, err
}

// KeepTx is Keep inside a transaction, as imports want it.
func (s *Service) KeepTx(tx *db.Tx, p Profile, by By) (c Customer, err error) {
	if p.ID == 0 {
		c, err = s.create(tx, p.Customer, p.Contacts, p.OldNumbers, by)
	} else if c, err = s.Save(tx, p.Customer, by); err == nil {
		err = s.SaveContacts(tx, c.ID, p.Contacts, by)
	}
	if err != nil {
		return c, err
	}
	if err := s.SaveAddresses(tx, c.ID, p.Addresses, by); err != nil {
		return c, err
	}
	if err := s.SaveTags(tx, c.ID, p.Tags, by); err != nil {
		return c, err
	}
	if p.ID != 0 {
		if err := s.addNumbers(tx, c.ID, p.OldNumbers, by); err != nil {
			return c, err
		}
	}
	if p.Identity != nil {
		err = s.SetIdentity(tx, c.ID, *p.Identity, by)
	}
	return c, err
}

func (s *Service) addNumbers(tx *db.Tx, customerID int64, old []string, by By) error {
	for _, typed := range old {
		if err := s.AddNumber(tx, customerID, typed, by); err != nil {
			return err
		}
	}
	return nil
}

// SaveTags puts these tags in the place of those that a customer has.
func (s *Service) SaveTags(tx *db.Tx, customerID int64, tags []string, by By) error {
	tags, err := CheckTags(tags)
	if err != nil {
		return err
	}
	before, err := s.tagsTx(tx, customerID)
	if err != nil || slices.Equal(before, tags) {
		return err
	}
	if err := s.writeTags(tx, customerID, tags); err != nil {
		return err
	}
	return s.record(tx, by, "tags changed", customerID, before, tags)
}

// SaveAddresses puts these addresses in the place of those that a customer has.
func (s *Service) SaveAddresses(tx *db.Tx, customerID int64, addresses []Address, by By) error {
	addresses, err := CheckAddresses(addresses)
	if err != nil {
		return err
	}
	before, err := s.addressesTx(tx, customerID)
	if err != nil || slices.EqualFunc(before, addresses, func(a, b Address) bool { a.ID, b.ID = 0, 0; return a == b }) {
		return err
	}
	if err := s.writeAddresses(tx, customerID, addresses); err != nil {
		return err
	}
	return s.record(tx, by, "addresses changed", customerID, toldAddresses(before), toldAddresses(addresses))
}

// toldAddresses says the area only: where somebody lives is not for the trail, which is never erased.
func toldAddresses(all []Address) []string {
	said := []string{}
	for _, a := range all {
		said = append(said, a.Area)
	}
	return said
}
