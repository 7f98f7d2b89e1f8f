package acme

import (
	"context"
	"io/fs"
	"strings"
	"time"

	"github.com/caddyserver/certmagic"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/seal"
)

const purposeItem = "acme.item"

// A lock of a node that died is free after lockLasts; certmagic asks again for long work.
const (
	lockLasts = 5 * time.Minute
	lockAgain = 500 * time.Millisecond
	lockMost  = 24 * time.Hour // a lock for longer was taken before a clock was set back
)

// item is one thing that certmagic keeps: a key, a certificate, an account. Its value is sealed under its name.
type item struct {
	Name      string `gorm:"primaryKey"`
	Value     []byte
	Size      int64
	UpdatedAt time.Time
}

func (item) TableName() string { return "acme_items" }

type lock struct {
	Name   string `gorm:"primaryKey"`
	Holder string
	Until  time.Time
}

func (lock) TableName() string { return "acme_locks" }

// storage implements certmagic.Storage on the database.
type storage struct {
	db     *db.DB
	keys   *seal.Keys
	clock  clock.Clock
	holder string
}

func newStorage(o Options) *storage {
	return &storage{db: o.DB, keys: o.Keys, clock: o.Clock, holder: db.NewHolder()}
}

func (s *storage) Store(ctx context.Context, key string, value []byte) error {
	sealed, err := s.keys.Seal(purposeItem+" "+key, value)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Save(&item{Name: key, Value: sealed, Size: int64(len(value)), UpdatedAt: s.clock.Now()}).Error)
	})
}

func (s *storage) find(ctx context.Context, key string) (item, error) {
	var found []item
	err := s.db.Read(ctx).Where("name = ?", key).Limit(1).Find(&found).Error
	if err != nil {
		return item{}, db.Fault(err)
	}
	if len(found) == 0 {
		return item{}, fs.ErrNotExist // certmagic asks for this one
	}
	return found[0], nil
}

func (s *storage) Load(ctx context.Context, key string) ([]byte, error) {
	i, err := s.find(ctx, key)
	if err != nil {
		return nil, err
	}
	return s.keys.Open(purposeItem+" "+key, i.Value)
}

// below are the names under a prefix: from "prefix/" to before "prefix0", the next character.
func (s *storage) below(ctx context.Context, prefix string) (names []string, err error) {
	prefix = strings.TrimSuffix(prefix, "/")
	err = s.db.Read(ctx).Model(&item{}).Where("name > ? AND name < ?", prefix+"/", prefix+"0").Order("name").Limit(10_000).Pluck("name", &names).Error
	return names, db.Fault(err)
}

func (s *storage) Delete(ctx context.Context, key string) error {
	return s.db.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Where("name = ? OR (name > ? AND name < ?)", key, key+"/", key+"0").Delete(&item{}).Error)
	})
}

func (s *storage) Exists(ctx context.Context, key string) bool {
	if _, err := s.find(ctx, key); err == nil {
		return true
	}
	names, err := s.below(ctx, key)
	return err == nil && len(names) > 0
}

func (s *storage) List(ctx context.Context, path string, recursive bool) ([]string, error) {
	names, err := s.below(ctx, path)
	if err != nil || recursive {
		return names, err
	}
	var children []string
	prefix := strings.TrimSuffix(path, "/") + "/"
	for _, name := range names {
		first, _, _ := strings.Cut(strings.TrimPrefix(name, prefix), "/")
		if child := prefix + first; len(children) == 0 || children[len(children)-1] != child {
			children = append(children, child)
		}
	}
	return children, nil
}

func (s *storage) Stat(ctx context.Context, key string) (certmagic.KeyInfo, error) {
	i, err := s.find(ctx, key)
	if err == nil {
		return certmagic.KeyInfo{Key: key, Modified: i.UpdatedAt, Size: i.Size, IsTerminal: true}, nil
	}
	if names, e := s.below(ctx, key); e == nil && len(names) > 0 {
		return certmagic.KeyInfo{Key: key}, nil
	}
	return certmagic.KeyInfo{}, err
}

func (s *storage) Lock(ctx context.Context, name string) error {
	for {
		won, err := s.tryLock(ctx, name)
		if won || err != nil {
			return err
		}
		timer := time.NewTimer(lockAgain)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

func (s *storage) tryLock(ctx context.Context, name string) (won bool, err error) {
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		now := s.clock.Now()
		won, err = db.Won(tx.Gorm().Exec("UPDATE acme_locks SET holder = ?, until = ? WHERE name = ? AND (until < ? OR until > ?)", s.holder, now.Add(lockLasts), name, now, now.Add(lockMost)))
		if won || err != nil {
			return db.Fault(err)
		}
		err = tx.Gorm().Exec("INSERT INTO acme_locks (name, holder, until) VALUES (?, ?, ?)", name, s.holder, now.Add(lockLasts)).Error
		if won = err == nil; db.IsDuplicate(err) {
			return nil
		}
		return db.Fault(err)
	})
	return won, err
}

func (s *storage) Unlock(ctx context.Context, name string) error {
	return s.db.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Where("name = ? AND holder = ?", name, s.holder).Delete(&lock{}).Error)
	})
}

// RenewLockLease implements certmagic.LockLeaseRenewer.
func (s *storage) RenewLockLease(ctx context.Context, name string, lasts time.Duration) error {
	return s.db.InTx(ctx, func(tx *db.Tx) error {
		return db.Fault(tx.Gorm().Exec("UPDATE acme_locks SET until = ? WHERE name = ? AND holder = ?", s.clock.Now().Add(lasts), name, s.holder).Error)
	})
}
