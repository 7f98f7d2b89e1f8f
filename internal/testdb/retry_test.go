package testdb_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

// TestWhatIsTriedAgain: the whole of the function runs again, and what it wrote the first time is undone.
func TestWhatIsTriedAgain(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		for _, c := range []struct {
			number uint16
			runs   int
		}{{1213, 3}, {1205, 3}, {1020, 3}, {1047, 3}, {1146, 1}, {1040, 1}} {
			runs, name := 0, fmt.Sprint(c.number)
			err := d.InTx(t.Context(), func(tx *db.Tx) error {
				runs++
				if err := insertLease(tx, name); err != nil {
					return err
				}
				if runs < 3 {
					return fault.Wrap(fault.Internal, "internal", &mysqldriver.MySQLError{Number: c.number})
				}
				return nil
			})
			if runs != c.runs || (err == nil) != (c.runs == 3) {
				t.Errorf("%d: %d runs, %v", c.number, runs, err)
			}
			if stored := names(t, d, "SELECT name FROM leases WHERE name = '"+name+"'"); len(stored) != max(0, c.runs-2) {
				t.Errorf("%d: stored %v", c.number, stored)
			}
		}
		runs := 0
		err := d.InTx(t.Context(), func(*db.Tx) error { runs++; return &mysqldriver.MySQLError{Number: 1213} })
		if !fault.Is(err, fault.Unavailable) || runs < 5 || runs > 20 {
			t.Errorf("a deadlock without end: %d runs, %v", runs, err)
		}
	})
}

func insertLease(tx *db.Tx, name string) error {
	return tx.Gorm().Exec("INSERT INTO leases (name, holder, until) VALUES (?, '', ?)", name, time.Now().UTC()).Error
}

// TestCrossedLocksAreTriedAgain: two transactions take the same two rows the other way round, which MariaDB ends with 1213.
func TestCrossedLocksAreTriedAgain(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		for _, name := range []string{"a", "b"} {
			if err := d.InTx(t.Context(), func(tx *db.Tx) error { return insertLease(tx, name) }); err != nil {
				t.Fatal(err)
			}
		}
		var met, both sync.WaitGroup
		met.Add(2)
		runs := [2]int{}
		for n, order := range [][]string{{"a", "b"}, {"b", "a"}} {
			both.Go(func() {
				err := d.InTx(t.Context(), func(tx *db.Tx) error {
					runs[n]++
					for at, name := range order {
						if err := tx.Gorm().Exec("UPDATE leases SET holder = ? WHERE name = ?", fmt.Sprint(n), name).Error; err != nil {
							return err
						}
						if at == 0 && runs[n] == 1 && d.Dialect() == db.MySQL { // SQLite lets in one at a time
							met.Done()
							met.Wait()
						}
					}
					return nil
				})
				if err != nil {
					t.Errorf("transaction %d: %v", n, err)
				}
			})
		}
		both.Wait()
		if holders := names(t, d, "SELECT DISTINCT holder FROM leases"); len(holders) != 1 {
			t.Errorf("holders %v", holders)
		}
		if d.Dialect() == db.MySQL && runs[0]+runs[1] != 3 {
			t.Errorf("%v runs: they did not cross", runs)
		}
	})
}

// TestATransactionIsCut: it ends with its time, writes nothing, and the next one runs.
func TestATransactionIsCut(t *testing.T) {
	slow := map[string]string{db.MySQL: "SELECT SLEEP(60)",
		db.SQLite: "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000000000) SELECT COUNT(*) FROM n"}
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		err := d.InTx(ctx, func(tx *db.Tx) error {
			var n int64
			return errors.Join(insertLease(tx, "cut"), tx.Gorm().Raw(slow[d.Dialect()]).Scan(&n).Error)
		})
		if !fault.Is(err, fault.Unavailable) {
			t.Errorf("cut: %v", err)
		}
		err = d.InTx(t.Context(), func(tx *db.Tx) error {
			if end, ok := tx.Context().Deadline(); !ok || time.Until(end) > 10*time.Second {
				t.Errorf("a transaction may last until %v", end)
			}
			return insertLease(tx, "next")
		})
		if stored := names(t, d, "SELECT name FROM leases"); err != nil || len(stored) != 1 || stored[0] != "next" {
			t.Errorf("stored %v, %v", stored, err)
		}
	})
}

// TestATransactionOutOfTimeIsToBeTriedLater: when its time is over before it is committed, what is told is that the database was busy, not that we did something
// wrong, and nothing of it stays.
func TestATransactionOutOfTimeIsToBeTriedLater(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		err := d.InTx(ctx, func(tx *db.Tx) error {
			if err := insertLease(tx, "late"); err != nil {
				return err
			}
			cancel()
			for !errors.Is(tx.Gorm().WithContext(context.Background()).Exec("SELECT 1").Error, sql.ErrTxDone) { // database/sql rolls back by itself
				time.Sleep(time.Millisecond)
			}
			return nil
		})
		if !fault.Is(err, fault.Unavailable) {
			t.Errorf("told %v", err)
		}
		if stored := names(t, d, "SELECT name FROM leases"); len(stored) != 0 {
			t.Errorf("%q are stored", stored)
		}
	})
}
