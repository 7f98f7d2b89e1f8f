package safaricom

import (
	"encoding/csv"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestAStatementTellsWhatMoved: each move of a merchant's own is a line in the order of time, with what was taken back and the balance after it; another's is none of it.
func TestAStatementTellsWhatMoved(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Merchants[0].Validation = false })
	pay := func(cents int64, account string) string {
		t.Helper()
		w.clock.Advance(10 * time.Minute)
		receipt, err := w.PayBill(t.Context(), alice, bill.ShortCode, account, cents)
		if err != nil {
			t.Fatal(err)
		}
		return receipt
	}
	first := pay(1250_00, `=1+1, "x"`)
	half := w.clock.Now().Add(time.Minute)
	second := pay(20_50, "1000017")
	if _, err := w.BuyGoods(t.Context(), bob, till.PartyB, 70_00); err != nil {
		t.Fatal(err)
	}
	w.Server.mu.Lock()
	w.goBack(SentBack{Receipt: "SKR0000001", Of: first, Phone: alice, Cents: 1250_00}, bill)
	w.Server.mu.Unlock()
	end := w.clock.Now().Add(time.Second)
	rows := func(text string) [][]string {
		t.Helper()
		r := csv.NewReader(strings.NewReader(text))
		r.FieldsPerRecord = -1
		all, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	text, known := w.Statement(bill.ShortCode, noon, end)
	all := rows(text)
	if !known || len(all) != 7 || all[1][1] != bill.ShortCode || len(all[3]) != len(statementHeadings) {
		t.Fatalf("%v %v", known, all)
	}
	want := [][]string{{first, "1,250.00", "", "1,250.00", "", `=1+1, "x"`}, {second, "20.50", "", "1,270.50", "", "1000017"}, {"SKR0000001", "", "-1,250.00", "20.50", first, ""}}
	for n, one := range want {
		got := all[4+n]
		if strings.Join([]string{got[0], got[5], got[6], got[7], got[11], got[12]}, "|") != strings.Join(one, "|") || got[1] != statementTime(noon.Add(time.Duration(min(n+1, 2))*10*time.Minute)) || strings.Contains(got[3], alice) {
			t.Errorf("line %d: %v, want %v", n, got, one)
		}
	}
	later, _ := w.Statement(bill.ShortCode, half, end)
	if all := rows(later); len(all) != 6 || all[4][7] != "1,270.50" {
		t.Errorf("%v", all)
	}
	if _, known := w.Statement("999999", noon, end); known {
		t.Error("nobody's short code has a statement")
	}
	got, err := http.Get(w.api.URL + "/statement/" + bill.ShortCode)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if body, err := io.ReadAll(got.Body); err != nil || got.StatusCode != http.StatusOK || !strings.Contains(string(body), second) {
		t.Errorf("%d %s %v", got.StatusCode, body, err)
	}
}
