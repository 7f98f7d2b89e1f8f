package vouchers

import (
	"context"
	"slices"
	"testing"
	"time"

	"mtandao/internal/fault"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

// TestCodesThatAreNothingTakeTheSame: nobody tells by the time it takes a code of nobody from one that is void, cancelled or still in a drawer, whichever
// door it comes to: the same is asked of the database, and the guesser pays the same of the throttle.
func TestCodesThatAreNothingTakeTheSame(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		b := k.batch(Wish{SiteID: k.here, Size: 5})
		codes := k.codes(b)
		k.do(Deed{Kind: DeedPrint, BatchID: b.ID, First: 2, Last: 5})
		k.do(Deed{Kind: DeedSignOut, BatchID: b.ID, First: 3, Last: 4, Holder: "kiosk"})
		k.do(Deed{Kind: DeedVoid, BatchID: b.ID, First: 3, Last: 3, Reason: "torn"})
		k.do(Deed{Kind: DeedReturn, BatchID: b.ID, First: 4, Last: 4})
		k.do(Deed{Kind: DeedVoid, BatchID: b.ID, First: 5, Last: 5, Reason: "never out"})
		gone, err := k.Place(context.Background(), Wish{PlanID: k.hour.ID, SiteID: k.here, Size: 200}, office)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.makeSome(context.Background(), gone.ID); err != nil {
			t.Fatal(err)
		}
		if err := k.Cancel(context.Background(), gone.ID, office); err != nil {
			t.Fatal(err)
		}
		if gone, err = k.Batch(context.Background(), gone.ID); err != nil {
			t.Fatal(err)
		}
		kinds := map[string]access.Code{"made": codes[0], "printed": codes[1], "void": codes[2], "returned": codes[3], "void in its drawer": codes[4], "cancelled": k.codes(gone)[0]}
		asked := testdb.Statements(t, k.DB)
		doors := map[string]func(code access.Code, device int){
			"portal": func(code access.Code, device int) {
				if _, err := k.redeemBy(code, device); fault.KeyOf(err) != "code.unknown" {
					t.Errorf("portal: %v", err)
				}
			},
			"another site's portal": func(code access.Code, _ int) {
				if _, err := k.Redeem(context.Background(), Redemption{Code: code, SiteID: k.there, Address: "10.0.0.10"}); fault.KeyOf(err) != "code.unknown" {
					t.Errorf("another site's portal: %v", err)
				}
			},
			"router": func(code access.Code, device int) {
				if got := k.logIn(string(code), string(code), device); got.Cause != access.CauseUnknown {
					t.Errorf("router: %+v", got)
				}
			},
		}
		device := 0
		for door, enter := range doors {
			device++
			asked()
			enter(access.LogInCodes.New(), device)
			want := asked()
			if len(want) < 2 {
				t.Fatalf("%s: %q", door, want)
			}
			for kind, code := range kinds {
				device++
				enter(code, device)
				if got := asked(); !slices.Equal(got, want) {
					t.Errorf("%s: for a code that is %s\n%q\nis asked, for one of nobody\n%q", door, kind, got, want)
				}
				k.clock.Advance(time.Minute) // so that nobody waits
			}
		}
	})
}
