package vouchers

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/db"
	"mtandao/internal/fault"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

func TestModelsMatch(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		testdb.ModelsMatch(t, d, &batchRow{}, &voucherRow{}, &deedRow{}, &triesRow{})
	})
}

// rounds of the race for one code: few in every run, 1,000 when asked.
func rounds() int {
	if os.Getenv("MTANDAO_LONG") != "" {
		return 1000
	}
	return 5
}

func TestOneRedemptionOfOneCode(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		b := k.out(rounds())
		for round, code := range k.codes(b) {
			var in, full atomic.Int64
			var grants sync.Map
			var all sync.WaitGroup
			start := make(chan struct{})
			for n := range 100 {
				all.Go(func() {
					<-start
					device := round*100 + n
					if n%2 == 0 { // the portal's page or link, which then brings the device in by the code
						grant, err := k.redeemBy(code, device)
						if err != nil {
							t.Errorf("device %d: %v", n, err)
						}
						grants.Store(grant, true)
					}
					switch got := k.logIn(spelled(code, n), "", device); got.Cause {
					case access.CauseOK:
						in.Add(1)
						grants.Store(got.Grant.ID, true)
					case access.CauseDevicesFull:
						full.Add(1)
					default:
						t.Errorf("device %d: %s, %v", n, got.Cause, got.Err)
					}
				})
			}
			close(start)
			all.Wait()
			different := 0
			grants.Range(func(any, any) bool { different++; return true })
			if in.Load() != 1 || full.Load() != 99 || different != 1 {
				t.Fatalf("round %d: %d devices are in, %d found it full, %d grants", round, in.Load(), full.Load(), different)
			}
		}
		k.states(b, map[State]int{Used: b.Size})
		k.balance(ledger.Vouchers, 0)
		k.balance(ledger.PrepaidService, -int64(b.Size)*1000)
		k.prove()
	})
}

// spelled is a code as different people type it.
func spelled(code access.Code, n int) string {
	switch s := string(code); n % 5 {
	case 1:
		return strings.ToLower(code.Grouped(4))
	case 2:
		return strings.ReplaceAll(s, "0", "O")
	case 3:
		return " " + code.Grouped(3) + " "
	case 4:
		return strings.ReplaceAll(s, "1", "l")
	default:
		return s
	}
}

func TestWhatEachCodeIsTold(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		b := k.batch(Wish{SiteID: k.here, Size: 6, UnusedFor: time.Hour})
		codes := k.codes(b)
		sentence := func(what string, code access.Code, want string) {
			t.Helper()
			if _, err := k.redeemBy(code, 1); fault.KeyOf(err) != want {
				t.Errorf("%s: %v, want %s", what, err, want)
			}
		}
		sentence("not signed out", codes[0], "code.unknown")
		sentence("of nobody", access.LogInCodes.New(), "code.unknown")
		k.do(Deed{Kind: DeedSignOut, BatchID: b.ID, First: 2, Last: 6, Money: true})
		k.do(Deed{Kind: DeedVoid, BatchID: b.ID, First: 2, Last: 2, Reason: "torn"})
		sentence("void", codes[1], "code.unknown")
		if _, err := k.Redeem(context.Background(), Redemption{Code: codes[2], SiteID: k.there}); fault.KeyOf(err) != "voucher.other_site" {
			t.Errorf("at another site: %v", err)
		}
		grant, err := k.redeemBy(codes[3], 1)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := k.redeemBy(codes[3], 1); err != nil || again != grant {
			t.Errorf("again: %d, %v", again, err)
		}
		k.tx(func(tx *db.Tx) error { _, err := k.access.End(tx, grant, access.CauseTimeUsed); return err })
		sentence("used up", codes[3], "voucher.used")
		k.clock.Advance(2 * time.Hour)
		sentence("too late", codes[4], "voucher.expired")
		if err := k.Expire(context.Background()); err != nil {
			t.Fatal(err)
		}
		sentence("too late and written down", codes[4], "voucher.expired")
		k.idle()
		k.states(b, map[State]int{Made: 1, Void: 1, Used: 1, Expired: 3})
		k.balance(ledger.Vouchers, 0)
		k.balance(ledger.Cash, 5000)
		k.balance(ledger.Breakage, -5000) // one void, three expired, one ended without having been online
		k.prove()
	})
}

