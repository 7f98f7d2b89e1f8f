package vouchers

import (
	"context"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"mtandao/billing/ledger"
	"mtandao/internal/clock"
	"mtandao/internal/db"
	"mtandao/internal/money"
	"mtandao/internal/testdb"
)

// BenchmarkBatch makes, prints, signs out and voids a batch of 100,000, or of MTANDAO_BATCH, while a payment is written every two milliseconds, and tells the
// longest transaction of the batch and how long a payment waited at most, and in all but one of a hundred.
func BenchmarkBatch(b *testing.B) {
	size := largest
	if n, err := strconv.Atoi(os.Getenv("MTANDAO_BATCH")); err == nil {
		size = n
	}
	for _, dialect := range []string{db.SQLite, db.MySQL} {
		b.Run(dialect, func(b *testing.B) {
			for b.Loop() {
				benchBatch(b, newKiosk(b, testdb.Open(b, dialect)), size)
			}
		})
	}
}

func benchBatch(b *testing.B, k *kiosk, size int) {
	ctx := context.Background()
	placed, err := k.Place(ctx, Wish{PlanID: k.hour.ID, SiteID: k.here, Size: size}, office)
	if err != nil {
		b.Fatal(err)
	}
	watch, longest := clock.Stopwatch(), time.Duration(0)
	whole := func(some func() (bool, error)) {
		for more := true; more; {
			start := watch()
			if more, err = some(); err != nil {
				b.Fatal(err)
			}
			longest = max(longest, watch()-start)
		}
	}
	stop := k.payments(b)
	time.Sleep(2 * time.Second) // what a payment waits on this machine at this hour without a batch
	alone := stop()
	b.ReportMetric(ms(alone[len(alone)-1]), "ms-longest-wait-alone")
	stop = k.payments(b)
	watch = clock.Stopwatch()
	whole(func() (bool, error) { return k.makeSome(ctx, placed.ID) })
	b.ReportMetric(ms(watch()), "ms-made")
	if placed, err = k.Batch(ctx, placed.ID); err != nil {
		b.Fatal(err)
	}
	for _, d := range []Deed{{Kind: DeedPrint}, {Kind: DeedSignOut, Holder: "kiosk", Money: true}, {Kind: DeedVoid, Reason: "stolen"}} {
		d.BatchID, d.First, d.Last = placed.ID, 1, size
		start := watch()
		k.tx(func(tx *db.Tx) error { return k.order(tx, placed, &d, office) })
		whole(func() (bool, error) { return k.doSome(ctx, d.ID) })
		b.ReportMetric(ms(watch()-start), "ms-"+d.Kind)
	}
	waits := stop()
	b.ReportMetric(ms(longest), "ms-longest")
	b.ReportMetric(ms(waits[len(waits)*99/100]), "ms-p99-wait")
	b.ReportMetric(ms(waits[len(waits)-1]), "ms-longest-wait")
	b.ReportMetric(float64(len(waits)), "payments")
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// payments writes cash into the books every two milliseconds, until stopped; it tells how long each took, the shortest first.
func (k *kiosk) payments(b *testing.B) (stop func() []time.Duration) {
	var waits []time.Duration
	ended, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		watch, tick := clock.Stopwatch(), time.NewTicker(2*time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				return
			case <-tick.C:
			}
			start := watch()
			err := k.DB.InTx(context.Background(), func(tx *db.Tx) error {
				_, err := k.Ledger.Post(tx, ledger.Entry{Kind: "payment", Source: key(tx.ID()), At: k.Clock.Now(), Postings: []ledger.Posting{
					{Account: ledger.Cash, Amount: money.KES(100)}, {Account: ledger.Breakage, Amount: money.KES(-100)}}})
				return err
			})
			if err != nil {
				b.Error(err)
				return
			}
			waits = append(waits, watch()-start)
		}
	}()
	return func() []time.Duration { close(ended); <-done; slices.Sort(waits); return waits }
}
