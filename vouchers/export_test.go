package vouchers

import (
	"context"
	"errors"
	"testing"

	"mtandao/internal/fault"
)

// TestWhatIsPrintedAgainIsCounted: each time on paper, per voucher; a table is none. It is all on the list of deeds.
func TestWhatIsPrintedAgainIsCounted(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		b := k.batch(Wish{SiteID: k.here, Size: 700})
		codes := k.codes(b)
		prints := func(c Copying) map[int]int {
			t.Helper()
			all, next := map[int]int{}, max(c.First, 1)
			c.BatchID = b.ID
			if err := k.Export(context.Background(), c, office, func(_ Batch, v Voucher) error {
				if v.Serial != next || v.Code != codes[v.Serial-1] || v.State != Printed {
					t.Fatalf("%+v", v)
				}
				all[v.Serial], next = v.Prints, next+1
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			return all
		}
		prints(Copying{As: "csv", Table: true})
		if got := prints(Copying{First: 100, Last: 650, As: "24"}); len(got) != 551 || got[100] != 0 || got[650] != 0 {
			t.Error(got)
		}
		if got := prints(Copying{First: 640, Last: 700, As: "50"}); len(got) != 61 || got[640] != 1 || got[650] != 1 || got[651] != 0 {
			t.Error(got)
		}
		if got := prints(Copying{As: "24"}); len(got) != 700 || got[99] != 0 || got[100] != 1 || got[645] != 2 || got[700] != 1 {
			t.Error(got)
		}
		k.states(b, map[State]int{Printed: 700})
		deeds, err := k.DeedsOf(context.Background(), b.ID)
		if err != nil || len(deeds) != 4 || deeds[0].Reason != "24" || deeds[3].Reason != "table csv" || deeds[1].First != 640 || deeds[0].By != office.Actor {
			t.Errorf("%+v, %v", deeds, err)
		}
		stop := errors.New("stop")
		if err := k.Export(context.Background(), Copying{BatchID: b.ID}, office, func(Batch, Voucher) error { return stop }); !errors.Is(err, stop) {
			t.Error(err)
		}
		for _, c := range []Copying{{First: 1, Last: 701}, {First: 5, Last: 4}, {First: -1, Last: 4}} {
			c.BatchID = b.ID
			if err := k.Export(context.Background(), c, office, func(Batch, Voucher) error { return nil }); fault.KeyOf(err) != "voucher.range" {
				t.Error(c, err)
			}
		}
		k.prove()
	})
}
