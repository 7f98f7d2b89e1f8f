package resellers

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"mtandao/billing/customers"
	"mtandao/internal/fault"
)

const mostFound = 10

// Find lists whom somebody may mean: by account, by phone, or by the beginning of the name as it is written, or in capitals. Nothing found is no error.
func (s *Service) Find(ctx context.Context, typed string) ([]Reseller, error) {
	if number, ok := strings.CutPrefix(strings.ToUpper(typed), "R"); ok {
		if n, err := strconv.ParseInt(number, 10, 64); err == nil {
			one, err := s.ByNumber(ctx, n)
			if fault.Is(err, fault.NotFound) {
				return nil, nil
			}
			return []Reseller{one}, err
		}
	}
	if phone, err := customers.ParsePhone(typed); err == nil {
		return s.all(s.DB.Read(ctx).Where("phone_hash IN ?", s.Keys.Lookups(purposePhone, string(phone))).Limit(mostFound))
	}
	if utf8.RuneCountInString(typed) < 2 {
		return nil, nil
	}
	var found []Reseller
	var failed error
	for _, name := range spellings(typed) {
		some, err := s.all(s.DB.Read(ctx).Where("name >= ? AND name < ?", name, name+string(utf8.MaxRune)).Order("name").Limit(mostFound))
		found, failed = append(found, some...), errors.Join(failed, err)
	}
	return found[:min(len(found), mostFound)], failed
}

// spellings of a name that people type in small letters: as it is, each word with a capital, and in capitals.
func spellings(typed string) []string {
	start := true
	words := strings.Map(func(r rune) rune {
		was := start
		if start = unicode.IsSpace(r); was {
			return unicode.ToUpper(r)
		}
		return r
	}, typed)
	all := []string{typed}
	for _, one := range []string{words, strings.ToUpper(typed)} {
		if one != all[len(all)-1] && one != typed {
			all = append(all, one)
		}
	}
	return all
}
