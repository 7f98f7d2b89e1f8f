package routers

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"mtandao/internal/db"
	"mtandao/internal/fault"
)

const (
	mostRouters = 50_000
	chunk       = 100 // ids in one question; always as many, or each number would be its own prepared statement
)

// stamp tells whether a router changed since it was read.
type stamp struct {
	ID, Version int64
	LastHeardAt *time.Time
}

func (s *Service) stamps(ctx context.Context) ([]stamp, error) {
	var stamps []stamp
	err := s.db.Read(ctx).Model(&row{}).Select("id", "version", "last_heard_at").Limit(mostRouters).Find(&stamps).Error
	return stamps, db.Fault(err)
}

// load reads these routers; those that cannot be opened are missing from the list and named in the error.
func (s *Service) load(ctx context.Context, ids []int64) (loaded []Router, err error) {
	for part := range slices.Chunk(ids, chunk) {
		some, e := s.loadChunk(s.db.Read(ctx), part)
		loaded, err = append(loaded, some...), errors.Join(err, e)
	}
	return loaded, err
}

func (s *Service) loadChunk(read *gorm.DB, ids []int64) (loaded []Router, err error) {
	ids = slices.Concat(ids, slices.Repeat(ids[:1], chunk-len(ids)))
	var rows []row
	var addresses []addressRow
	if err := read.Where("id IN ?", ids).Find(&rows).Error; err != nil {
		return nil, db.Fault(err)
	}
	if err := read.Where("router_id IN ?", ids).Order("prefix").Find(&addresses).Error; err != nil {
		return nil, db.Fault(err)
	}
	of := map[int64][]addressRow{}
	for _, a := range addresses {
		of[a.RouterID] = append(of[a.RouterID], a)
	}
	for _, w := range rows {
		r, e := w.router(of[w.ID], s.keys)
		if e != nil {
			err = errors.Join(err, fmt.Errorf("router %q: %w", w.Name, e))
			continue
		}
		loaded = append(loaded, r)
	}
	return loaded, errors.Join(err, s.loadTunnels(read, ids, loaded))
}

func readAddresses(r *Router, rows []addressRow) error {
	for _, a := range rows {
		p, err := netip.ParsePrefix(a.Prefix)
		if err != nil {
			return err
		}
		r.Addresses = append(r.Addresses, p)
	}
	return nil
}

// store inserts or updates, and reads back what is then in the database.
func (s *Service) store(tx *db.Tx, r Router) (Router, error) {
	create := r.ID == 0
	if create {
		r.ID, r.Token = tx.ID(), newToken()
	}
	w, err := rowOf(r, s.keys)
	if err != nil {
		return Router{}, err
	}
	w.UpdatedAt = s.clock.Now()
	if create {
		w.CreatedAt = w.UpdatedAt
		if err = tx.Gorm().Create(&w).Error; err == nil {
			err = tx.Gorm().Create(&healthRow{RouterID: r.ID, DueAt: w.CreatedAt}).Error
		}
	} else {
		err = updateRow(tx, w)
	}
	if db.IsDuplicate(err) {
		return Router{}, fault.Wrap(fault.Conflict, "router.name_taken", err, "Name", r.Name)
	}
	if err != nil {
		return Router{}, db.Fault(err)
	}
	if err := storeAddresses(tx, r); err != nil {
		return Router{}, err
	}
	saved, err := s.loadChunk(tx.Gorm(), []int64{r.ID})
	if err != nil || len(saved) != 1 {
		return Router{}, db.Fault(err)
	}
	return saved[0], nil
}

// updateRow raises the version first: that write is the lock under which the rest happens.
func updateRow(tx *db.Tx, w row) error {
	won, err := db.Won(tx.Gorm().Model(&row{}).Where("id = ?", w.ID).UpdateColumn("version", gorm.Expr("version + 1")))
	if err != nil {
		return err
	}
	if !won {
		return unknown()
	}
	return tx.Gorm().Model(&row{}).Where("id = ?", w.ID).Select("*").
		Omit("id", "token", "auth_seen", "version", "last_heard_at", "created_at").Updates(&w).Error
}

func storeLoginHosts(tx *db.Tx, r Router, was string) (won bool, err error) {
	won, err = db.Won(tx.Gorm().Exec("UPDATE routers SET login_hosts = ?, version = version + 1 WHERE id = ? AND state = ? AND login_hosts = ?",
		strings.Join(r.LoginHosts, " "), r.ID, StateActive, was))
	return won, db.Fault(err)
}

func unknown() error { return fault.New(fault.NotFound, "router.unknown") }

// storeAddresses writes only what differs. The primary key refuses a prefix that another router holds, on any node.
func storeAddresses(tx *db.Tx, r Router) error {
	var had []addressRow
	if err := tx.Gorm().Where("router_id = ?", r.ID).Find(&had).Error; err != nil {
		return db.Fault(err)
	}
	wanted := map[string]bool{}
	for _, p := range r.Addresses {
		wanted[p.String()] = true
	}
	for _, a := range had {
		if wanted[a.Prefix] {
			delete(wanted, a.Prefix)
			continue
		}
		if err := tx.Gorm().Delete(&a).Error; err != nil {
			return db.Fault(err)
		}
	}
	for prefix := range wanted {
		err := tx.Gorm().Create(&addressRow{Prefix: prefix, RouterID: r.ID}).Error
		if db.IsDuplicate(err) {
			return fault.Wrap(fault.Conflict, "router.address_taken", err, "Address", prefix)
		}
		if err != nil {
			return db.Fault(err)
		}
	}
	return nil
}

func (s *Service) storeSecret(tx *db.Tx, id int64, secret string, oldUntil time.Time) error {
	sealed, err := s.keys.Seal(secretPurpose, []byte(secret))
	if err != nil {
		return err
	}
	// MariaDB assigns from left to right, so the old column must come before the one it copies.
	won, err := db.Won(tx.Gorm().Exec("UPDATE routers SET old_secret_sealed = secret_sealed, secret_sealed = ?, "+
		"old_secret_until = ?, version = version + 1, updated_at = ? WHERE id = ?", sealed, oldUntil, s.clock.Now(), id))
	if err != nil {
		return db.Fault(err)
	}
	if !won {
		return unknown()
	}
	return nil
}
