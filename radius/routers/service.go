package routers

import (
	"context"
	"encoding/base32"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

// Service keeps the routers: the truth in the database, a copy in memory that answers every look-up.
type Service struct {
	db    *db.DB
	keys  *seal.Keys
	clock clock.Clock

	refreshing sync.Mutex // one reader of changes at a time
	index      atomic.Pointer[index]
	news       *news
	signs      sync.Map // by id: *signing routers, which the copy may not know yet
}

// New makes a service that knows no router yet: call Refresh before the first look-up and every two seconds after, and
// Flush every few seconds.
func New(d *db.DB, keys *seal.Keys, c clock.Clock) *Service {
	s := &Service{db: d, keys: keys, clock: c, news: newNews()}
	s.index.Store(newIndex(map[int64]*Router{}))
	return s
}

// ByAddress finds the active router that sends from this address; of several prefixes the longest wins. What it returns is
// shared and never changes.
func (s *Service) ByAddress(a netip.Addr) (*Router, bool) { return s.asSeen(s.index.Load().find(a)) }

// asSeen is a router with what was seen of it since the copy was made.
func (s *Service) asSeen(r *Router, ok bool) (*Router, bool) {
	if !ok || r.AuthSeen {
		return r, ok
	}
	kept, seen := s.signs.Load(r.ID)
	if !seen {
		return r, true
	}
	known := kept.(*signing)
	if known.of != r {
		known = &signing{of: r, router: *r}
		known.router.AuthSeen = true
		s.signs.Store(r.ID, known)
	}
	return &known.router, true
}

// signing is a router that was seen to sign, made of one in the copy; of is nil before it was asked for.
type signing struct {
	of     *Router
	router Router
}

func valueOf(r *Router, ok bool) (Router, bool) {
	if !ok {
		return Router{}, false
	}
	return *r, true
}

// ByToken finds the active router that a portal URL names.
func (s *Service) ByToken(token string) (Router, bool) {
	x := s.index.Load()
	r, ok := x.byID[x.byToken[token]]
	return valueOf(s.asSeen(r, ok))
}

// Get finds a router by id, a retired one too.
func (s *Service) Get(id int64) (Router, bool) {
	r, ok := s.index.Load().byID[id]
	return valueOf(s.asSeen(r, ok))
}

// All lists every router by name.
func (s *Service) All() []Router {
	var all []Router
	for _, r := range s.index.Load().byID {
		r, _ = s.asSeen(r, true)
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b Router) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Save stores a new router (ID 0) or all of an existing one's settings; the token, what was seen of it and its id stay.
// fault.Conflict "router.address_taken" or "router.name_taken". The secret is replaced at once: see RotateSecret. A
// retired router gives up its addresses, the one inside the tunnel too.
func (s *Service) Save(tx *db.Tx, r Router) (Router, error) {
	r = r.withDefaults()
	if err := r.Validate(); err != nil {
		return Router{}, err
	}
	if r.State == StateRetired {
		r.Addresses = nil
	}
	saved, err := s.store(tx, r)
	if err != nil {
		return Router{}, err
	}
	if r.State == StateRetired {
		saved.Tunnel = Tunnel{}
		if err := dropTunnel(tx, saved.ID); err != nil {
			return Router{}, err
		}
	}
	s.refreshAfter(tx)
	return saved, nil
}

// RotateSecret gives a router a new secret and accepts the old one for a while longer, so that the router can be changed
// in between. fault.NotFound "router.unknown".
func (s *Service) RotateSecret(tx *db.Tx, id int64, secret string, overlap time.Duration) error {
	if len(secret) < leastSecret {
		return fault.New(fault.Invalid, "router.secret_short")
	}
	if len(secret) > longest {
		return fault.New(fault.Invalid, "router.secret_long")
	}
	if err := s.storeSecret(tx, id, secret, s.clock.Now().Add(overlap)); err != nil {
		return err
	}
	s.refreshAfter(tx)
	return nil
}

// refreshAfter makes a change visible here at once; when that fails, the next poll brings it.
func (s *Service) refreshAfter(tx *db.Tx) {
	tx.AfterCommit(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = s.Refresh(ctx)
	})
}

// Refresh brings the copy in memory up to date. A router that cannot be opened (its key is missing) is named in the error
// and the others are served.
func (s *Service) Refresh(ctx context.Context) error {
	s.refreshing.Lock()
	defer s.refreshing.Unlock()
	known := s.index.Load()
	stamps, err := s.stamps(ctx)
	if err != nil {
		return err
	}
	var changed []int64
	for _, stamp := range stamps {
		s.news.heardElsewhere(stamp.ID, stamp.LastHeardAt)
		if r, ok := known.byID[stamp.ID]; !ok || r.Version < stamp.Version {
			changed = append(changed, stamp.ID)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	loaded, err := s.load(ctx, changed)
	s.merge(loaded)
	return err
}

// merge puts changed routers into the copy; what is older than what is known there changes nothing.
func (s *Service) merge(changed []Router) {
	for {
		old := s.index.Load()
		all := maps.Clone(old.byID)
		for _, r := range changed {
			if known := all[r.ID]; known == nil || known.Version <= r.Version {
				all[r.ID] = &r
			}
		}
		if s.index.CompareAndSwap(old, newIndex(all)) {
			return
		}
	}
}

var tokens = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// newToken is 128 random bits in 26 characters.
func newToken() string { return tokens.EncodeToString(seal.Random(16)) }
