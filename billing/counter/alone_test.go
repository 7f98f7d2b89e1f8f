package counter

import (
	"context"
	"testing"

	"mtandao/internal/fault"
	"mtandao/internal/money"
)

// TestWhoIsAloneDecidesAPayback that they asked for themself, with a proof, while nobody else may; the trail and the books say so.
func TestWhoIsAloneDecidesAPayback(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		if _, err := w.Take(ctx, w.brings("a", anne, 100), cashier); err != nil {
			t.Fatal(err)
		}
		by := cashier
		decide := func(id int64, approve bool, key string) Payback {
			t.Helper()
			p, err := w.DecidePayback(ctx, id, approve, by)
			if key == "" && err != nil || key != "" && fault.KeyOf(err) != key {
				t.Errorf("%v, not %q", err, key)
			}
			return p
		}
		for _, approve := range []bool{false, true} {
			w.crew[manager.Member] = true
			p, err := w.AskPayback(ctx, Payback{CustomerID: anne, Amount: money.Shillings(60), Reason: "moves away"}, cashier)
			if err != nil {
				t.Fatal(err)
			}
			by.Proven = true
			decide(p.ID, approve, "approval.same_person")
			w.crew[manager.Member] = false
			by.Proven = false
			decide(p.ID, approve, "approval.proof")
			by.Proven = true
			if p = decide(p.ID, approve, ""); !p.Alone || p.DecidedBy != by.Member {
				t.Errorf("%+v", p)
			}
			if _, err := w.DecidePayback(ctx, p.ID, true, manager); fault.KeyOf(err) != "payback.decided" {
				t.Error(err)
			}
		}
		if w.credit(anne) != 40 {
			t.Errorf("credit is %d", w.credit(anne))
		}
		var told int
		row := w.DB.SQL().QueryRow("SELECT COUNT(*) FROM audit_events WHERE action IN ('payback approved alone', 'payback refused alone')")
		if err := row.Scan(&told); err != nil || told != 2 {
			t.Errorf("the trail tells of %d: %v", told, err)
		}
		w.prove()
		if _, err := w.DB.SQL().Exec("UPDATE paybacks SET alone = ?", false); err != nil {
			t.Fatal(err)
		}
		found := 0
		if err := w.Audit(ctx, func(string) { found++ }); err != nil || found != 2 {
			t.Errorf("%d are named: %v", found, err)
		}
	})
}
