package testdb

import (
	"fmt"
	"strings"
	"testing"

	"mtandao/internal/db"
)

// hearing keeps what a test would be failed for.
type hearing struct {
	testing.TB
	said []string
}

func (h *hearing) Errorf(format string, args ...any) {
	h.said = append(h.said, fmt.Sprintf(format, args...))
}

func TestAStatementThatReadsAWholeTableFailsItsTest(t *testing.T) {
	d := SQLite(t)
	h := &hearing{TB: t}
	watch(h, d, func() bool { return true })
	for _, statement := range []string{"UPDATE orders SET lang = 'sw' WHERE lang = 'en'", "UPDATE orders SET lang = 'sw' WHERE code = 'a'"} {
		if err := d.InTx(t.Context(), func(tx *db.Tx) error { return tx.Gorm().Exec(statement).Error }); err != nil {
			t.Fatal(err)
		}
	}
	var ids []int64
	for _, where := range []string{"state = 'paid'", "grant_id = 1"} {
		if err := d.Read(t.Context()).Table("orders").Where(where).Limit(10).Pluck("id", &ids).Error; err != nil {
			t.Fatal(err)
		}
		if err := d.Read(t.Context()).Raw("SELECT id FROM payments WHERE order_id = 1").Scan(&ids).Error; err != nil {
			t.Fatal(err)
		}
	}
	if len(h.said) != 2 || !strings.Contains(h.said[0], "WHERE lang =") || !strings.Contains(h.said[1], "state = ") {
		t.Errorf("%q", h.said)
	}
}

func TestAWholeTableIsSeen(t *testing.T) {
	for _, c := range []struct {
		step, text, table string
		whole             bool
	}{
		{"SCAN orders", "SELECT * FROM orders WHERE lang = ?", "orders", true},
		{"SCAN o", "SELECT * FROM `orders` AS o WHERE lang = ?", "orders", true},
		{"SCAN p", "SELECT 1 FROM sites s JOIN payments p ON p.x = s.y", "payments", true},
		{"SCAN orders USING INDEX orders_code", "SELECT * FROM orders ORDER BY code", "orders", true},
		{"SCAN orders USING COVERING INDEX orders_code", "SELECT code FROM orders ORDER BY code LIMIT 10", "orders", false},
		{"SCAN orders", "DELETE FROM orders WHERE lang = ? LIMIT 10", "orders", true},
		{"SCAN sites", "SELECT * FROM sites", "sites", false},
		{"SEARCH orders USING INDEX orders_code (code=?)", "SELECT * FROM orders WHERE code = ?", "", false},
		{"SCAN CONSTANT ROW", "SELECT 1", "", false},
	} {
		if table, whole := wholeTable(c.step, c.text); whole != c.whole || table != c.table {
			t.Errorf("%s of %s: %s %v", c.step, c.text, table, whole)
		}
	}
}
