package radius

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	codec "layeh.com/radius"

	"mtandao/internal/db"
	"mtandao/internal/testdb"
	"mtandao/internal/words"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

func (b *bench) written(t testing.TB, w WhichRefusals) []Refusal {
	t.Helper()
	b.writeRefusals(context.Background())
	w.Limit = 200
	all, err := b.Refusals(context.Background(), w)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestEveryRefusalIsFound by the device, by the name, by the grant and by the router, with its cause; the same again is the same row.
func TestEveryRefusalIsFound(t *testing.T) {
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		r := testRouter()
		wrong := whose{name: "asha", mac: testMAC, grantID: testGrant}
		for range 3 {
			b.front.refusals.note(&r, string(access.CauseWrongSecret), wrong)
		}
		b.written(t, WhichRefusals{})
		b.clock.Advance(time.Hour)
		b.front.refusals.note(&r, string(access.CauseWrongSecret), wrong)
		b.front.refusals.note(&r, string(access.CauseUnknown), whose{name: "ABCDE-FGHJK", mac: "aabbccddee00"})
		b.front.refusals.note(&routers.Router{}, CauseStranger, whose{packet: true, name: "41.90.1.2"})
		for name, w := range map[string]WhichRefusals{"MAC": {Typed: "AA-BB-CC-DD-EE-FF"}, "name": {Typed: " Asha"}, "grant": {GrantID: testGrant}} {
			all := b.written(t, w)
			if len(all) != 1 || all[0].Times != 4 || all[0].Cause != "wrong_secret" || all[0].Name != "asha" || !all[0].FirstAt.Equal(noon) || !all[0].LastAt.Equal(noon.Add(time.Hour)) {
				t.Errorf("by %s: %+v", name, all)
			}
		}
		if all := b.written(t, WhichRefusals{Typed: "ABCDE-FGHJK"}); len(all) != 1 || all[0].Name == "ABCDE-FGHJK" || !strings.Contains(all[0].Name, "…") {
			t.Errorf("a code: %+v", all)
		}
		if all := b.written(t, WhichRefusals{RouterID: 7}); len(all) != 2 {
			t.Errorf("of the router: %+v", all)
		}
		for about, cause := range map[string]string{AboutCustomers: "wrong_secret", AboutStrangers: "unknown", AboutRouters: CauseStranger} {
			if all := b.written(t, WhichRefusals{About: about}); len(all) != 1 || all[0].Cause != cause {
				t.Errorf("about %s: %+v", about, all)
			}
		}
		if all := b.written(t, WhichRefusals{Sites: []int64{}}); len(all) != 0 {
			t.Errorf("of no site: %+v", all)
		}
		today, err := b.RefusedToday(context.Background(), 7, 10)
		if err != nil || len(today) != 2 || !today[0].LastAt.Equal(noon.Add(time.Hour)) {
			t.Errorf("today: %+v, %v", today, err)
		}
	})
}

// TestAStormOfRefusalsIsAFewRows: a router that asks for a hundred thousand devices gets so many rows and one for the rest.
func TestAStormOfRefusalsIsAFewRows(t *testing.T) {
	b, r := newBench(t, testdb.SQLite(t)), testRouter()
	const storm = 100_000
	for i := range storm {
		b.front.refusals.note(&r, string(access.CauseUnknown), whose{mac: access.MAC(fmt.Sprintf("%012x", i+1))})
	}
	other := testRouter()
	other.ID = 8
	b.front.refusals.note(&other, string(access.CauseUnknown), whose{mac: testMAC})
	b.writeRefusals(context.Background())
	var n, times int64
	read := b.db.Read(context.Background()).Model(&Refusal{})
	if err := read.Count(&n).Error; err != nil || n != refusalsOfRouter+2 {
		t.Errorf("%d rows, %v", n, err)
	}
	if err := b.db.Read(context.Background()).Model(&Refusal{}).Select("SUM(times)").Scan(&times).Error; err != nil || times != storm+1 {
		t.Errorf("%d counted, %v", times, err)
	}
	b.clock.Advance(24 * time.Hour)
	b.writeRefusals(context.Background())
	if len(b.front.refusals.kinds) != 0 || len(b.front.refusals.apart) != 0 {
		t.Error("yesterday is still in memory")
	}
}

