package invoices

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"mtandao/billing/customers"
	"mtandao/internal/audit"
	"mtandao/internal/fault"
)

// TestAControlNumberIsEnteredOnce: a second one is refused, however they race, until somebody corrects on purpose the one that they see; the trail keeps both.
func TestAControlNumberIsEnteredOnce(t *testing.T) {
	each(t, func(w *desk) {
		ctx := context.Background()
		d := w.writes(w.firm(customers.Customer{Name: "Anne's", PaymentDays: new(7)}).ID, 100_00)
		errs := make(chan error, 4)
		for n := range cap(errs) {
			go func() { errs <- w.SetControl(ctx, d.ID, fmt.Sprint("KRA", n), "", office) }()
		}
		entered := 0
		for range cap(errs) {
			if err := <-errs; err == nil {
				entered++
			} else if fault.KeyOf(err) != "invoice.control_there" {
				w.Error(err)
			}
		}
		first := w.get(d.ID).ControlNumber
		if entered != 1 || first == "" {
			w.Fatalf("%d were entered, and %q stands", entered, first)
		}
		if err := w.SetControl(ctx, d.ID, first, "", office); err != nil { // the same again
			w.Error(err)
		}
		for key, err := range map[string]error{
			"invoice.reason":        w.CorrectControl(ctx, d.ID, first, "KRA9", "", " ", office),
			"invoice.control":       w.CorrectControl(ctx, d.ID, first, " ", "", "a slip", office),
			"invoice.control_moved": w.CorrectControl(ctx, d.ID, "KRA77", "KRA9", "", "a slip", office)} {
			if fault.KeyOf(err) != key || w.get(d.ID).ControlNumber != first {
				w.Errorf("%s: %v", key, err)
			}
		}
		if err := w.CorrectControl(ctx, d.ID, first, "KRA9", "https://q.test", "a slip", office); err != nil || w.get(d.ID).ControlNumber != "KRA9" || w.get(d.ID).ControlQR != "https://q.test" {
			w.Error(err, w.get(d.ID))
		}
		kept, err := audit.New(w.DB, w.clock).List(ctx, audit.Filter{Object: "invoice"})
		if err != nil || len(kept) == 0 || kept[0].Action != "invoice control corrected" || !strings.Contains(kept[0].Before, first) || !strings.Contains(kept[0].After, "KRA9") || !strings.Contains(kept[0].After, "a slip") {
			w.Error(kept, err)
		}
	})
}
