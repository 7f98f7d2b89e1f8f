package site

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
)

// most bounds what is kept in memory: sites, and brands, of one provider.
const most = 5000

// Service saves sites and brands and answers from a copy in memory.
type Service struct {
	db    *db.DB
	clock clock.Clock

	refreshing sync.Mutex // one refresh at a time
	mu         sync.RWMutex
	copied     memory
}

// memory is one consistent copy; nil maps mean not yet loaded.
type memory struct {
	sites                       map[int64]Site
	slugs                       map[string]int64
	brands                      map[int64]Brand
	siteVersions, brandVersions map[int64]int64
}

// New makes the service; its memory fills at the first question.
func New(d *db.DB, c clock.Clock) *Service { return &Service{db: d, clock: c} }

// BySlug gives a site and its brand; fault.NotFound "site.unknown".
func (s *Service) BySlug(slug string) (Site, Brand, error) {
	m, err := s.memory()
	if err != nil {
		return Site{}, Brand{}, err
	}
	return m.site(m.slugs[strings.ToLower(slug)])
}

// Get gives a site and its brand; fault.NotFound "site.unknown".
func (s *Service) Get(id int64) (Site, Brand, error) {
	m, err := s.memory()
	if err != nil {
		return Site{}, Brand{}, err
	}
	return m.site(id)
}

// Location is the zone of a site; Nairobi's for none, or one that is not known.
func (s *Service) Location(id int64) *time.Location {
	m, err := s.memory()
	if err != nil {
		return clock.Nairobi
	}
	return m.sites[id].Location()
}

// Called is a site's name; empty when there is none.
func (s *Service) Called(id int64) string {
	m, err := s.memory()
	if err != nil {
		return ""
	}
	return m.sites[id].Name
}

func (m memory) site(id int64) (Site, Brand, error) {
	found, ok := m.sites[id]
	if !ok {
		return Site{}, Brand{}, fault.New(fault.NotFound, "site.unknown")
	}
	brand, ok := m.brands[found.BrandID]
	if !ok {
		brand = House
		brand.Name = found.Name
	}
	return found, brand, nil
}

// Sites lists all sites by slug; empty while the database has not answered yet.
func (s *Service) Sites() []Site {
	m, _ := s.memory()
	return slices.SortedFunc(maps.Values(m.sites), func(a, b Site) int { return strings.Compare(a.Slug, b.Slug) })
}

// Brands lists all brands by key; empty while the database has not answered yet.
func (s *Service) Brands() []Brand {
	m, _ := s.memory()
	return slices.SortedFunc(maps.Values(m.brands), func(a, b Brand) int { return strings.Compare(a.Key, b.Key) })
}

// SaveSite checks and stores a site; one without an id is new. A taken slug is fault.Conflict, and so is a changed one
// ("site.slug_fixed"): addresses and printed codes hold it.
func (s *Service) SaveSite(tx *db.Tx, v Site) (Site, error) {
	v, err := v.Check()
	if err != nil {
		return v, err
	}
	v, err = s.writeSite(tx, v)
	tx.AfterCommit(s.refreshSoon)
	return v, err
}

// SaveBrand checks, cleans and stores a brand; one without an id is new.
func (s *Service) SaveBrand(tx *db.Tx, v Brand) (Brand, error) {
	v, err := v.Check()
	if err != nil {
		return v, err
	}
	v, err = s.writeBrand(tx, v)
	tx.AfterCommit(s.refreshSoon)
	return v, err
}

// refreshSoon runs after a commit. When it fails the next Refresh does it.
func (s *Service) refreshSoon() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = s.Refresh(ctx)
}

func (s *Service) memory() (memory, error) {
	s.mu.RLock()
	m := s.copied
	s.mu.RUnlock()
	if m.sites != nil {
		return m, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.Refresh(ctx); err != nil {
		return memory{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.copied, nil
}

// Refresh brings the memory up to the database; cheap when nothing changed. Each node calls it every second or two.
func (s *Service) Refresh(ctx context.Context) error {
	s.refreshing.Lock()
	defer s.refreshing.Unlock()
	siteVersions, brandVersions, err := s.versions(ctx)
	if err != nil {
		return err
	}
	s.mu.RLock()
	same := s.copied.sites != nil && maps.Equal(siteVersions, s.copied.siteVersions) && maps.Equal(brandVersions, s.copied.brandVersions)
	s.mu.RUnlock()
	if same {
		return nil
	}
	fresh, err := s.load(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.copied = fresh
	s.mu.Unlock()
	return nil
}

func (s *Service) load(ctx context.Context) (memory, error) {
	sites, brands, mails, err := s.read(ctx)
	m := memory{sites: map[int64]Site{}, slugs: map[string]int64{}, brands: map[int64]Brand{},
		siteVersions: map[int64]int64{}, brandVersions: map[int64]int64{}}
	for _, r := range sites {
		v, bad := r.site()
		if bad != nil { // a zone this host's tzdata lacks: the site goes on in Nairobi's time
			v.location = clock.Nairobi
		}
		m.sites[r.ID], m.slugs[r.Slug], m.siteVersions[r.ID] = v, r.ID, r.Version
	}
	for _, r := range brands {
		m.brands[r.ID], m.brandVersions[r.ID] = r.brand(), r.Version
	}
	for _, r := range mails {
		if b, ok := m.brands[r.BrandID]; ok {
			b.MailName, b.MailFrom = r.FromName, r.FromAddress
			m.brands[r.BrandID] = b
		}
	}
	return m, err
}
