package apikeys

import (
	"context"
	"slices"
	"time"

	"mtandao/internal/audit"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/seal"
)

// Options are what the service stands on.
type Options struct {
	DB    *db.DB
	Keys  *seal.Keys
	Clock clock.Clock
}

// Service keeps keys.
type Service struct{ Options }

// New makes the service.
func New(o Options) *Service { return &Service{o} }

// By is who makes or revokes a key, and from where.
type By struct{ Actor, From string }

const (
	purpose     = "api key"
	prefix      = "mtk_" // by which a key is found where it should not be
	secretBytes = 24
	longestKey  = 100
	usedEvery   = time.Minute
	againFor    = 5 * time.Minute // the answer to a form is given again
)

// Make keeps a new key and tells its secret. request names the form that asks: sent again within minutes it is answered alike, later or with other words
// it is refused; empty: none asks. fault.Invalid "apikey.name", "apikey.scopes" or "apikey.until", fault.Conflict "apikey.request".
func (s *Service) Make(ctx context.Context, k Key, request string, by By) (made Key, secret string, err error) {
	now := s.Clock.Now()
	if k, err = k.check(now); err != nil {
		return k, "", err
	}
	secret = prefix + seal.RandomHex(secretBytes)
	var asked *string
	if request != "" { // whoever sends it twice sees the second answer only: both tell the same secret
		secret = prefix + s.Keys.Lookup(purpose+" secret", by.Actor+" "+request)[:2*secretBytes]
		hash := s.Keys.Lookup(purpose+" request", by.Actor+" "+request)
		asked = &hash
	}
	k.MadeAt, k.MadeBy = now, by.Actor
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		made = k
		made.ID = tx.ID()
		if err := insert(tx, made, s.Keys.Lookup(purpose, secret), asked); err != nil {
			return err
		}
		return s.record(tx, by, "API key made", made)
	})
	if asked != nil && fault.Is(err, fault.Conflict) {
		made, err = s.madeBefore(ctx, k, *asked, secret)
	}
	if err != nil {
		secret = ""
	}
	return made, secret, err
}

// madeBefore is the key that the same form has made a moment ago.
func (s *Service) madeBefore(ctx context.Context, k Key, asked, secret string) (made Key, err error) {
	hash := ""
	err = s.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		made, hash, err = byRequest(tx, asked)
		return err
	})
	same := made.Name == k.Name && slices.Equal(made.Scopes, k.Scopes) && slices.Equal(made.Sites, k.Sites) && made.Until.Equal(k.Until) && slices.Contains(s.Keys.Lookups(purpose, secret), hash)
	if err == nil && (!same || !made.Good(k.MadeAt) || k.MadeAt.Sub(made.MadeAt) > againFor) {
		err = fault.New(fault.Conflict, "apikey.request")
	}
	return made, err
}

// Revoke ends a key at once; one that is revoked already stays as it is. fault.NotFound "apikey.unknown".
func (s *Service) Revoke(ctx context.Context, id int64, by By) (k Key, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		won, err := revoke(tx, id, s.Clock.Now())
		if err != nil {
			return err
		}
		if k, err = get(tx, id); err != nil || !won {
			return err
		}
		return s.record(tx, by, "API key revoked", k)
	})
	return k, err
}

// Judge is the good key of a secret; fault.Denied "apikey.refused" for any other.
func (s *Service) Judge(ctx context.Context, secret string) (Key, error) {
	refused := fault.New(fault.Denied, "apikey.refused")
	if len(secret) > longestKey {
		return Key{}, refused
	}
	now := s.Clock.Now()
	k, found, err := s.byHash(ctx, s.Keys.Lookups(purpose, secret))
	switch {
	case err != nil:
		return k, err
	case !found || !k.Good(now):
		return Key{}, refused
	case now.Sub(k.UsedAt) >= usedEvery:
		return k, s.DB.InTx(ctx, func(tx *db.Tx) error { return use(tx, k.ID, now) })
	}
	return k, nil
}

func (s *Service) record(tx *db.Tx, by By, action string, k Key) error {
	return audit.Change(tx, s.Clock.Now(), audit.Event{Actor: by.Actor, From: by.From, Action: action, Object: "API key", ObjectID: number(k.ID)}, nil, map[string]any{"name": k.Name, "scopes": k.Scopes, "sites": k.Sites, "until": k.Until})
}
