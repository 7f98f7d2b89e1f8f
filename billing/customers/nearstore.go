package customers

import (
	"context"
	"slices"

	"mtandao/internal/db"
)

// mostNear is how many customers a slip of a finger is thought to have meant.
const mostNear = 5

// Near lists the customers whose own number is what somebody typed but for one slip: a wrong digit, two swapped, one left out or one too many.
func (s *Service) Near(ctx context.Context, typed string) ([]Customer, error) {
	var near []Customer
	for _, key := range ReadTyped(typed).Keys {
		if !onlyDigits10(key) || len(key) < numberLength-1 || len(key) > numberLength+1 {
			continue
		}
		ids, err := s.holdersOfAny(ctx, meantBy(key))
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			c, err := answering(s.DB.Read(ctx), id)
			if err != nil {
				return nil, err
			}
			if !slices.ContainsFunc(near, func(n Customer) bool { return n.ID == c.ID }) && len(near) < mostNear {
				near = append(near, c)
			}
		}
	}
	return near, nil
}

// meantBy are the account numbers that one slip makes digits of.
func meantBy(digits string) (all []string) {
	all = slips(digits)
	for i := range len(digits) {
		all = append(all, digits[:i]+digits[i+1:])
	}
	for i := range len(digits) + 1 {
		for _, d := range digits10 {
			all = append(all, digits[:i]+string(d)+digits[i:])
		}
	}
	all = slices.DeleteFunc(all, func(n string) bool { return !isNumber(n) })
	slices.Sort(all)
	return slices.Compact(all)
}

func (s *Service) holdersOfAny(ctx context.Context, numbers []string) (ids []int64, err error) {
	for some := range db.Pieces(numbers) {
		found, err := holders(s.DB.Read(ctx).Where("number_key IN ? AND kind = ?", some, numberOwn))
		if err != nil {
			return nil, err
		}
		ids = append(ids, found...)
	}
	return ids, nil
}
