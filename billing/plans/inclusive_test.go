package plans

import (
	"context"
	"testing"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/testdb"
)

// TestWhatIsPaidBeforehandHoldsTheTaxes: it is shown and paid as it stands, however the plan was written; by invoice the taxes may come on top.
func TestWhatIsPaidBeforehandHoldsTheTaxes(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		ctx, s := context.Background(), New(d, clock.NewManual(noon))
		for mode, want := range map[Mode]bool{Prepaid: true, Hybrid: true, Postpaid: false} {
			p := hybrid()
			if p.Terms.Mode = mode; mode == Prepaid {
				p.Terms.Data, p.Terms.Time = Meter{}, Meter{}
			}
			if err := d.InTx(ctx, func(tx *db.Tx) (err error) { p, err = s.Save(tx, p); return err }); err != nil {
				t.Fatal(err)
			}
			got, err := s.ByKey(ctx, p.Key)
			price, err2 := s.Price(ctx, got.PriceID)
			if err != nil || err2 != nil || p.Terms.Inclusive != want || got.Terms.Inclusive != want || price.Terms.Inclusive != want {
				t.Errorf("%s: %v %v %v, want %v (%v, %v)", mode, p.Terms.Inclusive, got.Terms.Inclusive, price.Terms.Inclusive, want, err, err2)
			}
		}
	})
}
