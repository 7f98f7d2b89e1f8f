package taxes

import (
	"context"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

func TestModels(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { testdb.ModelsMatch(t, d, &rateRow{}, &bookRow{}) })
}

// TestRatesAreKept as they were written down, and two of a kind never on one day.
func TestRatesAreKept(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := New(d, clock.NewManual(time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)))
		by := By{Actor: "owner"}
		if all, err := s.All(ctx); err != nil || len(all) != 0 {
			t.Error("taxes before anybody asked for them:", all, err)
		}
		old, err := s.Save(ctx, Rate{Kind: VAT, Share: 1600, From: long, On: []Supply{Labour, Internet, Labour}, Note: " VAT Act "}, by)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Get(ctx, old.ID); err != nil || len(got.On) != 2 || got.Note != "VAT Act" || got.Until != 0 || got.By != "owner" || got.From != long {
			t.Errorf("%+v, %v", got, err)
		}
		later := Rate{Kind: VAT, Share: 1400, From: today, On: []Supply{Internet}, Note: "Notice 1"}
		if _, err := s.Save(ctx, later, by); fault.KeyOf(err) != "tax.overlap" {
			t.Error(err)
		}
		old.Until = today
		if _, err := s.Save(ctx, old, by); err != nil {
			t.Error(err)
		}
		later, err = s.Save(ctx, later, by)
		if err != nil {
			t.Fatal(err)
		}
		all, err := s.All(ctx)
		if _, vat := all.On(Internet, today-1); err != nil || vat != 1600 {
			t.Error(vat, err)
		}
		if _, vat := all.On(Internet, today); vat != 1400 {
			t.Error(vat)
		}
		if err := s.Remove(ctx, later.ID, by); err != nil {
			t.Error(err)
		}
		if err := s.Remove(ctx, later.ID, by); fault.KeyOf(err) != "tax.unknown" {
			t.Error(err)
		}
		for key, wrong := range map[string]Rate{"tax.kind": {Share: 1, From: 1}, "tax.share": {Kind: VAT, Share: mostShare + 1}, "tax.days": {Kind: VAT, From: today, Until: today},
			"tax.on": {Kind: VAT, From: 1, On: []Supply{Levy}}, "tax.note": {Kind: VAT, From: 1, On: []Supply{Internet}, Note: " "}} {
			if _, err := s.Save(ctx, wrong, by); fault.KeyOf(err) != key {
				t.Errorf("%+v: %v", wrong, err)
			}
		}
	})
}
