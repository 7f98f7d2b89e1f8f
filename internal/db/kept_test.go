package db_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// TestAStatementOfABatch: a text that a transaction uses for each row of a batch, also while it is read from, gives each its own, and is not prepared anew
// each time; a savepoint within undoes only its own.
func TestAStatementOfABatch(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		if _, err := d.SQL().ExecContext(ctx, "CREATE TABLE kept (id BIGINT PRIMARY KEY, word VARCHAR(20) NOT NULL)"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _, _ = d.SQL().ExecContext(ctx, "DROP TABLE kept") })
		const many = 300
		before := prepared(t, d)
		err := d.InTx(ctx, func(tx *db.Tx) error {
			for id := range many {
				err := tx.Savepoint(func() error {
					if err := tx.Gorm().Exec("INSERT INTO kept (id, word) VALUES (?, ?)", id, fmt.Sprint("w", id)).Error; err != nil {
						return err
					}
					var got []string
					if err := tx.Gorm().Raw("SELECT word FROM kept WHERE id = ?", id).Scan(&got).Error; err != nil || len(got) != 1 || got[0] != fmt.Sprint("w", id) {
						t.Errorf("%d is %q: %v", id, got, err)
					}
					if id%3 == 0 {
						return errors.New("not this one")
					}
					return nil
				})
				if (err != nil) != (id%3 == 0) {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := prepared(t, d) - before; n > 20 {
			t.Errorf("%d statements were prepared", n)
		}
		var n int64
		if err := d.Read(ctx).Raw("SELECT COUNT(*) FROM kept").Scan(&n).Error; err != nil || n != many*2/3 {
			t.Errorf("%d rows: %v", n, err)
		}
		types, err := d.SQL().QueryContext(ctx, "SELECT id, word FROM kept WHERE id > ?", 0)
		if err != nil {
			t.Fatal(err)
		}
		defer types.Close()
		if all, err := types.ColumnTypes(); err != nil || len(all) != 2 || all[0].DatabaseTypeName() == "" {
			t.Errorf("%+v %v", all, err)
		}
	})
}

// prepared is how many statements MariaDB was asked to prepare; SQLite does not count them.
func prepared(t *testing.T, d *db.DB) (n int64) {
	t.Helper()
	if d.Dialect() == db.MySQL {
		var name string
		if err := d.SQL().QueryRow("SHOW GLOBAL STATUS LIKE 'Com_stmt_prepare'").Scan(&name, &n); err != nil {
			t.Fatal(err)
		}
	}
	return n
}
