package site

import (
	"encoding/json"

	"mtandao/internal/clock"
	"mtandao/internal/fault"
)

// packedSites is what Pack writes.
type packedSites struct {
	Sites  []Site
	Brands []Brand
}

// Pack is all sites and brands as octets, for the copy on disk; nil while the database has not answered yet.
func (s *Service) Pack() ([]byte, error) {
	s.mu.RLock()
	loaded := s.copied.sites != nil
	s.mu.RUnlock()
	if !loaded {
		return nil, nil
	}
	return json.Marshal(packedSites{Sites: s.Sites(), Brands: s.Brands()})
}

// Unpack fills the memory of a program that has just started; the next Refresh reads all again. fault.Invalid
// "snapshot.unreadable".
func (s *Service) Unpack(packed []byte) error {
	var p packedSites
	if err := json.Unmarshal(packed, &p); err != nil {
		return fault.Wrap(fault.Invalid, "snapshot.unreadable", err)
	}
	m := memory{sites: map[int64]Site{}, slugs: map[string]int64{}, brands: map[int64]Brand{}}
	for _, v := range p.Sites {
		v, err := v.Check()
		if err != nil { // as when it is read from the database
			v.location = clock.Nairobi
		}
		m.sites[v.ID], m.slugs[v.Slug] = v, v.ID
	}
	for _, v := range p.Brands {
		m.brands[v.ID] = v
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.copied = m
	return nil
}
