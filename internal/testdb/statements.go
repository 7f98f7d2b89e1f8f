package testdb

import (
	"context"
	"slices"
	"sync"
	"testing"

	"gorm.io/gorm"

	"mtandao/internal/db"
)

// Statements tells what was asked of a database since it was last called, in order and without the values: two requests that ask the same take the same.
func Statements(t testing.TB, d *db.DB) (since func() []string) {
	t.Helper()
	var mu sync.Mutex
	var all []string
	note := func(g *gorm.DB) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, g.Statement.SQL.String())
	}
	register := func(g *gorm.DB) {
		const name = "testdb:statements"
		on := g.Callback()
		for _, err := range []error{on.Query().After("gorm:query").Register(name, note), on.Row().After("gorm:row").Register(name, note), on.Raw().After("gorm:raw").Register(name, note),
			on.Create().After("gorm:create").Register(name, note), on.Update().After("gorm:update").Register(name, note), on.Delete().After("gorm:delete").Register(name, note)} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if d.Dialect() == db.SQLite { // which reads from a pool of its own
		register(d.Read(context.Background()))
	}
	if err := d.InTx(context.Background(), func(tx *db.Tx) error { register(tx.Gorm()); return nil }); err != nil {
		t.Fatal(err)
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		told := slices.Clone(all)
		all = nil
		return told
	}
}
