package app

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/sim/people"
	"mtandao/internal/sim/router"
	"mtandao/radius/access"
	"mtandao/radius/routers"
)

// TestTwoPeopleOnAOneDevicePlan is "must be shown" 4: a plan for one device is bought without a router, and its code typed
// on two phones at the same instant.
func TestTwoPeopleOnAOneDevicePlan(t *testing.T) {
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			s := stageOn(t, dialect, 1)
			r := s.Routers["kasarani-1"]
			for round, code := range s.buyCodes(t, 5) {
				devices := make([]router.Device, 2)
				for n := range devices {
					var err error
					if devices[n], err = r.Join(fmt.Sprintf("02aa0000%02x%02x", round, n)); err != nil {
						t.Fatal(err)
					}
				}
				var both sync.WaitGroup
				for n := range devices {
					both.Go(func() {
						_, _, _ = fetch(r.URL() + "/d/" + devices[n].MAC() + "/login?" + url.Values{"username": {code}, "password": {code}}.Encode())
					})
				}
				both.Wait()
				if devices[0].Online() == devices[1].Online() {
					t.Errorf("round %d: the first is online: %v, the second: %v", round, devices[0].Online(), devices[1].Online())
				}
			}
			verifyBooks(t, s.Main) // before the rounds, whose grants nobody paid for and no trail knows
			s.tellManyRounds(t)
		})
	}
}

// tellManyRounds sends the two log-ins of each of many grants to the server at the same instant, as two routers would.
func (s *Stage) tellManyRounds(t *testing.T) {
	t.Helper()
	g := &gate{Stage: s}
	g.save(t, routers.Router{SiteID: s.seeded.sites["kasarani"].ID, Name: "gate", Dialect: routers.MikroTik, Secret: gateSecret,
		Auth: routers.AuthRequired, Interim: 5 * time.Minute, Addresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	auth, _ := s.Main.RadiusAddresses()
	var rounds sync.WaitGroup
	for round := range 100 {
		name := fmt.Sprintf("round%d", round)
		id := g.giveTo(t, name, access.Offer{Source: access.Source{Kind: "gift", Key: name}, SiteID: g.router.SiteID, Plan: "hour",
			Limits: access.Limits{Time: time.Hour, Devices: 1}})
		code, err := s.Main.Access.CodeOf(t.Context(), id) // of a name the second device would win
		if err != nil {
			t.Fatal(err)
		}
		rounds.Go(func() {
			var both sync.WaitGroup
			var in atomic.Int64
			for n := range 2 {
				both.Go(func() {
					answer, err := send(auth.String(), 10*time.Second, func(id byte) []byte {
						return papOctets(id, fmt.Sprintf("02-BB-00-00-%02X-%02X", round, n), code, code)
					})
					if err != nil {
						t.Error(err)
					} else if answer[0] == 2 {
						in.Add(1)
					}
				})
			}
			if both.Wait(); in.Load() != 1 {
				t.Errorf("round %d: %d accepted", round, in.Load())
			}
		})
	}
	rounds.Wait()
}

// buyCodes buys hours on the site's own address, where no router speaks, and returns their log-in codes.
func (s *Stage) buyCodes(t *testing.T, count int) (codes []string) {
	t.Helper()
	ctx := context.Background()
	var tokens []string
	for n := range count {
		order, err := people.NewGuest(fmt.Sprintf("07120000%02d", n)).Buy(ctx, s.Main.Config.PublicURL+"/h/kasarani", 0)
		if err != nil {
			t.Fatal(err)
		}
		at, err := url.Parse(order)
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, at.Path[strings.LastIndexByte(at.Path, '/')+1:])
	}
	for _, token := range tokens {
		var view billing.OrderView
		until(t, 15*time.Second, "paid", func() bool {
			var err error
			view, err = s.Main.Billing.ByToken(ctx, token)
			return err == nil && view.Order.State == billing.OrderPaid
		})
		code, err := s.Main.Access.CodeOf(ctx, view.Order.GrantID)
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, code)
	}
	return codes
}

// sellOnly takes the demo's plans off the list and puts one there.
func (s *Stage) sellOnly(t *testing.T, p plans.Plan) {
	t.Helper()
	err := s.Main.DB.InTx(context.Background(), func(tx *db.Tx) error {
		for _, old := range demoPlans() {
			old.State = plans.Retired
			if _, err := s.Main.Plans.Save(tx, old); err != nil {
				return err
			}
		}
		_, err := s.Main.Plans.Save(tx, p)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (s *Stage) grantsOf(ctx context.Context) (ids []int64, err error) {
	return ids, s.Main.DB.Read(ctx).Raw("SELECT id FROM grants").Scan(&ids).Error
}

// tamper changes rows of the books behind the program's back, one at a time, and wants each found and named.
func tamper(t *testing.T, m *Main) {
	t.Helper()
	ctx := context.Background()
	until(t, 10*time.Second, "the books are chained", func() bool {
		r, err := m.Ledger.Verify(ctx)
		return err == nil && r.Links == r.Items && r.Items > 0
	})
	for _, change := range []struct{ there, back string }{
		{"UPDATE ledger_postings SET cents = cents * 2", "UPDATE ledger_postings SET cents = cents / 2"},
		{"UPDATE ledger_postings SET cents = cents + 100 WHERE n = 0", "UPDATE ledger_postings SET cents = cents - 100 WHERE n = 0"},
		{"UPDATE ledger_postings SET party = party || '1' WHERE n = 1", "UPDATE ledger_postings SET party = substr(party, 1, length(party) - 1) WHERE n = 1"},
		{"UPDATE ledger_entries SET memo = memo || '!'", "UPDATE ledger_entries SET memo = substr(memo, 1, length(memo) - 1)"},
		{"UPDATE ledger_links SET previous = 'x' || previous", "UPDATE ledger_links SET previous = substr(previous, 2)"},
		{"UPDATE receipts SET amount_cents = amount_cents + 100", "UPDATE receipts SET amount_cents = amount_cents - 100"},
		{"UPDATE orders SET grant_id = grant_id + 1", "UPDATE orders SET grant_id = grant_id - 1"},
		{"UPDATE grant_sources SET source_key = '9' || source_key", "UPDATE grant_sources SET source_key = substr(source_key, 2)"},
	} {
		if _, err := m.DB.SQL().ExecContext(ctx, change.there); err != nil {
			t.Fatal(change.there, err)
		}
		if problems, err := booksProblems(ctx, m); err != nil || len(problems) == 0 {
			t.Errorf("not found: %s: %v", change.there, err)
		}
		if _, err := m.DB.SQL().ExecContext(ctx, change.back); err != nil {
			t.Fatal(change.back, err)
		}
	}
	verifyBooks(t, m)
}
