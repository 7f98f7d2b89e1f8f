package vouchers

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/fault"
)

// TestDeedsAndGuestsAtOnce: the same vouchers are signed out, sold, returned and killed while guests use them and others kill all that the kiosk
// has. Each voucher ends in one state, nobody surfs on one that was dead, and the books are what the vouchers are, after every round.
func TestDeedsAndGuestsAtOnce(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		const each = 12
		for round, deeds := range [][]Deed{
			{{Kind: DeedSignOut, Holder: "kiosk", Money: true}, {Kind: DeedVoid, Reason: "stolen"}},
			{{Kind: DeedReturn, Holder: "kiosk"}, {Kind: DeedReturn}},
			{{Kind: DeedVoid, Money: true, Reason: "given back"}, {Kind: DeedReturn, Holder: "kiosk"}, {Kind: DeedSell}},
			{{Kind: DeedVoid, Cut: true, Reason: "stolen"}, {Kind: DeedSell}, {Kind: DeedSignOut, Holder: "other", Money: true}, {Kind: DeedReturn}},
		} {
			k.clock.Advance(each * time.Minute) // their address is not held up for the codes that died the round before
			b := k.batch(Wish{SiteID: k.here, Size: each})
			codes := k.codes(b)
			if round > 0 {
				k.do(Deed{Kind: DeedSignOut, BatchID: b.ID, First: 1, Last: each, Holder: "kiosk", Money: round%2 == 1})
			}
			var used atomic.Int64
			var all sync.WaitGroup
			start := make(chan struct{})
			for range 2 { // each deed by two members at once
				for _, d := range deeds {
					all.Go(func() {
						<-start
						d.BatchID, d.First, d.Last = b.ID, 1, each
						if _, err := k.Do(context.Background(), d, office); err != nil {
							t.Errorf("%s: %v", d.Kind, err)
						}
					})
				}
			}
			for n, code := range codes {
				all.Go(func() {
					<-start
					switch _, err := k.redeemBy(code, round*100+n); {
					case err == nil:
						used.Add(1)
					case fault.KeyOf(err) != "code.unknown" && fault.KeyOf(err) != "voucher.used":
						t.Errorf("voucher %d: %v", n, err)
					}
				})
			}
			close(start)
			all.Wait()
			k.idle()
			k.prove()
			stock, err := k.Stock(context.Background(), b.ID)
			if err != nil || stock.All() != each || int64(stock.In(Used)) < used.Load() {
				t.Errorf("round %d: %d guests are served, and %v, %v", round, used.Load(), stock, err)
			}
		}
		// All money is somewhere: what came in is held for vouchers and plans, earned, or breakage.
		sum := int64(0)
		for _, account := range []string{ledger.Cash, ledger.Vouchers, ledger.VouchersOwed, ledger.PrepaidService, ledger.InternetSales, ledger.Breakage} {
			held, err := k.Ledger.Balance(context.Background(), account, "")
			if err != nil {
				t.Fatal(err)
			}
			sum += held.Cents
		}
		if sum != 0 {
			t.Errorf("%d cents are nowhere", sum)
		}
	})
}
