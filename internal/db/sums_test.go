package db_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

// TestSumsAreWhatReadingGives: whatever a value is, the pool for many rows finds and gives what the other does, and prepares no statement.
func TestSumsAreWhatReadingGives(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		ctx, charset := context.Background(), ""
		if d.Dialect() == db.MySQL {
			charset = " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
		}
		if _, err := d.SQL().ExecContext(ctx, "CREATE TABLE summed (word VARCHAR(80)"+charset+" NOT NULL, day VARCHAR(10), cents BIGINT NOT NULL, at DATETIME NOT NULL)"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _, _ = d.SQL().ExecContext(ctx, "DROP TABLE summed") })
		noon := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
		hostile := []string{"plain", "it's", `back\slash`, `"quoted"`, "'; DROP TABLE summed; --", `\'`, "Wanjikũ", "100%_", "a\x00b", "\u202e", "?", "😀"}
		err := d.InTx(ctx, func(tx *db.Tx) error {
			for n, word := range hostile {
				if err := tx.Gorm().Exec("INSERT INTO summed (word, day, cents, at) VALUES (?, ?, ?, ?)", word, nil, int64(1)<<52+int64(n), noon).Error; err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		type sum struct {
			Word, Day *string
			Cents     int64
		}
		before := prepared(t, d)
		for n, word := range hostile {
			const query = "SELECT word, MAX(day) AS day, SUM(cents) AS cents FROM summed WHERE word = ? AND word IN ? AND day IS NULL AND cents > ? AND at <= ? GROUP BY word"
			args := []any{word, hostile, int64(-1), noon}
			var got []sum
			if err := d.Sums(ctx).Raw(query, args...).Scan(&got).Error; err != nil || len(got) != 1 || *got[0].Word != word || got[0].Day != nil || got[0].Cents != int64(1)<<52+int64(n) {
				t.Errorf("%q: %v, %v", word, fmt.Sprint(got), err)
			}
		}
		if n := prepared(t, d) - before; d.Dialect() == db.MySQL && n > 0 {
			t.Errorf("%d statements were prepared", n)
		}
		for what, read := range map[string]func() ([]time.Time, error){
			"Read": func() (at []time.Time, err error) {
				return at, d.Read(ctx).Raw("SELECT at FROM summed WHERE at >= ?", noon).Scan(&at).Error
			},
			"Sums": func() (at []time.Time, err error) {
				return at, d.Sums(ctx).Raw("SELECT at FROM summed WHERE at >= ?", noon).Scan(&at).Error
			},
		} {
			if at, err := read(); err != nil || len(at) != len(hostile) || !at[0].Equal(noon) {
				t.Errorf("%s: %v, %v", what, at, err)
			}
		}
		ended, end := context.WithCancel(ctx)
		end()
		if err := d.Sums(ended).Raw("SELECT 1").Scan(new(int)).Error; err == nil {
			t.Error("a request that is over is asked for")
		}
	})
}

// TestNothingIsSummedWithoutADatabase: what stands on an absent one fails as all else does, and is closed as all else is.
func TestNothingIsSummedWithoutADatabase(t *testing.T) {
	d, err := db.Absent(db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Sums(t.Context()).Raw("SELECT 1").Scan(new(int)).Error; !fault.Is(err, fault.Unavailable) {
		t.Errorf("%v", err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}
