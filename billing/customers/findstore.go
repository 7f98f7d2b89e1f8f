package customers

import (
	"context"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// Find is the one customer whom somebody means by what they typed: an account number, an old one, or a phone. Of a merged one it is who
// answers for them; a closed one is found. fault.NotFound "customer.unknown", fault.Conflict "customer.several" when it may be more than one.
func (s *Service) Find(tx *db.Tx, typed string) (Customer, error) { return s.find(tx.Gorm(), typed) }

// FindNow is Find outside of a transaction.
func (s *Service) FindNow(ctx context.Context, typed string) (Customer, error) {
	return s.find(s.DB.Read(ctx), typed)
}

func (s *Service) find(from *gorm.DB, typed string) (Customer, error) {
	t := ReadTyped(typed)
	ids, err := s.meant(from, t)
	if err != nil {
		return Customer{}, err
	}
	var found Customer
	for _, id := range ids {
		c, err := answering(from, id)
		if err != nil {
			return Customer{}, err
		}
		if found.ID != 0 && found.ID != c.ID {
			return Customer{}, fault.New(fault.Conflict, "customer.several", "Typed", typed)
		}
		found = c
	}
	if found.ID == 0 {
		return Customer{}, fault.New(fault.NotFound, "customer.unknown")
	}
	return found, nil
}

// meant: a number that is written whole comes before one without its zeros, and that before a phone.
func (s *Service) meant(from *gorm.DB, t Typed) ([]int64, error) {
	fresh := func() *gorm.DB { return from.Session(&gorm.Session{NewDB: true}) }
	for _, key := range t.Keys {
		if ids, err := holders(fresh().Where("number_key = ?", key)); err != nil || len(ids) > 0 {
			return ids, err
		}
	}
	if t.Loose != "" {
		if ids, err := holders(fresh().Where("loose = ?", t.Loose)); err != nil || len(ids) > 0 {
			return ids, err
		}
	}
	if t.Phone == "" {
		return nil, nil
	}
	return s.reachedBy(fresh(), string(t.Phone))
}

// ByEmailTx is the one customer who has an e-mail address, of a merged one who answers for them; false when nobody has it, or several have.
func (s *Service) ByEmailTx(tx *db.Tx, address string) (Customer, bool, error) {
	ids, err := s.reachedBy(tx.Gorm().Session(&gorm.Session{NewDB: true}), address)
	if err != nil {
		return Customer{}, false, err
	}
	var found Customer
	for _, id := range ids {
		c, err := answering(tx.Gorm(), id)
		if err != nil || found.ID != 0 && found.ID != c.ID {
			return Customer{}, false, err
		}
		found = c
	}
	return found, found.ID != 0, nil
}

func (s *Service) meantNow(ctx context.Context, typed string) ([]int64, error) {
	return s.meant(s.DB.Read(ctx), ReadTyped(typed))
}

// mostMerges bounds how often an account may have been merged into the next.
const mostMerges = 16

// answering is who answers for a customer: themselves, or who they were merged into.
func answering(from *gorm.DB, id int64) (Customer, error) {
	for range mostMerges {
		c, err := one(from.Session(&gorm.Session{NewDB: true}).Where("id = ?", id))
		if err != nil || c.State != Merged {
			return c, err
		}
		id = c.MergedInto
	}
	return Customer{}, fault.New(fault.Internal, "internal")
}

func (s *Service) answeringNow(ctx context.Context, id int64) (Customer, error) {
	return answering(s.DB.Read(ctx), id)
}
