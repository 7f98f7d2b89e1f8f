package customers

import (
	"cmp"
	"context"
	"maps"
	"slices"
)

// Reason is why two customers may be one. Its sentence is words "customer.like_" + the reason.
type Reason string

// The reasons, the weightiest first.
const (
	SameIdentity Reason = "identity"
	SamePIN      Reason = "pin"
	SamePhone    Reason = "phone"
	SameEmail    Reason = "email"
	NearName     Reason = "name"
)

// Duplicate is a customer who may be the same as another.
type Duplicate struct {
	Customer
	Reasons []Reason
}

const mostDuplicates = 10

// Duplicates lists the customers who may be the same as one that is to be saved: the same identity, tax number, phone or e-mail, or a name
// near theirs at the same site; the likeliest first. Merged ones are none, nor is the customer itself.
func (s *Service) Duplicates(ctx context.Context, p Profile) ([]Duplicate, error) {
	found := map[int64][]Reason{}
	see := func(why Reason, ids []int64, err error) error {
		for _, id := range ids {
			if id != p.ID && !slices.Contains(found[id], why) {
				found[id] = append(found[id], why)
			}
		}
		return err
	}
	if p.Identity != nil {
		if i, err := p.Identity.Check(); err == nil {
			ids, err := s.withIdentity(ctx, i)
			if err := see(SameIdentity, ids, err); err != nil {
				return nil, err
			}
		}
	}
	p.Customer.fill()
	if pinShape.MatchString(p.PIN) {
		ids, err := s.withPIN(ctx, p.PIN)
		if err := see(SamePIN, ids, err); err != nil {
			return nil, err
		}
	}
	for _, c := range p.Contacts {
		if c, err := c.check(); err == nil {
			why := map[ContactKind]Reason{ByPhone: SamePhone, ByEmail: SameEmail}[c.Kind]
			ids, err := s.reached(ctx, c.Value)
			if err := see(why, ids, err); err != nil {
				return nil, err
			}
		}
	}
	namesakes, err := s.soundingLike(ctx, p.Name, p.SiteID)
	if err := see(NearName, namesakes, err); err != nil {
		return nil, err
	}
	return s.duplicates(ctx, found)
}

func (s *Service) duplicates(ctx context.Context, found map[int64][]Reason) (all []Duplicate, err error) {
	some, err := s.SomeNow(ctx, slices.Collect(maps.Keys(found)))
	if err != nil {
		return nil, err
	}
	for id, c := range some {
		if c.State != Merged {
			all = append(all, Duplicate{c, found[id]})
		}
	}
	order := []Reason{SameIdentity, SamePIN, SamePhone, SameEmail, NearName}
	slices.SortFunc(all, func(a, b Duplicate) int {
		return cmp.Or(slices.Index(order, a.Reasons[0])-slices.Index(order, b.Reasons[0]), len(b.Reasons)-len(a.Reasons), cmp.Compare(a.ID, b.ID))
	})
	return all[:min(len(all), mostDuplicates)], nil
}

// soundingLike lists the customers of a site whose names are near a name.
func (s *Service) soundingLike(ctx context.Context, name string, siteID int64) (ids []int64, err error) {
	sounds := soundsOf(name)
	if len(sounds) == 0 {
		return nil, nil
	}
	heard, err := s.heard(ctx, sounds, siteID)
	for _, one := range heard {
		if near(name, one.Name) {
			ids = append(ids, one.ID)
		}
	}
	return ids, err
}
