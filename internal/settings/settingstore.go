package settings

import (
	"context"
	"strconv"
	"sync"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
)

// Store reads settings from memory and writes them to the database.
type Store struct {
	db    *db.DB
	clock clock.Clock
	mu    sync.RWMutex
	value map[string]string
}

type row struct {
	Name      string `gorm:"primaryKey"`
	Value     string
	UpdatedAt time.Time
}

func (row) TableName() string { return "settings" }

// New makes a store; call Refresh before the first read and every few seconds after.
func New(d *db.DB, c clock.Clock) *Store { return &Store{db: d, clock: c, value: map[string]string{}} }

// Refresh reads all settings.
func (s *Store) Refresh(ctx context.Context) error {
	var rows []row
	if err := s.db.Read(ctx).Limit(1000).Find(&rows).Error; err != nil {
		return db.Fault(err)
	}
	value := map[string]string{}
	for _, r := range rows {
		value[r.Name] = r.Value
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.value = value
	return nil
}

// String is a setting's value, or its default.
func (s *Store) String(name string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if v, ok := s.value[name]; ok {
		return v
	}
	k, _ := find(name)
	return k.Default
}

// Int is a setting that holds a number.
func (s *Store) Int(name string) int {
	n, _ := strconv.Atoi(s.String(name)) // checked when it was set
	return n
}

// Set stores a value; fault.Invalid "setting.unknown" or "setting.invalid".
func (s *Store) Set(tx *db.Tx, name, value string) error {
	if err := check(name, value); err != nil {
		return err
	}
	if err := tx.Gorm().Save(&row{Name: name, Value: value, UpdatedAt: s.clock.Now()}).Error; err != nil {
		return db.Fault(err)
	}
	tx.AfterCommit(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.value[name] = value
	})
	return nil
}
