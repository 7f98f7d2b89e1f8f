package partners

import (
	"testing"

	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
)

func TestModels(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { testdb.ModelsMatch(t, d, &partnerRow{}, &eventRow{}, &payoutRow{}) })
}

func TestShares(t *testing.T) {
	for typed, want := range map[string]int64{"10": 1000, "12.5%": 1250, " 7 % ": 700, "100": 10_000} {
		if got, err := ReadShare(typed); err != nil || got != want {
			t.Errorf("%q reads as %d, %v", typed, got, err)
		}
	}
	for _, wrong := range []string{"", "0", "101", "x", "-5"} {
		if got, err := ReadShare(wrong); fault.KeyOf(err) != "partner.share" {
			t.Errorf("%q reads as %d, %v", wrong, got, err)
		}
	}
	if (Partner{Share: 1250}).Percent() != "12.5" || (Partner{Share: 1000}).Percent() != "10" || shareOf(99_999, 1250) != 12_499 || shareOf(-99_999, 1250) != -12_499 {
		t.Error("a share is spelt or counted wrongly")
	}
}
