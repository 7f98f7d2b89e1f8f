package customers

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// Filter chooses customers for a list; what is empty does not restrict, but the state: empty is Active.
type Filter struct {
	Typed   string // a name, the beginning of one or of a number, a phone, an e-mail address or a tax number
	State   State
	Segment Segment
	Tag     string
	Sites   []int64 // nil: of all, and of none
	Before  int64   // the id that the page before ended with; of lists that nothing was typed for
	After   string  // the same of names: where Page.Next said
	Limit   int
}

// Page is a part of a list. Older or Next say that there is more, and where it begins.
type Page struct {
	Customers []Customer
	Older     int64
	Next      string
}

// List is one page of customers: the newest first, or those that somebody typed for.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	if f.State == "" {
		f.State = Active
	}
	f.Limit = max(1, min(f.Limit, 200))
	if f.Typed = strings.TrimSpace(f.Typed); f.Typed != "" {
		return s.typedFor(ctx, f)
	}
	all, err := s.newest(ctx, f)
	p := Page{Customers: all}
	if len(all) > f.Limit {
		p.Customers = all[:f.Limit]
		p.Older = all[f.Limit-1].ID
	}
	return p, err
}

// newest asks site by site, so that each answer comes out of one index in order.
func (s *Service) newest(ctx context.Context, f Filter) (all []Customer, err error) {
	if f.Sites == nil {
		return s.newestAt(ctx, f, nil)
	}
	for _, site := range f.Sites {
		there, err := s.newestAt(ctx, f, &site)
		if err != nil {
			return nil, err
		}
		all = append(all, there...)
	}
	slices.SortFunc(all, func(a, b Customer) int { return cmp.Compare(b.ID, a.ID) })
	return all[:min(len(all), f.Limit+1)], nil
}

// typedFor: what can only be a number, a phone, an address or a tax number is that; everything else is a name.
func (s *Service) typedFor(ctx context.Context, f Filter) (Page, error) {
	exact, err := s.exactly(ctx, f)
	if err != nil || len(exact) > 0 {
		return Page{Customers: exact}, err
	}
	words := wordsOf(f.Typed)
	if len(words) == 0 {
		return Page{}, nil
	}
	if len(words) == 1 && onlyDigits10(words[0]) && len(words[0]) < numberLength {
		all, err := s.numbersFrom(ctx, f, words[0])
		if err != nil || len(all) > 0 {
			return Page{Customers: all}, err
		}
	}
	return s.named(ctx, f, words)
}

// exactly lists whom the typed leads to, whatever their state: who types a whole number means that one. Who answers for a merged one is
// listed for them.
func (s *Service) exactly(ctx context.Context, f Filter) (all []Customer, err error) {
	ids, err := s.meantNow(ctx, f.Typed)
	if err != nil {
		return nil, err
	}
	if pin := (Customer{PIN: f.Typed}); len(ids) == 0 {
		if pin.fill(); pinShape.MatchString(pin.PIN) {
			ids, err = s.withPIN(ctx, pin.PIN)
		} else if address, ok := ReadEmail(f.Typed); ok {
			ids, err = s.reached(ctx, address)
		}
	}
	for _, id := range ids {
		c, e := s.answeringNow(ctx, id)
		if e != nil {
			return nil, e
		}
		if !slices.Contains(all, c) && (f.Sites == nil || slices.Contains(f.Sites, c.SiteID)) {
			all = append(all, c)
		}
	}
	return all, err
}

// Near lists customers whom somebody may have meant by an account that leads to nobody: by one slip in a number (a wrong digit, two swapped, one left out, one too many), or by name; the likeliest
// first, at most limit. It only suggests.
func (s *Service) Near(ctx context.Context, typed string, limit int) ([]Customer, error) {
	var tries []string
	parts, _ := partsOf(typed)
	for _, part := range append(parts, digitsBeside(parts), strings.Join(parts, "")) {
		if part = strings.TrimLeft(part, letters); len(part) >= numberLength-1 && len(part) <= numberLength+1 && onlyDigits10(part) {
			tries = append(tries, append(meantBy(part), part)...)
		}
	}
	all, err := s.numbered(ctx, tries, limit)
	if err != nil || len(all) > 0 {
		return all, err
	}
	words := slices.DeleteFunc(wordsOf(typed), func(w string) bool { return len(w) < 3 || strings.ContainsAny(w, digits10) })
	if len(words) == 0 {
		return nil, nil
	}
	p, err := s.named(ctx, Filter{State: Active, Limit: max(1, limit)}, words)
	return p.Customers, err
}
