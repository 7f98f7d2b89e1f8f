package vouchers

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
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
		testdb.ModelsMatch(t, d, &batchRow{}, &voucherRow{}, &deedRow{}, &triesRow{}, &styleRow{}, &useRow{})
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

// TestANameLikeACode: who chooses a name gets none that is a voucher's code; where both came at once, the voucher is served under a code of its own.
func TestANameLikeACode(t *testing.T) {
	eachKiosk(t, func(k *kiosk) {
		digits := access.CodeStyle{Digits: true, Random: 11}
		b := k.batch(Wish{SiteID: k.here, Size: 3, Style: digits, Live: true})
		codes := k.codes(b)
		name := func(name string) string {
			return keyOf(k.DB.InTx(context.Background(), func(tx *db.Tx) error {
				given, err := k.access.Give(tx, access.Offer{Source: access.Source{Kind: "subscription", Key: name}, Plan: "home", Limits: access.Limits{Valid: time.Hour}})
				if err != nil {
					return err
				}
				return k.access.NameLogin(tx, given.GrantID, name, "s3cret")
			}))
		}
		if got := name(codes[0].Grouped(4)); got != "login.taken" {
			t.Errorf("a voucher's code as a name: %q", got)
		}
		if got := name("254712345678"); got != "" {
			t.Errorf("a number that is nobody's: %q", got)
		}
		k.access.AskVouchers(nil) // as if the name had been chosen while the code was made
		if got := name(string(codes[1])); got != "" {
			t.Fatal(got)
		}
		k.access.AskVouchers(k.Service)
		if got := k.logIn(string(codes[1]), "s3cret", 1); got.Cause != access.CauseOK || got.Grant.Plan != "home" {
			t.Errorf("the name leads to %+v", got)
		}
		grant, err := k.redeemBy(codes[1], 2)
		if err != nil {
			t.Fatal(err)
		}
		if g, slots, _, err := k.access.View(context.Background(), grant); err != nil || g.Plan != "hour" || slots[0].MAC != mac(2) {
			t.Errorf("%+v, %+v, %v", g, slots, err)
		}
		if again, err := k.redeemBy(codes[1], 2); err != nil || again != grant {
			t.Errorf("again: %d, %v", again, err)
		}
		k.states(b, map[State]int{Made: 2, Used: 1})
		k.prove()
	})
}

// TestGuessing: for a minute 50 addresses try 200 codes in a second that could be, of the usual style and of the weakest that a batch may have. So many
// are looked at as the guard's arithmetic says and none is found; right codes come in at once from elsewhere, and soon from the same addresses.
func TestGuessing(t *testing.T) {
	for name, style := range map[string]access.CodeStyle{"usual": {}, "weakest": {Digits: true, Random: 10}} {
		t.Run(name, func(t *testing.T) { eachKiosk(t, func(k *kiosk) { k.attacked(t, style) }) })
	}
}

func (k *kiosk) attacked(t *testing.T, style access.CodeStyle) {
	const addresses, tick, lasts = 50, 5 * time.Millisecond, time.Minute
	k.guard.longest = 0 // nobody waits: on this clock they come again instead
	b := k.batch(Wish{SiteID: k.here, Size: 1000, Style: style})
	if odds, err := k.Odds(context.Background(), Wish{SiteID: k.here, Size: 1, Style: style}); err != nil || style.Digits && odds.Enough() {
		t.Fatalf("one code more would be allowed: %+v, %v", odds, err)
	}
	k.do(Deed{Kind: DeedSignOut, BatchID: b.ID, First: 1, Last: 100, Money: true})
	codes := k.codes(b)
	looked, found := 0, 0
	try := func(address string, code access.Code) bool {
		_, err := k.Redeem(context.Background(), Redemption{Code: code, SiteID: k.here, Place: access.Place{MAC: mac(rand.IntN(1 << 30))}, Address: address})
		if err != nil && fault.KeyOf(err) != "code.unknown" && fault.KeyOf(err) != "code.busy" {
			t.Error(err)
		}
		if fault.KeyOf(err) == "code.unknown" {
			looked++
		}
		return err == nil
	}
	came, waited, right := map[int]time.Time{}, []time.Duration{}, 0
	for n := range int(lasts / tick) {
		if n%600 == 0 { // every three seconds one from elsewhere, and one who shares an attacker's address
			right++
			if !try(fmt.Sprintf("10.2.0.%d", n/600), codes[right]) {
				t.Error("a right code from elsewhere is held up")
			}
			came[50+right] = k.clock.Now()
		}
		for serial, at := range came {
			if rand.IntN(200) == 0 && try("10.1.0.7", codes[serial]) { // they tap again about every second
				waited = append(waited, k.clock.Now().Sub(at))
				delete(came, serial)
			}
		}
		if try(fmt.Sprintf("10.1.0.%d", n%addresses), b.Style.New()) {
			found++
		}
		k.clock.Advance(tick)
	}
	if most := addresses*(someWrong+2) + siteRate*int(lasts/time.Second+1); found != 0 || looked > most || looked < addresses*someWrong {
		t.Errorf("found %d of %d that were looked at, of %d; at most %d are", found, looked, int(lasts/tick), most)
	}
	if right != 20 || len(waited) < 4 {
		t.Errorf("of %d who share an attacker's address %d are in, after %v", right, len(waited), waited)
	}
	if err := k.WriteDown(context.Background()); err != nil {
		t.Fatal(err)
	}
	told, err := k.WrongTries(context.Background())
	if err != nil || len(told) != 1 || told[0].Tries != int64(looked) || told[0].SiteID != k.here {
		t.Errorf("on the record: %+v, %v", told, err)
	}
	slices.Sort(waited)
	t.Logf("%d of %d tries were looked at; who shares an attacker's address waited %v in the middle", looked, int(lasts/tick), waited[len(waited)/2])
}
