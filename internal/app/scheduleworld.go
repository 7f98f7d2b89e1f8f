package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"time"

	"mtandao/billing"
	"mtandao/billing/plans"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/seal"
	"mtandao/internal/sim/safaricom"
	"mtandao/internal/site"
	"mtandao/radius/access"
	"sync"
)

// world is the real program beside a simulated rail, both on one clock that only the stories move.
type world struct {
	main   *Main
	clock  *clock.Manual
	rail   *safaricom.Server
	wire   *wire
	sites  []site.Site
	plans  []plans.Plan
	tills  []billing.Till // of the merchants
	server *http.Server
	folder string
	drop   func() error
	stop   context.CancelFunc
	ended  sync.WaitGroup
	err    error
}

// worldMerchants: one for each way of being paid; the site of the same number sells for it.
var worldMerchants = []safaricom.Merchant{
	{Name: "Baraka Wi-Fi", Type: safaricom.PayBill, ShortCode: "174379", ConsumerKey: "key-1", ConsumerSecret: "secret-1",
		Passkey: "pass-1", Initiator: "operator", InitiatorPassword: "word-1"},
	{Name: "Mwangaza", Type: safaricom.BuyGoods, ShortCode: "600100", StoreNumber: "600100", PartyB: "600101", ConsumerKey: "key-2",
		ConsumerSecret: "secret-2", Passkey: "pass-2", Initiator: "operator", InitiatorPassword: "word-2"},
	{Name: "Tumaini", Type: safaricom.PayBill, ShortCode: "600200", ConsumerKey: "key-3", ConsumerSecret: "secret-3",
		Passkey: "pass-3", Initiator: "operator", InitiatorPassword: "word-3", Validation: true},
}

func openWorld(ctx context.Context, o ScheduleOptions, seed uint64) (*world, error) {
	w := &world{clock: clock.NewManual(clock.System().Now())}
	ctx, w.stop = context.WithCancel(context.WithoutCancel(ctx))
	for _, step := range []func(context.Context, ScheduleOptions, uint64) error{w.openRail, w.openMain, w.furnish} {
		if err := step(ctx, o, seed); err != nil {
			return nil, errors.Join(err, w.close())
		}
	}
	return w, nil
}

func (w *world) openRail(_ context.Context, o ScheduleOptions, seed uint64) (err error) {
	w.wire = newWire(w.clock, o.plant)
	w.rail, err = safaricom.New(safaricom.Options{Clock: w.clock, Merchants: worldMerchants, Client: &http.Client{Transport: w.wire}, Seed: seed,
		Delays: safaricom.Delays{PromptLife: time.Hour}, Balance: 100_000_00})
	if err != nil {
		return err
	}
	w.rail.FaultsFor(w.wire.faultsOf)
	w.rail.AutoAnswer(w.wire.answerAtOnce)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	w.server = &http.Server{Handler: w.wire.listen(w.rail.Handler()), ReadHeaderTimeout: 10 * time.Second}
	w.wire.railURL = "http://" + l.Addr().String()
	w.ended.Go(func() { _ = w.server.Serve(l) })
	return nil
}

func (w *world) openMain(ctx context.Context, o ScheduleOptions, _ uint64) (err error) {
	if w.folder, err = os.MkdirTemp(fastFolder(), "mtandao-schedules-"); err != nil {
		return err
	}
	front, err := listenFirst("127.0.0.1:0")
	if err != nil {
		return err
	}
	address := front.Addr().String()
	c := Config{Data: w.folder, HTTP: address, RadiusAuth: "127.0.0.1:0", RadiusAcct: "127.0.0.1:0", PublicURL: "http://" + address, Dev: true}
	if o.DB != "" {
		if c.DB, w.drop, err = makeDatabase(ctx, o.DB); err != nil {
			return err
		}
	}
	c.fill()
	if err := migrate(ctx, c); err != nil {
		return err
	}
	if w.main, err = New(ctx, c, Options{Clock: w.clock, Plan: w.clock, Plain: front}); err != nil {
		return err
	}
	w.ended.Go(func() { w.err = w.main.Run(ctx) })
	return nil
}

// fastFolder is in memory where there is one: these stories are not about power cuts.
func fastFolder() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return ""
}

func (w *world) furnish(ctx context.Context, _ ScheduleOptions, _ uint64) error {
	if err := w.main.DB.InTx(ctx, w.furnishIn); err != nil {
		return err
	}
	return errors.Join(w.main.refresh(ctx), w.main.Billing.RegisterURLs(ctx))
}

func (w *world) furnishIn(tx *db.Tx) error {
	w.sites, w.plans, w.tills = nil, nil, nil
	brand, err := w.main.Sites.SaveBrand(tx, demoBrands[0])
	if err != nil {
		return err
	}
	for i, m := range worldMerchants {
		here, err := w.main.Sites.SaveSite(tx, site.Site{Slug: []string{"kasarani", "ngong", "ruiru"}[i], Name: m.Name, Language: "en", BrandID: brand.ID})
		if err != nil {
			return err
		}
		w.sites = append(w.sites, here)
		till, err := w.main.Billing.SaveTill(tx, billing.Till{Key: m.ConsumerKey, Type: billing.TillType(m.Type), ShortCode: m.ShortCode, StoreNumber: m.StoreNumber,
			PartyB: m.PartyB, ConsumerKey: m.ConsumerKey, ConsumerSecret: m.ConsumerSecret, Passkey: m.Passkey, Initiator: m.Initiator,
			InitiatorPassword: m.InitiatorPassword, Certificate: string(w.rail.CertificatePEM()), BaseURL: w.wire.railURL, Sites: []int64{here.ID},
			CallbackSecret: seal.RandomHex(16)})
		if err != nil {
			return err
		}
		w.tills = append(w.tills, till)
	}
	for i, bob := range []int64{10, 10, 50} {
		p, err := w.main.Plans.Save(tx, plans.Plan{Key: []string{"hour", "hour-two", "day"}[i], NameEN: "Plan", NameSW: "Kifurushi", Segment: plans.Hotspot,
			Price: money.Shillings(bob), Limits: access.Limits{Time: time.Duration(bob) * time.Hour, Devices: 1}, Sort: i, State: plans.Live})
		if err != nil {
			return err
		}
		w.plans = append(w.plans, p)
	}
	_, err = w.main.Plans.Save(tx, homePlan())
	return err
}

// timeMoved is a fact that nobody subscribes to: emitting it makes the queue look for what is due by the moved clock.
const timeMoved = "time moved"

// settle waits until everything that was begun has come to rest: messages, the spool, jobs, and what these begin.
func (w *world) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for quiet := 0; quiet < 2; quiet++ {
		before := w.wire.traffic.Load()
		err := w.main.DB.InTx(ctx, func(tx *db.Tx) error { return w.main.Jobs.Emit(tx, timeMoved, "", nil) })
		for _, wait := range []func(context.Context) error{w.rail.Idle, w.main.callbacks.Flush, w.main.Jobs.Idle} {
			if err == nil {
				err = wait(ctx)
			}
		}
		if err != nil {
			return err
		}
		if w.wire.traffic.Load() != before {
			quiet = -1
		}
	}
	return nil
}

func (w *world) close() error {
	w.stop()
	if w.server != nil {
		_ = w.server.Close()
		w.rail.Close()
	}
	w.ended.Wait()
	err := w.err
	if w.main != nil {
		err = errors.Join(err, w.main.Close())
	}
	if w.drop != nil {
		err = errors.Join(err, w.drop())
	}
	return errors.Join(err, os.RemoveAll(w.folder))
}
