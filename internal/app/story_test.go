package app

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"mtandao/billing"
	"mtandao/billing/plans"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/sim/people"
	"mtandao/internal/sim/router"
	"mtandao/radius/access"
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
			verifyBooks(t, s.Main)
		})
	}
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

// TestASessionOfFiveGigabytes is "must be shown" 5: interims are dropped, doubled and reordered on their way, the sum is
// exact, and the cap stops the session within one interim.
func TestASessionOfFiveGigabytes(t *testing.T) {
	t.Parallel()
	const size = 5_000_000_000
	s := openStage(t, 60)
	r, ctx := s.Routers["kasarani-1"], context.Background()
	s.sellOnly(t, plans.Plan{Key: "five", NameEN: "5 GB", NameSW: "GB 5", Segment: plans.Hotspot, Price: money.Shillings(300), State: plans.Live,
		Limits: access.Limits{DataBytes: size, Valid: 48 * time.Hour, Devices: 1}})
	r.SetFaults(router.Faults{Drop: 30, Duplicate: 30, Reorder: 30})
	device, err := r.Join("02a1b2c3d4cc")
	if err != nil {
		t.Fatal(err)
	}
	const kbps = 48_000
	device.Use(kbps)
	if _, err := people.NewGuest("0712345679").Buy(ctx, device.URL(), 0); err != nil {
		t.Fatal(err)
	}
	until(t, 20*time.Second, "online", device.Online)
	until(t, 60*time.Second, "most of it used", func() bool {
		now, _ := sessionOf(r, "02a1b2c3d4cc")
		return now.Up+now.Down > size*9/10
	})
	r.SetFaults(router.Faults{}) // a Stop that is lost three times is lost
	until(t, 30*time.Second, "stopped by the cap", func() bool { return !device.Online() })
	ended, _ := sessionOf(r, "02a1b2c3d4cc")
	interim := int64(kbps) * 1000 / 8 * 11 / 10 * int64(s.seeded.routers["kasarani-1"].Interim/time.Second)
	if sum := ended.Up + ended.Down; sum < size || sum > size+interim {
		t.Errorf("%d bytes were carried, ended by %v", sum, ended.Cause)
	}
	grants, err := s.grantsOf(ctx)
	if err != nil || len(grants) != 1 {
		t.Fatal(grants, err)
	}
	until(t, 20*time.Second, "the grant knows each byte", func() bool {
		g, _, _, err := s.Main.Access.View(ctx, grants[0])
		return err == nil && g.UsedBytes == ended.Up+ended.Down && g.State == access.Ended
	})
	verifyBooks(t, s.Main)
	tamper(t, s.Main)
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
		return err == nil && r.Links == r.Entries && r.Entries > 0
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
