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

// AddTag gives a customer a tag; false when they have it. Faults of CheckTags, fault.Conflict "customer.merged", fault.NotFound "customer.unknown".
func (s *Service) AddTag(tx *db.Tx, customerID int64, tag string, by By) (bool, error) {
	before, err := s.holdTags(tx, customerID)
	if err != nil || slices.Contains(before, tag) {
		return false, err
	}
	return true, s.SaveTags(tx, customerID, append(before, tag), by)
}

// DropTag takes a tag away from a customer; false when they do not have it. Faults of AddTag.
func (s *Service) DropTag(tx *db.Tx, customerID int64, tag string, by By) (bool, error) {
	before, err := s.holdTags(tx, customerID)
	at := slices.Index(before, tag)
	if err != nil || at < 0 {
		return false, err
	}
	return true, s.SaveTags(tx, customerID, slices.Delete(before, at, at+1), by)
}

// holdTags are the tags of a customer whom nobody else changes until the transaction ends.
func (s *Service) holdTags(tx *db.Tx, customerID int64) ([]string, error) {
	c, err := s.hold(tx, customerID)
	if err == nil && c.State == Merged {
		err = fault.New(fault.Conflict, "customer.merged")
	}
	if err != nil {
		return nil, err
	}
	return s.tagsTx(tx, customerID)
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