func TestAnAlarmForWhatWasNeverSignedOut(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		b := k.batch(Wish{SiteID: k.here, Size: 2})
		if got := k.logIn(string(k.codes(b)[1]), "", 1); got.Cause != access.CauseUnknown {
			t.Errorf("%+v", got)
		}
		if err := k.WriteDown(context.Background()); err != nil {
			t.Fatal(err)
		}
		alarmed, err := k.Alarmed(context.Background(), noon.Add(-time.Hour))
		if err != nil || len(alarmed) != 1 || alarmed[0].Serial != 2 {
			t.Errorf("%+v, %v", alarmed, err)
		}
		k.do(Deed{Kind: DeedSignOut, BatchID: b.ID, First: 1, Last: 2})
		if got := k.logIn(string(k.codes(b)[1]), "", 1); got.Cause != access.CauseOK {
			t.Errorf("after signing out: %+v", got)
		}
		k.balance(ledger.VouchersOwed, 1000) // whoever has them to sell owes it
		k.do(Deed{Kind: DeedSell, BatchID: b.ID, First: 1, Last: 2})
		k.balance(ledger.VouchersOwed, 0)
		k.balance(ledger.Cash, 2000)
	})
}

func TestASecondVoucherAddsToTheFirst(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		codes := k.codes(k.out(3))
		first, err := k.redeemBy(codes[0], 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := k.logIn(string(codes[0]), "", 1); got.Cause != access.CauseOK {
			t.Fatal(got.Cause)
		}
		added, err := k.Redeem(context.Background(), Redemption{Code: codes[1], SiteID: k.here, Onto: first})
		if err != nil || added != first {
			t.Errorf("added to %d, %v; the first is %d", added, err, first)
		}
		if g, _, _, err := k.access.View(context.Background(), first); err != nil || g.Limits.Time != 2*time.Hour {
			t.Errorf("%+v, %v", g, err)
		}
		if got := k.logIn(string(codes[1]), string(codes[1]), 1); got.Cause != access.CauseOK || got.Grant.ID != first {
			t.Errorf("the second code: %+v", got)
		}
		// Another's device is anybody's claim: without the first's own page, a voucher stays apart.
		if apart, err := k.redeemBy(codes[2], 1); err != nil || apart == first {
			t.Errorf("%d, %v", apart, err)
		}
		k.prove()
	})
}

func TestAWrongPasswordRedeemsNothing(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		b := k.out(1)
		if got := k.logIn(string(k.codes(b)[0]), "wrong", 1); got.Cause != access.CauseWrongSecret {
			t.Errorf("%+v", got)
		}
		k.states(b, map[State]int{SignedOut: 1})
	})
}

// TestGuessing: 50 addresses try codes that could be, as fast as 200 in a second; people with right codes come from some of the same addresses.
func TestGuessing(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		const addresses, tries = 50, 40
		k.guard.longest = 10 * time.Millisecond // the test's people have no two seconds
		b := k.out(20)
		codes := k.codes(b)
		var found, wrong atomic.Int64
		var all sync.WaitGroup
		try := func(address string, code access.Code) {
			_, err := k.Redeem(context.Background(), Redemption{Code: code, SiteID: k.here, Place: access.Place{MAC: mac(rand.IntN(1 << 30))}, Address: address})
			switch {
			case err == nil:
				found.Add(1)
			case fault.KeyOf(err) == "code.unknown":
				wrong.Add(1)
			default:
				t.Error(err)
			}
		}
		for n := range addresses {
			all.Go(func() {
				for range tries {
					try(fmt.Sprintf("10.1.0.%d", n), b.Style.New())
					k.clock.Advance(5 * time.Millisecond / addresses * addresses) // together 200 a second
				}
			})
		}
		all.Wait()
		if found.Load() != 0 || wrong.Load() != addresses*tries {
			t.Errorf("found %d of %d", found.Load(), addresses*tries)
		}
		for n, code := range codes { // from the attackers' addresses and others
			all.Go(func() {
				if _, err := k.Redeem(context.Background(), Redemption{Code: code, SiteID: k.here, Place: access.Place{MAC: mac(n)}, Address: fmt.Sprintf("10.1.0.%d", n+40)}); err != nil {
					t.Errorf("a right code: %v", err)
				}
			})
		}
		all.Wait()
		if err := k.WriteDown(context.Background()); err != nil {
			t.Fatal(err)
		}
		told, err := k.WrongTries(context.Background())
		if err != nil || len(told) != 1 || told[0].Tries != addresses*tries || told[0].SiteID != k.here {
			t.Errorf("on the record: %+v, %v", told, err)
		}
	})
}
