package db_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// TestStatementsAreKept: transactions that ask the same, also beside each other and after a failure, get what they ask for.
func TestStatementsAreKept(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		if _, err := d.SQL().ExecContext(ctx, "CREATE TABLE kept (id BIGINT PRIMARY KEY, word VARCHAR(20) NOT NULL)"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _, _ = d.SQL().ExecContext(ctx, "DROP TABLE kept") })
		var all sync.WaitGroup
		for worker := range 4 {
			all.Go(func() {
				for i := range 50 {
					id, word := int64(worker*1000+i), fmt.Sprint(worker, "-", i)
					err := d.InTx(ctx, func(tx *db.Tx) error {
						if err := tx.Gorm().Exec("INSERT INTO kept (id, word) VALUES (?, ?)", id, word).Error; err != nil {
							return err
						}
						err := tx.Savepoint(func() error { return tx.Gorm().Exec("INSERT INTO kept (id, word) VALUES (?, ?)", id, word).Error })
						if !db.IsDuplicate(err) {
							return fmt.Errorf("the second insert: %w", err)
						}
						var got []string
						if err := tx.Gorm().Raw("SELECT word FROM kept WHERE id = ?", id).Scan(&got).Error; err != nil || len(got) != 1 || got[0] != word {
							return fmt.Errorf("read %q, not %s: %w", got, word, err)
						}
						return nil
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		var n int64
		if err := d.Read(ctx).Raw("SELECT COUNT(*) FROM kept").Scan(&n).Error; err != nil || n != 200 {
			t.Errorf("%d rows: %v", n, err)
		}
	})
}
