package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"mtandao/internal/db"
	"mtandao/internal/settings"
	"mtandao/internal/sim/people"
	"mtandao/internal/sim/router"
	"mtandao/internal/sim/safaricom"
	"mtandao/internal/testdb"
)

// openStage starts the demo's world for a test, with everybody paying at once.
func openStage(t *testing.T, speed int) *Stage { return stageOn(t, db.SQLite, speed) }

// stageOn is openStage on either database.
func stageOn(t testing.TB, dialect string, speed int) *Stage {
	t.Helper()
	return stageBy(t, dialect, DemoOptions{Speed: speed})
}

// stageBy is stageOn with options; where things are is filled in.
func stageBy(t testing.TB, dialect string, o DemoOptions) *Stage {
	t.Helper()
	o.DB, o.Data, o.HTTP, o.RadiusAuth, o.RadiusAcct = testdb.URL(t, dialect), t.TempDir(), "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	if os.Getenv("MTANDAO_TEST_LOG") != "" {
		o.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	s, err := OpenStage(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	s.Safaricom.AutoAnswer(func(safaricom.Prompt) safaricom.Answer { return safaricom.Answer{Act: safaricom.Approve} })
	return s
}

// atAnyHour has no message wait for the morning: the ends of the quiet hours are equal.
func (s *Stage) atAnyHour(t *testing.T) {
	t.Helper()
	err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error {
		return errors.Join(s.Main.Settings.Set(tx, settings.MessageQuietFrom, "21:00"), s.Main.Settings.Set(tx, settings.MessageQuietUntil, "21:00"))
	})
	if err := errors.Join(err, s.Main.Settings.Refresh(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// until waits for a condition for so long, in real time.
func until(t testing.TB, limit time.Duration, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("not within %v: %s", limit, what)
}

// sessionOf is the router's own record of a phone's last session.
func sessionOf(r *router.Router, mac string) (router.Session, bool) {
	all := r.Sessions()
	for i := len(all) - 1; i >= 0; i-- {
		if strings.EqualFold(strings.NewReplacer(":", "", "-", "").Replace(all[i].MAC), mac) {
			return all[i], true
		}
	}
	return router.Session{}, false
}

func TestPayOnThePortalBeOnlineBeMeasuredBeStopped(t *testing.T) {
	for name, mac := range map[string]string{"kasarani-1": "02a1b2c3d4aa", "ngong-1": "02a1b2c3d4bb"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openStage(t, 600)
			r := s.Routers[name]
			device, err := r.Join(mac)
			if err != nil {
				t.Fatal(err)
			}
			device.Use(2000)
			guest := people.NewGuest("0712345678")
			order, err := guest.Buy(context.Background(), device.URL(), 0)
			if err != nil {
				t.Fatal(err)
			}
			until(t, 15*time.Second, "online", device.Online)
			started, _ := sessionOf(r, mac)
			until(t, 5*time.Second, "the order's page says so", func() bool { // accounting tells it, after the router has let them on
				page, err := guest.See(context.Background(), order)
				return err == nil && strings.Contains(page, "<h1>You are online")
			})
			until(t, 15*time.Second, "stopped", func() bool { return !device.Online() })
			ended, _ := sessionOf(r, mac)
			if ended.Start != started.Start || ended.Time < time.Hour-time.Second || ended.Time > time.Hour+5*time.Second || ended.Down == 0 {
				t.Errorf("an hour was bought; the session lasted %v and carried %d bytes, ended by %v", ended.Time, ended.Down, ended.Cause)
			}
			verifyBooks(t, s.Main)
		})
	}
}

func TestADemoNeedsNoMoreAddressesThanTheMachineHas(t *testing.T) {
	for has, want := range map[string]string{"127.0.0.1 127.0.0.2 127.0.0.3": "127.0.0.2 127.0.0.3", "127.0.0.1": "127.0.0.1"} {
		var got []string
		for _, d := range routersHere(func(a string) bool { return slices.Contains(strings.Fields(has), a) }) {
			got = append(got, d.source)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("with %s the routers send from %v", has, got)
		}
	}
	if !holds("127.0.0.1") || holds("192.0.2.1") {
		t.Error("an address of this machine is not told from another's")
	}
}

func verifyBooks(t *testing.T, m *Main) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if r, err := m.Ledger.Verify(ctx); err != nil || !r.OK() {
		t.Errorf("books: %v %v", r.Problems, err)
	}
	if problems, err := m.proofs().Prove(ctx); err != nil || len(problems) > 0 {
		t.Errorf("proof: %v %v", problems, err)
	}
}

// elsewhere has another node do some periodic work for as long as the test lasts: the test says itself when it is done here.
func (s *Stage) elsewhere(t *testing.T, work string) {
	t.Helper()
	err := s.Main.DB.InTx(t.Context(), func(tx *db.Tx) error {
		return tx.Gorm().Exec("INSERT INTO leases (name, holder, until) VALUES (?, ?, ?)", work, "another node", s.Main.Clock.Now().Add(time.Hour)).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}
