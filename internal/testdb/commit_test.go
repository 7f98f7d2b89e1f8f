package testdb_test

import (
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

// TestACommitThatFailedAfterSucceeding: the caller is told that the database went away, asks again, loses its own conditional
// UPDATE, and finds itself named as the winner.
func TestACommitThatFailedAfterSucceeding(t *testing.T) {
	url := testdb.URL(t, db.MySQL)
	s, through := testdb.Between(t, url)
	d := testdb.OpenURL(t, through, db.Options{})
	if err := d.InTx(t.Context(), func(tx *db.Tx) error { return insertLease(tx, "one") }); err != nil {
		t.Fatal(err)
	}
	hooks := 0
	take := func(holder string) (won bool, err error) {
		err = d.InTx(t.Context(), func(tx *db.Tx) error {
			tx.AfterCommit(func() { hooks++ })
			won, err = db.Won(tx.Gorm().Exec("UPDATE leases SET holder = ? WHERE name = 'one' AND holder = ''", holder))
			if won || err != nil {
				return err
			}
			var now string
			err = tx.Gorm().Raw("SELECT holder FROM leases WHERE name = 'one'").Scan(&now).Error
			won = now == holder
			return err
		})
		return won, err
	}
	s.Arm()
	if _, err := take("asha"); !fault.Is(err, fault.Unavailable) || hooks != 0 || s.Cuts() != 1 {
		t.Fatalf("the answer to the COMMIT was cut %d times: %v, %d hooks", s.Cuts(), err, hooks)
	}
	if won, err := take("asha"); !won || err != nil || hooks != 1 {
		t.Errorf("again: won %v, %v, %d hooks", won, err, hooks)
	}
	if won, err := take("baraka"); won || err != nil {
		t.Errorf("another: won %v, %v", won, err)
	}
}