// TestRefusalsWaitForTheDatabase: nothing is lost while it does not answer, and nothing is counted twice after.
func TestRefusalsWaitForTheDatabase(t *testing.T) {
	b, r := newBench(t, testdb.SQLite(t)), testRouter()
	b.front.refusals.note(&r, "hours", whose{mac: testMAC})
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	b.writeRefusals(gone)
	b.front.refusals.note(&r, "hours", whose{mac: testMAC})
	for range 2 {
		if all := b.written(t, WhichRefusals{}); len(all) != 1 || all[0].Times != 2 {
			t.Errorf("%+v", all)
		}
	}
	if !b.log.has("refusals are not written down") {
		t.Error("nobody is told")
	}
}

func TestOldRefusalsGo(t *testing.T) {
	b, r := newBench(t, testdb.SQLite(t)), testRouter()
	b.front.refusals.note(&r, "hours", whose{mac: testMAC})
	b.writeRefusals(context.Background())
	b.clock.Set(time.Now().Add(RefusalsKept + time.Hour))
	if n, err := b.pruneRefusals(context.Background(), &pruning{}); n != 1 || err != nil || len(b.written(t, WhichRefusals{})) != 0 {
		t.Errorf("%d, %v", n, err)
	}
}

// TestEachRefusalOverUDPHasItsRow: what the router was answered, or was not, is what the console finds.
func TestEachRefusalOverUDPHasItsRow(t *testing.T) {
	b := newServing(t)
	auth, acct := b.Addresses()
	signed := func(name, password, secret string) []byte {
		return mark(encoded(t, papRequest(t, name, password, secret)), secret)
	}
	c := newClient(t, auth)
	c.ask(signed("nobody", "x", testSecret), testSecret)
	c.ask(signed("asha", "x", testSecret), testSecret)
	c.send(signed("asha", "siri", "another secret"))
	c.send(encoded(t, papRequest(t, "asha", "siri", testSecret)))
	c.send([]byte{1, 2, 3})
	newClient(t, acct).send(encoded(t, report{status: begin, id: "1"}.packet(t, "another secret")))
	eventually(t, "all counted", func() bool {
		times := map[string]int64{}
		for _, w := range b.written(t, WhichRefusals{RouterID: 7}) {
			times[w.Cause] += w.Times
		}
		return times["unknown"] == 1 && times["wrong_secret"] == 1 && times[CauseBadSecret] == 2 && times["no_message_authenticator"] == 1 && times["malformed"] == 1
	})
}

// TestWhatIsWrongWithASecretIsSaid: which of the secrets we know it is.
func TestWhatIsWrongWithASecretIsSaid(t *testing.T) {
	for secret, want := range map[string]struct{ cause, other, log string }{
		"the one before":  {CauseEndedSecret, "", "it still uses the one before"},
		"that of roof":    {CauseOthersSecret, "roof", "it uses that of another router, and the two may have been exchanged; that is roof"},
		"something typed": {CauseBadSecret, "", "enter the same secret at the router"},
	} {
		t.Run(secret, func(t *testing.T) {
			b := newServing(t)
			b.routers.change(7, func(r *routers.Router) { r.OldSecret, r.OldSecretUntil = "the one before", noon.Add(-time.Minute) })
			b.routers.change(8, func(r *routers.Router) { r.ID, r.Name, r.Secret = 8, "roof", "that of roof" })
			auth, _ := b.Addresses()
			c := newClient(t, auth)
			for range 2 {
				c.send(mark(encoded(t, papRequest(t, "asha", "siri", secret)), secret))
			}
			eventually(t, "both are counted", func() bool {
				all := b.written(t, WhichRefusals{RouterID: 7})
				return len(all) == 1 && all[0].Times == 2 && all[0].Cause == want.cause && all[0].Name == want.other
			})
			if !b.log.has("the secret of router gate is wrong: ") || !b.log.has(want.log) || c.receive(quiet) != nil {
				t.Error("it is not said, or answered")
			}
		})
	}
}

