package accounts

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/jobs"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
)

// desk is a cashier's desk with one debt that credit pays.
type desk struct {
	*Service
	*testing.T
	owed map[int64]int64 // cents by customer
	fail error           // of spending
}

const anne, ben = 7001, 7002

var office = By{Actor: "cashier", From: "10.0.0.9"}

func each(t *testing.T, f func(w *desk)) {
	t.Helper()
	testdb.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewManual(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
		queue := jobs.New(d, c, slog.New(slog.DiscardHandler))
		w := &desk{T: t, owed: map[int64]int64{}, Service: New(Options{DB: d, Jobs: queue, Clock: c, Ledger: ledger.New(d, c)})}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); _ = queue.Run(ctx) }()
		t.Cleanup(func() { cancel(); <-done })
		f(w)
	})
}

func (w *desk) idle() {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := w.Jobs.Idle(ctx); err != nil {
		w.Fatal(err)
	}
}

func (w *desk) prove() {
	w.Helper()
	if err := w.Audit(context.Background(), func(what string) { w.Error(what) }); err != nil {
		w.Fatal(err)
	}
}

func (w *desk) takes(request string, customer, shillings int64) Event {
	w.Helper()
	e, err := w.TakeAtCounter(context.Background(), Taking{Request: request, CustomerID: customer, How: ByCash, Amount: money.Shillings(shillings)}, office)
	if err != nil {
		w.Fatal(err)
	}
	return e
}

func (w *desk) has(customer, shillings int64) {
	w.Helper()
	all, err := w.Balances(context.Background(), []int64{customer})
	if err != nil || all[customer].Cents != shillings*100 {
		w.Errorf("customer %d has %v, want %d (%v)", customer, all[customer], shillings, err)
	}
}

// use takes credit for something that is earned at once.
func (w *desk) use(customer, shillings int64, request string) (bool, error) {
	var took bool
	err := w.DB.InTx(context.Background(), func(tx *db.Tx) (err error) {
		took, err = w.Take(tx, customer, money.Shillings(shillings), Cause{Kind: "renewed", Request: request, By: "renewal"},
			ledger.Posting{Account: ledger.InternetSales, Amount: money.Shillings(-shillings)})
		return err
	})
	return took, err
}
