package vouchers

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/billing/plans"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/seal"
	"mtandao/internal/site"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
)

var noon = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

var office = By{Actor: "juma@example.com", From: "10.0.0.1"}

// kiosk is the service with real grants, books, plans and sites, on a clock of its own.
type kiosk struct {
	testing.TB
	*Service
	access      *access.Service
	clock       *clock.Manual
	here, there int64
	hour        plans.Plan
}

func newKiosk(t testing.TB, d *db.DB) *kiosk {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	k := &kiosk{TB: t, clock: clock.NewManual(noon)}
	log := slog.New(slog.DiscardHandler)
	queue := jobs.New(d, k.clock, log)
	sites := site.New(d, k.clock)
	k.access = access.New(d, queue, keys, k.clock, sites)
	menu := plans.New(d, k.clock)
	k.Service = New(Options{DB: d, Jobs: queue, Keys: keys, Clock: k.clock, Plan: k.clock, Log: log, Ledger: ledger.New(d, k.clock), Plans: menu, Sites: sites, Grants: k.access})
	k.access.AskVouchers(k.Service)
	k.tx(func(tx *db.Tx) error {
		a, err := sites.SaveSite(tx, site.Site{Slug: "here", Name: "Here"})
		if err != nil {
			return err
		}
		b, err := sites.SaveSite(tx, site.Site{Slug: "there", Name: "There"})
		if err != nil {
			return err
		}
		k.here, k.there = a.ID, b.ID
		k.hour, err = menu.Save(tx, plans.Plan{Key: "hour", NameEN: "1 hour", NameSW: "Saa 1", Price: money.KES(1000),
			Limits: access.Limits{DownKbps: 2048, UpKbps: 1024, Time: time.Hour, TimeKind: access.Calendar, Devices: 1}})
		return err
	})
	return k
}

func eachKiosk(t *testing.T, run func(k *kiosk)) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { run(newKiosk(t, d)) })
}

func (k *kiosk) tx(fn func(tx *db.Tx) error) {
	k.Helper()
	if err := k.DB.InTx(context.Background(), fn); err != nil {
		k.Fatal(err)
	}
}

// idle runs the jobs that are due.
func (k *kiosk) idle() {
	k.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	running, stop := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() { _ = k.Jobs.Run(running) })
	if err := k.Jobs.Idle(ctx); err != nil {
		k.Fatal(err)
	}
	stop()
	done.Wait()
}

// batch makes a batch whole.
func (k *kiosk) batch(w Wish) Batch {
	k.Helper()
	if w.PlanID == 0 {
		w.PlanID = k.hour.ID
	}
	b, err := k.Place(context.Background(), w, office)
	if err != nil {
		k.Fatal(err)
	}
	for more := true; more; {
		if more, err = k.makeSome(context.Background(), b.ID); err != nil {
			k.Fatal(err)
		}
	}
	if b, err = k.Batch(context.Background(), b.ID); err != nil || b.State != Ready || b.Made != b.Size {
		k.Fatalf("%+v, %v", b, err)
	}
	return b
}

func (k *kiosk) do(d Deed) Deed {
	k.Helper()
	done, err := k.Do(context.Background(), d, office)
	if err != nil {
		k.Fatal(d.Kind, err)
	}
	k.prove()
	return done
}

// out is a batch that is signed out and paid for.
func (k *kiosk) out(n int) Batch {
	k.Helper()
	b := k.batch(Wish{SiteID: k.here, Size: n})
	k.do(Deed{Kind: DeedSignOut, BatchID: b.ID, First: 1, Last: n, Holder: "kiosk", Money: true})
	return b
}

// codes are in the order of the serials; they are told without Export, which prints.
func (k *kiosk) codes(b Batch) []access.Code {
	k.Helper()
	all := make([]access.Code, 0, b.Made)
	for after := 0; after < b.Made; {
		page, err := k.clear(context.Background(), b.ID, after, b.Made)
		if err != nil || len(page) == 0 {
			k.Fatal(len(page), err)
		}
		for _, v := range page {
			all, after = append(all, v.Code), v.Serial
		}
	}
	return all
}

func mac(n int) access.MAC { return access.MAC(fmt.Sprintf("0a%010x", n)) }

func (k *kiosk) redeemBy(code access.Code, device int) (int64, error) {
	return k.Redeem(context.Background(), Redemption{Code: code, SiteID: k.here, Place: access.Place{RouterID: 7, MAC: mac(device), IP: "10.0.0.9"}, Address: "10.0.0.9"})
}

// logIn is what a router's own page sends.
func (k *kiosk) logIn(name, password string, device int) access.Admission {
	return k.access.Admit(context.Background(), access.Attempt{Name: name, RouterID: 7, SiteID: k.here, MAC: mac(device), Verify: func(s string) bool { return s == password }})
}

// prove fails when the books are not what the vouchers are.
func (k *kiosk) prove() {
	k.Helper()
	if err := k.Audit(context.Background(), func(what string) { k.Error(what) }); err != nil {
		k.Fatal(err)
	}
}

func (k *kiosk) balance(account string, want int64) {
	k.Helper()
	held, err := k.Ledger.Balance(context.Background(), account, "")
	if err != nil || held.Cents != want {
		k.Errorf("account %s holds %d cents, want %d (%v)", account, held.Cents, want, err)
	}
}

func (k *kiosk) states(b Batch, want map[State]int) {
	k.Helper()
	stock, err := k.Stock(context.Background(), b.ID)
	if err != nil {
		k.Fatal(err)
	}
	for _, state := range []State{Made, Printed, SignedOut, Sold, Returned, Used, Void, Expired} {
		if got := stock.In(state); got != want[state] {
			k.Errorf("%d vouchers are %s, want %d", got, state, want[state])
		}
	}
}