// TestAnotherSecretGarblesThePassword of a router that need not sign.
func TestAnotherSecretGarblesThePassword(t *testing.T) {
	b := newServing(t)
	b.routers.change(7, func(r *routers.Router) { r.Auth = routers.AuthExcepted })
	auth, _ := b.Addresses()
	newClient(t, auth).send(encoded(t, papRequest(t, "asha", "siri", "another secret")))
	eventually(t, "it is found", func() bool {
		for _, w := range b.written(t, WhichRefusals{RouterID: 7}) {
			if w.Cause == CauseGarbled {
				return b.log.has("the secret of router gate is wrong")
			}
		}
		return false
	})
}

// TestTheOldSecretHidesAPasswordToo, of a router that need not sign, for as long as it is accepted.
func TestTheOldSecretHidesAPasswordToo(t *testing.T) {
	b := newServing(t)
	b.routers.change(7, func(r *routers.Router) {
		r.Auth, r.Secret, r.OldSecret, r.OldSecretUntil = routers.AuthExcepted, "the new secret", testSecret, noon.Add(time.Hour)
	})
	auth, _ := b.Addresses()
	for _, secret := range []string{testSecret, "the new secret"} {
		if answer := newClient(t, auth).ask(encoded(t, papRequest(t, "asha", "siri", secret)), secret); answer == nil || answer.Code != codec.CodeAccessAccept {
			t.Errorf("%q: %v", secret, answer)
		}
	}
	b.clock.Advance(2 * time.Hour)
	c := newClient(t, auth)
	c.send(encoded(t, papRequest(t, "asha", "siri", testSecret)))
	if answer := c.receive(2 * time.Second); answer == nil || codec.Code(answer[0]) != codec.CodeAccessReject {
		t.Errorf("after its time: %x", answer)
	}
}

func TestWhoIsSuspendedDoesNotGuess(t *testing.T) {
	b := newServing(t)
	b.access.edit(func(f *fakeAccess) { f.grant.State = access.Suspended })
	auth, _ := b.Addresses()
	for range 2 * triesAtOnce {
		if answer := newClient(t, auth).ask(mark(encoded(t, papRequest(t, "asha", "siri", testSecret)), testSecret), testSecret); answer == nil || answer.Code != codec.CodeAccessReject {
			t.Fatal(answer)
		}
	}
	r := testRouter()
	if b.front.guard.bars(&r, testMAC) {
		t.Error("a suspended customer is taken for a guesser")
	}
}

// TestEveryCauseHasASentence for staff, in both languages: a row without one explains nothing.
func TestEveryCauseHasASentence(t *testing.T) {
	causes := []string{CauseBadSecret, CauseEndedSecret, CauseOthersSecret, CauseGarbled, CauseStranger, "malformed", string(CauseTries)}
	for _, dropped := range []string{wrongCode, noAuthenticator, proxyWithout, tooManyAsk} {
		if explain[dropped] == "" {
			t.Errorf("the log does not explain %q", dropped)
		}
		causes = append(causes, strings.ReplaceAll(dropped, " ", "_"))
	}
	for _, cause := range causes {
		if !words.Has("office.refused." + cause) {
			t.Errorf("no sentence for %q", cause)
		}
	}
	for cause := range explainMisfit {
		if !words.Has("office.refused." + cause) {
			t.Errorf("no sentence for %q", cause)
		}
	}
}
