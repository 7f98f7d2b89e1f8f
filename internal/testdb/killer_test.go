package testdb_test

import (
	"context"
	"errors"
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

type lease struct{ Name, Holder string }

// TestEveryKindOfWriteDies: the write that is told dies, whatever its kind, what its transaction wrote before goes with it, and the next ones pass or
// die as it was asked.
func TestEveryKindOfWriteDies(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		k := testdb.NewKiller(t, d)
		in := func(write func(tx *db.Tx) error) error { return d.InTx(context.Background(), write) }
		put := func(tx *db.Tx) error { return insertLease(tx, "kept") }
		if err := in(put); err != nil {
			t.Fatal(err)
		}
		for kind, write := range map[string]func(tx *db.Tx) error{
			"create": func(tx *db.Tx) error {
				return tx.Gorm().Table("leases").Create(map[string]any{"name": "made", "holder": ""}).Error
			},
			"update": func(tx *db.Tx) error {
				return tx.Gorm().Table("leases").Where("name = ?", "kept").Update("holder", "asha").Error
			},
			"raw": func(tx *db.Tx) error { return tx.Gorm().Exec("UPDATE leases SET holder = 'asha'").Error },
			"delete": func(tx *db.Tx) error {
				return tx.Gorm().Table("leases").Where("name = ?", "kept").Delete(&lease{}).Error
			},
		} {
			before := k.Deaths()
			k.Once(1)
			err := in(func(tx *db.Tx) error {
				if err := insertLease(tx, "lost"); err != nil {
					return err
				}
				return write(tx)
			})
			if !errors.Is(err, testdb.ErrKilled) || k.Deaths() != before+1 {
				t.Errorf("%s: %v after %d deaths", kind, err, k.Deaths()-before)
			}
			if all := names(t, d, "SELECT name FROM leases WHERE holder = ''"); len(all) > 1 {
				t.Errorf("%s: %v stay", kind, all)
			}
			if err := in(func(tx *db.Tx) error { return tx.Gorm().Exec("DELETE FROM leases WHERE name = 'nobody'").Error }); err != nil {
				t.Errorf("%s: the next: %v", kind, err)
			}
		}
		k.Always(0)
		for range 3 {
			if err := in(put); !errors.Is(err, testdb.ErrKilled) {
				t.Error(err)
			}
		}
		k.Spare()
		if err := in(func(tx *db.Tx) error { return insertLease(tx, "again") }); err != nil || k.Deaths() != 7 {
			t.Error(err, k.Deaths())
		}
	})
}

func meant(d *db.DB, name string) error {
	return d.InTx(context.Background(), func(tx *db.Tx) error { return insertLease(tx, name) })
}

// TestAKillerKnowsWhomItIsFor: writes of others neither die nor count.
func TestAKillerKnowsWhomItIsFor(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		k := testdb.NewKiller(t, d, testdb.Within("mtandao/internal/testdb_test.meant"))
		k.Once(0)
		if err := d.InTx(context.Background(), func(tx *db.Tx) error { return insertLease(tx, "another's") }); err != nil || k.Deaths() != 0 {
			t.Errorf("another's write: %v, %d died", err, k.Deaths())
		}
		if err := meant(d, "ours"); !errors.Is(err, testdb.ErrKilled) || k.Deaths() != 1 {
			t.Errorf("ours: %v, %d died", err, k.Deaths())
		}
	})
}
