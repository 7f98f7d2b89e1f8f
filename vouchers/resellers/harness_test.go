package resellers

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"mtandao/billing/customers"
	"mtandao/billing/ledger"
	"mtandao/billing/partners"
	"mtandao/billing/plans"
	"mtandao/internal/approval"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/notify"
	"mtandao/internal/seal"
	"mtandao/internal/site"
	"mtandao/internal/testdb"
	"mtandao/radius/access"
	"mtandao/vouchers"
)

var office = vouchers.By{Actor: "juma@example.com", From: "10.0.0.1"}

// letters keeps what was sent.
type letters struct {
	mu   sync.Mutex
	sent []notify.Message
}

func (l *letters) Send(_ *db.Tx, m notify.Message) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, m)
	return 1, nil
}

// town is the service with real vouchers, grants, books and plans, on a clock of its own.
type town struct {
	testing.TB
	*Service
	access    *access.Service
	landlords *partners.Service
	approvals *approval.Service
	clock     *clock.Manual
	mail      *letters
	here      int64
	hour      plans.Plan
	n         int
}

func newTown(t testing.TB, d *db.DB) *town {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	w := &town{TB: t, clock: clock.NewManual(time.Date(2026, 11, 2, 6, 0, 0, 0, time.UTC)), mail: &letters{}}
	log := slog.New(slog.DiscardHandler)
	queue := jobs.New(d, w.clock, log)
	sites := site.New(d, w.clock)
	w.access = access.New(d, queue, keys, w.clock, sites)
	menu, books := plans.New(d, w.clock), ledger.New(d, w.clock)
	stock := vouchers.New(vouchers.Options{DB: d, Jobs: queue, Keys: keys, Clock: w.clock, Plan: w.clock, Log: log, Ledger: books, Plans: menu, Sites: sites, Grants: w.access})
	w.access.AskVouchers(stock)
	w.approvals = approval.New(approval.Options{DB: d, Keys: keys, Clock: w.clock, People: crew{}})
	w.Service = New(Options{DB: d, Keys: keys, Clock: w.clock, Ledger: books, Vouchers: stock, Plans: menu, Messages: w.mail, Approvals: w.approvals,
		CashAlone: func() money.Amount { return money.Shillings(10_000) }})
	w.landlords = partners.New(partners.Options{DB: d, Keys: keys, Clock: w.clock, Ledger: books, Sales: []partners.Sales{stock}, Approvals: w.approvals})
	err = d.InTx(context.Background(), func(tx *db.Tx) error {
		here, err := sites.SaveSite(tx, site.Site{Slug: "here", Name: "Here"})
		if err != nil {
			return err
		}
		w.here = here.ID
		w.hour, err = menu.Save(tx, plans.Plan{Key: "hour", NameEN: "1 hour", NameSW: "Saa 1", Price: money.Shillings(10),
			Limits: access.Limits{DownKbps: 2048, UpKbps: 1024, Time: time.Hour, TimeKind: access.Calendar, Devices: 1}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func eachTown(t *testing.T, run func(w *town)) {
	testdb.Each(t, func(t *testing.T, d *db.DB) { run(newTown(t, d)) })
}

func (w *town) reseller(name, phone, commission string, more func(*Reseller)) Reseller {
	w.Helper()
	c, err := ReadCommission(commission)
	if err != nil {
		w.Fatal(err)
	}
	r := Reseller{Name: name, Phone: customers.Phone(phone), Terms: Prepaid, Commission: c}
	if more != nil {
		more(&r)
	}
	r, err = w.Save(context.Background(), r, office)
	if err != nil {
		w.Fatal(err)
	}
	return r
}

func (w *town) batch(n int) vouchers.Batch {
	w.Helper()
	b, err := w.Vouchers.Place(context.Background(), vouchers.Wish{PlanID: w.hour.ID, SiteID: w.here, Size: n}, office)
	if err == nil {
		b, err = w.Vouchers.Make(context.Background(), b.ID)
	}
	if err != nil {
		w.Fatal(err)
	}
	return b
}

// ask is a new request.
func (w *town) ask(r Reseller) Request {
	w.n++
	return Request{Key: fmt.Sprint("q", w.n), ResellerID: r.ID}
}

func (w *town) did(what any, err error) {
	w.Helper()
	if err != nil {
		w.Fatal(what, err)
	}
	w.prove()
}

// prove fails when the books are not what resellers and vouchers are.
func (w *town) prove() {
	w.Helper()
	ctx := context.Background()
	for _, audit := range []func(context.Context, func(string)) error{w.Audit, w.Vouchers.Audit, w.landlords.Audit, w.approvals.Audit} {
		if err := audit(ctx, func(what string) { w.Error(what) }); err != nil {
			w.Fatal(err)
		}
	}
	sum := int64(0)
	for _, a := range ledger.Chart {
		held, err := w.Ledger.Balance(ctx, a.Code, "")
		if err != nil {
			w.Fatal(err)
		}
		sum += held.Cents
	}
	if sum != 0 {
		w.Errorf("the books come to %d", sum)
	}
}

// holds compares accounts with shillings; debits are positive.
func (w *town) holds(want map[string]float64) {
	w.Helper()
	for account, shillings := range want {
		held, err := w.Ledger.Balance(context.Background(), account, "")
		if err != nil || float64(held.Cents) != shillings*100 {
			w.Errorf("account %s holds %v, want %v (%v)", account, held, shillings, err)
		}
	}
}

func (w *town) balance(r Reseller, shillings float64) {
	w.Helper()
	now, err := w.Get(context.Background(), r.ID)
	if err != nil || float64(now.Balance.Cents) != shillings*100 {
		w.Errorf("%s has %v, want %v (%v)", r.Name, now.Balance, shillings, err)
	}
}

// use is a guest typing a voucher's code.
func (w *town) use(b vouchers.Batch, serial int) error {
	var code access.Code
	err := w.Vouchers.Export(context.Background(), vouchers.Copying{BatchID: b.ID}, office, func(_ vouchers.Batch, v vouchers.Voucher) error {
		if v.Serial == serial {
			code = v.Code
		}
		return nil
	})
	if err != nil {
		return err
	}
	return w.useCode(code)
}

func (w *town) useCode(code access.Code) error {
	w.n++
	_, err := w.Vouchers.Redeem(context.Background(), vouchers.Redemption{Code: code, SiteID: w.here, Address: "10.0.0.9",
		Place: access.Place{RouterID: 7, MAC: access.MAC(fmt.Sprintf("0a%010x", w.n)), IP: "10.0.0.9"}})
	return err
}
