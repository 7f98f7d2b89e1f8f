package app

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/notify"
	"mtandao/internal/settings"
	"mtandao/internal/sim/messages"
	"mtandao/internal/sim/router"
	"mtandao/internal/testdb"
	"mtandao/radius/outages"
	"mtandao/radius/routers"
)

// nightWatch is the program on a clock of its own, a router, and the owner's phone.
type nightWatch struct {
	*testing.T
	*Main
	now   *clock.Manual
	sim   *router.Router
	phone *messages.Server
}

func eachNight(t *testing.T, run func(w *nightWatch)) {
	for _, dialect := range []string{"sqlite", "mysql"} {
		t.Run(dialect, func(t *testing.T) { run(openNight(t, testdb.URL(t, dialect))) })
	}
}

func openNight(t *testing.T, url string) *nightWatch {
	t.Helper()
	c := Config{DB: url, Data: t.TempDir(), HTTP: "127.0.0.1:0", RadiusAuth: "127.0.0.1:0", RadiusAcct: "127.0.0.1:0", Dev: true}
	c.fill()
	w := &nightWatch{T: t, now: clock.NewManual(time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC))}
	w.phone = messages.New(messages.Options{Clock: w.now, Username: "mtaa", APIKey: "atsk_key", Balance: 1000_00})
	carrier := httptest.NewServer(w.phone.Handler())
	t.Cleanup(carrier.Close)
	var err error
	if w.Main, err = New(t.Context(), c, Options{Clock: w.now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = w.Jobs.Run(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
	err = w.DB.InTx(t.Context(), func(tx *db.Tx) error {
		if err := w.Notify.SaveCarrier(tx, notify.Carrier{Channel: notify.SMS, Driver: notify.AfricasTalking, BaseURL: carrier.URL, Username: "mtaa", Secret: "atsk_key", Sender: "MTAANET", OfferSender: "MTAAPROMO"}); err != nil {
			return err
		}
		if err := w.Settings.Set(tx, settings.ProviderName, "Mtaa"); err != nil {
			return err
		}
		if err := w.Settings.Set(tx, settings.AlertDiskFree, "0"); err != nil { // this machine's disk may be nearly full
			return err
		}
		return w.Settings.Set(tx, settings.AlertSMS, "0712345678")
	})
	if err != nil {
		t.Fatal(err)
	}
	w.addRouter()
	return w
}

// addRouter registers a router that is reached by its API and switched on.
func (w *nightWatch) addRouter() {
	w.sim = router.New(router.Options{Name: "kasarani-1", Clock: w.now, API: "127.0.0.1:0", APIUser: "mtandao", APIPassword: "0123456789abcdef"})
	if err := w.sim.Start(w.Context()); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(w.sim.Close)
	err := w.DB.InTx(w.Context(), func(tx *db.Tx) error {
		_, err := w.Routers.Save(tx, routers.Router{Name: "kasarani-1", SiteID: 1, Dialect: routers.MikroTik, Secret: "0123456789abcdef", Auth: routers.AuthRequired, Interim: 5 * time.Minute,
			APIAddress: w.sim.APIAddress(), APIUser: "mtandao", APIPassword: "0123456789abcdef"})
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
}

// live lets time pass as the running program spends it.
func (w *nightWatch) live(d time.Duration) {
	w.Helper()
	for range d / (5 * time.Second) {
		w.now.Advance(5 * time.Second)
		if err := w.lookout.Turn(w.Context()); err != nil {
			w.Fatal(err)
		}
		w.lookout.Wait()
		if err := w.Notify.Evaluate(w.Context()); err != nil {
			w.Fatal(err)
		}
		idle, cancel := context.WithTimeout(w.Context(), 30*time.Second)
		if err := w.Jobs.Idle(idle); err != nil {
			w.Fatal(err)
		}
		cancel()
	}
}

func (w *nightWatch) got(texts ...string) {
	w.Helper()
	inbox := w.phone.Inbox("254712345678")
	if len(inbox) != len(texts) {
		w.Fatalf("the owner has %d messages, not %d: %+v", len(inbox), len(texts), inbox)
	}
	for i, text := range texts {
		if inbox[i].Text[len("Mtaa 12:00: "):] != text {
			w.Errorf("message %d: %q", i, inbox[i].Text)
		}
	}
}

// TestARouterThatIsSilentIsTold: within two minutes of its last answer the owner's phone has a message, and another when it is
// back; nobody asked it anything in between but the looks.
func TestARouterThatIsSilentIsTold(t *testing.T) {
	eachNight(t, func(w *nightWatch) {
		w.live(2 * time.Minute)
		w.got()
		w.sim.SetFaults(router.Faults{APIUnreachable: true})
		w.live(2 * time.Minute)
		down := "Router kasarani-1 does not answer."
		w.got(down)
		w.live(5 * time.Minute)
		w.got(down)
		if err := w.DB.InTx(w.Context(), func(tx *db.Tx) error { return w.Settings.Set(tx, settings.AlertLanguage, "sw") }); err != nil {
			w.Fatal(err)
		}
		w.sim.SetFaults(router.Faults{})
		w.live(5 * time.Minute)
		w.got(down, "Ruta kasarani-1 inajibu tena.")
	})
}

// TestWhoIsSilentIsReadFromWhatIsKnown: a router that never answered is not told as down, nor one that sends accounting.
func TestWhoIsSilentIsReadFromWhatIsKnown(t *testing.T) {
	eachNight(t, func(w *nightWatch) {
		w.sim.SetFaults(router.Faults{APIUnreachable: true})
		w.live(3 * time.Minute)
		if r, err := w.routerSilence(w.Context()); err != nil || len(r) != 0 {
			w.Errorf("it was never there: %+v %v", r, err)
		}
		id := w.Routers.All()[0].ID
		w.Routers.Heard(id, w.now.Now())
		w.live(30 * time.Second)
		if r, err := w.routerSilence(w.Context()); err != nil || len(r) != 1 || r[0].Subject != "kasarani-1" || r[0].Value != 30 {
			w.Errorf("it was heard: %+v %v", r, err)
		}
		w.got()
	})
}

// TestAPowerCutIsFoundAndMadeUpFor: a router that was off for an hour tells by its uptime that it was; half an hour after that is known the owner is told, and the
// outage is given, from its last answer until it came up.
func TestAPowerCutIsFoundAndMadeUpFor(t *testing.T) {
	eachNight(t, func(w *nightWatch) {
		pass := func(d time.Duration) {
			for range d / (40 * time.Second) {
				w.now.Advance(35 * time.Second)
				if err := errors.Join(w.Outages.Watching(w.Context()), w.Outages.Tick(w.Context()), w.Lines.MakeUp(w.Context())); err != nil {
					w.Fatal(err)
				}
				w.live(5 * time.Second)
			}
		}
		pass(15 * time.Minute)
		id := w.Routers.All()[0].ID
		health, err := w.Routers.Health(w.Context(), []int64{id})
		if err != nil {
			t.Fatal(err)
		}
		last := health[id].AnsweredAt
		w.sim.SetFaults(router.Faults{APIUnreachable: true})
		pass(time.Hour)
		w.sim.SetFaults(router.Faults{})
		up := w.now.Now()
		w.sim.Reboot()
		pass(50 * time.Minute)
		all, err := w.Outages.List(w.Context(), 0, 5)
		if err != nil || len(all) != 1 {
			t.Fatalf("%+v %v", all, err)
		}
		o := all[0]
		if o.State != outages.Given || o.From.Sub(last) < 0 || o.From.Sub(last) > 90*time.Second || up.Sub(o.Until) > time.Minute || o.Until.After(up.Add(time.Minute)) || o.Proof.BootBy != outages.ByUptime {
			t.Errorf("last heard %v, up %v: %+v", last, up, o)
		}
		given, made, err := w.Lines.MadeUp(w.Context(), o.ID)
		if err != nil || !made || given.Going || given.RouterID != id || !given.From.Equal(o.From) || !given.Until.Equal(o.Until) {
			t.Errorf("%+v %v", given, err)
		}
		w.got("Router kasarani-1 does not answer.", "Nobody has acknowledged this yet. Router kasarani-1 does not answer.", "Router kasarani-1 answers again.",
			"A proven outage of router kasarani-1 was made up for. See the page of outages: you may take it back.")
	})
}
